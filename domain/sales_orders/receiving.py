"""Goods come in for a sales order, by a purchase order. Which purchase order, and whether it may, is not known here."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from domain import events
from domain.access import dates
from domain.context import Context
from domain.permissions import Permission, requires
from domain.sales_orders import delivering, loading, progress
from domain.sales_orders.lifecycle import SalesOrderStatus
from domain.versions import changed


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def goods_received(
    ctx: Context, order_id: UUID, received: Mapping[UUID, Decimal], *, drop_ship: bool
) -> Mapping[UUID, UUID]:
    """So many of these lines (by id) came in; with `drop_ship` they went straight on to the customer, as a delivery.
    None of a line: a part of a bundle came in, and the bundle isn't whole yet.

    Returns the id of the delivery's line for each line that has one: what a serial number says it went out with.
    Locked and processed orders receive like any other. A cancelled order takes nothing: what still comes is stock.
    """
    order = await loading.locked(ctx, order_id)
    if order.status == SalesOrderStatus.CANCELLED.value:
        return {}
    lines = [line for line in order.lines if line.id in received]
    for line in lines:
        line.received_quantity += received[line.id]
        changed(line)
    order.receipted = order.receipted or bool(lines)
    went_out: Mapping[UUID, UUID] = {}
    if drop_ship:
        # Some may have been delivered from stock meanwhile: more than was ordered never goes to the customer.
        missing = {line: min(received[line.id], line.quantity - line.delivered_quantity) for line in lines}
        going = {line: quantity for line, quantity in missing.items() if quantity > 0}
        if going:
            delivery = await delivering.record(ctx, order, going, on=await dates.today(ctx), note="From the supplier.")
            went_out = {part.sales_order_line_id: part.id for part in delivery.lines}
    if lines:
        order.fulfilment = progress.fulfilment(order.lines).value
        changed(order)
        await ctx.session.flush()
        ctx.emit(events.SalesOrderFulfilled(order.id))
    return went_out
