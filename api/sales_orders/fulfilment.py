"""What happens to a sales order after it was entered: goods go out, money comes in. Rules are the services' own."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import mutation, record
from api.node import uuid_of
from api.sales_orders import inputs
from api.sales_orders.mutations import SalesOrderPayload
from api.sales_orders.types import SalesOrderDelivery, SalesOrderPayment
from domain.sales_orders import deliveries, payments
from domain.sales_orders import fulfilment as models
from domain.sales_orders.deliveries import Going


@strawberry.type(description="The outcome of a delivery.")
class _DeliveryPayload(SalesOrderPayload):
    delivery_id: strawberry.Private[UUID | None] = None

    delivery: SalesOrderDelivery | None = record(models.SalesOrderDelivery, "delivery_id", "What went out.")


@strawberry.type(description="The outcome of `deliverSalesOrder`.")
class DeliverSalesOrderPayload(_DeliveryPayload):
    pass


@strawberry.type(description="The outcome of `fulfilSalesOrder`.")
class FulfilSalesOrderPayload(_DeliveryPayload):
    pass


@strawberry.type(description="The outcome of `recordPayment`.")
class RecordPaymentPayload(SalesOrderPayload):
    payment_id: strawberry.Private[UUID | None] = None

    payment: SalesOrderPayment | None = record(models.SalesOrderPayment, "payment_id", "What was paid.")


@strawberry.type(description="The outcome of `removePayment`.")
class RemovePaymentPayload(SalesOrderPayload):
    pass


@mutation(
    deliveries.deliver,
    "Goods went to the customer, of an approved or processed order: some or all. A serial number is that of a piece"
    " that came in for the order or for stock, or a new one, which is recorded.",
)
async def deliver_sales_order(
    info: Info, input: Annotated[inputs.DeliverSalesOrderInput, strawberry.argument(description="What went out.")]
) -> DeliverSalesOrderPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    lines = [
        Going(
            uuid_of(line.line_id, "SalesOrderLine", "lines", str(place), "lineId"), line.quantity, line.serial_numbers
        )
        for place, line in enumerate(input.lines)
    ]
    async with info.context.transaction() as ctx:
        delivery = await deliveries.deliver(
            ctx,
            id,
            lines,
            delivered_on=input.delivered_on,
            tracking_number=input.tracking_number,
            note=input.note,
            version=input.version,
        )
    return DeliverSalesOrderPayload(sales_order_id=id, delivery_id=delivery.id)


@mutation(
    deliveries.fulfil,
    "All that is missing of an approved or processed order went to the customer. Of serialized products the pieces that"
    " came in for it; where those are not all, say which with `deliverSalesOrder`.",
)
async def fulfil_sales_order(
    info: Info, input: Annotated[inputs.FulfilSalesOrderInput, strawberry.argument(description="The order.")]
) -> FulfilSalesOrderPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    async with info.context.transaction() as ctx:
        delivery = await deliveries.fulfil(ctx, id, delivered_on=input.delivered_on, version=input.version)
    return FulfilSalesOrderPayload(sales_order_id=id, delivery_id=delivery.id)


@mutation(payments.record, "Money came in for an order that is not cancelled, or went back.")
async def record_payment(
    info: Info, input: Annotated[inputs.RecordPaymentInput, strawberry.argument(description="The payment.")]
) -> RecordPaymentPayload:
    id = uuid_of(input.sales_order_id, "SalesOrder", "salesOrderId")
    async with info.context.transaction() as ctx:
        payment = await payments.record(
            ctx,
            id,
            input.amount,
            paid_on=input.paid_on,
            method=input.method,
            reference=input.reference,
            version=input.version,
        )
    return RecordPaymentPayload(sales_order_id=id, payment_id=payment.id)


@mutation(
    payments.remove,
    "Takes out a payment that was entered by mistake. Refused where without it more would have gone back than came in.",
)
async def remove_payment(
    info: Info, input: Annotated[inputs.RemovePaymentInput, strawberry.argument(description="The payment.")]
) -> RemovePaymentPayload:
    id = uuid_of(input.payment_id, "SalesOrderPayment", "paymentId")
    async with info.context.transaction() as ctx:
        order = await payments.remove(ctx, id, version=input.version)
    return RemovePaymentPayload(sales_order_id=order.id)
