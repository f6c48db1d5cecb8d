"""The lists of brands, categories, suppliers and warehouses: by name, found by its beginning. They change no record."""

from enum import Enum
from typing import Annotated, Any

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import DateTimeFilter, IDFilter, StringFilter, filtered, filters, folded, identified, plain
from api.paging import After, Before, Beginning, Connection, First, Last, OrderDirection, beginning, connection
from api.products.supply import Supplier, Warehouse
from api.products.types import Brand, ProductCategory
from domain.paging import Order
from domain.products import models, supply

_brand, _category = models.Brand, models.ProductCategory
_supplier, _warehouse = supply.Supplier, supply.Warehouse
_ARCHIVED = "When it was archived; empty while it is in use."


class NamedOrderField(Enum):
    NAME = strawberry.enum_value("NAME", description="By name; case and spaces don't matter.")
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were entered.")


strawberry.enum(NamedOrderField, description="What brands, categories, suppliers and warehouses can be ordered by.")


@strawberry.input(description="The order of brands, categories, suppliers or warehouses.")
class NamedOrder:
    field: NamedOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


ByName = Annotated[NamedOrder | None, strawberry.argument(description="In which order; by name if not said.")]


@filters("Which brands to list.")
class BrandFilter:
    id: IDFilter | None = identified(_brand.id, "Brand", "The brand itself.")
    name: StringFilter | None = folded(_brand.name_folded, "Its name.")
    created_at: DateTimeFilter | None = plain(_brand.created_at, "When the record was made.")


@filters("Which categories to list.")
class ProductCategoryFilter:
    id: IDFilter | None = identified(_category.id, "ProductCategory", "The category itself.")
    name: StringFilter | None = folded(_category.name_folded, "Its name.")
    parent_id: IDFilter | None = identified(_category.parent_id, "ProductCategory", "The category that it is in.")


@filters("Which suppliers to list.")
class SupplierFilter:
    id: IDFilter | None = identified(_supplier.id, "Supplier", "The supplier itself.")
    name: StringFilter | None = folded(_supplier.name_folded, "Its name.")
    account_number: StringFilter | None = plain(_supplier.account_number, "The MSP's customer number there.")
    country: StringFilter | None = plain(_supplier.country, "The country it is in.")
    archived_at: DateTimeFilter | None = plain(_supplier.archived_at, _ARCHIVED)
    created_at: DateTimeFilter | None = plain(_supplier.created_at, "When the record was made.")


@filters("Which warehouses to list.")
class WarehouseFilter:
    id: IDFilter | None = identified(_warehouse.id, "Warehouse", "The warehouse itself.")
    name: StringFilter | None = folded(_warehouse.name_folded, "Its name.")
    archived_at: DateTimeFilter | None = plain(_warehouse.archived_at, _ARCHIVED)
    created_at: DateTimeFilter | None = plain(_warehouse.created_at, "When the record was made.")


async def brands(
    info: Info,
    filter: Annotated[BrandFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: Beginning = None,
    order_by: ByName = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Brand]:
    statement = beginning(await filtered(info, select(_brand), filter), _brand.name_folded, search)
    return connection(info, statement, _order(_brand, order_by), first=first, after=after, last=last, before=before)


async def product_categories(
    info: Info,
    filter: Annotated[ProductCategoryFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: Beginning = None,
    order_by: ByName = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[ProductCategory]:
    statement = beginning(await filtered(info, select(_category), filter), _category.name_folded, search)
    return connection(info, statement, _order(_category, order_by), first=first, after=after, last=last, before=before)


async def suppliers(
    info: Info,
    filter: Annotated[SupplierFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: Beginning = None,
    order_by: ByName = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Supplier]:
    statement = beginning(await filtered(info, select(_supplier), filter), _supplier.name_folded, search)
    return connection(info, statement, _order(_supplier, order_by), first=first, after=after, last=last, before=before)


async def warehouses(
    info: Info,
    filter: Annotated[WarehouseFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: Beginning = None,
    order_by: ByName = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Warehouse]:
    statement = beginning(await filtered(info, select(_warehouse), filter), _warehouse.name_folded, search)
    return connection(info, statement, _order(_warehouse, order_by), first=first, after=after, last=last, before=before)


def _order(model: Any, wanted: NamedOrder | None) -> Order:
    wanted = wanted or NamedOrder(field=NamedOrderField.NAME)
    column = model.name_folded if wanted.field is NamedOrderField.NAME else model.created_at
    return Order(column, model.id, wanted.direction is OrderDirection.DESC)
