"""The customer's link to a quote: made, shown again, taken back. What it opens is `customer.py`."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from domain.access.models import OfferLink
from domain.access.tokens import hint, new_token, token_hash
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.ids import uuid7
from domain.permissions import Permission, requires
from domain.quotes import loading
from domain.secrets import Keyring


@requires(Permission.QUOTES_WRITE)
async def create(ctx: Context, quote_id: UUID, values: Mapping[str, datetime | None]) -> OfferLink:
    """The quote's one link. Where there is one that works it stays: it is in mails already.

    `expires_at` among the values says when it ends; None: not before it is revoked, like a new one of which nothing is
    said.
    """
    quote = await loading.locked(ctx, quote_id)  # so that two at once make one
    now = (await ctx.session.execute(select(func.now()))).scalar_one()
    expires_at = values.get("expires_at")
    if expires_at is not None and expires_at <= now:
        raise UserError(ErrorCode.INVALID, "expiresAt must lie in the future.", ("expiresAt",))
    link = await ctx.session.scalar(_working(quote.id))
    if link is not None:
        link.expires_at = values.get("expires_at", link.expires_at)
        return link
    token, id = new_token(), uuid7()
    link = OfferLink(
        id=id,
        name=quote.number,
        quote_id=quote.id,
        hash=token_hash(token),
        hint=hint(token),
        scopes=[],
        expires_at=expires_at,
        sealed=ctx.keyring.seal(token, tenant=ctx.tenant_id, table="credential", row=id),
    )
    ctx.session.add(link)
    return link


@requires(Permission.QUOTES_WRITE)
async def revoke(ctx: Context, quote_id: UUID) -> None:
    """From now on it opens nothing, for good; the next one is a new one."""
    quote = await loading.locked(ctx, quote_id)
    link = await ctx.session.scalar(_working(quote.id))
    if link is None:
        raise NotFound(f"{quote.number} has no link that works.", ("quoteId",))
    link.revoked_at, link.sealed = await ctx.session.scalar(select(func.now())), None


def token_of(keyring: Keyring, link: OfferLink) -> str:
    """The token itself, of a link that has not been revoked."""
    if link.sealed is None:
        raise ValueError("a revoked link has no token any more")
    return keyring.open(link.sealed, tenant=link.tenant_id, table="credential", row=link.id)


def _working(quote_id: UUID) -> Select[OfferLink]:
    return select(OfferLink).where(
        OfferLink.quote_id == quote_id,
        OfferLink.revoked_at.is_(None),
        or_(OfferLink.expires_at.is_(None), OfferLink.expires_at > func.now()),
    )
