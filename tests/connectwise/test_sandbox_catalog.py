"""The product catalog as somebody finds it who makes items there: its setup tables, its rules, recurring lines."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
ITEM = {
    "identifier": "AP-10",
    "description": "Access point",
    "customerDescription": "Access point",
    "subcategory": {"name": "Networking"},
    "type": {"name": "Hardware"},
}
SETUP = {
    "/procurement/categories": {"Hardware", "Software", "Services", "Cloud"},
    "/procurement/subcategories": {"Laptops", "Licenses", "Labor", "Backup", "Quoted"},
    "/procurement/types": {"Hardware", "Miscellaneous", "Software", "Service"},
    "/procurement/unitOfMeasures": {"Each", "Hour", "Month"},
    "/procurement/manufacturers": {"Northbay Computers"},
    "/finance/billingCycles": {"Monthly", "Quarterly", "Yearly"},
}


def _replace(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["code"], error["field"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize("path", list(SETUP))
def test_what_an_item_can_be_filed_under(api: httpx.Client, path: str) -> None:
    rows = api.get(path + "/", params={"pageSize": 100}).json()
    assert {row["name"] for row in rows} >= SETUP[path]
    if path not in ("/procurement/unitOfMeasures", "/finance/billingCycles"):
        assert any(row["inactiveFlag"] for row in rows)


def test_every_active_category_has_subcategories(api: httpx.Client) -> None:
    categories = api.get("/procurement/categories", params={"conditions": "inactiveFlag = false"}).json()
    assert categories
    for category in categories:
        found = api.get(f"/procurement/categories/{category['id']}/subcategories/").json()
        assert found, category["name"]
        assert all(set(row) == {"id", "name", "inactiveFlag", "_info"} for row in found)
        also = api.get("/procurement/subcategories", params={"conditions": f"category/id = {category['id']}"}).json()
        assert [row["id"] for row in also] == [row["id"] for row in found]


def test_a_subcategory_is_made_below_its_category(api: httpx.Client) -> None:
    made = api.post("/procurement/categories/5/subcategories/", json={"name": "Telephony"})
    assert made.status_code == 201
    assert set(made.json()) == {"id", "name", "inactiveFlag", "_info"}
    path = f"/procurement/subcategories/{made.json()['id']}"
    assert api.get(path).json()["category"]["name"] == "Cloud"
    below = f"/procurement/categories/5/subcategories/{made.json()['id']}"
    assert api.put(below, json={"name": "Voice"}).json()["name"] == "Voice"
    assert api.get(path).json()["category"]["name"] == "Cloud"
    assert api.get(f"/procurement/categories/1/subcategories/{made.json()['id']}").status_code == 404
    assert api.get("/procurement/categories/5/subcategories/count").json() == {"count": 4}
    assert api.get("/procurement/categories/99/subcategories").status_code == 404


def test_an_item_needs_what_the_specification_asks_for(api: httpx.Client) -> None:
    needed = ["customerDescription", "description", "identifier", "subcategory", "type"]
    assert sorted(_errors(api.post("/procurement/catalog", json={}))) == [
        ("MissingRequiredField", field) for field in needed
    ]


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("identifier", 75),
        ("description", 60),
        ("customerDescription", 6000),
        ("manufacturerPartNumber", 50),
        ("vendorSku", 50),
        ("integrationXRef", 50),
    ],
)
def test_texts_of_an_item_have_their_lengths(api: httpx.Client, field: str, limit: int) -> None:
    assert _errors(api.post("/procurement/catalog", json={**ITEM, field: "x" * (limit + 1)})) == [
        ("InvalidField", field)
    ]
    made = api.post("/procurement/catalog", json={**ITEM, field: "x" * limit})
    assert (made.status_code, made.json()[field]) == (201, "x" * limit)


def test_a_new_item_says_all_about_itself(api: httpx.Client) -> None:
    more = {"manufacturer": {"name": "Ferrolink Networks"}, "manufacturerPartNumber": "FL-10", "integrationXRef": "p1"}
    made = api.post("/procurement/catalog", json={**ITEM, **more, "cost": 10.5, "taxableFlag": True}).json()
    assert (made["category"]["name"], made["unitOfMeasure"]["name"]) == ("Hardware", "Each")
    assert (made["productClass"], made["cost"], made["price"], made["taxableFlag"]) == ("NonInventory", 10.5, 0, True)
    assert not made["inactiveFlag"] | made["serializedFlag"] | made["recurringFlag"]
    assert made["manufacturer"]["id"] == 2
    for conditions in ('integrationXRef = "p1"', 'manufacturerPartNumber = "fl-10"', "manufacturer/id = 2"):
        found = api.get("/procurement/catalog", params={"conditions": conditions}).json()
        assert [row["id"] for row in found] == [made["id"]], conditions


@pytest.mark.parametrize(
    ("field", "value", "errors"),
    [
        ("subcategory", {"name": "Printers (old)"}, [("InvalidField", "subcategory")]),
        ("subcategory", {"name": "Desk Phones"}, [("InvalidField", "category")]),
        ("type", {"name": "Telephony (old)"}, [("InvalidField", "type")]),
        ("manufacturer", {"name": "Dialtone (old)"}, [("InvalidField", "manufacturer")]),
    ],
)
def test_an_item_is_not_filed_under_something_inactive(
    api: httpx.Client, field: str, value: Any, errors: list[tuple[str, str]]
) -> None:
    assert _errors(api.post("/procurement/catalog", json={**ITEM, field: value})) == errors


def test_an_item_stays_where_it_is_when_that_becomes_inactive(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.person("PATCH", "/procurement/categories/1", _replace("inactiveFlag", True))
    sandbox.person("PATCH", "/procurement/subcategories/1", _replace("inactiveFlag", True))
    assert api.patch("/procurement/catalog/2", json=_replace("price", 5)).json()["price"] == 5


def test_an_unknown_manufacturer_is_not_found(api: httpx.Client) -> None:
    answer = api.post("/procurement/catalog", json={**ITEM, "manufacturer": {"name": "Nobody"}})
    assert (answer.status_code, answer.json()["code"]) == (400, "NotFound")


def test_one_identifier_gives_one_item_even_when_asked_for_at_once(sandbox: SandboxServer, api: httpx.Client) -> None:
    barrier = Barrier(8)

    def post(_: int) -> httpx.Response:
        with sandbox.client() as own:
            own.get("/system/info")
            barrier.wait()
            return own.post("/procurement/catalog", json=ITEM)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 7
    for answer in answers:
        if answer.status_code == 400:
            assert answer.json()["code"] == "InvalidObject"
            assert _errors(answer) == [("ObjectExists", "identifier")]
    assert len(sandbox.records("/procurement/catalog", 'identifier = "AP-10"')) == 1


def test_a_late_commit_of_an_item_that_came_otherwise_meanwhile_makes_no_second(
    sandbox: SandboxServer, api: httpx.Client
) -> None:
    sandbox.faults(effect="late_commit", entity="catalog", method="POST", seconds=0.2)
    with pytest.raises(httpx.TransportError):
        api.post("/procurement/catalog", json=ITEM)
    assert api.post("/procurement/catalog", json=ITEM).status_code == 201
    late = [entry for entry in _journal_until(sandbox, 2) if entry["method"] == "POST"]
    assert sorted(entry["status"] for entry in late) == [201, 400]
    assert len(sandbox.records("/procurement/catalog", 'identifier = "AP-10"')) == 1


def _journal_until(sandbox: SandboxServer, answered: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        entries = [entry for entry in sandbox.journal() if entry["status"]]
        if len(entries) >= answered:
            return entries
        time.sleep(0.02)
    raise TimeoutError


# --- recurring lines ---


def _line(api: httpx.Client, item: str, **more: Any) -> httpx.Response:
    deal = {"name": "1001 x", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}
    opportunity = api.post("/sales/opportunities", json=deal).json()["id"]
    body = {"catalogItem": {"identifier": item}, "billableOption": "Billable", "opportunity": {"id": opportunity}}
    return api.post("/procurement/products", json={**body, **more})


def test_a_line_of_a_recurring_item_recurs_as_the_item_does(api: httpx.Client) -> None:
    made = _line(api, "LIC-OFFICE-M", price=13).json()
    recurring = made["recurring"]
    assert recurring.pop("startDate").endswith("T00:00:00Z")
    assert recurring.pop("billCycle")["name"] == "Monthly"
    assert recurring == {"recurringRevenue": 13, "recurringCost": 10, "billCycleId": 1, "cycleType": "CalendarYear"}
    assert made["description"] == "Office suite, per user and month"
    assert "recurring" not in _line(api, "CAB-6-2M").json()


@pytest.mark.parametrize(
    ("cycle", "cycles", "start", "end"),
    [
        ("M", 12, "2026-01-01", "2026-12-31"),
        ("M", 1, "2026-01-31", "2026-02-27"),
        ("Q", 4, "2026-03-15", "2027-03-14"),
        ("Y", 3, "2026-03-15", "2029-03-14"),
        ("SA", 1, "2026-03-15", "2026-09-14"),
    ],
)
def test_a_line_has_cycle_and_number_of_cycles_of_its_own(
    api: httpx.Client, cycle: str, cycles: int, start: str, end: str
) -> None:
    given = {"billCycle": {"identifier": cycle}, "cycles": cycles, "startDate": f"{start}T00:00:00Z", "endDate": "x"}
    recurring = _line(api, "LIC-OFFICE-M", recurring={**given, "recurringRevenue": 20}).json()["recurring"]
    assert (recurring["cycles"], recurring["endDate"]) == (cycles, f"{end}T00:00:00Z")
    assert (recurring["recurringRevenue"], recurring["recurringCost"]) == (20, 10)


def test_what_recurs_is_replaced_as_a_whole(api: httpx.Client) -> None:
    made = _line(api, "LIC-OFFICE-M").json()
    path = f"/procurement/products/{made['id']}"
    changed = api.patch(path, json=_replace("recurring", {"billCycleId": 4, "cycles": 2})).json()["recurring"]
    assert (changed["billCycle"]["name"], changed["cycles"], "recurringRevenue" in changed) == ("Yearly", 2, False)
    assert api.patch(path, json=_replace("quantity", 3)).json()["recurring"] == changed
    found = api.get("/procurement/products", params={"conditions": "recurring/cycles = 2"}).json()
    assert [row["id"] for row in found] == [made["id"]]


@pytest.mark.parametrize(
    ("recurring", "code"),
    [
        ({"startDate": "2026-01-01"}, "UnsupportedFormat"),
        ({"startDate": "2026-02-30T00:00:00Z"}, "UnsupportedFormat"),
        ({"billCycle": {"identifier": "ZZ"}}, "NotFound"),
        ({"billCycle": None, "billCycleId": 99}, "NotFound"),
        ({"cycles": 0}, "InvalidObject"),
        ({"cycleType": "LightYear"}, "InvalidObject"),
    ],
)
def test_what_recurs_is_checked(api: httpx.Client, recurring: Any, code: str) -> None:
    answer = _line(api, "LIC-OFFICE-M", recurring=recurring)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert _line(api, "LIC-OFFICE-M", recurring=[]).status_code == 500


def test_far_away_cycles_have_no_end(api: httpx.Client) -> None:
    far = {"startDate": "9998-01-01T00:00:00Z", "cycles": 1200}
    assert "endDate" not in _line(api, "LIC-OFFICE-M", recurring=far).json()["recurring"]


def test_a_line_may_be_made_to_keep_its_item(sandbox: SandboxServer, api: httpx.Client) -> None:
    path = f"/procurement/products/{_line(api, 'CAB-6-2M').json()['id']}"
    swap = _replace("catalogItem", {"identifier": "PC-MINI"})
    sandbox.options(product_keeps_item=True)
    assert _errors(api.patch(path, json=swap)) == [("InvalidField", "catalogItem")]
    assert api.patch(path, json=_replace("quantity", 2)).status_code == 200
    sandbox.options(product_keeps_item=False)
    assert api.patch(path, json=swap).json()["catalogItem"]["identifier"] == "PC-MINI"
