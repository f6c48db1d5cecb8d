"""Organizations with all they have: words of the tenant's own, delivery addresses, and those that are out of use."""

import asyncio
from typing import Any

import pytest

from tests.api.conftest import a_quote, an_organization
from tests.api.supplying import do

OWN: dict[str, Any] = {"type": "Prospect", "status": "Active", "priceGroup": "Gold", "overCreditLimit": True}
ADDRESS = {"line1": "2 Side Street", "city": "Graz"}
ORGANIZATIONS = "query ($f: OrganizationFilter) { organizations(filter: $f) { nodes { name } } }"
ADDRESSES = """query ($id: ID!) { node(id: $id) { ... on Organization {
  deliveryAddresses { name address { line1 city zip } organization { name } } } } }"""


async def names(ask, **filter):
    return [node["name"] for node in (await ask(ORGANIZATIONS, f=filter))["organizations"]["nodes"]]


async def addresses(ask, id):
    return [one["name"] for one in (await ask(ADDRESSES, id=id))["node"]["deliveryAddresses"]]


async def test_an_organization_has_words_of_the_tenants_own(ask):
    fields = "organization { id type status priceGroup overCreditLimit version }"
    made = (await do(ask, "createOrganization", fields, name="Acme", **OWN))["organization"]
    id = made.pop("id")
    assert made == {**OWN, "version": 1}
    change = {"organizationId": id, "type": None, "overCreditLimit": False}
    changed = (await do(ask, "updateOrganization", fields, **change))["organization"]
    assert changed == {"id": id, **OWN, "type": None, "overCreditLimit": False, "version": 2}
    refused = await do(ask, "updateOrganization", fields, refused=True, organizationId=id, priceGroup="x" * 101)
    assert refused == [("TOO_LONG", "priceGroup")]
    plain = (await do(ask, "createOrganization", fields, name="Plain"))["organization"]
    assert (plain["type"], plain["status"], plain["priceGroup"], plain["overCreditLimit"]) == (None, None, None, False)


async def test_they_are_filtered_by_them(ask):
    await an_organization(ask, "Acme", **OWN)
    await an_organization(ask, "Bob")
    for field, condition in (
        ("type", {"eq": "Prospect"}),
        ("status", {"in": ["Active"]}),
        ("priceGroup", {"startsWith": "go"}),
        ("overCreditLimit", {"eq": True}),
    ):
        assert await names(ask, **{field: condition}) == ["Acme"]
    assert await names(ask, type={"isNull": True}) == ["Bob"]


async def test_a_contact_has_a_type_and_may_have_left(ask):
    organization = await an_organization(ask, "Acme", contacts=[{"firstName": "Ada", "type": "Approver"}])
    id = organization["contacts"][0]["id"]
    query = "query ($f: ContactFilter) { contacts(filter: $f) { nodes { firstName type active } } }"
    assert (await ask(query, f={"type": {"eq": "Approver"}}))["contacts"]["nodes"] == [
        {"firstName": "Ada", "type": "Approver", "active": True}
    ]
    left = await do(ask, "updateContact", "contact { type active }", contactId=id, active=False, type=None)
    assert left["contact"] == {"type": None, "active": False}


async def test_delivery_addresses_are_entered_changed_and_removed(ask):
    given = [{"name": "North", "address": ADDRESS}, {"name": "South"}]
    id = (await an_organization(ask, "Acme", deliveryAddresses=given))["id"]
    found = (await ask(ADDRESSES, id=id))["node"]["deliveryAddresses"]
    assert found == [
        {"name": "North", "address": {**ADDRESS, "zip": None}, "organization": {"name": "Acme"}},
        {"name": "South", "address": {"line1": None, "city": None, "zip": None}, "organization": {"name": "Acme"}},
    ]
    fields = "deliveryAddress { id name version address { city zip } }"
    made = await do(ask, "createDeliveryAddress", fields, organizationId=id, name="East", address={"city": "Wien"})
    east = made["deliveryAddress"]
    change = {"deliveryAddressId": east["id"], "version": 1, "address": {"zip": "1010"}}
    changed = (await do(ask, "updateDeliveryAddress", fields, **change))["deliveryAddress"]
    assert changed == {**east, "version": 2, "address": {"city": "Wien", "zip": "1010"}}
    assert await do(ask, "updateDeliveryAddress", fields, refused=True, **change) == [("CONFLICT", "version")]
    await do(ask, "updateDeliveryAddress", fields, deliveryAddressId=east["id"], address=None)
    left = await do(
        ask, "removeDeliveryAddress", "organization { deliveryAddresses { name } }", deliveryAddressId=east["id"]
    )
    assert left["organization"]["deliveryAddresses"] == [{"name": "North"}, {"name": "South"}]
    again = await do(ask, "removeDeliveryAddress", "organization { id }", refused=True, deliveryAddressId=east["id"])
    assert again == [("NOT_FOUND", "deliveryAddressId")]


