"""What catalog items and products do beyond the protocol: defaults, totals, the recurring rule. No stock is moved, and
what recurs on a product line is in `recurring.py`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation
from integrations.connectwise.sandbox.manners.setup import default_row, own_location_and_department

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

CENT = Decimal("0.01")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


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
    opportunity = call.row("Opportunity", record.get("opportunity"))
    if item:
        record["productClass"] = item["productClass"]
    if opportunity:
        record["company"] = opportunity["company"]
    if stored is None:
        for name in ("description", "customerDescription", "price", "cost", "unitOfMeasure", "taxableFlag", "vendor"):
            if item and record.get(name) is None:
                record[name] = item.get(name)
        for name in ("locationId", "businessUnitId"):
            if opportunity and record.get(name) is None:
                record[name] = opportunity.get(name)
        own_location_and_department(call, record)
        if opportunity and record.get("sequenceNumber") is None:
            others = call.table("ProductItem").where("opportunity/id", opportunity["id"])
            record["sequenceNumber"] = max((row.get("sequenceNumber", 0) for row in others), default=0) + 1
    for name, id_field, target in (("location", "locationId", "Location"),
                                   ("businessUnit", "businessUnitId", "Department")):  # fmt: skip
        row = call.row(target, record.get(id_field))
        record[name] = call.table(target).ref(row["id"]) if row else None
    unit = record.get("unitOfMeasure")
    record["uom"] = unit.get("name") if unit else None


def product_totals(call: Call, record: Record, stored: Record | None) -> None:
    """To the cent and rounded half up, of the decimal figures as they were written."""
    quantity = Decimal(str(record.get("quantity", 0)))
    price, cost = (
        EXACT.quantize(EXACT.multiply(quantity, Decimal(str(record.get(part) or 0))), CENT)
        for part in ("price", "cost")
    )
    record["extPrice"], record["extCost"], record["margin"] = float(price), float(cost), float(price - cost)


def product_belongs_somewhere(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    parents = ("ticket", "project", "salesOrder", "opportunity", "invoice", "agreement")
    named = [name for name in parents if record.get(name)]
    if not named:
        message = "One of ticket, project, salesOrder, opportunity, invoice or agreement is required."
        yield Violation("MissingRequiredField", message, "opportunity")
    elif len(named) > 1 and stored is None:
        yield Violation(
            "InvalidObject", f"A product belongs to one record only, not to {' and '.join(named)}.", named[1]
        )


def product_keeps_its_item(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if call.options.product_keeps_item and stored and stored["catalogItem"] is not record.get("catalogItem"):
        yield Violation("InvalidField", "The catalogItem of a product can't be changed.", "catalogItem")
