"""Custom fields as their definitions make them: which records carry one, and that all of those list it at once.

Values are kept by the protocol. Which number a pod has is our own: ConnectWise publishes none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

PODS = (
    "Company",
    "CompanySite",
    "Contact",
    "Opportunity",
    "Order",
    "Ticket",
    "CatalogItem",
    "ProductItem",
    "PurchaseOrder",
    "PurchaseOrderLineItem",
    "Member",
)
"""The entities whose overview screen has a place for custom fields; the number of the pod is the place here."""
CHOOSING = frozenset({"List", "Option"})


def pod_of(entity: str) -> int:
    return PODS.index(entity) + 1


def definition_defaults(call: Call, record: Record, stored: Record | None) -> None:
    source = stored or {"dateCreated": call.now, "connectWiseID": call.guid()}
    record["dateCreated"], record["connectWiseID"] = source.get("dateCreated"), source.get("connectWiseID")
    record.setdefault("numberDecimals", 0)
    for number, option in enumerate(record.get("options", ()), 1):
        option.setdefault("id", number)


def definition_is_possible(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if record.get("podId") is not None and not 0 < record["podId"] <= len(PODS):
        yield Violation("NotFound", f"podId {record['podId']} not found", "podId")
    if stored is not None and record.get("podId") != stored["podId"]:
        yield Violation("InvalidField", "The podId of a user defined field can't be changed.", "podId")
    if record.get("fieldTypeIdentifier") == "Button" and not record.get("buttonUrl"):
        yield Violation("MissingRequiredField", "The buttonUrl field is required.", "buttonUrl")
    if record.get("entryTypeIdentifier") in CHOOSING and not record.get("options"):
        yield Violation("MissingRequiredField", "The options field is required.", "options")


def every_record_lists_it(call: Call, record: Record, stored: Record | None) -> None:
    """With its value, or without one: nothing was changed about them, so no record counts as updated."""
    name = PODS[record["podId"] - 1]
    fields = call.instance.custom_fields.setdefault(name, [])
    known = next((one for one in fields if one["id"] == record["id"]), None)
    defined = {
        "id": record["id"],
        "caption": record["caption"],
        "type": record["fieldTypeIdentifier"],
        "entryMethod": record["entryTypeIdentifier"],
        "numberOfDecimals": record["numberDecimals"],
        "connectWiseId": record["connectWiseID"],
        "rowNum": known["rowNum"] if known else len(fields) + 1,
        "userDefinedFieldRecId": record["id"],
        "podId": f"{name.lower()}_overview",
    }
    call.instance.custom_fields[name] = [*(one for one in fields if one is not known), defined]
    _list_again(call, name)


def no_record_lists_it(call: Call, record: Record) -> None:
    name = PODS[record["podId"] - 1]
    fields = call.instance.custom_fields.get(name, [])
    call.instance.custom_fields[name] = [one for one in fields if one["id"] != record["id"]]
    _list_again(call, name)


def _list_again(call: Call, name: str) -> None:
    call.instance.custom_fields[name].sort(key=lambda one: int(one["rowNum"]))
    call.store.describe(call.instance)
    defined = call.instance.custom_fields[name]
    table = call.table(name)
    newest = list(table.newest)
    for row in list(table.rows.values()):
        values = {one["id"]: one.get("value") for one in row.get("customFields", ())}
        fields = [{**one, "value": values.get(one["id"])} for one in defined]
        call.store.put(call.instance, name, {**row, "customFields": fields})
    table.newest = dict.fromkeys(newest)
