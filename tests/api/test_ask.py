"""Questions to a worker: answered by a real one, and a clear "try again" whenever there is none."""

import asyncio
import time

import pytest
from redis import Redis
from structlog.testing import capture_logs

from api.ask import Asker, open_pool
from domain import questions
from domain.errors import Unavailable
from tests.api.worker import working


@pytest.fixture
async def pool(redis_url):
    pool = open_pool(redis_url)
    yield pool
    await pool.aclose()


async def test_a_question_is_answered_with_its_arguments(redis_url, pool):
    async def echo(*args):
        return {"ok": True, "args": list(args)}

    async with working(redis_url, echo=echo):
        asker = Asker(pool)
        assert await asker.ask("echo", "tenant", "CONNECTWISE", True) == {
            "ok": True,
            "args": ["tenant", "CONNECTWISE", True],
        }
        assert await asker.alive()


async def test_nothing_in_redis_is_pickled(redis_url, pool):
    async def echo(*_args):
        return {"ok": True}

    async with working(redis_url, echo=echo):
        await Asker(pool).ask("echo", "x")
    with Redis.from_url(redis_url) as client:
        values = [client.get(key) for key in client.scan_iter("arq:result:*")]
    assert values
    assert all(value.startswith(b"{") for value in values)


async def failing(*_args):
    raise RuntimeError("CANARY in the worker")


async def no_object(*_args):
    return "yes"


async def slow(*_args):
    await asyncio.sleep(60)


@pytest.mark.parametrize(("job", "patience"), [(failing, 60), (no_object, 60), (slow, 0.5)])
async def test_a_question_without_a_proper_answer_is_unavailable(redis_url, pool, job, patience):
    started = time.monotonic()
    async with working(redis_url, question=job):
        with pytest.raises(Unavailable, match="try again") as caught, capture_logs() as logs:
            await Asker(pool, patience=patience).ask("question")
    assert time.monotonic() - started < 30  # a failure is told, not waited out
    assert "CANARY" not in str(caught.value)
    with Redis.from_url(redis_url) as client:
        assert not any(b"CANARY" in client.get(key) for key in client.scan_iter("arq:result:*"))
    assert [line for line in logs if line.get("question") == "question"]


async def test_without_a_worker_nobody_waits_longer_than_the_patience(pool):
    started = time.monotonic()
    with pytest.raises(Unavailable, match="try again"):
        await Asker(pool, patience=0.3).ask("question")
    assert time.monotonic() - started < 30


async def test_a_question_that_nobody_took_is_gone_when_its_asker_is(redis_url, pool):
    """A worker that comes back later must not answer what nobody waits for: connecting with old keys, say."""
    answered = []

    async def late(*args):
        answered.append(args)
        return {"ok": True}

    with pytest.raises(Unavailable):
        await Asker(pool, patience=0.2).ask("question")
    await asyncio.sleep(0.1)
    async with working(redis_url, question=late):
        await asyncio.sleep(0.3)
    assert answered == []


async def test_redis_away_is_unavailable():
    pool = open_pool("redis://127.0.0.1:1")
    asker = Asker(pool)
    with pytest.raises(Unavailable, match="try again"):
        await asker.ask("question")
    assert not await asker.alive()
    await pool.aclose()


async def test_no_pool_is_unavailable():
    with pytest.raises(Unavailable, match="try again"):
        await Asker(None).ask("question")
    assert not await Asker(None).alive()


def test_nobody_waits_longer_than_agreed():
    assert Asker(None)._patience == questions.PATIENCE == 15


def test_an_address_that_is_none_is_refused_at_once():
    with pytest.raises(RuntimeError):
        open_pool("http://example.test")
