"""The customer's page: one quote, seen and answered with the token of its link. That token opens nothing else."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import strawberry

from api.context import Info
from api.mutations import Payload, mutation
from api.node import uuid_of
from api.quotes.enums import OfferState
from api.quotes.inputs import QuoteChoiceInput
from api.quotes.offers import Offer
from domain.permissions import Permission
from domain.quotes import customer
from domain.quotes.choices import Choice

_SHOWN = "The `version` that was shown: if there is a newer one, nothing is done and the page is to be loaded again."
_NAME = "Who answers, at most 200 characters. Time and network address are kept with it."


@strawberry.type(description="An offer as the link to it shows it.")
class ShownOffer:
    reads: ClassVar[None] = None
    has_records: ClassVar[bool] = True

    state: OfferState = strawberry.field(description="How it stands.")
    ordinal: int = strawberry.field(name="version", description="Which version is shown: an answer names it.")
    sent_at: datetime = strawberry.field(description="When this version was sent.")
    answered_at: datetime | None = strawberry.field(description="When it was accepted or declined.")
    answered_by: str | None = strawberry.field(description="Who accepted or declined it.")
    content: Offer = strawberry.field(description="What is offered, as it was sent.")
    accepted: Offer | None = strawberry.field(
        description="What was taken of it: `content` with the choices and quantities of the yes, and what these come"
        " to. Empty before it is accepted."
    )


async def _shown(info: Info) -> Any:
    async with info.context.read() as ctx:
        return await customer.show(ctx)


async def _as_it_is_now(payload: strawberry.Parent[Any], info: Info) -> Any:
    return None if payload.user_errors else await _shown(info)


OFFER = strawberry.field(
    resolver=_shown,
    graphql_type=ShownOffer | None,
    description="For the token of a customer's link: the offer that it leads to, as it was sent last. Empty before it"
    " is sent for the first time.",
    metadata={"reads": Permission.OFFER_ANSWER},
)


@strawberry.type(description="The outcome for an offer.")
class OfferPayload(Payload):
    offer: ShownOffer | None = strawberry.field(resolver=_as_it_is_now, description="The offer as it is now.")


@strawberry.type(description="The outcome of `viewOffer`.")
class ViewOfferPayload(OfferPayload):
    pass


@strawberry.type(description="The outcome of `acceptOffer`.")
class AcceptOfferPayload(OfferPayload):
    pass


@strawberry.type(description="The outcome of `declineOffer`.")
class DeclineOfferPayload(OfferPayload):
    pass


@mutation(
    customer.view,
    "With the token of a customer's link: the customer has opened the offer. Said again it changes nothing.",
)
async def view_offer(info: Info) -> ViewOfferPayload:
    async with info.context.transaction() as ctx:
        await customer.view(ctx)
    return ViewOfferPayload()


@strawberry.input(description="The customer's yes, given by the link.")
class AcceptOfferInput:
    version: int = strawberry.field(description=_SHOWN)
    name: str = strawberry.field(description=_NAME)
    choices: list[QuoteChoiceInput] = strawberry.field(
        default_factory=list, description="What is chosen, each line once; the others are taken as they are shown."
    )
    customer_reference: str | None = strawberry.field(
        default=None, description="The customer's own number for the order, at most 100 characters."
    )


@mutation(
    customer.accept,
    "With the token of a customer's link: the customer says yes, and the order is made. A second yes makes no second"
    " order.",
)
async def accept_offer(
    info: Info, input: Annotated[AcceptOfferInput, strawberry.argument(description="The customer's answer.")]
) -> AcceptOfferPayload:
    chosen = choices_of(input.choices)
    async with info.context.transaction() as ctx:
        await customer.accept(
            ctx,
            ordinal=input.version,
            name=input.name,
            choices=chosen,
            customer_reference=input.customer_reference,
            address=info.context.client_address,
        )
    return AcceptOfferPayload()


@strawberry.input(description="The customer's no, given by the link.")
class DeclineOfferInput:
    version: int = strawberry.field(description=_SHOWN)
    name: str = strawberry.field(description=_NAME)
    reason: str | None = strawberry.field(default=None, description="Why, at most 2,000 characters.")


@mutation(customer.decline, "With the token of a customer's link: the customer says no.")
async def decline_offer(
    info: Info, input: Annotated[DeclineOfferInput, strawberry.argument(description="The customer's answer.")]
) -> DeclineOfferPayload:
    async with info.context.transaction() as ctx:
        await customer.decline(
            ctx,
            ordinal=input.version,
            name=input.name,
            reason=input.reason,
            address=info.context.client_address,
        )
    return DeclineOfferPayload()


def choices_of(given: list[QuoteChoiceInput]) -> list[Choice]:
    return [
        Choice(uuid_of(choice.line_id, "QuoteLine", "choices", str(place), "lineId"), choice.selected, choice.quantity)
        for place, choice in enumerate(given)
    ]
