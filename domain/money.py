"""Currencies and exact amounts: how small a currency's unit is, and arithmetic that loses nothing on the way.

It does not know what is being added up.
"""

from contextlib import AbstractContextManager
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from domain.errors import ErrorCode, UserError

AMOUNT_LIMIT = Decimal(10) ** 18

# ISO 4217: the currencies whose minor unit is not a hundredth.
_CURRENCIES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_MINOR_UNITS = {code: places for places, codes in _CURRENCIES.items() for code in codes.split()}


def minor_units(currency: str) -> int:
    """How many decimal places the currency has: 0 for JPY, 3 for KWD, 2 for most and for codes that we don't know."""
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise UserError(ErrorCode.INVALID, "A currency is a code of three capital letters, such as USD.", ("currency",))
    return _MINOR_UNITS.get(currency, 2)


def to_minor(amount: Decimal, minor_units: int) -> int:
    """The amount counted in minor units: 12.34 is 1234 cents. Refuses to lose a fraction of one (UserError)."""
    with arithmetic():
        if not amount.is_finite() or abs(amount) >= AMOUNT_LIMIT:
            raise UserError(ErrorCode.INVALID, "The amount is too large, or not a number.")
        if amount != rounded(amount, minor_units):
            raise UserError(ErrorCode.INVALID, f"The amount can have at most {minor_units} decimal places.")
        return int(amount.scaleb(minor_units))


def arithmetic() -> AbstractContextManager[Context]:
    """Exact, and half-up where it rounds: 38 digits hold any quantity x price (19 digits each) and a percentage of it.

    The caller's own context may have any precision and rounding, so it is never used.
    """
    return localcontext(Context(prec=38, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow]))


def rounded(exact: Decimal, places: int) -> Decimal:
    amount = exact.quantize(Decimal(1).scaleb(-places))
    # Decimal knows a negative zero, and would print "-0.00".
    return amount.copy_abs() if amount.is_zero() else amount
