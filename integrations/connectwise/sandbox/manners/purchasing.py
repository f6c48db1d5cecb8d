"""What purchase orders and their lines do beyond the protocol: numbers, totals, closing by a status, many lines at
once. Receiving is in `receiving.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import ApiError, Violation, not_found, unreadable_body
from integrations.connectwise.sandbox.manners import saving
from integrations.connectwise.sandbox.manners.money import decimal, extended
from integrations.connectwise.sandbox.manners.setup import default_row, names_of_place, own_location_and_department

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

FIRST_NUMBER = 1001
SHIPMENT = {"shipmentMethod": "shipmentMethod", "shipmentDate": "shipDate", "trackingNumber": "trackingNumber"}
"""What of an order's shipment its lines repeat, and how they call it."""


def order_defaults(call: Call, record: Record, stored: Record | None) -> None:
    if stored is None:
        record["poNumber"] = record.get("poNumber") or _next_number(call)
        record.setdefault("poDate", f"{call.now[:10]}T00:00:00Z")
        record["enteredBy"] = call.member
        record["warehouse"] = record.get("warehouse") or default_row(call, "Warehouse", "overallDefaultFlag")
        record["shipmentMethod"] = record.get("shipmentMethod") or default_row(call, "ShipmentMethod")
        vendor = call.row("Company", record.get("vendorCompany")) or {}
        for name, source in (("vendorSite", "site"), ("vendorContact", "defaultContact")):
            record[name] = record.get(name) or vendor.get(source)
        own_location_and_department(call, record)
    names_of_place(call, record)


def _next_number(call: Call) -> str:
    numbers = [str(row.get("poNumber", "")) for row in call.table("PurchaseOrder").rows.values()]
    used = (int(number) for number in numbers if number.isascii() and number.isdigit())
    return str(max((FIRST_NUMBER - 1, *used)) + 1)


def order_closing(call: Call, record: Record, stored: Record | None) -> None:
    closed = bool((call.row("PurchaseOrderStatus", record.get("status")) or {}).get("closedFlag"))
    record["closedFlag"] = closed
    record["dateClosed"] = (record.get("dateClosed") or call.now) if closed else None
    record["closedBy"] = (record.get("closedBy") or call.member) if closed else None


def order_totals(call: Call, record: Record, stored: Record | None) -> None:
    lines = call.table("PurchaseOrderLineItem").where("purchaseOrderId", record["id"]) if "id" in record else []
    total = sum((decimal(line.get("extCost")) for line in lines if not line.get("canceledFlag")), Decimal())
    extra = sum((decimal(record.get(name)) for name in ("freightCost", "freightTaxTotal", "salesTax")), Decimal())
    record["subTotal"], record["total"] = float(total), float(total + extra)


def lines_follow_their_order(call: Call, record: Record, stored: Record | None) -> None:
    """The two update flags are said with one save: what was changed in it goes down to every line."""
    fresh = dict(record)
    cascade: Record = {"purchaseOrderNumber": record.get("poNumber")}
    if fresh.pop("updateShipmentInfo", False):
        cascade |= {there: record.get(here) for here, there in SHIPMENT.items() if _changed(here, record, stored)}
    if fresh.pop("updateVendorOrderNumber", False) and _changed("vendorOrderNumber", record, stored):
        cascade["vendorOrderNumber"] = record.get("vendorOrderNumber")
    call.save("PurchaseOrder", {**fresh, "updateShipmentInfo": False, "updateVendorOrderNumber": False})
    for line in call.table("PurchaseOrderLineItem").where("purchaseOrderId", record["id"]):
        if any(line.get(name) != value for name, value in cascade.items()):
            call.save("PurchaseOrderLineItem", {**line, **cascade})


def _changed(name: str, record: Record, stored: Record | None) -> bool:
    return record.get(name) != (stored or {}).get(name)


def copy_order(call: Call, order: Record | None, body: Any) -> Record:
    """The order and its lines anew: open, under the next number, nothing received."""
    assert order is not None
    left = ("id", "_info", "poNumber", "poDate", "status", "dateClosed", "closedBy", "customFields")
    fresh = {name: value for name, value in order.items() if name not in left}
    copy = saving.create(call, "PurchaseOrder", {**fresh, "status": default_row(call, "PurchaseOrderStatus")})
    wanted = ("lineNumber", "product", "quantity", "unitOfMeasure", "description", "unitCost", "vendorSku", "warehouse",
              "warehouseBin")  # fmt: skip
    for line in call.table("PurchaseOrderLineItem").where("purchaseOrderId", order["id"]):
        saving.create(call, "PurchaseOrderLineItem", {name: line[name] for name in wanted if name in line}, copy)
    call.record_id = copy["id"]
    return call.table("PurchaseOrder").rows[copy["id"]]


