"""Definitions of custom fields, and company notes and merging."""

from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
COLOUR = {
    "podId": 1,
    "caption": "Colour",
    "sequenceNumber": 1,
    "fieldTypeIdentifier": "Text",
    "entryTypeIdentifier": "List",
    "options": [{"optionValue": "Red"}, {"optionValue": "Blue"}],
}
DEAL = {"name": "1001 New laptops", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}


def _set(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["code"], error["field"]) for error in answer.json()["errors"]]


def _fields(api: httpx.Client, path: str) -> dict[str, Any]:
    return {one["caption"]: one.get("value") for one in api.get(path).json().get("customFields", ())}


def test_the_definitions_are_those_the_records_list(sandbox: SandboxServer, api: httpx.Client) -> None:
    rows = api.get("/system/userDefinedFields").json()
    assert [(row["id"], row["caption"]) for row in rows] == [(1, "Quote reference"), (2, "ext_id")]
    assert sandbox.custom_field("Ticket", "Our order")["id"] == 3
    assert api.get("/system/userDefinedFields/3").json()["caption"] == "Our order"
    assert _fields(api, "/service/tickets/1") == {"Our order": None}


def test_a_new_definition_is_listed_by_every_record_at_once(api: httpx.Client) -> None:
    before = api.get("/company/companies/1").json()["_info"]
    made = api.post("/system/userDefinedFields", json=COLOUR)
    assert made.status_code == 201, made.text
    assert [option["id"] for option in made.json()["options"]] == [1, 2]
    assert _fields(api, "/company/companies/1") == {"Colour": None}
    assert api.get("/company/companies/1").json()["_info"] == before
    value = [{"id": made.json()["id"], "value": "Red"}]
    api.patch("/company/companies/1", json=_set("customFields", value))
    api.patch(f"/system/userDefinedFields/{made.json()['id']}", json=_set("caption", "Paint"))
    assert _fields(api, "/company/companies/1") == {"Paint": "Red"}
    found = api.get("/company/companies", params={"customFieldConditions": 'caption="Paint" AND value = "Red"'})
    assert [row["id"] for row in found.json()] == [1]
    assert api.delete(f"/system/userDefinedFields/{made.json()['id']}").status_code == 204
    assert _fields(api, "/company/companies/1") == {}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"caption": "x" * 26}, ("InvalidField", "caption")),
        ({"sequenceNumber": 501}, ("OutOfRange", "sequenceNumber")),
        ({"options": []}, ("MissingRequiredField", "options")),
        ({"fieldTypeIdentifier": "Button"}, ("MissingRequiredField", "buttonUrl")),
    ],
)
def test_a_definition_is_checked(api: httpx.Client, change: dict[str, Any], error: tuple[str, str]) -> None:
    assert _errors(api.post("/system/userDefinedFields", json={**COLOUR, **change})) == [error]


@pytest.mark.parametrize(
    ("entity", "path", "body"),
    [
        ("Opportunity", "/sales/opportunities", DEAL),
        ("Order", "/sales/orders", {"company": {"id": 1}, "status": {"id": 1}, "salesRep": {"id": 3}}),
        ("Ticket", "/service/tickets", {"summary": "x", "company": {"id": 1}}),
        ("PurchaseOrder", "/procurement/purchaseorders",
         {"vendorCompany": {"id": 19}, "status": {"id": 1}, "terms": {"id": 1}}),
    ],
)  # fmt: skip
def test_records_carry_our_key_from_the_start(
    sandbox: SandboxServer, api: httpx.Client, entity: str, path: str, body: dict[str, Any]
) -> None:
    field = sandbox.custom_field(entity, "Our number")["id"]
    made = api.post(path, json={**body, "customFields": [{"id": field, "value": "QW-1"}]}).json()
    assert _fields(api, f"{path}/{made['id']}")["Our number"] == "QW-1"


# --- companies ---


def test_notes_of_a_company_say_who_wrote_them(api: httpx.Client) -> None:
    made = api.post("/company/companies/1/notes", json={"text": "Pays late", "flagged": True}).json()
    assert (made["enteredBy"], made["type"]["name"], made["company"]["id"]) == ("quotewright-api", "Comments", 1)
    assert _errors(api.post("/company/companies/1/notes", json={})) == [("MissingRequiredField", "text")]
    assert api.get("/company/companies/1/notes/count").json() == {"count": 1}
    other = api.post("/company/contacts/1/notes", json={"text": "On holiday", "type": {"name": "Background"}}).json()
    assert (other["type"]["name"], other["contactId"]) == ("Background", 1)


def test_a_merged_company_hands_over_what_it_has_and_is_marked_deleted(api: httpx.Client) -> None:
    deal = api.post("/sales/opportunities", json=DEAL).json()["id"]
    api.post("/company/companies/1/notes", json={"text": "Pays late"})
    wish = {"toCompanyId": 2, "name": "From", "primaryAddress": "From", "type": "From", "sites": "Discard"}
    answer = api.post("/company/companies/1/merge", json=wish)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert api.get("/company/companies/1").json()["deletedFlag"] is True
    kept = api.get("/company/companies/2").json()
    assert (kept["name"], kept["identifier"], kept["city"]) == ("Harbor Dental Group", "BluePineLaw", "Tampa")
    assert api.get(f"/sales/opportunities/{deal}").json()["company"]["id"] == 2
    assert api.get("/company/companies/2/notes").json()[0]["text"] == "Pays late"
    assert len(api.get("/company/contacts", params={"conditions": "company/id = 2"}).json()) == 4
    assert len(api.get("/company/companies/1/sites").json()) == 1
    assert len(api.get("/service/tickets", params={"conditions": "company/id = 2"}).json()) == 1


def test_the_identifier_of_a_merged_company_may_survive(api: httpx.Client) -> None:
    api.post("/company/companies/1/merge", json={"toCompanyId": 2, "identifier": "From"})
    assert [api.get(f"/company/companies/{number}").json()["identifier"] for number in (1, 2)] == [
        "BluePineLaw",
        "HarborDental",
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "InvalidObject"), ({"toCompanyId": 1}, "InvalidObject"), ({"toCompanyId": 99}, "NotFound")],
)
def test_a_merge_needs_another_company(api: httpx.Client, body: dict[str, Any], code: str) -> None:
    answer = api.post("/company/companies/1/merge", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert api.get("/company/companies/1").json()["deletedFlag"] is False
