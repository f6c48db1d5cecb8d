"""The sections of a quote: what may stand in them, in which order lines stand, and which lines count. Loads nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from domain.checks import member_of, optional_text, required_text
from domain.errors import ErrorCode, NotFound, UserError
from domain.ids import uuid7
from domain.quotes.lines import take
from domain.quotes.models import Quote, QuoteLine, QuoteSection, SectionType
from domain.versions import changed

FIELDS = ("type", "title", "text", "multi_choice", "selected")
MOST = 100
Row = TypeVar("Row")


def new(quote: Quote, values: Mapping[str, Any], *, position: int | None = None) -> QuoteSection:
    """A section of the quote, still without lines."""
    if len(quote.sections) >= MOST:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"A quote has at most {MOST} sections.")
    # It has its id at once, so that its lines can name it.
    section = QuoteSection(id=uuid7(), type=SectionType.PRODUCTS.value, multi_choice=False, selected=True)
    _fill(section, {"title": None, **values}, [])
    number(placed(section, quote.sections, position))
    quote.sections.append(section)
    return section


def edit(quote: Quote, section: QuoteSection, values: Mapping[str, Any]) -> None:
    """Change a section. One that becomes multi-choice selects its first line."""
    before = {name: getattr(section, name) for name in (*FIELDS, "position")}
    lines = lines_of(quote, section)
    _fill(section, {name: value for name, value in values.items() if name != "position"}, lines)
    if section.multi_choice and not before["multi_choice"] and lines:
        choose(lines, lines[0])
    if values.get("position") is not None:
        number(placed(section, quote.sections, values["position"]))
        arrange(quote)
    if before != {name: getattr(section, name) for name in before}:
        changed(section)


def of(quote: Quote, section_id: UUID) -> QuoteSection:
    for section in quote.sections:
        if section.id == section_id:
            found: QuoteSection = section
            return found
    raise NotFound("This quote has no such section.", field=("sectionId",))


def lines_of(quote: Quote, section: QuoteSection | None) -> list[QuoteLine]:
    """The lines of a section, or those that stand in none."""
    return [line for line in quote.lines if line.section_id == (section.id if section else None)]


def admit(section: QuoteSection, line: QuoteLine) -> None:
    """Raises UserError for a line that can't stand in that section."""
    must_hold_lines(section, "sectionId")
    if section.multi_choice and line.optional:
        raise UserError(
            ErrorCode.INVALID,
            f"The customer takes exactly one line of “{section.title}”, so “{line.title}” can't be optional there.",
            ("optional",),
        )


def must_hold_lines(section: QuoteSection, field: str) -> None:
    """Raises UserError, about `field`, for a section of text."""
    if section.type == SectionType.TEXT:
        message = f"“{section.title}” is a section of text: it has no lines. Choose another."
        raise UserError(ErrorCode.INVALID, message, (field,))


def choose(lines: Sequence[QuoteLine], chosen: QuoteLine | None) -> None:
    """Of these lines the customer takes this one."""
    for line in lines:
        take(line, line is chosen)


def placed(row: Row, rows: list[Row], position: int | None) -> list[Row]:
    """The rows in order, `row` at its place counted from 1; at the end if none is given or there are not as many."""
    if position is not None and position < 1:
        raise UserError(ErrorCode.INVALID, "position is counted from 1.", ("position",))
    others: list[Row] = [other for other in rows if other is not row]
    index = len(others) if position is None else position - 1
    return [*others[:index], row, *others[index:]]


def number(sections: Sequence[QuoteSection]) -> None:
    for position, section in enumerate(sections, start=1):
        section.position = position


def arrange(quote: Quote, *, moved: Sequence[QuoteLine] = ()) -> None:
    """Number the lines in reading order: those without a section, then section by section.

    `moved` are the lines of one section in a new order. A number changes only where it has to grow: each that changes
    is a write elsewhere too.
    """
    quote.sections.sort(key=lambda section: section.position)
    place, last = {line: index for index, line in enumerate(moved)}, 0
    for section in (None, *quote.sections):
        for line in sorted(lines_of(quote, section), key=lambda line: place.get(line, 0)):
            if not line.position or line.position <= last:
                line.position = last + 1
            last = line.position
    quote.lines.sort(key=lambda line: line.position)


def count(quote: Quote) -> None:
    """Say of each line whether it is part of the totals."""
    by_id = {section.id: section for section in quote.sections}
    for line in quote.lines:
        section = by_id[line.section_id] if line.section_id else None
        if section is not None and (section.multi_choice or not section.selected):
            line.counted = section.selected and line.selected
        else:
            line.counted = line.selected or not line.optional


def _fill(section: QuoteSection, values: Mapping[str, Any], lines: Sequence[QuoteLine]) -> None:
    for name, value in values.items():
        if name not in FIELDS:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        if name == "type":
            section.type = member_of(SectionType, value, field="type").value
        elif name == "title":
            section.title = required_text(value, 200, field="title")
        elif name == "text":
            section.text = optional_text(value, 10_000, field="text")
        else:
            setattr(section, name, bool(value))
    if section.type != SectionType.TEXT:
        if section.text:
            raise UserError(ErrorCode.INVALID, "Only a section of the type TEXT has a text.", ("text",))
    elif section.multi_choice:
        raise UserError(ErrorCode.INVALID, "A section of text has no lines to choose from.", ("multiChoice",))
    elif lines:
        raise UserError(
            ErrorCode.INVALID, f"“{section.title}” has lines: move or remove them before it becomes text.", ("type",)
        )
    optional = next((line for line in lines if line.optional), None)
    if section.multi_choice and optional is not None:
        raise UserError(
            ErrorCode.INVALID,
            f"“{optional.title}” is optional, and of a multi-choice section the customer takes exactly one line:"
            " make it not optional first.",
            ("multiChoice",),
        )
