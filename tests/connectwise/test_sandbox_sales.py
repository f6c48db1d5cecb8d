"""What opportunities, products and the catalog do beyond the protocol."""

from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
NEW = {"name": "1001 New laptops", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}


def _replace(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _opportunity(api: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = api.post("/sales/opportunities", json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _fields(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["code"], error["field"]) for error in answer.json()["errors"]]


def test_a_new_opportunity_gets_its_defaults(api: httpx.Client) -> None:
    made = _opportunity(api)
    assert (made["status"]["name"], made["stage"]["name"], made["probability"]["name"]) == ("Open", "Prospect", "10")
    assert (made["locationId"], made["businessUnitId"]) == (1, 2)
    assert made["expectedCloseDate"].endswith("T00:00:00Z")
    assert made["site"]["name"] == "Main"
    assert "closedDate" not in made


def test_an_opportunity_needs_name_rep_company_and_contact(api: httpx.Client) -> None:
    missing = _fields(api.post("/sales/opportunities", json={}))
    assert sorted(missing) == [
        ("MissingRequiredField", field) for field in ("company", "contact", "name", "primarySalesRep")
    ]


@pytest.mark.parametrize("field", ["expectedCloseDate", "locationId", "businessUnitId"])
def test_some_fields_are_required_on_updates_only(api: httpx.Client, field: str) -> None:
    made = _opportunity(api)
    path = f"/sales/opportunities/{made['id']}"
    assert _fields(api.patch(path, json=_replace(field, None))) == [("MissingRequiredField", field)]
    body = {**NEW, "expectedCloseDate": "2026-12-01T00:00:00Z", "locationId": 1, "businessUnitId": 2}
    assert api.put(path, json=body).status_code == 200
    del body[field]
    assert _fields(api.put(path, json=body)) == [("MissingRequiredField", field)]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("stage", {"id": 99}, "stage 99 not found"),
        ("status", {"name": "Maybe"}, "status Maybe not found"),
        ("type", {"id": 99}, "type 99 not found"),
        ("company", {"id": 99}, "company 99 not found"),
        ("primarySalesRep", {"identifier": "ghost"}, "primarySalesRep ghost not found"),
        ("locationId", 99, "locationId 99 not found"),
    ],
)
def test_what_an_opportunity_refers_to_must_exist(api: httpx.Client, field: str, value: Any, message: str) -> None:
    answer = api.post("/sales/opportunities", json={**NEW, field: value})
    assert (answer.status_code, answer.json()) == (400, {"code": "NotFound", "message": message})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("status", {"id": 5}, "The status On Hold (old) is inactive."),
        ("type", {"id": 5}, "The type Telephony (old) is inactive."),
        ("primarySalesRep", {"identifier": "mrossi"}, "The primarySalesRep Marta Rossi is inactive."),
    ],
)
def test_inactive_references_are_refused(api: httpx.Client, field: str, value: Any, message: str) -> None:
    answer = api.post("/sales/opportunities", json={**NEW, field: value})
    assert _fields(answer) == [("InvalidField", field)]
    assert answer.json()["errors"][0]["message"] == message


def test_a_rep_deactivated_later_stays(sandbox: SandboxServer, api: httpx.Client) -> None:
    made = _opportunity(api)
    sandbox.person("PATCH", "/system/members/3", _replace("inactiveFlag", True))
    renamed = api.patch(f"/sales/opportunities/{made['id']}", json=_replace("name", "1001 Newer"))
    assert renamed.json()["primarySalesRep"]["identifier"] == "apatel"


