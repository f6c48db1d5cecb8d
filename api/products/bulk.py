"""Many products or offers at once, for automation. One that fails leaves the others alone."""

from functools import partial
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.mutations import Payload, mutation, record, results, told
from api.products.inputs import CreateProductInput, components_of, product_values
from api.products.supply_inputs import SetSupplierOfferInput, offer_entry
from api.products.types import Product, SupplierOffer
from domain.bulk import MOST
from domain.products import models, offers, supply
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
        results=told(CreateProductsResult, outcomes, "products", lambda id: {"product_id": id})
    )


def _entry(product: CreateProductInput) -> products.Entry:
    return product_values(product), components_of(product)


@strawberry.input(description="What suppliers ask for products: a price list.")
class SetSupplierOffersInput:
    offers: list[SetSupplierOfferInput] = strawberry.field(description=f"The offers, at most {MOST}.")


@strawberry.type(description="What became of one of the offers.")
class SetSupplierOffersResult:
    reads: ClassVar[None] = None

    index: int = strawberry.field(description="Its place in `offers` of the input, counted from 0.")
    offer_id: strawberry.Private[UUID | None] = None
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="What the user can mend. If there is any, this offer stayed as it was."
    )
    supplier_offer: SupplierOffer | None = record(supply.SupplierOffer, "offer_id", "The offer, if it was taken.")


@strawberry.type(description="The outcome of `setSupplierOffers`.")
class SetSupplierOffersPayload(Payload):
    results: list[SetSupplierOffersResult] | None = results("One for each offer, in the order of the input.")


@mutation(
    offers.put_many,
    f"Takes up to {MOST} lines of suppliers' price lists, as `setSupplierOffer` takes one. Each by itself: one that is"
    " refused leaves the others alone. It costs like as many mutations.",
    items="offers",
)
async def set_supplier_offers(
    info: Info, input: Annotated[SetSupplierOffersInput, strawberry.argument(description="The offers.")]
) -> SetSupplierOffersPayload:
    entries = [partial(offer_entry, offer) for offer in input.offers]
    async with info.context.transaction() as ctx:
        outcomes = await offers.put_many(ctx, entries)
    return SetSupplierOffersPayload(
        results=told(SetSupplierOffersResult, outcomes, "offers", lambda id: {"offer_id": id})
    )
