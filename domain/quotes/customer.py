"""The customer's side of a quote: what the link shows, and the answers that it takes. Only its one quote is in reach.

Every sentence here is read by the customer, so none says what staff could do about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from domain import events
from domain.checks import required_text
from domain.context import Context
from domain.errors import Conflict, ImpossibleStep, NotFound
from domain.permissions import Permission, requires
from domain.quotes import answering, loading, offer, sent_versions
from domain.quotes.choices import Choice
from domain.quotes.lifecycle import QuoteStatus, Step, step
from domain.quotes.models import Quote
from domain.quotes.offer import Offer, OfferState
from domain.quotes.papers import QuoteVersion
from domain.versions import changed

_OVER = {
    OfferState.ACCEPTED: "This offer is accepted already.",
    OfferState.DECLINED: "This offer is declined already. Ask for a new one.",
}


@dataclass(frozen=True)
class Shown:
    """`ordinal`: the version that is shown, and that an answer is about.

    `accepted`: it with what was chosen, once it is accepted; from then on the quote doesn't change any more.
    """

    state: OfferState
    ordinal: int
    sent_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    content: Offer
    accepted: Offer | None


@requires(Permission.OFFER_ANSWER)
async def show(ctx: Context) -> Shown | None:
    """The version that was sent last; None before the first one."""
    quote = await loading.as_it_is(ctx, _quote_id(ctx))
    version = await sent_versions.latest(ctx, quote.id, undefer(QuoteVersion.content))
    if version is None:
        return None
    content, state = offer.load(version.content), _state(quote)
    return Shown(
        state=state,
        ordinal=version.ordinal,
        sent_at=version.sent_at,
        answered_at=quote.accepted_at or quote.declined_at,
        answered_by=quote.accepted_by or quote.declined_by,
        content=content,
        accepted=offer.accepted(content, quote) if state is OfferState.ACCEPTED else None,
    )


@requires(Permission.OFFER_ANSWER)
async def view(ctx: Context) -> None:
    """The customer has opened it. Said again, or of an offer that is answered or withdrawn, it changes nothing."""
    quote = await loading.locked(ctx, _quote_id(ctx))
    if quote.status != QuoteStatus.SENT:
        return
    quote.status = step(QuoteStatus(quote.status), Step.VIEW)
    quote.viewed_at = await ctx.session.scalar(select(func.now()))
    changed(quote)
    ctx.emit(events.QuoteViewed(quote.id))


@requires(Permission.OFFER_ANSWER)
async def accept(
    ctx: Context,
    *,
    ordinal: int,
    name: str,
    choices: Sequence[Choice] = (),
    customer_reference: str | None = None,
    address: str | None = None,
) -> None:
    """Yes to the version that was shown. `address`: where the answer came from, to be kept with it."""
    quote, version = await _asked(ctx)
    _must_be_open(quote, version, ordinal, late=True)
    by = required_text(name, 200, field="name")
    await answering.accept(ctx, quote, choices, by=by, customer_reference=customer_reference, address=address)


@requires(Permission.OFFER_ANSWER)
async def decline(
    ctx: Context, *, ordinal: int, name: str, reason: str | None = None, address: str | None = None
) -> None:
    """No to the version that was shown. An offer that has expired may still be declined."""
    quote, version = await _asked(ctx)
    _must_be_open(quote, version, ordinal, late=False)
    by = required_text(name, 200, field="name")
    await answering.decline(ctx, quote, by=by, reason=reason, address=address)


async def _asked(ctx: Context) -> tuple[Quote, QuoteVersion | None]:
    quote = await loading.locked(ctx, _quote_id(ctx))
    return quote, await sent_versions.latest(ctx, quote.id)


def _must_be_open(quote: Quote, version: QuoteVersion | None, ordinal: int, *, late: bool) -> None:
    """`late`: an offer that has expired can't be answered so any more."""
    state = _state(quote)
    if state in _OVER:
        raise ImpossibleStep(_OVER[state])
    if state is OfferState.WITHDRAWN or version is None or version.ordinal != ordinal:
        raise Conflict("This offer has changed since it was shown. Load the page again.", ("version",))
    if state is OfferState.EXPIRED and late:
        raise ImpossibleStep(f"This offer expired on {quote.expiry_date}. Ask for a new one.")


def _state(quote: Quote) -> OfferState:
    return offer.state(QuoteStatus(quote.status), expired=quote.expired)


def _quote_id(ctx: Context) -> UUID:
    if ctx.actor.quote_id is None:
        raise NotFound("Only the link to an offer leads to one.")
    return ctx.actor.quote_id
