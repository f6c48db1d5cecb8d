"""Purchase orders drafted, edited, approved, received. Each mutation is one call of a service in one transaction."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from api.context import Info
from api.mutations import Payload, given, mutation, record
from api.node import uuid_of
from api.purchase_orders import inputs
from api.purchase_orders.types import GoodsReceipt, PurchaseOrder
from domain.organizations.models import ADDRESS_FIELDS
from domain.purchase_orders import buying, drafting, models, receiving
from domain.purchase_orders import lines as purchase_lines
from domain.purchase_orders import service as purchases

_EDITED = (
    " An approved purchase order is a draft again. Once goods have come in it stays approved, and only its due date,"
    " note, supplierReference, owner and other costs can be changed; received or cancelled, nothing can."
)


@strawberry.type(description="The outcome for a purchase order.")
class PurchaseOrderPayload(Payload):
    purchase_order_id: strawberry.Private[UUID | None] = None

    purchase_order: PurchaseOrder | None = record(
        models.PurchaseOrder, "purchase_order_id", "The purchase order as it is now."
    )


@strawberry.type(description="The outcome of `createPurchaseOrder`.")
class CreatePurchaseOrderPayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `updatePurchaseOrder`.")
class UpdatePurchaseOrderPayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `addPurchaseOrderLines`.")
class AddPurchaseOrderLinesPayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `updatePurchaseOrderLine`.")
class UpdatePurchaseOrderLinePayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `removePurchaseOrderLine`.")
class RemovePurchaseOrderLinePayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `setPurchaseOrderCosts`.")
class SetPurchaseOrderCostsPayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `approvePurchaseOrder`.")
class ApprovePurchaseOrderPayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `cancelPurchaseOrder`.")
class CancelPurchaseOrderPayload(PurchaseOrderPayload):
    pass


@strawberry.type(description="The outcome of `receivePurchaseOrder`.")
class ReceivePurchaseOrderPayload(PurchaseOrderPayload):
    receipt_id: strawberry.Private[UUID | None] = None

    receipt: GoodsReceipt | None = record(models.GoodsReceipt, "receipt_id", "What came in.")


async def _made(payload: strawberry.Parent[Any], info: Info) -> Any:
    if payload.purchase_order_ids is None:
        return None
    rows = (info.context.loaders.row(models.PurchaseOrder, id) for id in payload.purchase_order_ids)
    return await asyncio.gather(*rows)  # together, so that they are one batch


@strawberry.type(description="The outcome of `createPurchaseOrders`.")
class CreatePurchaseOrdersPayload(Payload):
    purchase_order_ids: strawberry.Private[list[UUID] | None] = None

    purchase_orders: list[PurchaseOrder] | None = strawberry.field(
        resolver=_made, description="The purchase orders that were made."
    )


@mutation(purchases.create, "Drafts a purchase order for stock.")
async def create_purchase_order(
    info: Info, input: Annotated[inputs.CreatePurchaseOrderInput, strawberry.argument(description="The order.")]
) -> CreatePurchaseOrderPayload:
    supplier_id = uuid_of(input.supplier_id, "Supplier", "supplierId")
    lines = _lines_values(input.lines)
    async with info.context.transaction() as ctx:
        order = await purchases.create(ctx, supplier_id, _values(input), lines, costs=_costs_values(input.costs))
    return CreatePurchaseOrderPayload(purchase_order_id=order.id)


@mutation(
    buying.create,
    "Drafts purchase orders for an approved sales order, all at once: the ones that are given, or without any those"
    " that `purchaseProposal` shows. More than the sales order still needs is refused.",
)
async def create_purchase_orders(
    info: Info, input: Annotated[inputs.CreatePurchaseOrdersInput, strawberry.argument(description="What to buy.")]
) -> CreatePurchaseOrdersPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    defaults = _with_ids(given(input, "warehouse_id", "drop_ship"), warehouse_id="Warehouse")
    orders = None if input.orders is None else [_sale_purchase(one, place) for place, one in enumerate(input.orders)]
    async with info.context.transaction() as ctx:
        made = await buying.create(ctx, id, orders, defaults=defaults)
    return CreatePurchaseOrdersPayload(purchase_order_ids=[order.id for order in made])


@mutation(
    purchases.update,
    "Changes a purchase order; its note, supplierReference and owner without a new approval." + _EDITED,
)
async def update_purchase_order(
    info: Info, input: Annotated[inputs.UpdatePurchaseOrderInput, strawberry.argument(description="What to change.")]
) -> UpdatePurchaseOrderPayload:
    id, values = uuid_of(input.purchase_order_id, "PurchaseOrder", "purchaseOrderId"), _values(input)
    async with info.context.transaction() as ctx:
        await purchases.update(ctx, id, values, version=input.version)
    return UpdatePurchaseOrderPayload(purchase_order_id=id)


@mutation(purchases.add_lines, "Puts lines at the end of a purchase order." + _EDITED)
async def add_purchase_order_lines(
    info: Info, input: Annotated[inputs.AddPurchaseOrderLinesInput, strawberry.argument(description="The lines.")]
) -> AddPurchaseOrderLinesPayload:
    id = uuid_of(input.purchase_order_id, "PurchaseOrder", "purchaseOrderId")
    lines = _lines_values(input.lines)
    async with info.context.transaction() as ctx:
        await purchases.add_lines(ctx, id, lines, version=input.version)
    return AddPurchaseOrderLinesPayload(purchase_order_id=id)


@mutation(purchases.update_line, "Changes a line of a purchase order." + _EDITED)
async def update_purchase_order_line(
    info: Info,
    input: Annotated[inputs.UpdatePurchaseOrderLineInput, strawberry.argument(description="What to change.")],
) -> UpdatePurchaseOrderLinePayload:
    id, values = uuid_of(input.line_id, "PurchaseOrderLine", "lineId"), given(input, *purchase_lines.FIELDS)
    async with info.context.transaction() as ctx:
        order = await purchases.update_line(ctx, id, values, version=input.version)
    return UpdatePurchaseOrderLinePayload(purchase_order_id=order.id)


@mutation(purchases.remove_line, "Takes a line out of its purchase order." + _EDITED)
async def remove_purchase_order_line(
    info: Info, input: Annotated[inputs.RemovePurchaseOrderLineInput, strawberry.argument(description="The line.")]
) -> RemovePurchaseOrderLinePayload:
    id = uuid_of(input.line_id, "PurchaseOrderLine", "lineId")
    async with info.context.transaction() as ctx:
        order = await purchases.remove_line(ctx, id, version=input.version)
    return RemovePurchaseOrderLinePayload(purchase_order_id=order.id)


@mutation(purchases.set_costs, "Says what is asked beside the goods: freight and others." + _EDITED)
async def set_purchase_order_costs(
    info: Info, input: Annotated[inputs.SetPurchaseOrderCostsInput, strawberry.argument(description="The costs.")]
) -> SetPurchaseOrderCostsPayload:
    id = uuid_of(input.purchase_order_id, "PurchaseOrder", "purchaseOrderId")
    async with info.context.transaction() as ctx:
        await purchases.set_costs(ctx, id, _costs_values(input.costs), version=input.version)
    return SetPurchaseOrderCostsPayload(purchase_order_id=id)


@mutation(purchases.approve, "Approves a purchase order: from now on goods may come in for it.")
async def approve_purchase_order(
    info: Info, input: Annotated[inputs.ApprovePurchaseOrderInput, strawberry.argument(description="The order.")]
) -> ApprovePurchaseOrderPayload:
    id = uuid_of(input.purchase_order_id, "PurchaseOrder", "purchaseOrderId")
    async with info.context.transaction() as ctx:
        await purchases.approve(ctx, id, version=input.version)
    return ApprovePurchaseOrderPayload(purchase_order_id=id)


@mutation(purchases.cancel, "Calls a purchase order off. Refused once goods have come in for it.")
async def cancel_purchase_order(
    info: Info, input: Annotated[inputs.CancelPurchaseOrderInput, strawberry.argument(description="The order.")]
) -> CancelPurchaseOrderPayload:
    id = uuid_of(input.purchase_order_id, "PurchaseOrder", "purchaseOrderId")
    async with info.context.transaction() as ctx:
        await purchases.cancel(ctx, id, reason=input.reason, version=input.version)
    return CancelPurchaseOrderPayload(purchase_order_id=id)


@mutation(
    receiving.receive,
    "Goods came in: some, or the last of them, which locks the purchase order. The sales order that they are for is"
    " fulfilled as far as they go, and with `dropShip` delivered; of a bundle, once all its parts are there.",
)
async def receive_purchase_order(
    info: Info, input: Annotated[inputs.ReceivePurchaseOrderInput, strawberry.argument(description="What came in.")]
) -> ReceivePurchaseOrderPayload:
    id = uuid_of(input.purchase_order_id, "PurchaseOrder", "purchaseOrderId")
    lines = None
    if input.lines is not None:
        lines = [
            {
                "line_id": uuid_of(line.line_id, "PurchaseOrderLine", "lines", str(place), "lineId"),
                "quantity": line.quantity,
                "serial_numbers": line.serial_numbers,
            }
            for place, line in enumerate(input.lines)
        ]
    async with info.context.transaction() as ctx:
        receipt = await receiving.receive(
            ctx, id, lines, received_on=input.received_on, reference=input.reference, version=input.version
        )
    return ReceivePurchaseOrderPayload(purchase_order_id=id, receipt_id=receipt.id)


def _with_ids(values: dict[str, Any], *at: str, **types: str) -> dict[str, Any]:
    """The values with the UUIDs of these references; `at` is where they stand in the caller's input."""
    for name, type_name in types.items():
        if values.get(name) is not None:
            values[name] = uuid_of(values[name], type_name, *at, to_camel_case(name))
    return values


