"""What a bundle is made of: other products, bundles among them, and never itself at any depth.

A bundle has a price and a cost of its own; its components change neither.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select

from domain.checks import decimal_in
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError, below
from domain.products.kinds import ProductType
from domain.products.models import Product, ProductComponent
from domain.versions import changed

MOST = 100
DEEPEST = 10
"""So many bundles are in each other at most, the outermost among them: whoever takes one apart comes to an end."""
_HUGE = Decimal(10) ** 9

Components = Sequence[Mapping[str, Any]]
"""Each with `product_id` and `quantity`, in their order."""


async def fill(ctx: Context, bundle: Product, components: Components | None) -> bool:
    """All that the bundle is made of from now on; None: as it is. True when something is different now.

    The bundle is saved, and nobody else changes bundles meanwhile. Raises UserError with the path below `components`.
    """
    present = await _present(ctx, bundle)
    if components is None:
        if present and bundle.type != ProductType.BUNDLE.value:
            message = f"“{bundle.title}” has components: empty `components` too, or leave it a bundle."
            raise UserError(ErrorCode.INVALID, message, ("type",))
        return False
    if components and bundle.type != ProductType.BUNDLE.value:
        message = f"Only a product of type BUNDLE has components, and this is {bundle.type}."
        raise UserError(ErrorCode.INVALID, message, ("components",))
    if len(components) > MOST:
        message = f"components has {len(components)} products; a bundle is made of at most {MOST}."
        raise UserError(ErrorCode.TOO_LONG, message, ("components",))
    quantities = _quantities(components)
    await _check_products(ctx, bundle, list(quantities))
    different = False
    for row in [row for id, row in present.items() if id not in quantities]:
        await ctx.session.delete(row)
        different = True
    for position, (id, quantity) in enumerate(quantities.items(), start=1):
        different |= _put(ctx, bundle, present.get(id), id, quantity, position)
    await ctx.session.flush()
    return different


def _quantities(components: Components) -> dict[UUID, Decimal]:
    found: dict[UUID, Decimal] = {}
    for place, component in enumerate(components):
        id, quantity = component["product_id"], component["quantity"]
        with below("components", place):
            if id in found:
                message = "This product is a component already: give it once, with the whole quantity."
                raise UserError(ErrorCode.INVALID, message, ("productId",))
            found[id] = decimal_in(quantity, field="quantity", low=Decimal(0), high=_HUGE, places=6)
            if not quantity:
                raise UserError(ErrorCode.INVALID, "quantity must be more than 0.", ("quantity",))
    return found


async def _present(ctx: Context, bundle: Product) -> dict[UUID, ProductComponent]:
    rows = await ctx.session.scalars(select(ProductComponent).where(ProductComponent.product_id == bundle.id))
    return {row.component_id: row for row in rows}


async def _check_products(ctx: Context, bundle: Product, ids: Sequence[UUID]) -> None:
    """That they are there, that the bundle is in none of them, and that not too many are in each other then."""
    if not ids:
        return
    rows = await ctx.session.execute(select(Product.id, Product.title).where(Product.id.in_(ids)))
    titles = {id: title for id, title in rows}
    above, inside = await _above(ctx, bundle), await _below(ctx, ids)
    room = DEEPEST - 1 - max(above.values())
    for place, id in enumerate(ids):
        at = ("components", str(place), "productId")
        if id not in titles:
            raise NotFound("There is no such product.", field=at)
        if id in above:
            message = f"“{titles[id]}” is made of “{bundle.title}”: a bundle can't be part of itself."
            if id == bundle.id:
                message = f"“{bundle.title}” can't be part of itself."
            raise UserError(ErrorCode.INVALID, message, at)
        if inside.get(id, 0) > room:
            message = f"With “{titles[id]}” in it, more than {DEEPEST} bundles would be in each other: take its parts."
            raise UserError(ErrorCode.LIMIT_EXCEEDED, message, at)


async def _above(ctx: Context, bundle: Product) -> dict[UUID, int]:
    """The bundle and all that it is part of, with how far up that is at most."""
    walk = select(literal(bundle.id).label("id"), literal(0).label("level")).cte("above", recursive=True)
    up = select(ProductComponent.product_id, walk.c.level + 1).join(walk, ProductComponent.component_id == walk.c.id)
    walk = walk.union(up)
    rows = await ctx.session.execute(select(walk.c.id, func.max(walk.c.level)).group_by(walk.c.id))
    return {id: level for id, level in rows}


async def _below(ctx: Context, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many bundles are in each other there, by product; what is no bundle is missing."""
    part = ProductComponent
    walk = (
        select(part.product_id.label("top"), part.component_id.label("id"), literal(1).label("level"))
        .where(part.product_id.in_(ids))
        .cte("below", recursive=True)
    )
    walk = walk.union(select(walk.c.top, part.component_id, walk.c.level + 1).join(walk, part.product_id == walk.c.id))
    rows = await ctx.session.execute(select(walk.c.top, func.max(walk.c.level)).group_by(walk.c.top))
    return {top: level for top, level in rows}


def _put(
    ctx: Context, bundle: Product, row: ProductComponent | None, id: UUID, quantity: Decimal, position: int
) -> bool:
    if row is None:
        ctx.session.add(ProductComponent(product_id=bundle.id, component_id=id, quantity=quantity, position=position))
        return True
    if (row.quantity, row.position) == (quantity, position):
        return False
    row.quantity, row.position = quantity, position
    changed(row)
    return True