def test_an_api_member_without_location_has_to_name_one(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.person("PATCH", "/system/members/1", _replace("defaultLocation", None))
    assert _fields(api.post("/sales/opportunities", json=NEW)) == [("MissingRequiredField", "locationId")]
    assert api.post("/sales/opportunities", json={**NEW, "locationId": 2}).status_code == 201


def test_a_closed_status_sets_and_clears_the_closing(api: httpx.Client) -> None:
    path = f"/sales/opportunities/{_opportunity(api)['id']}"
    won = api.patch(path, json=_replace("status", {"name": "Won"})).json()
    assert won["closedDate"] == won["_info"]["lastUpdated"]
    assert won["closedBy"]["identifier"] == "quotewright-api"
    assert "closedDate" not in api.patch(path, json=_replace("status", {"name": "Open"})).json()


def test_a_closing_date_of_ones_own_is_kept(api: httpx.Client) -> None:
    day = "2026-02-03T00:00:00Z"
    made = _opportunity(api, status={"name": "Won"}, closedDate=day)
    assert made["closedDate"] == day
    assert api.patch(f"/sales/opportunities/{made['id']}", json=_replace("name", "x")).json()["closedDate"] == day


def test_a_closed_opportunity_needs_a_right_of_its_own(sandbox: SandboxServer, api: httpx.Client) -> None:
    path = f"/sales/opportunities/{_opportunity(api, status={'name': 'Lost'})['id']}"
    sandbox.permission("Sales / Closed Opportunity", "inquire")
    assert api.patch(path, json=_replace("name", "x")).status_code == 403
    sandbox.permission("Sales / Closed Opportunity", "edit")
    assert api.patch(path, json=_replace("name", "x")).status_code == 200


def test_a_name_of_100_characters_is_the_longest(api: httpx.Client) -> None:
    assert _fields(api.post("/sales/opportunities", json={**NEW, "name": "x" * 101})) == [("InvalidField", "name")]


# --- products ---


def _product(api: httpx.Client, opportunity: int, **more: Any) -> httpx.Response:
    body = {
        "catalogItem": {"identifier": "NB-14-PRO"},
        "billableOption": "Billable",
        "opportunity": {"id": opportunity},
    }
    return api.post("/procurement/products", json={**body, **more})


def test_a_product_takes_what_it_leaves_open_from_the_catalog(api: httpx.Client) -> None:
    opportunity = _opportunity(api, businessUnitId=3)
    made = _product(api, opportunity["id"]).json()
    assert (made["description"], made["price"], made["cost"]) == ("14 inch business notebook", 1249, 980.5)
    assert (made["quantity"], made["extPrice"], made["extCost"], made["margin"]) == (1, 1249.0, 980.5, 268.5)
    assert (made["locationId"], made["businessUnitId"], made["businessUnit"]["name"]) == (1, 3, "Professional Services")
    assert (made["company"]["id"], made["productClass"], made["uom"]) == (1, "NonInventory", "Each")
    assert made["catalogItem"]["identifier"] == "NB-14-PRO"
    assert [made["sequenceNumber"], _product(api, opportunity["id"]).json()["sequenceNumber"]] == [1, 2]


def test_ext_price_is_computed_and_rounded_half_up(api: httpx.Client) -> None:
    made = _product(api, _opportunity(api)["id"], quantity=3, price=0.335, cost=0.1, extPrice=99).json()
    assert (made["extPrice"], made["extCost"]) == (1.01, 0.3)
    changed = api.patch(f"/procurement/products/{made['id']}", json=_replace("quantity", 1)).json()
    assert changed["extPrice"] == 0.34


def test_the_catalog_item_of_a_product_must_exist(api: httpx.Client) -> None:
    answer = _product(api, _opportunity(api)["id"], catalogItem={"id": 999})
    assert (answer.status_code, answer.json()) == (400, {"code": "NotFound", "message": "catalogItem 999 not found"})


def test_a_product_belongs_to_one_record(api: httpx.Client) -> None:
    body = {"catalogItem": {"id": 1}, "billableOption": "Billable"}
    assert ("MissingRequiredField", "opportunity") in _fields(api.post("/procurement/products", json=body))
    both = {**body, "opportunity": {"id": _opportunity(api)["id"]}, "ticket": {"id": 5}}
    assert _fields(api.post("/procurement/products", json=both)) == [("InvalidObject", "opportunity")]


def test_a_product_needs_a_billable_option(api: httpx.Client) -> None:
    answer = _product(api, _opportunity(api)["id"], billableOption=None)
    assert _fields(answer) == [("MissingRequiredField", "billableOption")]


def test_the_cross_reference_of_a_product_is_kept_and_found(api: httpx.Client) -> None:
    opportunity = _opportunity(api)["id"]
    made = [_product(api, opportunity, integrationXRef=f"line-{number}").json() for number in range(3)]
    found = api.get("/procurement/products", params={"conditions": "integrationXRef = 'line-1'"}).json()
    assert [row["id"] for row in found] == [made[1]["id"]]
    listed = api.get("/procurement/products", params={"conditions": f"opportunity/id = {opportunity}"}).json()
    assert [row["integrationXRef"] for row in listed] == ["line-0", "line-1", "line-2"]


def test_an_opportunity_with_products_cannot_be_deleted(api: httpx.Client) -> None:
    opportunity = _opportunity(api)["id"]
    product = _product(api, opportunity).json()["id"]
    assert api.delete(f"/sales/opportunities/{opportunity}").status_code == 409
    assert api.delete(f"/procurement/products/{product}").status_code == 204
    assert api.delete(f"/sales/opportunities/{opportunity}").status_code == 204


# --- the catalog ---

ITEM = {
    "identifier": "MON-27",
    "description": "27 inch monitor",
    "customerDescription": "27 inch monitor",
    "subcategory": {"name": "Accessories"},
    "type": {"name": "Hardware"},
}


def test_there_is_an_item_for_any_quoted_line(api: httpx.Client) -> None:
    found = api.get("/procurement/catalog", params={"conditions": "identifier = 'QUOTE-LINE'"}).json()
    assert [row["description"] for row in found] == ["Quoted item"]


def test_a_catalog_item_gets_its_defaults(api: httpx.Client) -> None:
    made = api.post("/procurement/catalog", json=ITEM).json()
    assert (made["productClass"], made["category"]["name"], made["unitOfMeasure"]["name"]) == (
        "NonInventory",
        "Hardware",
        "Each",
    )
    moved = api.patch(f"/procurement/catalog/{made['id']}", json=_replace("subcategory", {"name": "Labor"})).json()
    assert moved["category"]["name"] == "Services"


def test_a_catalog_identifier_is_unique(api: httpx.Client) -> None:
    assert _fields(api.post("/procurement/catalog", json={**ITEM, "identifier": "quote-line"})) == [
        ("ObjectExists", "identifier")
    ]


def test_a_recurring_item_says_how_often_in_the_same_patch(api: httpx.Client) -> None:
    path = "/procurement/catalog/2"
    answer = api.patch(path, json=_replace("recurringFlag", True))
    assert answer.json()["errors"] == [
        {
            "code": "MissingRequiredField",
            "message": "recurringBillCycle or recurringOneTimeFlag is required.",
            "resource": "catalogItem",
            "field": field,
        }
        for field in ("recurringOneTimeFlag", "recurringBillCycle/id")
    ]
    both = [*_replace("recurringFlag", True), *_replace("recurringBillCycle", {"identifier": "Q"})]
    assert api.patch(path, json=both).json()["recurringBillCycle"]["name"] == "Quarterly"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/sales/stages", {"Prospect", "Qualification", "Quote", "Negotiation", "Won"}),
        ("/sales/opportunities/statuses", {"Open", "Won", "Lost", "No Decision"}),
        ("/company/companies/types", {"Client", "Prospect", "Vendor", "Organization"}),
        ("/system/departments", {"Sales"}),
        ("/finance/billingCycles", {"Monthly"}),
        ("/procurement/unitOfMeasures", {"Each"}),
        ("/procurement/subcategories", {"Laptops"}),
        ("/procurement/categories", {"Hardware"}),
    ],
)
def test_the_seed_has_what_the_setup_guide_recommends(api: httpx.Client, path: str, names: set[str]) -> None:
    assert names <= {row["name"] for row in api.get(path).json()}


def test_the_seed_has_types_members_and_flags(api: httpx.Client) -> None:
    assert "IT:Infrastructure" in {row["description"] for row in api.get("/sales/opportunities/types").json()}
    members = api.get("/system/members").json()
    assert sum(member["inactiveFlag"] for member in members) == 2
    assert sum(bool(member.get("officeEmail")) and not member["inactiveFlag"] for member in members) == 5
    assert [member["licenseClass"] for member in members].count("A") == 1
    statuses = {row["name"]: row for row in api.get("/sales/opportunities/statuses").json()}
    assert statuses["Won"]["wonFlag"]
    assert statuses["Won"]["closedFlag"]
    assert statuses["Lost"]["lostFlag"]
    assert statuses["Open"]["defaultFlag"]
