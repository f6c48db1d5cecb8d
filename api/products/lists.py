"""The list of products: filters, orders, search. No record is changed here."""

from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import (
    BooleanFilter,
    DateTimeFilter,
    DecimalFilter,
    EnumFilter,
    IDFilter,
    SomeFilter,
    StringFilter,
    TreeFilter,
    exact,
    filtered,
    filters,
    identified,
    plain,
    read_by,
    some,
)
from api.node import uuid_of
from api.paging import After, Before, Connection, First, Last, OrderDirection, SearchFor, connection, searched
from api.products.types import Product
from domain.paging import Order
from domain.products import categories, models
from domain.products.fields import PLACES
from domain.products.kinds import ProductType, RecurringPeriod
from domain.products.supply import SupplierOffer

_product = models.Product


async def _category_and_below(info: Info, _operator: str, value: Any, path: tuple[str, ...]) -> list[UUID]:
    async with info.context.read() as ctx:
        return await categories.under(ctx, uuid_of(value, "ProductCategory", *path))


@filters("Which products to list.")
class ProductFilter:
    id: IDFilter | None = identified(_product.id, "Product", "The product itself.")
    number: StringFilter | None = plain(_product.number, "The MSP's own number for it.")
    part_number: StringFilter | None = plain(_product.part_number, "The manufacturer's number for it.")
    title: StringFilter | None = plain(_product.title, "What it is.")
    type: EnumFilter[ProductType] | None = plain(_product.type, "What kind of thing it is.")
    category_id: IDFilter | None = identified(_product.category_id, "ProductCategory", "Its category.")
    category_tree: TreeFilter | None = read_by(_product.category_id, _category_and_below, "Its place among categories.")
    brand_id: IDFilter | None = identified(_product.brand_id, "Brand", "Who makes it.")
    supplier_id: SomeFilter | None = some(
        _product.id, SupplierOffer.product_id, SupplierOffer.supplier_id, "Supplier", "Who offers it."
    )
    price: DecimalFilter | None = exact(_product.price_minor, PLACES, "What one costs the customer.")
    serialized: BooleanFilter | None = plain(_product.serialized, "Whether each piece has a serial number.")
    active: BooleanFilter | None = plain(_product.active, "Whether it is still sold.")
    recurring_period: EnumFilter[RecurringPeriod] | None = plain(_product.recurring_period, "How often it is billed.")
    created_at: DateTimeFilter | None = plain(_product.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_product.updated_at, "When the record was changed last.")


class ProductOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were entered.")
    PART_NUMBER = strawberry.enum_value("PART_NUMBER", description="By part number, or failing that by number.")
    PRICE = strawberry.enum_value("PRICE", description="By what one costs the customer.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")


strawberry.enum(ProductOrderField, description="What products can be ordered by.")


@strawberry.input(description="The order of products.")
class ProductOrder:
    field: ProductOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_COLUMNS = {
    ProductOrderField.CREATED_AT: _product.created_at,
    ProductOrderField.PART_NUMBER: _product.part_key,
    ProductOrderField.PRICE: _product.price_minor,
    ProductOrderField.UPDATED_AT: _product.updated_at,
}


async def products(
    info: Info,
    filter: Annotated[ProductFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: SearchFor = None,
    order_by: Annotated[
        ProductOrder | None, strawberry.argument(description="In which order; the newest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Product]:
    wanted = order_by or ProductOrder(field=ProductOrderField.CREATED_AT, direction=OrderDirection.DESC)
    order = Order(_COLUMNS[wanted.field], _product.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_product), filter)
    statement, found = searched(statement, search, "search_products", ordered=order_by is not None)
    return connection(info, statement, order, first=first, after=after, last=last, before=before, search=found)
