"""What subscribers are told: every change of their records, in order, once; and no more than their token may know."""

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from api import app
from api.schema import schema
from api.subscriptions import changes, feed, records
from domain import events, outbox
from domain.access import service as access
from domain.ids import global_id, parse_global_id, uuid7
from domain.organizations import service as organizations
from runtime.settings import libpq_url
from tests.api.conftest import a_product, a_quote, an_organization
from tests.api.subscribing import ENOUGH, greeted
from tests.rig import make_msp, opened, served

CURSOR = "{ recordCursor }"
TYPES = "recordChanged(types: [PRODUCT], after: $after)"
NAMES = """subscription ($after: String) { recordChanged(types: [ORGANIZATION], after: $after) {
  cursor node { ... on Organization { name } }
} }"""


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


async def with_scopes(msp, *scopes: str) -> str:
    async with msp.transaction() as ctx:
        return (await access.create_token(ctx, name="some", scopes=scopes))[1]


async def many(msp, number: int, name: str = "Acme") -> list[str]:
    """Organizations made in one transaction."""
    async with msp.transaction() as ctx:
        made = [await organizations.create(ctx, {"name": f"{name} {n}"}) for n in range(number)]
    return [global_id("Organization", row.id) for row in made]


async def a_fact(msp, name: str, subject: str) -> None:
    statement = "INSERT INTO outbox (tenant_id, name, subject, payload, actor) VALUES (:t, :name, :subject, '{}', 'x')"
    async with msp.transaction() as ctx:
        await ctx.session.execute(text(statement), {"t": msp.id, "name": name, "subject": subject})


def readers() -> int:
    """How many feeds are being read in this process."""
    return sum(getattr(task.get_coro(), "__qualname__", "") == "Feed._read" for task in asyncio.all_tasks())


async def eventually(condition) -> None:
    async with asyncio.timeout(ENOUGH):
        while not condition():  # noqa: ASYNC110  # nobody rings
            await asyncio.sleep(0.01)


async def told_live(socket, msp) -> None:
    """From here on the only subscription is told what happens as it happens, and reads nothing of before."""
    await eventually(readers)
    [last] = await many(msp, 1)
    while (await socket.change())["recordId"] != last:
        pass


def ids(changes: list[dict[str, Any]]) -> list[str]:
    return [change["recordId"] for change in changes]


async def test_somebody_who_subscribes_is_told_what_happens_to_a_quote(socket, ask, start):
    await socket.subscribe(types=["QUOTE"], after=start)
    quote = await a_quote(ask)
    await ask("mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { quote { id } } }", id=quote["id"])
    first, second = await socket.changes(2)
    assert first == {
        "cursor": first["cursor"], "type": "QUOTE", "recordId": quote["id"], "event": "QUOTE_CREATED",
        "actor": "token test", "node": {"id": quote["id"]},
    }  # fmt: skip
    assert (second["recordId"], second["event"]) == (quote["id"], "QUOTE_SENT")


async def test_without_a_cursor_one_is_told_of_what_comes(socket, ask, msp):
    await an_organization(ask, "Before")
    await socket.subscribe(NAMES)
    # Nothing says when a subscription has begun, so this goes on until it has.
    seen: list[str] = []
    while not seen:
        await an_organization(ask, "After")
        try:
            async with asyncio.timeout(0.2):
                seen.append((await socket.change())["node"]["name"])
        except TimeoutError:
            continue
    assert seen == ["After"]


async def test_each_event_shows_the_record_as_it_is_by_then(socket, ask, start):
    await socket.subscribe(NAMES, after=start)
    made = await an_organization(ask, "Acme")
    assert (await socket.change())["node"]["name"] == "Acme"
    rename = (
        'mutation ($id: ID!) { updateOrganization(input: {organizationId: $id, name: "Oak"}) { organization { id } } }'
    )
    await ask(rename, id=made["id"])
    assert (await socket.change())["node"]["name"] == "Oak"


async def test_whoever_was_cut_off_goes_on_at_another_process(db, database, asker, msp, ask, start):
    async with opened(db.engine.url.render_as_string(hide_password=False)) as second_db:
        async with served(app.create(db, asker)) as first, greeted(first, msp.token) as socket:
            await socket.subscribe(after=start)
            made = await many(msp, 3)
            seen = await socket.changes(2)
            socket.connection.transport.abort()
        made += await many(msp, 2)
        async with served(app.create(second_db, asker)) as second, greeted(second, msp.token) as socket:
            await socket.subscribe(after=seen[-1]["cursor"])
            seen += await socket.changes(3)
            made += await many(msp, 1)
            seen += await socket.changes(1)
    assert ids(seen) == made


async def test_what_began_early_and_commits_late_is_told_first(socket, msp, start):
    await socket.subscribe(after=start)
    async with AsyncExitStack() as late:
        ctx = await late.enter_async_context(msp.transaction())
        early = await organizations.create(ctx, {"name": "Early"})
        await outbox.write(ctx.session, ctx)
        quick = await many(msp, 1)
    assert ids(await socket.changes(2)) == [global_id("Organization", early.id), *quick]


