"""Sales orders entered, edited, approved, closed. Each mutation is one call of `domain.sales_orders.service`.

Deliveries and payments are `fulfilment.py`.
"""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, given, mutation, record
from api.node import uuid_of
from api.sales_orders import inputs
from api.sales_orders.types import SalesOrder
from domain.organizations.models import ADDRESS_FIELDS
from domain.pricing import lines as priced
from domain.sales_orders import models
from domain.sales_orders import service as orders

_JUDGED = (
    " An approved order that would not approve itself any more is a draft again, unless you may approve it; a draft"
    " that nothing speaks against any more is approved. Refused once it is locked, processed or cancelled."
)


@strawberry.type(description="The outcome for a sales order.")
class SalesOrderPayload(Payload):
    sales_order_id: strawberry.Private[UUID | None] = None

    sales_order: SalesOrder | None = record(models.SalesOrder, "sales_order_id", "The order as it is now.")


@strawberry.type(description="The outcome of `createSalesOrder`.")
class CreateSalesOrderPayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `updateSalesOrder`.")
class UpdateSalesOrderPayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `addSalesOrderLines`.")
class AddSalesOrderLinesPayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `updateSalesOrderLine`.")
class UpdateSalesOrderLinePayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `removeSalesOrderLine`.")
class RemoveSalesOrderLinePayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `approveSalesOrder`.")
class ApproveSalesOrderPayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `processSalesOrder`.")
class ProcessSalesOrderPayload(SalesOrderPayload):
    pass


@strawberry.type(description="The outcome of `cancelSalesOrder`.")
class CancelSalesOrderPayload(SalesOrderPayload):
    pass


@mutation(
    orders.create,
    "Enters a sales order for staff. It is approved at once up to the limit of the sales settings, unless its margin is"
    " negative.",
)
async def create_sales_order(
    info: Info, input: Annotated[inputs.CreateSalesOrderInput, strawberry.argument(description="The order.")]
) -> CreateSalesOrderPayload:
    organization_id = uuid_of(input.organization_id, "Organization", "organizationId")
    values, lines = _order_values(input), _lines_values(input.lines)
    async with info.context.transaction() as ctx:
        order = await orders.create(ctx, organization_id, values, lines)
    return CreateSalesOrderPayload(sales_order_id=order.id)


@mutation(orders.update, f"Changes a sales order.{_JUDGED}")
async def update_sales_order(
    info: Info, input: Annotated[inputs.UpdateSalesOrderInput, strawberry.argument(description="What to change.")]
) -> UpdateSalesOrderPayload:
    id, values = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId"), _order_values(input)
    async with info.context.transaction() as ctx:
        await orders.update(ctx, id, values, version=input.version)
    return UpdateSalesOrderPayload(sales_order_id=id)


@mutation(orders.add_lines, f"Puts lines at the end of a sales order.{_JUDGED}")
async def add_sales_order_lines(
    info: Info, input: Annotated[inputs.AddSalesOrderLinesInput, strawberry.argument(description="The lines.")]
) -> AddSalesOrderLinesPayload:
    id, lines = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId"), _lines_values(input.lines)
    async with info.context.transaction() as ctx:
        await orders.add_lines(ctx, id, lines, version=input.version)
    return AddSalesOrderLinesPayload(sales_order_id=id)


@mutation(orders.update_line, f"Changes a line of a sales order.{_JUDGED}")
async def update_sales_order_line(
    info: Info, input: Annotated[inputs.UpdateSalesOrderLineInput, strawberry.argument(description="What to change.")]
) -> UpdateSalesOrderLinePayload:
    id = uuid_of(input.line_id, "SalesOrderLine", "lineId")
    values = given(input, "product_id", *priced.FIELDS)
    if values.get("product_id") is not None:
        values["product_id"] = uuid_of(values["product_id"], "Product", "productId")
    async with info.context.transaction() as ctx:
        order = await orders.update_line(ctx, id, values, version=input.version)
    return UpdateSalesOrderLinePayload(sales_order_id=order.id)


@mutation(
    orders.remove_line,
    f"Takes a line out of a sales order: not once some of it was delivered, or a purchase order names it.{_JUDGED}",
)
async def remove_sales_order_line(
    info: Info, input: Annotated[inputs.RemoveSalesOrderLineInput, strawberry.argument(description="The line.")]
) -> RemoveSalesOrderLinePayload:
    id = uuid_of(input.line_id, "SalesOrderLine", "lineId")
    async with info.context.transaction() as ctx:
        order = await orders.remove_line(ctx, id, version=input.version)
    return RemoveSalesOrderLinePayload(sales_order_id=order.id)


@mutation(
    orders.approve,
    "Approves a sales order, whatever it comes to. One with a product that is not active any more can't be approved.",
)
async def approve_sales_order(
    info: Info, input: Annotated[inputs.ApproveSalesOrderInput, strawberry.argument(description="The order.")]
) -> ApproveSalesOrderPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    async with info.context.transaction() as ctx:
        await orders.approve(ctx, id, version=input.version)
    return ApproveSalesOrderPayload(sales_order_id=id)


@mutation(orders.process, "The office is done with an approved order: it can't be edited any more.")
async def process_sales_order(
    info: Info, input: Annotated[inputs.ProcessSalesOrderInput, strawberry.argument(description="The order.")]
) -> ProcessSalesOrderPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    async with info.context.transaction() as ctx:
        await orders.process(ctx, id, version=input.version)
    return ProcessSalesOrderPayload(sales_order_id=id)


@mutation(
    orders.cancel,
    "Calls an order off. Refused once goods came in or went out for it, while it has payments that were not paid back,"
    " and while a purchase order still buys for it.",
)
async def cancel_sales_order(
    info: Info, input: Annotated[inputs.CancelSalesOrderInput, strawberry.argument(description="The order.")]
) -> CancelSalesOrderPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    async with info.context.transaction() as ctx:
        await orders.cancel(ctx, id, reason=input.reason, version=input.version)
    return CancelSalesOrderPayload(sales_order_id=id)


def _order_values(input: inputs.CreateSalesOrderInput | inputs.UpdateSalesOrderInput) -> dict[str, Any]:
    values = {**given(input, *orders.FIELDS), **parts_of(input)}
    for name, type_name, field in (("contact_id", "Contact", "contactId"), ("owner_id", "Employee", "ownerId")):
        if values.get(name) is not None:
            values[name] = uuid_of(values[name], type_name, field)
    return values


def parts_of(input: Any) -> dict[str, Any]:
    """Delivery, coupon and surcharge as the services take them; null where the caller wrote null."""
    values = given(input, "delivery", "coupon", "surcharge")
    for name, part in values.items():
        if part is not None:
            values[name] = given(part, *(name for name in vars(part)))
    if values.get("delivery") and values["delivery"].get("address") is not None:
        values["delivery"]["address"] = given(values["delivery"]["address"], *ADDRESS_FIELDS)
    return values


def _lines_values(lines: list[inputs.SalesOrderLineInput]) -> list[dict[str, Any]]:
    """Of a new line, null is the same as nothing: the service has a default for what isn't said."""
    found: list[dict[str, Any]] = []
    for place, line in enumerate(lines):
        given_ = given(line, "product_id", *priced.FIELDS)
        values = {name: value for name, value in given_.items() if value is not None}
        if "product_id" in values:
            values["product_id"] = uuid_of(values["product_id"], "Product", "lines", str(place), "productId")
        found.append(values)
    return found
