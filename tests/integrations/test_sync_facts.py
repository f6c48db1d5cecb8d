"""What the ledger tells of itself, and who subscribes is told: each sync error once, and how a record stands by now."""

import pytest
from sqlalchemy import text

from api import app
from api.ask import Asker
from domain import facts
from domain.ids import global_id, uuid7
from domain.integration_settings import service as settings
from domain.integration_settings.connectwise import PROVIDER
from domain.integration_settings.service import Keys
from domain.organizations import service as organizations
from domain.sync import service as sync
from tests.api.subscribing import Socket, greeted
from tests.integrations.arriving import until
from tests.integrations.road import open_road
from tests.rig import served
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()

STATES = """subscription ($ids: [ID!]!) { syncStateChanged(ids: $ids) {
  cursor recordId sync { state externalId lastError { kind } }
} }"""
ERRORS = """subscription ($after: String) { syncErrorRaised(after: $after) {
  cursor syncError { title kind resolvedAt record { id } }
} }"""


@pytest.fixture
async def road(database, sandbox):
    async with open_road(database, sandbox) as road:
        yield road


@pytest.fixture
async def socket(road):
    async with (
        served(app.create(road.msp.database, Asker(None))) as address,
        greeted(address, road.msp.token) as socket,
    ):
        yield socket


async def told(road) -> list[str]:
    """The names of the facts of the ledger, in order."""
    async with road.msp.transaction() as ctx:
        return list(await ctx.session.scalars(text("SELECT name FROM outbox WHERE subject LIKE 'sync%' ORDER BY id")))


async def retried(road) -> None:
    [error] = await road.errors()
    async with road.msp.transaction() as ctx:
        await sync.retry(ctx, error.id)
    await road.quiet()


def refuse(sandbox, times: int = 1) -> None:
    sandbox.faults(effect="status", status=400, method="POST", path_contains="/company/companies", times=times)


async def test_an_error_is_told_when_it_is_raised_and_when_it_is_solved(road, sandbox):
    refuse(sandbox)
    await road.organization()
    await road.quiet()
    assert await told(road) == ["SyncErrorRaised", "SyncSettled"]
    refuse(sandbox)
    await retried(road)
    assert (await told(road)).count("SyncErrorRaised") == 1, "it is open already"
    await retried(road)
    assert (await told(road))[-2:] == ["SyncErrorResolved", "SyncSettled"]


async def test_a_change_that_changes_nothing_there_is_told_to_be_done(road):
    organization = await road.organization()
    await road.quiet()
    before = await told(road)
    async with road.msp.transaction() as ctx:
        for phone in ("1", None):
            await organizations.update(ctx, organization.id, {"phone": phone})
    await road.quiet()
    assert (await told(road))[len(before) :] == ["SyncSettled"], "who saw it wait must see it arrive"


async def test_a_record_that_waits_for_another_ones_error_is_told(road, sandbox):
    refuse(sandbox, times=10)
    quote = await road.quote(await road.organization())
    await road.quiet()
    assert {error.kind for error in await road.errors()} == {"REJECTED", "BLOCKED"}
    async with road.msp.transaction() as ctx:
        about = f"SELECT name FROM outbox WHERE subject = 'sync:{quote.id}'"
        assert "SyncSettled" in list(await ctx.session.scalars(text(about)))


async def test_a_dismissed_error_is_told(road, sandbox):
    refuse(sandbox)
    await road.organization()
    await road.quiet()
    [error] = await road.errors()
    async with road.msp.transaction() as ctx:
        await sync.dismiss(ctx, error.id, reason="by hand")
    assert (await told(road))[-2:] == ["SyncErrorDismissed", "SyncSettled"]


async def test_keys_that_are_refused_are_one_error_of_the_connection(road, sandbox):
    sandbox.faults(effect="status", status=401, path_contains="/company/companies", times=1)
    await road.organization()
    await until(road, road.errors)
    assert [name for name in await told(road) if "Error" in name] == ["SyncErrorRaised"]
    keys = Keys(sandbox.url, sandbox.keys.company_id, sandbox.keys.public_key, sandbox.keys.private_key)
    async with road.msp.transaction() as ctx:
        candidate = await settings.propose(ctx, PROVIDER, keys)
        await settings.confirm(ctx, PROVIDER, candidate, remote_version="test")
    await road.quiet()
    assert [name for name in await told(road) if "Error" in name] == ["SyncErrorRaised", "SyncErrorResolved"]


async def change(socket: Socket, field: str, id: str = "1"):
    message = await socket.message(id)
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return message["payload"]["data"][field]


async def test_somebody_who_watches_a_record_sees_it_wait_and_arrive(road, sandbox, socket):
    organization = await road.organization()
    id = global_id("Organization", organization.id)
    await socket.subscribe(STATES, ids=[id])
    seen: list[str] = []
    # Nothing says when the subscription has begun, so this goes on until it has.
    while not seen:
        async with road.msp.transaction() as ctx:
            await organizations.update(ctx, organization.id, {"phone": str(uuid7())})
        await socket.send(type="ping")
        message = await socket.receive()
        while message["type"] != "pong":
            seen.append(message["payload"]["data"]["syncStateChanged"]["sync"]["state"])
            message = await socket.receive()
    assert seen == ["PENDING"]
    for phone in "12":  # it waits already
        async with road.msp.transaction() as ctx:
            await organizations.update(ctx, organization.id, {"phone": phone})
    await road.quiet()
    last = await change(socket, "syncStateChanged")
    assert (last["recordId"], last["sync"]["state"], last["sync"]["lastError"]) == (id, "SYNCED", None)
    assert last["sync"]["externalId"]


async def test_somebody_who_watches_errors_sees_one_that_was_raised_meanwhile(road, sandbox, socket):
    async with road.msp.transaction() as ctx:
        start = await facts.cursor(ctx.session)
    refuse(sandbox)
    organization = await road.organization()
    await road.quiet()
    await socket.subscribe(ERRORS, after=start)
    raised = (await change(socket, "syncErrorRaised"))["syncError"]
    assert raised == {
        "title": raised["title"], "kind": "REJECTED", "resolvedAt": None,
        "record": {"id": global_id("Organization", organization.id)},
    }  # fmt: skip
