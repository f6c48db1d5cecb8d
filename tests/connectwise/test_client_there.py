"""The client against the sandbox: connections, upgrades, custom fields, and keys that nobody gets to see."""

import asyncio
import logging

import pytest

from integrations.connectwise.client import Client, Connection
from integrations.connectwise.conditions import custom, one_of
from integrations.core import errors
from tests.connectwise.raw_server import PRIVATE, answer, talking
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()

COMPANIES = "/company/companies"


def client_of(sandbox, keys, **more):
    connection = Connection(sandbox.url, keys.company_id, keys.public_key, keys.private_key, keys.client_id)
    return Client(connection, allow_loopback=True, **more)


@pytest.fixture
async def client(sandbox):
    client = client_of(sandbox, sandbox.keys)
    yield client
    await client.aclose()


def paths(sandbox):
    return [entry["path"] for entry in sandbox.journal()]


async def test_one_connection_serves_call_after_call() -> None:
    async with talking(lambda request: answer(200, {"id": 1})) as (client, server):
        for _ in range(50):
            await client.get(f"{COMPANIES}/1")
        assert server.connections == 1
        await asyncio.gather(*(client.get(f"{COMPANIES}/1") for _ in range(100)))
        assert 1 < server.connections <= 32, "as many as may talk at once, and no more"


async def test_keys_of_two_tenants_never_share_a_connection() -> None:
    heard: dict[str, set[str]] = {}
    async with talking(lambda request: answer(200, {"id": 1})) as (one, server):
        other = Client(Connection(server.site, "acme", "other", PRIVATE, "client"), allow_loopback=True)
        for client in (one, other, one, other):
            await client.get(f"{COMPANIES}/1")
        await other.aclose()
        for request in server.requests:
            heard.setdefault(request.headers.get("authorization", ""), set())
        assert server.connections == 2
    assert len(heard) == 3  # both keys, and companyinfo, which is asked for without any


async def test_an_upgrade_costs_one_look_and_one_repetition(sandbox) -> None:
    keys = sandbox.instance("upgraded", codebase="v2025_1")
    client = client_of(sandbox, keys)
    await client.info()
    sandbox.instance("upgraded", codebase="v2026_4")
    sandbox.clear_journal()
    made = await client.create(COMPANIES, {"identifier": "new", "name": "New"})
    assert (await client.get(f"{COMPANIES}/{made['id']}"))["name"] == "New"
    asked = paths(sandbox)
    assert sum("companyinfo" in path for path in asked) <= 1
    assert [path.split("/")[1] for path in asked if "apis" in path][-2:] == ["v2026_4", "v2026_4"]
    assert len(sandbox.records(COMPANIES, 'identifier = "new"', instance="upgraded")) == 1
    await client.aclose()


async def test_keys_taken_away_are_noticed_whatever_the_status(sandbox) -> None:
    for status in (401, 404):
        sandbox.options(bad_auth_status=status)
        keys = sandbox.instance(f"revoked{status}")
        client = client_of(sandbox, keys)
        [first, *_] = [row async for rows in client.pages(COMPANIES) for row in rows]
        sandbox.instance(f"revoked{status}", privateKey="another")
        for call in (
            client.info(),
            client.get(f"{COMPANIES}/{first['id']}"),
            client.find(COMPANIES, one_of("id", [1])),
        ):
            with pytest.raises(errors.Unauthorized):
                await call
        await client.aclose()


async def test_custom_fields_are_changed_without_losing_the_others(sandbox, client) -> None:
    sandbox.custom_field("Company", "Quote number")
    sandbox.custom_field("Company", "Region")
    made = await client.create(COMPANIES, {"identifier": "cf", "name": "Custom"})
    path = f"{COMPANIES}/{made['id']}"
    await client.update_custom_fields(path, {"Region": "North"})
    changed = await client.update_custom_fields(path, {"quote number": 'Q-1 "x"'})
    values = {field["caption"]: field.get("value") for field in changed["customFields"]}
    assert values == {"Quote number": 'Q-1 "x"', "Region": "North"}
    assert [row["id"] for row in await client.find(COMPANIES, custom("Quote number", 'Q-1 "x"'))] == [made["id"]]
    emptied = await client.update_custom_fields(path, {"Region": None})
    assert {field["caption"]: field.get("value") for field in emptied["customFields"]}["Region"] is None
    with pytest.raises(errors.Rejected, match="no custom field “Colour”"):
        await client.update_custom_fields(path, {"Colour": "red"})


async def test_long_lists_are_asked_for_in_addresses_that_the_server_takes(sandbox, client) -> None:
    sandbox.options(max_url=2000)
    sandbox.grow(1200, contacts_each=0)
    wanted = [row["id"] for row in sandbox.records(COMPANIES)]
    found = await client.find(COMPANIES, one_of("id", wanted), fields=("name",))
    assert sorted(row["id"] for row in found) == sorted(wanted)


async def test_nobody_gets_to_see_the_keys(sandbox, caplog) -> None:
    """Not in our log, not in an error, not in the sandbox's journal, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    keys = sandbox.instance("secretive", privateKey="canary-5b1f-private")
    client = client_of(sandbox, keys)
    seen = []
    await client.info()
    for effect in ("status", "reset_before", "reset_after", "html_502", "delay"):
        sandbox.faults(effect=effect, method="POST", times=1, status=500, seconds=0.01)
        try:
            await client.create(COMPANIES, {"name": "x" * 300})
        except errors.RemoteError as error:
            seen.append(f"{error!r} {error} {vars(error)}")
    sandbox.instance("secretive", privateKey="another-canary-one")
    with pytest.raises(errors.Unauthorized) as caught:
        await client.info()
    seen += [repr(vars(caught.value)), caplog.text, str(sandbox.journal()), repr(client), repr(vars(client))]
    assert len(seen) > 8
    assert "canary" not in " ".join(seen)
    await client.aclose()
