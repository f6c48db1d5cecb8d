"""Quotes, their sections and lines as the API shows them. Sources are the mapped rows; changing is next door."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.employees import Employee
from api.mutations import Payload, record
from api.node import Node, related
from api.organizations.types import Contact, Organization
from api.products.types import Product
from api.quotes.delivery import Delivery, delivered
from api.quotes.enums import QuoteStatus, SectionType
from api.quotes.links import OfferLink, offer_link
from api.quotes.offers import QuoteVersion
from api.scalars import Money, money
from api.sync import RecordSync, standing
from domain.ids import subject
from domain.products.kinds import RecurringPeriod
from domain.quotes import models
from domain.sales_orders.models import SalesOrder as SalesOrderRow

if TYPE_CHECKING:
    from api.sales_orders.types import SalesOrder

REMARKS = "What could not stay as it was, a sentence for each line it concerns; empty: nothing."
_COST = "The customer never sees it."


async def order_of(quote_id: UUID, info: Info) -> Any:
    orders = await info.context.loaders.children(SalesOrderRow.quote_id, quote_id)
    return orders[0] if orders else None


async def _sales_order(row: strawberry.Parent[models.Quote], info: Info) -> Any:
    return await order_of(row.id, info)


@strawberry.type(description="An offer to an organization.")
class Quote(Node):
    model: ClassVar[Any] = models.Quote

    number: str = strawberry.field(description="The number people use: `Q-1001`.")
    title: str = strawberry.field(description="What it is about.")
    status: QuoteStatus = strawberry.field(description="Where it stands.")
    organization: Organization = related(models.Quote.organization, "Who it is for.")
    contact: Contact | None = related(models.Quote.contact, "The person it is for.")
    owner: Employee | None = related(models.Quote.owner, "The employee who looks after it.")
    expiry_date: date | None = strawberry.field(description="The last day on which it can be accepted.")
    private_note: str | None = strawberry.field(description="A note that the customer never sees.")
    currency: str = strawberry.field(name="currencyCode", description="The currency of all its amounts, ISO 4217.")
    subtotal: Money = money(
        "subtotal",
        "What counts of its lines after discounts, and the delivery, before tax: recurring lines for one period.",
    )
    one_off_subtotal: Money = money(
        "one_off_subtotal", "The part of the subtotal that is billed once, with the delivery."
    )
    monthly_subtotal: Money = money("monthly_subtotal", "The part of the subtotal that is billed every month.")
    quarterly_subtotal: Money = money("quarterly_subtotal", "The part of the subtotal that is billed every quarter.")
    yearly_subtotal: Money = money("yearly_subtotal", "The part of the subtotal that is billed every year.")
    discount_total: Money = money("discount_total", "What the discounts take off.")
    tax_total: Money = money("tax_total", "The tax of its lines and of the delivery.")
    total: Money = money("total", "Subtotal and tax.")
    cost_total: Money | None = money(
        "cost_total", f"What the lines that count cost the MSP; empty when no cost is known. {_COST}"
    )
    one_off_cost: Money | None = money("one_off_cost", f"The part of the cost that comes once. {_COST}")
    monthly_cost: Money | None = money("monthly_cost", f"The part that comes every month. {_COST}")
    quarterly_cost: Money | None = money("quarterly_cost", f"The part that comes every quarter. {_COST}")
    yearly_cost: Money | None = money("yearly_cost", f"The part that comes every year. {_COST}")
    margin: Money | None = money(
        "margin", f"What is left of the subtotal after the known cost; empty when no cost is known. {_COST}"
    )
    margin_percent: Decimal | None = strawberry.field(
        description=f"The margin in percent of the subtotal, to two places; empty where that says nothing. {_COST}"
    )
    one_off_margin: Money | None = money("one_off_margin", f"The part of the margin that comes once. {_COST}")
    monthly_margin: Money | None = money("monthly_margin", f"The part that comes every month. {_COST}")
    quarterly_margin: Money | None = money("quarterly_margin", f"The part that comes every quarter. {_COST}")
    yearly_margin: Money | None = money("yearly_margin", f"The part that comes every year. {_COST}")
    delivery: Delivery = delivered("What its delivery costs, and where it goes.")
    sections: "list[QuoteSection]" = related(models.Quote.sections, "Its sections, in order; at most 100.")
    lines: "list[QuoteLine]" = related(
        models.Quote.lines,
        "What is offered, in order: lines without a section, then section by section; at most 500.",
    )
    sales_order: Annotated["SalesOrder", strawberry.lazy("api.sales_orders.types")] | None = strawberry.field(
        resolver=_sales_order, description="The order that its acceptance made."
    )
    expired: bool = strawberry.field(description="Whether its expiry date has passed, where the MSP is.")
    approval_reasons: list[str] = strawberry.field(
        description="Why it needs approval, a sentence for each rule, as of its last edit; empty: it may be sent."
    )
    submitted_at: datetime | None = strawberry.field(description="When its approval was asked for.")
    approved_at: datetime | None = strawberry.field(description="When it was approved.")
    approved_by: str | None = strawberry.field(description="Who approved it; empty where no rule asked for it.")
    rejection_reason: str | None = strawberry.field(description="Why its approval was refused last.")
    sent_at: datetime | None = strawberry.field(description="When it was sent last.")
    viewed_at: datetime | None = strawberry.field(description="When the customer opened what was sent last.")
    accepted_at: datetime | None = strawberry.field(description="When it was accepted.")
    accepted_by: str | None = strawberry.field(description="Who accepted it.")
    declined_at: datetime | None = strawberry.field(description="When it was declined.")
    declined_by: str | None = strawberry.field(description="Who declined it.")
    decline_reason: str | None = strawberry.field(description="Why it was declined.")
    answered_from: str | None = strawberry.field(
        description="The network address that the customer's own answer came from; empty if staff took it down."
    )
    versions: list[QuoteVersion] = related(
        models.Quote.versions, "What was sent, version by version: one for each time that it went out after an edit."
    )
    offer_link: OfferLink | None = strawberry.field(
        resolver=offer_link, description="The customer's link that works, if there is one."
    )
    copied_from: "Quote | None" = related(models.Quote.copied_from, "The quote that it is a copy of.")
    sync: RecordSync = standing("quote")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="A part of a quote. Its amounts are in the currency of the quote.")
class QuoteSection(Node):
    model: ClassVar[Any] = models.QuoteSection

    quote: Quote = related(models.QuoteSection.quote, "The quote that it is part of.")
    position: int = strawberry.field(description="Its place among the sections, counted from 1.")
    type: SectionType = strawberry.field(description="What it holds.")
    title: str = strawberry.field(description="Its heading.")
    text: str | None = strawberry.field(description="The words of a section of the type TEXT.")
    multi_choice: bool = strawberry.field(description="Whether the customer takes exactly one of its lines.")
    selected: bool = strawberry.field(description="Whether it counts at all.")
    lines: "list[QuoteLine]" = related(models.QuoteSection.lines, "What is offered in it, in order.")
    subtotal: Decimal = strawberry.field(
        description="What counts of its lines after discounts, before tax: recurring lines for one period."
    )
    one_off_subtotal: Decimal = strawberry.field(description="The part of the subtotal that is billed once.")
    monthly_subtotal: Decimal = strawberry.field(description="The part that is billed every month.")
    quarterly_subtotal: Decimal = strawberry.field(description="The part that is billed every quarter.")
    yearly_subtotal: Decimal = strawberry.field(description="The part that is billed every year.")
    tax_total: Decimal = strawberry.field(description="The tax of its lines.")
    total: Decimal = strawberry.field(description="Subtotal and tax.")
    cost_total: Decimal | None = strawberry.field(
        description=f"What its lines that count cost the MSP; empty when no cost is known. {_COST}"
    )
    one_off_cost: Decimal | None = strawberry.field(description=f"The part of the cost that comes once. {_COST}")
    monthly_cost: Decimal | None = strawberry.field(description=f"The part that comes every month. {_COST}")
    quarterly_cost: Decimal | None = strawberry.field(description=f"The part that comes every quarter. {_COST}")
    yearly_cost: Decimal | None = strawberry.field(description=f"The part that comes every year. {_COST}")
    margin: Decimal | None = strawberry.field(
        description=f"What is left of the subtotal after the known cost; empty when no cost is known. {_COST}"
    )
    margin_percent: Decimal | None = strawberry.field(
        description=f"The margin in percent of the subtotal, to two places; empty where that says nothing. {_COST}"
    )
    one_off_margin: Decimal | None = strawberry.field(description=f"The part of the margin that comes once. {_COST}")
    monthly_margin: Decimal | None = strawberry.field(description=f"The part that comes every month. {_COST}")
    quarterly_margin: Decimal | None = strawberry.field(description=f"The part that comes every quarter. {_COST}")
    yearly_margin: Decimal | None = strawberry.field(description=f"The part that comes every year. {_COST}")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="One line of a quote. Its amounts are in the currency of the quote.")
class QuoteLine(Node):
    model: ClassVar[Any] = models.QuoteLine

    quote: Quote = related(models.QuoteLine.quote, "The quote that it is part of.")
    section: "QuoteSection | None" = related(models.QuoteLine.section, "The section that it stands in.")
    product: Product | None = related(models.QuoteLine.product, "What it offers; empty for free text.")
    part_number: str | None = strawberry.field(
        description="The part number of the product, or failing that its number, as it was when it was put here."
    )
    position: int = strawberry.field(
        description="Its place: lines are in the order of this number, which may have gaps."
    )
    title: str = strawberry.field(description="What is offered.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    quantity_editable: bool = strawberry.field(
        description="Whether the customer may change the quantity on acceptance."
    )
    unit_price: Decimal = strawberry.field(description="The price of one, before discount and tax.")
    unit_cost: Decimal | None = strawberry.field(description="What one costs the MSP. The customer never sees it.")
    discount_percent: Decimal | None = strawberry.field(description="The discount in percent: 10 is a tenth.")
    discount_amount: Decimal | None = strawberry.field(description="The discount off the whole line, as an amount.")
    tax_rate: Decimal = strawberry.field(description="The tax in percent: 20 is a fifth.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        description="How often it is billed; empty when it is billed once. Its amounts are those of one period."
    )
    recurring_cycles: int | None = strawberry.field(
        description="How many times a recurring line is billed; empty: without end."
    )
    optional: bool = strawberry.field(description="Whether the customer may leave it out.")
    selected: bool = strawberry.field(
        description="Whether an optional line is taken; in a multi-choice section, whether it is the one that is."
    )
    counted: bool = strawberry.field(description="Whether it is part of the totals of the quote.")
    net_total: Decimal = strawberry.field(description="The line after discount, before tax, rounded to the cent.")
    tax_total: Decimal = strawberry.field(description="The tax of the line, rounded to the cent.")
    total: Decimal = strawberry.field(description="The line with tax.")
    sync: RecordSync = standing("quote_line", root=lambda row: subject("quote", row.quote_id))
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="The outcome for a quote.")
class QuotePayload(Payload):
    quote_id: strawberry.Private[UUID | None] = None

    quote: Quote | None = record(models.Quote, "quote_id", "The quote as it is now.")
