"""The life of a sales order: entered, edited, approved, processed, cancelled. Acceptance of a quote enters one too.

Deliveries, payments, goods received and the online store are files of their own; steps are the table of `lifecycle.py`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from domain import events
from domain.access.models import Employee, Tenant
from domain.checks import Check, optional_text, text_of
from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError
from domain.organizations.models import ADDRESS_FIELDS, Contact, Organization
from domain.permissions import Permission, requires
from domain.pricing import lines as priced
from domain.pricing.catalog import products_of
from domain.pricing.lines import Values
from domain.sales_orders import bought, drafting, entering, judging, loading
from domain.sales_orders.judging import Weighed
from domain.sales_orders.lifecycle import Fulfilment, SalesOrderStatus, Step, step
from domain.sales_orders.models import SalesOrder
from domain.versions import changed, check_version

if TYPE_CHECKING:
    from domain.quotes.models import Quote

FIELDS: Mapping[str, Check] = {
    "contact_id": lambda value: value,
    "owner_id": lambda value: value,
    "customer_reference": text_of("customerReference", 100),
    "private_note": text_of("privateNote", 10_000),
}


@requires(Permission.SALES_ORDERS_WRITE)
async def create(ctx: Context, organization_id: UUID, values: Values, lines: Sequence[Values] = ()) -> SalesOrder:
    """An order that staff enters."""
    organization = await ctx.session.get(Organization, organization_id)
    if organization is None:
        raise NotFound("There is no such organization.", field=("organizationId",))
    if organization.archived_at is not None:
        message = f"{organization.name} is archived; restore it before it orders."
        raise UserError(ErrorCode.INVALID, message, ("organizationId",))
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    order = drafting.new(tenant.currency, organization_id=organization.id, entered_by="EMPLOYEE")
    await _set(ctx, order, values)
    if order.owner_id is None:
        order.owner_id = ctx.actor.employee_id
    drafting.append(order, lines, await products_of(ctx, lines))
    if not lines:  # it is confirmed by mail when it is entered, and never again
        raise UserError(ErrorCode.REQUIRED, "lines must not be empty: an order has at least one.", ("lines",))
    return await entering.enter(ctx, order)


@requires(Permission.QUOTES_WRITE)
async def create_from_quote(ctx: Context, quote: "Quote", *, customer_reference: str | None = None) -> SalesOrder:
    """The order an accepted quote becomes: its counted lines at their net prices. Part of the acceptance."""
    order = drafting.new(
        quote.currency,
        quote_id=quote.id,
        organization_id=quote.organization_id,
        contact_id=quote.contact_id,
        owner_id=quote.owner_id,
        entered_by="CUSTOMER",
        customer_reference=FIELDS["customer_reference"](customer_reference),
    )
    order.delivery_amount, order.delivery_tax_rate = quote.delivery_amount, quote.delivery_tax_rate
    for name in ADDRESS_FIELDS:
        setattr(order, f"delivery_{name}", getattr(quote, f"delivery_{name}"))
    drafting.take_over(order, [line for line in quote.lines if line.counted])
    return await entering.enter(ctx, order)


@requires(Permission.SALES_ORDERS_WRITE)
async def update(ctx: Context, order_id: UUID, values: Values, *, version: int | None = None) -> SalesOrder:
    """Change what was given of FIELDS, and of delivery, coupon and surcharge."""
    order, before = await _to_edit(ctx, await loading.locked(ctx, order_id), version)
    await _set(ctx, order, values)
    return await _edited(ctx, order, before)


@requires(Permission.SALES_ORDERS_WRITE)
async def add_lines(ctx: Context, order_id: UUID, lines: Sequence[Values], *, version: int | None = None) -> SalesOrder:
    order, before = await _to_edit(ctx, await loading.locked(ctx, order_id), version)
    drafting.append(order, lines, await products_of(ctx, lines))
    return await _edited(ctx, order, before)


@requires(Permission.SALES_ORDERS_WRITE)
async def update_line(ctx: Context, line_id: UUID, values: Values, *, version: int | None = None) -> SalesOrder:
    """Of what was delivered, no less can be ordered, and nothing else."""
    order, line = await loading.of_line(ctx, line_id)
    _, before = await _to_edit(ctx, order, version)
    products = await products_of(ctx, [values])
    was = drafting.values_of(line)
    drafting.fill(line, priced.combined(was, values, products), order.currency)
    done = line.fulfilled_quantity
    if line.quantity < done:
        message = f"{done.normalize():f} of “{line.title}” are delivered, so quantity can't be less."
        raise UserError(ErrorCode.INVALID, message, ("quantity",))
    if done and line.product_id != was["product_id"]:
        message = "Some of this line is delivered, so its product stays. Add a line for another product."
        raise UserError(ErrorCode.INVALID, message, ("productId",))
    if drafting.values_of(line) != was:
        changed(line)
    return await _edited(ctx, order, before)


@requires(Permission.SALES_ORDERS_WRITE)
async def remove_line(ctx: Context, line_id: UUID, *, version: int | None = None) -> SalesOrder:
    order, line = await loading.of_line(ctx, line_id)
    _, before = await _to_edit(ctx, order, version)
    if done := line.fulfilled_quantity:
        raise ImpossibleStep(f"{done.normalize():f} of “{line.title}” are delivered, so it can't be removed.")
    if number := await bought.naming(ctx, line.id):
        raise ImpossibleStep(f"{number} buys “{line.title}”, so the line stays. Set its quantity to 0 instead.")
    order.lines.remove(line)
    return await _edited(ctx, order, before)


@requires(Permission.SALES_ORDERS_APPROVE)
async def approve(ctx: Context, order_id: UUID, *, version: int | None = None) -> SalesOrder:
    order = await loading.locked(ctx, order_id)
    step(SalesOrderStatus(order.status), Step.APPROVE)
    check_version(order, version)
    blocking = [reason.sentence for reason in await judging.reasons(ctx, order) if reason.blocking]
    if blocking:
        raise ImpossibleStep(f"{order.number} can't be approved. {' '.join(blocking)}")
    await judging.approve(ctx, order, by=ctx.actor.name)
    changed(order)
    return order


@requires(Permission.SALES_ORDERS_WRITE)
async def process(ctx: Context, order_id: UUID, *, version: int | None = None) -> SalesOrder:
    """The office is done with it."""
    order = await loading.locked(ctx, order_id)
    status = step(SalesOrderStatus(order.status), Step.PROCESS)
    check_version(order, version)
    order.status = status.value
    order.processed_at = await ctx.session.scalar(select(func.now()))
    changed(order)
    ctx.emit(events.SalesOrderProcessed(order.id))
    return order


@requires(Permission.SALES_ORDERS_WRITE)
async def cancel(ctx: Context, order_id: UUID, *, reason: str | None = None, version: int | None = None) -> SalesOrder:
    """Call it off: only while nothing of it came in, went out, is being bought or is paid."""
    order = await loading.locked(ctx, order_id)
    status = step(SalesOrderStatus(order.status), Step.CANCEL)
    check_version(order, version)
    if order.receipted or order.fulfilment != Fulfilment.NONE:
        raise ImpossibleStep(f"Goods came in or went out for {order.number}, so it can't be cancelled.")
    if order.paid_total:
        raise ImpossibleStep(f"{order.number} has payments. Remove them or pay them back before it is cancelled.")
    if number := await bought.still_buying(ctx, order.id):
        raise ImpossibleStep(f"{number} buys for {order.number}. Cancel that one first.")
    order.status = status.value
    order.cancelled_at = await ctx.session.scalar(select(func.now()))
    order.cancel_reason = optional_text(reason, 2000, field="reason")
    drafting.balance(order)
    changed(order)
    ctx.emit(events.SalesOrderCancelled(order.id))
    return order


async def _to_edit(ctx: Context, order: SalesOrder, version: int | None) -> tuple[SalesOrder, Weighed]:
    """Raises when it can't be edited; else with what its approval goes by."""
    step(SalesOrderStatus(order.status), Step.EDIT)
    check_version(order, version)
    if order.fulfilment == Fulfilment.FULFILLED.value:
        raise ImpossibleStep(f"{order.number} is fulfilled, so it can't be edited. Enter a new order instead.")
    if order.receipted:
        raise ImpossibleStep(f"Goods came in for {order.number}, so it can't be edited. Enter a new order instead.")
    return order, judging.weighed(order)


