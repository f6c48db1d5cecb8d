"""What people do in ConnectWise with contacts of ours and with whole companies, and what then happens here."""

import pytest

from domain.organizations import service as organizations
from domain.organizations.models import Contact, Organization
from tests.integrations.arriving import (
    CONTACTS,
    SLOW,
    change,
    company,
    every,
    hint,
    poll,
    take_over,
)
from tests.integrations.road import COMPANIES, first, open_road
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


@pytest.fixture
async def road(database, sandbox):
    """Callbacks can't come here, and no second poll does."""
    async with open_road(database, sandbox, timing=SLOW) as road:
        yield road


async def test_a_contact_made_by_a_person_there_becomes_one_here(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    body = {
        "firstName": "Bo",
        "lastName": "Lind",
        "company": {"id": company(sandbox)["id"]},
        "communicationItems": [{"type": {"id": 1}, "value": "bo@acme.example", "communicationType": "Email"}],
    }
    person = sandbox.person("POST", CONTACTS, body)
    sandbox.clear_journal()
    await hint(road, "contact", person["id"])
    people = await every(road, Contact)
    assert sorted(one.full_name for one in people) == ["Ada", "Bo Lind"]
    assert {one.organization_id for one in people} == {organization.id}
    assert {call["method"] for call in sandbox.journal()} == {"GET"}
    await hint(road, "contact", person["id"])
    await poll(road)
    assert len(await every(road, Contact)) == 2
    assert len(sandbox.records(CONTACTS, f"company/id={company(sandbox)['id']}")) == 2


async def test_the_billing_contact_gets_the_invoices_and_inactive_ones_stay_there(road, sandbox):
    await road.organization()
    await road.quiet()
    there = company(sandbox)
    bill, gone = (
        sandbox.person("POST", CONTACTS, {"firstName": name, "company": {"id": there["id"]}, "inactiveFlag": inactive})
        for name, inactive in (("Bill", False), ("Gone", True))
    )
    change(sandbox, there, billingContact={"id": bill["id"]}, phoneNumber="1")
    await hint(road, "company", there["id"])
    assert {one.first_name: one.send_invoices for one in await every(road, Contact)} == {"Ada": False, "Bill": True}
    assert gone["id"]


async def test_a_contact_that_was_moved_there_is_a_problem_that_names_both_companies(road, sandbox):
    await road.organization()
    await road.quiet()
    ada = sandbox.records(CONTACTS, 'firstName="Ada"')[0]
    elsewhere = sandbox.records(COMPANIES)[0]
    change(sandbox, ada, company={"id": elsewhere["id"]})
    await hint(road, "contact", ada["id"])
    [error] = await road.errors()
    assert error.kind == "CONFLICT"
    assert elsewhere["name"] in error.message
    assert "Acme Dental" in error.message
    change(sandbox, ada, company={"id": company(sandbox)["id"]})
    await hint(road, "contact", ada["id"])
    assert await road.errors() == []


async def test_a_company_deleted_there_ends_the_exchange_and_keeps_ours(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    there = company(sandbox)
    sandbox.person("DELETE", f"{COMPANIES}/{there['id']}")
    await hint(road, "company", there["id"])
    [error] = await road.errors()
    assert error.kind == "CONFLICT"
    assert "deleted in ConnectWise, or merged" in error.message
    sandbox.clear_journal()
    async with road.msp.transaction() as ctx:
        await organizations.update(ctx, organization.id, {"phone": "1"})
    await road.quiet()
    assert {call["method"] for call in sandbox.journal()} == {"GET"}
    assert len(sandbox.records(COMPANIES, 'name="Acme Dental"')) == 1


async def test_who_came_from_there_and_left_the_filter_is_not_changed_any_more(road, sandbox):
    await road.quiet()
    await take_over(road, sandbox)
    await road.quiet()
    harbor = company(sandbox, "Harbor Dental Group")
    held = first(sandbox, "company/companies/statuses", "Credit Hold")
    change(sandbox, harbor, status={"id": held}, phoneNumber="0")
    await hint(road, "company", harbor["id"])
    [row] = await every(road, Organization, Organization.name == "Harbor Dental Group")
    assert row.phone == "813-555-0101"


async def test_a_company_is_taken_over_although_one_of_its_contacts_was_ours_elsewhere(road, sandbox):
    await road.organization()
    await road.quiet()
    ada = sandbox.records(CONTACTS, 'firstName="Ada"')[0]
    change(sandbox, ada, company={"id": company(sandbox, "Harbor Dental Group")["id"]})
    await take_over(road, sandbox)
    await road.quiet()
    [harbor] = await every(road, Organization, Organization.name == "Harbor Dental Group")
    names = {one.full_name for one in await every(road, Contact, Contact.organization_id == harbor.id)}
    assert names == {"Grace Holloway", "Victor Lam"}
    [error] = await road.errors()
    assert "Harbor Dental Group" in error.message
    assert "Acme Dental" in error.message


async def test_a_contact_that_cannot_be_taken_over_is_named_and_the_others_are(road, sandbox):
    await road.quiet()
    harbor = company(sandbox, "Harbor Dental Group")
    items = [{"type": {"id": 1}, "value": "no address", "communicationType": "Email"}]
    body = {"firstName": "No", "lastName": "Mail", "company": {"id": harbor["id"]}, "communicationItems": items}
    sandbox.person("POST", CONTACTS, body)
    await take_over(road, sandbox)
    await road.quiet()
    [error] = await road.errors()
    assert (error.kind, error.title) == ("REJECTED", "No Mail of Harbor Dental Group")
    assert "no address" in error.message
    assert any(one.email == "grace@harbordental.example" for one in await every(road, Contact))
