"""Putting a purchase order together: a new one, new lines, other costs. Its callers judge whether that may be."""

from collections.abc import Sequence
from decimal import Decimal

from domain import events
from domain.access import numbers
from domain.access.models import Employee, Tenant
from domain.checks import decimal_in, optional_text, required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError, below
from domain.ids import uuid7
from domain.money import minor_units
from domain.purchase_orders import destination, lines, loading, notes
from domain.purchase_orders.demand import Demand
from domain.purchase_orders.lines import Catalog, Values
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderCost, PurchaseOrderLine
from domain.versions import changed

FIELDS = ("owner_id", "supplier_reference", "due_date", "note", *destination.FIELDS)
MOST_LINES = 500
MOST_COSTS = 20
_LARGEST_COST = Decimal(10) ** 9


async def new(
    ctx: Context, values: Values, given: Sequence[Values], costs: Sequence[Values], *, demand: Demand | None = None
) -> PurchaseOrder:
    """A draft at the supplier `supplier_id` of `values`; with a demand it is bought for that sales order."""
    supplier = await loading.supplier(ctx, values["supplier_id"])
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    order = PurchaseOrder(
        id=uuid7(),  # now, since the note is sealed for it
        supplier_id=supplier.id,
        sales_order_id=demand.order.id if demand else None,
        currency=tenant.currency,
        drop_ship=False,
        lines=[],
        costs=[],
    )
    await fill(ctx, order, {name: value for name, value in values.items() if name != "supplier_id"})
    if order.owner_id is None:
        order.owner_id = ctx.actor.employee_id
    await append(ctx, order, given, demand)
    set_costs(order, costs)
    lines.add_up(order)
    order.number = await numbers.take(ctx, "PO")
    ctx.session.add(order)
    await ctx.session.flush()
    ctx.emit(events.PurchaseOrderCreated(order.id))
    return order


async def fill(ctx: Context, order: PurchaseOrder, values: Values) -> None:
    """Check and set what was given of FIELDS."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} can't be set here.", (min(unknown),))
    if values.get("owner_id") and await ctx.session.get(Employee, values["owner_id"]) is None:
        raise NotFound("There is no such employee.", field=("ownerId",))
    await destination.settle(ctx, order, {name: values[name] for name in destination.FIELDS if name in values})
    if "owner_id" in values:
        order.owner_id = values["owner_id"]
    if "supplier_reference" in values:
        order.supplier_reference = optional_text(values["supplier_reference"], 100, field="supplierReference")
    if "due_date" in values:
        order.due_date = values["due_date"]
    if "note" in values:
        notes.write(ctx, order, values["note"])


async def append(ctx: Context, order: PurchaseOrder, given: Sequence[Values], demand: Demand | None) -> None:
    """Put lines at the end. With a demand, a line may name the line of the sales order that it is bought for."""
    if len(order.lines) + len(given) > MOST_LINES:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"A purchase order has at most {MOST_LINES} lines.", ("lines",))
    products = {values["product_id"] for values in given if values.get("product_id")}
    catalog = await loading.catalog(ctx, order.supplier_id, products | (demand.product_ids if demand else set()))
    last = max((line.position for line in order.lines), default=0)
    for place, values in enumerate(given):
        with below("lines", place):
            line = _line(order, values, catalog, demand)
        line.position = last + place + 1
        order.lines.append(line)


def set_costs(order: PurchaseOrder, given: Sequence[Values]) -> None:
    """Exactly these other costs, in this order; a negative amount is a credit."""
    if len(given) > MOST_COSTS:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"At most {MOST_COSTS} other costs are allowed.", ("costs",))
    del order.costs[len(given) :]
    for place, values in enumerate(given):
        with below("costs", place):
            title = required_text(values.get("title"), 200, field="title")
            amount = _amount(values.get("amount"), minor_units(order.currency))
        if place == len(order.costs):
            order.costs.append(PurchaseOrderCost(position=place + 1, currency=order.currency))
        cost = order.costs[place]
        if (cost.title, cost.amount) != (title, amount):
            if cost.id is not None:
                changed(cost)
            cost.title, cost.amount = title, amount


def _line(order: PurchaseOrder, values: Values, catalog: Catalog, demand: Demand | None) -> PurchaseOrderLine:
    sold_id = values.get("sales_order_line_id")
    if sold_id is not None:
        if demand is None:
            message = "This purchase order is for stock, not for a sales order: leave out salesOrderLineId."
            raise UserError(ErrorCode.INVALID, message, ("salesOrderLineId",))
        values = {**values, "product_id": demand.product_of(sold_id, values.get("product_id"))}
    line = PurchaseOrderLine(received_quantity=Decimal(0))
    sold = demand.line(sold_id) if demand and sold_id else None
    lines.fill(line, lines.completed(values, catalog, sold), order.currency)
    if demand and line.sales_order_line_id:
        demand.take(line.sales_order_line_id, line.product_id, line.quantity)
    return line


def _amount(value: Decimal | None, places: int) -> Decimal:
    if value is None:
        raise UserError(ErrorCode.REQUIRED, "amount is missing.", ("amount",))
    return decimal_in(value, field="amount", low=-_LARGEST_COST, high=_LARGEST_COST, places=places)
