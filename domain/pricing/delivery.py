"""The delivery of a quote or an order: what it costs and where it goes, checked and set. It loads and saves nothing.

Its amount is whole minor units, so it is its own net.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.checks import ADDRESS, decimal_in
from domain.errors import ErrorCode, UserError, below
from domain.money import minor_units
from domain.organizations.models import ADDRESS_FIELDS
from domain.pricing.totals import LineInput

_ZERO = Decimal(0)
_MOST = Decimal(10) ** 9


def fill(row: Any, values: Mapping[str, Any] | None) -> None:
    """Check and set what was given of amount, tax rate and address. None: there is no delivery."""
    given = {"amount": None, "tax_rate": None, "address": None} if values is None else values
    with below("delivery"):
        for name, value in given.items():
            if name == "amount":
                places = minor_units(row.currency)
                row.delivery_amount = decimal_in(value or _ZERO, field="amount", low=_ZERO, high=_MOST, places=places)
            elif name == "tax_rate":
                high = Decimal(100)
                row.delivery_tax_rate = decimal_in(value or _ZERO, field="taxRate", low=_ZERO, high=high, places=4)
            elif name == "address":
                _address(row, dict.fromkeys(ADDRESS_FIELDS) if value is None else value)
            else:
                raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))


def as_input(row: Any) -> LineInput:
    """To the arithmetic it is a line like any other, billed once."""
    return LineInput(Decimal(1), row.delivery_amount, tax_rate=row.delivery_tax_rate)


def _address(row: Any, values: Mapping[str, str | None]) -> None:
    with below("address"):
        for name in values:
            if name not in ADDRESS_FIELDS:
                raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
            setattr(row, f"delivery_{name}", ADDRESS[name](values[name]))
