"""One quote line: checked, set, summed. It knows nothing of the quote around it, and loads no product."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.checks import decimal_in, member_of, optional_text, required_text
from domain.errors import ErrorCode, UserError
from domain.money import minor_units
from domain.pricing.totals import LineInput, line_totals
from domain.products.kinds import RecurringPeriod
from domain.products.models import Product
from domain.quotes.models import QuoteLine
from domain.versions import changed

FIELDS = (
    "title",
    "description",
    "quantity",
    "quantity_editable",
    "unit_price",
    "unit_cost",
    "discount_percent",
    "discount_amount",
    "tax_rate",
    "recurring_period",
    "recurring_cycles",
    "optional",
    "selected",
)
_OF_PRODUCT = ("product_id", "part_number", "part_key")
_ZERO = Decimal(0)
_HUGE = Decimal(10) ** 12
MOST_CYCLES = 120


def values_of(line: QuoteLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in (*_OF_PRODUCT, *FIELDS)}


def as_input(line: QuoteLine) -> LineInput:
    return LineInput(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_amount=line.discount_amount,
        tax_rate=line.tax_rate,
        counted=line.counted,
        unit_cost=line.unit_cost,
        period=RecurringPeriod(line.recurring_period) if line.recurring_period else None,
    )


def from_product(product: Product | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a line that gets this product: what the caller gives, else what the product says.

    Without a product it is free text: nothing but the part number goes.
    """
    if product is None:
        return {**values, **dict.fromkeys(_OF_PRODUCT)}
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


def fill(line: QuoteLine, values: Mapping[str, Any], currency: str, *, at: tuple[str, ...]) -> None:
    """Check and set a whole line and its totals. `at` is where the line stands in the caller's input."""
    try:
        _fill(line, values)
        add_up(line, currency)
    except UserError as error:
        raise error.under(*at) from None


def add_up(line: QuoteLine, currency: str) -> None:
    totals = line_totals(as_input(line), minor_units(currency))
    line.net_total, line.tax_total, line.total = totals.net, totals.tax, totals.total


def take(line: QuoteLine, selected: bool) -> None:
    """Select a line or not. A new line has no version to count yet."""
    if line.selected != selected:
        line.selected = selected
        if line.version is not None:
            changed(line)


def _fill(line: QuoteLine, values: Mapping[str, Any]) -> None:
    unknown = set(values) - {*FIELDS, *_OF_PRODUCT}
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} is not a field of a line.", (min(unknown),))
    for name in _OF_PRODUCT:
        setattr(line, name, values.get(name))
    line.title = required_text(values.get("title"), 500, field="title")
    line.description = optional_text(values.get("description"), 6000, field="description")
    line.quantity = _number(values.get("quantity", Decimal(1)), "quantity", 6, low=_ZERO)
    line.quantity_editable = bool(values.get("quantity_editable", False))
    line.unit_price = _number(values.get("unit_price"), "unitPrice", 4, low=-_HUGE)
    line.unit_cost = _maybe(values.get("unit_cost"), "unitCost", 4)
    line.discount_percent = _maybe(values.get("discount_percent"), "discountPercent", 4, high=Decimal(100))
    line.discount_amount = _maybe(values.get("discount_amount"), "discountAmount", 4)
    line.tax_rate = _number(values.get("tax_rate") or _ZERO, "taxRate", 4, low=_ZERO, high=Decimal(100))
    line.recurring_period = _period(values.get("recurring_period"))
    line.recurring_cycles = _cycles(values.get("recurring_cycles"), line.recurring_period)
    line.optional = bool(values.get("optional", False))
    line.selected = bool(values.get("selected", True))
    line.counted = line.selected or not line.optional  # until the quote around it says otherwise


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
