"""A delivery written down: which quantities of which lines went to the customer. Asks nobody whether they may."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from domain.context import Context
from domain.ids import uuid7
from domain.sales_orders import progress
from domain.sales_orders.fulfilment import SalesOrderDelivery, SalesOrderDeliveryLine
from domain.sales_orders.models import SalesOrder, SalesOrderLine
from domain.versions import changed


async def record(
    ctx: Context,
    order: SalesOrder,
    quantities: Mapping[SalesOrderLine, Decimal],
    *,
    on: date,
    tracking_number: str | None = None,
    note: str | None = None,
) -> SalesOrderDelivery:
    """The delivery, flushed; the order says how far it has come. Its lock keeps the count of deliveries straight."""
    last = await ctx.session.scalar(
        select(func.max(SalesOrderDelivery.ordinal)).where(SalesOrderDelivery.sales_order_id == order.id)
    )
    delivery = SalesOrderDelivery(
        id=uuid7(),
        sales_order_id=order.id,
        ordinal=(last or 0) + 1,
        delivered_on=on,
        tracking_number=tracking_number,
        note=note,
        lines=[
            SalesOrderDeliveryLine(
                id=uuid7(),
                sales_order_id=order.id,
                sales_order_line_id=line.id,
                position=position,
                quantity=quantity,
            )
            for position, (line, quantity) in enumerate(quantities.items(), start=1)
        ],
    )
    ctx.session.add(delivery)
    for line, quantity in quantities.items():
        line.delivered_quantity += quantity
        changed(line)
    order.fulfilment = progress.fulfilment(order.lines).value
    await ctx.session.flush()
    return delivery
