"""Goods go to the customer: which, how many, and which single pieces. How a delivery is written is `delivering.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from domain import events
from domain.access import dates
from domain.checks import decimal_in, optional_text
from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError, UserErrors
from domain.permissions import Permission, requires
from domain.pricing.catalog import products_of
from domain.products import serials
from domain.products.serials import Serial
from domain.products.supply import SerialNumber
from domain.sales_orders import delivering, loading
from domain.sales_orders.fulfilment import SalesOrderDelivery
from domain.sales_orders.lifecycle import SalesOrderStatus, Step, step
from domain.sales_orders.models import SalesOrder, SalesOrderLine
from domain.versions import changed, check_version


@dataclass(frozen=True)
class Going:
    """So many of one line; of a serialized product, which pieces."""

    line_id: UUID
    quantity: Decimal
    serial_numbers: Sequence[str] = ()


@requires(Permission.SALES_ORDERS_WRITE)
async def deliver(
    ctx: Context,
    order_id: UUID,
    lines: Sequence[Going],
    *,
    delivered_on: date | None = None,
    tracking_number: str | None = None,
    note: str | None = None,
    version: int | None = None,
) -> SalesOrderDelivery:
    """Some of an order, or all. Locked orders are delivered like others: what came in has yet to go out.

    A serial number is one that came in for this order or for stock, or a new one, which is recorded.
    """
    order = await loading.locked(ctx, order_id)
    step(SalesOrderStatus(order.status), Step.DELIVER)
    check_version(order, version)
    if not lines:
        raise UserError(ErrorCode.REQUIRED, "lines must not be empty: say what is delivered.", ("lines",))
    on = await dates.past_or_today(ctx, delivered_on, field="deliveredOn")
    pieces = await _checked(ctx, order, lines)
    delivery = await delivering.record(
        ctx,
        order,
        {line: going.quantity for line, (going, _) in pieces.items()},
        on=on,
        tracking_number=optional_text(tracking_number, 100, field="trackingNumber"),
        note=optional_text(note, 2000, field="note"),
    )
    for place, (part, (line, (_, numbers))) in enumerate(zip(delivery.lines, pieces.items(), strict=True)):
        try:
            await _send(ctx, order, line, part.id, numbers)
        except UserErrors as errors:
            raise UserErrors(error.under("lines", str(place)) for error in errors.errors) from None
    changed(order)
    await ctx.session.flush()
    ctx.emit(events.SalesOrderFulfilled(order.id))
    return delivery


@requires(Permission.SALES_ORDERS_WRITE)
async def fulfil(
    ctx: Context, order_id: UUID, *, delivered_on: date | None = None, version: int | None = None
) -> SalesOrderDelivery:
    """Deliver all that is missing; of serialized products the pieces that came in for the order, if they are all."""
    order = await loading.locked(ctx, order_id)
    step(SalesOrderStatus(order.status), Step.DELIVER)
    missing = {line: line.quantity - line.delivered_quantity for line in order.lines}
    lines = [line for line, quantity in missing.items() if quantity > 0]
    if not lines:
        raise ImpossibleStep(f"All of {order.number} is delivered already.")
    products = await products_of(ctx, [{"product_id": line.product_id} for line in lines])
    waiting = await _waiting(ctx, lines)
    goings = []
    for line in lines:
        numbers: list[str] = []
        if line.product_id is not None and products[line.product_id].serialized:
            numbers = waiting.get(line.id, [])
            if len(numbers) != missing[line]:
                message = (
                    f"“{line.title}” has serial numbers, and {len(numbers)} of {missing[line].normalize():f} came in"
                    " for this order. Use deliverSalesOrder, and say which pieces go out."
                )
                raise UserError(ErrorCode.INVALID, message, ("salesOrderId",))
        goings.append(Going(line.id, missing[line], numbers))
    return await deliver(ctx, order_id, goings, delivered_on=delivered_on, version=version)


async def _checked(
    ctx: Context, order: SalesOrder, goings: Sequence[Going]
) -> Mapping[SalesOrderLine, tuple[Going, list[Serial]]]:
    """Each line with what goes out of it. Raises for the first that can't, by its place in `lines`."""
    by_id = {line.id: line for line in order.lines}
    products = await products_of(ctx, [{"product_id": line.product_id} for line in order.lines])
    found: dict[SalesOrderLine, tuple[Going, list[Serial]]] = {}
    for place, going in enumerate(goings):
        try:
            line = by_id.get(going.line_id)
            if line is None:
                raise NotFound(f"{order.number} has no such line.", field=("lineId",))
            if line in found:
                raise UserError(ErrorCode.INVALID, f"“{line.title}” stands here twice.", ("lineId",))
            _check_quantity(line, going.quantity)
            product = products.get(line.product_id) if line.product_id else None
            found[line] = going, serials.of_product(product, going.serial_numbers, going.quantity)
        except UserError as error:
            raise error.under("lines", str(place)) from None
        except UserErrors as errors:
            raise UserErrors(error.under("lines", str(place)) for error in errors.errors) from None
    return found


