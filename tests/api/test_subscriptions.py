"""What subscribers are told: every change of their records, in order, once; and no more than their token may know."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from api import app
from api.schema import schema
from api.subscriptions import records
from domain import events, outbox
from domain.access import service as access
from domain.ids import global_id, parse_global_id, uuid7
from domain.organizations import service as organizations
from domain.sync import service as sync
from domain.sync.models import SyncError
from tests.api.conftest import a_product, a_quote, an_organization
from tests.api.subscribing import CURSOR, greeted, ids, many, told_live
from tests.rig import opened, served

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


async def a_fact(msp, name: str, subject: str) -> None:
    statement = "INSERT INTO outbox (tenant_id, name, subject, payload, actor) VALUES (:t, :name, :subject, '{}', 'x')"
    async with msp.transaction() as ctx:
        await ctx.session.execute(text(statement), {"t": msp.id, "name": name, "subject": subject})


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


async def test_nobody_is_told_of_another_tenants_changes(address, socket, msp, other, ask):
    async with greeted(address, other.token) as theirs:
        for one, whose in ((socket, msp), (theirs, other)):
            await one.subscribe()
            await told_live(one, whose)
        cursor = (await ask(CURSOR))["recordCursor"]
        foreign, mine = await many(other, 3), await many(msp, 1)
        for one in (socket, theirs):
            await one.subscribe(id="2", after=cursor)
        for id in "12":  # as it happened, and from the past
            assert ids(await socket.changes(1, id)) == mine
            assert ids(await theirs.changes(3, id)) == foreign


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
    async with greeted(address, await with_scopes(msp, "integrations:read")) as socket:
        await socket.subscribe()
        assert (await socket.error())["extensions"]["code"] == "FORBIDDEN"


async def test_no_type_at_all_is_told_so(socket):
    await socket.subscribe(types=[])
    assert (await socket.error())["extensions"] == {"code": "INVALID", "field": ["types"]}


async def test_a_bad_cursor_is_told_so(socket):
    await socket.subscribe(after="nonsense")
    assert (await socket.error())["extensions"] == {"code": "BAD_CURSOR", "field": ["after"]}


@pytest.mark.parametrize("fate", ["revoked_at = now()", "expires_at = now()"])
async def test_a_token_that_is_no_longer_good_ends_everything(socket, msp, fate):
    await socket.subscribe()
    async with msp.transaction() as ctx:
        await ctx.session.execute(text(f"UPDATE credential SET {fate} WHERE name = 'test'"))
    code, reason = await socket.closed()
    assert (code, reason.partition(",")[0]) == (4403, "The token is no longer valid")


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


STATES = "subscription ($ids: [ID!]!) { syncStateChanged(ids: $ids) { recordId sync { state lastError { id } } } }"
ERRORS = "subscription { syncErrorRaised { cursor } }"


async def test_only_what_is_synced_by_itself_can_be_watched(socket, ask):
    quote = await a_quote(ask)
    product = await a_product(ask)
    for number, id in enumerate([quote["lines"][0]["id"], product["id"], "junk"]):
        await socket.subscribe(STATES, id=str(number), ids=[quote["id"], id])
        assert (await socket.error(str(number)))["extensions"] == {"code": "INVALID", "field": ["ids"]}
    await socket.subscribe(STATES, id="many", ids=[quote["id"]] * 101)
    assert (await socket.error("many"))["extensions"]["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("query", [STATES, ERRORS])
async def test_what_the_ledger_tells_needs_its_scope(address, msp, query):
    async with greeted(address, await with_scopes(msp, "organizations:read")) as socket:
        await socket.subscribe(query, ids=[])
        assert (await socket.error())["extensions"] == {"code": "FORBIDDEN", "scopes": ["sync:read"]}


async def test_an_error_that_is_dismissed_is_told_with_the_record_it_was_about(socket, ask, msp, start):
    unwatched, organization = await an_organization(ask, "Oak"), await an_organization(ask)
    own = f"organization:{parse_global_id(organization['id'])[1]}"
    async with msp.transaction() as ctx:
        ctx.emit(events.SyncSettled(parse_global_id(unwatched["id"])[1]))
        error = SyncError(provider="CONNECTWISE", subject=own, root=own, title="Acme", kind="REJECTED", message="m")
        ctx.session.add(error)
    states = STATES.replace("$ids: [ID!]!", "$ids: [ID!]!, $after: String").replace("$ids)", "$ids, after: $after)")
    await socket.subscribe(states, ids=[organization["id"]], after=start)
    failed = (await socket.message())["payload"]["data"]["syncStateChanged"]
    assert failed["sync"] == {"state": "ERROR", "lastError": {"id": global_id("SyncError", error.id)}}
    await socket.subscribe(id="2", types=["SYNC_ERROR"], after=start)
    async with msp.transaction() as ctx:
        await sync.dismiss(ctx, error.id, reason="by hand")
    solved = (await socket.message())["payload"]["data"]["syncStateChanged"]
    assert solved == {"recordId": organization["id"], "sync": {"state": "NOT_SYNCED", "lastError": None}}
    dismissed = await socket.change("2")
    assert (dismissed["event"], dismissed["recordId"]) == ("SYNC_ERROR_DISMISSED", global_id("SyncError", error.id))
