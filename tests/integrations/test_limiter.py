"""The budget of calls: no minute sees more than the limit, whoever asks, with Redis and without."""

import asyncio
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from integrations.core import limiter as limits
from integrations.core.errors import OverBudget
from integrations.core.lease import Lease, enter
from integrations.core.limiter import Bucket, Limiter

numbers = itertools.count()


class Time:
    """A clock that only moves when somebody sleeps, or when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
async def redis(redis_url):
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


def limiter(redis, time, **more):
    return Limiter(redis, monotonic=time, sleep=time.sleep, clock=time, **more)


async def calls(budget, time, seconds, patience=limits.PATIENT):
    """The moments of all calls that somebody in a hurry gets within `seconds`."""
    made, end = [], time.now + seconds
    while time.now < end:
        try:
            await budget.limiter.take(budget.connection, patience)
            made.append(time.now)
        except OverBudget as error:
            time.now += error.retry_after
    return made


def fresh_lease(time, *, begun):
    """So fresh that nobody asks a database for more of it."""
    nobody: Any = None
    return Lease(nobody, nobody, nobody, nobody, seconds=3600, renew_after=1800, monotonic=time, begun=begun)


def busiest_minute(made):
    return max(sum(1 for other in made if at <= other < at + 60) for at in made)


async def test_no_minute_sees_more_than_the_limit(redis):
    time = Time()
    made = await calls(limiter(redis, time, per_minute=120).of("a"), time, 600)
    assert busiest_minute(made) <= 120
    # It is not thrown away either: nine tenths flow evenly, one is there for bursts.
    assert len(made) > 0.88 * 1200


async def test_workers_share_one_budget_and_connections_do_not(redis):
    time = Time()
    first, second = (limiter(redis, time, per_minute=60) for _ in range(2))
    made = []
    for _ in range(300):
        for worker in (first, second):
            try:
                await worker.take("shared", 0)
                made.append(time.now)
            except OverBudget:
                pass
        time.now += 0.5
    assert 120 < len(made) <= 150
    assert busiest_minute(made) <= 60
    await first.take("another", 0)


async def test_too_many_halves_the_pace_which_then_recovers_slowly(redis):
    time = Time()
    one = limiter(redis, time, per_minute=600)
    await calls(one.of("a"), time, 30)
    for _ in range(5):  # calls that were under way together: one refusal
        await one.refused("a", 20)
    refused_at = time.now
    made = await calls(one.of("a"), time, 80)
    assert made[0] >= refused_at + 20, "the wait that was asked for"
    assert 250 <= sum(1 for at in made if at < refused_at + 80) <= 330, "half of 540 a minute"
    await calls(one.of("a"), time, 600)
    assert 520 <= len(await calls(one.of("a"), time, 60)) <= 560


async def test_a_server_that_refuses_all_the_time_is_still_asked_now_and_then(redis):
    time = Time()
    one = limiter(redis, time, per_minute=600)
    for _ in range(20):
        await one.refused("a", 86_400)
        time.now += 30
    made = await calls(one.of("a"), time, 3600)
    assert made[0] - time.now < 0
    assert made[0] < time.now - 3600 + limits.LONGEST_SHUT + 1
    bucket = Bucket()
    for number in range(20):
        bucket.ask(number * 30.0, 600, 0, 1)
    assert bucket.speed * 600 >= limits.SLOWEST


async def test_whoever_cannot_wait_is_told_when_to_come_again(redis):
    time = Time()
    one = limiter(redis, time, per_minute=60)
    for _ in range(6):
        await one.take("a", 0)
    with pytest.raises(OverBudget) as caught:
        await one.take("a", 0.2)
    assert caught.value.surely_not_done
    assert 1 <= (caught.value.retry_after or 0) <= 1.2
    before = time.now
    await one.take("a", 8)
    assert 1 <= time.now - before <= 1.2


async def test_what_has_begun_goes_before_what_would_begin(redis):
    """Otherwise, with little to spare, everybody would make one call and nobody a second one."""
    time = Time()
    budget = limiter(redis, time, per_minute=60).of("a")
    for _ in range(6):
        await budget.limiter.take("a", 0)

    async def run(begun):
        enter(fresh_lease(time, begun=begun))
        await budget.before_call()

    with pytest.raises(OverBudget):
        await asyncio.create_task(run(begun=False))
    await asyncio.create_task(run(begun=True))


async def test_a_create_waits_before_its_intent_and_not_after_it(redis):
    time = Time()
    budget = limiter(redis, time, per_minute=60).of("a")

    async def run():
        enter(fresh_lease(time, begun=True))
        for _ in range(10):
            await budget.ready()
            intent = time.now
            await budget.before_call()
            assert time.now == intent

    before = time.now
    await asyncio.create_task(run())
    assert time.now - before > 3


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", None])
async def test_without_redis_a_worker_keeps_to_its_share(url):
    time = Time()
    redis = Redis.from_url(url) if url else None
    made = await calls(limiter(redis, time, per_minute=120, share=0.25).of("a"), time, 300)
    assert busiest_minute(made) <= 30
    assert len(made) > 100


async def test_redis_that_hangs_costs_a_moment_and_not_every_call():
    async def silent(reader, writer):
        try:
            await reader.read()
        finally:
            writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    redis = Redis.from_url(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}", socket_timeout=5)
    time = Time()
    one = limiter(redis, time, per_minute=600)
    async with asyncio.timeout(5):
        for _ in range(10):
            await one.take("a", 0)
    await redis.aclose()
    server.close()


async def test_redis_that_comes_back_and_has_forgotten_everything(redis):
    time = Time()
    one = limiter(redis, time, per_minute=600)
    await one.take("a", 0)
    await redis.flushall()
    await redis.script_flush()
    await one.take("a", 0)
    assert await redis.ttl("budget:a") > 0


# Two buckets, one in Redis and one here: the same arithmetic, written twice, must stay the same.
steps = st.lists(
    st.tuples(st.floats(0, 90), st.sampled_from([0.0, 0.2, 8.0]), st.one_of(st.none(), st.none(), st.floats(0, 2000))),
    max_size=40,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.sampled_from([60, 100, 600, 5000]))
async def test_redis_and_we_count_alike(redis_url, taken, limit):
    time, bucket = Time(), Bucket()
    redis = Redis.from_url(redis_url)
    name = f"same-{next(numbers)}"
    script = redis.register_script(limits.SCRIPT)
    for gone, patience, refused in taken:
        time.now += gone
        theirs = float(await script(keys=[name], args=[time.now, limit, patience, "" if refused is None else refused]))
        assert theirs == pytest.approx(bucket.ask(time.now, limit, patience, refused), abs=0.01)
    await redis.aclose()
