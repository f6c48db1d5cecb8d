"""The one reader of facts that all subscriptions of a process share: whatever happens, each is told all of it, once."""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from api import app
from api.subscriptions import changes, feed
from domain import events, outbox
from domain.ids import global_id, parse_global_id
from domain.organizations import service as organizations
from runtime.settings import libpq_url
from tests.api.conftest import a_product
from tests.api.subscribing import CURSOR, eventually, greeted, ids, many, told_live
from tests.rig import make_msp, opened, served

TYPES = "recordChanged(types: [PRODUCT], after: $after)"


@pytest.fixture
async def address(db, asker):
    async with served(app.create(db, asker)) as address:
        yield address


@pytest.fixture
async def socket(address, msp):
    async with greeted(address, msp.token) as socket:
        yield socket


@pytest.fixture
async def start(ask) -> str:
    """A cursor from before anything that the test does."""
    return (await ask(CURSOR))["recordCursor"]


def readers() -> int:
    """How many feeds are being read in this process."""
    return sum(getattr(task.get_coro(), "__qualname__", "") == "Feed._read" for task in asyncio.all_tasks())


@pytest.mark.parametrize("room", [1, 5])
async def test_whoever_is_too_slow_is_told_where_to_go_on(db, asker, msp, start, room):
    async with served(app.create(db, asker, room=room)) as address, greeted(address, msp.token) as socket:
        await socket.subscribe()
        await told_live(socket, msp)
        made = await many(msp, 30)
        seen = ids(await socket.changes(room))
        error = await socket.error()
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        await socket.subscribe(after=error["extensions"]["cursor"])
        seen += ids(await socket.changes(30 - room))
        assert seen == made
        made = await many(msp, 1)
        assert ids(await socket.changes(1)) == made


async def test_somebody_slow_keeps_nobody_waiting(db, asker, msp, ask):
    product = await a_product(ask, description="x" * 4_000)
    start = (await ask(CURSOR))["recordCursor"]
    id = parse_global_id(product["id"])[1]
    fields = " ".join(f"a{number}: description" for number in range(29))
    big = f"subscription ($after: String) {{ {TYPES} {{ cursor node {{ ... on Product {{ {fields} }} }} }} }}"
    small = f"subscription ($after: String) {{ {TYPES} {{ cursor }} }}"
    seen: dict[str, list[str]] = {"slow": [], "quick": []}
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(served(app.create(db, asker, room=20)))
        slow, quick = [await stack.enter_async_context(greeted(address, msp.token)) for _ in range(2)]
        await slow.subscribe(big, after=start)
        await quick.subscribe(small, after=start)
        slow.connection.transport.pause_reading()
        for _ in range(15):  # in all more than fits into what lies between two processes
            async with msp.transaction() as ctx:
                for _ in range(10):
                    ctx.emit(events.ProductUpdated(id))
            seen["quick"] += [change["cursor"] for change in await quick.changes(10)]
        slow.connection.transport.resume_reading()
        while (message := await slow.message())["type"] == "next":
            seen["slow"].append(message["payload"]["data"]["recordChanged"]["cursor"])
        [error] = message["payload"]
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "cursor": seen["slow"][-1]}
        await slow.subscribe(small, after=error["extensions"]["cursor"])
        seen["slow"] += [change["cursor"] for change in await slow.changes(150 - len(seen["slow"]))]
    assert seen["slow"] == seen["quick"]


async def test_one_reader_serves_all_and_stops_with_the_last(address, msp, other, start):
    async with greeted(address, msp.token) as one, greeted(address, other.token) as two:
        for id in "abc":
            await one.subscribe(id=id, after=start)
            await two.subscribe(id=id, after=start)
        made = await many(msp, 2)
        for id in "abc":
            assert ids(await one.changes(2, id)) == made
        assert readers() == 1
    await eventually(lambda: not readers())


