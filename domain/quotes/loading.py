"""Quotes, fetched with their sections and lines: locked, if they are to be changed. It judges no step."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from domain.context import Context
from domain.errors import NotFound
from domain.quotes import sections
from domain.quotes.models import Quote, QuoteLine, QuoteSection


async def locked(ctx: Context, quote_id: UUID) -> Quote:
    """As it is now, whatever the session has seen of it before."""
    quote = await ctx.session.get(Quote, quote_id, with_for_update=True, populate_existing=True, options=_parts())
    if quote is None:
        raise NotFound("There is no such quote.", field=("quoteId",))
    return quote


async def as_it_is(ctx: Context, quote_id: UUID) -> Quote:
    """To be read only."""
    quote = await ctx.session.get(Quote, quote_id, options=_parts())
    if quote is None:
        raise NotFound("There is no such quote.", field=("quoteId",))
    return quote


async def of_line(ctx: Context, line_id: UUID) -> tuple[Quote, QuoteLine]:
    """The quote that a line is part of, and the line."""
    quote_id = await ctx.session.scalar(select(QuoteLine.quote_id).where(QuoteLine.id == line_id))
    quote = await locked(ctx, quote_id) if quote_id else None
    line = next((line for line in quote.lines if line.id == line_id), None) if quote else None
    if quote is None or line is None:
        raise NotFound("There is no such quote line.", field=("lineId",))
    return quote, line


async def of_section(ctx: Context, section_id: UUID) -> tuple[Quote, QuoteSection]:
    """The quote that a section is part of, and the section."""
    quote_id = await ctx.session.scalar(select(QuoteSection.quote_id).where(QuoteSection.id == section_id))
    quote = await locked(ctx, quote_id) if quote_id else None
    if quote is None:
        raise NotFound("There is no such quote section.", field=("sectionId",))
    return quote, sections.of(quote, section_id)


def _parts() -> list[ORMOption]:
    return [selectinload(Quote.lines), selectinload(Quote.sections)]
