"""Serial numbers as people give them: checked as a list, looked up, and entered once for each product.

It does not say which piece may go to which order: that is for purchase orders and sales orders to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.checks import required_text
from domain.context import Context
from domain.errors import ErrorCode, UserError, UserErrors
from domain.ids import uuid7
from domain.products.models import Product
from domain.products.supply import SerialNumber
from domain.text import fold

LONGEST = 100  # characters


@dataclass(frozen=True)
class Serial:
    """A serial number as it was given, and as it is compared: without case and spaces."""

    number: str
    folded: str


def checked(numbers: Sequence[str], quantity: Decimal, *, field: str = "serialNumbers") -> list[Serial]:
    """One number for each of `quantity` pieces of a serialized product, in the order given.

    Raises UserErrors that name each number by its place, `(field, "3")`; UserError at `field` when there are more or
    fewer than pieces, at `quantity` when that is no whole number.
    """
    if quantity != quantity.to_integral_value():
        message = f"quantity is {quantity}: of what has serial numbers there are only whole pieces."
        raise UserError(ErrorCode.INVALID, message, ("quantity",))
    if len(numbers) != quantity:
        message = f"{field} has {len(numbers)} numbers for {quantity.to_integral_value()} pieces: give one for each."
        raise UserError(ErrorCode.INVALID if numbers else ErrorCode.REQUIRED, message, (field,))
    found: dict[str, int] = {}
    serials, errors = [], []
    for place, given in enumerate(numbers):
        try:
            number = required_text(given, LONGEST, field=field)
        except UserError as error:
            error.field = (field, str(place))
            errors.append(error)
            continue
        folded = fold(number)
        first = found.setdefault(folded, place)
        if first != place:
            message = f"“{number}” stands twice in {field}: at {first} and at {place}."
            errors.append(UserError(ErrorCode.INVALID, message, (field, str(place))))
        serials.append(Serial(number, folded))
    if errors:
        raise UserErrors(errors)
    return serials


def of_product(
    product: Product | None, numbers: Sequence[str], quantity: Decimal, *, field: str = "serialNumbers"
) -> list[Serial]:
    """`checked` for a product that is serialized; for any other, and for free text, there must be no numbers."""
    if product is not None and product.serialized:
        return checked(numbers, quantity, field=field)
    if numbers:
        message = f"{field}: this is no serialized product. Mark the product as serialized, or leave the numbers out."
        raise UserError(ErrorCode.INVALID, message, (field,))
    return []


async def known(ctx: Context, product_id: UUID, serials: Sequence[Serial]) -> dict[str, SerialNumber]:
    """The pieces of the product that we know already, by folded number, locked until the transaction ends."""
    statement = (
        select(SerialNumber)
        .where(
            SerialNumber.product_id == product_id, SerialNumber.number_folded.in_([serial.folded for serial in serials])
        )
        .order_by(SerialNumber.number_folded)  # everybody locks in this order
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {piece.number_folded: piece for piece in await ctx.session.scalars(statement)}


async def enter(
    ctx: Context,
    product_id: UUID,
    serials: Sequence[Serial],
    *,
    goods_receipt_line_id: UUID | None = None,
    sales_order_line_id: UUID | None = None,
    delivery_line_id: UUID | None = None,
    field: str = "serialNumbers",
) -> None:
    """New pieces of a product. A number that the product has already, even one entered at this moment, is TAKEN.

    What they refer to must be flushed. Raises UserErrors that name each number by its place; then nothing may be kept.
    """
    if not serials:
        return
    rows = [
        {
            "id": uuid7(),
            "tenant_id": ctx.tenant_id,
            "product_id": product_id,
            "number": serial.number,
            "number_folded": serial.folded,
            "goods_receipt_line_id": goods_receipt_line_id,
            "sales_order_line_id": sales_order_line_id,
            "delivery_line_id": delivery_line_id,
        }
        for serial in sorted(serials, key=lambda serial: serial.folded)  # as `known` locks
    ]
    statement = insert(SerialNumber).on_conflict_do_nothing().returning(SerialNumber.number_folded)
    made = set(await ctx.session.scalars(statement, rows))
    errors = [
        UserError(ErrorCode.TAKEN, f"The serial number “{serial.number}” is entered already.", (field, str(place)))
        for place, serial in enumerate(serials)
        if serial.folded not in made
    ]
    if errors:
        raise UserErrors(errors)
