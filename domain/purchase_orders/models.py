"""Purchase orders, their lines and other costs, and what came in. No rules: those are in `service.py`."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.models import (
    Amount,
    Base,
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
from domain.purchase_orders.lifecycle import PurchaseOrderStatus


class PurchaseOrder(Record, Base):
    """What the MSP orders from a supplier: for a sales order, or for stock.

    It goes to a warehouse, or straight to the customer (`drop_ship` and the address). `sealed_note`: the note,
    encrypted, since licence keys come to stand in it. `subtotal` is its lines, `total` has the other costs too.
    """

    __tablename__ = "purchase_order"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "number"),
        refers("supplier_id", "supplier"),
        refers("warehouse_id", "warehouse"),
        refers("sales_order_id", "sales_order"),
        refers("owner_id", "employee"),
        CheckConstraint(one_of("status", PurchaseOrderStatus), name="status"),
        Index("ix_purchase_order_created", "tenant_id", "created_at", "id"),
        Index("ix_purchase_order_updated", "tenant_id", "updated_at", "id"),
        Index("ix_purchase_order_status", "tenant_id", "status", "created_at", "id"),
        Index("ix_purchase_order_supplier", "tenant_id", "supplier_id", "created_at", "id"),
        Index("ix_purchase_order_warehouse", "tenant_id", "warehouse_id", "created_at", "id"),
        Index("ix_purchase_order_owner", "tenant_id", "owner_id", "created_at", "id"),
        Index(
            "ix_purchase_order_supplier_reference",
            "tenant_id",
            "supplier_reference",
            postgresql_where=text("supplier_reference IS NOT NULL"),
        ),
        Index("ix_purchase_order_total", "tenant_id", "total_minor", "id"),
        Index(
            "ix_purchase_order_sales_order",
            "tenant_id",
            "sales_order_id",
            postgresql_where=text("sales_order_id IS NOT NULL"),
        ),
        search_index("purchase_order", "number", "supplier_reference"),
    )
    reads: ClassVar[Permission] = Permission.PURCHASE_ORDERS_READ

    number: Mapped[str]
    status: Mapped[str] = mapped_column(default=PurchaseOrderStatus.DRAFT.value)
    supplier_id: Mapped[UUID]
    warehouse_id: Mapped[UUID | None]
    sales_order_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    supplier_reference: Mapped[str | None]
    due_date: Mapped[date | None]
    sealed_note: Mapped[str | None]
    drop_ship: Mapped[bool] = mapped_column(default=False, server_default="false")
    delivery_name: Mapped[str | None]
    delivery_line1: Mapped[str | None]
    delivery_line2: Mapped[str | None]
    delivery_city: Mapped[str | None]
    delivery_state: Mapped[str | None]
    delivery_zip: Mapped[str | None]
    delivery_country: Mapped[str | None]
    currency: Mapped[str]
    subtotal: Mapped[Amount] = mapped_column(default=0)
    total: Mapped[Amount] = mapped_column(default=0)
    total_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    received_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]

    supplier = belongs_to("Supplier", "PurchaseOrder.supplier_id")
    warehouse = belongs_to("Warehouse", "PurchaseOrder.warehouse_id")
    sales_order = belongs_to("SalesOrder", "PurchaseOrder.sales_order_id")
    owner = belongs_to("Employee", "PurchaseOrder.owner_id")
    lines = has_many(
        "PurchaseOrder", "PurchaseOrderLine", "purchase_order_id", order_by="position", back_populates="purchase_order"
    )
    costs = has_many(
        "PurchaseOrder", "PurchaseOrderCost", "purchase_order_id", order_by="position", back_populates="purchase_order"
    )
    receipts = has_many(
        "PurchaseOrder", "GoodsReceipt", "purchase_order_id", order_by="ordinal", back_populates="purchase_order"
    )

    @hybrid_property
    def locked(self) -> bool:
        return self.status == PurchaseOrderStatus.RECEIVED.value

    @hybrid_property
    def costs_total(self) -> Decimal:
        return self.total - self.subtotal


class PurchaseOrderLine(Record, Base):
    """One line, of a product or free text; `sales_order_line_id`: the line of a sales order that it is bought for.

    That line may be of a bundle: then `product_id` is one of its components, and `quantity` counts those.
    """

    __tablename__ = "purchase_order_line"
    __table_args__ = tenant_table(
        refers("purchase_order_id", "purchase_order", ondelete="CASCADE"),
        refers("product_id", "product"),
        refers("sales_order_line_id", "sales_order_line"),
        # What the row lock in `receiving.py` sees to. Should it ever fail, nothing is written.
        CheckConstraint("received_quantity >= 0 AND received_quantity <= quantity", name="received"),
        Index("ix_purchase_order_line_order", "tenant_id", "purchase_order_id", "position"),
        Index(
            "ix_purchase_order_line_product", "tenant_id", "product_id", postgresql_where=text("product_id IS NOT NULL")
        ),
        Index(
            "ix_purchase_order_line_sales",
            "tenant_id",
            "sales_order_line_id",
            postgresql_where=text("sales_order_line_id IS NOT NULL"),
        ),
    )
    reads: ClassVar[Permission] = Permission.PURCHASE_ORDERS_READ

    purchase_order_id: Mapped[UUID]
    sales_order_line_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]
    part_number: Mapped[str | None]
    part_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    supplier_number: Mapped[str | None]
    position: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    quantity: Mapped[Quantity]
    received_quantity: Mapped[Quantity] = mapped_column(default=0, server_default="0")
    currency: Mapped[str]
    unit_cost: Mapped[Price]
    total: Mapped[Amount]

    purchase_order = belongs_to("PurchaseOrder", "PurchaseOrderLine.purchase_order_id", back_populates="lines")
    product = belongs_to("Product", "PurchaseOrderLine.product_id")
    sales_order_line = belongs_to("SalesOrderLine", "PurchaseOrderLine.sales_order_line_id")
    receipts = has_many(
        "PurchaseOrderLine", "GoodsReceiptLine", "purchase_order_line_id", order_by="id", back_populates="line"
    )

    @hybrid_property
    def missing_quantity(self) -> Decimal:
        return self.quantity - self.received_quantity


class PurchaseOrderCost(Record, Base):
    """What the supplier or a carrier asks beside the goods: freight, insurance, a small-order fee."""

    __tablename__ = "purchase_order_cost"
    __table_args__ = tenant_table(
        refers("purchase_order_id", "purchase_order", ondelete="CASCADE"),
        Index("ix_purchase_order_cost_order", "tenant_id", "purchase_order_id", "position"),
    )
    reads: ClassVar[Permission] = Permission.PURCHASE_ORDERS_READ

    purchase_order_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[Amount]

    purchase_order = belongs_to("PurchaseOrder", "PurchaseOrderCost.purchase_order_id", back_populates="costs")


class GoodsReceipt(Record, Base):
    """What came in at once. `ordinal` counts the receipts of a purchase order from 1; `received_on` is a date where
    the tenant is."""

    __tablename__ = "goods_receipt"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "purchase_order_id", "ordinal"),
        refers("purchase_order_id", "purchase_order", ondelete="CASCADE"),
    )
    reads: ClassVar[Permission] = Permission.PURCHASE_ORDERS_READ

    purchase_order_id: Mapped[UUID]
    ordinal: Mapped[int]
    received_on: Mapped[date]
    reference: Mapped[str | None]

    purchase_order = belongs_to("PurchaseOrder", "GoodsReceipt.purchase_order_id", back_populates="receipts")
    lines = has_many(
        "GoodsReceipt", "GoodsReceiptLine", "goods_receipt_id", order_by="position", back_populates="receipt"
    )


class GoodsReceiptLine(Record, Base):
    """So much of one line of the purchase order."""

    __tablename__ = "goods_receipt_line"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "goods_receipt_id", "purchase_order_line_id"),
        refers("goods_receipt_id", "goods_receipt", ondelete="CASCADE"),
        refers("purchase_order_id", "purchase_order"),
        refers("purchase_order_line_id", "purchase_order_line"),
        Index("ix_goods_receipt_line_line", "tenant_id", "purchase_order_line_id"),
    )
    reads: ClassVar[Permission] = Permission.PURCHASE_ORDERS_READ

    goods_receipt_id: Mapped[UUID]
    purchase_order_id: Mapped[UUID]
    purchase_order_line_id: Mapped[UUID]
    position: Mapped[int]
    quantity: Mapped[Quantity]

    receipt = belongs_to("GoodsReceipt", "GoodsReceiptLine.goods_receipt_id", back_populates="lines")
    serial_numbers = relationship(
        "SerialNumber",
        primaryjoin="GoodsReceiptLine.id == foreign(SerialNumber.goods_receipt_line_id)",
        order_by="SerialNumber.number_folded",
        viewonly=True,
        lazy="raise",
    )
    line = belongs_to("PurchaseOrderLine", "GoodsReceiptLine.purchase_order_line_id", back_populates="receipts")
