"""What went out to customers: a version for each time that a quote was sent after an edit. None is ever changed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.interfaces import ORMOption

from domain.context import Context
from domain.organizations.models import Contact, Organization
from domain.quotes import offer
from domain.quotes.models import Quote
from domain.quotes.offer import Offer
from domain.quotes.papers import QuoteVersion


async def keep(ctx: Context, quote: Quote) -> None:
    """The quote as it goes out now. It is locked, so two of its versions never take one ordinal."""
    before = await latest(ctx, quote.id)
    content = await as_offer(ctx, quote)
    ctx.session.add(
        QuoteVersion(
            quote_id=quote.id,
            ordinal=before.ordinal + 1 if before else 1,
            sent_at=quote.sent_at,
            sent_by=ctx.actor.name,
            currency=quote.currency,
            total=quote.total,
            content=offer.dump(content),
        )
    )


async def latest(ctx: Context, quote_id: UUID, *options: ORMOption) -> QuoteVersion | None:
    statement = select(QuoteVersion).where(QuoteVersion.quote_id == quote_id).order_by(QuoteVersion.ordinal.desc())
    return await ctx.session.scalar(statement.limit(1).options(*options))


async def as_offer(ctx: Context, quote: Quote) -> Offer:
    """What the customer would see of the quote as it is now."""
    organization = await ctx.session.get_one(Organization, quote.organization_id)
    contact = await ctx.session.get_one(Contact, quote.contact_id) if quote.contact_id else None
    return offer.of(
        quote, organization_name=organization.name, contact_name=contact.full_name if contact is not None else None
    )
