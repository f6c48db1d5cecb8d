"""Organizations, contacts and employees through GraphQL: entered, changed, refused, listed."""

import asyncio

import pytest

from tests.api.conftest import CREATE_ORGANIZATION, an_organization

UPDATE = """mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) {
    organization { name phone version billingAddress { line1 city } owner { name } }
    userErrors { code field }
  }
}"""
CREATE_CONTACT = """mutation ($input: CreateContactInput!) {
  createContact(input: $input) { contact { id email organization { name } } userErrors { code field } }
}"""
UPDATE_CONTACT = """mutation ($input: UpdateContactInput!) {
  updateContact(input: $input) { contact { firstName lastName active version } userErrors { code field } }
}"""
CREATE_EMPLOYEE = """mutation ($input: CreateEmployeeInput!) {
  createEmployee(input: $input) { employee { id name email active } userErrors { code field } }
}"""
NAMES = """query ($filter: OrganizationFilter, $orderBy: OrganizationOrder) {
  organizations(filter: $filter, orderBy: $orderBy) { totalCount nodes { name } }
}"""


async def names(ask, **variables):
    return [node["name"] for node in (await ask(NAMES, **variables))["organizations"]["nodes"]]


async def test_an_organization_is_entered_with_its_people(ask):
    answer = await ask(
        """mutation ($input: CreateOrganizationInput!) {
          createOrganization(input: $input) {
            organization {
              name accountNumber taxNumber phone source version archivedAt
              billingAddress { line1 line2 city state zip country }
              contacts { firstName email sendInvoices active }
            }
            userErrors { code }
          }
        }""",
        input={
            "name": " Acme Dental ",
            "accountNumber": "A-1",
            "billingAddress": {"line1": "1 Main St", "zip": "0401"},
            "contacts": [{"firstName": "Ada", "email": "ada@acme.test", "sendInvoices": True}, {"firstName": "Bob"}],
        },
    )
    assert answer["createOrganization"] == {
        "organization": {
            "name": "Acme Dental",
            "accountNumber": "A-1",
            "taxNumber": None,
            "phone": None,
            "source": "STAFF",
            "version": 1,
            "archivedAt": None,
            "billingAddress": {
                "line1": "1 Main St", "line2": None, "city": None, "state": None, "zip": "0401", "country": None
            },
            "contacts": [
                {"firstName": "Ada", "email": "ada@acme.test", "sendInvoices": True, "active": True},
                {"firstName": "Bob", "email": None, "sendInvoices": False, "active": True},
            ],
        },
        "userErrors": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"name": "  "}, "REQUIRED", ["name"]),
        ({"name": "x" * 201}, "TOO_LONG", ["name"]),
        ({"name": "x", "billingAddress": {"zip": "9" * 31}}, "TOO_LONG", ["billingAddress", "zip"]),
        ({"name": "x", "ownerId": "nonsense"}, "INVALID", ["ownerId"]),
        ({"name": "x", "contacts": [{"firstName": "A"}, {"firstName": "B", "email": "b"}]}, "INVALID",
         ["contacts", "1", "email"]),
    ],
)  # fmt: skip
async def test_what_is_refused_is_named_by_its_place_and_nothing_is_entered(ask, input, code, field):
    answer = (await ask(CREATE_ORGANIZATION, input=input))["createOrganization"]
    assert answer["organization"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [(code, field)]
    assert await names(ask) == []


async def test_what_is_left_out_stays_and_null_empties(ask):
    created = await an_organization(ask, phone="1", billingAddress={"line1": "1 Main St", "city": "Bonn"})
    owner = (await ask(CREATE_EMPLOYEE, input={"name": "Eve", "email": "eve@msp.test"}))["createEmployee"]["employee"]
    changes = {"phone": None, "ownerId": owner["id"], "billingAddress": {"city": "Köln"}}
    answer = await ask(UPDATE, input={"organizationId": created["id"], **changes})
    assert answer["updateOrganization"]["organization"] == {
        "name": "Acme Dental",
        "phone": None,
        "version": 2,
        "billingAddress": {"line1": "1 Main St", "city": "Köln"},
        "owner": {"name": "Eve"},
    }
    answer = await ask(UPDATE, input={"organizationId": created["id"], "billingAddress": None, "ownerId": None})
    organization = answer["updateOrganization"]["organization"]
    assert (organization["billingAddress"], organization["owner"]) == ({"line1": None, "city": None}, None)


@pytest.mark.parametrize("flag", ["active", "sendInvoices"])
async def test_yes_or_no_can_not_be_emptied(ask, flag):
    """An empty value would make somebody inactive whom nobody has made so."""
    organization = await an_organization(ask)
    given = {"organizationId": organization["id"], "firstName": "Ada"}
    contact = (await ask(CREATE_CONTACT, input=given))["createContact"]["contact"]
    answer = (await ask(UPDATE_CONTACT, input={"contactId": contact["id"], flag: None}))["updateContact"]
    assert answer == {"contact": None, "userErrors": [{"code": "REQUIRED", "field": [flag]}]}
    emptied = {"organizationId": organization["id"], "overCreditLimit": None}
    [error] = (await ask(UPDATE, input=emptied))["updateOrganization"]["userErrors"]
    assert error == {"code": "REQUIRED", "field": ["overCreditLimit"]}


async def test_a_stale_version_is_a_conflict(ask):
    id = (await an_organization(ask))["id"]
    await ask(UPDATE, input={"organizationId": id, "version": 1, "name": "Acme"})
    answer = (await ask(UPDATE, input={"organizationId": id, "version": 1, "name": "Other"}))["updateOrganization"]
    assert answer["userErrors"] == [{"code": "CONFLICT", "field": ["version"]}]
    assert await names(ask) == ["Acme"]


async def test_contacts_are_entered_and_changed(ask):
    id = (await an_organization(ask))["id"]
    input = {"organizationId": id, "firstName": "Ada", "email": "Ada@Acme.test"}
    contact = (await ask(CREATE_CONTACT, input=input))["createContact"]["contact"]
    assert contact["organization"] == {"name": "Acme Dental"}
    changed = await ask(UPDATE_CONTACT, input={"contactId": contact["id"], "lastName": "L", "active": False})
    assert changed["updateContact"]["contact"] == {"firstName": "Ada", "lastName": "L", "active": False, "version": 2}
    refused = await ask(UPDATE_CONTACT, input={"contactId": contact["id"], "firstName": None})
    assert refused["updateContact"]["userErrors"] == [{"code": "REQUIRED", "field": ["firstName"]}]
    query = "query ($f: ContactFilter) { contacts(filter: $f) { nodes { firstName } } }"
    for filter in ({"organizationId": {"eq": id}}, {"email": {"eq": "ADA@acme.test"}}):
        assert (await ask(query, f=filter))["contacts"]["nodes"] == [{"firstName": "Ada"}]
    assert (await ask(query, f={"email": {"in": ["bob@acme.test"]}}))["contacts"]["nodes"] == []


async def test_an_organization_brings_as_many_contacts_as_asked_for(ask):
    people = [{"firstName": f"P{number}"} for number in range(5)]
    one, two = (
        await an_organization(ask, "One", contacts=people),
        await an_organization(ask, "Two", contacts=people[:1]),
    )
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Organization { contacts(first: 2) { firstName } } } }"
    found = (await ask(query, ids=[one["id"], two["id"]]))["nodes"]
    assert found == [{"contacts": people[:2]}, {"contacts": people[:1]}]
    too_many = "{ organizations { nodes { contacts(first: 101) { id } } } }"
    assert {error["extensions"]["code"] for error in await ask.errors(too_many)} == {"LIMIT_EXCEEDED"}


