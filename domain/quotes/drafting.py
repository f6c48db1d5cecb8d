"""Putting a quote together: new sections and lines, lines that move, the sums. Loads no product and saves nothing."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from domain.errors import ErrorCode, UserError
from domain.money import minor_units, to_minor
from domain.pricing import delivery
from domain.pricing import lines as priced
from domain.pricing.lines import Products, Values
from domain.pricing.totals import LineInput, QuoteTotals, line_totals, quote_totals
from domain.quotes import lines as quote_lines
from domain.quotes import sections as quote_sections
from domain.quotes.models import Quote, QuoteLine, QuoteSection

MAX_LINES = 500


def append_section(
    quote: Quote, values: Values, products: Products, *, at: tuple[str, ...] = (), position: int | None = None
) -> None:
    try:
        own = {name: value for name, value in values.items() if name != "lines"}
        section = quote_sections.new(quote, own, position=position)
        append(quote, section, values.get("lines", ()), products)
    except UserError as error:
        raise error.under(*at) from None


def append(quote: Quote, section: QuoteSection | None, lines: Sequence[Values], products: Products) -> None:
    if len(quote.lines) + len(lines) > MAX_LINES:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"A quote has at most {MAX_LINES} lines.", ("lines",))
    if section is not None and lines:
        quote_sections.must_hold_lines(section, "lines")
    there = quote_sections.lines_of(quote, section)
    chosen: QuoteLine | None = None
    for index, values in enumerate(lines):
        line = QuoteLine(section_id=section.id if section else None)
        try:
            quote_lines.fill(line, values_of({}, values, products), quote.currency, at=())
            if section is not None:
                quote_sections.admit(section, line)
                if section.multi_choice and values.get("selected"):
                    if chosen is not None:
                        raise UserError(
                            ErrorCode.INVALID, f"Only one line of “{section.title}” can be selected.", ("selected",)
                        )
                    chosen = line
        except UserError as error:
            raise error.under("lines", str(index)) from None
        quote.lines.append(line)
    if section is not None and section.multi_choice and lines:
        together = quote_sections.lines_of(quote, section)
        if there:
            taken = next((line for line in there if line.selected), None)
        else:
            said = zip(together, lines, strict=True)
            taken = next((line for line, values in said if "selected" not in values), None)
        quote_sections.choose(together, chosen or taken)
    quote_sections.arrange(quote)


def values_of(before: Values, values: Values, products: Products) -> dict[str, Any]:
    """All values of a line, less where it stands."""
    return priced.combined(
        before, {name: value for name, value in values.items() if name not in ("section_id", "position")}, products
    )


def move(quote: Quote, line: QuoteLine, move: Values, *, selected: bool | None) -> bool:
    """Put the line where it shall stand, and see to the choice there. True when it stands elsewhere now."""
    before = line.section_id
    section_id = move.get("section_id", before)
    section = quote_sections.of(quote, section_id) if section_id else None
    arrives = section_id != before
    line.section_id = section_id
    rows = quote_sections.lines_of(quote, section)
    if section is not None:
        quote_sections.admit(section, line)
        if section.multi_choice and (selected or (arrives and len(rows) == 1)):
            quote_sections.choose(rows, line)
        elif section.multi_choice and arrives:
            quote_lines.take(line, False)
    stood = line.position
    if arrives or move.get("position") is not None:
        quote_sections.arrange(quote, moved=quote_sections.placed(line, rows, move.get("position")))
    return arrives or line.position != stood


def must_have_lines(quote: Quote) -> None:
    """Raises UserError for a quote that says nothing yet."""
    if not quote.lines:
        raise UserError(ErrorCode.INVALID, f"{quote.number} has no lines. Add one before it goes out.")


def sum_up(quote: Quote) -> None:
    """Say which lines count, and what the quote and its sections come to."""
    quote_sections.count(quote)
    units, carriage = minor_units(quote.currency), delivery.as_input(quote)
    inputs: dict[UUID | None, list[LineInput]] = defaultdict(list)
    for line in quote.lines:
        inputs[line.section_id].append(quote_lines.as_input(line))
    for section in quote.sections:
        _come_to(section, quote_totals(inputs.get(section.id, ()), units))
    totals = quote_totals([*chain.from_iterable(inputs.values()), carriage], units)
    _come_to(quote, totals)
    quote.delivery_tax = line_totals(carriage, units).tax
    quote.discount_total, quote.total_minor = totals.discount, to_minor(totals.total, units)


def _come_to(row: Quote | QuoteSection, totals: QuoteTotals) -> None:
    row.subtotal, row.tax_total, row.total = totals.subtotal, totals.tax, totals.total
    row.monthly_subtotal, row.quarterly_subtotal = totals.monthly, totals.quarterly
    row.yearly_subtotal = totals.yearly
    row.cost_total, row.one_off_cost, row.monthly_cost = totals.cost, totals.one_off_cost, totals.monthly_cost
    row.quarterly_cost, row.yearly_cost = totals.quarterly_cost, totals.yearly_cost
