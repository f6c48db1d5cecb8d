"""Quotes and their lines as the API shows them. Their sources are the mapped rows; changing them is next door."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from api.context import Info
from api.employees import Employee
from api.node import Node, related
from api.organizations.types import Contact, Organization
from api.scalars import Money, described, money
from api.sync import RecordSync, standing
from domain.ids import subject
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
    subtotal: Money = money("subtotal", "Its lines after discounts, before tax.")
    discount_total: Money = money("discount_total", "What the discounts take off.")
    tax_total: Money = money("tax_total", "The tax of its lines.")
    total: Money = money("total", "Subtotal and tax.")
    lines: "list[QuoteLine]" = related(models.Quote.lines, "What is offered, in order; at most 500.")
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


@strawberry.type(description="One line of a quote. Its amounts are in the currency of the quote.")
class QuoteLine(Node):
    model: ClassVar[Any] = models.QuoteLine

    quote: Quote = related(models.QuoteLine.quote, "The quote that it is part of.")
    position: int = strawberry.field(
        description="Its place: lines are in the order of this number, which may have gaps."
    )
    title: str = strawberry.field(description="What is offered.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    unit_price: Decimal = strawberry.field(description="The price of one, before discount and tax.")
    unit_cost: Decimal | None = strawberry.field(description="What one costs the MSP. The customer never sees it.")
    discount_percent: Decimal | None = strawberry.field(description="The discount in percent: 10 is a tenth.")
    discount_amount: Decimal | None = strawberry.field(description="The discount off the whole line, as an amount.")
    tax_rate: Decimal = strawberry.field(description="The tax in percent: 20 is a fifth.")
    optional: bool = strawberry.field(description="Whether the customer may leave it out.")
    selected: bool = strawberry.field(description="Whether an optional line is taken. Other lines always count.")
    net_total: Decimal = strawberry.field(description="The line after discount, before tax, rounded to the cent.")
    tax_total: Decimal = strawberry.field(description="The tax of the line, rounded to the cent.")
    total: Decimal = strawberry.field(description="The line with tax.")
    sync: RecordSync = standing("quote_line", root=lambda row: subject("quote", row.quote_id))
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")
