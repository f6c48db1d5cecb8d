"""Warehouses: where goods come in and are kept. How much of what is in there nobody counts."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from domain import archiving
from domain.checks import ADDRESS, Check, required_text
from domain.context import Context
from domain.permissions import Permission, requires
from domain.products import named
from domain.products.supply import Warehouse
from domain.versions import check_version

FIELDS: Mapping[str, Check] = {
    "name": partial(required_text, limit=200, field="name"),
    **ADDRESS,
}


@requires(Permission.PRODUCTS_WRITE)
async def create(ctx: Context, values: Mapping[str, Any]) -> Warehouse:
    return await named.create(ctx, Warehouse(), values, FIELDS)


@requires(Permission.PRODUCTS_WRITE)
async def update(
    ctx: Context, warehouse_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Warehouse:
    return await named.update(ctx, await named.locked(ctx, Warehouse, warehouse_id), values, FIELDS, version)


@requires(Permission.PRODUCTS_WRITE)
async def archive(ctx: Context, warehouse_id: UUID, *, version: int | None = None) -> Warehouse:
    """Out of use: nothing new is ordered into it."""
    warehouse = await named.locked(ctx, Warehouse, warehouse_id)
    check_version(warehouse, version)
    await archiving.archive(ctx, warehouse)
    return warehouse


@requires(Permission.PRODUCTS_WRITE)
async def restore(ctx: Context, warehouse_id: UUID, *, version: int | None = None) -> Warehouse:
    warehouse = await named.locked(ctx, Warehouse, warehouse_id)
    check_version(warehouse, version)
    await archiving.restore(ctx, warehouse)
    return warehouse
