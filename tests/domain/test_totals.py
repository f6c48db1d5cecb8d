"""The arithmetic of quotes, against a second computation with fractions, where nothing can be rounded by accident."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import UserError
from domain.money import minor_units, to_minor
from domain.pricing.totals import (
    BadLine,
    LineInput,
    line_totals,
    net_unit_price,
    quote_totals,
)
from domain.products.kinds import RecurringPeriod

D = Decimal
PERIODS = (None, *RecurringPeriod)


def rounded(exact: Fraction, places: int) -> Fraction:
    """Half-up, ties away from zero, with whole numbers only."""
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if exact >= 0 else -whole, 10**places)


def naive(line: LineInput, units: int) -> tuple[Fraction, Fraction, Fraction]:
    """Gross, net, tax."""
    exact = Fraction(line.quantity) * Fraction(line.unit_price)
    gross = net = rounded(exact, units)
    if line.discount_amount is not None:
        net = gross - rounded(Fraction(line.discount_amount), units)
    if line.discount_percent is not None:
        net = rounded(exact - exact * Fraction(line.discount_percent) / 100, units)
    return gross, net, rounded(net * Fraction(line.tax_rate) / 100, units)


def naive_cost(lines: list[LineInput], units: int) -> Fraction | None:
    """None: no cost is known."""
    costs = [
        rounded(Fraction(line.quantity) * Fraction(line.unit_cost), units)
        for line in lines
        if line.unit_cost is not None
    ]
    return sum(costs, Fraction(0)) if costs else None


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 10**places, high * 10**places).map(lambda n: D(n).scaleb(-places))


percents = st.one_of(decimals(0, 100, 0), decimals(0, 100, 4))
quantities = st.one_of(decimals(0, 20, 0), decimals(0, 20, 6), decimals(0, 100_000, 6))
prices = st.one_of(decimals(-50, 50, 2), decimals(-50, 50, 4), decimals(-1_000_000, 1_000_000, 4))
units = st.sampled_from([0, 2, 3])


@st.composite
def lines(draw: st.DrawFn) -> LineInput:
    quantity, price = draw(quantities), draw(prices)
    gross = rounded(Fraction(quantity) * Fraction(price), 0)
    kind = draw(st.sampled_from(["none", "percent", "amount"]))
    return LineInput(
        quantity=quantity,
        unit_price=price,
        discount_percent=draw(percents) if kind == "percent" else None,
        discount_amount=draw(decimals(0, max(int(gross) - 1, 0), 4)) if kind == "amount" else None,
        tax_rate=draw(percents),
        counted=draw(st.booleans()),
        unit_cost=draw(st.none() | prices),
        period=draw(st.none() | st.sampled_from(RecurringPeriod)),
    )


@given(lines(), units)
@example(LineInput(D(1), D("0.005")), 2)
@example(LineInput(D(1), D("-0.005")), 2)
@example(LineInput(D("9999999999999.999999"), D("0.0999")), 2)
# 28 digits, and the net is half a cent less a hair: one digit of precision less, and it is rounded up.
@example(LineInput(D("5758354.271939"), D("171766.2187"), D("12.3457")), 2)
@example(LineInput(D("0.000001"), D("999999999999999.9999"), D("33.3333"), tax_rate=D("7.7777")), 3)
def test_a_line_comes_to_what_fractions_say(line: LineInput, units: int) -> None:
    gross, net, tax = naive(line, units)
    totals = line_totals(line, units)
    assert (totals.gross, totals.net, totals.tax) == (gross, net, tax)
    assert (totals.discount, totals.total) == (gross - net, net + tax)


@given(lines(), units)
def test_amounts_are_whole_minor_units_and_never_minus_zero(line: LineInput, units: int) -> None:
    totals = line_totals(line, units)
    for amount in (totals.gross, totals.discount, totals.net, totals.tax, totals.total):
        assert amount.as_tuple().exponent == -units
        assert not (amount.is_zero() and amount.is_signed())
        assert Fraction(to_minor(amount, units), 10**units) == Fraction(amount)


@given(st.lists(lines(), max_size=8), units)
def test_a_quote_is_the_sum_of_its_counted_lines(many: list[LineInput], units: int) -> None:
    quote = quote_totals(many, units)
    counted = [line for line in many if line.counted]
    parts = [naive(line, units) for line in counted]
    assert quote.subtotal == sum(net for _, net, _ in parts)
    assert quote.discount == sum(gross - net for gross, net, _ in parts)
    assert quote.tax == sum(tax for _, _, tax in parts)
    assert quote.total == quote.subtotal + quote.tax
    costs = {period: naive_cost([line for line in counted if line.period == period], units) for period in PERIODS}
    assert quote.cost == naive_cost(counted, units)
    assert quote.one_off_cost == costs[None]
    assert quote.monthly_cost == costs[RecurringPeriod.MONTHLY]
    assert quote.quarterly_cost == costs[RecurringPeriod.QUARTERLY]
    assert quote.yearly_cost == costs[RecurringPeriod.YEARLY]
    assert (quote.cost or 0) == sum(cost for cost in costs.values() if cost is not None)


def cents(line: LineInput, places: int) -> tuple[int, int]:
    """Net and tax counted in minor units, with whole numbers only: written apart from the other two computations."""

    def half_up(numerator: int, denominator: int) -> int:
        sign = -1 if numerator < 0 else 1
        return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))

    def whole(value: Decimal, digits: int) -> int:
        return int(value.scaleb(digits))

    minor = 10**places
    exact = whole(line.quantity, 6) * whole(line.unit_price, 4)  # in 10^-10
    if line.discount_percent is not None:
        net = half_up(exact * (1_000_000 - whole(line.discount_percent, 4)) * minor, 10**16)
    else:
        off = whole(line.discount_amount, 4) if line.discount_amount is not None else 0
        net = half_up(exact * minor, 10**10) - half_up(off * minor, 10**4)
    return net, half_up(net * whole(line.tax_rate, 4), 10**6)


@given(st.lists(lines(), max_size=8), units, decimals(0, 1000, 2), percents)
def test_the_periods_and_the_delivery_add_up_to_the_subtotal(
    many: list[LineInput], units: int, charge: Decimal, rate: Decimal
) -> None:
    delivery = LineInput(D(1), charge, tax_rate=rate)
    quote = quote_totals([*many, delivery], units)
    nets = dict.fromkeys((None, *RecurringPeriod), 0)
    tax = 0
    for line in [*many, delivery]:
        if line.counted:
            net, its_tax = cents(line, units)
            nets[line.period] += net
            tax += its_tax
    assert to_minor(quote.one_off, units) == nets[None]
    assert to_minor(quote.monthly, units) == nets[RecurringPeriod.MONTHLY]
    assert to_minor(quote.quarterly, units) == nets[RecurringPeriod.QUARTERLY]
    assert to_minor(quote.yearly, units) == nets[RecurringPeriod.YEARLY]
    assert to_minor(quote.subtotal, units) == sum(nets.values())
    assert quote.one_off + quote.monthly + quote.quarterly + quote.yearly == quote.subtotal
    assert to_minor(quote.tax, units) == tax
    assert to_minor(quote.total, units) == sum(nets.values()) + tax


@given(st.lists(lines(), max_size=8), units, st.integers(2, 4))
def test_net_prices_and_one_rounding_line_say_the_subtotal_to_the_cent(
    many: list[LineInput], units: int, places: int
) -> None:
    """What a system is given that knows neither discounts nor our rounding."""
    counted = [line for line in many if line.counted]
    shown = rest = Fraction(0)
    for line in counted:
        price, remainder = net_unit_price(line_totals(line, units).net, line.quantity, places, units)
        shown += rounded(Fraction(price) * Fraction(line.quantity), units)
        rest += Fraction(remainder)
    assert shown + rest == Fraction(quote_totals(many, units).subtotal)


@given(lines(), units)
def test_a_credit_cancels_its_charge(line: LineInput, units: int) -> None:
    charge = LineInput(line.quantity, abs(line.unit_price), line.discount_percent, None, line.tax_rate)
    credit = LineInput(line.quantity, -abs(line.unit_price), line.discount_percent, None, line.tax_rate)
    assert quote_totals([charge, credit], units).total == 0
    assert line_totals(credit, units).net == -line_totals(charge, units).net


def test_the_callers_decimal_context_has_no_say() -> None:
    line = LineInput(D("1234567.891234"), D("98765.4321"), D("12.3456"), tax_rate=D("19"))
    expected = line_totals(line, 2)
    with decimal.localcontext(decimal.Context(prec=4, rounding=decimal.ROUND_DOWN)):
        assert line_totals(line, 2) == expected
        quote = quote_totals([line, line], 2)
        assert net_unit_price(D("1000000.01"), D(3), 4, 2) == (D("333333.3367"), D(0))
        assert to_minor(D("1234567.89"), 2) == 123456789
    assert (quote.subtotal, quote.tax, quote.total) == (2 * expected.net, 2 * expected.tax, 2 * expected.total)


def test_an_empty_quote_comes_to_nothing() -> None:
    quote = quote_totals([], 2)
    assert str(quote.total) == "0.00"
    assert quote.cost is None


GOOD = LineInput(D(2), D(10))
NAN, INFINITE = D("NaN"), D("Infinity")


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        (LineInput(D(-1), D(10)), "quantity", "negative"),
        (LineInput(NAN, D(10)), "quantity", "must be a number"),
        (LineInput(D("sNaN"), D(10)), "quantity", "must be a number"),
        (LineInput(D("1.0000001"), D(10)), "quantity", "at most 6 decimal places"),
        (LineInput(D("1E+13"), D(0)), "quantity", "too large"),
        (LineInput(D("1E+999999"), D(0)), "quantity", "too large"),
        (LineInput(D(10**11), D(10)), "quantity", "too large"),
        (LineInput(D(1), INFINITE), "unitPrice", "must be a number"),
        (LineInput(D(1), D("0.00001")), "unitPrice", "at most 4 decimal places"),
        (LineInput(D(1), D("1E-999999")), "unitPrice", "at most 4 decimal places"),
        (LineInput(D(2), D(10), discount_percent=D("-0.0001")), "discountPercent", "between 0 and 100"),
        (LineInput(D(2), D(10), discount_percent=D("100.0001")), "discountPercent", "between 0 and 100"),
        (LineInput(D(2), D(10), discount_percent=NAN), "discountPercent", "must be a number"),
        (LineInput(D(2), D(10), discount_amount=D(-1)), "discountAmount", "can't be negative"),
        (LineInput(D(2), D(10), discount_amount=D("20.01")), "discountAmount", "more than the line is worth (20.00)"),
        (LineInput(D(2), D(-10), discount_amount=D(1)), "discountAmount", "credit"),
        (LineInput(D(2), D(10), D(1), D(1)), "discountAmount", "one discount"),
        (LineInput(D(2), D(10), D(0), D(0)), "discountAmount", "one discount"),
        (LineInput(D(2), D(10), tax_rate=D(-1)), "taxRate", "between 0 and 100"),
        (LineInput(D(2), D(10), tax_rate=D(101)), "taxRate", "between 0 and 100"),
        (LineInput(D(2), D(10), unit_cost=NAN), "unitCost", "must be a number"),
        (LineInput(D(2), D(10), unit_cost=D(10**12)), "unitCost", "too large"),
    ],
)
def test_a_senseless_line_is_refused_by_name(line: LineInput, field: str, words: str) -> None:
    with pytest.raises(BadLine) as caught:
        line_totals(line, 2)
    assert caught.value.field == (field,)
    assert words in caught.value.message
    assert isinstance(caught.value, UserError)
    assert isinstance(caught.value, ValueError)
    with pytest.raises(BadLine) as caught:
        quote_totals([GOOD, line], 2)
    assert caught.value.field == ("lines", "1", field)


def test_a_line_that_does_not_count_must_make_sense_too() -> None:
    with pytest.raises(BadLine):
        quote_totals([LineInput(D(-1), D(1), counted=False)], 2)


def test_discounts_may_take_everything() -> None:
    assert line_totals(LineInput(D(2), D(10), discount_percent=D(100)), 2).total == 0
    assert line_totals(LineInput(D(2), D(10), discount_amount=D(20)), 2).total == 0
    # 0.005 is printed as 0.01, so 0.01 may be taken off.
    assert line_totals(LineInput(D(1), D("0.005"), discount_amount=D("0.01")), 2).net == 0


def test_trailing_zeros_are_no_decimal_places() -> None:
    assert line_totals(LineInput(D("1." + "0" * 60), D("2.50000000")), 2).net == D("2.50")


@given(decimals(-100_000, 100_000, 2), quantities, st.integers(0, 5))
@example(D("1.00"), D("3"), 2)
@example(D("0.05"), D("2"), 2)  # right between two prices
def test_a_net_price_is_as_near_as_any_and_the_remainder_says_the_rest(net: D, quantity: D, places: int) -> None:
    price, remainder = net_unit_price(net, quantity, places, 2)
    assert price.as_tuple().exponent == -places

    def left(candidate: Fraction) -> Fraction:
        return Fraction(net) - rounded(candidate * Fraction(quantity), 2)

    assert remainder == left(Fraction(price))
    if quantity == 0:
        assert (price, remainder) == (0, net)
        return
    step = Fraction(1, 10**places)
    middle = rounded(Fraction(net) / Fraction(quantity), places)
    assert abs(remainder) == min(abs(left(middle + steps * step)) for steps in range(-3, 4))
    assert abs(Fraction(price) - Fraction(net) / Fraction(quantity)) < step


def test_a_net_price_by_example() -> None:
    # 3 pieces for 1.00: no price of two places says it, one of four does (0.9999 is rounded to 1.00).
    assert net_unit_price(D("1.00"), D(3), 2, 2) == (D("0.33"), D("0.01"))
    assert net_unit_price(D("1.00"), D(3), 4, 2) == (D("0.3333"), D("0.00"))
    assert net_unit_price(D("2.00"), D(3), 2, 2) == (D("0.67"), D("-0.01"))
    assert net_unit_price(D("-1.00"), D(3), 2, 2) == (D("-0.33"), D("-0.01"))
    # 0.01 x 1.5 = 0.015 is rounded to 0.02, so nothing is left.
    assert net_unit_price(D("0.02"), D("1.5"), 2, 2) == (D("0.01"), D("0.00"))
    assert net_unit_price(D(100), D(3), 2, 0) == (D("33.33"), D(0))
    assert net_unit_price(D("7.50"), D(0), 2, 2) == (D("0.00"), D("7.50"))


def test_a_net_price_for_a_negative_quantity_is_refused() -> None:
    with pytest.raises(BadLine):
        net_unit_price(D(1), D(-1), 2, 2)


@pytest.mark.parametrize(
    ("currency", "places"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("XYZ", 2)]
)
def test_currencies_have_their_minor_units(currency: str, places: int) -> None:
    assert minor_units(currency) == places


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDX", "U$D", "ÜSD", "US "])
def test_what_is_no_currency_code_is_refused(currency: str) -> None:
    with pytest.raises(UserError, match="three capital letters"):
        minor_units(currency)


def test_minor_units_lose_nothing() -> None:
    assert to_minor(D("-12.34"), 2) == -1234
    assert to_minor(D("12"), 0) == 12
    assert to_minor(D("12.340000"), 3) == 12340
    for amount in (D("12.345"), NAN, INFINITE, D("1E+40")):
        with pytest.raises(UserError):
            to_minor(amount, 2)
