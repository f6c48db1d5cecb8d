"""What mutations of products take. Input shapes only: what is acceptable in them is for the service to say."""

from decimal import Decimal

import strawberry

from domain.products.kinds import ProductType, RecurringPeriod

UNSET = strawberry.UNSET
_VERSION = "The version you saw: a newer one is not changed."
_PART_NUMBER = "The manufacturer's part number, at most 100 characters."


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
    price: Decimal = strawberry.field(description="What one costs the customer, before tax.")
    cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    active: bool = strawberry.field(default=True, description="Whether it can be put on quotes.")
    serialized: bool = strawberry.field(default=False, description="Whether each piece has a serial number.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; once if not said."
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
    price: Decimal | None = strawberry.field(default=UNSET, description="What one costs the customer, before tax.")
    cost: Decimal | None = strawberry.field(default=UNSET, description="What one costs the MSP.")
    active: bool | None = strawberry.field(default=UNSET, description="Whether it can be put on quotes.")
    serialized: bool | None = strawberry.field(default=UNSET, description="Whether each piece has a serial number.")
    recurring_period: RecurringPeriod | None = strawberry.field(
        default=UNSET, description="How often it is billed; null: once."
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
