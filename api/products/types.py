"""Products and their categories as the API shows them. Their sources are the mapped rows; changing is next door."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from api.node import Node, related
from api.products.supply import Supplier
from api.scalars import described
from domain.products import models, supply
from domain.products.kinds import ProductType, RecurringPeriod

described(
    ProductType,
    "What a product is.",
    PHYSICAL="A thing that is delivered.",
    NON_PHYSICAL="A licence, a subscription, a warranty.",
    SERVICE="Work.",
    BUNDLE="Several products under one price.",
)
described(
    RecurringPeriod,
    "How often something is billed.",
    MONTHLY="Every month.",
    QUARTERLY="Every three months.",
    YEARLY="Every year.",
)


@strawberry.type(description="A category of products. Categories are a tree.")
class ProductCategory(Node):
    model: ClassVar[Any] = models.ProductCategory

    name: str = strawberry.field(description="Its name: another one than its siblings', whatever the case and spaces.")
    parent: "ProductCategory | None" = related(
        models.ProductCategory.parent, "The category that it stands below; empty at the top."
    )
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="A maker of products.")
class Brand(Node):
    model: ClassVar[Any] = models.Brand

    name: str = strawberry.field(description="Its name: another one than any other brand's.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(
    description="Something that the MSP sells, at a price in the currency of the MSP. When it is first used on a quote"
    " that is synced, its catalog item in ConnectWise is looked up by part number, or made; it is never changed there."
)
class Product(Node):
    model: ClassVar[Any] = models.Product

    number: str = strawberry.field(description="The number people use: `P-1001`, or one of the MSP's own.")
    part_number: str | None = strawberry.field(
        description="The manufacturer's part number. Products with the same one, whatever the case and spaces, are one"
        " item in ConnectWise."
    )
    title: str = strawberry.field(description="What it is.")
    description: str | None = strawberry.field(description="More about it.")
    type: ProductType = strawberry.field(description="What kind of thing it is.")
    category: ProductCategory | None = related(models.Product.category, "Where it stands in the tree.")
    brand: Brand | None = related(models.Product.brand, "Who makes it.")
    price: Decimal = strawberry.field(description="What one costs the customer, before tax.")
    cost: Decimal | None = strawberry.field(description="What one costs the MSP.")
    components: "list[ProductComponent]" = related(
        models.Product.components, "What a bundle is made of, in order. It changes neither its price nor its cost."
    )
    component_cost: Decimal | None = strawberry.field(
        description="What the components of a bundle cost together; empty when the cost of one of them is not known."
    )
    offers: "list[SupplierOffer]" = related(models.Product.offers, "Who supplies it, the first entered first.")
    stock: Decimal | None = strawberry.field(
        description="How many all suppliers have together, archived ones aside; empty when none of them says."
    )
    active: bool = strawberry.field(description="Whether it can be put on quotes.")
    serialized: bool = strawberry.field(description="Whether each piece has a serial number.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        description="How often it is billed; empty when it is billed once."
    )
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="So much of a product is part of a bundle.")
class ProductComponent(Node):
    model: ClassVar[Any] = models.ProductComponent

    product: Product = related(models.ProductComponent.product, "The bundle.")
    component: Product = related(models.ProductComponent.component, "What is part of it.")
    quantity: Decimal = strawberry.field(description="How many of it are in one bundle.")
    position: int = strawberry.field(description="Its place among the components, counted from 1.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="What a supplier asks for a product, and how many they have.")
class SupplierOffer(Node):
    model: ClassVar[Any] = supply.SupplierOffer

    product: Product = related(supply.SupplierOffer.product, "What is offered.")
    supplier: Supplier = related(supply.SupplierOffer.supplier, "Who offers it.")
    supplier_number: str | None = strawberry.field(description="The supplier's own number for it.")
    cost: Decimal = strawberry.field(description="What they ask for one, in the currency of the MSP.")
    stock: Decimal | None = strawberry.field(description="How many they have; empty when they don't say.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")
