"""Rings for a worker through Redis, in the background. Carries no work: whoever misses a ring finds it in the table."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from arq.connections import ArqRedis

from domain import questions

_log = structlog.get_logger("runtime.bell")


class Bell:
    """A `domain.db.Bell`: returns at once and never raises. To be rung inside a running event loop."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool
        self._under_way: set[asyncio.Task[None]] = set()  # the loop itself holds tasks by weak references only

    def __call__(self, tenant_id: UUID, provider: str) -> None:
        task = asyncio.get_running_loop().create_task(self._ring(str(tenant_id), provider))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _ring(self, tenant_id: str, provider: str) -> None:
        try:
            # No job id of ours: arq refuses one that is queued, running or kept, and so would swallow rings.
            await self._pool.enqueue_job(questions.DRAIN, tenant_id, provider, _queue_name=questions.QUEUE)
        except Exception as error:  # whatever it is, a request must not fail of it
            _log.warning("the bell could not ring", error=repr(error))
