"""The tree of product categories: siblings have different names, and nothing stands above itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.access.turns import one_at_a_time
from domain.checks import required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.permissions import Permission, requires
from domain.products.models import ProductCategory
from domain.text import fold
from domain.versions import changed, check_version

FIELDS = ("name", "parent_id")


@requires(Permission.PRODUCTS_WRITE)
async def create(ctx: Context, *, name: str | None, parent_id: UUID | None = None) -> ProductCategory:
    await one_at_a_time(ctx)
    category = ProductCategory()
    await _fill(ctx, category, {"name": name, "parent_id": parent_id})
    ctx.session.add(category)
    await ctx.session.flush()
    return category


@requires(Permission.PRODUCTS_WRITE)
async def update(
    ctx: Context, category_id: UUID, values: dict[str, Any], *, version: int | None = None
) -> ProductCategory:
    """`values` may hold `name` and `parent_id`; None as parent makes it a root of the tree."""
    # Two moves at once could make a ring, two new ones could take the same name.
    await one_at_a_time(ctx)
    category = await ctx.session.get(ProductCategory, category_id, with_for_update=True)
    if category is None:
        raise NotFound("There is no such product category.", field=("categoryId",))
    check_version(category, version)
    before = {name: getattr(category, name) for name in FIELDS}
    await _fill(ctx, category, {**before, **values})
    if before != {name: getattr(category, name) for name in FIELDS}:
        changed(category)
        await ctx.session.flush()
    return category


async def under(ctx: Context, category_id: UUID) -> list[UUID]:
    """The category itself and all below it, at any depth; none if there is no such category."""
    tree = select(ProductCategory.id).where(ProductCategory.id == category_id).cte("tree", recursive=True)
    below = select(ProductCategory.id).join(tree, ProductCategory.parent_id == tree.c.id)
    return list(await ctx.session.scalars(select(tree.union(below).c.id)))


async def _fill(ctx: Context, category: ProductCategory, values: dict[str, Any]) -> None:
    name = required_text(values["name"], 200, field="name")
    folded, parent_id = fold(name), values["parent_id"]
    await _check_parent(ctx, category, parent_id)
    siblings = select(ProductCategory).where(
        ProductCategory.parent_id.is_not_distinct_from(parent_id), ProductCategory.name_folded == folded
    )
    taken = await ctx.session.scalar(siblings)
    if taken is not None and taken.id != category.id:
        raise UserError(ErrorCode.TAKEN, f"There is “{taken.name}” in the same place already.", ("name",))
    category.name, category.name_folded, category.parent_id = name, folded, parent_id


async def _check_parent(ctx: Context, category: ProductCategory, parent_id: UUID | None) -> None:
    if parent_id is None or parent_id == category.parent_id:
        return
    if await ctx.session.get(ProductCategory, parent_id) is None:
        raise NotFound("There is no such product category.", field=("parentId",))
    if category.id is not None and parent_id in await under(ctx, category.id):
        message = f"“{category.name}” can't stand below itself: choose another parent."
        raise UserError(ErrorCode.INVALID, message, ("parentId",))