def _values(input: inputs._OrderFields, *at: str) -> dict[str, Any]:
    values = _with_ids(given(input, *drafting.FIELDS), *at, owner_id="Employee", warehouse_id="Warehouse")
    if values.get("delivery_address") is not None:
        address = values["delivery_address"]
        values["delivery_address"] = {
            "name": address.name,
            **(given(address.address, *ADDRESS_FIELDS) if address.address else {}),
        }
    return values


def _lines_values(lines: list[inputs.PurchaseOrderLineInput]) -> list[dict[str, Any]]:
    names = ("product_id", "sales_order_line_id", *purchase_lines.FIELDS)
    types = {"product_id": "Product", "sales_order_line_id": "SalesOrderLine"}
    return [_with_ids(given(line, *names), "lines", str(place), **types) for place, line in enumerate(lines)]


def _costs_values(costs: list[inputs.PurchaseOrderCostInput]) -> list[dict[str, Any]]:
    return [{"title": cost.title, "amount": cost.amount} for cost in costs]


def _sale_purchase(order: inputs.SalePurchaseInput, place: int) -> dict[str, Any]:
    at = ("orders", str(place))
    types = {"product_id": "Product", "sales_order_line_id": "SalesOrderLine"}
    names = (*types, "quantity", "unit_cost")
    return {
        **_values(order, *at),
        "supplier_id": uuid_of(order.supplier_id, "Supplier", *at, "supplierId"),
        "lines": [
            _with_ids(given(line, *names), *at, "lines", str(number), **types)
            for number, line in enumerate(order.lines)
        ],
        "costs": _costs_values(order.costs),
    }
