"""What mutations of quotes take. Input shapes only: what is acceptable in them is for the service to say."""

from datetime import date
from decimal import Decimal

import strawberry

from api.quotes.delivery import DeliveryInput
from api.quotes.enums import SectionType
from domain.products.kinds import RecurringPeriod

UNSET = strawberry.UNSET
_VERSION = "The version of the quote that you saw: a newer one is not changed."
_SEEN = "The version of the quote that was shown: if it has changed since, nothing is done."
_SECTION_TEXT = "The text of a section of the type TEXT, at most 10,000 characters."


@strawberry.input(
    description="A new line. With a product it takes from that what is not said here; else it needs title and price."
)
class QuoteLineInput:
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The product; free text if not said. Its part number is kept as it is now."
    )
    title: str | None = strawberry.field(default=UNSET, description="What is offered, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    quantity: Decimal | None = strawberry.field(default=UNSET, description="How many; 1 if not said.")
    quantity_editable: bool | None = strawberry.field(
        default=UNSET, description="Whether the customer may change the quantity on acceptance; no if not said."
    )
    unit_price: Decimal | None = strawberry.field(
        default=UNSET, description="The price of one, before discount and tax."
    )
    unit_cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    discount_percent: Decimal | None = strawberry.field(default=UNSET, description="The discount in percent, 0 to 100.")
    discount_amount: Decimal | None = strawberry.field(default=UNSET, description="The discount off the whole line.")
    tax_rate: Decimal | None = strawberry.field(
        default=UNSET, description="The tax in percent, 0 to 100; none if not said."
    )
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; as the product says, else once."
    )
    recurring_cycles: int | None = strawberry.field(
        default=UNSET, description="How many times a recurring line is billed, 1 to 120; without end if not said."
    )
    optional: bool | None = strawberry.field(default=UNSET, description="Whether the customer may leave it out.")
    selected: bool | None = strawberry.field(
        default=UNSET,
        description="Whether an optional line is taken; yes if not said. In a multi-choice section: whether it is the"
        " one that is taken; if none is said to be, the first one of which nothing is said.",
    )


@strawberry.input(description="A new section.")
class QuoteSectionInput:
    type: SectionType = strawberry.field(default=SectionType.PRODUCTS, description="What it holds.")
    title: str = strawberry.field(description="Its heading, at most 200 characters.")
    text: str | None = strawberry.field(default=UNSET, description=_SECTION_TEXT)
    multi_choice: bool = strawberry.field(
        default=False, description="Whether the customer takes exactly one of its lines."
    )
    selected: bool = strawberry.field(default=True, description="Whether it counts at all.")
    lines: list[QuoteLineInput] = strawberry.field(default_factory=list, description="What is offered, in order.")


@strawberry.input(description="What a new quote and a changed one take alike.")
class _QuoteFields:
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The person it is for.")
    expiry_date: date | None = strawberry.field(default=UNSET, description="The last day on which it can be accepted.")
    private_note: str | None = strawberry.field(default=UNSET, description="A note that the customer never sees.")


@strawberry.input(description="A new quote.")
class CreateQuoteInput(_QuoteFields):
    organization_id: strawberry.ID = strawberry.field(description="Who it is for.")
    title: str = strawberry.field(description="What it is about, at most 200 characters.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The employee who looks after it; that of the token if not said."
    )
    delivery: DeliveryInput | None = strawberry.field(default=UNSET, description="What delivery costs, and where to.")
    lines: list[QuoteLineInput] = strawberry.field(
        default_factory=list, description="What is offered outside of any section, in order: it stands first."
    )
    sections: list[QuoteSectionInput] = strawberry.field(default_factory=list, description="Its sections, in order.")
    template_id: strawberry.ID | None = strawberry.field(
        default=None, description="A template to begin with: `lines` and `sections` follow what it holds."
    )
    current_prices: bool = strawberry.field(
        default=False,
        description="Whether the products of the template cost what they cost today; else what they did when it was"
        " saved. Free text keeps its price.",
    )


@strawberry.input(description="What to change of a quote. What is left out stays; null empties it.")
class UpdateQuoteInput(_QuoteFields):
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    title: str | None = strawberry.field(default=UNSET, description="What it is about, at most 200 characters.")
    owner_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The employee who looks after it.")
    delivery: DeliveryInput | None = strawberry.field(
        default=UNSET, description="What delivery costs, and where to; null: there is none."
    )


