"""The road of one change to ConnectWise, on a real database and the real sandbox: nothing lost, nothing twice."""

import asyncio

import pytest
from sqlalchemy import select

from domain.integration_settings import service as settings
from domain.integration_settings.connectwise import PROVIDER
from domain.integration_settings.service import Keys
from domain.organizations import service as organizations
from domain.organizations.models import Organization
from domain.sync import service as sync
from domain.sync.models import ExternalLink
from integrations.connectwise.provider import ConnectWise
from integrations.core.dispatcher import Dispatcher
from integrations.providers import shelf
from tests.integrations.arriving import until
from tests.integrations.road import COMPANIES, OPPORTUNITIES, PRODUCTS, TIMING, open_road
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


@pytest.fixture
async def road(database, sandbox):
    async with open_road(database, sandbox) as road:
        yield road


async def test_a_quote_waits_for_its_organization_and_stands_there_once(road, sandbox):
    await road.quote(await road.organization())
    await road.quiet()
    assert len(sandbox.records(COMPANIES, 'name="Acme Dental"')) == 1
    [opportunity] = sandbox.records(OPPORTUNITIES)
    assert opportunity["name"] == "Q-1001 Network"
    assert len(sandbox.records(PRODUCTS)) == 2
    assert await road.errors() == []


@pytest.mark.parametrize("effect", ["reset_after", "late_commit", "reset_before", "html_502"])
@pytest.mark.parametrize("path", ["/company/companies", "/sales/opportunities", "/procurement/products"])
async def test_a_create_whose_answer_is_lost_is_made_once(road, sandbox, effect, path):
    sandbox.faults(effect=effect, method="POST", path_contains=path, times=1, seconds=0.6)
    await road.quote(await road.organization())
    await road.quiet()
    await asyncio.sleep(0.7)  # until a late commit has come, even if we were too quick
    found = [len(sandbox.records(what)) for what in (OPPORTUNITIES, PRODUCTS)]
    assert [len(sandbox.records(COMPANIES, 'name="Acme Dental"')), *found] == [1, 1, 2]
    assert await road.errors() == []


