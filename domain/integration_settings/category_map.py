"""Which of our product categories stand in the map to ConnectWise's: ones that exist here, each once.

Whether their counterparts exist is ConnectWise's to say: nothing here asks it.
"""

from collections.abc import Sequence

from sqlalchemy import select

from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError, UserErrors
from domain.integration_settings.connectwise import CategoryMapping
from domain.products.models import ProductCategory


async def check(ctx: Context, rows: Sequence[CategoryMapping]) -> None:
    """Raises UserErrors that name every row in the way."""
    ids = {row.category_id for row in rows}
    known = set(await ctx.session.scalars(select(ProductCategory.id).where(ProductCategory.id.in_(ids))))
    errors: list[UserError] = []
    seen = set()
    for index, row in enumerate(rows):
        at = ("categoryMap", str(index), "categoryId")
        if row.category_id not in known:
            errors.append(NotFound("There is no such product category.", field=at))
        elif row.category_id in seen:
            errors.append(UserError(ErrorCode.INVALID, "This category is in the map twice.", at))
        seen.add(row.category_id)
    if errors:
        raise UserErrors(errors)
