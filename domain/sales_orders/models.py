"""Sales orders and their lines. No rules: those are in `service.py`.

What happens to an order later (deliveries, payments, confirmations) is `fulfilment.py`.
"""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    Text,
    UniqueConstraint,
    case,
    func,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.models import (
    Amount,
    Base,
    Percent,
    Price,
    Quantity,
    Record,
    belongs_to,
    has_many,
    one_of,
    refers,
    search_index,
    tenant_table,
)
from domain.permissions import Permission
from domain.products.kinds import RecurringPeriod
from domain.sales_orders.lifecycle import Fulfilment, SalesOrderStatus


class SalesOrder(Record, Base):
    """What an organization ordered: by accepting a quote, through staff, or in the online store.

    `subtotal` is its lines, delivery and surcharge less the coupon, before tax; recurring lines for one period.
    `approval_reasons`: why, as a draft, it didn't become approved by itself, as sentences. `receipted`: a purchase
    order for it has received goods. Fulfilled or receipted it is `locked`. `outstanding_minor`: what is still to be
    paid, in minor units: what filters and sorting use. Of a cancelled order that is nothing.
    """

    __tablename__ = "sales_order"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "quote_id"),
        refers("quote_id", "quote"),
        refers("organization_id", "organization"),
        refers("contact_id", "contact"),
        refers("owner_id", "employee"),
        CheckConstraint(one_of("status", SalesOrderStatus), name="status"),
        CheckConstraint("entered_by IN ('CUSTOMER', 'EMPLOYEE')", name="entered_by"),
        CheckConstraint(one_of("fulfilment", Fulfilment), name="fulfilment"),
        Index("ix_sales_order_created", "tenant_id", "created_at", "id"),
        Index("ix_sales_order_updated", "tenant_id", "updated_at", "id"),
        Index("ix_sales_order_status", "tenant_id", "status", "created_at", "id"),
        Index("ix_sales_order_fulfilment", "tenant_id", "fulfilment", "created_at", "id"),
        Index("ix_sales_order_total", "tenant_id", "total_minor", "id"),
        Index("ix_sales_order_outstanding", "tenant_id", "outstanding_minor", "id"),
        search_index("sales_order", "number", "customer_reference"),
        Index("ix_sales_order_organization", "tenant_id", "organization_id", "created_at", "id"),
        Index("ix_sales_order_contact", "tenant_id", "contact_id", "created_at", "id"),
        Index("ix_sales_order_owner", "tenant_id", "owner_id", "created_at", "id"),
        Index(
            "ix_sales_order_customer_reference",
            "tenant_id",
            "customer_reference",
            postgresql_where=text("customer_reference IS NOT NULL"),
        ),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    number: Mapped[str]
    status: Mapped[str] = mapped_column(default=SalesOrderStatus.DRAFT.value)
    fulfilment: Mapped[str] = mapped_column(default=Fulfilment.NONE.value, server_default=Fulfilment.NONE.value)
    receipted: Mapped[bool] = mapped_column(default=False, server_default="false")
    quote_id: Mapped[UUID | None]
    organization_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    entered_by: Mapped[str]
    customer_reference: Mapped[str | None]
    currency: Mapped[str]
    delivery_amount: Mapped[Amount] = mapped_column(default=0, server_default="0")
    delivery_tax_rate: Mapped[Percent] = mapped_column(default=0, server_default="0")
    delivery_tax: Mapped[Amount] = mapped_column(default=0, server_default="0")
    delivery_line1: Mapped[str | None]
    delivery_line2: Mapped[str | None]
    delivery_city: Mapped[str | None]
    delivery_state: Mapped[str | None]
    delivery_zip: Mapped[str | None]
    delivery_country: Mapped[str | None]
    coupon_code: Mapped[str | None]
    coupon_amount: Mapped[Amount] = mapped_column(default=0, server_default="0")
    coupon_tax_rate: Mapped[Percent] = mapped_column(default=0, server_default="0")
    surcharge_title: Mapped[str | None]
    surcharge_amount: Mapped[Amount] = mapped_column(default=0, server_default="0")
    surcharge_tax_rate: Mapped[Percent] = mapped_column(default=0, server_default="0")
    private_note: Mapped[str | None]
    subtotal: Mapped[Amount]
    discount_total: Mapped[Amount] = mapped_column(default=0, server_default="0")
    tax_total: Mapped[Amount]
    total: Mapped[Amount]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    cost_total: Mapped[Amount | None]
    paid_total: Mapped[Amount] = mapped_column(default=0, server_default="0")
    outstanding_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    approval_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    processed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]

    organization = belongs_to("Organization", "SalesOrder.organization_id")
    contact = belongs_to("Contact", "SalesOrder.contact_id")
    owner = belongs_to("Employee", "SalesOrder.owner_id")
    quote = belongs_to("Quote", "SalesOrder.quote_id")
    lines = has_many(
        "SalesOrder", "SalesOrderLine", "sales_order_id", order_by="position", back_populates="sales_order"
    )
    deliveries = has_many(
        "SalesOrder", "SalesOrderDelivery", "sales_order_id", order_by="ordinal", back_populates="sales_order"
    )
    payments = has_many(
        "SalesOrder", "SalesOrderPayment", "sales_order_id", order_by="created_at", back_populates="sales_order"
    )
    confirmations = has_many(
        "SalesOrder", "OrderConfirmation", "sales_order_id", order_by="created_at", back_populates="sales_order"
    )

    @hybrid_property
    def locked(self) -> bool:
        return self.fulfilment == Fulfilment.FULFILLED.value or self.receipted

    @locked.inplace.expression
    @classmethod
    def _locked(cls) -> ColumnElement[bool]:
        return or_(cls.fulfilment == Fulfilment.FULFILLED.value, cls.receipted)

    @hybrid_property
    def outstanding(self) -> Decimal:
        return Decimal(0) if self.status == SalesOrderStatus.CANCELLED.value else self.total - self.paid_total

    @outstanding.inplace.expression
    @classmethod
    def _outstanding(cls) -> ColumnElement[Decimal]:
        return case((cls.status != SalesOrderStatus.CANCELLED.value, cls.total - cls.paid_total), else_=0)

    @hybrid_property
    def margin(self) -> Decimal | None:
        return None if self.cost_total is None else self.subtotal - self.cost_total

    @margin.inplace.expression
    @classmethod
    def _margin(cls) -> ColumnElement[Decimal]:
        return cls.subtotal - cls.cost_total


