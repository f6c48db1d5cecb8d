"""Sales orders and their lines. No rules: those are in `service.py`."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
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
    refers,
    tenant_table,
)
from domain.permissions import Permission
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
        CheckConstraint("status IN ({})".format(", ".join(f"'{s.value}'" for s in SalesOrderStatus)), name="status"),
        CheckConstraint("entered_by IN ('CUSTOMER', 'EMPLOYEE')", name="entered_by"),
        Index("ix_sales_order_created", "tenant_id", "created_at", "id"),
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
        Index("ix_sales_order_line_order", "tenant_id", "sales_order_id", "position"),
    )
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    sales_order_id: Mapped[UUID]
    quote_line_id: Mapped[UUID | None]
    position: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    quantity: Mapped[Quantity]
    unit_price: Mapped[Price]
    unit_cost: Mapped[Price | None]
    tax_rate: Mapped[Percent]
    net_total: Mapped[Amount]
    tax_total: Mapped[Amount]
    total: Mapped[Amount]

    sales_order = belongs_to("SalesOrder", "SalesOrderLine.sales_order_id", back_populates="lines")
