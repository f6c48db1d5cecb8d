"""One quote line: checked, set, summed. It knows nothing of the quote around it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.checks import decimal_in, optional_text, required_text
from domain.errors import ErrorCode, UserError
from domain.quotes.models import QuoteLine
from domain.quotes.totals import LineInput, line_totals, minor_units

FIELDS = (
    "title",
    "description",
    "quantity",
    "unit_price",
    "unit_cost",
    "discount_percent",
    "discount_amount",
    "tax_rate",
    "optional",
    "selected",
)
_ZERO = Decimal(0)
_HUGE = Decimal(10) ** 12


def values_of(line: QuoteLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in FIELDS}


def as_input(line: QuoteLine) -> LineInput:
    return LineInput(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        discount_amount=line.discount_amount,
        tax_rate=line.tax_rate,
        counted=line.counted,
        unit_cost=line.unit_cost,
    )


def fill(line: QuoteLine, values: Mapping[str, Any], currency: str, *, at: tuple[str, ...]) -> None:
    """Check and set a whole line and its totals. `at` is where the line stands in the caller's input."""
    try:
        _fill(line, values)
        totals = line_totals(as_input(line), minor_units(currency))
    except UserError as error:
        error.field = (*at, *error.field)
        raise
    line.net_total, line.tax_total, line.total = totals.net, totals.tax, totals.total


def _fill(line: QuoteLine, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} is not a field of a line.", (min(unknown),))
    line.title = required_text(values.get("title"), 500, field="title")
    line.description = optional_text(values.get("description"), 6000, field="description")
    line.quantity = _number(values.get("quantity", Decimal(1)), "quantity", 6, low=_ZERO)
    line.unit_price = _number(values.get("unit_price"), "unitPrice", 4, low=-_HUGE)
    line.unit_cost = _maybe(values.get("unit_cost"), "unitCost", 4)
    line.discount_percent = _maybe(values.get("discount_percent"), "discountPercent", 4, high=Decimal(100))
    line.discount_amount = _maybe(values.get("discount_amount"), "discountAmount", 4)
    line.tax_rate = _number(values.get("tax_rate") or _ZERO, "taxRate", 4, low=_ZERO, high=Decimal(100))
    line.optional = bool(values.get("optional", False))
    line.selected = bool(values.get("selected", True))


def _number(value: Decimal | None, field: str, places: int, *, low: Decimal, high: Decimal = _HUGE) -> Decimal:
    if value is None:
        raise UserError(ErrorCode.REQUIRED, f"{field} is missing.", (field,))
    return decimal_in(value, field=field, low=low, high=high, places=places)


def _maybe(value: Decimal | None, field: str, places: int, *, high: Decimal = _HUGE) -> Decimal | None:
    return None if value is None else _number(value, field, places, low=_ZERO, high=high)
