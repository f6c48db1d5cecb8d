"""What mutations of products take, and how it goes on to the services: they say what is acceptable."""

from decimal import Decimal
from typing import Any

import strawberry

from api.mutations import given
from api.node import uuid_of
from domain.errors import below
from domain.products.bundles import DEEPEST, MOST
from domain.products.fields import FIELDS
from domain.products.kinds import ProductType, RecurringPeriod

UNSET = strawberry.UNSET
_VERSION = "The version you saw: a newer one is not changed."
_PART_NUMBER = "The manufacturer's part number, at most 100 characters."
_BRAND = "Who makes it."
_SERIALIZED = "Whether each piece has a serial number; only of what is PHYSICAL."


@strawberry.input(description="So much of a product, in a bundle.")
class ProductComponentInput:
    product_id: strawberry.ID = strawberry.field(description="What is part of the bundle.")
    quantity: Decimal = strawberry.field(default=Decimal(1), description="How many, more than 0.")


@strawberry.input(description="A new product.")
class CreateProductInput:
    number: str | None = strawberry.field(
        default=UNSET, description="A number of its own, at most 100 characters; the next `P-1001` if not said."
    )
    part_number: str | None = strawberry.field(default=UNSET, description=_PART_NUMBER)
    title: str = strawberry.field(description="What it is, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    type: ProductType = strawberry.field(default=ProductType.PHYSICAL, description="What kind of thing it is.")
    category_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Where it stands in the tree.")
    brand_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_BRAND)
    price: Decimal = strawberry.field(description="What one costs the customer, before tax; up to four decimals.")
    cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    active: bool = strawberry.field(default=True, description="Whether it can be put on quotes.")
    serialized: bool = strawberry.field(default=False, description=_SERIALIZED)
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; once if not said. Anything can recur."
    )
    components: list[ProductComponentInput] | None = strawberry.field(
        default=UNSET,
        description=f"What a BUNDLE is made of, at most {MOST} products; bundles too, up to {DEEPEST} in each other,"
        " and never itself.",
    )


@strawberry.input(
    description="What to change of a product. What is left out stays; null empties it. Lines of quotes stay the same."
)
class UpdateProductInput:
    product_id: strawberry.ID = strawberry.field(description="The product.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    number: str | None = strawberry.field(default=UNSET, description="The number people use, at most 100 characters.")
    part_number: str | None = strawberry.field(default=UNSET, description=_PART_NUMBER)
    title: str | None = strawberry.field(default=UNSET, description="What it is, at most 500 characters.")
    description: str | None = strawberry.field(default=UNSET, description="More about it, at most 6,000 characters.")
    type: ProductType | None = strawberry.field(default=UNSET, description="What kind of thing it is.")
    category_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Where it stands in the tree.")
    brand_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_BRAND)
    price: Decimal | None = strawberry.field(
        default=UNSET, description="What one costs the customer, before tax; up to four decimals."
    )
    cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    active: bool | None = strawberry.field(default=UNSET, description="Whether it can be put on quotes.")
    serialized: bool | None = strawberry.field(default=UNSET, description=_SERIALIZED)
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; null: once."
    )
    components: list[ProductComponentInput] | None = strawberry.field(
        default=UNSET, description=f"All that a BUNDLE is made of from now on, at most {MOST} products; null: nothing."
    )


@strawberry.input(description="A new category of products.")
class CreateProductCategoryInput:
    name: str = strawberry.field(description="Its name, at most 200 characters.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The category to put it below; at the top if not said."
    )


@strawberry.input(description="What to change of a category. What is left out stays.")
class UpdateProductCategoryInput:
    category_id: strawberry.ID = strawberry.field(description="The category.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The category to put it below; null: at the top."
    )


def product_values(input: CreateProductInput | UpdateProductInput) -> dict[str, Any]:
    values = given(input, *FIELDS)
    for name, type_name, field in (("category_id", "ProductCategory", "categoryId"), ("brand_id", "Brand", "brandId")):
        if values.get(name) is not None:
            values[name] = uuid_of(values[name], type_name, field)
    return values


def components_of(input: CreateProductInput | UpdateProductInput) -> list[dict[str, Any]] | None:
    """All components, as the service takes them; None: nothing was said of them."""
    if input.components is UNSET:
        return None
    found = []
    for place, component in enumerate(input.components or ()):
        with below("components", place):
            found.append(
                {"product_id": uuid_of(component.product_id, "Product", "productId"), "quantity": component.quantity}
            )
    return found
