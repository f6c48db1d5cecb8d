"""Which of our product categories stand in the map to ConnectWise's: ones that exist here, each once.

Whether their counterparts exist is ConnectWise's to say: nothing here asks it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError, UserErrors
from domain.products.models import ProductCategory


async def check(ctx: Context, ids: Sequence[UUID]) -> None:
    """`ids`: the category of each row. Raises UserErrors that name every row in the way."""
    known = set(await ctx.session.scalars(select(ProductCategory.id).where(ProductCategory.id.in_(set(ids)))))
    errors: list[UserError] = []
    seen = set()
    for index, id in enumerate(ids):
        at = ("categoryMap", str(index), "categoryId")
        if id not in known:
            errors.append(NotFound("There is no such product category.", field=at))
        elif id in seen:
            errors.append(UserError(ErrorCode.INVALID, "This category is in the map twice.", at))
        seen.add(id)
    if errors:
        raise UserErrors(errors)
