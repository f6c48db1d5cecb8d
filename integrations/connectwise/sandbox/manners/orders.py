"""What sales orders do beyond the protocol: defaults, totals of the products on them, a line for each of those.

Nothing is invoiced, and no tax is calculated but that of a tax code's first level.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.manners import saving
from integrations.connectwise.sandbox.manners.money import cents, decimal
from integrations.connectwise.sandbox.manners.setup import default_row

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def order_defaults(call: Call, record: Record, stored: Record | None) -> None:
    if stored is not None:
        return
    company = call.row("Company", record.get("company")) or {}
    for name in ("site", "billingTerms", "taxCode"):
        record[name] = record.get(name) or company.get(name)
    record["billingTerms"] = record["billingTerms"] or default_row(call, "BillingTerm")
    record.setdefault("orderDate", f"{call.now[:10]}T00:00:00Z")
    member = call.member_row() or {}
    for name, source in (("location", "defaultLocation"), ("department", "defaultDepartment")):
        record[name] = record.get(name) or member.get(source)


def order_totals(call: Call, record: Record, stored: Record | None) -> None:
    products = call.table("ProductItem").where("salesOrder/id", record["id"]) if "id" in record else []
    record["productIds"] = [row["id"] for row in products]
    for name in ("documentIds", "invoiceIds", "configIds"):
        record[name] = (stored or {}).get(name, [])
    total = sum((decimal(row.get("extPrice")) for row in products), Decimal())
    taxed = sum((decimal(row.get("extPrice")) for row in products if row.get("taxableFlag")), Decimal())
    code = call.row("TaxCode", record.get("taxCode")) or {}
    rate = decimal(code.get("levelOneRate")) if code.get("levelOneProductsFlag") else Decimal()
    tax = cents(taxed * rate / 100)
    record["subTotal"], record["taxTotal"], record["total"] = float(total), float(tax), float(total + tax)


def refresh(call: Call, order: Record | int | None) -> None:
    """After one of its products has come, changed or gone."""
    row = call.row("Order", order)
    if row is not None:
        fresh = dict(row)
        order_totals(call, fresh, row)
        call.save("Order", fresh)


def product_on_order(call: Call, record: Record, stored: Record | None) -> None:
    """The order shows a product as one of its lines, under the same id. How ConnectWise numbers them is not known."""
    before, now = (stored or {}).get("salesOrder"), record.get("salesOrder")
    lines = call.table("SalesOrdersLineItem")
    if now:
        counts = {name: int(record.get(name) or 0) for name in ("quantity", "quantityCancelled")}
        kept = lines.rows.get(record["id"], {})
        line = {**kept, "id": record["id"], "salesOrder": now, "billStatus": "Not Billed", **counts}
        call.save("SalesOrdersLineItem", line)
    elif record["id"] in lines.rows:
        call.drop("SalesOrdersLineItem", record["id"])
    for order in (before, now) if before is not now else (now,):
        refresh(call, order)


def product_left_order(call: Call, record: Record) -> None:
    if record["id"] in call.table("SalesOrdersLineItem").rows:
        call.drop("SalesOrdersLineItem", record["id"])
    refresh(call, record.get("salesOrder"))


def financial_recap(call: Call, order: Record | None, body: Any) -> list[Record]:
    products = call.table("ProductItem").where("salesOrder/id", order["id"]) if order else []
    billable, cost = (sum((decimal(row.get(name)) for row in products), Decimal()) for name in ("extPrice", "extCost"))
    percent = cents(100 * (billable - cost) / billable) if billable else Decimal()
    amounts = {"billableAmount": billable, "cost": cost, "margin": billable - cost, "percent": percent}
    own = {"id": order["id"]} if order else {}
    return [{**own, **{name: float(amount) for name, amount in amounts.items()}}]


def order_to_ticket(call: Call, order: Record | None, body: Any) -> Record:
    assert order is not None
    same = ("company", "contact", "site", "poNumber", "opportunity")
    ticket: Record = {name: order[name] for name in same if name in order}
    summary = str(order.get("description") or f"Sales order {order['id']}")[:100]
    return saving.create(call, "Ticket", {**ticket, "summary": summary})
