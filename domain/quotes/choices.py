"""What the customer chooses on acceptance: optional lines, one line of each multi-choice section, quantities."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.checks import decimal_in
from domain.errors import ErrorCode, NotFound, UserError
from domain.quotes import lines as quote_lines
from domain.quotes import sections
from domain.quotes.models import Quote, QuoteLine, QuoteSection
from domain.versions import changed


@dataclass(frozen=True)
class Choice:
    """About one line; what is None stays as it is."""

    line_id: UUID
    selected: bool | None = None
    quantity: Decimal | None = None


def apply(quote: Quote, choices: Sequence[Choice]) -> None:
    """Make the choices. Raises UserError for one that isn't offered, and when a choice that must be made is missing."""
    lines = {line.id: line for line in quote.lines}
    by_id = {section.id: section for section in quote.sections}
    seen: set[UUID] = set()
    chosen: set[UUID | None] = set()
    for index, choice in enumerate(choices):
        try:
            line = lines.get(choice.line_id)
            if line is None:
                raise NotFound(f"{quote.number} has no such line.", field=("lineId",))
            if line.id in seen:
                raise UserError(ErrorCode.INVALID, "This line is chosen twice.", ("lineId",))
            seen.add(line.id)
            section = by_id.get(line.section_id) if line.section_id else None
            if section is not None and not section.selected:
                raise UserError(
                    ErrorCode.INVALID, f"“{line.title}” is not offered: “{section.title}” is not selected.", ("lineId",)
                )
            if choice.selected is not None:
                if choice.selected and section is not None and section.multi_choice:
                    if section.id in chosen:
                        raise _exactly_one(section, "selected")
                    chosen.add(section.id)
                _select(quote, line, section, choice.selected)
            if choice.quantity is not None and choice.quantity != line.quantity:
                _resize(quote, line, choice.quantity)
        except UserError as error:
            raise error.under("choices", str(index)) from None
    _check_each_is_made(quote)


def _select(quote: Quote, line: QuoteLine, section: QuoteSection | None, selected: bool) -> None:
    if section is not None and section.multi_choice:
        if selected:
            sections.choose(sections.lines_of(quote, section), line)
        else:
            quote_lines.take(line, False)
    elif line.optional or selected:
        quote_lines.take(line, selected)
    else:
        raise UserError(ErrorCode.INVALID, f"“{line.title}” is not optional, so it can't be left out.", ("selected",))


def _resize(quote: Quote, line: QuoteLine, quantity: Decimal) -> None:
    if not line.quantity_editable:
        raise UserError(
            ErrorCode.INVALID, f"The quantity of “{line.title}” is fixed: {line.quantity.normalize():f}.", ("quantity",)
        )
    if quantity <= 0:
        raise UserError(ErrorCode.INVALID, f"The quantity of “{line.title}” must be more than 0.", ("quantity",))
    line.quantity = decimal_in(quantity, field="quantity", places=6)
    try:
        quote_lines.add_up(line, quote.currency)
    except UserError as error:  # a discount that is more than the line is worth now, too large a sum
        error.field = ("quantity",)
        raise
    changed(line)


def _check_each_is_made(quote: Quote) -> None:
    for section in quote.sections:
        lines = sections.lines_of(quote, section)
        if section.multi_choice and section.selected and lines and sum(line.selected for line in lines) != 1:
            raise _exactly_one(section, "choices")


def _exactly_one(section: QuoteSection, field: str) -> UserError:
    return UserError(ErrorCode.INVALID, f"Choose exactly one line of “{section.title}”.", (field,))
