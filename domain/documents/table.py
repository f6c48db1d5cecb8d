"""The table of lines, as text: its columns, its sections with their rows, and what each section comes to.

It doesn't lay them out, and adds up nothing but a section's nets.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from domain.documents import typed
from domain.documents.figures import Figures
from domain.documents.models import Discount, Line, Section
from domain.documents.words import Words
from domain.money import arithmetic
from domain.text import shorten

# Headings come again on every page.
_HEADING = 200
# Lines of text on all pages, some two hundred: what is typed without end must not fill the memory.
_MOST = 10_000
_GAP = 3
_NARROWEST = 10


class Table:
    """`columns` are headings; those of discount and tax are there only if some line has something to say in them.

    A figure is a list of short lines, so that a price can have its period below it.
    """

    def __init__(self, sections: Sequence[Section], figures: Figures, said: Words) -> None:
        self._figures = figures
        self._said = said
        lines = [line for section in sections for line in section.lines]
        self._with_discount = any(self._discount(line.discount) for line in lines)
        self._with_tax = any(line.tax_rate for line in lines)
        optional = {"discount": self._with_discount, "tax": self._with_tax}
        names = ["position", "title", "quantity", "unit_price", *(name for name, shown in optional.items() if shown)]
        self.columns = [said[name] for name in (*names, "net")]
        written = [self._written(line) for line in lines]
        room = self._room_for_words(written)
        said_of = self._said_of(lines, room)
        rows = iter([_row(*each, room) for each in zip(range(1, len(lines) + 1), lines, said_of, written, strict=True)])
        filled = [section for section in sections if section.lines]
        self.sections = [self._section(it, list(islice(rows, len(it.lines))), len(filled) > 1) for it in filled]

    def _said_of(self, lines: Sequence[Line], room: int) -> list[tuple[str, str]]:
        """Title and description of each line; their beginnings only, if all of them are too long to be printed."""
        said = [(typed.cleaned(line.title), typed.cleaned(line.description)) for line in lines]
        if sum(typed.height(*each, room=room) for each in said) <= _MOST:
            return said
        most = _MOST // (2 * len(lines))
        return [(typed.beginning(title, most, room), typed.beginning(text, most, room)) for title, text in said]

    def _written(self, line: Line) -> list[list[str]]:
        price = [self._figures.amount(line.unit_price)]
        if line.recurring_period:
            price.append(self._said[line.recurring_period])
        figures = [[self._figures.quantity(line.quantity)], price]
        if self._with_discount:
            figures.append(self._discount(line.discount))
        if self._with_tax:
            figures.append([self._figures.percent(line.tax_rate)])
        return [*figures, [self._figures.amount(line.net)]]

    def _discount(self, discount: Discount | None) -> list[str]:
        if discount and discount.percent:
            return [self._figures.percent(discount.percent)]
        return [self._figures.amount(discount.amount)] if discount and discount.amount else []

    def _section(self, section: Section, rows: list[dict[str, Any]], with_subtotal: bool) -> dict[str, Any]:
        title = shorten(typed.cleaned(section.title), _HEADING)
        with arithmetic():
            subtotal = sum((line.net for line in section.lines), Decimal(0))
        label = f"{self._said['subtotal']} {title}".strip()
        return {
            "title": title,
            "rows": rows,
            "subtotal": [label, self._figures.amount(subtotal)] if with_subtotal else None,
        }

    def _room_for_words(self, written: list[list[list[str]]]) -> int:
        """About how many characters a line of the titles' column has: what the figures leave."""
        columns = zip([[heading] for heading in self.columns[2:]], *written, strict=True)
        taken = sum(_GAP + max(len(line) for figure in column for line in figure) for column in columns)
        return max(_NARROWEST, typed.CHARACTERS_A_LINE - taken)


def _row(position: int, line: Line, said: tuple[str, str], figures: list[list[str]], room: int) -> dict[str, Any]:
    title, description = said
    notes = typed.each(line.part_number, line.discount.label if line.discount else None)
    return {
        "position": str(position),
        "title": title,
        "notes": notes,
        "description": description,
        "figures": figures,
        "divisible": not typed.is_short(title, *notes, description, room=room),
    }
