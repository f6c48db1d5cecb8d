"""Exact arithmetic with the decimal figures of requests: to the cent, rounded half up. Knows no currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def decimal(figure: object) -> Decimal:
    """As it was written; nothing is nought."""
    return Decimal(str(figure or 0))


def cents(amount: Decimal) -> Decimal:
    return EXACT.quantize(amount, CENT)


def extended(quantity: object, each: object) -> Decimal:
    return cents(EXACT.multiply(decimal(quantity), decimal(each)))
