"""What receiving does to the lines of a purchase order: status and quantity are sent together, a short delivery leaves
a new line for the rest or cancels it, and what can be stocked is stocked.

How the copy of a line is numbered is not established: a switch. Serial numbers are kept as they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation
from integrations.connectwise.sandbox.manners import stock
from integrations.connectwise.sandbox.manners.money import extended

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

WAITING, FULLY = "Waiting", "FullyReceived"
CLONE_REST = "PartiallyReceiveCloneRest"


def line_is_received(call: Call, record: Record, stored: Record | None) -> None:
    closing = record.get("closedFlag") and not (stored or {}).get("closedFlag") and not record.get("canceledFlag")
    if closing and _status(record) == WAITING and record["receivedQuantity"] >= int(record.get("quantity") or 0):
        record["receivedStatus"] = FULLY  # one known client closes the line instead of naming the status
    if not _newly(record, stored):
        return
    untouched = record["receivedQuantity"] == (stored or {}).get("receivedQuantity", 0)
    if _status(record) == FULLY and untouched and _status(stored) == WAITING:
        record["receivedQuantity"] = int(record.get("quantity") or 0)
    record["closedFlag"] = True
    record["dateReceived"] = record.get("dateReceived") or call.now


def receipt_is_possible(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    received, quantity = record.get("receivedQuantity", 0), record.get("quantity") or 0
    if not _newly(record, stored):
        return
    if not 0 <= received <= quantity:
        text = f"The field receivedQuantity must be between 0 and {quantity:g}."
        yield Violation("OutOfRange", text, "receivedQuantity")
    elif _status(record) == FULLY and received != int(quantity):
        text = f"A line that is fully received has a receivedQuantity of {quantity:g}."
        yield Violation("InvalidObject", text, "receivedQuantity")


def rest_of_the_line(call: Call, record: Record, stored: Record | None) -> None:
    """The line keeps what has come; a new one waits for the rest, of quantity 0 when all had come already."""
    if not _newly(record, stored) or _status(record) != CLONE_REST:
        return
    received = record["receivedQuantity"]
    cost = record.get("unitCost")
    call.save("PurchaseOrderLineItem", {**record, "quantity": received, "extCost": float(extended(received, cost))})
    rest = record["quantity"] - received
    fresh = {name: value for name, value in record.items() if name not in ("id", "_info", "serialNumbers")}
    number = record["lineNumber"]
    if not call.options.clone_keeps_line_number:
        lines = call.table("PurchaseOrderLineItem").where("purchaseOrderId", record["purchaseOrderId"])
        number = max(line["lineNumber"] for line in lines) + 1
    waiting = {"receivedQuantity": 0, "receivedStatus": WAITING, "closedFlag": False, "dateReceived": None}
    clone = {**fresh, **waiting, "quantity": rest, "extCost": float(extended(rest, cost)), "lineNumber": number}
    call.insert("PurchaseOrderLineItem", clone)


def goods_are_stocked(call: Call, record: Record, stored: Record | None) -> None:
    """Only what the catalog calls inventory is counted in its bin."""
    item = call.row("CatalogItem", record.get("product")) or {}
    if item.get("productClass") != "Inventory" or not record.get("warehouseBin"):
        return
    came = _received(record) - _received(stored)
    if came:
        known = {one.strip() for one in str((stored or {}).get("serialNumbers") or "").split(",")}
        serials = [one.strip() for one in str(record.get("serialNumbers") or "").split(",")]
        fresh = [one for one in serials if one and one not in known]
        stock.put_into_bin(call, call.table("CatalogItem").ref(item["id"]), record["warehouseBin"], came, fresh)


def _status(record: Record | None) -> str:
    return str((record or {}).get("receivedStatus") or WAITING)


def _received(record: Record | None) -> int:
    return int((record or {}).get("receivedQuantity", 0)) if _status(record) != WAITING else 0


def _newly(record: Record, stored: Record | None) -> bool:
    """This save receives something."""
    if _status(record) == WAITING:
        return False
    before = stored or {}
    return _status(record) != _status(stored) or record.get("receivedQuantity") != before.get("receivedQuantity")
