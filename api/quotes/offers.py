"""What the customer sees of a quote: the frozen content of a version that was sent. Who may see it is said where it
is reached from; nothing is answered here.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from api.context import Info
from api.node import Node
from api.quotes.delivery import Delivery, delivered
from api.quotes.enums import SectionType
from api.scalars import Money, money
from domain.ids import global_id
from domain.products.kinds import RecurringPeriod
from domain.quotes import offer as content
from domain.quotes.papers import QuoteVersion as QuoteVersionRow


def _line_id(line: strawberry.Parent[content.OfferLine]) -> strawberry.ID:
    return strawberry.ID(global_id("QuoteLine", line.id))


@strawberry.type(description="One line of an offer. Its amounts are in the currency of the offer.")
class OfferLine:
    reads: ClassVar[None] = None
    has_records: ClassVar[bool] = True

    line_id: strawberry.ID = strawberry.field(resolver=_line_id, description="What a choice names it by.")
    part_number: str | None = strawberry.field(description="The part number of the product.")
    title: str = strawberry.field(description="What is offered.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    quantity_editable: bool = strawberry.field(description="Whether another quantity may be chosen on acceptance.")
    unit_price: Decimal = strawberry.field(description="The price of one, before discount and tax.")
    discount_percent: Decimal | None = strawberry.field(description="The discount in percent: 10 is a tenth.")
    discount_amount: Decimal | None = strawberry.field(description="The discount off the whole line, as an amount.")
    tax_rate: Decimal = strawberry.field(description="The tax in percent: 20 is a fifth.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        description="How often it is billed; empty when it is billed once. Its amounts are those of one period."
    )
    recurring_cycles: int | None = strawberry.field(
        description="How many times a recurring line is billed; empty: without end."
    )
    optional: bool = strawberry.field(description="Whether it may be left out.")
    selected: bool = strawberry.field(
        description="Whether an optional line is taken if nothing is chosen; in a multi-choice section, whether it is"
        " the one that is."
    )
    counted: bool = strawberry.field(description="Whether it is part of the totals.")
    net_total: Decimal = strawberry.field(description="The line after discount, before tax.")
    tax_total: Decimal = strawberry.field(description="The tax of the line.")
    total: Decimal = strawberry.field(description="The line with tax.")


@strawberry.type(description="A part of an offer. Its amounts are those of its lines that count, in its currency.")
class OfferSection:
    reads: ClassVar[None] = None
    has_records: ClassVar[bool] = True

    type: SectionType = strawberry.field(description="What it holds.")
    title: str = strawberry.field(description="Its heading.")
    text: str | None = strawberry.field(description="The words of a section of the type TEXT.")
    multi_choice: bool = strawberry.field(description="Whether exactly one of its lines is taken.")
    selected: bool = strawberry.field(description="Whether it counts at all.")
    lines: list[OfferLine] = strawberry.field(description="What is offered in it, in order.")
    subtotal: Decimal = strawberry.field(description="Before tax: recurring lines for one period.")
    one_off_subtotal: Decimal = strawberry.field(description="The part of the subtotal that is billed once.")
    monthly_subtotal: Decimal = strawberry.field(description="The part that is billed every month.")
    quarterly_subtotal: Decimal = strawberry.field(description="The part that is billed every quarter.")
    yearly_subtotal: Decimal = strawberry.field(description="The part that is billed every year.")
    tax_total: Decimal = strawberry.field(description="The tax.")
    total: Decimal = strawberry.field(description="Subtotal and tax.")


@strawberry.type(description="A quote as the customer sees it. It doesn't change any more.")
class Offer:
    reads: ClassVar[None] = None
    has_records: ClassVar[bool] = True

    number: str = strawberry.field(description="The number people use: `Q-1001`.")
    title: str = strawberry.field(description="What it is about.")
    organization_name: str = strawberry.field(description="Who it is for.")
    contact_name: str | None = strawberry.field(description="The person it is for.")
    expiry_date: date | None = strawberry.field(description="The last day on which it can be accepted.")
    currency: str = strawberry.field(name="currencyCode", description="The currency of all its amounts, ISO 4217.")
    delivery: Delivery = delivered("What its delivery costs, and where it goes.")
    lines: list[OfferLine] = strawberry.field(description="What is offered outside of any section: it stands first.")
    sections: list[OfferSection] = strawberry.field(description="Its sections, in order.")
    subtotal: Money = money("subtotal", "What counts and the delivery, before tax: recurring lines for one period.")
    one_off_subtotal: Money = money("one_off_subtotal", "The part of the subtotal that is billed once.")
    monthly_subtotal: Money = money("monthly_subtotal", "The part that is billed every month.")
    quarterly_subtotal: Money = money("quarterly_subtotal", "The part that is billed every quarter.")
    yearly_subtotal: Money = money("yearly_subtotal", "The part that is billed every year.")
    discount_total: Money = money("discount_total", "What the discounts take off.")
    tax_total: Money = money("tax_total", "The tax of its lines and of the delivery.")
    total: Money = money("total", "Subtotal and tax.")


async def _offer(row: strawberry.Parent[QuoteVersionRow], info: Info) -> Any:
    return content.load(await info.context.loaders.column(QuoteVersionRow.content, row.id))


@strawberry.type(description="A quote as it was sent: one for each time that it went out after an edit.")
class QuoteVersion(Node):
    model: ClassVar[Any] = QuoteVersionRow

    ordinal: int = strawberry.field(description="Which version of the quote it is, counted from 1.")
    sent_at: datetime = strawberry.field(description="When it went out.")
    sent_by: str = strawberry.field(description="Who sent it.")
    total: Money = money("total", "What it came to.")
    offer: Offer = strawberry.field(resolver=_offer, description="All that the customer saw.")