async def test_what_is_refused_of_an_address_is_named_with_its_place(ask):
    id = (await an_organization(ask, "Acme", deliveryAddresses=[{"name": "North"}]))["id"]
    new = "createDeliveryAddress"
    for values, error in (
        ({"name": " NORTH"}, ("TAKEN", "name")),
        ({"name": " "}, ("REQUIRED", "name")),
        ({"name": "South", "address": {"line1": "x" * 201}}, ("TOO_LONG", "address", "line1")),
    ):
        assert await do(ask, new, "deliveryAddress { id }", refused=True, organizationId=id, **values) == [error]
    twins = [{"name": "North"}, {"name": "north", "address": ADDRESS}]
    given = {"name": "Bob", "deliveryAddresses": twins}
    assert await do(ask, "createOrganization", "organization { id }", refused=True, **given) == [
        ("TAKEN", "deliveryAddresses", "1", "name")
    ]
    given["deliveryAddresses"] = [{"name": "North", "address": {"zip": "x" * 31}}]
    assert await do(ask, "createOrganization", "organization { id }", refused=True, **given) == [
        ("TOO_LONG", "deliveryAddresses", "0", "address", "zip")
    ]
    assert await names(ask) == ["Acme"]


async def test_of_two_who_give_an_address_one_name_at_once_the_second_is_told(ask):
    id = (await an_organization(ask))["id"]
    query = """mutation ($id: ID!) { createDeliveryAddress(input: {organizationId: $id, name: "North"}) {
      userErrors { code field } } }"""
    answers = await asyncio.gather(*(ask(query, id=id) for _ in range(6)))
    errors = [error for answer in answers for error in answer["createDeliveryAddress"]["userErrors"]]
    assert errors == [{"code": "TAKEN", "field": ["name"]}] * 5
    assert await addresses(ask, id) == ["North"]


async def test_a_change_of_an_address_goes_the_road_of_the_organization(ask, msp):
    """Whoever hears of the organization hears of its addresses."""
    from sqlalchemy import select

    from domain.ids import parse_global_id
    from domain.outbox import OutboxFact

    id = (await an_organization(ask))["id"]
    made = await do(ask, "createDeliveryAddress", "deliveryAddress { id }", organizationId=id, name="North")
    await do(ask, "removeDeliveryAddress", "organization { id }", deliveryAddressId=made["deliveryAddress"]["id"])
    subject = f"organization:{parse_global_id(id)[1]}"
    async with msp.transaction() as ctx:
        told = select(OutboxFact.name).where(OutboxFact.subject == subject).order_by(OutboxFact.id)
        assert list(await ctx.session.scalars(told)) == ["OrganizationCreated"] + ["OrganizationUpdated"] * 2


async def test_an_archived_organization_gets_no_new_quotes_but_what_is_there_goes_on(ask):
    id = (await an_organization(ask, "Acme"))["id"]
    quote = await a_quote(ask, id)
    await do(ask, "sendQuote", "quote { id }", quoteId=quote["id"])
    archived = await do(ask, "archiveOrganization", "organization { archivedAt version }", organizationId=id, version=1)
    assert archived["organization"]["archivedAt"]
    assert archived["organization"]["version"] == 2
    assert await names(ask, archivedAt={"isNull": True}) == []
    assert await do(ask, "createQuote", "quote { id }", refused=True, organizationId=id, title="x") == [
        ("INVALID", "organizationId")
    ]
    accepted = await do(ask, "acceptQuote", "salesOrder { number }", quoteId=quote["id"])
    assert accepted["salesOrder"]["number"]
    again = {"organizationId": id}
    assert await do(ask, "archiveOrganization", "organization { id }", refused=True, **again) == [
        ("IMPOSSIBLE_STEP", "organizationId")
    ]
    restored = await do(ask, "restoreOrganization", "organization { archivedAt version }", **again)
    assert restored["organization"] == {"archivedAt": None, "version": 3}
    await do(ask, "createQuote", "quote { id }", organizationId=id, title="x")
    assert await do(ask, "restoreOrganization", "organization { id }", refused=True, **again) == [
        ("IMPOSSIBLE_STEP", "organizationId")
    ]


@pytest.mark.parametrize("mutation", ["archiveOrganization", "restoreOrganization"])
async def test_a_stale_version_archives_nothing(ask, mutation):
    id = (await an_organization(ask))["id"]
    refused = await do(ask, mutation, "organization { id }", refused=True, organizationId=id, version=7)
    assert refused == [("CONFLICT", "version")]
