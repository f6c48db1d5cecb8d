"""What catalog items and products do beyond the protocol: defaults, totals, the recurring rule, cancelling. No stock is
moved, and what recurs on a product line is in `recurring.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation, invalid, unreadable_body
from integrations.connectwise.sandbox.manners import orders, saving
from integrations.connectwise.sandbox.manners.money import extended
from integrations.connectwise.sandbox.manners.setup import default_row, names_of_place, own_location_and_department

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

PARENTS = {"ticket": "Ticket", "salesOrder": "Order", "opportunity": "Opportunity"}
"""Of what a product may belong to, the tables kept here."""
DETACH = {
    "removeFromTicket": "ticket",
    "removeFromInvoice": "invoice",
    "removeFromOpportunity": "opportunity",
    "removeFromSalesOrder": "salesOrder",
    "removeFromProject": "project",
}


def catalog_defaults(call: Call, record: Record, stored: Record | None) -> None:
    subcategory = call.row("SubCategory", record.get("subcategory"))
    if subcategory:
        record["category"] = subcategory["category"]
    if not record.get("unitOfMeasure"):
        record["unitOfMeasure"] = default_row(call, "UnitOfMeasure")
    record["connectWiseID"] = (stored or {}).get("connectWiseID") or call.guid()


def recurring_item_says_how_often(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if record.get("recurringFlag") and not (record.get("recurringBillCycle") or record.get("recurringOneTimeFlag")):
        for field in ("recurringOneTimeFlag", "recurringBillCycle/id"):
            yield Violation("MissingRequiredField", "recurringBillCycle or recurringOneTimeFlag is required.", field)


def category_takes_new_items(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    """Of an inactive subcategory the protocol knows; its category may be inactive as well."""
    moved = stored is None or stored.get("subcategory") is not record.get("subcategory")
    category = call.row("Category", record.get("category"))
    if moved and category and category.get("inactiveFlag"):
        yield Violation("InvalidField", f"The category {category['name']} is inactive.", "category")


def product_defaults(call: Call, record: Record, stored: Record | None) -> None:
    """What a product leaves open it takes from its catalog item."""
    item = call.row("CatalogItem", record.get("catalogItem"))
    belongs = next((name for name in PARENTS if record.get(name)), "")
    parent = call.row(PARENTS[belongs], record[belongs]) if belongs else None
    if item:
        record["productClass"] = item["productClass"]
    if parent:
        record["company"] = parent["company"]
    if stored is None:
        for name in ("description", "customerDescription", "price", "cost", "unitOfMeasure", "taxableFlag", "vendor"):
            if item and record.get(name) is None:
                record[name] = item.get(name)
        for id_field, reference in (("locationId", "location"), ("businessUnitId", "department")):
            if parent and record.get(id_field) is None:
                record[id_field] = parent.get(id_field) or (parent.get(reference) or {}).get("id")
        record["taxableFlag"] = bool(record.get("taxableFlag"))
        own_location_and_department(call, record)
        if parent and record.get("sequenceNumber") is None:
            others = call.table("ProductItem").where(f"{belongs}/id", parent["id"])
            record["sequenceNumber"] = max((row.get("sequenceNumber", 0) for row in others), default=0) + 1
    names_of_place(call, record)
    for word, target in (("warehouse", "Warehouse"), ("warehouseBin", "WarehouseBin")):
        row = call.row(target, record.get(f"{word}IdObject") or record.get(f"{word}Id"))
        record[f"{word}Id"] = row["id"] if row else None
        record[f"{word}IdObject"] = call.table(target).ref(row["id"]) if row else None
        record[word] = row["name"] if row else None
    unit = record.get("unitOfMeasure")
    record["uom"] = unit.get("name") if unit else None


def product_totals(call: Call, record: Record, stored: Record | None) -> None:
    """To the cent and rounded half up, of the decimal figures as they were written."""
    price, cost = (extended(record.get("quantity"), record.get(part)) for part in ("price", "cost"))
    record["extPrice"], record["extCost"], record["margin"] = float(price), float(cost), float(price - cost)


def product_belongs_somewhere(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    parents = ("ticket", "project", "salesOrder", "opportunity", "invoice", "agreement")
    named = [name for name in parents if record.get(name)]
    detached = stored is not None and not any(stored.get(name) for name in parents)
    if not named and not detached:
        message = "One of ticket, project, salesOrder, opportunity, invoice or agreement is required."
        yield Violation("MissingRequiredField", message, "opportunity")
    elif len(named) > 1 and stored is None:
        yield Violation(
            "InvalidObject", f"A product belongs to one record only, not to {' and '.join(named)}.", named[1]
        )


def product_keeps_its_item(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if call.options.product_keeps_item and stored and stored["catalogItem"] is not record.get("catalogItem"):
        yield Violation("InvalidField", "The catalogItem of a product can't be changed.", "catalogItem")


def product_is_cancelled(call: Call, record: Record, stored: Record | None) -> None:
    before = stored or {}
    quantity, cancelled = record.get("quantity") or 0, record.get("quantityCancelled") or 0
    if record.get("cancelledFlag") and not before.get("cancelledFlag") and not cancelled:
        cancelled = record["quantityCancelled"] = quantity
    record["cancelledFlag"] = bool(cancelled) and cancelled >= quantity
    if not cancelled:
        record["cancelledBy"] = record["cancelledDate"] = None
    elif cancelled != (before.get("quantityCancelled") or 0):
        record["cancelledBy"], record["cancelledDate"] = (call.member_row() or {}).get("id"), call.now


def product_cancels_what_there_is(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if not 0 <= (record.get("quantityCancelled") or 0) <= max(record.get("quantity") or 0, 0):
        text = f"The field quantityCancelled must be between 0 and {record.get('quantity', 0)}."
        yield Violation("OutOfRange", text, "quantityCancelled")


def product_on_an_order_stays(call: Call, record: Record) -> bool:
    """Once on a sales order it is cancelled, not deleted: inferred, and therefore a switch."""
    if record.get("salesOrder") and call.options.order_keeps_products:
        text = f"The product is on sales order {record['salesOrder']['id']}. Cancel it instead."
        raise invalid("productItem", [Violation("InvalidObject", text, "salesOrder")])
    return False


def detach_product(call: Call, product: Record | None, body: Any) -> None:
    assert product is not None
    if not isinstance(body, dict):
        raise unreadable_body()
    loose = {field: None for flag, field in DETACH.items() if body.get(flag)}
    saved = call.save("ProductItem", {**product, **loose})
    orders.product_on_order(call, saved, product)


def bundle_brings_its_components(call: Call, record: Record, stored: Record | None) -> None:
    if stored is not None or record.get("productClass") != "Bundle":
        return
    for part in call.table("CatalogComponent").where("parentCatalogItem/id", record["catalogItem"]["id"]):
        kept = {name: value for name, value in part.items() if name not in ("id", "_info", "parentCatalogItem")}
        own = call.table("ProductItem").ref(record["id"])
        call.insert("ProductComponent", {**kept, "parentProductItem": own})


def component_defaults(call: Call, record: Record, stored: Record | None) -> None:
    item = call.row("CatalogItem", record.get("catalogItem"))
    for name in ("price", "cost"):
        if item and record.get(name) is None:
            record[name] = item.get(name)
    if stored is None and record.get("sequenceNumber") is None:
        parent = "parentCatalogItem" if "parentCatalogItem" in record else "parentProductItem"
        table = call.table("CatalogComponent" if parent == "parentCatalogItem" else "ProductComponent")
        others = table.where(f"{parent}/id", record[parent]["id"])
        record["sequenceNumber"] = max((row.get("sequenceNumber", 0) for row in others), default=0) + 1


def component_is_another_item(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if record.get("catalogItem") is record.get("parentCatalogItem"):
        yield Violation("InvalidObject", "An item can't be a component of itself.", "catalogItem")


def catalog_pricing(call: Call, item: Record | None, body: Any) -> Record:
    """What the item costs a company: its list price, for there are no pricing schedules here."""
    assert item is not None
    asked = body if isinstance(body, dict) else {}
    known = {name: asked[name] for name in ("company", "location", "date") if asked.get(name)}
    own = call.table("CatalogItem").ref(item["id"])
    return {"catalogItem": own, **known, "quantity": asked.get("quantity") or 1, "price": item.get("price", 0)}


def copy_of_catalog_item(call: Call, item: Record | None, body: Any) -> Record:
    assert item is not None
    left = ("id", "_info", "identifier", "integrationXRef", "customFields", "connectWiseID")
    fresh = {name: value for name, value in item.items() if name not in left}
    taken = {row["identifier"] for row in call.table("CatalogItem").rows.values()}
    names = (f"{item['identifier'][:68]} ({number})" for number in range(2, 10_000))
    fresh["identifier"] = next(name for name in names if name not in taken)
    return saving.create(call, "CatalogItem", fresh)
