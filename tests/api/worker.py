"""A real arq worker with jobs of the agreed names, in the loop of the test. What it answers is up to the test."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from arq.typing import WorkerCoroutine
from arq.worker import Worker, func

from api.ask import open_pool
from domain import questions

Job = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def working(redis_url: str, **jobs: Job) -> AsyncIterator[Worker]:
    pool = open_pool(redis_url)

    def job(function: Job) -> WorkerCoroutine:
        async def run(ctx: dict[Any, Any], *args: Any, **_: Any) -> Any:
            return await function(*args)

        return run

    worker = Worker(
        functions=[func(job(function), name=name, keep_result=60, max_tries=1) for name, function in jobs.items()],
        redis_pool=pool,
        queue_name=questions.QUEUE,
        poll_delay=0.01,
        job_serializer=questions.dumps,
        job_deserializer=questions.loads,
        handle_signals=False,
    )
    running = asyncio.create_task(worker.async_run())
    try:
        yield worker
    finally:
        # More than once: Python 3.11's wait_for, by which redis-py sends, may swallow a cancellation.
        while not running.done():
            running.cancel()
            await asyncio.wait([running], timeout=0.05)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # arq closes its pool the old way
            await worker.close()
