"""Why an order doesn't become approved by itself: a pure decision. It doesn't know who may approve it all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.money import minor_units, rounded


@dataclass(frozen=True)
class Figures:
    """What approval goes by. The limit is in the currency of the order; None: nothing approves itself."""

    total: Decimal
    margin: Decimal | None
    currency: str
    lines: int


@dataclass(frozen=True)
class Reason:
    """`blocking`: nobody can approve it as it is."""

    sentence: str
    blocking: bool = False


def reasons(order: Figures, limit: Decimal | None, inactive: Sequence[str]) -> list[Reason]:
    """Those that block come first. `inactive` names the products of the order that are not sold any more."""
    found = [Reason(f"{name} is not active any more: take it out, or make it active.", True) for name in inactive]
    if not order.lines:
        found.append(Reason("It has no lines.", True))
    if limit is None:
        found.append(Reason("No limit is set below which orders approve themselves."))
    elif order.total > limit:
        total, most = _amount(order.total, order), _amount(limit, order)
        found.append(Reason(f"The total is {total}; above {most} somebody has to approve it."))
    if order.margin is not None and order.margin < 0:
        found.append(Reason(f"The margin is negative: {_amount(order.margin, order)}."))
    return found


def _amount(amount: Decimal, order: Figures) -> str:
    return f"{rounded(amount, minor_units(order.currency)):,} {order.currency}"
