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
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError, UserErrors, below
from domain.permissions import Permission, requires
from domain.pricing.catalog import products_of
from domain.products import serials
from domain.products.serials import Piece, Serial
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
    going = await _checked(ctx, order, lines)
    delivery = await delivering.record(
        ctx,
        order,
        {line: each.quantity for line, each in zip(going, lines, strict=True)},
        on=on,
        tracking_number=optional_text(tracking_number, 100, field="trackingNumber"),
        note=optional_text(note, 2000, field="note"),
    )
    await _send(ctx, order, _pieces(going, delivery))
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
) -> Mapping[SalesOrderLine, Sequence[Serial]]:
    """The lines that go out, in the order given, with their serial numbers. Raises for the first that can't."""
    by_id = {line.id: line for line in order.lines}
    products = await products_of(ctx, [{"product_id": line.product_id} for line in order.lines])
    found: dict[SalesOrderLine, Sequence[Serial]] = {}
    for place, going in enumerate(goings):
        with below("lines", place):
            line = by_id.get(going.line_id)
            if line is None:
                raise NotFound(f"{order.number} has no such line.", field=("lineId",))
            if line in found:
                raise UserError(ErrorCode.INVALID, f"“{line.title}” stands here twice.", ("lineId",))
            _check_quantity(line, going.quantity)
            product = products.get(line.product_id) if line.product_id else None
            found[line] = serials.of_product(product, going.serial_numbers, going.quantity)
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


def _pieces(going: Mapping[SalesOrderLine, Sequence[Serial]], delivery: SalesOrderDelivery) -> list[Piece]:
    """What has a number, with the line of the order and the one of the delivery that it goes out with."""
    return [
        Piece(
            line.product_id,
            serial,
            ("lines", str(place), "serialNumbers", str(number)),
            sales_order_line_id=line.id,
            delivery_line_id=part.id,
        )
        for place, (part, (line, numbers)) in enumerate(zip(delivery.lines, going.items(), strict=True))
        for number, serial in enumerate(numbers)
        if line.product_id is not None
    ]


async def _send(ctx: Context, order: SalesOrder, pieces: Sequence[Piece]) -> None:
    """The pieces go out: those that we have, and new ones."""
    known = await serials.known(ctx, pieces)
    free = {None, *(line.id for line in order.lines)}
    errors = []
    for piece in pieces:
        row = known.get(piece.key)
        if row is None:
            continue
        if row.delivery_line_id is not None:
            message = f"“{piece.serial.number}” went to a customer already."
            errors.append(UserError(ErrorCode.TAKEN, message, piece.at))
        elif row.sales_order_line_id not in free:
            message = f"“{piece.serial.number}” came in for another order."
            errors.append(UserError(ErrorCode.TAKEN, message, piece.at))
        else:
            row.sales_order_line_id, row.delivery_line_id = piece.sales_order_line_id, piece.delivery_line_id
            changed(row)
    if errors:
        raise UserErrors(errors)
    await serials.enter(ctx, [piece for piece in pieces if piece.key not in known])


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
