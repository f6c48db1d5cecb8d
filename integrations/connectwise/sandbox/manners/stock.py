"""What lies in the bins of warehouses, and how a bin knows its warehouse. Nothing is picked or shipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def bin_defaults(call: Call, record: Record, stored: Record | None) -> None:
    warehouse = call.row("Warehouse", record.get("warehouse")) or {}
    for name in ("location", "department"):
        record[name] = record.get(name) or warehouse.get(name)
    record.setdefault("quantityOnHand", 0)


def bin_name_is_new_in_its_warehouse(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    for other in call.table("WarehouseBin").where("name", record.get("name")):
        if other["warehouse"] is record.get("warehouse") and other["id"] != record.get("id"):
            yield Violation("ObjectExists", "A matching warehouseBin already exists", "name")


def put_into_bin(call: Call, item: Record, place: Record, count: int, serials: list[str]) -> None:
    """`count` may be negative; `serials` are those that came with it."""
    table = call.table("InventoryOnHand")
    row = next((one for one in table.where("warehouseBin/id", place["id"]) if one["catalogItem"] is item), None)
    bin_row = call.table("WarehouseBin").rows[place["id"]]
    if row is None:
        row = {"catalogItem": item, "warehouse": bin_row["warehouse"], "warehouseBin": place, "onHand": 0}
        row = call.insert("InventoryOnHand", row)
    known = row.get("serialNumbers", [])
    next_id = max((one["id"] for one in known), default=0) + 1
    fresh = [{"id": number, "serialNumber": text} for number, text in enumerate(serials, next_id)]
    call.save("InventoryOnHand", {**row, "onHand": row["onHand"] + count, "serialNumbers": [*known, *fresh]})
    call.save("WarehouseBin", {**bin_row, "quantityOnHand": bin_row.get("quantityOnHand", 0) + count})


def quantity_on_hand(call: Call, item: Record | None, body: Any) -> Record:
    rows = call.table("InventoryOnHand").where("catalogItem/id", item["id"]) if item else []
    if place := whole(call.params.get("warehousebinid", "")):
        rows = [row for row in rows if row["warehouseBin"]["id"] == place]
    return {"count": sum(row["onHand"] for row in rows)}
