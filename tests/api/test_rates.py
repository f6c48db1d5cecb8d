"""How much a token may ask in a minute; what happens when that is used up, and when Redis is away."""

import asyncio

import httpx
import pytest
from arq.connections import ArqRedis

from api import app, rates
from api.ask import Asker, open_pool
from api.rates import Buckets, Rates
from tests.api.conftest import Client

TEN = "{ quotes(first: 9) { nodes { id } } }"  # points


@pytest.fixture
async def limited(db, redis_url):
    """A maker of clients of a process that has its own memory and shares this Redis."""
    pools: list[ArqRedis] = []
    clients: list[httpx.AsyncClient] = []

    async def limited(token: str | None, rate: int = 100, url: str = redis_url) -> Client:
        pools.append(open_pool(url))
        transport = httpx.ASGITransport(app.create(db, Asker(pools[-1]), rate=rate))
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://quotewright.test"))
        return Client(clients[-1], token)

    yield limited
    for client in clients:
        await client.aclose()
    for pool in pools:
        await pool.aclose()


async def test_a_token_has_so_many_points_whichever_process_it_asks(limited, msp, other):
    one, two, stranger = await limited(msp.token), await limited(msp.token), await limited(other.token)
    answer = await one.post("{ quotes(first: 89) { nodes { id } } }")
    assert answer.status_code == 200
    assert answer.headers["ratelimit-limit"] == "100"
    assert answer.headers["ratelimit-remaining"] == "10"
    assert answer.json()["extensions"]["cost"] == {
        "requested": 90,
        "limit": 20_000,
        "remaining": 10,
        "resetsIn": int(answer.headers["ratelimit-reset"]),
    }
    for client in (one, two):  # a bucket that fills up in a minute has no 90 points yet
        refused = await client.post("{ quotes(first: 89) { nodes { id } } }")
        assert refused.status_code == 429
        [error] = refused.json()["errors"]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert error["extensions"]["cost"]["requested"] == 90
        assert "data" not in refused.json()
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await stranger.post(TEN)).status_code == 200


async def test_what_costs_more_than_a_minute_brings_is_possible_once(limited, msp):
    client = await limited(msp.token, rate=50)
    query = "{ quotes(first: 80) { nodes { id } } }"
    assert (await client.post(query)).status_code == 200
    assert (await client.post(query)).status_code == 429


async def test_without_redis_each_process_counts_by_itself(limited, msp):
    client = await limited(msp.token, rate=30, url="redis://127.0.0.1:1/0")
    statuses = [(await client.post(TEN)).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


async def test_redis_that_comes_back_counts_again(redis_url):
    pool = open_pool(redis_url)
    rates = Rates(pool, 100)
    rates._away_until = float("inf")
    assert (await rates.take("a", 90)).remaining == 10
    rates._away_until = 0
    assert (await rates.take("a", 90)).remaining == 10  # Redis knows nothing of that
    assert (await rates.take("a", 90)).wait > 0
    await pool.aclose()


async def test_many_at_once_get_no_more_than_there_is(redis_url):
    pools = [open_pool(redis_url) for _ in range(3)]
    processes = [Rates(pool, 100) for pool in pools]
    taken = await asyncio.gather(*(rates.take("a", 10) for rates in processes * 10))
    assert sum(not one.wait for one in taken) == 10
    for pool in pools:
        await pool.aclose()


def test_a_bucket_fills_up_as_time_goes():
    now = 0.0
    buckets = Buckets(60, lambda: now)
    assert buckets.take("a", 60).remaining == 0
    refused = buckets.take("a", 10)
    assert (refused.wait, refused.resets_in) == (10, 60)
    now = 9.0
    assert buckets.take("a", 10).wait == 1
    now = 10.0
    assert buckets.take("a", 10).wait == 0
    now = 1_000.0
    assert buckets.take("a", 1).remaining == 59
    assert buckets.take("b", 1).remaining == 59


async def test_by_default_nobody_counts(ask):
    answer = await ask.post(TEN)
    assert "ratelimit-limit" not in answer.headers


async def test_attempts_without_a_token_are_slowed_down_and_nobody_else(http, ask, monkeypatch):
    monkeypatch.setattr(rates, "_PERIOD", 100_000)  # however slow this machine is
    nobody = Client(http, None)
    statuses = [(await nobody.post("{ __typename }")).status_code for _ in range(70)]
    assert set(statuses[:60]) == {401}
    late = await nobody.post("{ __typename }")
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) >= 1
    assert late.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert (await ask.post("{ __typename }")).status_code == 200