class SalesOrderLine(Record, Base):
    """One line. `received_quantity`: came in by purchase orders for it; `delivered_quantity`: went to the customer.

    What is fulfilled of it is the larger of the two.
    """

    __tablename__ = "sales_order_line"
    __table_args__ = tenant_table(
        refers("sales_order_id", "sales_order", ondelete="CASCADE"),
        refers("product_id", "product"),
        CheckConstraint(one_of("recurring_period", RecurringPeriod), name="recurring_period"),
        Index("ix_sales_order_line_order", "tenant_id", "sales_order_id", "position"),
        Index(
            "ix_sales_order_line_product", "tenant_id", "product_id", postgresql_where=text("product_id IS NOT NULL")
        ),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    sales_order_id: Mapped[UUID]
    quote_line_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]
    part_number: Mapped[str | None]
    part_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    position: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    quantity: Mapped[Quantity]
    received_quantity: Mapped[Quantity] = mapped_column(default=0, server_default="0")
    delivered_quantity: Mapped[Quantity] = mapped_column(default=0, server_default="0")
    unit_price: Mapped[Price]
    unit_cost: Mapped[Price | None]
    discount_percent: Mapped[Percent | None]
    discount_amount: Mapped[Amount | None]
    tax_rate: Mapped[Percent]
    recurring_period: Mapped[str | None]
    recurring_cycles: Mapped[int | None]
    net_total: Mapped[Amount]
    tax_total: Mapped[Amount]
    total: Mapped[Amount]

    product = belongs_to("Product", "SalesOrderLine.product_id")
    sales_order = belongs_to("SalesOrder", "SalesOrderLine.sales_order_id", back_populates="lines")
    serial_numbers = relationship(
        "SerialNumber",
        primaryjoin="SalesOrderLine.id == foreign(SerialNumber.sales_order_line_id)",
        order_by="SerialNumber.number_folded",
        viewonly=True,
        lazy="raise",
    )

    @hybrid_property
    def fulfilled_quantity(self) -> Decimal:
        return max(self.received_quantity, self.delivered_quantity)

    @fulfilled_quantity.inplace.expression
    @classmethod
    def _fulfilled_quantity(cls) -> ColumnElement[Decimal]:
        return func.greatest(cls.received_quantity, cls.delivered_quantity)
