"""Serial numbers as people give them: checked as a list, looked up, and entered once for each product.

It does not say which piece may go to which order: that is for purchase orders and sales orders to know.
"""

from collections import defaultdict
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


@dataclass(frozen=True)
class Piece:
    """One piece of a product that comes in or goes out. `at`: where its number stands in the caller's input."""

    product_id: UUID
    serial: Serial
    at: tuple[str, ...]
    goods_receipt_line_id: UUID | None = None
    sales_order_line_id: UUID | None = None
    delivery_line_id: UUID | None = None

    @property
    def key(self) -> tuple[UUID, str]:
        return self.product_id, self.serial.folded


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


async def known(ctx: Context, pieces: Sequence[Piece]) -> dict[tuple[UUID, str], SerialNumber]:
    """Those that we have already, by their key, locked until the transaction ends.

    To be asked for all pieces of a transaction together, before any is entered: everybody locks in the order of keys,
    so that two who name the same ones never wait for each other.
    """
    numbers: defaultdict[UUID, list[str]] = defaultdict(list)
    for piece in pieces:
        numbers[piece.product_id].append(piece.serial.folded)
    found: dict[tuple[UUID, str], SerialNumber] = {}
    for product_id in sorted(numbers):
        statement = (
            select(SerialNumber)
            .where(SerialNumber.product_id == product_id, SerialNumber.number_folded.in_(numbers[product_id]))
            .order_by(SerialNumber.number_folded)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for row in await ctx.session.scalars(statement):
            found[product_id, row.number_folded] = row
    return found


async def enter(ctx: Context, pieces: Sequence[Piece]) -> None:
    """New pieces. A number that the product has already, even one entered at this moment, is TAKEN.

    What they refer to must be flushed. Raises UserErrors that name each number by its place; then nothing may be kept.
    """
    if not pieces:
        return
    rows = [
        {
            "id": uuid7(),
            "tenant_id": ctx.tenant_id,
            "product_id": piece.product_id,
            "number": piece.serial.number,
            "number_folded": piece.serial.folded,
            "goods_receipt_line_id": piece.goods_receipt_line_id,
            "sales_order_line_id": piece.sales_order_line_id,
            "delivery_line_id": piece.delivery_line_id,
        }
        for piece in pieces
    ]
    in_order = sorted(rows, key=lambda row: (row["product_id"], row["number_folded"]))  # as `known` locks
    statement = insert(SerialNumber).on_conflict_do_nothing().returning(SerialNumber.id)
    made = set(await ctx.session.scalars(statement, in_order))
    errors = [
        UserError(ErrorCode.TAKEN, f"The serial number “{piece.serial.number}” is entered already.", piece.at)
        for piece, row in zip(pieces, rows, strict=True)
        if row["id"] not in made
    ]
    if errors:
        raise UserErrors(errors)
