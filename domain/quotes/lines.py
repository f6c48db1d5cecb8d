"""One quote line: what the customer may choose about it. It knows nothing of the quote around it.

What it shares with any priced line is `domain.pricing.lines`.
"""

from collections.abc import Mapping
from typing import Any

from domain.errors import UserError
from domain.pricing import lines as priced
from domain.pricing.totals import LineInput
from domain.quotes.models import QuoteLine
from domain.versions import changed

FIELDS = (*priced.FIELDS, "quantity_editable", "optional", "selected")


def values_of(line: QuoteLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in (*priced.OF_PRODUCT, *FIELDS)}


def as_input(line: QuoteLine) -> LineInput:
    return priced.as_input(line, counted=line.counted)


def fill(line: QuoteLine, values: Mapping[str, Any], currency: str, *, at: tuple[str, ...]) -> None:
    """Check and set a whole line and its totals. `at` is where the line stands in the caller's input."""
    try:
        priced.known(values, *FIELDS)
        priced.fill(line, values)
        line.quantity_editable = bool(values.get("quantity_editable", False))
        line.optional = bool(values.get("optional", False))
        line.selected = bool(values.get("selected", True))
        line.counted = line.selected or not line.optional  # until the quote around it says otherwise
        add_up(line, currency)
    except UserError as error:
        raise error.under(*at) from None


def add_up(line: QuoteLine, currency: str) -> None:
    priced.add_up(line, currency)


def take(line: QuoteLine, selected: bool) -> None:
    """Select a line or not. A new line has no version to count yet."""
    if line.selected != selected:
        line.selected = selected
        if line.version is not None:
            changed(line)