async def test_a_database_that_went_away_is_made_up_for(database, asker):
    async with opened(database.app_url) as db:
        msp = await make_msp(db)
        async with served(app.create(db, asker)) as address, greeted(address, msp.token) as socket:
            await socket.subscribe()
            await told_live(socket, msp)
            with psycopg.connect(libpq_url(database.admin_url), autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'qw_app'")
            made = await many(msp, 2)
            assert ids(await socket.changes(2)) == made


async def test_facts_that_can_not_be_read_for_a_while_are_read_later(database, asker):
    async with opened(database.app_url) as db, AsyncExitStack() as stack:
        msp = await make_msp(db)
        address = await stack.enter_async_context(served(app.create(db, asker)))
        socket = await stack.enter_async_context(greeted(address, msp.token))
        await socket.subscribe()
        await told_live(socket, msp)
        with psycopg.connect(libpq_url(database.admin_url), autocommit=True) as admin, capture_logs() as logs:
            admin.execute("REVOKE SELECT ON outbox FROM qw_system")
            await eventually(lambda: any(log["event"] == "facts can't be read" for log in logs))
            made = await many(msp, 2)
            admin.execute("GRANT SELECT ON outbox TO qw_system")
            assert ids(await socket.changes(2)) == made


async def test_a_feed_that_is_behind_tells_nothing_again(address, socket, msp, start, monkeypatch):
    monkeypatch.setattr(feed, "_BATCH", 1)
    await socket.subscribe()
    await told_live(socket, msp)
    made = await many(msp, 40)  # the feed takes them one by one, while this reads them all at once
    await socket.subscribe(id="2", after=start)
    while (await socket.change("2"))["recordId"] != made[-1]:
        pass
    assert ids(await socket.changes(40)) == made
    after = await many(msp, 1)
    assert ids(await socket.changes(1, "2")) == after


async def test_who_has_spent_the_points_is_told_later(db, asker, msp):
    async with served(app.create(db, asker, rate=60)) as address, greeted(address, msp.token) as socket:
        await socket.subscribe()
        await told_live(socket, msp)
        began = time.monotonic()
        made = await many(msp, 62)
        costs = []
        for id in made:
            message = await socket.message()
            assert message["payload"]["data"]["recordChanged"]["recordId"] == id
            costs.append(message["payload"]["extensions"]["cost"])
        assert {cost["requested"] for cost in costs} == {1}
        refilled = time.monotonic() - began  # a point a second
        assert costs[-1]["remaining"] <= max(0, 60 - 62 + refilled)


async def test_whatever_happens_meanwhile_everybody_is_told_all_of_it(db, asker, msp, start, monkeypatch):
    """Many write at once, many are cut off at any time and come back elsewhere; everything is read in small parts."""
    monkeypatch.setattr(feed, "_BATCH", 3)
    monkeypatch.setattr(changes, "_BATCH", 4)
    monkeypatch.setattr(feed, "_PAUSE", 0.05)
    chance = random.Random(7)
    made: list[str] = []
    total = 40

    async def write(delays: list[float]) -> None:
        for delay in delays:
            async with msp.transaction() as ctx:
                row = await organizations.create(ctx, {"name": "Acme"})
                await outbox.write(ctx.session, ctx)
                await asyncio.sleep(delay)
            made.append(global_id("Organization", row.id))

    async def listen(addresses: list[str], stays: list[int]) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []
        cursor = start
        while len(seen) < total:
            async with greeted(chance.choice(addresses), msp.token) as socket:
                await socket.subscribe(after=cursor)
                seen += await socket.changes(min(stays.pop() if stays else total, total - len(seen)))
                cursor = seen[-1]["cursor"]
                socket.connection.transport.abort()
        return seen

    async with opened(db.engine.url.render_as_string(hide_password=False)) as second, AsyncExitStack() as stack:
        addresses = [await stack.enter_async_context(served(app.create(d, asker))) for d in (db, second)]
        writing = asyncio.gather(*(write([chance.uniform(0, 0.1) for _ in range(total // 4)]) for _ in range(4)))
        stays = [[chance.randrange(1, 9) for _ in range(5)] for _ in range(8)]
        heard = await asyncio.gather(*(listen(addresses, stay) for stay in stays))
        await writing
        # Who is cut off in the middle of a read leaves no connection to the database behind.
        pools: list[Any] = [db.engine.pool, second.engine.pool]
        await eventually(lambda: not readers() and not any(pool.checkedout() for pool in pools))
    assert len(made) == total
    for seen in heard:
        assert seen == heard[0]
        assert sorted(ids(seen)) == sorted(made)
