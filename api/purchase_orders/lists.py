"""The list of purchase orders: filters, orders, search. No record is changed here."""

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import (
    BooleanFilter,
    DateFilter,
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
from api.purchase_orders.types import PurchaseOrder
from domain.paging import Order
from domain.purchase_orders import models
from domain.purchase_orders.lifecycle import PurchaseOrderStatus

_order = models.PurchaseOrder


@filters("Which purchase orders to list.")
class PurchaseOrderFilter:
    id: IDFilter | None = identified(_order.id, "PurchaseOrder", "The purchase order itself.")
    number: StringFilter | None = plain(_order.number, "The number people use: `PO-1001`.")
    status: EnumFilter[PurchaseOrderStatus] | None = plain(_order.status, "Where it stands.")
    supplier_id: IDFilter | None = identified(_order.supplier_id, "Supplier", "Whom it goes to.")
    warehouse_id: IDFilter | None = identified(_order.warehouse_id, "Warehouse", "Where the goods come in.")
    sales_order_id: IDFilter | None = identified(
        _order.sales_order_id, "SalesOrder", "The sales order that it is bought for; empty when it is for stock."
    )
    owner_id: IDFilter | None = identified(_order.owner_id, "Employee", "The employee who looks after it.")
    supplier_reference: StringFilter | None = plain(_order.supplier_reference, "The supplier's own number for it.")
    drop_ship: BooleanFilter | None = plain(_order.drop_ship, "Whether the supplier ships straight to the customer.")
    due_date: DateFilter | None = plain(_order.due_date, "The day on which the goods are expected.")
    total: DecimalFilter | None = minor(_order.total_minor, "Its lines and other costs.")
    approved_at: DateTimeFilter | None = plain(_order.approved_at, "When it was approved.")
    received_at: DateTimeFilter | None = plain(_order.received_at, "When the last of it was entered as received.")
    created_at: DateTimeFilter | None = plain(_order.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_order.updated_at, "When the record was changed last.")


class PurchaseOrderOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were made.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")
    TOTAL = strawberry.enum_value("TOTAL", description="By their total.")


strawberry.enum(PurchaseOrderOrderField, description="What purchase orders can be ordered by.")


@strawberry.input(description="The order of purchase orders.")
class PurchaseOrderOrder:
    field: PurchaseOrderOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_COLUMNS = {
    PurchaseOrderOrderField.CREATED_AT: _order.created_at,
    PurchaseOrderOrderField.UPDATED_AT: _order.updated_at,
    PurchaseOrderOrderField.TOTAL: _order.total_minor,
}


async def purchase_orders(
    info: Info,
    filter: Annotated[PurchaseOrderFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: SearchFor = None,
    order_by: Annotated[
        PurchaseOrderOrder | None, strawberry.argument(description="In which order; the newest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[PurchaseOrder]:
    wanted = order_by or PurchaseOrderOrder(field=PurchaseOrderOrderField.CREATED_AT, direction=OrderDirection.DESC)
    order = Order(_COLUMNS[wanted.field], _order.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_order), filter)
    statement, found = searched(statement, search, "search_purchase_orders", ordered=order_by is not None)
    return connection(info, statement, order, first=first, after=after, last=last, before=before, search=found)