async def _edited(ctx: Context, order: SalesOrder, before: Weighed) -> SalesOrder:
    """What every edit ends in: the sums are right, approval is judged anew where it must be, the change is said."""
    drafting.sum_up(order)
    session = ctx.session
    if not session.new and not any(session.is_modified(row) for row in session.dirty):
        return order
    changed(order)
    await session.flush()
    ctx.emit(events.SalesOrderUpdated(order.id))
    if judging.weighed(order) != before:
        await judging.judge(ctx, order)
    if order.fulfilment == Fulfilment.FULFILLED.value:
        ctx.emit(events.SalesOrderFulfilled(order.id))  # the rest is not wanted any more
    return order


async def _set(ctx: Context, order: SalesOrder, values: Values) -> None:
    # Looked up before anything is set: looking up writes what is set already, and the database would refuse it first.
    await _check_people(ctx, order, values)
    drafting.put(order, values, FIELDS)


async def _check_people(ctx: Context, order: SalesOrder, values: Values) -> None:
    if values.get("contact_id"):
        contact = await ctx.session.get(Contact, values["contact_id"])
        if contact is None or contact.organization_id != order.organization_id:
            raise NotFound("The organization of this order has no such contact.", field=("contactId",))
    if values.get("owner_id") and await ctx.session.get(Employee, values["owner_id"]) is None:
        raise NotFound("There is no such employee.", field=("ownerId",))
