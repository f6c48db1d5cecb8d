"""Calendar dates where the tenant is. Moments are the database's `now()`; they need nothing from here."""

from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Date, ScalarSelect, Uuid, cast, func, select, text

from domain.access.models import Tenant
from domain.checks import required_text
from domain.context import Context
from domain.errors import ErrorCode, UserError

_THIS_TENANT = cast(func.nullif(func.current_setting("app.tenant", True), ""), Uuid)
TODAY: ScalarSelect[date] = (
    select(cast(func.timezone(Tenant.time_zone, func.now()), Date))
    .where(Tenant.id == _THIS_TENANT)
    .correlate(None)
    .scalar_subquery()
)
"""For conditions on rows: worked out once a statement, not once a row."""


_KNOWN = text("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = :name)")


async def time_zone(ctx: Context, name: str | None, *, field: str) -> str:
    """The name of a time zone that the database knows, which judges by it, and Python too, which prints by it."""
    name = required_text(name, 100, field=field)
    if await ctx.session.scalar(_KNOWN, {"name": name}):
        with suppress(ZoneInfoNotFoundError):
            return ZoneInfo(name).key
    raise UserError(ErrorCode.INVALID, f"{field} {name} is no time zone. Give one like Europe/Berlin.", (field,))


async def today(ctx: Context) -> date:
    return (await ctx.session.execute(select(TODAY))).scalar_one()


async def past_or_today(ctx: Context, given: date | None, *, field: str) -> date:
    """The date of something that has happened: today if none is given. Raises UserError for one in the future."""
    now = await today(ctx)
    if given is not None and given > now:
        raise UserError(ErrorCode.INVALID, f"{field} is {given}; it can't be after today, {now}.", (field,))
    return given or now
