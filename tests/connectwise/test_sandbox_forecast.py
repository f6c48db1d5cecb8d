"""What forecasts, conversions and sales orders do beyond the protocol."""

from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
DEAL = {"name": "1001 New laptops", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}
ORDER = {"company": {"id": 1}, "status": {"name": "New"}, "salesRep": {"id": 3}}
LINE = {
    "catalogItem": {"identifier": "NB-14-PRO"},
    "billableOption": "Billable",
    "quantity": 2,
    "price": 100,
    "cost": 60,
}


@pytest.fixture(autouse=True)
def switches(sandbox: SandboxServer) -> None:
    sandbox.options(forecast_is_list=True, convert_copies_products=False, order_keeps_products=True)


def _set(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _deal(api: httpx.Client, **more: Any) -> int:
    return int(_made(api.post("/sales/opportunities", json={**DEAL, **more}))["id"])


def _product(api: httpx.Client, **more: Any) -> dict[str, Any]:
    return _made(api.post("/procurement/products", json={**LINE, **more}))


def _forecast(api: httpx.Client, deal: int) -> dict[str, Any]:
    [forecast] = api.get(f"/sales/opportunities/{deal}/forecast").json()
    return dict(forecast)


# --- forecast ---


def test_a_product_on_an_opportunity_has_its_forecast_item(api: httpx.Client) -> None:
    deal = _deal(api)
    product = _product(api, opportunity={"id": deal})
    [item] = _forecast(api, deal)["forecastItems"]
    assert item["id"] == product["forecastDetailId"]
    assert (item["forecastType"], item["revenue"], item["cost"], item["margin"]) == ("Product", 200, 120, 80)
    assert (item["status"]["name"], item["percentage"], item["includeFlag"]) == ("Open", 40, True)
    api.patch(f"/procurement/products/{product['id']}", json=_set("quantity", 3))
    assert _forecast(api, deal)["productRevenue"]["revenue"] == 300
    api.delete(f"/procurement/products/{product['id']}")
    assert _forecast(api, deal)["forecastItems"] == []


def test_a_product_may_bypass_the_forecast(api: httpx.Client) -> None:
    deal = _deal(api)
    assert "forecastDetailId" not in _product(api, opportunity={"id": deal}, bypassForecastUpdate=True)
    assert _forecast(api, deal)["forecastItems"] == []


def test_the_forecast_is_a_list_or_one(sandbox: SandboxServer, api: httpx.Client) -> None:
    deal = _deal(api)
    sandbox.options(forecast_is_list=False)
    assert api.get(f"/sales/opportunities/{deal}/forecast").json()["id"] == deal


def test_forecast_items_of_ones_own(api: httpx.Client) -> None:
    deal = _deal(api, probability={"name": "75"})
    path = f"/sales/opportunities/{deal}/forecast"
    labor = {"opportunity": {"id": deal}, "forecastType": "Service", "status": {"id": 1}, "revenue": 500, "cost": 200}
    other = {**labor, "forecastType": "Other1", "status": {"name": "Won"}, "revenue": 50}
    made = _made(api.post(path, json={"forecastItems": [labor, other]}))
    assert (made["serviceRevenue"]["revenue"], made["otherRevenue1"]["revenue"]) == (500, 50)
    assert (made["wonRevenue"]["revenue"], made["openRevenue"]["revenue"], made["expectedProbability"]) == (50, 500, 75)
    first = made["forecastItems"][0]["id"]
    assert api.patch(f"{path}/{first}", json=_set("includeFlag", False)).json()["includeFlag"] is False
    assert _forecast(api, deal)["forecastRevenueTotals"]["revenue"] == 50
    changed = api.patch(path, json=[{"op": "remove", "path": "forecastItems/0"}]).json()
    assert [item["forecastType"] for item in changed["forecastItems"]] == ["Other1"]
    assert api.get(f"{path}/{first}").status_code == 404
    assert api.delete(f"{path}/").status_code == 204
    assert api.get(f"{path}/count").json() == {"count": 0}


def test_a_forecast_item_needs_its_type(api: httpx.Client) -> None:
    answer = api.post(f"/sales/opportunities/{_deal(api)}/forecast", json={"forecastItems": [{"revenue": 1}]})
    assert [error["field"] for error in answer.json()["errors"]] == ["forecastType"]


# --- notes and contacts of an opportunity ---


def test_notes_of_an_opportunity_say_who_wrote_them(api: httpx.Client) -> None:
    path = f"/sales/opportunities/{_deal(api)}/notes"
    made = _made(api.post(path, json={"text": "Accepted online."}))
    assert (made["enteredBy"], made["type"]["name"], made["opportunityId"]) == ("quotewright-api", "Comments", 1)
    assert [row["text"] for row in api.get(path).json()] == ["Accepted online."]
    contacts = f"/sales/opportunities/{made['opportunityId']}/contacts"
    added = _made(api.post(contacts, json={"contact": {"id": 3}}))
    assert (added["emailAddress"], added["company"]["identifier"]) == ("ibrooks@bluepine.example", "BluePineLaw")


def test_what_a_new_opportunity_would_start_with(api: httpx.Client) -> None:
    fresh = api.get("/sales/opportunities/default").json()
    assert (fresh["status"]["name"], fresh["stage"]["name"], "name" in fresh) == ("Open", "Prospect", False)


# --- converting ---


def test_an_opportunity_becomes_an_order_and_its_products_move(api: httpx.Client) -> None:
    deal = _deal(api, customerPO="PO 77")
    product = _product(api, opportunity={"id": deal})
    _made(api.post(f"/sales/opportunities/{deal}/notes", json={"text": "Deliver on Monday"}))
    wish = {"includeAllProductsFlag": True, "includeAllNotesFlag": True}
    order = _made(api.post(f"/sales/opportunities/{deal}/convertToSalesOrder", json=wish))
    assert (order["opportunity"]["id"], order["poNumber"], order["notes"]) == (deal, "PO 77", "Deliver on Monday")
    assert (order["status"]["name"], order["salesRep"]["identifier"]) == ("New", "apatel")
    assert (order["productIds"], order["subTotal"]) == ([product["id"]], 200)
    moved = api.get(f"/procurement/products/{product['id']}").json()
    assert (moved["salesOrder"]["id"], moved["salesOrder"]["identifier"], "opportunity" in moved) == (1, "1", False)
    [item] = _forecast(api, deal)["forecastItems"]
    assert (item["convertedRecID"], item["revenue"], item["linkFlag"]) == (order["id"], 200, False)


def test_products_are_copied_when_the_switch_says_so(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.options(convert_copies_products=True)
    deal = _deal(api)
    kept, left = (_product(api, opportunity={"id": deal}) for _ in range(2))
    order = _made(
        api.post(f"/sales/opportunities/{deal}/convertToSalesOrder", json={"includeProductIds": [kept["id"]]})
    )
    assert order["productIds"] == [3]
    assert [row["opportunity"]["id"] for row in api.get("/procurement/products").json()[:2]] == [deal, deal]
    assert left["id"] not in order["productIds"]


def test_only_its_own_products_are_converted(api: httpx.Client) -> None:
    other = _product(api, opportunity={"id": _deal(api)})["id"]
    path = f"/sales/opportunities/{_deal(api)}/convertToSalesOrder"
    assert api.post(path, json={"includeProductIds": [other]}).status_code == 400
    assert api.get("/sales/orders").json() == []
    assert api.post(path, json={"salesOrderId": 99}).status_code == 404


def test_an_opportunity_becomes_a_ticket(api: httpx.Client) -> None:
    deal = _deal(api)
    product = _product(api, opportunity={"id": deal})
    ticket = _made(
        api.post(f"/sales/opportunities/{deal}/convertToServiceTicket", json={"includeAllProductsFlag": True})
    )
    assert (ticket["summary"], ticket["opportunity"]["id"]) == (DEAL["name"], deal)
    assert [row["id"] for row in api.get(f"/service/tickets/{ticket['id']}/products").json()] == [product["id"]]


# --- sales orders ---


def test_an_order_adds_up_its_products(api: httpx.Client) -> None:
    order = _made(api.post("/sales/orders", json={**ORDER, "taxCode": {"name": "Florida"}, "total": 99}))
    path = f"/sales/orders/{order['id']}"
    assert (order["total"], order["billingTerms"]["name"], order["site"]["name"]) == (0, "Net 30", "Main")
    product = _product(api, salesOrder={"id": order["id"]})
    full = api.get(path).json()
    assert (full["subTotal"], full["taxTotal"], full["total"], full["productIds"]) == (200, 12, 212, [product["id"]])
    [line] = api.get(f"{path}/lineitems/").json()
    assert (line["id"], line["quantity"], line["salesOrder"]["id"]) == (product["id"], 2, order["id"])
    assert api.get(f"{path}/financialrecap").json()[0]["margin"] == 80
    assert api.delete(path).status_code == 409


def test_an_order_needs_company_status_and_rep(api: httpx.Client) -> None:
    errors = api.post("/sales/orders", json={}).json()["errors"]
    assert sorted(error["field"] for error in errors) == ["company", "salesRep", "status"]


def test_a_product_on_an_order_is_cancelled_not_deleted(sandbox: SandboxServer, api: httpx.Client) -> None:
    order = _made(api.post("/sales/orders", json=ORDER))["id"]
    path = f"/procurement/products/{_product(api, salesOrder={'id': order})['id']}"
    assert api.delete(path).status_code == 400
    assert api.patch(path, json=_set("quantityCancelled", 5)).status_code == 400
    part = api.patch(path, json=_set("quantityCancelled", 1)).json()
    assert (part["cancelledFlag"], part["cancelledBy"], "cancelledDate" in part) == (False, 1, True)
    whole = api.patch(path, json=[*_set("cancelledFlag", True), *_set("quantityCancelled", 2)]).json()
    assert (whole["cancelledFlag"], whole["quantityCancelled"]) == (True, 2)
    sandbox.options(order_keeps_products=False)
    assert api.delete(path).status_code == 204
    assert api.get(f"/sales/orders/{order}").json()["productIds"] == []
    assert api.get(f"/sales/orders/{order}/lineitems").json() == []


def test_a_product_is_detached(api: httpx.Client) -> None:
    order = _made(api.post("/sales/orders", json=ORDER))["id"]
    path = f"/procurement/products/{_product(api, salesOrder={'id': order})['id']}"
    assert api.post(f"{path}/detach", json={"removeFromSalesOrder": True}).status_code == 204
    assert "salesOrder" not in api.get(path).json()
    assert api.get(f"/sales/orders/{order}").json()["productIds"] == []
    assert api.patch(path, json=_set("quantity", 1)).status_code == 200


def test_a_bundle_brings_its_components(api: httpx.Client) -> None:
    bundle = _product(
        api, catalogItem={"identifier": "KIT-DESK"}, price=None, cost=None, opportunity={"id": _deal(api)}
    )
    parts = api.get(f"/procurement/products/{bundle['id']}/components").json()
    assert [(part["catalogItem"]["identifier"], part["quantity"]) for part in parts] == [
        ("PC-MINI", 1),
        ("CAB-6-2M", 2),
    ]
    assert (bundle["productClass"], bundle["extPrice"]) == ("Bundle", 1410)
