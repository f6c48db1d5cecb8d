"""Whole quotes put together in memory: what counts, and what it comes to, against a computation by hand in cents."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import uuid7
from domain.pricing import delivery
from domain.products.kinds import RecurringPeriod
from domain.quotes import drafting, sections
from domain.quotes.choices import Choice, apply
from domain.quotes.models import Quote, QuoteSection

UNITS = {"JPY": 0, "USD": 2, "KWD": 3}
Drafted = tuple[Quote, list[dict[str, Any]], list[dict[str, Any]]]


@st.composite
def lines(draw: st.DrawFn, *, optional: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "title": "x",
        "quantity": Decimal(draw(st.integers(1, 9_999))).scaleb(-2),
        "unit_price": Decimal(draw(st.integers(1, 9_999_999))).scaleb(-4),
        "tax_rate": Decimal(draw(st.sampled_from(["0", "7.7", "20"]))),
        "recurring_period": draw(st.none() | st.sampled_from(RecurringPeriod)),
    }
    if draw(st.booleans()):
        line["unit_cost"] = Decimal(draw(st.integers(0, 9_999_999))).scaleb(-4)
    if draw(st.booleans()):
        line["discount_percent"] = Decimal(draw(st.integers(0, 10_000))).scaleb(-2)
    if optional:
        line |= {"optional": draw(st.booleans()), "selected": draw(st.booleans())}
    return line


@st.composite
def drafts(draw: st.DrawFn) -> Drafted:
    """A quote, and what was said of its lines and sections."""
    quote = Quote(number="Q-1", currency=draw(st.sampled_from(list(UNITS))), lines=[], sections=[])
    charge = Decimal(draw(st.integers(0, 500)))
    delivery.fill(quote, {"amount": charge, "tax_rate": Decimal(20), "address": None})
    loose = draw(st.lists(lines(optional=True), max_size=4))
    drafting.append(quote, None, loose, {})
    said: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 3))):
        choice = draw(st.booleans())
        section = {
            "title": "s",
            "multi_choice": choice,
            "selected": draw(st.booleans()),
            "lines": draw(st.lists(lines(optional=not choice), max_size=4)),
        }
        drafting.append_section(quote, section, {})
        said.append(section)
    drafting.sum_up(quote)
    return quote, loose, said


def that_count(loose: list[dict[str, Any]], said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [line for line in loose if not (line["optional"] and not line["selected"])]
    for section in said:
        if section["selected"] and section["multi_choice"]:
            found += section["lines"][:1]
        elif section["selected"]:
            found += [line for line in section["lines"] if not (line["optional"] and not line["selected"])]
    return found


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def by_hand(line: dict[str, Any], places: int) -> tuple[int, int]:
    """Net and tax of a line in minor units, with whole numbers only."""
    kept = 10_000 - int(line.get("discount_percent", Decimal(0)) * 100)
    exact = int(line["quantity"] * 100) * int(line["unit_price"] * 10_000) * kept  # in 10^-10
    net = half_up(exact * 10**places, 10**10)
    return net, half_up(net * int(line["tax_rate"] * 10), 1000)


@given(drafts())
def test_a_quote_comes_to_what_its_counted_lines_and_delivery_do(drafted: Drafted) -> None:
    quote, loose, said = drafted
    places = UNITS[quote.currency]
    counted = that_count(loose, said)
    assert sum(line.counted for line in quote.lines) == len(counted)
    charge = int(quote.delivery_amount) * 10**places
    nets = dict.fromkeys((None, *RecurringPeriod), 0) | {None: charge}
    tax = half_up(charge * 20, 100)
    for line in counted:
        net, its_tax = by_hand(line, places)
        nets[line["recurring_period"]] += net
        tax += its_tax
    minor = Decimal(1).scaleb(-places)
    assert quote.one_off_subtotal == nets[None] * minor
    assert quote.monthly_subtotal == nets[RecurringPeriod.MONTHLY] * minor
    assert quote.quarterly_subtotal == nets[RecurringPeriod.QUARTERLY] * minor
    assert quote.yearly_subtotal == nets[RecurringPeriod.YEARLY] * minor
    assert quote.subtotal == sum(nets.values()) * minor
    assert (quote.tax_total, quote.total_minor) == (tax * minor, sum(nets.values()) + tax)
    kept = [line for line in quote.lines if line.counted]
    assert quote.subtotal == sum((line.net_total for line in kept), quote.delivery_amount)
    assert quote.total == quote.subtotal + quote.delivery_tax + sum(line.tax_total for line in kept)


def cost_by_hand(line: dict[str, Any], places: int) -> int:
    return half_up(int(line["quantity"] * 100) * int(line["unit_cost"] * 10_000) * 10**places, 10**6)


PERIODS: dict[str, RecurringPeriod | None] = {
    "one_off": None,
    "monthly": RecurringPeriod.MONTHLY,
    "quarterly": RecurringPeriod.QUARTERLY,
    "yearly": RecurringPeriod.YEARLY,
}


@given(drafts())
def test_a_section_comes_to_its_own_lines_that_count_and_the_sections_to_the_quote(drafted: Drafted) -> None:
    quote, loose, said = drafted
    places = UNITS[quote.currency]
    minor = Decimal(1).scaleb(-places)
    for section, values in zip(quote.sections, said, strict=True):
        counted = that_count([], [values])
        worth = [by_hand(line, places) for line in counted]
        assert section.subtotal == sum(net for net, _ in worth) * minor
        assert section.tax_total == sum(tax for _, tax in worth) * minor
        assert section.total == section.subtotal + section.tax_total
        check_figures(section, counted, places)
    everything = that_count(loose, said)
    check_figures(quote, everything, places, beside=quote.delivery_amount)
    outside = sum((line.net_total for line in quote.lines if line.counted and not line.section_id), Decimal(0))
    assert quote.subtotal == sum((one.subtotal for one in quote.sections), outside + quote.delivery_amount)


def check_figures(
    row: Quote | QuoteSection, counted: list[dict[str, Any]], places: int, *, beside: Decimal = Decimal(0)
) -> None:
    """Subtotals, costs and margins by period; `beside` is a one-off that is no line."""
    minor = Decimal(1).scaleb(-places)
    costs: list[Decimal] = []
    for name, period in PERIODS.items():
        lines = [line for line in counted if line["recurring_period"] == period]
        subtotal = sum(by_hand(line, places)[0] for line in lines) * minor + (beside if period is None else 0)
        assert getattr(row, f"{name}_subtotal") == subtotal
        known = [cost_by_hand(line, places) * minor for line in lines if "unit_cost" in line]
        cost = sum(known, Decimal(0)) if known else None
        assert getattr(row, f"{name}_cost") == cost
        assert getattr(row, f"{name}_margin") == (None if cost is None else subtotal - cost)
        costs += known
    assert row.cost_total == (sum(costs, Decimal(0)) if costs else None)
    assert row.margin == (None if not costs else row.subtotal - sum(costs))
    if not costs or row.subtotal == 0:
        assert row.margin_percent is None
    else:
        assert row.margin is not None
        assert row.margin_percent is not None
        share = Fraction(row.margin) / Fraction(row.subtotal) * 100
        assert abs(Fraction(row.margin_percent) - share) <= Fraction(1, 200)


@given(drafts(), st.data())
def test_whatever_is_moved_each_line_keeps_a_place_of_its_own(drafted: Drafted, data: st.DataObject) -> None:
    quote, _, _ = drafted
    for _ in range(3 if quote.lines else 0):
        line = data.draw(st.sampled_from(quote.lines))
        section = data.draw(st.none() | st.sampled_from(quote.sections)) if quote.sections else None
        if section is not None and section.multi_choice and line.optional:
            continue
        section_id = section.id if section else None
        drafting.move(quote, line, {"section_id": section_id, "position": data.draw(st.integers(1, 6))}, selected=None)
        positions = [one.position for one in quote.lines]
        assert positions == sorted(set(positions))
        order = [0 if one.section_id is None else sections.of(quote, one.section_id).position for one in quote.lines]
        assert order == sorted(order), "lines without a section, then section by section"


@given(drafts(), st.data())
def test_of_each_choice_the_customer_takes_exactly_one(drafted: Drafted, data: st.DataObject) -> None:
    quote, _, _ = drafted
    for line in quote.lines:
        line.id = uuid7()
    choosing = [s for s in quote.sections if s.multi_choice and s.selected and sections.lines_of(quote, s)]
    taken = [data.draw(st.sampled_from(sections.lines_of(quote, section))) for section in choosing]
    apply(quote, [Choice(line.id, selected=True) for line in taken])
    drafting.sum_up(quote)
    for section, line in zip(choosing, taken, strict=True):
        assert [one for one in sections.lines_of(quote, section) if one.counted] == [line]
