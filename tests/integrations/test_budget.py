"""The budget and the breaker on the whole road: workers share one, and an outage costs few calls."""

import asyncio
import random
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from domain.integration_settings.connectwise import PROVIDER
from domain.organizations import service as organizations
from integrations.connectwise.provider import ConnectWise
from integrations.core.dispatcher import Dispatcher
from integrations.core.limiter import Limiter
from integrations.core.timing import Timing
from integrations.providers import shelf
from tests.integrations.road import COMPANIES, TIMING, open_road
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


def calls(sandbox):
    return [entry for entry in sandbox.journal() if "/apis/" in entry["path"]]


def busiest(entries, seconds):
    return max(
        (sum(1 for other in entries if 0 <= other["at"] - entry["at"] < seconds) for entry in entries), default=0
    )


async def failed_once(road):
    for _ in range(500):
        async with road.msp.transaction() as ctx:
            if await ctx.session.scalar(text("SELECT failures FROM lane")):
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody noticed")


async def test_two_workers_share_one_budget_and_everything_gets_done(database, sandbox, redis_url):
    first, second = Redis.from_url(redis_url), Redis.from_url(redis_url)
    per_minute = 1200
    async with open_road(database, sandbox, limiter=Limiter(first, per_minute=per_minute)) as road:
        more = ConnectWise(
            sandbox.keys.client_id,
            timeout=TIMING.http_timeout,
            allow_loopback=True,
            limiter=Limiter(second, per_minute=per_minute),
        )
        other = Dispatcher(road.msp.database, shelf(more), TIMING)
        await road.quiet()
        sandbox.clear_journal()
        sweeping = asyncio.create_task(other.sweep())
        await asyncio.gather(*(road.organization(f"Customer {number}") for number in range(40)))
        await road.quiet()
        sweeping.cancel()
        made = calls(sandbox)
        # Any stretch of time sees a full bucket at most, and what flowed in meanwhile.
        for seconds in (1, 3, 10):
            assert busiest(made, seconds) <= per_minute * (0.1 + 0.9 * seconds / 60) + 5
        assert len(made) > per_minute * 0.1, "both had more to do than a bucket holds"
        names = [row["name"] for row in sandbox.records(COMPANIES) if row["name"].startswith("Customer ")]
        assert len(names) == len(set(names)) == 40
        assert await road.errors() == []
        async with road.msp.transaction() as ctx:
            status = await ctx.session.scalar(text("SELECT status FROM integration"))
        assert status == "CONNECTED", "holding back is no failure"
        await other.stop(1)
        await more.aclose()
    await first.aclose()
    await second.aclose()


async def test_too_many_slows_every_worker_down(database, sandbox, redis_url):
    redis = Redis.from_url(redis_url)
    async with open_road(database, sandbox, limiter=Limiter(redis, per_minute=600)) as road:
        await road.quiet()
        sandbox.faults(effect="status", status=429, method="POST", times=1, headers={"Retry-After": "1"})
        sandbox.clear_journal()
        await road.organization("Slow Ltd")
        await road.quiet()
        [refused] = [entry for entry in calls(sandbox) if entry["status"] == 429]
        after = [entry["at"] - refused["at"] for entry in calls(sandbox) if entry["seq"] > refused["seq"]]
        assert min(after) >= 0.95
        speed = float(await redis.hget(f"budget:{PROVIDER}:{road.msp.id}", "speed"))
        assert 0.5 <= speed < 0.6
        assert len([row for row in sandbox.records(COMPANIES) if row["name"] == "Slow Ltd"]) == 1
        assert await road.errors() == []
    await redis.aclose()


@pytest.mark.parametrize("chance", [lambda: 0.0, lambda: 0.999, random.random])
def test_ten_minutes_of_outage_are_few_probes_and_its_end_is_noticed(chance):
    timing = Timing()
    at, probes = 0.0, []
    while at < 600:
        probes.append(at)
        at += timing.hold(len(probes), chance)
    assert len(probes) <= 25
    assert max(b - a for a, b in pairwise(probes)) + timing.http_timeout <= 60


@pytest.mark.parametrize("status", [503, 0])
async def test_an_outage_costs_few_calls_however_much_waits(database, sandbox, status):
    """Ten minutes in six seconds: every period of the breaker a hundredth."""
    real = Timing()
    timing = replace(TIMING, first_retry=real.first_retry / 100, longest_hold=real.longest_hold / 100, http_timeout=0.4)
    async with open_road(database, sandbox, timing=timing) as road:
        await road.quiet()
        effect = {"effect": "status", "status": status} if status else {"effect": "reset_before"}
        fault = sandbox.faults(path_contains="/apis/", times=0, **effect)
        sandbox.clear_journal()
        started = time.monotonic()
        async with road.msp.transaction() as ctx:
            await organizations.create(ctx, {"name": "Waiting 0"})
        await road.dispatcher.drain()
        # What is under way when it begins can't be called back; here that is one call.
        await failed_once(road)
        async with road.msp.transaction() as ctx:
            for number in range(1, 40):
                await organizations.create(ctx, {"name": f"Waiting {number}"})
        while time.monotonic() - started < 6:
            await road.dispatcher.drain()
            await asyncio.sleep(0.02)
        cost = len(sandbox.journal())
        sandbox.clear_faults(fault)
        await road.quiet()
        names = [row["name"] for row in sandbox.records(COMPANIES) if row["name"].startswith("Waiting ")]
        assert len(names) == len(set(names)) == 40
        assert 2 <= cost <= 25
