"""Products and categories, entered and changed. What may be written is for `domain.products` to say."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, given, mutation, record
from api.node import uuid_of
from api.products import inputs
from api.products.inputs import components_of, product_values
from api.products.types import Product, ProductCategory
from domain.products import categories, models
from domain.products import service as products


@strawberry.type(description="The outcome for a product.")
class ProductPayload(Payload):
    product_id: strawberry.Private[UUID | None] = None

    product: Product | None = record(models.Product, "product_id", "The product as it is now.")


@strawberry.type(description="The outcome of `createProduct`.")
class CreateProductPayload(ProductPayload):
    pass


@strawberry.type(description="The outcome of `updateProduct`.")
class UpdateProductPayload(ProductPayload):
    pass


@strawberry.type(description="The outcome for a category of products.")
class ProductCategoryPayload(Payload):
    category_id: strawberry.Private[UUID | None] = None

    product_category: ProductCategory | None = record(
        models.ProductCategory, "category_id", "The category as it is now."
    )


@strawberry.type(description="The outcome of `createProductCategory`.")
class CreateProductCategoryPayload(ProductCategoryPayload):
    pass


@strawberry.type(description="The outcome of `updateProductCategory`.")
class UpdateProductCategoryPayload(ProductCategoryPayload):
    pass


@mutation(products.create, "Enters a product.")
async def create_product(
    info: Info, input: Annotated[inputs.CreateProductInput, strawberry.argument(description="The product.")]
) -> CreateProductPayload:
    async with info.context.transaction() as ctx:
        product = await products.create(ctx, product_values(input), components_of(input))
    return CreateProductPayload(product_id=product.id)


@mutation(
    products.update,
    "Changes a product, or takes it out of the catalog (`active`). Lines of quotes keep what they took of it.",
)
async def update_product(
    info: Info, input: Annotated[inputs.UpdateProductInput, strawberry.argument(description="What to change.")]
) -> UpdateProductPayload:
    id = uuid_of(input.product_id, "Product", "productId")
    async with info.context.transaction() as ctx:
        await products.update(ctx, id, product_values(input), components_of(input), version=input.version)
    return UpdateProductPayload(product_id=id)


@mutation(categories.create, "Enters a category of products.")
async def create_product_category(
    info: Info, input: Annotated[inputs.CreateProductCategoryInput, strawberry.argument(description="The category.")]
) -> CreateProductCategoryPayload:
    parent_id = uuid_of(input.parent_id, "ProductCategory", "parentId") if input.parent_id is not None else None
    async with info.context.transaction() as ctx:
        category = await categories.create(ctx, name=input.name, parent_id=parent_id)
    return CreateProductCategoryPayload(category_id=category.id)


@mutation(categories.update, "Renames a category of products, or moves it with all that is below it.")
async def update_product_category(
    info: Info, input: Annotated[inputs.UpdateProductCategoryInput, strawberry.argument(description="What to change.")]
) -> UpdateProductCategoryPayload:
    id, values = uuid_of(input.category_id, "ProductCategory", "categoryId"), given(input, *categories.FIELDS)
    if values.get("parent_id") is not None:
        values["parent_id"] = uuid_of(values["parent_id"], "ProductCategory", "parentId")
    async with info.context.transaction() as ctx:
        await categories.update(ctx, id, values, version=input.version)
    return UpdateProductCategoryPayload(category_id=id)
