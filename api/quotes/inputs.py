"""What mutations of quotes take. Input shapes only: what is acceptable in them is for the service to say."""

from datetime import date
from decimal import Decimal

import strawberry

UNSET = strawberry.UNSET
_VERSION = "The version of the quote that you saw: a newer one is not changed."


@strawberry.input(description="A new line.")
class QuoteLineInput:
    title: str = strawberry.field(description="What is offered, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    quantity: Decimal | None = strawberry.field(default=UNSET, description="How many; 1 if not said.")
    unit_price: Decimal = strawberry.field(description="The price of one, before discount and tax.")
    unit_cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    discount_percent: Decimal | None = strawberry.field(default=UNSET, description="The discount in percent, 0 to 100.")
    discount_amount: Decimal | None = strawberry.field(default=UNSET, description="The discount off the whole line.")
    tax_rate: Decimal | None = strawberry.field(
        default=UNSET, description="The tax in percent, 0 to 100; none if not said."
    )
    optional: bool | None = strawberry.field(default=UNSET, description="Whether the customer may leave it out.")
    selected: bool | None = strawberry.field(
        default=UNSET, description="Whether an optional line is taken; yes if not said."
    )


@strawberry.input(description="A new quote.")
class CreateQuoteInput:
    organization_id: strawberry.ID = strawberry.field(description="Who it is for.")
    title: str = strawberry.field(description="What it is about, at most 200 characters.")
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The person it is for.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The employee who looks after it; that of the token if not said."
    )
    expiry_date: date | None = strawberry.field(default=UNSET, description="The last day on which it can be accepted.")
    private_note: str | None = strawberry.field(default=UNSET, description="A note that the customer never sees.")
    lines: list[QuoteLineInput] = strawberry.field(default_factory=list, description="What is offered, in order.")


@strawberry.input(description="What to change of a quote. What is left out stays; null empties it.")
class UpdateQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    title: str | None = strawberry.field(default=UNSET, description="What it is about, at most 200 characters.")
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The person it is for.")
    owner_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The employee who looks after it.")
    expiry_date: date | None = strawberry.field(default=UNSET, description="The last day on which it can be accepted.")
    private_note: str | None = strawberry.field(default=UNSET, description="A note that the customer never sees.")


@strawberry.input(description="Lines to put at the end of a quote.")
class AddQuoteLinesInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    lines: list[QuoteLineInput] = strawberry.field(description="The lines, in order.")


@strawberry.input(description="What to change of a line. What is left out stays; null empties it.")
class UpdateQuoteLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    title: str | None = strawberry.field(default=UNSET, description="What is offered, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    quantity: Decimal | None = strawberry.field(default=UNSET, description="How many.")
    unit_price: Decimal | None = strawberry.field(
        default=UNSET, description="The price of one, before discount and tax."
    )
    unit_cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    discount_percent: Decimal | None = strawberry.field(default=UNSET, description="The discount in percent, 0 to 100.")
    discount_amount: Decimal | None = strawberry.field(default=UNSET, description="The discount off the whole line.")
    tax_rate: Decimal | None = strawberry.field(default=UNSET, description="The tax in percent, 0 to 100.")
    optional: bool | None = strawberry.field(default=UNSET, description="Whether the customer may leave it out.")
    selected: bool | None = strawberry.field(default=UNSET, description="Whether an optional line is taken.")


@strawberry.input(description="A line to take out of its quote.")
class RemoveQuoteLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A quote to send.")
class SendQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")


@strawberry.input(description="Whether the customer takes an optional line.")
class QuoteChoiceInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    selected: bool = strawberry.field(description="Whether it is taken.")


@strawberry.input(description="The customer's yes.")
class AcceptQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    choices: list[QuoteChoiceInput] = strawberry.field(
        default_factory=list, description="Which optional lines are taken; the others stay as they are selected."
    )
    accepted_by: str | None = strawberry.field(default=None, description="Who said yes, at most 200 characters.")
    customer_reference: str | None = strawberry.field(
        default=None, description="The customer's own number for the order, at most 100 characters."
    )


@strawberry.input(description="The customer's no.")
class DeclineQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    reason: str | None = strawberry.field(default=None, description="Why, at most 2,000 characters.")
