"""Why a quote needs approval before it is sent: a pure decision over the rules and the quote's figures.

It asks nobody and changes nothing: rules are kept by `approval_rules.py`, approving is `approvals.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from domain.money import arithmetic, minor_units, rounded
from domain.quotes.models import Quote
from domain.quotes.papers import ApprovalRuleKind

_PLACES = (2, 4, 8)


class Rule(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def threshold(self) -> Decimal: ...
    @property
    def employee_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules look at. Amounts are those of what counts; only `total` has tax in it.

    `full`: the lines before discounts. `costless`: the title of a line whose cost isn't known, if there is one.
    """

    owner_id: UUID | None
    currency: str
    total: Decimal
    subtotal: Decimal
    full: Decimal
    discount: Decimal
    cost: Decimal
    costless: str | None


def figures(quote: Quote) -> Judged:
    """Those of a quote that has been summed up."""
    return Judged(
        owner_id=quote.owner_id,
        currency=quote.currency,
        total=quote.total,
        subtotal=quote.subtotal,
        full=quote.subtotal - quote.delivery_amount + quote.discount_total,
        discount=quote.discount_total,
        cost=quote.cost_total or Decimal(0),
        costless=next((line.title for line in quote.lines if line.counted and line.unit_cost is None), None),
    )


def reasons(rules: Iterable[Rule], judged: Judged) -> list[str]:
    """One sentence for each rule that is broken: the figure, and what is allowed. None: it may be sent.

    An employee's own rule of a kind stands in for the general one on the quotes that this employee owns.
    """
    allowed = _in_force(rules, judged.owner_id)
    with arithmetic():
        found = (
            _total(judged, allowed.get(ApprovalRuleKind.TOTAL)),
            _discount(judged, allowed.get(ApprovalRuleKind.DISCOUNT)),
            _margin(judged, allowed.get(ApprovalRuleKind.MARGIN)),
        )
    return [reason for reason in found if reason is not None]


def _in_force(rules: Iterable[Rule], owner_id: UUID | None) -> Mapping[ApprovalRuleKind, Decimal]:
    ours = [rule for rule in rules if rule.employee_id is None or rule.employee_id == owner_id]
    ours.sort(key=lambda rule: rule.employee_id is not None)
    return {ApprovalRuleKind(rule.kind): rule.threshold for rule in ours}


def _total(judged: Judged, most: Decimal | None) -> str | None:
    if most is None or judged.total <= most:
        return None
    total, allowed = (_money(amount, judged.currency) for amount in (judged.total, most))
    return f"The total is {total}; more than {allowed} needs approval."


def _discount(judged: Judged, most: Decimal | None) -> str | None:
    # Multiplied out: where credits make up for the rest, the full price may be nothing.
    if most is None or judged.discount * 100 <= most * judged.full:
        return None
    if judged.full <= 0:
        taken = _money(judged.discount, judged.currency)
        return f"The discount is {taken}, all of the price; more than {_percent(most)} needs approval."
    share = judged.discount * 100 / judged.full
    return f"The discount is {_percent(share, beside=most)}; more than {_percent(most)} needs approval."


def _margin(judged: Judged, least: Decimal | None) -> str | None:
    if least is None:
        return None
    if judged.costless is not None:
        return f"The margin isn't known: “{judged.costless}” has no cost. Less than {_percent(least)} needs approval."
    margin = judged.subtotal - judged.cost
    if margin * 100 >= least * judged.subtotal:
        return None
    if judged.subtotal <= 0:
        return f"The margin is {_money(margin, judged.currency)}; less than {_percent(least)} needs approval."
    share = margin * 100 / judged.subtotal
    return f"The margin is {_percent(share, beside=least)}; less than {_percent(least)} needs approval."


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{minor_units(currency)}f} {currency}"


def _percent(value: Decimal, *, beside: Decimal | None = None) -> str:
    """Shortened, but with as many decimals as it takes to tell it from what it is compared with."""
    places = _PLACES if beside is not None else ()
    shown = next((short for place in places if (short := rounded(value, place)) != beside), value)
    return f"{shown.normalize():f} %"
