"""What people change in ConnectWise arrives here by polling: once, without twins."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from domain.integration_settings.connectwise import PROVIDER
from domain.organizations import service as organizations
from domain.organizations.models import Contact, Organization
from domain.sync import service as sync
from domain.sync.models import ExternalLink, SyncCursor
from tests.integrations.arriving import (
    CONTACTS,
    SLOW,
    another,
    change,
    customers,
    every,
    hint,
    linked,
    poll,
    take_over,
    until,
)
from tests.integrations.road import COMPANIES, first, open_road
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


@pytest.fixture
async def road(database, sandbox):
    """Callbacks can't come here, and no second poll does."""
    async with open_road(database, sandbox, timing=SLOW) as road:
        yield road


async def test_existing_companies_are_matched_or_taken_over_never_doubled(road, sandbox):
    await road.quiet()
    kind = {"types": [{"id": first(sandbox, "company/companies/types")}]}
    for number in range(1, 13):
        body = {"identifier": f"CU{number:03}", "name": f"Customer No {number}", "city": "Tampa", **kind}
        sandbox.person("POST", COMPANIES, body)
    here: dict[str, str | None] = {
        "Known by number": "cu001",
        "CUSTOMER  no 2": None,
        "customerno3": None,
        "Customer No 4": "other",
        "Customer no 5": None,
        "customer NO 5": None,
        "City of Westport": None,  # there, but of another type
    }
    made = {}
    async with road.msp.transaction() as ctx:
        # As they stood here before the sync was switched on: nothing was sent.
        await ctx.session.execute(text("UPDATE lane SET held_until = 'infinity'"))
        for name, account in here.items():
            made[name] = await organizations.create(ctx, {"name": name, "account_number": account})
        await ctx.session.execute(text("UPDATE lane SET held_until = '-infinity'"))
    before = {row["id"] for row in sandbox.records(COMPANIES)}
    await take_over(road, sandbox)
    await road.quiet()

    wanted = customers(sandbox)
    assert {row["id"] for row in sandbox.records(COMPANIES)} == before, "no twin there"
    links = {row.remote_id: row.root for row in await every(road, ExternalLink, ExternalLink.remote_kind == "company")}
    by_identifier = {row["identifier"]: str(row["id"]) for row in sandbox.records(COMPANIES)}
    for name, identifier in {
        "Known by number": "CU001",
        "CUSTOMER  no 2": "CU002",
        "customerno3": "CU003",
        "Customer No 4": "CU004",
        "City of Westport": "WestportCity",
    }.items():
        assert links[by_identifier[identifier]] == f"organization:{made[name].id}", name
    ambiguous = by_identifier["CU005"]
    # One of the two that bear its name may have found it by itself; the other one is told apart by a person.
    found = await every(road, Organization)
    assert len([row for row in found if row.name_folded == "customerno5"]) == 2
    assert {str(row["id"]) for row in wanted} - {ambiguous} <= set(links)
    assert len(found) == len(here) + len(wanted) - 5
    cafe = next(row for row in found if row.name == "Lantern Café Holdings")
    assert (cafe.source, cafe.city) == (PROVIDER, "Portland")
    grace = next(row for row in await every(road, Contact) if row.email == "grace@harbordental.example")
    assert grace.first_name == "Grace"
    assert not grace.send_invoices

    versions = {row.id: row.version for row in found}
    people = len(await every(road, Contact))
    async with road.msp.transaction() as ctx:
        await ctx.session.execute(text("DELETE FROM sync_cursor"))
    sandbox.clear_journal()
    await poll(road)
    assert {row.id: row.version for row in await every(road, Organization)} == versions
    assert len(await every(road, Contact)) == people
    assert {call["method"] for call in sandbox.journal()} == {"GET"}


async def test_several_organizations_that_may_be_one_company_are_a_conflict_that_lists_them(road, sandbox):
    await road.quiet()
    async with road.msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE lane SET subjects = array_remove(subjects, 'organization')"))
        for name in ("Gull Shop", "GULL SHOP"):
            await organizations.create(ctx, {"name": name})
    await take_over(road, sandbox)
    kind = {"types": [{"id": first(sandbox, "company/companies/types")}]}
    gull = sandbox.person("POST", COMPANIES, {"identifier": "GULL", "name": "gull shop", "city": "Rye", **kind})
    await hint(road, "company", gull["id"])
    [error] = [each for each in await road.errors() if each.title == "gull shop"]
    assert error.kind == "CONFLICT"
    assert "Gull Shop" in error.message
    assert "GULL SHOP" in error.message
    assert "GULL" in error.message
    async with road.msp.transaction() as ctx:
        row = await ctx.session.scalar(select(Organization).where(Organization.name == "Gull Shop"))
        await organizations.update(ctx, row.id, {"account_number": "GULL"})
        await sync.retry(ctx, error.id)
    await road.quiet()
    assert (await linked(road, gull["id"])).root == f"organization:{row.id}"
    assert [each for each in await road.errors() if each.title == "gull shop"] == []


