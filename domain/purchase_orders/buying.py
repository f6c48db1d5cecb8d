"""Buying for a sales order: what is proposed, and the purchase orders that come of it, one for each supplier.

How much is needed and who offers it best is decided by `proposal.py`; here it is looked up and carried out.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.context import Context
from domain.errors import ErrorCode, UserError
from domain.permissions import Permission, requires
from domain.purchase_orders import demand as demands
from domain.purchase_orders import destination, drafting
from domain.purchase_orders.demand import Demand
from domain.purchase_orders.lines import Values
from domain.purchase_orders.models import PurchaseOrder
from domain.purchase_orders.proposal import Proposal, Proposed

MOST_ORDERS = 50


@requires(Permission.PURCHASE_ORDERS_READ)
async def propose(ctx: Context, sales_order_id: UUID) -> Proposal | None:
    """What is still to be bought for a sales order, and where; None when there is no such order."""
    demand = await demands.found(ctx, sales_order_id)
    return await demands.proposed(ctx, demand) if demand else None


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def create(
    ctx: Context, sales_order_id: UUID, orders: Sequence[Values] | None = None, *, defaults: Values | None = None
) -> list[PurchaseOrder]:
    """Drafts for an approved sales order: these `orders`, or without any the ones that are proposed.

    Each has its `supplier_id`, the values of a purchase order, and `lines` that name their `sales_order_line_id`, of a
    bundle the `product_id` too. `defaults`: where the goods of those go that don't say it. More than is needed is
    refused.
    """
    demand = await demands.locked(ctx, sales_order_id)
    proposed = orders is None
    if orders is None:
        orders = _orders_of(demand, await demands.proposed(ctx, demand))
    if not orders:
        raise UserError(ErrorCode.REQUIRED, "orders is empty: name a supplier, or leave it out.", ("orders",))
    if not proposed and len(orders) > MOST_ORDERS:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"At most {MOST_ORDERS} orders are made at once.", ("orders",))
    made = []
    for place, order in enumerate(orders):
        own = any(name in order for name in destination.FIELDS)
        try:
            made.append(await _made(ctx, demand, order if own else {**order, **(defaults or {})}))
        except UserError as error:
            error.field = _place(error.field, () if proposed else ("orders", str(place)), own)
            raise
    return made


async def _made(ctx: Context, demand: Demand, order: Values) -> PurchaseOrder:
    if not order.get("lines"):
        raise UserError(ErrorCode.REQUIRED, "lines is empty: say what is bought.", ("lines",))
    values = {name: value for name, value in order.items() if name not in ("lines", "costs")}
    return await drafting.new(ctx, values, order["lines"], order.get("costs", ()), demand=demand)


def _place(field: tuple[str, ...], order: tuple[str, ...], own: bool) -> tuple[str, ...]:
    """Where that stands in the caller's input: in the order, if the caller wrote it there.

    What is said for all of them stands above the orders; what is proposed came of the sales order.
    """
    if not own and field[:1] in (("warehouseId",), ("dropShip",), ("deliveryAddress",)):
        return ("warehouseId",) if field[0] == "warehouseId" else ("dropShip",)
    return (*order, *field) if order else ("salesOrderId",)


def _orders_of(demand: Demand, proposal: Proposal) -> list[Values]:
    if not proposal.orders:
        number = demand.order.number
        message = f"Nothing is left to be bought for {number}."
        if proposal.unassigned:
            message = f"No supplier offers what is left to be bought for {number}: name suppliers with orders."
        raise UserError(ErrorCode.INVALID, message, ("salesOrderId",))
    return [
        {"supplier_id": supplier_id, "lines": [_line_of(proposed) for proposed in lines]}
        for supplier_id, lines in proposal.orders.items()
    ]


def _line_of(proposed: Proposed) -> Values:
    need = proposed.need
    return {"sales_order_line_id": need.line_id, "product_id": need.product_id, "quantity": need.quantity}
