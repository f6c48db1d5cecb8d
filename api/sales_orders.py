"""Sales orders, read: today they are made by accepting a quote, so there is no mutation of their own."""

from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar

import strawberry
from sqlalchemy import select

from api.context import Info
from api.employees import Employee
from api.filters import (
    DateTimeFilter,
    DecimalFilter,
    EnumFilter,
    IDFilter,
    StringFilter,
    filtered,
    filters,
    identified,
    minor,
    plain,
)
from api.node import Node, related
from api.organizations.types import Contact, Organization
from api.paging import After, Before, Connection, First, Last, OrderDirection, SearchFor, connection, searched
from api.products.types import Product
from api.quotes.delivery import Delivery, delivered
from api.quotes.types import Quote
from api.scalars import Money, described, money
from domain.paging import Order
from domain.products.kinds import RecurringPeriod
from domain.sales_orders import models
from domain.sales_orders.lifecycle import SalesOrderStatus

described(
    SalesOrderStatus,
    "Where a sales order stands.",
    DRAFT="It was entered and waits for approval.",
    APPROVED="It may be fulfilled.",
    PROCESSED="It is done.",
    CANCELLED="It was called off.",
)


class EnteredBy(StrEnum):
    CUSTOMER = "CUSTOMER"
    EMPLOYEE = "EMPLOYEE"


described(
    EnteredBy,
    "Who entered a sales order.",
    CUSTOMER="The customer, by accepting a quote or in the online store.",
    EMPLOYEE="Somebody of the MSP.",
)


@strawberry.type(description="What an organization ordered.")
class SalesOrder(Node):
    model: ClassVar[Any] = models.SalesOrder

    number: str = strawberry.field(description="The number people use: `SO-1001`.")
    status: SalesOrderStatus = strawberry.field(description="Where it stands.")
    quote: Quote | None = related(models.SalesOrder.quote, "The quote that was accepted.")
    organization: Organization = related(models.SalesOrder.organization, "Who ordered.")
    contact: Contact | None = related(models.SalesOrder.contact, "The person who ordered.")
    owner: Employee | None = related(models.SalesOrder.owner, "The employee who looks after it.")
    entered_by: EnteredBy = strawberry.field(description="Who entered it.")
    customer_reference: str | None = strawberry.field(description="The customer's own number for it.")
    currency: str = strawberry.field(name="currencyCode", description="The currency of all its amounts, ISO 4217.")
    delivery: Delivery = delivered("What its delivery costs, and where it goes.")
    subtotal: Money = money("subtotal", "Its lines and the delivery, before tax: recurring lines for one period.")
    tax_total: Money = money("tax_total", "The tax of its lines and of the delivery.")
    total: Money = money("total", "Subtotal and tax.")
    lines: "list[SalesOrderLine]" = related(models.SalesOrder.lines, "What was ordered, in order.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="One line of a sales order. Its amounts are in the currency of the order.")
class SalesOrderLine(Node):
    model: ClassVar[Any] = models.SalesOrderLine

    sales_order: SalesOrder = related(models.SalesOrderLine.sales_order, "The order that it is part of.")
    product: Product | None = related(models.SalesOrderLine.product, "What was ordered; empty for free text.")
    part_number: str | None = strawberry.field(
        description="The part number of the product, or failing that its number, as it was on the quote."
    )
    position: int = strawberry.field(description="Its place in the order.")
    title: str = strawberry.field(description="What was ordered.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    unit_price: Decimal = strawberry.field(description="The price of one, before discount and tax.")
    unit_cost: Decimal | None = strawberry.field(description="What one costs the MSP.")
    discount_percent: Decimal | None = strawberry.field(description="The discount in percent: 10 is a tenth.")
    discount_amount: Decimal | None = strawberry.field(description="The discount off the whole line, as an amount.")
    tax_rate: Decimal = strawberry.field(description="The tax in percent.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        description="How often it is billed; empty when it is billed once. Its amounts are those of one period."
    )
    recurring_cycles: int | None = strawberry.field(
        description="How many times a recurring line is billed; empty: without end."
    )
    net_total: Decimal = strawberry.field(description="The line after discount, before tax.")
    tax_total: Decimal = strawberry.field(description="The tax of the line.")
    total: Decimal = strawberry.field(description="The line with tax.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


_order = models.SalesOrder


@filters("Which sales orders to list.")
class SalesOrderFilter:
    id: IDFilter | None = identified(_order.id, "SalesOrder", "The sales order itself.")
    number: StringFilter | None = plain(_order.number, "The number people use: `SO-1001`.")
    status: EnumFilter[SalesOrderStatus] | None = plain(_order.status, "Where it stands.")
    quote_id: IDFilter | None = identified(_order.quote_id, "Quote", "The quote that was accepted.")
    organization_id: IDFilter | None = identified(_order.organization_id, "Organization", "Who ordered.")
    contact_id: IDFilter | None = identified(_order.contact_id, "Contact", "The person who ordered.")
    owner_id: IDFilter | None = identified(_order.owner_id, "Employee", "The employee who looks after it.")
    entered_by: EnumFilter[EnteredBy] | None = plain(_order.entered_by, "Who entered it.")
    customer_reference: StringFilter | None = plain(_order.customer_reference, "The customer's own number for it.")
    total: DecimalFilter | None = minor(_order.total_minor, "Subtotal and tax.")
    created_at: DateTimeFilter | None = plain(_order.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_order.updated_at, "When the record was changed last.")


class SalesOrderOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were made.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")
    TOTAL = strawberry.enum_value("TOTAL", description="By their total.")


strawberry.enum(SalesOrderOrderField, description="What sales orders can be ordered by.")


@strawberry.input(description="The order of sales orders.")
class SalesOrderOrder:
    field: SalesOrderOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_COLUMNS = {
    SalesOrderOrderField.CREATED_AT: _order.created_at,
    SalesOrderOrderField.UPDATED_AT: _order.updated_at,
    SalesOrderOrderField.TOTAL: _order.total_minor,
}


async def sales_orders(
    info: Info,
    filter: Annotated[SalesOrderFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: SearchFor = None,
    order_by: Annotated[
        SalesOrderOrder | None, strawberry.argument(description="In which order; the newest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[SalesOrder]:
    wanted = order_by or SalesOrderOrder(field=SalesOrderOrderField.CREATED_AT, direction=OrderDirection.DESC)
    order = Order(_COLUMNS[wanted.field], _order.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_order), filter)
    statement, found = searched(statement, search, "search_sales_orders", ordered=order_by is not None)
    return connection(info, statement, order, first=first, after=after, last=last, before=before, search=found)
