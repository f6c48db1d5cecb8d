"""Products, the tree of their categories, brands, and what a bundle is made of. No rules: those are in `service.py`.

Who supplies them and where they are kept is `supply.py`.
"""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    case,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from domain.models import (
    Base,
    Price,
    Quantity,
    Record,
    belongs_to,
    has_many,
    one_of,
    refers,
    tenant_table,
    words_index,
)
from domain.permissions import Permission
from domain.products.kinds import ProductType, RecurringPeriod


class ProductCategory(Record, Base):
    """A node of the tree. `name_folded`: siblings have different names, whatever their case and spaces."""

    __tablename__ = "product_category"
    __table_args__ = tenant_table(
        refers("parent_id", "product_category"),
        UniqueConstraint("tenant_id", "parent_id", "name_folded", postgresql_nulls_not_distinct=True),
        Index("ix_product_category_name", "tenant_id", "name_folded", "id"),
        Index("ix_product_category_created", "tenant_id", "created_at", "id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(Text(collation="C"))
    parent_id: Mapped[UUID | None]

    parent = belongs_to("ProductCategory", "ProductCategory.parent_id")


class Brand(Record, Base):
    """A maker's name. `name_folded`: two brands differ by more than case and spaces."""

    __tablename__ = "brand"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "name_folded"),
        Index("ix_brand_created", "tenant_id", "created_at", "id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(Text(collation="C"))


class Product(Record, Base):
    """Something the MSP sells. `part_key` is its part number, or failing that its number, in one spelling.

    `price_minor` is the price in ten-thousandths, the places that a price may have: to filter and to sort by.
    What suppliers have of it is its `stock`, of `supply.py`.
    """

    __tablename__ = "product"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "number"),
        refers("category_id", "product_category"),
        refers("brand_id", "brand"),
        CheckConstraint(one_of("type", ProductType), name="type"),
        CheckConstraint(one_of("recurring_period", RecurringPeriod), name="recurring_period"),
        Index("ix_product_part_key", "tenant_id", "part_key", "id"),
        Index("ix_product_part_number", "tenant_id", "part_number", postgresql_where=text("part_number IS NOT NULL")),
        Index("ix_product_category_id", "tenant_id", "category_id"),
        Index("ix_product_brand_id", "tenant_id", "brand_id"),
        Index("ix_product_created", "tenant_id", "created_at", "id"),
        Index("ix_product_updated", "tenant_id", "updated_at", "id"),
        Index("ix_product_price", "tenant_id", "price_minor", "id"),
        # C: so that a range of it is a prefix, whatever language the database speaks.
        Index("ix_product_number", "tenant_id", literal_column('(lower(number) COLLATE "C")')),
        words_index("product", "number", "part_number", "title", words=("part_number", "title"), within="brand_id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    number: Mapped[str]
    part_number: Mapped[str | None]
    part_key: Mapped[str] = mapped_column(Text(collation="C"))
    title: Mapped[str]
    description: Mapped[str | None]
    type: Mapped[str] = mapped_column(default=ProductType.PHYSICAL.value)
    category_id: Mapped[UUID | None]
    brand_id: Mapped[UUID | None]
    price: Mapped[Price]
    price_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cost: Mapped[Price | None]
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    serialized: Mapped[bool] = mapped_column(default=False, server_default="false")
    recurring_period: Mapped[str | None]

    category = belongs_to("ProductCategory", "Product.category_id")
    brand = belongs_to("Brand", "Product.brand_id")
    components = has_many("Product", "ProductComponent", "product_id", order_by="position", back_populates="product")
    offers = has_many("Product", "SupplierOffer", "product_id", order_by="created_at", back_populates="product")


class ProductComponent(Record, Base):
    """So much of another product is part of a bundle."""

    __tablename__ = "product_component"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "product_id", "component_id"),
        refers("product_id", "product", ondelete="CASCADE"),
        refers("component_id", "product"),
        Index("ix_product_component_component", "tenant_id", "component_id"),
    )
    reads: ClassVar[Permission] = Permission.PRODUCTS_READ

    product_id: Mapped[UUID]
    component_id: Mapped[UUID]
    quantity: Mapped[Quantity]
    position: Mapped[int]

    product = belongs_to("Product", "ProductComponent.product_id", back_populates="components")
    component = belongs_to("Product", "ProductComponent.component_id")


def _component_cost() -> ColumnElement[Decimal | None]:
    """What the components of a bundle cost together; empty when there are none, or when one of them has no cost."""
    bundle, component = Product.__table__.c, ProductComponent.__table__.c
    part = Product.__table__.alias("part").c
    sum_ = func.sum(component.quantity * part.cost).cast(Numeric(38, 4))  # nobody stores it, so it fits in any case
    costs = (
        select(case((func.count() == func.count(part.cost), sum_)))
        .where(
            component.tenant_id == bundle.tenant_id,
            component.product_id == bundle.id,
            part.tenant_id == component.tenant_id,
            part.id == component.component_id,
        )
        .correlate(Product.__table__)
    )
    return case((bundle.type == ProductType.BUNDLE.value, costs.scalar_subquery()))


Product.__mapper__.add_property("component_cost", column_property(_component_cost()))