@strawberry.input(description="Lines to put at the end of a section.")
class AddQuoteLinesInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    section_id: strawberry.ID | None = strawberry.field(
        default=None, description="The section; among the lines without one if not said."
    )
    version: int | None = strawberry.field(default=None, description=_VERSION)
    lines: list[QuoteLineInput] = strawberry.field(description="The lines, in order.")


@strawberry.input(description="What to change of a line. What is left out stays; null empties it.")
class UpdateQuoteLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    section_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The section to move it to; null: out of any section."
    )
    position: int | None = strawberry.field(
        default=UNSET,
        description="The place to move it to among the lines of its section, counted from 1; large is the end.",
    )
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Another product: the line takes from it what is not said here. Null makes it free text.",
    )
    title: str | None = strawberry.field(default=UNSET, description="What is offered, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    quantity: Decimal | None = strawberry.field(default=UNSET, description="How many.")
    quantity_editable: bool | None = strawberry.field(
        default=UNSET, description="Whether the customer may change the quantity on acceptance."
    )
    unit_price: Decimal | None = strawberry.field(
        default=UNSET, description="The price of one, before discount and tax."
    )
    unit_cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    discount_percent: Decimal | None = strawberry.field(default=UNSET, description="The discount in percent, 0 to 100.")
    discount_amount: Decimal | None = strawberry.field(default=UNSET, description="The discount off the whole line.")
    tax_rate: Decimal | None = strawberry.field(default=UNSET, description="The tax in percent, 0 to 100.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; null: once."
    )
    recurring_cycles: int | None = strawberry.field(
        default=UNSET, description="How many times a recurring line is billed, 1 to 120; null: without end."
    )
    optional: bool | None = strawberry.field(default=UNSET, description="Whether the customer may leave it out.")
    selected: bool | None = strawberry.field(
        default=UNSET,
        description="Whether an optional line is taken. In a multi-choice section: take it, and no other one there.",
    )


@strawberry.input(description="A line to take out of its quote.")
class RemoveQuoteLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A section to put into a quote.")
class AddQuoteSectionInput(QuoteSectionInput):
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    position: int | None = strawberry.field(
        default=None, description="Its place among the sections, counted from 1; the end if not said."
    )


@strawberry.input(description="What to change of a section. What is left out stays; null empties it.")
class UpdateQuoteSectionInput:
    section_id: strawberry.ID = strawberry.field(description="The section.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    type: SectionType | None = strawberry.field(
        default=UNSET, description="What it holds. Only a section without lines becomes TEXT."
    )
    title: str | None = strawberry.field(default=UNSET, description="Its heading, at most 200 characters.")
    text: str | None = strawberry.field(default=UNSET, description=_SECTION_TEXT)
    multi_choice: bool | None = strawberry.field(
        default=UNSET,
        description="Whether the customer takes exactly one of its lines. When that begins, it is the first one.",
    )
    selected: bool | None = strawberry.field(default=UNSET, description="Whether it counts at all.")
    position: int | None = strawberry.field(
        default=UNSET, description="The place to move it to among the sections, counted from 1."
    )


@strawberry.input(description="A section to take out of its quote, with its lines.")
class RemoveQuoteSectionInput:
    section_id: strawberry.ID = strawberry.field(description="The section.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A quote to send.")
class SendQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_SEEN)


@strawberry.input(description="What the customer chooses about one line.")
class QuoteChoiceInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    selected: bool | None = strawberry.field(
        default=None,
        description="Whether it is taken: an optional line, or the one of a multi-choice section, whose other lines are"
        " then not.",
    )
    quantity: Decimal | None = strawberry.field(
        default=None, description="How many, where the quantity is editable: more than 0."
    )


@strawberry.input(description="The customer's yes.")
class AcceptQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_SEEN)
    choices: list[QuoteChoiceInput] = strawberry.field(
        default_factory=list, description="What is chosen, each line once; about the others the quote stays as it is."
    )
    accepted_by: str | None = strawberry.field(default=None, description="Who said yes, at most 200 characters.")
    customer_reference: str | None = strawberry.field(
        default=None, description="The customer's own number for the order, at most 100 characters."
    )


@strawberry.input(description="The customer's no.")
class DeclineQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_SEEN)
    declined_by: str | None = strawberry.field(default=None, description="Who said no, at most 200 characters.")
    reason: str | None = strawberry.field(default=None, description="Why, at most 2,000 characters.")
