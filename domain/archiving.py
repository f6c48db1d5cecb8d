"""Records that are out of use: they stay, with all that points at them, and can be brought back. It locks nothing."""

from typing import Any

from sqlalchemy import func, select

from domain.context import Context
from domain.errors import ImpossibleStep
from domain.versions import changed


async def archive(ctx: Context, row: Any) -> None:
    """`row` has a name and `archived_at`."""
    if row.archived_at is not None:
        raise ImpossibleStep(f"{row.name} is archived already.", (f"{row.__tablename__}Id",))
    row.archived_at = await ctx.session.scalar(select(func.now()))
    changed(row)
    await ctx.session.flush()


async def restore(ctx: Context, row: Any) -> None:
    if row.archived_at is None:
        raise ImpossibleStep(f"{row.name} is not archived.", (f"{row.__tablename__}Id",))
    row.archived_at = None
    changed(row)
    await ctx.session.flush()
