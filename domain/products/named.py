"""What brands, suppliers and warehouses have in common: a name that no other one has, whatever its case and spaces.

Who may do it is said by the three drawers that call this.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.checks import Check
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.products.models import Brand
from domain.products.supply import Supplier, Warehouse
from domain.text import fold
from domain.versions import changed, check_version

Named = TypeVar("Named", Brand, Supplier, Warehouse)
Checks = Mapping[str, Check]


async def create(ctx: Context, row: Named, values: Mapping[str, Any], checks: Checks) -> Named:
    await _fill(ctx, row, {"name": None, **values}, checks)
    ctx.session.add(row)
    await _save(ctx, row)
    return row


async def update(ctx: Context, row: Named, values: Mapping[str, Any], checks: Checks, version: int | None) -> Named:
    check_version(row, version)
    with ctx.session.no_autoflush:  # only `_save` can tell that a name has just been taken
        different = await _fill(ctx, row, values, checks)
    if different:
        changed(row)
        await _save(ctx, row)
    return row


async def locked(ctx: Context, model: type[Named], id: UUID) -> Named:
    row = await ctx.session.get(model, id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no such {model.__tablename__}.", field=(f"{model.__tablename__}Id",))
    return row


async def _fill(ctx: Context, row: Named, values: Mapping[str, Any], checks: Checks) -> bool:
    """Check and set what was given; True when something is different now."""
    different = False
    for name, value in values.items():
        if name not in checks:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        checked = checks[name](value)
        if getattr(row, name) == checked:
            continue
        if name == "name":
            await _free(ctx, row, checked)
            row.name_folded = fold(checked)
        setattr(row, name, checked)
        different = True
    return different


async def _free(ctx: Context, row: Named, name: str) -> None:
    model = type(row)
    other = await ctx.session.scalar(select(model).where(model.name_folded == fold(name)))
    if other is not None and other is not row:
        archived = " It is archived; restore it." if getattr(other, "archived_at", None) else ""
        raise UserError(
            ErrorCode.TAKEN, f"There is a {model.__tablename__} “{other.name}” already.{archived}", ("name",)
        )


async def _save(ctx: Context, row: Named) -> None:
    table, name = row.__tablename__, row.name
    try:
        await ctx.session.flush()
    except IntegrityError as error:
        if f"uq_{table}_tenant_id_name_folded" not in str(error.orig):
            raise
        # Somebody else has just taken it: the look before was too early.
        raise UserError(ErrorCode.TAKEN, f"There is a {table} “{name}” already.", ("name",)) from None