async def test_nobody_is_told_of_another_tenants_changes(address, socket, msp, other, ask, ask_other, start):
    async with greeted(address, other.token) as theirs:
        for one in (socket, theirs):
            await one.subscribe(after=start)
        await many(other, 3, "CANARY")
        mine = await many(msp, 1)
        assert ids(await socket.changes(1)) == mine
        assert mine[0] not in ids(await theirs.changes(3))


async def test_a_token_is_told_of_what_it_may_read(address, msp, ask, start):
    token = await with_scopes(msp, "products:read")
    async with greeted(address, token) as socket:
        await socket.subscribe(after=start)
        await an_organization(ask)
        product = await a_product(ask)
        assert ids(await socket.changes(1)) == [product["id"]]


async def test_a_type_without_its_scope_is_refused(address, msp):
    async with greeted(address, await with_scopes(msp, "products:read")) as socket:
        await socket.subscribe(types=["PRODUCT", "QUOTE"])
        error = await socket.error()
        assert (error["extensions"]["code"], error["message"]) == (
            "FORBIDDEN",
            "The token lacks the scope quotes:read.",
        )
        below = "subscription { recordChanged(types: [PRODUCT]) { node { ... on Quote { sync { state } } } } }"
        await socket.subscribe(below, id="2")
        assert (await socket.error("2"))["extensions"] == {"code": "FORBIDDEN", "scopes": ["sync:read"]}
    async with greeted(address, await with_scopes(msp, "sync:read")) as socket:
        await socket.subscribe()
        assert (await socket.error())["extensions"]["code"] == "FORBIDDEN"


async def test_no_type_at_all_is_told_so(socket):
    await socket.subscribe(types=[])
    assert (await socket.error())["extensions"] == {"code": "INVALID", "field": ["types"]}


async def test_a_bad_cursor_is_told_so(socket):
    await socket.subscribe(after="nonsense")
    assert (await socket.error())["extensions"]["code"] == "BAD_CURSOR"


@pytest.mark.parametrize("room", [1, 5])
async def test_whoever_is_too_slow_is_told_where_to_go_on(db, asker, msp, start, room):
    async with served(app.create(db, asker, room=room)) as address, greeted(address, msp.token) as socket:
        await socket.subscribe(after=start)
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


@pytest.mark.parametrize("fate", ["revoked_at = now()", "expires_at = now()"])
async def test_a_token_that_is_no_longer_good_ends_everything(socket, msp, fate):
    await socket.subscribe()
    async with msp.transaction() as ctx:
        await ctx.session.execute(text(f"UPDATE credential SET {fate} WHERE name = 'test'"))
    code, reason = await socket.closed()
    assert (code, reason.partition(",")[0]) == (4403, "The token is no longer valid")


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


async def test_who_has_spent_the_points_is_told_later(db, asker, msp):
    async with served(app.create(db, asker, rate=60)) as address, greeted(address, msp.token) as socket:
        await socket.subscribe()
        await told_live(socket, msp)
        made = await many(msp, 60)
        costs = []
        for id in made:
            message = await socket.message()
            assert message["payload"]["data"]["recordChanged"]["recordId"] == id
            costs.append(message["payload"]["extensions"]["cost"])
        assert {cost["requested"] for cost in costs} == {1}
        assert min(cost["remaining"] for cost in costs) == 0


async def test_an_event_of_a_newer_version_shows_as_a_change(socket, msp, start):
    await socket.subscribe(after=start)
    [made] = await many(msp, 1)
    subject = f"organization:{parse_global_id(made)[1]}"
    await a_fact(msp, "OrganizationTransmogrified", subject)
    await a_fact(msp, "ApiTokenRevoked", f"api_token:{uuid7()}")  # no record that is told of
    await a_fact(msp, "OrganizationUpdated", f"organization:{uuid7()}")
    seen = await socket.changes(3)
    assert [change["event"] for change in seen] == ["ORGANIZATION_CREATED", *["ORGANIZATION_UPDATED"] * 2]
    assert [change["node"] for change in seen] == [{"id": made}, {"id": made}, None]


def test_every_record_that_facts_are_about_can_be_subscribed_to():
    roots = {event.root for event in all_events()}
    kinds = {model.__tablename__ for model in schema.models.values()}
    missing = roots & kinds - set(records.RecordType)
    assert not missing, f"{missing}: add them to RecordType in api/subscriptions/records.py"


def test_a_change_of_every_type_can_be_shown_without_knowing_the_event():
    for type_ in records.RecordType:
        assert records.RecordEvent(records.fallback(type_.value))


def all_events(event=events.Event):
    for inner in event.__subclasses__():
        yield from all_events(inner) if inner.__subclasses__() else [inner]


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
        writers = [write([chance.uniform(0, 0.1) for _ in range(total // 4)]) for _ in range(4)]
        listeners = [listen(addresses, [chance.randrange(1, 9) for _ in range(5)]) for _ in range(8)]
        heard = (await asyncio.gather(*writers, *listeners))[4:]
    assert len(made) == total
    for seen in heard:
        assert seen == heard[0]
        assert sorted(ids(seen)) == sorted(made)