async def test_an_import_that_dies_goes_on_at_the_next_page(database, sandbox):
    sandbox.grow(23, contacts_each=0)
    async with open_road(database, sandbox, timing=SLOW, page=10) as road:
        await road.quiet()
        await take_over(road, sandbox)
        wanted = len(customers(sandbox))
        assert wanted > 20
        sandbox.clear_journal()
        sandbox.faults(effect="delay", method="GET", path_contains="/company/companies", nth=2, times=1, seconds=1.5)
        await road.dispatcher.drain()

        async def first_page_is_in():
            [cursor] = await every(road, SyncCursor, SyncCursor.remote_kind == "company")
            return cursor.after_id

        await until(road, first_page_is_in)
        await road.dispatcher.stop(0)  # in the midst of the second page
        async with another(road, sandbox, SLOW) as road.dispatcher:
            await road.quiet()
        firsts = [
            call
            for call in sandbox.journal()
            if call["path"].endswith("/company/companies") and "pageId" not in str(call) and "pageSize" in str(call)
        ]
        assert len(firsts) == 1, "the first page was read once"
        assert len(await every(road, Organization)) == wanted


async def test_two_workers_take_a_company_over_once(road, sandbox):
    await road.quiet()
    await take_over(road, sandbox)
    async with road.msp.transaction() as ctx:
        for row in customers(sandbox):
            await sync.receive_hint(ctx, PROVIDER, "company", str(row["id"]))
    async with another(road, sandbox, SLOW) as other:
        for _ in range(20):
            await asyncio.gather(road.dispatcher.drain(), other.drain())
            await asyncio.sleep(0.02)
    await road.quiet()
    assert len(await every(road, Organization)) == len(customers(sandbox))
    assert len(await every(road, Contact)) == len(
        [
            one
            for one in sandbox.records(CONTACTS)
            if one["company"]["id"] in {row["id"] for row in customers(sandbox)} and not one.get("inactiveFlag")
        ]
    )


async def test_our_own_new_company_is_not_taken_over_as_another(road, sandbox):
    """Its create commits there, the answer is lost, somebody there renames it, and the callback is quicker than we."""
    await road.quiet()
    await take_over(road, sandbox)
    await road.quiet()
    before = len(await every(road, Organization))
    sandbox.faults(effect="reset_after", method="POST", path_contains="/company/companies", times=1)
    async with another(road, sandbox, replace(SLOW, first_retry=3), random=lambda: 0.9) as slow:
        await road.organization("Quick Echo")
        await slow.drain()
        while not sandbox.records(COMPANIES, 'name="Quick Echo"') or slow.busy:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.02)
    [row] = sandbox.records(COMPANIES, 'name="Quick Echo"')
    change(sandbox, row, name="Slow Echo")
    await hint(road, "company", row["id"])
    await poll(road)
    assert len(await every(road, Organization)) == before + 1
    assert len(sandbox.records(COMPANIES, 'name contains " Echo"')) == 1
    [echo] = await every(road, Organization, Organization.name.in_(("Quick Echo", "Slow Echo")))
    assert (await linked(road, row["id"])).root == f"organization:{echo.id}"


async def test_several_companies_that_may_be_one_organization_are_a_conflict_that_lists_them(road, sandbox):
    await road.quiet()
    kind = {"types": [{"id": first(sandbox, "company/companies/types")}], "city": "Rye"}
    for identifier, name in (("GULL1", "Gull Shop"), ("GULL2", "gullshop")):
        sandbox.person("POST", COMPANIES, {"identifier": identifier, "name": name, **kind})
    async with road.msp.transaction() as ctx:
        made = await organizations.create(ctx, {"name": "GULL SHOP"})
    await take_over(road, sandbox)
    await road.quiet()
    errors = [each for each in await road.errors() if each.subject.startswith("remote_company:")]
    assert {each.kind for each in errors} == {"CONFLICT"}
    assert all("GULL1" in each.message and "GULL2" in each.message for each in errors)
    assert len(await every(road, Organization, Organization.name_folded == "gullshop")) == 1
    async with road.msp.transaction() as ctx:
        await organizations.update(ctx, made.id, {"account_number": "GULL2"})
        for error in errors:
            await sync.retry(ctx, error.id)
    await road.quiet()
    assert await road.errors() == []
    root = f"organization:{made.id}"
    [link] = await every(road, ExternalLink, ExternalLink.root == root, ExternalLink.subject == root)
    assert sandbox.record(f"{COMPANIES}/{link.remote_id}")["identifier"] == "GULL2"
    assert len(await every(road, Organization, Organization.name_folded == "gullshop")) == 2
    assert len(sandbox.records(COMPANIES, 'identifier contains "GULL"')) == 2


async def test_a_name_written_without_its_spaces_is_still_found_there(road, sandbox):
    before = len(sandbox.records(COMPANIES))
    await road.organization("harbordentalgroup")
    await road.quiet()
    assert len(sandbox.records(COMPANIES)) == before
