"""Quotes, their sections and lines as the API shows them. Sources are the mapped rows; changing is next door."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from api.context import Info
from api.employees import Employee
from api.node import Node, related
from api.organizations.types import Contact, Organization
from api.products.types import Product
from api.quotes.delivery import Delivery, delivered
from api.scalars import Money, described, money
from api.sync import RecordSync, standing
from domain.ids import subject
from domain.products.kinds import RecurringPeriod
from domain.quotes import models
from domain.quotes.lifecycle import QuoteStatus
from domain.sales_orders.models import SalesOrder as SalesOrderRow

if TYPE_CHECKING:
    from api.sales_orders import SalesOrder

described(
    QuoteStatus,
    "Where a quote stands. A quote whose expiry date has passed is expired whatever its status.",
    DRAFT="It is being written. An edited quote is a draft again.",
    PENDING_APPROVAL="It waits for approval.",
    APPROVED="It may be sent.",
    SENT="The customer has it.",
    VIEWED="The customer has opened it.",
    ACCEPTED="The customer said yes: there is a sales order.",
    DECLINED="The customer said no.",
)

described(
    models.SectionType,
    "What a section of a quote holds.",
    name="QuoteSectionType",
    PRODUCTS="Products.",
    LABOR="Work.",
    TEXT="Words, and no lines.",
)


async def _sales_order(row: strawberry.Parent[models.Quote], info: Info) -> Any:
    orders = await info.context.loaders.children(SalesOrderRow.quote_id, row.id)
    return orders[0] if orders else None


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
        "cost_total", "What the lines that count cost the MSP; empty when no cost is known. The customer never sees it."
    )
    delivery: Delivery = delivered("What its delivery costs, and where it goes.")
    sections: "list[QuoteSection]" = related(models.Quote.sections, "Its sections, in order; at most 100.")
    lines: "list[QuoteLine]" = related(
        models.Quote.lines,
        "What is offered, in order: lines without a section, then section by section; at most 500.",
    )
    sales_order: Annotated["SalesOrder", strawberry.lazy("api.sales_orders")] | None = strawberry.field(
        resolver=_sales_order, description="The order that its acceptance made."
    )
    sent_at: datetime | None = strawberry.field(description="When it was sent last.")
    accepted_at: datetime | None = strawberry.field(description="When it was accepted.")
    accepted_by: str | None = strawberry.field(description="Who accepted it.")
    declined_at: datetime | None = strawberry.field(description="When it was declined.")
    decline_reason: str | None = strawberry.field(description="Why it was declined.")
    sync: RecordSync = standing("quote")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="A part of a quote.")
class QuoteSection(Node):
    model: ClassVar[Any] = models.QuoteSection

    quote: Quote = related(models.QuoteSection.quote, "The quote that it is part of.")
    position: int = strawberry.field(description="Its place among the sections, counted from 1.")
    type: models.SectionType = strawberry.field(description="What it holds.")
    title: str = strawberry.field(description="Its heading.")
    text: str | None = strawberry.field(description="The words of a section of the type TEXT.")
    multi_choice: bool = strawberry.field(description="Whether the customer takes exactly one of its lines.")
    selected: bool = strawberry.field(description="Whether it counts at all.")
    lines: "list[QuoteLine]" = related(models.QuoteSection.lines, "What is offered in it, in order.")
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
