"""Brands: a name that products share. Nobody outside is told of them."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from domain.checks import Check, required_text
from domain.context import Context
from domain.permissions import Permission, requires
from domain.products import named
from domain.products.models import Brand

FIELDS: Mapping[str, Check] = {"name": partial(required_text, limit=200, field="name")}


@requires(Permission.PRODUCTS_WRITE)
async def create(ctx: Context, values: Mapping[str, Any]) -> Brand:
    return await named.create(ctx, Brand(), values, FIELDS)


@requires(Permission.PRODUCTS_WRITE)
async def update(ctx: Context, brand_id: UUID, values: Mapping[str, Any], *, version: int | None = None) -> Brand:
    return await named.update(ctx, await named.locked(ctx, Brand, brand_id), values, FIELDS, version)
