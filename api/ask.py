"""Questions to a worker that a person waits for: an arq job by name, and its answer.

No secret travels here: a worker reads keys from the database. Events don't either: those go by the outbox.
"""

import asyncio
from typing import Any

import structlog
from arq.connections import ArqRedis, RedisSettings
from arq.jobs import DeserializationError, ResultNotFound, SerializationError
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from domain import questions
from domain.errors import Unavailable
from domain.questions import Answer

_POLL = 0.02  # seconds
_CONNECT = 2.0
_log = structlog.get_logger("api.ask")


class Asker:
    """Asks over a pool that somebody else opens and closes; without one every question is refused."""

    def __init__(self, pool: ArqRedis | None, *, patience: float = questions.PATIENCE) -> None:
        self._pool = pool
        self._patience = patience

    @property
    def pool(self) -> ArqRedis | None:
        """For whoever needs Redis for something else; None where there is none."""
        return self._pool

    async def ask(self, name: str, *args: Any) -> Answer:
        """The answer of the worker's job `name`. Raises Unavailable when none comes in time."""
        if self._pool is None:
            raise Unavailable("Background work is switched off here, so this can't be asked. Please try again later.")
        try:
            # Two clocks: arq looks at its own only between two polls, which may hang; and a cancellation, which is how
            # the other one ends a wait, can get lost in Python 3.11's wait_for, which redis-py uses to send.
            async with asyncio.timeout(self._patience):
                job = await self._pool.enqueue_job(name, *args, _queue_name=questions.QUEUE, _expires=self._patience)
                answer = await job.result(self._patience, poll_delay=_POLL) if job else None
        except (TimeoutError, ResultNotFound):
            _log.warning("nobody answered", question=name)
            raise Unavailable("No worker answered in time. Please try again in a moment.") from None
        except (RedisError, OSError) as error:
            _log.warning("Redis is away", question=name, error=repr(error))
            raise Unavailable("Background work can't be reached just now. Please try again in a moment.") from None
        except (SerializationError, DeserializationError) as error:
            _log.error("a question failed", question=name, error=repr(error))
            raise Unavailable("The worker could not answer. Please try again in a moment.") from None
        if not isinstance(answer, dict):
            _log.error("not an answer", question=name, kind=type(answer).__name__)
            raise Unavailable("The worker could not answer. Please try again in a moment.")
        return answer

    async def alive(self) -> bool:
        """Whether Redis answers. Only a remark in the health report: reads and writes do without it."""
        if self._pool is None:
            return False
        try:
            async with asyncio.timeout(_CONNECT):
                await self._pool.ping()
        except (TimeoutError, RedisError, OSError):
            return False
        return True


def open_pool(redis_url: str) -> ArqRedis:
    """A pool that connects when it is used, so that the api starts while Redis is away. JSON, never pickle."""
    RedisSettings.from_dsn(redis_url)  # refuses what is no address of a Redis
    connections: ConnectionPool = ConnectionPool.from_url(
        redis_url, socket_connect_timeout=_CONNECT, socket_timeout=_CONNECT
    )
    return ArqRedis(
        connections,
        job_serializer=questions.dumps,
        job_deserializer=questions.loads,
        default_queue_name=questions.QUEUE,
    )
