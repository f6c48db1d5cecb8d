"""Why a quote needs approval: the sentences, and the decision against one made with fractions."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import uuid7
from domain.quotes.approval import Judged, reasons
from domain.quotes.papers import ApprovalRuleKind

D = Decimal
KIM = uuid7()
FINE = Judged(
    owner_id=KIM,
    currency="USD",
    total=D("1200.00"),
    subtotal=D("1000.00"),
    full=D("1100.00"),
    discount=D("100.00"),
    cost=D("700.00"),
    costless=None,
)


@dataclass(frozen=True)
class Rule:
    kind: str
    threshold: Decimal
    employee_id: UUID | None = None


def rule(kind: ApprovalRuleKind, threshold: str, employee_id: UUID | None = None) -> Rule:
    return Rule(kind.value, D(threshold), employee_id)


TOTAL, DISCOUNT, MARGIN = ApprovalRuleKind


@pytest.mark.parametrize(
    ("judged", "rules", "said"),
    [
        (FINE, [], []),
        (FINE, [rule(TOTAL, "1200"), rule(DISCOUNT, "9.0910"), rule(MARGIN, "30")], []),
        (FINE, [rule(TOTAL, "1199.99")], ["The total is 1,200.00 USD; more than 1,199.99 USD needs approval."]),
        (FINE, [rule(DISCOUNT, "5.5000")], ["The discount is 9.09 %; more than 5.5 % needs approval."]),
        # 9.0909…: with two decimals it would read like what is allowed.
        (FINE, [rule(DISCOUNT, "9.09")], ["The discount is 9.0909 %; more than 9.09 % needs approval."]),
        (FINE, [rule(MARGIN, "30.0001")], ["The margin is 30 %; less than 30.0001 % needs approval."]),
        (
            replace(FINE, costless="Support"),
            [rule(MARGIN, "20")],
            ["The margin isn't known: “Support” has no cost. Less than 20 % needs approval."],
        ),
        (
            replace(FINE, subtotal=D("0.00"), cost=D("500.00")),
            [rule(MARGIN, "0")],
            ["The margin is -500.00 USD; less than 0 % needs approval."],
        ),
        (replace(FINE, subtotal=D("0.00"), full=D("0.00"), discount=D("0.00"), cost=D(0)), [rule(MARGIN, "20")], []),
        (
            replace(FINE, full=D("0.00"), discount=D("50.00")),
            [rule(DISCOUNT, "15")],
            ["The discount is 50.00 USD, all of the price; more than 15 % needs approval."],
        ),
        (
            replace(FINE, currency="JPY", total=D(1234567)),
            [rule(TOTAL, "1000000.0000")],
            ["The total is 1,234,567 JPY; more than 1,000,000 JPY needs approval."],
        ),
    ],
)
def test_each_reason_names_the_figure_and_what_is_allowed(judged, rules, said):
    assert reasons(rules, judged) == said


def test_all_reasons_are_told_at_once():
    rules = [rule(MARGIN, "50"), rule(TOTAL, "1"), rule(DISCOUNT, "0")]
    assert [said.split()[1] for said in reasons(rules, FINE)] == ["total", "discount", "margin"]


@pytest.mark.parametrize("first", [0, 1])
def test_an_employees_own_rule_stands_in_for_the_general_one(first):
    rules = [rule(TOTAL, "1000"), rule(TOTAL, "5000", KIM)]
    rules = [rules[first], rules[1 - first]]
    assert reasons(rules, FINE) == []
    assert len(reasons(rules, replace(FINE, owner_id=uuid7()))) == 1
    assert len(reasons(rules, replace(FINE, owner_id=None))) == 1
    stricter = [rule(TOTAL, "5000"), rule(TOTAL, "1000", KIM), rule(DISCOUNT, "0", uuid7())]
    assert len(reasons(stricter, FINE)) == 1


amounts = st.integers(-10_000, 10_000).map(lambda cents: D(cents).scaleb(-2))
positive = st.integers(0, 10_000).map(lambda cents: D(cents).scaleb(-2))
percents = st.integers(0, 1_000_000).map(lambda n: D(n).scaleb(-4))


@given(amounts, amounts, amounts, positive, positive, st.none() | st.just("x"), positive, percents, percents)
def test_the_decision_is_the_one_that_fractions_make(total, subtotal, full, discount, cost, costless, most, off, least):
    judged = Judged(KIM, "USD", total, subtotal, full, discount, cost, costless)
    rules = [Rule(TOTAL.value, most), Rule(DISCOUNT.value, off), Rule(MARGIN.value, least)]
    expected = []
    if Fraction(total) > Fraction(most):
        expected.append("total")
    if full > 0:
        too_much = Fraction(discount) / Fraction(full) > Fraction(off) / 100
    else:
        too_much = Fraction(discount) > Fraction(off) / 100 * Fraction(full)
    if too_much:
        expected.append("discount")
    margin = Fraction(subtotal) - Fraction(cost)
    if costless or margin < Fraction(least) / 100 * Fraction(subtotal):
        expected.append("margin")
    assert [said.split()[1] for said in reasons(rules, judged)] == expected
