"""Calendar dates where the tenant is. Moments are the database's `now()`; they need nothing from here."""

from datetime import date

from sqlalchemy import Date, ScalarSelect, Uuid, cast, func, select

from domain.access.models import Tenant
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


async def today(ctx: Context) -> date:
    return (await ctx.session.execute(select(TODAY))).scalar_one()


async def past_or_today(ctx: Context, given: date | None, *, field: str) -> date:
    """The date of something that has happened: today if none is given. Raises UserError for one in the future."""
    now = await today(ctx)
    if given is not None and given > now:
        raise UserError(ErrorCode.INVALID, f"{field} is {given}; it can't be after today, {now}.", (field,))
    return given or now
