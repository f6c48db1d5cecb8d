"""Suppliers: whom the MSP buys from. What each asks for a product is `offers.py`."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from domain import archiving
from domain.checks import ADDRESS, Check, email_or_none, required_text, text_of
from domain.context import Context
from domain.permissions import Permission, requires
from domain.products import named
from domain.products.supply import Supplier
from domain.versions import check_version

FIELDS: Mapping[str, Check] = {
    "name": partial(required_text, limit=200, field="name"),
    "account_number": text_of("accountNumber", 100),
    "email": email_or_none,
    "phone": text_of("phone", 60),
    "website": text_of("website", 500),
    **ADDRESS,
}


@requires(Permission.PRODUCTS_WRITE)
async def create(ctx: Context, values: Mapping[str, Any]) -> Supplier:
    return await named.create(ctx, Supplier(), values, FIELDS)


@requires(Permission.PRODUCTS_WRITE)
async def update(ctx: Context, supplier_id: UUID, values: Mapping[str, Any], *, version: int | None = None) -> Supplier:
    return await named.update(ctx, await named.locked(ctx, Supplier, supplier_id), values, FIELDS, version)


@requires(Permission.PRODUCTS_WRITE)
async def archive(ctx: Context, supplier_id: UUID, *, version: int | None = None) -> Supplier:
    """Out of use: no new offers and purchase orders. What it offers stays, for the day it is restored."""
    supplier = await named.locked(ctx, Supplier, supplier_id)
    check_version(supplier, version)
    await archiving.archive(ctx, supplier)
    return supplier


@requires(Permission.PRODUCTS_WRITE)
async def restore(ctx: Context, supplier_id: UUID, *, version: int | None = None) -> Supplier:
    supplier = await named.locked(ctx, Supplier, supplier_id)
    check_version(supplier, version)
    await archiving.restore(ctx, supplier)
    return supplier
