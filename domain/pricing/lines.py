"""One priced line, of a quote or of an order: what it takes from a product, what is acceptable in it, what it comes to.

It knows nothing of the document around the line, and loads no product.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.checks import decimal_in, member_of, optional_text, required_text
from domain.errors import ErrorCode, NotFound, UserError
from domain.money import minor_units
from domain.pricing.totals import LineInput, line_totals
from domain.products.kinds import RecurringPeriod
from domain.products.models import Product

FIELDS = (
    "title",
    "description",
    "quantity",
    "unit_price",
    "unit_cost",
    "discount_percent",
    "discount_amount",
    "tax_rate",
    "recurring_period",
    "recurring_cycles",
)
OF_PRODUCT = ("product_id", "part_number", "part_key")
MOST_CYCLES = 120
_ZERO = Decimal(0)
_HUGE = Decimal(10) ** 12

Values = Mapping[str, Any]
Products = Mapping[UUID, Product]


def as_input(line: Any, *, counted: bool = True) -> LineInput:
    """The row of a line, to the arithmetic."""
    return LineInput(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_amount=line.discount_amount,
        tax_rate=line.tax_rate,
        counted=counted,
        unit_cost=line.unit_cost,
        period=RecurringPeriod(line.recurring_period) if line.recurring_period else None,
    )


def add_up(line: Any, currency: str) -> None:
    """Set the totals of a row. Raises BadLine if it makes no sense."""
    totals = line_totals(as_input(line), minor_units(currency))
    line.net_total, line.tax_total, line.total = totals.net, totals.tax, totals.total


def from_product(product: Product | None, values: Values) -> dict[str, Any]:
    """The values of a line that gets this product: what the caller gives, else what the product says.

    Without a product it is free text: nothing but the part number goes.
    """
    if product is None:
        return {**values, **dict.fromkeys(OF_PRODUCT)}
    if not product.active:
        raise UserError(
            ErrorCode.INVALID,
            f"{product.number} “{product.title}” is not active any more. Choose another product, or make it active.",
            ("productId",),
        )
    return {
        "title": product.title,
        "description": product.description,
        "unit_price": product.price,
        "unit_cost": product.cost,
        "recurring_period": product.recurring_period,
        **values,
        "product_id": product.id,
        "part_number": product.part_number or product.number,
        "part_key": product.part_key,
    }


def combined(before: Values, values: Values, products: Products) -> dict[str, Any]:
    """All values of a line: those before and the changes. Another product brings its own; the same one changes nothing.

    Without `before` it is a new line.
    """
    changes = dict(values)
    product_id = changes.pop("product_id", before.get("product_id"))
    if product_id is not None and product_id not in products and product_id != before.get("product_id"):
        raise NotFound("There is no such product.", field=("productId",))
    if not before or product_id != before["product_id"]:
        changes = from_product(products.get(product_id) if product_id else None, changes)
    if changes.get("recurring_period", "") is None:
        changes.setdefault("recurring_cycles", None)
    return {**before, **changes}


def fill(line: Any, values: Values) -> None:
    """Check and set what every priced line has; not its totals."""
    for name in OF_PRODUCT:
        setattr(line, name, values.get(name))
    line.title = required_text(values.get("title"), 500, field="title")
    line.description = optional_text(values.get("description"), 6000, field="description")
    line.quantity = _number(values.get("quantity", Decimal(1)), "quantity", 6, low=_ZERO)
    line.unit_price = _number(values.get("unit_price"), "unitPrice", 4, low=-_HUGE)
    line.unit_cost = _maybe(values.get("unit_cost"), "unitCost", 4)
    line.discount_percent = _maybe(values.get("discount_percent"), "discountPercent", 4, high=Decimal(100))
    line.discount_amount = _maybe(values.get("discount_amount"), "discountAmount", 4)
    line.tax_rate = _number(values.get("tax_rate") or _ZERO, "taxRate", 4, low=_ZERO, high=Decimal(100))
    line.recurring_period = _period(values.get("recurring_period"))
    line.recurring_cycles = _cycles(values.get("recurring_cycles"), line.recurring_period)


def known(values: Values, *names: str) -> None:
    """Raises UserError for a value that a line doesn't have."""
    unknown = set(values) - {*names, *OF_PRODUCT}
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} is not a field of a line.", (min(unknown),))


def _period(value: str | None) -> str | None:
    return None if value is None else member_of(RecurringPeriod, value, field="recurringPeriod").value


def _cycles(value: int | None, period: str | None) -> int | None:
    if value is None:
        return None
    if period is None:
        raise UserError(
            ErrorCode.INVALID,
            "Only a recurring line has a number of cycles: give recurringPeriod too.",
            ("recurringCycles",),
        )
    if not 1 <= value <= MOST_CYCLES:
        raise UserError(
            ErrorCode.INVALID, f"recurringCycles must be between 1 and {MOST_CYCLES}.", ("recurringCycles",)
        )
    return value


def _number(value: Decimal | None, field: str, places: int, *, low: Decimal, high: Decimal = _HUGE) -> Decimal:
    if value is None:
        raise UserError(ErrorCode.REQUIRED, f"{field} is missing.", (field,))
    return decimal_in(value, field=field, low=low, high=high, places=places)


def _maybe(value: Decimal | None, field: str, places: int, *, high: Decimal = _HUGE) -> Decimal | None:
    return None if value is None else _number(value, field, places, low=_ZERO, high=high)
