"""What is paid for an order. It talks to no bank: somebody says what came in."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from domain import events
from domain.access import dates
from domain.checks import decimal_in, optional_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.money import minor_units, rounded
from domain.permissions import Permission, requires
from domain.sales_orders import drafting, loading
from domain.sales_orders.fulfilment import SalesOrderPayment
from domain.sales_orders.lifecycle import SalesOrderStatus, Step, step
from domain.sales_orders.models import SalesOrder
from domain.versions import changed, check_version


@requires(Permission.SALES_ORDERS_WRITE)
async def record(
    ctx: Context,
    order_id: UUID,
    amount: Decimal,
    *,
    paid_on: date | None = None,
    method: str | None = None,
    reference: str | None = None,
    version: int | None = None,
) -> SalesOrderPayment:
    """Money came in; less than 0: it went back. No more comes in than is outstanding, nor goes back than came in."""
    order = await loading.locked(ctx, order_id)
    step(SalesOrderStatus(order.status), Step.PAY)
    check_version(order, version)
    amount = decimal_in(amount, field="amount", places=minor_units(order.currency))
    if not amount:
        raise UserError(ErrorCode.INVALID, "amount must not be 0.", ("amount",))
    if sentence := _too_much(order, amount):
        raise UserError(ErrorCode.INVALID, sentence, ("amount",))
    payment = SalesOrderPayment(
        sales_order_id=order.id,
        paid_on=await dates.past_or_today(ctx, paid_on, field="paidOn"),
        currency=order.currency,
        amount=amount,
        method=optional_text(method, 100, field="method"),
        reference=optional_text(reference, 100, field="reference"),
    )
    ctx.session.add(payment)
    await _add_up(ctx, order)
    return payment


@requires(Permission.SALES_ORDERS_WRITE)
async def remove(ctx: Context, payment_id: UUID, *, version: int | None = None) -> SalesOrder:
    """It was entered by mistake. Refused where the other payments alone would be more than may come in or go back."""
    order_id = await ctx.session.scalar(
        select(SalesOrderPayment.sales_order_id).where(SalesOrderPayment.id == payment_id)
    )
    order = await loading.locked(ctx, order_id) if order_id else None
    # Looked up under the lock: somebody may have removed it meanwhile.
    payment = await ctx.session.get(SalesOrderPayment, payment_id) if order else None
    if order is None or payment is None:
        raise NotFound("There is no such payment.", field=("paymentId",))
    step(SalesOrderStatus(order.status), Step.PAY)
    check_version(order, version)
    if sentence := _too_much(order, -payment.amount):
        message = f"Without this payment the others don't add up: {sentence} Remove what went the other way first."
        raise UserError(ErrorCode.INVALID, message, ("paymentId",))
    await ctx.session.delete(payment)
    await _add_up(ctx, order)
    return order


def _too_much(order: SalesOrder, change: Decimal) -> str | None:
    """What forbids it: what is paid stays between nothing and the total.

    A credit's total is less than 0, and its money goes the other way. Who has paid too much, because the order shrank,
    gets it back.
    """
    after = order.paid_total + change
    if change > 0 and after > max(order.total, Decimal(0)):
        left = _said(max(order.outstanding, Decimal(0)), order)
        return f"{left} are outstanding, so no more can be paid."
    if change < 0 and after < min(order.total, Decimal(0)):
        return f"{_said(order.paid_total, order)} are paid, so no more can be paid back."
    return None


def _said(amount: Decimal, order: SalesOrder) -> str:
    return f"{rounded(amount, minor_units(order.currency)):,} {order.currency}"


async def _add_up(ctx: Context, order: SalesOrder) -> None:
    await ctx.session.flush()
    paid = select(func.coalesce(func.sum(SalesOrderPayment.amount), 0)).where(
        SalesOrderPayment.sales_order_id == order.id
    )
    order.paid_total = (await ctx.session.execute(paid)).scalar_one()
    drafting.balance(order)
    changed(order)
    await ctx.session.flush()
    ctx.emit(events.SalesOrderUpdated(order.id))
