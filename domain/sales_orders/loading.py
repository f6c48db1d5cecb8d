"""Sales orders, fetched to be changed: locked, with their lines. Whether they may be changed is not asked here."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain.context import Context
from domain.errors import NotFound
from domain.sales_orders.models import SalesOrder, SalesOrderLine


async def locked(ctx: Context, order_id: UUID) -> SalesOrder:
    """As it is now, whatever the session has seen of it before."""
    await ctx.session.flush()
    order = await ctx.session.get(
        SalesOrder, order_id, with_for_update=True, populate_existing=True, options=[selectinload(SalesOrder.lines)]
    )
    if order is None:
        raise NotFound("There is no such sales order.", field=("salesOrderId",))
    return order


async def of_line(ctx: Context, line_id: UUID) -> tuple[SalesOrder, SalesOrderLine]:
    """The order that a line is part of, and the line."""
    order_id = await ctx.session.scalar(select(SalesOrderLine.sales_order_id).where(SalesOrderLine.id == line_id))
    order = await locked(ctx, order_id) if order_id else None
    line = next((line for line in order.lines if line.id == line_id), None) if order else None
    if order is None or line is None:
        raise NotFound("There is no such line of a sales order.", field=("lineId",))
    return order, line
