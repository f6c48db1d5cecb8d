"""Sales orders and their lines. No rules: those are in `service.py`."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

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
from domain.sales_orders.lifecycle import SalesOrderStatus


class SalesOrder(Record, Base):
    """What an organization ordered: made by the acceptance of a quote."""

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
        Index("ix_sales_order_created", "tenant_id", "created_at", "id"),
        Index("ix_sales_order_updated", "tenant_id", "updated_at", "id"),
        Index("ix_sales_order_total", "tenant_id", "total_minor", "id"),
        search_index("sales_order", "number", "customer_reference"),
        Index("ix_sales_order_organization", "tenant_id", "organization_id", "created_at", "id"),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    number: Mapped[str]
    status: Mapped[str] = mapped_column(default=SalesOrderStatus.DRAFT.value)
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
    subtotal: Mapped[Amount]
    tax_total: Mapped[Amount]
    total: Mapped[Amount]
    total_minor: Mapped[int] = mapped_column(BigInteger)

    organization = belongs_to("Organization", "SalesOrder.organization_id")
    contact = belongs_to("Contact", "SalesOrder.contact_id")
    owner = belongs_to("Employee", "SalesOrder.owner_id")
    quote = belongs_to("Quote", "SalesOrder.quote_id")
    lines = has_many(
        "SalesOrder", "SalesOrderLine", "sales_order_id", order_by="position", back_populates="sales_order"
    )


class SalesOrderLine(Record, Base):
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
