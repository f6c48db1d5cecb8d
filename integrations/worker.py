"""The worker process: an arq worker that hears the bell and answers questions, and beside it the sweep.

Truth is in PostgreSQL: when Redis is away the sweep goes on alone, and when Redis comes back the bell does too. It
decides nothing about records; that is the engine's.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from domain import facts, questions
from domain.context import Actor
from domain.db import Database
from domain.integration_settings import lanes
from domain.integration_settings import service as integration_settings
from domain.integration_settings.apps import APPS
from domain.questions import Answer, refused
from integrations.core.dispatcher import Dispatcher
from integrations.core.provider import Provider
from integrations.core.timing import Timing

log = logging.getLogger(__name__)

GRACE = 20.0
"""Seconds that running calls get after SIGTERM."""
_POLL = 0.01
_DRAIN_TIMEOUT = 5
_KEEP_ANSWER = 60
_TIDYING = 3600.0


@dataclass
class Room:
    """What the jobs of this process share."""

    database: Database
    shelf: Mapping[str, Provider]
    dispatcher: Dispatcher


async def drain(ctx: dict[str, Any], tenant_id: str, provider: str) -> None:
    """The bell. Starts work and returns: a job that waited for the other side would slow every later ring."""
    await _room(ctx).dispatcher.drain(UUID(tenant_id), provider)


async def try_connection(ctx: dict[str, Any], tenant_id: str, provider: str) -> Answer:
    room = _room(ctx)
    vendor = room.shelf.get(provider)
    if vendor is None:
        return _not_here(provider)
    async with room.database.transaction(_asker(tenant_id)) as tx:
        keys = await integration_settings.keys_in_use(tx, provider, candidate=True)
    if keys is None:
        return refused("NOT_FOUND", "There are no keys to try. Connect again.")
    return await vendor.try_connection(keys, UUID(tenant_id))


async def choices(ctx: dict[str, Any], tenant_id: str, provider: str, kind: str, refresh: bool) -> Answer:
    room = _room(ctx)
    vendor = room.shelf.get(provider)
    if vendor is None:
        return _not_here(provider)
    async with room.database.transaction(_asker(tenant_id)) as tx:
        remote = await vendor.remote(tx)
    if remote is None:
        return refused("INVALID", f"{vendor.title} is not connected: call {APPS[provider].connect} first.")
    return await vendor.choices(remote, kind, refresh=refresh)


async def run(
    database: Database,
    redis_url: str,
    shelf: Mapping[str, Provider],
    timing: Timing,
    *,
    slots: int = 50,
    grace: float = GRACE,
) -> None:
    """Work until SIGTERM or SIGINT; then claim no more, give what runs `grace` seconds, and give the rest back."""
    dispatcher = Dispatcher(database, shelf, timing, slots=slots)
    room = Room(database, shelf, dispatcher)
    over = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, over.set)
    await lanes.follow(database)
    beside = [asyncio.create_task(each) for each in (dispatcher.sweep(), _listen(redis_url, room), _tidy(database))]
    await over.wait()
    await dispatcher.stop(grace)
    for task in beside:
        task.cancel()
    # Python 3.11's wait_for can swallow a cancellation, so don't wait for it for ever.
    await asyncio.wait(beside, timeout=2)
    for vendor in shelf.values():
        await vendor.aclose()
    await database.dispose()


async def _tidy(database: Database) -> None:
    """At the start and once an hour: the facts that nobody can read any more go, part by part."""
    while True:
        try:
            more = True
            while more:
                async with database.system() as session:
                    more = await facts.forget(session)
        except Exception:
            log.exception("old facts were not deleted; next try in an hour")
        await asyncio.sleep(_TIDYING)


async def _listen(redis_url: str, room: Room) -> None:
    """An arq worker for as long as Redis is there; a new one when it is back."""
    pause = 0.1
    while True:
        worker = _worker(redis_url, room)
        try:
            await worker.async_run()
            pause = 0.1
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("Redis is away (%s); the sweep goes on without the bell", error)
        except Exception:
            log.exception("the arq worker ended; another one starts")
        finally:
            with contextlib.suppress(Exception):
                await worker.pool.aclose()
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5.0)


def _worker(redis_url: str, room: Room) -> Worker:
    connections: ConnectionPool = ConnectionPool.from_url(redis_url)
    pool = ArqRedis(
        connections,
        job_serializer=questions.dumps,
        job_deserializer=questions.loads,
        default_queue_name=questions.QUEUE,
    )
    return Worker(
        functions=[
            func(drain, name=questions.DRAIN, keep_result=0, timeout=_DRAIN_TIMEOUT, max_tries=1),
            func(
                try_connection,
                name=questions.TRY_CONNECTION,
                keep_result=_KEEP_ANSWER,
                timeout=questions.PATIENCE,
                max_tries=1,
            ),
            func(
                choices,
                name=questions.CHOICES,
                keep_result=_KEEP_ANSWER,
                timeout=questions.PATIENCE,
                max_tries=1,
            ),
        ],
        redis_pool=pool,
        queue_name=questions.QUEUE,
        poll_delay=_POLL,
        max_jobs=100,
        handle_signals=False,
        job_serializer=questions.dumps,
        job_deserializer=questions.loads,
        ctx={"room": room},
    )


def _room(ctx: dict[str, Any]) -> Room:
    room: Room = ctx["room"]
    return room


def _not_here(provider: str) -> Answer:
    """It was asked by a newer version than this one."""
    return refused("UNAVAILABLE", f"No worker here knows {provider} yet. Please try again in a moment.")


def _asker(tenant_id: str) -> Actor:
    return Actor.system(UUID(tenant_id), "a question")
