"""What mutations of sales orders take. Input shapes only: what is acceptable in them is for the services to say."""

from datetime import date
from decimal import Decimal

import strawberry

from api.quotes.delivery import DeliveryInput
from api.sales_orders.extras import CouponInput, SurchargeInput
from domain.products.kinds import RecurringPeriod

UNSET = strawberry.UNSET
_VERSION = "The version of the order that you saw: a newer one is not changed."


@strawberry.input(description="What a new line and a changed one take alike.")
class _LineFields:
    title: str | None = strawberry.field(default=UNSET, description="What is ordered, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    quantity: Decimal | None = strawberry.field(default=UNSET, description="How many; of a new line 1 if not said.")
    unit_price: Decimal | None = strawberry.field(
        default=UNSET, description="The price of one, before discount and tax."
    )
    unit_cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    discount_percent: Decimal | None = strawberry.field(default=UNSET, description="The discount in percent, 0 to 100.")
    discount_amount: Decimal | None = strawberry.field(default=UNSET, description="The discount off the whole line.")
    tax_rate: Decimal | None = strawberry.field(
        default=UNSET, description="The tax in percent, 0 to 100; none if not said."
    )
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; null: once."
    )
    recurring_cycles: int | None = strawberry.field(
        default=UNSET, description="How many times a recurring line is billed, 1 to 120; null: without end."
    )


@strawberry.input(
    description="A new line. With a product it takes from that what is not said here; else it needs title and price."
)
class SalesOrderLineInput(_LineFields):
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The product; free text if not said. Its part number is kept as it is now."
    )


@strawberry.input(description="What a new order and a changed one take alike.")
class _OrderFields:
    contact_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The person who ordered.")
    owner_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The employee who looks after it; of a new order that of the token if not said."
    )
    customer_reference: str | None = strawberry.field(
        default=UNSET, description="The customer's own number for it, at most 100 characters."
    )
    private_note: str | None = strawberry.field(
        default=UNSET, description="A note that the customer never sees, at most 10,000 characters."
    )
    delivery: DeliveryInput | None = strawberry.field(
        default=UNSET, description="What delivery costs, and where to; null: there is none."
    )
    coupon: CouponInput | None = strawberry.field(
        default=UNSET, description="What a coupon takes off; null: there is none."
    )
    surcharge: SurchargeInput | None = strawberry.field(
        default=UNSET, description="What is asked beside the goods; null: there is none."
    )


@strawberry.input(description="A new sales order.")
class CreateSalesOrderInput(_OrderFields):
    organization_id: strawberry.ID = strawberry.field(description="Who ordered.")
    lines: list[SalesOrderLineInput] = strawberry.field(description="What was ordered, in order; at most 500.")


@strawberry.input(description="What to change of a sales order. What is left out stays; null empties it.")
class UpdateSalesOrderInput(_OrderFields):
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="Lines to put at the end of a sales order.")
class AddSalesOrderLinesInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    lines: list[SalesOrderLineInput] = strawberry.field(description="The lines, in order.")


@strawberry.input(description="What to change of a line. What is left out stays; null empties it.")
class UpdateSalesOrderLineInput(_LineFields):
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    product_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Another product: the line takes from it what is not said here. Null makes it free text.",
    )


@strawberry.input(description="A line to take out of its order.")
class RemoveSalesOrderLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="An order to approve.")
class ApproveSalesOrderInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="An order that the office is done with.")
class ProcessSalesOrderInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="An order to call off.")
class CancelSalesOrderInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    reason: str | None = strawberry.field(default=None, description="Why, at most 2,000 characters.")


@strawberry.input(description="What goes out of one line.")
class DeliveryLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line of the order; each once.")
    quantity: Decimal = strawberry.field(description="How many: no more than are left to deliver.")
    serial_numbers: list[str] = strawberry.field(
        default_factory=list, description="Of a serialized product the number of each piece; of others none."
    )


@strawberry.input(description="Goods that went to the customer.")
class DeliverSalesOrderInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    lines: list[DeliveryLineInput] = strawberry.field(description="What went out.")
    delivered_on: date | None = strawberry.field(
        default=None, description="The day, where the MSP is; today if not said, never later."
    )
    tracking_number: str | None = strawberry.field(
        default=None, description="The carrier's number for it, at most 100 characters."
    )
    note: str | None = strawberry.field(default=None, description="What there is to say, at most 2,000 characters.")


@strawberry.input(description="An order all of which went to the customer.")
class FulfilSalesOrderInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    delivered_on: date | None = strawberry.field(
        default=None, description="The day, where the MSP is; today if not said, never later."
    )


@strawberry.input(description="Money that came in for an order, or went back.")
class RecordPaymentInput:
    sales_order_id: strawberry.ID = strawberry.field(description="The order.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    amount: Decimal = strawberry.field(
        description="How much, in the currency of the order. Less than 0: it went back. No more comes in than is"
        " outstanding, and no more goes back than came in."
    )
    paid_on: date | None = strawberry.field(
        default=None, description="The day, where the MSP is; today if not said, never later."
    )
    method: str | None = strawberry.field(default=None, description="How it was paid, at most 100 characters.")
    reference: str | None = strawberry.field(
        default=None, description="The bank's or the card's number for it, at most 100 characters."
    )


@strawberry.input(description="A payment that was entered by mistake.")
class RemovePaymentInput:
    payment_id: strawberry.ID = strawberry.field(description="The payment.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
