"""Who supplies products, where they are kept, and each single piece that has a serial number. No rules.

What is ordered from a supplier is a purchase order (`domain.purchase_orders`).
"""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from domain.models import Base, Price, Quantity, Record, belongs_to, refers, tenant_table
from domain.permissions import Permission
from domain.products.models import Product


class Supplier(Record, Base):
    """Whom the MSP buys from: a vendor in ConnectWise. `account_number`: the MSP's number over there."""

    __tablename__ = "supplier"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "name_folded"),
        Index("ix_supplier_created", "tenant_id", "created_at", "id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(Text(collation="C"))
    account_number: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    website: Mapped[str | None]
    line1: Mapped[str | None]
    line2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip: Mapped[str | None]
    country: Mapped[str | None]
    archived_at: Mapped[datetime | None]


class Warehouse(Record, Base):
    """Where goods come in and are kept."""

    __tablename__ = "warehouse"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "name_folded"),
        Index("ix_warehouse_created", "tenant_id", "created_at", "id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(Text(collation="C"))
    line1: Mapped[str | None]
    line2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip: Mapped[str | None]
    country: Mapped[str | None]
    archived_at: Mapped[datetime | None]


class SupplierOffer(Record, Base):
    """What a supplier asks for a product, and how many of it they have; an empty `stock` is unknown.

    `supplier_key`: the supplier's number in one spelling, as part numbers have.
    """

    __tablename__ = "supplier_offer"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "product_id", "supplier_id"),
        refers("product_id", "product", ondelete="CASCADE"),
        refers("supplier_id", "supplier"),
        Index("ix_supplier_offer_supplier", "tenant_id", "supplier_id"),
        Index("ix_supplier_offer_key", "tenant_id", "supplier_key", "product_id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    product_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    supplier_number: Mapped[str | None]
    supplier_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    cost: Mapped[Price]
    stock: Mapped[Quantity | None]

    product = belongs_to("Product", "SupplierOffer.product_id", back_populates="offers")
    supplier = belongs_to("Supplier", "SupplierOffer.supplier_id")


def _stock() -> ColumnElement[Decimal | None]:
    """What all suppliers that aren't archived have of a product together; empty when none of them says."""
    product, offer, supplier = Product.__table__.c, SupplierOffer.__table__.c, Supplier.__table__.c
    return (
        select(func.sum(offer.stock))
        .where(
            offer.tenant_id == product.tenant_id,
            offer.product_id == product.id,
            supplier.tenant_id == offer.tenant_id,
            supplier.id == offer.supplier_id,
            supplier.archived_at.is_(None),
        )
        .correlate(Product.__table__)
        .scalar_subquery()
    )


# Added up when it is asked for: archiving a supplier changes the stock of all that they offer.
Product.__mapper__.add_property("stock", column_property(_stock()))


class SerialNumber(Record, Base):
    """One piece of a serialized product: how it came in, and which order it went to.

    Of one product each number exists once, whatever its case and spaces (`number_folded`).
    """

    __tablename__ = "serial_number"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "product_id", "number_folded"),
        refers("product_id", "product"),
        refers("goods_receipt_line_id", "goods_receipt_line"),
        refers("sales_order_line_id", "sales_order_line"),
        refers("delivery_line_id", "sales_order_delivery_line"),
        Index(
            "ix_serial_number_receipt",
            "tenant_id",
            "goods_receipt_line_id",
            postgresql_where=text("goods_receipt_line_id IS NOT NULL"),
        ),
        Index(
            "ix_serial_number_order",
            "tenant_id",
            "sales_order_line_id",
            postgresql_where=text("sales_order_line_id IS NOT NULL"),
        ),
        Index(
            "ix_serial_number_delivery",
            "tenant_id",
            "delivery_line_id",
            postgresql_where=text("delivery_line_id IS NOT NULL"),
        ),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    product_id: Mapped[UUID]
    number: Mapped[str]
    number_folded: Mapped[str] = mapped_column(Text(collation="C"))
    goods_receipt_line_id: Mapped[UUID | None]
    sales_order_line_id: Mapped[UUID | None]
    delivery_line_id: Mapped[UUID | None]

    product = belongs_to("Product", "SerialNumber.product_id")
