"""What an opportunity is converted to: a sales order or a service ticket, with its notes and products.

Agreements and projects are not kept, so it can't become one of those. Whether products move or are copied is not
established: a switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation, invalid, not_found, unreadable_body
from integrations.connectwise.sandbox.manners import saving
from integrations.connectwise.sandbox.manners.setup import default_row

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def to_sales_order(call: Call, opportunity: Record | None, body: Any) -> Record:
    assert opportunity is not None
    wishes = _wishes(call, opportunity, body)
    order = _existing(call, "Order", wishes.get("salesOrderId"))
    if order is None:
        same = ("company", "contact", "site", "billingTerms", "taxCode", "shipToCompany", "shipToContact",
                "shipToSite", "billToCompany", "billToContact", "billToSite", "currency")  # fmt: skip
        fields: Record = {name: opportunity[name] for name in same if name in opportunity}
        fields |= {
            "status": default_row(call, "OrderStatus"),
            "opportunity": {"id": opportunity["id"]},
            "salesRep": opportunity["primarySalesRep"],
            "poNumber": opportunity.get("customerPO"),
            "description": wishes.get("name") or opportunity["name"],
            "location": {"id": opportunity.get("locationId")},
            "department": {"id": opportunity.get("businessUnitId")},
            "notes": "\n".join(_notes(call, opportunity, wishes)) or None,
        }
        order = saving.create(call, "Order", fields)
    _bring_products(call, opportunity, wishes, "salesOrder", order["id"])
    call.record_id = order["id"]
    return call.table("Order").rows[order["id"]]


def to_ticket(call: Call, opportunity: Record | None, body: Any) -> Record:
    assert opportunity is not None
    wishes = _wishes(call, opportunity, body)
    ticket = _existing(call, "Ticket", wishes.get("ticketId"))
    if ticket is None:
        ticket = saving.create(
            call,
            "Ticket",
            {
                **{name: opportunity[name] for name in ("company", "contact", "site") if name in opportunity},
                "summary": str(wishes.get("summary") or opportunity["name"])[:100],
                "opportunity": {"id": opportunity["id"]},
                "initialDescription": "\n".join(_notes(call, opportunity, wishes)) or None,
            },
        )
    _bring_products(call, opportunity, wishes, "ticket", ticket["id"])
    call.record_id = ticket["id"]
    return call.table("Ticket").rows[ticket["id"]]


def _wishes(call: Call, opportunity: Record, body: Any) -> Record:
    if body is not None and not isinstance(body, dict):
        raise unreadable_body()
    wishes: Record = body or {}
    own = {row["id"] for row in _products(call, opportunity)}
    strange = [one for one in wishes.get("includeProductIds") or () if one not in own]
    if strange:
        text = f"Product {strange[0]} is not on opportunity {opportunity['id']}."
        raise invalid("opportunityToSalesOrderConversion", [Violation("NotFound", text, "includeProductIds")])
    return wishes


def _existing(call: Call, name: str, record_id: Any) -> Record | None:
    if not record_id:
        return None
    row = call.table(name).rows.get(record_id)
    if row is None:
        raise not_found(name, record_id)
    return row


def _notes(call: Call, opportunity: Record, wishes: Record) -> list[str]:
    chosen = wishes.get("includeNoteIds") or ()
    every = call.table("OpportunityNote").where("opportunityId", opportunity["id"])
    return [row["text"] for row in every if wishes.get("includeAllNotesFlag") or row["id"] in chosen]


def _products(call: Call, opportunity: Record) -> list[Record]:
    return call.table("ProductItem").where("opportunity/id", opportunity["id"])


def _bring_products(call: Call, opportunity: Record, wishes: Record, field: str, target: int) -> None:
    chosen = wishes.get("includeProductIds") or ()
    for row in _products(call, opportunity):
        if not (wishes.get("includeAllProductsFlag") or row["id"] in chosen):
            continue
        moved = {**row, "opportunity": None, field: {"id": target}}
        if call.options.convert_copies_products:
            left_behind = ("id", "_info", "forecastDetailId", "integrationXRef")
            saving.create(call, "ProductItem", {name: moved[name] for name in moved if name not in left_behind})
        else:
            saving.replace(call, "ProductItem", row, moved)