async def test_names_are_found_by_their_beginning_whatever_case_and_spaces(ask):
    for name in ("Acme Dental", "ACME Law", "acm", "Bäcker Ätna", "Zebra"):
        await an_organization(ask, name)
    assert await names(ask) == ["acm", "Acme Dental", "ACME Law", "Bäcker Ätna", "Zebra"]
    assert await names(ask, filter={"name": {"startsWith": "acme"}}) == ["Acme Dental", "ACME Law"]
    assert await names(ask, filter={"name": {"startsWith": "AC ME d"}}) == ["Acme Dental"]
    assert await names(ask, filter={"name": {"startsWith": "bäckerä"}}) == ["Bäcker Ätna"]
    assert await names(ask, filter={"name": {"startsWith": "z\U0010ffff"}}) == []
    descending = {"field": "NAME", "direction": "DESC"}
    assert await names(ask, orderBy=descending, filter={"name": {"startsWith": "ac"}}) == [
        "ACME Law",
        "Acme Dental",
        "acm",
    ]


async def test_organizations_are_found_by_number_and_by_use(ask):
    await an_organization(ask, "One", accountNumber="A-1")
    await an_organization(ask, "Two", accountNumber="A-2")
    assert await names(ask, filter={"accountNumber": {"eq": "A-2"}}) == ["Two"]
    assert await names(ask, filter={"archivedAt": {"isNull": False}}) == []
    assert await names(ask, filter={"archivedAt": {"isNull": True}}) == ["One", "Two"]


async def test_of_two_who_enter_one_employee_at_once_the_second_is_told(ask):
    input = {"name": "Eve", "email": "eve@msp.test"}
    answers = await asyncio.gather(*(ask(CREATE_EMPLOYEE, input=input) for _ in range(8)))
    errors = [error for answer in answers for error in answer["createEmployee"]["userErrors"]]
    assert errors == [{"code": "TAKEN", "field": ["email"]}] * 7


async def test_employees_share_no_address(ask):
    input = {"name": "Eve", "email": "eve@msp.test"}
    assert (await ask(CREATE_EMPLOYEE, input=input))["createEmployee"]["employee"]["active"] is True
    refused = (await ask(CREATE_EMPLOYEE, input=input))["createEmployee"]
    assert refused["userErrors"] == [{"code": "TAKEN", "field": ["email"]}]
    query = "query ($f: EmployeeFilter) { employees(filter: $f) { totalCount nodes { email } } }"
    assert (await ask(query, f={"active": {"eq": True}}))["employees"] == {
        "totalCount": 1,
        "nodes": [{"email": "eve@msp.test"}],
    }
    assert (await ask(query, f={"active": {"eq": False}}))["employees"]["totalCount"] == 0


async def test_employees_are_found_by_some_of_their_name_or_address(ask):
    for name, email in (("Eve Adams", "eve@msp.test"), ("Bob", "adam@msp.test"), ("Cleo 100%", "cleo@else.test")):
        await ask(CREATE_EMPLOYEE, input={"name": name, "email": email})
    query = "query ($s: String) { employees(search: $s, orderBy: {field: NAME}) { totalCount nodes { name } } }"

    async def found(typed):
        listed = (await ask(query, s=typed))["employees"]
        assert listed["totalCount"] == len(listed["nodes"])
        return [node["name"] for node in listed["nodes"]]

    assert await found(" ADAM ") == ["Bob", "Eve Adams"]
    assert await found("%") == ["Cleo 100%"]
    assert await found("nobody") == []
    assert await found(" ") == ["Bob", "Cleo 100%", "Eve Adams"]
    assert await ask.code(query, s="x" * 101) == "TOO_LONG"
