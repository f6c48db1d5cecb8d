"""What an order has beside its lines and its delivery: a coupon, which takes off, and a surcharge, which adds.

Amounts are whole minor units, so each is its own net. It loads and saves nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.checks import decimal_in, optional_text
from domain.errors import ErrorCode, UserError
from domain.money import minor_units
from domain.pricing.totals import LineInput
from domain.sales_orders.models import SalesOrder

LABELS = {"coupon": ("code", 50), "surcharge": ("title", 200)}
_ZERO = Decimal(0)
_MOST = Decimal(10) ** 9


def fill(order: SalesOrder, extra: str, values: Mapping[str, Any] | None) -> None:
    """Check and set what was given of a coupon (`code`) or a surcharge (`title`). None: there is none."""
    label, limit = LABELS[extra]
    given = dict.fromkeys((label, "amount", "tax_rate")) if values is None else values
    try:
        for name, value in given.items():
            if name == label:
                checked: Any = optional_text(value, limit, field=label)
            elif name == "amount":
                places = minor_units(order.currency)
                checked = decimal_in(value or _ZERO, field="amount", low=_ZERO, high=_MOST, places=places)
            elif name == "tax_rate":
                checked = decimal_in(value or _ZERO, field="taxRate", low=_ZERO, high=Decimal(100), places=4)
            else:
                raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
            setattr(order, f"{extra}_{name}", checked)
        if getattr(order, f"{extra}_amount") and not getattr(order, f"{extra}_{label}"):
            raise UserError(ErrorCode.REQUIRED, f"A {extra} needs a {label}.", (label,))
    except UserError as error:
        raise error.under(extra) from None


def as_inputs(order: SalesOrder) -> list[LineInput]:
    """To the arithmetic they are lines like any other, billed once; the coupon is a credit."""
    return [
        LineInput(Decimal(1), -order.coupon_amount, tax_rate=order.coupon_tax_rate),
        LineInput(Decimal(1), order.surcharge_amount, tax_rate=order.surcharge_tax_rate),
    ]
