"""What a receipt says came in, checked against what is missing. It loads nothing, and nothing is changed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.checks import decimal_in
from domain.errors import ErrorCode, NotFound, UserError, UserErrors
from domain.pricing.lines import Products
from domain.products import serials
from domain.products.serials import Serial
from domain.purchase_orders.lines import plain
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderLine

_MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class Arrival:
    """So much of one line. `at`: where it stands in the caller's input."""

    line: PurchaseOrderLine
    quantity: Decimal
    serials: Sequence[Serial]
    at: tuple[str, ...]


def of(order: PurchaseOrder, products: Products, given: Sequence[Mapping[str, Any]] | None) -> list[Arrival]:
    """None: all that is missing of what has no serial numbers. Raises UserErrors, each with its place."""
    if given is None:
        return _all_that_is_missing(order, products)
    if not given:
        raise UserError(ErrorCode.REQUIRED, "lines is empty: say what came in, or leave it out for all.", ("lines",))
    found: dict[UUID, Arrival] = {}
    errors: list[UserError] = []
    for place, values in enumerate(given):
        at = ("lines", str(place))
        try:
            arrival = _arrival(order, products, values, at)
            if arrival.line.id in found:
                message = f"“{arrival.line.title}” stands here twice: give one quantity for each line."
                raise UserError(ErrorCode.INVALID, message, ("lineId",))
            found[arrival.line.id] = arrival
        except UserError as error:
            errors.append(error.under(*at))
        except UserErrors as several:
            errors += [error.under(*at) for error in several.errors]
    if errors:
        raise UserErrors(errors)
    return list(found.values())


def _all_that_is_missing(order: PurchaseOrder, products: Products) -> list[Arrival]:
    missing = [line for line in order.lines if line.missing_quantity > 0]
    found = [Arrival(line, line.missing_quantity, (), ()) for line in missing if not _is_serialized(line, products)]
    if not found:
        message = "All that is missing has serial numbers: name the lines and the numbers that came in."
        raise UserError(ErrorCode.REQUIRED, message, ("lines",))
    return found


def _arrival(order: PurchaseOrder, products: Products, values: Mapping[str, Any], at: tuple[str, ...]) -> Arrival:
    line = next((line for line in order.lines if line.id == values["line_id"]), None)
    if line is None:
        raise NotFound("The purchase order has no such line.", field=("lineId",))
    numbers, quantity = values.get("serial_numbers") or (), values.get("quantity")
    if quantity is None:
        quantity = Decimal(len(numbers)) if numbers else line.missing_quantity
    quantity = decimal_in(quantity, field="quantity", low=Decimal(0), high=_MOST, places=6)
    if quantity > line.missing_quantity:
        message = f"“{line.title}”: {plain(quantity)} can't come in; missing are {plain(line.missing_quantity)}."
        raise UserError(ErrorCode.INVALID, message, ("quantity",))
    if not quantity:
        raise UserError(ErrorCode.INVALID, "quantity must be more than 0.", ("quantity",))
    product = products.get(line.product_id) if line.product_id else None
    return Arrival(line, quantity, serials.of_product(product, numbers, quantity), at)


def _is_serialized(line: PurchaseOrderLine, products: Products) -> bool:
    return line.product_id is not None and products[line.product_id].serialized
