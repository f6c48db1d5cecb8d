"""What every new order goes through, whoever enters it. What stands in it is put together before."""

from domain import events
from domain.access import numbers
from domain.context import Context
from domain.sales_orders import confirmation, drafting, judging
from domain.sales_orders.lifecycle import SalesOrderStatus
from domain.sales_orders.models import SalesOrder


async def enter(ctx: Context, order: SalesOrder) -> SalesOrder:
    """Sum it up, number it, say that it is there; approve it if nothing speaks against that; confirm it."""
    drafting.sum_up(order)
    order.status = SalesOrderStatus.DRAFT.value
    order.number = await numbers.take(ctx, "SO")
    ctx.session.add(order)
    await ctx.session.flush()
    ctx.emit(events.SalesOrderCreated(order.id))
    await judging.judge(ctx, order)
    await ctx.session.flush()
    await confirmation.request(ctx, order)
    return order
