"""Sales orders, read: today they are made by accepting a quote, so there is no mutation of their own."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import strawberry
from sqlalchemy import Select, select

from api.context import Info
from api.employees import Employee
from api.node import Node, related, uuid_of
from api.organizations.types import Contact, Organization
from api.paging import After, Before, Connection, First, Last, connection
from api.quotes.types import Quote
from api.scalars import Money, described, money
from domain.paging import Order
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
    subtotal: Money = money("subtotal", "Its lines before tax.")
    tax_total: Money = money("tax_total", "The tax of its lines.")
    total: Money = money("total", "Subtotal and tax.")
    lines: "list[SalesOrderLine]" = related(models.SalesOrder.lines, "What was ordered, in order.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="One line of a sales order. Its amounts are in the currency of the order.")
class SalesOrderLine(Node):
    model: ClassVar[Any] = models.SalesOrderLine

    sales_order: SalesOrder = related(models.SalesOrderLine.sales_order, "The order that it is part of.")
    position: int = strawberry.field(description="Its place in the order.")
    title: str = strawberry.field(description="What was ordered.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    unit_price: Decimal = strawberry.field(description="The price of one, before discount and tax.")
    unit_cost: Decimal | None = strawberry.field(description="What one costs the MSP.")
    tax_rate: Decimal = strawberry.field(description="The tax in percent.")
    net_total: Decimal = strawberry.field(description="The line after discount, before tax.")
    tax_total: Decimal = strawberry.field(description="The tax of the line.")
    total: Decimal = strawberry.field(description="The line with tax.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.input(description="Which sales orders to list. All conditions must hold.")
class SalesOrderFilter:
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only those of this organization."
    )
    status: list[SalesOrderStatus] | None = strawberry.field(
        default=None, description="Only those in one of these states."
    )
    number: str | None = strawberry.field(default=None, description="Only the one with exactly this number: `SO-1001`.")


_NEWEST_FIRST = Order(models.SalesOrder.created_at, models.SalesOrder.id, descending=True)


async def sales_orders(
    info: Info,
    filter: Annotated[SalesOrderFilter | None, strawberry.argument(description="Which to list.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[SalesOrder]:
    statement = _filtered(filter or SalesOrderFilter())
    return connection(info, statement, _NEWEST_FIRST, first=first, after=after, last=last, before=before)


def _filtered(filter: SalesOrderFilter) -> Select[Any]:
    order = models.SalesOrder
    statement = select(order)
    if filter.organization_id is not None:
        organization_id = uuid_of(filter.organization_id, "Organization", "filter", "organizationId")
        statement = statement.where(order.organization_id == organization_id)
    if filter.status is not None:
        statement = statement.where(order.status.in_([status.value for status in filter.status]))
    if filter.number is not None:
        statement = statement.where(order.number == filter.number)
    return statement
