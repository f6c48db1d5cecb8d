"""The life of a purchase order until goods come in: drafting, editing, approving, cancelling.

What is bought for a sales order is proposed and made in `buying.py`; receiving is `receiving.py`. Allowed steps are the
table of `lifecycle.py`; this file only orchestrates.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, inspect, select

from domain import events
from domain.checks import optional_text
from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, UserError
from domain.permissions import Permission, requires
from domain.products.supply import Supplier, Warehouse
from domain.purchase_orders import demand as demands
from domain.purchase_orders import drafting, lines, loading
from domain.purchase_orders.demand import Demand
from domain.purchase_orders.lifecycle import PurchaseOrderStatus, Step, step
from domain.purchase_orders.lines import Values
from domain.purchase_orders.models import PurchaseOrder
from domain.sales_orders.lifecycle import SalesOrderStatus
from domain.sales_orders.models import SalesOrder
from domain.versions import changed, check_version

# What the supplier doesn't get: it may be changed while the order lives, and needs no new approval.
INTERNAL = frozenset({"owner_id", "supplier_reference", "sealed_note"})
# What may still be changed once goods have come in.
AFTER_RECEIPT = INTERNAL | {"due_date", "costs", "total", "total_minor"}


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def create(
    ctx: Context, supplier_id: UUID, values: Values, given: Sequence[Values] = (), *, costs: Sequence[Values] = ()
) -> PurchaseOrder:
    """A draft for stock. A line takes from its product and the supplier's offer what it doesn't say itself."""
    return await drafting.new(ctx, {**values, "supplier_id": supplier_id}, given, costs)


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def update(ctx: Context, order_id: UUID, values: Values, *, version: int | None = None) -> PurchaseOrder:
    order = await _editable(ctx, order_id, version)
    await drafting.fill(ctx, order, values)
    return await _edited(ctx, order)


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def add_lines(
    ctx: Context, order_id: UUID, given: Sequence[Values], *, version: int | None = None
) -> PurchaseOrder:
    """Put lines at the end; of an order for a sales order they may name that one's lines."""
    order = await _editable(ctx, order_id, version)
    for_sale = any(values.get("sales_order_line_id") for values in given)
    await drafting.append(ctx, order, given, await _demand(ctx, order) if for_sale else None)
    return await _edited(ctx, order)


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def update_line(ctx: Context, line_id: UUID, values: Values, *, version: int | None = None) -> PurchaseOrder:
    """Change what a line says of its product; another product is another line."""
    order, line = await loading.of_line(ctx, line_id)
    _check(order, version)
    before = lines.values_of(line)
    unknown = set(values) - set(lines.FIELDS)
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} can't be set here.", (min(unknown),))
    more = line.sales_order_line_id is not None and (values.get("quantity") or 0) > line.quantity
    demand = await _demand(ctx, order) if more else None  # now: what the line takes next isn't bought yet
    lines.fill(line, {**before, **values}, order.currency)
    if demand and line.sales_order_line_id:
        demand.take(line.sales_order_line_id, line.product_id, line.quantity - before["quantity"])
    if lines.values_of(line) != before:
        changed(line)
    return await _edited(ctx, order)


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def remove_line(ctx: Context, line_id: UUID, *, version: int | None = None) -> PurchaseOrder:
    order, line = await loading.of_line(ctx, line_id)
    _check(order, version)
    if has_received(order):  # before the line that says so is gone
        raise _too_late(order)
    order.lines.remove(line)
    return await _edited(ctx, order)


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def set_costs(
    ctx: Context, order_id: UUID, costs: Sequence[Values], *, version: int | None = None
) -> PurchaseOrder:
    """The other costs are these from now on: freight, insurance, a small-order fee."""
    order = await _editable(ctx, order_id, version)
    drafting.set_costs(order, costs)
    return await _edited(ctx, order)


