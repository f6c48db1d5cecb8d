"""An order judged by the rules of approval as they are now, and moved accordingly. The rules are `approval.py`."""

from sqlalchemy import func, select

from domain import events
from domain.context import Context
from domain.permissions import Permission
from domain.products.models import Product
from domain.sales_orders import approval
from domain.sales_orders.approval import Figures, Reason
from domain.sales_orders.lifecycle import SalesOrderStatus, Step, step
from domain.sales_orders.models import SalesOrder
from domain.sales_settings import reads as sales_settings

Weighed = tuple[Figures, frozenset[object]]


def weighed(order: SalesOrder) -> Weighed:
    """What the judgement goes by: where it is as before, nothing is judged anew."""
    # No cost is less than 0: the margin of a credit is negative, known or not.
    margin = order.subtotal if order.margin is None and order.subtotal < 0 else order.margin
    figures = Figures(order.total, margin, order.currency, len(order.lines))
    return figures, frozenset(line.product_id for line in order.lines)


async def reasons(ctx: Context, order: SalesOrder) -> list[Reason]:
    figures, product_ids = weighed(order)
    settings = await sales_settings.current(ctx)
    inactive = select(Product).where(Product.id.in_(product_ids - {None}), Product.active.is_(False))
    gone = await ctx.session.scalars(inactive.order_by(Product.number))
    names = [f"{product.number} “{product.title}”" for product in gone]
    return approval.reasons(figures, settings.auto_approval_limit, names)


async def judge(ctx: Context, order: SalesOrder) -> None:
    """What follows from an entry or an edit: an order without reasons approves itself.

    An approved one that has reasons now is a draft again, unless whoever edits may approve: their edit approves it.
    """
    found = await reasons(ctx, order)
    if order.status == SalesOrderStatus.APPROVED.value and found:
        may_approve = Permission.SALES_ORDERS_APPROVE in ctx.actor.permissions
        if may_approve and not any(reason.blocking for reason in found):
            await _approved(ctx, order, by=ctx.actor.name)
        else:
            order.status = step(SalesOrderStatus.APPROVED, Step.HOLD).value
            order.approved_at = order.approved_by = None
            order.approval_reasons = [reason.sentence for reason in found]
    elif order.status == SalesOrderStatus.DRAFT.value:
        order.approval_reasons = [reason.sentence for reason in found]
        if not found:
            await approve(ctx, order, by=None)


async def approve(ctx: Context, order: SalesOrder, *, by: str | None) -> None:
    """`by` nobody: by itself."""
    order.status = step(SalesOrderStatus(order.status), Step.APPROVE).value
    await _approved(ctx, order, by=by)
    ctx.emit(events.SalesOrderApproved(order.id))


async def _approved(ctx: Context, order: SalesOrder, *, by: str | None) -> None:
    order.approved_at = await ctx.session.scalar(select(func.now()))
    order.approved_by = by
    order.approval_reasons = []
