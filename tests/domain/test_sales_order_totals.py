"""What orders come to, against a computation in fractions that knows nothing of ours."""

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UserError
from domain.pricing import delivery
from domain.sales_orders import approval, drafting, extras, progress
from domain.sales_orders.approval import Figures
from domain.sales_orders.lifecycle import Fulfilment
from domain.sales_orders.models import SalesOrderLine

UNITS = {"JPY": 0, "USD": 2, "KWD": 3}


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


taxes = decimals(0, 100, 4)
lines = st.fixed_dictionaries(
    {"title": st.just("x"), "quantity": decimals(0, 50, 3), "unit_price": decimals(-500, 500, 4), "tax_rate": taxes},
    optional={"discount_percent": decimals(0, 100, 2), "unit_cost": decimals(0, 300, 4)},
)


def rounded(exact: Fraction, places: int) -> Fraction:
    """Half away from zero."""
    scaled = abs(exact) * 10**places
    whole = Fraction(floor(scaled + Fraction(1, 2)), 10**places)
    return whole if exact >= 0 else -whole


def extra(places: int) -> st.SearchStrategy[tuple[Decimal, Decimal]]:
    return st.tuples(decimals(0, 900, places), taxes)


@st.composite
def orders(draw: Any) -> tuple[str, list[dict[str, Any]], dict[str, tuple[Decimal, Decimal]]]:
    currency = draw(st.sampled_from(sorted(UNITS)))
    beside = {name: draw(extra(UNITS[currency])) for name in ("delivery", "coupon", "surcharge")}
    return currency, draw(st.lists(lines, max_size=6)), beside


@settings(deadline=None)
@given(orders())
def test_totals_are_the_naive_ones(drawn):
    currency, given_lines, beside = drawn
    places = UNITS[currency]
    order = drafting.new(currency, entered_by="EMPLOYEE")
    drafting.append(order, given_lines, {})
    for name, label in (("coupon", "code"), ("surcharge", "title")):
        amount, tax = beside[name]
        extras.fill(order, name, {label: "x", "amount": amount, "tax_rate": tax})
    delivery.fill(order, {"amount": beside["delivery"][0], "tax_rate": beside["delivery"][1]})

    nets, discounts, costs, tax_sum = [], [], [], Fraction(0)
    for line in given_lines:
        exact = Fraction(line["quantity"]) * Fraction(line["unit_price"])
        net = rounded(exact * (1 - Fraction(line.get("discount_percent", 0)) / 100), places)
        nets.append(net)
        discounts.append(rounded(exact, places) - net)
        tax_sum += rounded(net * Fraction(line["tax_rate"]) / 100, places)
        if "unit_cost" in line:
            costs.append(rounded(Fraction(line["quantity"]) * Fraction(line["unit_cost"]), places))
    for name, sign in (("delivery", 1), ("surcharge", 1), ("coupon", -1)):
        amount, tax = beside[name]
        nets.append(sign * Fraction(amount))
        tax_sum += rounded(sign * Fraction(amount) * Fraction(tax) / 100, places)
    total = sum(nets, Fraction(0)) + tax_sum

    if beside["coupon"][0] and total < 0:
        with pytest.raises(UserError) as caught:
            drafting.sum_up(order)
        assert caught.value.field == ("coupon", "amount")
        return
    drafting.sum_up(order)
    assert Fraction(order.subtotal) == sum(nets, Fraction(0))
    assert Fraction(order.tax_total) == tax_sum
    assert Fraction(order.total) == total == Fraction(order.total_minor, 10**places)
    assert Fraction(order.discount_total) == sum(discounts, Fraction(0))
    assert order.outstanding_minor == order.total_minor
    if costs:
        assert order.cost_total is not None
        assert order.margin is not None
        assert Fraction(order.cost_total) == sum(costs)
        assert Fraction(order.margin) == sum(nets, Fraction(0)) - sum(costs)
    else:
        assert (order.cost_total, order.margin) == (None, None)


quantities = st.integers(0, 4).map(Decimal)


@settings(deadline=None)
@given(st.lists(st.tuples(quantities, quantities, quantities), max_size=5))
def test_an_order_is_as_far_as_its_lines(drawn):
    rows = [
        SalesOrderLine(quantity=quantity, received_quantity=received, delivered_quantity=delivered)
        for quantity, received, delivered in drawn
    ]
    wanted = [(quantity, max(came, went)) for quantity, came, went in drawn if quantity]
    found = progress.fulfilment(rows)
    assert (found is Fulfilment.FULFILLED) == (bool(wanted) and all(done >= quantity for quantity, done in wanted))
    assert (found is Fulfilment.NONE) == (not any(done for _, done in wanted))


amounts = decimals(-500, 500, 2)


@settings(deadline=None)
@given(amounts, st.none() | amounts, st.none() | decimals(0, 400, 2), st.integers(0, 2), st.integers(0, 2))
def test_nothing_approves_itself_that_should_not(total, margin, limit, count, inactive):
    found = approval.reasons(Figures(total, margin, "USD", count), limit, ["P-1 “x”"] * inactive)
    fine = limit is not None and total <= limit and not (margin is not None and margin < 0)
    assert (not found) == (fine and count > 0 and not inactive)
    assert any(reason.blocking for reason in found) == (count == 0 or inactive > 0)
    assert all(reason.sentence.endswith(".") for reason in found)


def test_reasons_name_figure_and_limit():
    found = approval.reasons(Figures(Decimal("1234567.5"), Decimal("-20"), "USD", 1), Decimal(1000), ["P-7 “Old”"])
    assert [(reason.sentence, reason.blocking) for reason in found] == [
        ("P-7 “Old” is not active any more: take it out, or make it active.", True),
        ("The total is 1,234,567.50 USD; above 1,000.00 USD somebody has to approve it.", False),
        ("The margin is negative: -20.00 USD.", False),
    ]
    yen = approval.reasons(Figures(Decimal(1001), None, "JPY", 1), Decimal(1000), [])
    assert [reason.sentence for reason in yen] == [
        "The total is 1,001 JPY; above 1,000 JPY somebody has to approve it."
    ]
