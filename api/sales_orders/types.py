"""Sales orders, their lines, deliveries and payments as the API shows them. Sources are the mapped rows."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from api.employees import Employee
from api.node import Node, related
from api.order_documents import DOCUMENT, OrderDocument
from api.organizations.types import Contact, Organization
from api.products.serials import SerialNumber
from api.products.types import Product
from api.purchase_orders.of_sale import PURCHASE_ORDERS
from api.quotes.delivery import Delivery, delivered
from api.quotes.types import Quote
from api.sales_orders.extras import Coupon, Surcharge, beside
from api.scalars import Money, described, money
from api.sync import RecordSync, standing
from domain.integration_settings.apps import MAIL
from domain.products.kinds import RecurringPeriod
from domain.sales_orders import fulfilment, models
from domain.sales_orders.lifecycle import Fulfilment, SalesOrderStatus

if TYPE_CHECKING:
    from api.purchase_orders.types import PurchaseOrder

PurchaseRef = Annotated["PurchaseOrder", strawberry.lazy("api.purchase_orders.types")]

described(
    SalesOrderStatus,
    "Where a sales order stands.",
    DRAFT="It was entered and waits for approval: `approvalReasons` says why.",
    APPROVED="It may be delivered.",
    PROCESSED="The office is done with it. What is missing can still be delivered and paid.",
    CANCELLED="It was called off.",
)
described(
    Fulfilment,
    "How much of a sales order is fulfilled. Of a line that is what came in for it or what was delivered, whichever is"
    " more.",
    NONE="Nothing.",
    PARTIAL="Some.",
    FULFILLED="All of every line.",
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
    fulfilment: Fulfilment = strawberry.field(description="How much of it is fulfilled.")
    receipted: bool = strawberry.field(description="Whether a purchase order for it has received goods.")
    locked: bool = strawberry.field(description="Whether it can't be edited any more: fulfilled or receipted.")
    quote: Quote | None = related(models.SalesOrder.quote, "The quote that was accepted.")
    organization: Organization = related(models.SalesOrder.organization, "Who ordered.")
    contact: Contact | None = related(models.SalesOrder.contact, "The person who ordered.")
    owner: Employee | None = related(models.SalesOrder.owner, "The employee who looks after it.")
    entered_by: EnteredBy = strawberry.field(description="Who entered it.")
    customer_reference: str | None = strawberry.field(description="The customer's own number for it.")
    private_note: str | None = strawberry.field(description="A note that the customer never sees.")
    currency: str = strawberry.field(name="currencyCode", description="The currency of all its amounts, ISO 4217.")
    delivery: Delivery = delivered("What its delivery costs, and where it goes.")
    coupon: Coupon = beside("What a coupon takes off.")
    surcharge: Surcharge = beside("What is asked beside the goods: for paying by card, say.")
    subtotal: Money = money(
        "subtotal",
        "Its lines after discounts, delivery and surcharge, less the coupon, before tax: recurring lines for one"
        " period.",
    )
    discount_total: Money = money("discount_total", "What the discounts of its lines take off. The coupon is none.")
    tax_total: Money = money("tax_total", "The tax of all that is in the subtotal.")
    total: Money = money("total", "Subtotal and tax.")
    cost_total: Money | None = money("cost_total", "What its lines cost the MSP; empty when no cost is known.")
    margin: Money | None = money("margin", "The subtotal less the cost; empty when no cost is known.")
    paid_total: Money = money("paid_total", "What was paid, less what was paid back.")
    outstanding: Money = money(
        "outstanding", "What is still to be paid; less than 0 when too much was, nothing of a cancelled order."
    )
    approval_reasons: list[str] = strawberry.field(
        description="Why a draft did not become approved by itself, as of its last change; for people to read."
    )
    approved_at: datetime | None = strawberry.field(description="When it was approved.")
    approved_by: str | None = strawberry.field(description="Who approved it; empty when it approved itself.")
    processed_at: datetime | None = strawberry.field(description="When the office was done with it.")
    cancelled_at: datetime | None = strawberry.field(description="When it was called off.")
    cancel_reason: str | None = strawberry.field(description="Why it was called off.")
    lines: "list[SalesOrderLine]" = related(models.SalesOrder.lines, "What was ordered, in order; at most 500.")
    deliveries: "list[SalesOrderDelivery]" = related(models.SalesOrder.deliveries, "What went out, the first first.")
    payments: "list[SalesOrderPayment]" = related(models.SalesOrder.payments, "What was paid, the first entered first.")
    confirmations: "list[OrderConfirmation]" = related(
        models.SalesOrder.confirmations, "The mails that confirm it, one for each contact that gets invoices."
    )
    purchase_orders: list[PurchaseRef] = PURCHASE_ORDERS
    document: OrderDocument = DOCUMENT
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="One line of a sales order. Its amounts are in the currency of the order.")
class SalesOrderLine(Node):
    model: ClassVar[Any] = models.SalesOrderLine

    sales_order: SalesOrder = related(models.SalesOrderLine.sales_order, "The order that it is part of.")
    product: Product | None = related(models.SalesOrderLine.product, "What was ordered; empty for free text.")
    part_number: str | None = strawberry.field(
        description="The part number of the product, or failing that its number, as it was when it was put here."
    )
    position: int = strawberry.field(
        description="Its place: lines are in the order of this number, which may have gaps."
    )
    title: str = strawberry.field(description="What was ordered.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    received_quantity: Decimal = strawberry.field(description="How many came in for it, by purchase orders.")
    delivered_quantity: Decimal = strawberry.field(description="How many went to the customer.")
    fulfilled_quantity: Decimal = strawberry.field(description="How many are fulfilled: the larger of the two.")
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
    serial_numbers: list[SerialNumber] = related(
        models.SalesOrderLine.serial_numbers, "The single pieces that came in for it or went out with it."
    )
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="Some of a sales order went to the customer.")
class SalesOrderDelivery(Node):
    model: ClassVar[Any] = fulfilment.SalesOrderDelivery

    sales_order: SalesOrder = related(fulfilment.SalesOrderDelivery.sales_order, "The order.")
    ordinal: int = strawberry.field(description="Counts the deliveries of the order, from 1.")
    delivered_on: date = strawberry.field(description="The day, where the MSP is.")
    tracking_number: str | None = strawberry.field(description="The carrier's number for it.")
    note: str | None = strawberry.field(description="What there is to say about it.")
    lines: "list[SalesOrderDeliveryLine]" = related(fulfilment.SalesOrderDelivery.lines, "What went out.")
    created_at: datetime = strawberry.field(description="When the record was made.")


@strawberry.type(description="So much of one line of a sales order went out with a delivery.")
class SalesOrderDeliveryLine(Node):
    model: ClassVar[Any] = fulfilment.SalesOrderDeliveryLine

    line: SalesOrderLine = related(fulfilment.SalesOrderDeliveryLine.line, "The line.")
    quantity: Decimal = strawberry.field(description="How many.")
    serial_numbers: list[SerialNumber] = related(
        fulfilment.SalesOrderDeliveryLine.serial_numbers, "Which single pieces, of a serialized product."
    )


@strawberry.type(description="Money that came in for a sales order, or went back.")
class SalesOrderPayment(Node):
    model: ClassVar[Any] = fulfilment.SalesOrderPayment

    sales_order: SalesOrder = related(fulfilment.SalesOrderPayment.sales_order, "The order.")
    amount: Money = money("amount", "How much; less than 0 when it went back.")
    paid_on: date = strawberry.field(description="The day, where the MSP is.")
    method: str | None = strawberry.field(description="How it was paid.")
    reference: str | None = strawberry.field(description="The bank's or the card's number for it.")
    created_at: datetime = strawberry.field(description="When the record was made.")


@strawberry.type(
    description="The mail that brings the document of a sales order to one contact. There is never a second."
)
class OrderConfirmation(Node):
    model: ClassVar[Any] = fulfilment.OrderConfirmation

    sales_order: SalesOrder = related(fulfilment.OrderConfirmation.sales_order, "The order.")
    contact: Contact = related(fulfilment.OrderConfirmation.contact, "Who gets it.")
    email: str = strawberry.field(description="The address that it goes to: the contact's when the order was entered.")
    sent_at: datetime | None = strawberry.field(description="When the mail server took it; empty until then.")
    sync: RecordSync = standing("order_confirmation", provider=MAIL.provider)
    created_at: datetime = strawberry.field(description="When the record was made.")
