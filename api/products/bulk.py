"""Many products at once, for automation. One that fails leaves the others alone."""

from functools import partial
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError, user_errors
from api.mutations import Payload, mutation, record, results
from api.products.inputs import CreateProductInput, components_of, product_values
from api.products.types import Product
from domain.bulk import MOST
from domain.products import models
from domain.products import service as products


@strawberry.input(description="New products.")
class CreateProductsInput:
    products: list[CreateProductInput] = strawberry.field(description=f"The products, at most {MOST}.")


@strawberry.type(description="What became of one of the products.")
class CreateProductsResult:
    reads: ClassVar[None] = None

    index: int = strawberry.field(description="Its place in `products` of the input, counted from 0.")
    product_id: strawberry.Private[UUID | None] = None
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="What the user can mend. If there is any, this product was not entered."
    )
    product: Product | None = record(models.Product, "product_id", "The product, if it was entered.")


@strawberry.type(description="The outcome of `createProducts`.")
class CreateProductsPayload(Payload):
    results: list[CreateProductsResult] | None = results("One for each product, in the order of the input.")


@mutation(
    products.create_many,
    f"Enters up to {MOST} products. Each by itself: one that is refused leaves the others alone. It costs like as many"
    " mutations.",
    items="products",
)
async def create_products(
    info: Info, input: Annotated[CreateProductsInput, strawberry.argument(description="The products.")]
) -> CreateProductsPayload:
    entries = [partial(_entry, product) for product in input.products]
    async with info.context.transaction() as ctx:
        outcomes = await products.create_many(ctx, entries)
    return CreateProductsPayload(
        results=[
            CreateProductsResult(
                index=index, product_id=outcome.made, user_errors=user_errors(outcome.error, "products", str(index))
            )
            for index, outcome in enumerate(outcomes)
        ]
    )


def _entry(product: CreateProductInput) -> products.Entry:
    return product_values(product), components_of(product)
