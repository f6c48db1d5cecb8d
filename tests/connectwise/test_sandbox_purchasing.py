"""What purchase orders, receiving and stock do beyond the protocol."""

from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
ORDER = {"vendorCompany": {"identifier": "DistriOne"}, "status": {"name": "New"}, "terms": {"name": "Net 30"}}
LINE = {
    "lineNumber": 1,
    "product": {"identifier": "SRV-1U"},
    "quantity": 5,
    "unitOfMeasure": {"name": "Each"},
    "description": "1U rack server",
}
PATH = "/procurement/purchaseorders"


def _set(**values: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value} for path, value in values.items()]


def _order(api: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = api.post(PATH, json={**ORDER, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def lines(api: httpx.Client) -> str:
    """The path of the lines of a fresh order with one line."""
    path = f"{PATH}/{_order(api)['id']}/lineitems"
    answer = api.post(path, json=LINE)
    assert answer.status_code == 201, answer.text
    return path


def _shown(api: httpx.Client, lines: str) -> list[tuple[float, int, str, bool]]:
    return [
        (row["quantity"], row["receivedQuantity"], row["receivedStatus"], row["closedFlag"])
        for row in api.get(lines).json()
    ]


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["code"], error["field"]) for error in answer.json()["errors"]]


def test_a_new_order_gets_number_date_warehouse_and_shipment(api: httpx.Client) -> None:
    made = _order(api)
    assert (made["poNumber"], made["closedFlag"], made["total"]) == ("1001", False, 0)
    assert (made["warehouse"]["name"], made["shipmentMethod"]["name"]) == ("Tampa Warehouse", "Ground")
    assert (made["vendorSite"]["name"], made["vendorContact"]["name"]) == ("Main", "Sales Desk")
    assert made["poDate"].endswith("T00:00:00Z")
    assert _order(api, poNumber="2050")["poNumber"] == "2050"
    assert _order(api)["poNumber"] == "2051"
    assert _errors(api.post(PATH, json={**ORDER, "poNumber": "2050"})) == [("ObjectExists", "poNumber")]


def test_an_order_needs_vendor_status_and_terms(api: httpx.Client) -> None:
    assert sorted(_errors(api.post(PATH, json={}))) == [
        ("MissingRequiredField", field) for field in ("status", "terms", "vendorCompany")
    ]
    number = _order(api)["id"]
    assert _errors(api.patch(f"{PATH}/{number}", json=_set(poNumber=None))) == [("MissingRequiredField", "poNumber")]


def test_only_a_status_closes_an_order(api: httpx.Client) -> None:
    path = f"{PATH}/{_order(api)['id']}"
    assert api.patch(path, json=_set(closedFlag=True)).json()["closedFlag"] is False
    closed = api.patch(path, json=_set(status={"name": "Received In Full"})).json()
    assert (closed["closedFlag"], closed["closedBy"]) == (True, "quotewright-api")
    opened = api.patch(path, json=_set(status={"name": "On Order"})).json()
    assert (opened["closedFlag"], "dateClosed" in opened) == (False, False)


def test_statuses_are_told_by_their_flags(api: httpx.Client) -> None:
    rows = api.get("/procurement/purchaseorderstatuses").json()
    assert [row["name"] for row in rows if not row["inactiveFlag"]] == [
        "New", "Sent to Vendor", "On Order", "Backordered", "Received In Full", "Cancelled"
    ]  # fmt: skip
    assert [row["name"] for row in rows if row["closedFlag"]] == ["Received In Full", "Cancelled"]
    assert [[row["name"] for row in rows if row[flag]] for flag in ("defaultFlag", "defaultClosedFlag")] == [
        ["New"], ["Received In Full"]
    ]  # fmt: skip
    api.patch("/procurement/purchaseorderstatuses/6", json=_set(defaultClosedFlag=True))
    rows = api.get("/procurement/purchaseorderstatuses").json()
    assert [row["name"] for row in rows if row["defaultClosedFlag"]] == ["Cancelled"]


def test_a_line_takes_what_it_leaves_open_from_item_and_order(api: httpx.Client, lines: str) -> None:
    [line] = api.get(lines).json()
    assert (line["unitCost"], line["extCost"], line["purchaseOrderNumber"]) == (3925, 19625, "1001")
    assert (line["warehouse"]["name"], line["warehouseBin"]["name"]) == ("Tampa Warehouse", "TPA-Receiving")
    assert (line["product"]["identifier"], line["product"]["serializedFlag"], "name" in line["product"]) == (
        "SRV-1U", True, False
    )  # fmt: skip
    assert api.get(PATH).json()[0]["subTotal"] == 19625
    api.delete(f"{lines}/{line['id']}")
    assert api.get(PATH).json()[0]["subTotal"] == 0


def test_a_line_needs_number_product_quantity_unit_and_description(api: httpx.Client, lines: str) -> None:
    assert sorted(field for _, field in _errors(api.post(lines, json={}))) == sorted(LINE)
    elsewhere = {**LINE, "warehouseBin": {"name": "BOS-B1"}}
    assert api.post(lines, json=elsewhere).json()["message"] == "warehouseBin BOS-B1 not found"
    assert _errors(api.post(lines, json={**LINE, "warehouseBin": {"id": 4}})) == [("InvalidObject", "warehouseBin")]


def test_a_line_is_received_in_full(api: httpx.Client, lines: str) -> None:
    done = api.patch(f"{lines}/1", json=_set(receivedQuantity=5, receivedStatus="FullyReceived")).json()
    assert (done["closedFlag"], done["dateReceived"]) == (True, done["_info"]["lastUpdated"])
    assert _shown(api, lines) == [(5, 5, "FullyReceived", True)]


def test_a_line_is_received_by_closing_it(api: httpx.Client, lines: str) -> None:
    body = {**LINE, "receivedQuantity": 5, "closedFlag": True}
    assert api.put(f"{lines}/1", json=body).json()["receivedStatus"] == "FullyReceived"


def test_a_short_delivery_leaves_a_new_line_for_the_rest(api: httpx.Client, lines: str) -> None:
    api.patch(f"{lines}/1", json=_set(receivedQuantity=2, receivedStatus="PartiallyReceiveCloneRest"))
    assert _shown(api, lines) == [(2, 2, "PartiallyReceiveCloneRest", True), (3, 0, "Waiting", False)]
    api.patch(f"{lines}/2", json=_set(receivedQuantity=1, receivedStatus="PartiallyReceiveCloneRest"))
    assert [row[0] for row in _shown(api, lines)] == [2, 1, 2]
    rows = api.get(lines).json()
    assert ([row["lineNumber"] for row in rows], [row["extCost"] for row in rows]) == ([1, 2, 3], [7850, 3925, 7850])
    assert api.get(PATH).json()[0]["subTotal"] == 19625


def test_the_new_line_may_keep_the_number(sandbox: SandboxServer, api: httpx.Client, lines: str) -> None:
    sandbox.options(clone_keeps_line_number=True)
    api.patch(f"{lines}/1", json=_set(receivedQuantity=2, receivedStatus="PartiallyReceiveCloneRest"))
    assert [row["lineNumber"] for row in api.get(lines).json()] == [1, 1]
    sandbox.options(clone_keeps_line_number=False)


def test_partial_on_a_full_line_leaves_a_line_of_nought(api: httpx.Client, lines: str) -> None:
    api.patch(f"{lines}/1", json=_set(receivedQuantity=5, receivedStatus="PartiallyReceiveCloneRest"))
    assert [row[:2] for row in _shown(api, lines)] == [(5, 5), (0, 0)]


def test_the_rest_may_be_cancelled(api: httpx.Client, lines: str) -> None:
    api.patch(f"{lines}/1", json=_set(receivedQuantity=2, receivedStatus="PartiallyReceiveCancelRest"))
    assert _shown(api, lines) == [(5, 2, "PartiallyReceiveCancelRest", True)]


def test_nobody_receives_more_than_was_ordered(api: httpx.Client, lines: str) -> None:
    for quantity, status, code in ((6, "FullyReceived", "OutOfRange"), (4, "FullyReceived", "InvalidObject"),
                                   (-1, "PartiallyReceiveCloneRest", "OutOfRange")):  # fmt: skip
        answer = api.patch(f"{lines}/1", json=_set(receivedQuantity=quantity, receivedStatus=status))
        assert _errors(answer) == [(code, "receivedQuantity")]
    assert _shown(api, lines) == [(5, 0, "Waiting", False)]


def test_a_quantity_without_status_receives_nothing(api: httpx.Client, lines: str) -> None:
    api.patch(f"{lines}/1", json=_set(receivedQuantity=5))
    assert _shown(api, lines) == [(5, 5, "Waiting", False)]
    assert api.get("/procurement/catalog/SRV-1U/quantityOnHand").json() == {"count": 0}


def test_what_is_received_lies_in_its_bin(api: httpx.Client, lines: str) -> None:
    got = _set(receivedQuantity=2, receivedStatus="PartiallyReceiveCloneRest", serialNumbers="A1, A2")
    assert api.patch(f"{lines}/1", json=got).json()["serialNumbers"] == "A1, A2"
    api.patch(f"{lines}/2", json=_set(receivedStatus="FullyReceived", serialNumbers="A3,A4,A5"))
    item = api.get("/procurement/catalog", params={"conditions": "identifier = 'SRV-1U'"}).json()[0]["id"]
    [stock] = api.get(f"/procurement/catalog/{item}/inventory").json()
    assert (stock["onHand"], stock["warehouseBin"]["name"]) == (5, "TPA-Receiving")
    assert [one["serialNumber"] for one in stock["serialNumbers"]] == ["A1", "A2", "A3", "A4", "A5"]
    assert api.get("/procurement/warehouseBins/1").json()["quantityOnHand"] == 5
    assert api.get("/procurement/warehouseBins/1/inventoryOnHand").json() == [stock]
    counts = [
        api.get("/procurement/catalog/SRV-1U/quantityOnHand", params={"warehouseBinId": place}).json()["count"]
        for place in (1, 2)
    ]
    assert counts == [5, 0]


def test_shipment_and_vendor_number_go_down_to_the_lines_on_demand(api: httpx.Client, lines: str) -> None:
    path = lines.removesuffix("/lineitems")
    api.patch(path, json=_set(trackingNumber="T-1", vendorOrderNumber="V-1"))
    assert "trackingNumber" not in api.get(f"{lines}/1").json()
    down = _set(trackingNumber="T-2", updateShipmentInfo=True, vendorOrderNumber="V-2", updateVendorOrderNumber=True)
    assert api.patch(path, json=down).json()["updateShipmentInfo"] is False
    line = api.get(f"{lines}/1").json()
    assert (line["trackingNumber"], line["vendorOrderNumber"]) == ("T-2", "V-2")
    api.patch(path, json=_set(poNumber="9001"))
    assert api.get(f"{lines}/1").json()["purchaseOrderNumber"] == "9001"


def test_many_lines_at_once_each_with_its_result(api: httpx.Client, lines: str) -> None:
    bodies = [{**LINE, "lineNumber": 2}, {**LINE, "quantity": None}, {**LINE, "lineNumber": 3}]
    answer = api.post(f"{lines}/bulk", json=bodies)
    assert answer.status_code == 207
    results = answer.json()["payload"]
    assert [(one["success"], one["originalIndex"]) for one in results] == [(True, 0), (False, 1), (True, 2)]
    assert results[1]["error"]["errors"][0]["field"] == "quantity"
    assert [row["lineNumber"] for row in api.get(lines).json()] == [1, 2, 3]
    changed = api.put(f"{lines}/bulk", json=[{**results[0]["data"], "quantity": 9}, {**LINE, "id": 99}]).json()
    assert [one["statusCode"] for one in changed["payload"]] == [200, 404]
    assert api.get(f"{lines}/2").json()["quantity"] == 9
    gone = api.request("DELETE", f"{lines}/bulk", json={"ids": [2, 99]}).json()["payload"]
    assert [one["success"] for one in gone] == [True, False]
    assert [row["id"] for row in api.get(lines).json()] == [1, 3]
    assert api.delete(lines).status_code == 204
    assert api.get(lines).json() == []


def test_a_cancelled_line_is_closed_and_costs_nothing(api: httpx.Client, lines: str) -> None:
    line = api.patch(f"{lines}/1", json=_set(canceledFlag=True, canceledReason="Sold out")).json()
    assert (line["closedFlag"], line["canceledBy"], "dateCanceled" in line) == (True, "quotewright-api", True)
    assert api.get(PATH).json()[0]["subTotal"] == 0


def test_a_copy_starts_over(api: httpx.Client, lines: str) -> None:
    api.patch(f"{lines}/1", json=_set(receivedStatus="FullyReceived"))
    copy = api.post(f"{PATH}/1/copy").json()
    assert (copy["poNumber"], copy["subTotal"]) == ("1002", 19625)
    assert _shown(api, f"{PATH}/{copy['id']}/lineitems") == [(5, 0, "Waiting", False)]


def test_a_line_calls_back_as_a_change_of_its_order(sandbox: SandboxServer, api: httpx.Client, lines: str) -> None:
    vendor = {"url": "http://127.0.0.1:9/?recordId=", "type": "purchaseorder", "level": "vendor", "objectId": 19}
    assert api.post("/system/callbacks", json=vendor).status_code == 201
    sandbox.callbacks_off()
    api.patch(f"{lines}/1", json=_set(receivedStatus="FullyReceived"))
    told = [entry["body"] for entry in sandbox.deliveries()]
    assert [(one["Type"], one["Action"], one["ID"]) for one in told] == [("purchaseorder", "updated", 1)]


def test_what_an_order_uses_cannot_be_deleted(api: httpx.Client, lines: str) -> None:
    note = api.post(f"{PATH}/1/notes", json={"text": "Call first"}).json()
    assert (note["enteredBy"], note["purchaseHeaderRecID"]) == ("quotewright-api", 1)
    for path in ("purchaseorderstatuses/1", "warehouses/1", "warehouseBins/1", "shipmentmethods/1"):
        assert api.delete(f"/procurement/{path}").status_code == 409, path
    assert api.delete("/finance/billingTerms/1").status_code == 409
    assert api.delete(f"{PATH}/1").status_code == 204
    assert api.delete("/procurement/shipmentmethods/1").status_code == 204


def test_warehouses_and_bins_are_told_apart(api: httpx.Client) -> None:
    assert [row["name"] for row in api.get("/procurement/warehouses").json() if not row["inactiveFlag"]] == [
        "Tampa Warehouse", "Boston Warehouse"
    ]  # fmt: skip
    made = api.post("/procurement/warehouseBins", json={"name": "TPA-A1", "warehouse": {"id": 2}}).json()
    assert (made["location"]["name"], made["department"]["identifier"]) == ("Boston Office", "Admin")
    again = api.post("/procurement/warehouseBins", json={"name": "tpa-a1", "warehouse": {"id": 2}})
    assert _errors(again) == [("ObjectExists", "name")]


def test_catalog_components_pricing_and_copy(api: httpx.Client) -> None:
    kit = api.get("/procurement/catalog", params={"conditions": "identifier = 'KIT-DESK'"}).json()[0]["id"]
    path = f"/procurement/catalog/{kit}"
    parts = api.get(f"{path}/components").json()
    assert [(part["sequenceNumber"], part["catalogItem"]["identifier"], part["price"]) for part in parts] == [
        (1, "PC-MINI", 689), (2, "CAB-6-2M", 6.9)
    ]  # fmt: skip
    itself = api.post(f"{path}/components", json={"catalogItem": {"id": kit}, "quantity": 1})
    assert _errors(itself) == [("InvalidObject", "catalogItem")]
    price = api.post(f"{path}/pricing", json={"company": {"id": 1}, "quantity": 3}).json()
    assert (price["price"], price["quantity"], price["catalogItem"]["identifier"]) == (705, 3, "KIT-DESK")
    assert api.post(f"{path}/copy").json()["identifier"] == "KIT-DESK (2)"