async def test_an_edit_during_the_run_is_not_lost(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    sandbox.faults(effect="delay", method="PATCH", path_contains="/companies", times=1, seconds=0.5)
    sandbox.clear_journal()
    async with road.msp.transaction() as ctx:
        await organizations.update(ctx, organization.id, {"phone": "1"})

    async def writes():
        return [call for call in sandbox.journal() if call["method"] == "PATCH"]

    await until(road, writes)
    async with road.msp.transaction() as ctx:
        await organizations.update(ctx, organization.id, {"phone": "2"})
    await road.quiet()
    assert sandbox.records(COMPANIES, 'name="Acme Dental"')[0]["phoneNumber"] == "2"


async def test_what_did_not_change_costs_no_call(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    sandbox.clear_journal()
    async with road.msp.transaction() as ctx:
        await organizations.update(ctx, organization.id, {"owner_id": None, "country": "US"})
    await road.quiet()
    assert sandbox.journal() == []


async def test_a_change_made_there_is_taken_over_and_no_echo_comes_back(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    company = sandbox.records(COMPANIES, 'name="Acme Dental"')[0]["id"]
    change = [{"op": "replace", "path": "phoneNumber", "value": "555"}]
    sandbox.person("PATCH", f"{COMPANIES}/{company}", change)
    async with road.msp.transaction() as ctx:
        assert await sync.receive_hint(ctx, PROVIDER, "company", str(company))
    sandbox.clear_journal()
    await road.quiet()
    async with road.msp.transaction() as ctx:
        assert (await ctx.session.get(Organization, organization.id)).phone == "555"
    assert {call["method"] for call in sandbox.journal()} == {"GET"}


async def test_both_sides_changed_is_a_conflict_that_changes_neither(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    company = sandbox.records(COMPANIES, 'name="Acme Dental"')[0]["id"]
    sandbox.person("PATCH", f"{COMPANIES}/{company}", [{"op": "replace", "path": "phoneNumber", "value": "555"}])
    async with road.msp.transaction() as ctx:
        await organizations.update(ctx, organization.id, {"phone": "777", "city": "Tampa"})
    await road.quiet()
    [error] = await road.errors()
    assert error.kind == "CONFLICT"
    assert "777" in error.message
    assert "555" in error.message
    there = sandbox.record(f"{COMPANIES}/{company}")
    assert (there["phoneNumber"], there["city"]) == ("555", "Tampa")


async def test_an_existing_company_is_matched_by_its_name_not_doubled(road, sandbox):
    name = sandbox.records(COMPANIES)[3]["name"]
    before = len(sandbox.records(COMPANIES))
    await road.organization(name.upper())
    await road.quiet()
    assert len(sandbox.records(COMPANIES)) == before
    async with road.msp.transaction() as ctx:
        linked = await ctx.session.scalar(select(ExternalLink.remote_id).where(ExternalLink.remote_kind == "company"))
    assert linked == str(sandbox.records(COMPANIES)[3]["id"])


async def test_revoked_keys_pause_the_connection_with_one_notice(road, sandbox):
    for number in range(5):
        await road.organization(f"Acme {number}")
    sandbox.instance(sandbox.keys.company_id, privateKey="changed")

    async def all_have_ended():
        return await road.errors() and not road.dispatcher.busy

    await until(road, all_have_ended)
    [error] = await road.errors()
    assert error.title == "The connection to ConnectWise"
    sandbox.clear_journal()
    await road.dispatcher.drain()
    await asyncio.sleep(0.2)
    assert sandbox.journal() == []
    keys = Keys(sandbox.url, sandbox.keys.company_id, sandbox.keys.public_key, "changed")
    async with road.msp.transaction() as ctx:
        candidate = await settings.propose(ctx, PROVIDER, keys)
        await settings.confirm(ctx, PROVIDER, candidate, remote_version="test")
    await road.quiet()
    assert len(sandbox.records(COMPANIES, 'name contains "Acme "')) == 5
    assert await road.errors() == []


async def test_keys_that_are_revoked_before_the_last_look_pause_the_connection_too(road, sandbox):
    sandbox.faults(effect="status", status=401, method="GET", path_contains="/procurement/products", times=1)
    await road.quote(await road.organization())
    [error] = await until(road, road.errors)
    assert (error.title, error.kind) == ("The connection to ConnectWise", "UNAUTHORIZED")


async def test_an_outage_shows_as_unreachable_and_ends_by_itself(road, sandbox):
    async def status():
        async with road.msp.transaction() as ctx:
            return (await settings.find(ctx, PROVIDER)).status

    sandbox.faults(effect="html_502", times=10_000)
    await road.organization()

    async def unreachable():
        return await status() == "UNREACHABLE"

    await until(road, unreachable)
    assert await road.errors() == []  # nothing that a person would have to do
    sandbox.clear_faults()
    await road.quiet()
    assert await status() == "CONNECTED"
    assert len(sandbox.records(COMPANIES, 'name="Acme Dental"')) == 1


async def test_two_dispatchers_make_nothing_twice(road, sandbox):
    connectwise = ConnectWise(sandbox.keys.client_id, timeout=2, allow_loopback=True)
    other = Dispatcher(road.msp.database, shelf(connectwise), TIMING)
    for number in range(6):
        await road.quote(await road.organization(f"Twin {number}"))
    await asyncio.gather(*(each.drain() for each in (road.dispatcher, other) * 3))
    await road.quiet()
    await other.stop(5)
    await road.quiet()
    assert len(sandbox.records(COMPANIES, 'name contains "Twin "')) == 6
    assert (len(sandbox.records(OPPORTUNITIES)), len(sandbox.records(PRODUCTS))) == (6, 12)
    await connectwise.aclose()