@requires(Permission.PURCHASE_ORDERS_APPROVE)
async def approve(ctx: Context, order_id: UUID, *, version: int | None = None) -> PurchaseOrder:
    """From now on goods may come in for it."""
    order = await loading.locked(ctx, order_id)
    status = step(PurchaseOrderStatus(order.status), Step.APPROVE)
    check_version(order, version)
    if not order.lines:
        raise UserError(ErrorCode.INVALID, f"{order.number} has no lines. Add one before approving it.")
    await _check_in_use(ctx, order)
    sale = await ctx.session.get(SalesOrder, order.sales_order_id) if order.sales_order_id else None
    if sale is not None and sale.status == SalesOrderStatus.CANCELLED.value:
        message = f"{sale.number}, which this is bought for, is cancelled. Cancel this purchase order; buy for stock."
        raise ImpossibleStep(message)
    order.status = status
    order.approved_at = await ctx.session.scalar(select(func.now()))
    order.approved_by = ctx.actor.name
    changed(order)
    await ctx.session.flush()
    ctx.emit(events.PurchaseOrderApproved(order.id))
    return order


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def cancel(
    ctx: Context, order_id: UUID, *, reason: str | None = None, version: int | None = None
) -> PurchaseOrder:
    """What it was to buy for a sales order is to be bought again."""
    order = await loading.locked(ctx, order_id)
    status = step(PurchaseOrderStatus(order.status), Step.CANCEL)
    check_version(order, version)
    if has_received(order):
        message = f"{order.number} has received goods, so it can't be cancelled. What came in stays on it."
        raise ImpossibleStep(message)
    order.status = status
    order.cancelled_at = await ctx.session.scalar(select(func.now()))
    order.cancel_reason = optional_text(reason, 2000, field="reason")
    changed(order)
    await ctx.session.flush()
    ctx.emit(events.PurchaseOrderCancelled(order.id))
    return order


def has_received(order: PurchaseOrder) -> bool:
    return any(line.received_quantity > 0 for line in order.lines)


async def _check_in_use(ctx: Context, order: PurchaseOrder) -> None:
    """Whom it goes to, and where the goods go: either may have been archived since the order was drafted."""
    supplier = await ctx.session.get_one(Supplier, order.supplier_id)
    warehouse = await ctx.session.get(Warehouse, order.warehouse_id) if order.warehouse_id else None
    if supplier.archived_at is not None:
        raise ImpossibleStep(f"{supplier.name} is archived. Restore it, or cancel this purchase order.")
    if warehouse is not None and warehouse.archived_at is not None:
        raise ImpossibleStep(f"{warehouse.name} is archived. Restore it, or choose another warehouse.")


async def _editable(ctx: Context, order_id: UUID, version: int | None) -> PurchaseOrder:
    order = await loading.locked(ctx, order_id)
    _check(order, version)
    return order


def _check(order: PurchaseOrder, version: int | None) -> None:
    """Refuse what is received or cancelled before anything is looked at."""
    step(PurchaseOrderStatus(order.status), Step.EDIT)
    check_version(order, version)


async def _demand(ctx: Context, order: PurchaseOrder) -> Demand | None:
    return await demands.locked(ctx, order.sales_order_id) if order.sales_order_id else None


async def _edited(ctx: Context, order: PurchaseOrder) -> PurchaseOrder:
    """What every edit ends in: an edited order is a draft again, its sums are right, and the change is said.

    Where nothing is different nothing was edited. What has come in can't be ordered anew: then only little may change.
    """
    lines.add_up(order)
    different = _different(ctx, order)
    if not different:
        return order
    if has_received(order):
        if not AFTER_RECEIPT.issuperset(different):
            raise _too_late(order)
    elif not INTERNAL.issuperset(different):
        order.status = step(PurchaseOrderStatus(order.status), Step.EDIT)
        order.approved_at = order.approved_by = None
    changed(order)
    await ctx.session.flush()
    ctx.emit(events.PurchaseOrderUpdated(order.id))
    return order


def _too_late(order: PurchaseOrder) -> ImpossibleStep:
    return ImpossibleStep(
        f"{order.number} has received goods: only its due date, note, reference, owner and other costs can be changed"
        " now."
    )


def _different(ctx: Context, order: PurchaseOrder) -> set[str]:
    """The attributes of the order that aren't what the database has; of `lines` and `costs` those of their rows too."""
    found = {attribute.key for attribute in inspect(order).attrs if attribute.history.has_changes()}
    for name in ("lines", "costs"):
        if any(ctx.session.is_modified(row) for row in getattr(order, name)):
            found.add(name)
    return found
