"""The list of sales orders: filters, orders, search. No record is changed here."""

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import (
    BooleanFilter,
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
from api.paging import After, Before, Connection, First, Last, OrderDirection, SearchFor, connection, searched
from api.sales_orders.types import EnteredBy, SalesOrder
from domain.paging import Order
from domain.sales_orders import models
from domain.sales_orders.lifecycle import Fulfilment, SalesOrderStatus

_order = models.SalesOrder


@filters("Which sales orders to list.")
class SalesOrderFilter:
    id: IDFilter | None = identified(_order.id, "SalesOrder", "The sales order itself.")
    number: StringFilter | None = plain(_order.number, "The number people use: `SO-1001`.")
    status: EnumFilter[SalesOrderStatus] | None = plain(_order.status, "Where it stands.")
    fulfilment: EnumFilter[Fulfilment] | None = plain(_order.fulfilment, "How much of it is fulfilled.")
    receipted: BooleanFilter | None = plain(_order.receipted, "Whether a purchase order for it has received goods.")
    quote_id: IDFilter | None = identified(_order.quote_id, "Quote", "The quote that was accepted.")
    organization_id: IDFilter | None = identified(_order.organization_id, "Organization", "Who ordered.")
    contact_id: IDFilter | None = identified(_order.contact_id, "Contact", "The person who ordered.")
    owner_id: IDFilter | None = identified(_order.owner_id, "Employee", "The employee who looks after it.")
    entered_by: EnumFilter[EnteredBy] | None = plain(_order.entered_by, "Who entered it.")
    customer_reference: StringFilter | None = plain(_order.customer_reference, "The customer's own number for it.")
    total: DecimalFilter | None = minor(_order.total_minor, "Subtotal and tax.")
    outstanding: DecimalFilter | None = minor(_order.outstanding_minor, "What is still to be paid.")
    approved_at: DateTimeFilter | None = plain(_order.approved_at, "When it was approved; empty while it is not.")
    processed_at: DateTimeFilter | None = plain(_order.processed_at, "When the office was done with it.")
    cancelled_at: DateTimeFilter | None = plain(_order.cancelled_at, "When it was called off.")
    created_at: DateTimeFilter | None = plain(_order.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_order.updated_at, "When the record was changed last.")


class SalesOrderOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were made.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")
    TOTAL = strawberry.enum_value("TOTAL", description="By their total.")
    OUTSTANDING = strawberry.enum_value("OUTSTANDING", description="By what is still to be paid.")


strawberry.enum(SalesOrderOrderField, description="What sales orders can be ordered by.")


@strawberry.input(description="The order of sales orders.")
class SalesOrderOrder:
    field: SalesOrderOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_COLUMNS = {
    SalesOrderOrderField.CREATED_AT: _order.created_at,
    SalesOrderOrderField.UPDATED_AT: _order.updated_at,
    SalesOrderOrderField.TOTAL: _order.total_minor,
    SalesOrderOrderField.OUTSTANDING: _order.outstanding_minor,
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