# --- lines ---


def line_defaults(call: Call, record: Record, stored: Record | None) -> None:
    order = call.row("PurchaseOrder", record.get("purchaseOrderId")) or {}
    item = call.row("CatalogItem", record.get("product")) or {}
    record["purchaseOrderNumber"] = order.get("poNumber")
    record.setdefault("receivedQuantity", 0)
    if stored is None:
        for name, source in (("unitCost", "cost"), ("vendorSku", "vendorSku")):
            if record.get(name) is None:
                record[name] = item.get(source)
        record["warehouse"] = record.get("warehouse") or order.get("warehouse")
        for name in ("shipmentMethod", "vendorOrderNumber"):
            record[name] = record.get(name) or order.get(name)
    if record.get("warehouse") and not record.get("warehouseBin"):
        bins = call.table("WarehouseBin").where("warehouse/id", record["warehouse"]["id"])
        default = next((row for row in bins if row.get("defaultFlag") and not row.get("inactiveFlag")), None)
        record["warehouseBin"] = call.table("WarehouseBin").ref(default["id"]) if default else None
    record["extCost"] = float(extended(record.get("quantity"), record.get("unitCost")))


def line_bin_is_in_its_warehouse(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    row = call.row("WarehouseBin", record.get("warehouseBin"))
    if row and row.get("warehouse") is not record.get("warehouse"):
        name = (record.get("warehouse") or {}).get("name", "none")
        yield Violation("InvalidObject", f"The bin {row['name']} is not in the warehouse {name}.", "warehouseBin")


def line_is_cancelled(call: Call, record: Record, stored: Record | None) -> None:
    if not record.get("canceledFlag"):
        record["dateCanceled"] = record["dateCanceledUtc"] = record["canceledBy"] = None
    elif not (stored or {}).get("canceledFlag"):
        record["dateCanceled"] = record["dateCanceledUtc"] = call.now
        record["canceledBy"], record["closedFlag"] = call.member, True


def order_follows_its_lines(call: Call, record: Record, stored: Record | None) -> None:
    """On a change of lines the order's totals change, and it counts as updated: its callback is all there is."""
    order = call.row("PurchaseOrder", record.get("purchaseOrderId"))
    if order is not None:
        fresh = dict(order)
        order_totals(call, fresh, order)
        call.save("PurchaseOrder", fresh)


# --- many lines at once ---


def add_lines(call: Call, order: Record | None, body: Any) -> Record:
    return _each(_list(body), lambda line: saving.create(call, "PurchaseOrderLineItem", line, order))


def replace_lines(call: Call, order: Record | None, body: Any) -> Record:
    def replace(line: Any) -> Record:
        stored = _line(call, order, line.get("id") if isinstance(line, dict) else None)
        return saving.replace(call, "PurchaseOrderLineItem", stored, line, order)

    return _each(_list(body), replace)


def drop_many_lines(call: Call, order: Record | None, body: Any) -> Record:
    def drop(line_id: Any) -> Record:
        saving.delete(call, "PurchaseOrderLineItem", _line(call, order, line_id))
        return {"id": line_id}

    return _each(_list(body.get("ids") if isinstance(body, dict) else body), drop, 204)


def drop_lines(call: Call, order: Record | None, body: Any) -> None:
    """DELETE of the collection, as newer specifications have it: those named by `ids`, or all."""
    assert order is not None
    every = [line["id"] for line in call.table("PurchaseOrderLineItem").where("purchaseOrderId", order["id"])]
    named = body.get("ids") if isinstance(body, dict) else None
    lines = [_line(call, order, line_id) for line_id in (every if named is None else _list(named))]
    for line in lines:
        saving.delete(call, "PurchaseOrderLineItem", line)


def _line(call: Call, order: Record | None, line_id: Any) -> Record:
    row = call.table("PurchaseOrderLineItem").rows.get(line_id) if isinstance(line_id, int) else None
    if row is None or order is None or row["purchaseOrderId"] != order["id"]:
        raise not_found("PurchaseOrderLineItem", line_id)
    return row


def _list(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise unreadable_body()
    return body


def _each(items: list[Any], do: Callable[[Any], Record], done: int = 200) -> Record:
    """One result for each; what is wrong with one doesn't stop the others."""
    payload: list[Record] = []
    for index, item in enumerate(items):
        try:
            data = do(item)
            payload.append({"success": True, "originalIndex": index, "statusCode": done, "data": data})
        except ApiError as error:
            result = {"success": False, "originalIndex": index, "statusCode": error.status, "error": error.body}
            payload.append(result)
    return {"payload": payload}
