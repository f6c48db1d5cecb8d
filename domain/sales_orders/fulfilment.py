"""What happens to a sales order after it was entered: deliveries, payments, and the mails that confirm it. No rules."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from domain.models import Amount, Base, Quantity, Record, belongs_to, has_many, refers, tenant_table
from domain.permissions import Permission


class SalesOrderDelivery(Record, Base):
    """Some of an order went to the customer. `ordinal` counts the order's deliveries from 1."""

    __tablename__ = "sales_order_delivery"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "sales_order_id", "ordinal"),
        refers("sales_order_id", "sales_order", ondelete="CASCADE"),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    sales_order_id: Mapped[UUID]
    ordinal: Mapped[int]
    delivered_on: Mapped[date]
    tracking_number: Mapped[str | None]
    note: Mapped[str | None]

    sales_order = belongs_to("SalesOrder", "SalesOrderDelivery.sales_order_id", back_populates="deliveries")
    lines = has_many(
        "SalesOrderDelivery", "SalesOrderDeliveryLine", "delivery_id", order_by="position", back_populates="delivery"
    )


class SalesOrderDeliveryLine(Record, Base):
    """So much of one line of the order."""

    __tablename__ = "sales_order_delivery_line"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "delivery_id", "sales_order_line_id"),
        refers("delivery_id", "sales_order_delivery", ondelete="CASCADE"),
        refers("sales_order_id", "sales_order"),
        refers("sales_order_line_id", "sales_order_line"),
        Index("ix_sales_order_delivery_line_line", "tenant_id", "sales_order_line_id"),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    delivery_id: Mapped[UUID]
    sales_order_id: Mapped[UUID]
    sales_order_line_id: Mapped[UUID]
    position: Mapped[int]
    quantity: Mapped[Quantity]

    delivery = belongs_to("SalesOrderDelivery", "SalesOrderDeliveryLine.delivery_id", back_populates="lines")
    line = belongs_to("SalesOrderLine", "SalesOrderDeliveryLine.sales_order_line_id")
    serial_numbers = relationship(
        "SerialNumber",
        primaryjoin="SalesOrderDeliveryLine.id == foreign(SerialNumber.delivery_line_id)",
        order_by="SerialNumber.number_folded",
        viewonly=True,
        lazy="raise",
    )


class SalesOrderPayment(Record, Base):
    """Money that came in for an order; a negative amount went back."""

    __tablename__ = "sales_order_payment"
    __table_args__ = tenant_table(
        refers("sales_order_id", "sales_order", ondelete="CASCADE"),
        Index("ix_sales_order_payment_order", "tenant_id", "sales_order_id", "created_at"),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    sales_order_id: Mapped[UUID]
    paid_on: Mapped[date]
    currency: Mapped[str]
    amount: Mapped[Amount]
    method: Mapped[str | None]
    reference: Mapped[str | None]

    sales_order = belongs_to("SalesOrder", "SalesOrderPayment.sales_order_id", back_populates="payments")


class OrderConfirmation(Record, Base):
    """The document of an order goes to one contact, by mail. Never two for the same order and contact.

    `attempted_at`: a sending began whose end nobody has written down yet; the mail may have left.
    """

    __tablename__ = "order_confirmation"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "sales_order_id", "contact_id"),
        refers("sales_order_id", "sales_order", ondelete="CASCADE"),
        refers("contact_id", "contact"),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    sales_order_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    email: Mapped[str]
    attempted_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    sales_order = belongs_to("SalesOrder", "OrderConfirmation.sales_order_id", back_populates="confirmations")
    contact = belongs_to("Contact", "OrderConfirmation.contact_id")