def _check_quantity(line: SalesOrderLine, quantity: Decimal) -> None:
    decimal_in(quantity, field="quantity", places=6)
    if quantity <= 0:
        raise UserError(ErrorCode.INVALID, "quantity must be more than 0.", ("quantity",))
    left = line.quantity - line.delivered_quantity
    if quantity > left:
        message = (
            f"{left.normalize():f} of “{line.title}” are left to deliver: {line.quantity.normalize():f} were ordered,"
            f" {line.delivered_quantity.normalize():f} delivered."
        )
        raise UserError(ErrorCode.INVALID, message, ("quantity",))


async def _send(
    ctx: Context, order: SalesOrder, line: SalesOrderLine, part_id: UUID, numbers: Sequence[Serial]
) -> None:
    """The pieces go out with this line of a delivery."""
    if line.product_id is None or not numbers:
        return
    known = await serials.known(ctx, line.product_id, numbers)
    own = {each.id for each in order.lines}
    errors = []
    for place, serial in enumerate(numbers):
        piece = known.get(serial.folded)
        if piece is None:
            continue
        if piece.delivery_line_id is not None:
            message = f"“{serial.number}” went to a customer already."
            errors.append(UserError(ErrorCode.TAKEN, message, ("serialNumbers", str(place))))
        elif piece.sales_order_line_id not in {None, *own}:
            message = f"“{serial.number}” came in for another order."
            errors.append(UserError(ErrorCode.TAKEN, message, ("serialNumbers", str(place))))
        else:
            piece.sales_order_line_id, piece.delivery_line_id = line.id, part_id
            changed(piece)
    if errors:
        raise UserErrors(errors)
    new = [(place, serial) for place, serial in enumerate(numbers) if serial.folded not in known]
    await ctx.session.flush()
    try:
        entered = [serial for _, serial in new]
        await serials.enter(ctx, line.product_id, entered, sales_order_line_id=line.id, delivery_line_id=part_id)
    except UserErrors as several:
        for error in several.errors:
            name, place_of_new = error.field
            error.field = (name, str(new[int(place_of_new)][0]))
        raise


async def _waiting(ctx: Context, lines: Sequence[SalesOrderLine]) -> Mapping[UUID, list[str]]:
    """The serial numbers that came in for these lines and have not gone out."""
    statement = select(SerialNumber).where(
        SerialNumber.sales_order_line_id.in_([line.id for line in lines]), SerialNumber.delivery_line_id.is_(None)
    )
    found: dict[UUID, list[str]] = {}
    for piece in await ctx.session.scalars(statement.order_by(SerialNumber.number_folded)):
        if piece.sales_order_line_id is not None:
            found.setdefault(piece.sales_order_line_id, []).append(piece.number)
    return found
