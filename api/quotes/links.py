"""The link to a quote that a customer gets: made and revoked by staff. What the customer does there is `answers`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, given, mutation, record
from api.node import uuid_of
from domain.access import models as access
from domain.permissions import Permission
from domain.quotes import links, models

if TYPE_CHECKING:
    from api.quotes.types import Quote


def _token(row: strawberry.Parent[access.OfferLink], info: Info) -> str:
    return links.token_of(info.context.database.keyring, row)


def _url(row: strawberry.Parent[access.OfferLink], info: Info) -> str | None:
    address = info.context.offer_url
    return address.replace("{token}", links.token_of(info.context.database.keyring, row)) if address else None


@strawberry.type(description="A customer's link to one quote. Whoever has it sees the offer, and may answer it.")
class OfferLink:
    # Who may answer for the customer anyway.
    reads: ClassVar[Permission] = Permission.QUOTES_WRITE

    token: str = strawberry.field(
        resolver=_token, description="What the customer's page asks with: `Authorization: Bearer …`."
    )
    url: str | None = strawberry.field(
        resolver=_url, description="The address of the customer's page; empty where OFFER_URL doesn't say where it is."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="From when on it opens nothing; empty: no such day.")
    last_used_at: datetime | None = strawberry.field(
        description="When the customer was there last, to the minute; empty: never."
    )


async def offer_link(row: strawberry.Parent[Any], info: Info) -> Any:
    """The link of a quote that works."""
    found = await info.context.loaders.children(access.OfferLink.quote_id, row.id)
    now = datetime.now(UTC)
    working = (link for link in found if link.revoked_at is None and (link.expires_at is None or link.expires_at > now))
    return next(working, None)


async def _of_payload(payload: strawberry.Parent[Any], info: Info) -> Any:
    quote = await info.context.loaders.row(models.Quote, payload.quote_id)
    return await offer_link(quote, info) if quote is not None else None


@strawberry.input(description="The link to make.")
class CreateOfferLinkInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="From when on the link opens nothing. If not said, that stays as it is; a new link, and one with"
        " null, is good until it is revoked.",
    )


@strawberry.type(description="The outcome of `createOfferLink`.")
class CreateOfferLinkPayload(Payload):
    quote_id: strawberry.Private[UUID | None] = None

    offer_link: OfferLink | None = strawberry.field(resolver=_of_payload, description="The link.")
    quote: Annotated["Quote", strawberry.lazy("api.quotes.types")] | None = record(
        models.Quote, "quote_id", "The quote as it is now."
    )


@mutation(
    links.create,
    "Makes the customer's link to a quote. A quote has one: where one works already it stays the same.",
)
async def create_offer_link(
    info: Info, input: Annotated[CreateOfferLinkInput, strawberry.argument(description="To what.")]
) -> CreateOfferLinkPayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await links.create(ctx, id, given(input, "expires_at"))
    return CreateOfferLinkPayload(quote_id=id)


@strawberry.input(description="The link to revoke.")
class RevokeOfferLinkInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")


@strawberry.type(description="The outcome of `revokeOfferLink`.")
class RevokeOfferLinkPayload(Payload):
    quote_id: strawberry.Private[UUID | None] = None

    quote: Annotated["Quote", strawberry.lazy("api.quotes.types")] | None = record(
        models.Quote, "quote_id", "The quote as it is now."
    )


@mutation(links.revoke, "Makes the customer's link useless, for good, within five seconds.")
async def revoke_offer_link(
    info: Info, input: Annotated[RevokeOfferLinkInput, strawberry.argument(description="Which.")]
) -> RevokeOfferLinkPayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await links.revoke(ctx, id)
    return RevokeOfferLinkPayload(quote_id=id)
