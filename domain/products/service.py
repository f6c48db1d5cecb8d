"""Products: what may be written, and what is said afterwards. Categories are `categories.py`, what bundles are made of
is `bundles.py`, what suppliers ask is `offers.py`.

A quote line keeps what it took of its product: changing a product changes no line.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain import bulk, events, outbox
from domain.access import numbers
from domain.access.turns import one_at_a_time
from domain.bulk import Outcome
from domain.checks import required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.ids import keyed_subject
from domain.permissions import Permission, requires
from domain.products import bundles
from domain.products.fields import FIELDS, PLACES
from domain.products.kinds import ProductType
from domain.products.models import Brand, Product, ProductCategory
from domain.products.parts import part_key
from domain.sync.models import SyncError
from domain.versions import changed, check_version

Entry = tuple[Mapping[str, Any], bundles.Components | None]
"""What `create` takes: values and components."""


@requires(Permission.PRODUCTS_WRITE)
async def create(ctx: Context, values: Mapping[str, Any], components: bundles.Components | None = None) -> Product:
    """Without a number of its own it gets the next one: P-1001. `components`: of a bundle, see `bundles`."""
    product = Product(type=ProductType.PHYSICAL.value, active=True, serialized=False)
    await _fill(ctx, product, {"title": None, "price": None, **values})
    _check_kind(product)
    if product.number is None:
        product.number = await _next_number(ctx)
    product.part_key = part_key(product.part_number or product.number)
    ctx.session.add(product)
    await _save(ctx, product)
    if components:
        await bundles.fill(ctx, product, components)
    ctx.emit(events.ProductCreated(product.id))
    return product


@requires(Permission.PRODUCTS_WRITE)
async def create_many(ctx: Context, entries: Sequence[Callable[[], Entry]]) -> list[Outcome[UUID]]:
    """Products as `create` makes them, each by itself: their ids."""

    async def make(inner: Context, entry: Entry) -> UUID:
        return (await create(inner, *entry)).id

    return await bulk.each(ctx, entries, make, field="products")


@requires(Permission.PRODUCTS_WRITE)
async def update(
    ctx: Context,
    product_id: UUID,
    values: Mapping[str, Any],
    components: bundles.Components | None = None,
    *,
    version: int | None = None,
) -> Product:
    """`components`: all of them from now on; None leaves them as they are."""
    if components:
        # Of two who put a bundle into each other at once, the second has to see the first.
        await one_at_a_time(ctx)
    product = await ctx.session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFound("There is no such product.", field=("productId",))
    check_version(product, version)
    if "number" in values:
        values = {**values, "number": required_text(values["number"], 100, field="number")}
    with ctx.session.no_autoflush:  # only `_save` can tell that a number has just been taken
        different = await _fill(ctx, product, values)
    if not different and components is None:
        return product
    if not values.keys().isdisjoint(("type", "serialized")):
        _check_kind(product)
    before, product.part_key = product.part_key, part_key(product.part_number or product.number)
    await _save(ctx, product)
    different |= await bundles.fill(ctx, product, components)
    if different:
        changed(product)
        await ctx.session.flush()
        ctx.emit(events.ProductUpdated(product.id))
        await _try_again_what_failed_for_it(ctx, {before, product.part_key})
    return product


def _check_kind(product: Product) -> None:
    """What is delivered in pieces can have serial numbers; anything can recur: hardware is rented out too."""
    if product.serialized and product.type != ProductType.PHYSICAL.value:
        message = f"Only products of type PHYSICAL have serial numbers, and this is {product.type}: not serialized."
        raise UserError(ErrorCode.INVALID, message, ("serialized",))


async def _fill(ctx: Context, product: Product, values: Mapping[str, Any]) -> bool:
    """Check and set what was given; True when something is different now."""
    different = False
    for name, value in values.items():
        if name not in FIELDS:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        checked = FIELDS[name](value)
        if getattr(product, name) == checked:
            continue
        if name == "number":
            await _free(ctx, checked)
        elif name == "category_id" and checked and await ctx.session.get(ProductCategory, checked) is None:
            raise NotFound("There is no such product category.", field=("categoryId",))
        elif name == "brand_id" and checked and await ctx.session.get(Brand, checked) is None:
            raise NotFound("There is no such brand.", field=("brandId",))
        setattr(product, name, checked)
        different = True
    product.price_minor = int(product.price.scaleb(PLACES))
    return different


async def _save(ctx: Context, product: Product) -> None:
    number = product.number
    try:
        await ctx.session.flush()
    except IntegrityError as error:
        if "uq_product_tenant_id_number" not in str(error.orig):
            raise
        # Somebody else has just taken it: the look before was too early.
        raise UserError(ErrorCode.TAKEN, f"Another product already has the number {number}.", ("number",)) from None


async def _try_again_what_failed_for_it(ctx: Context, keys: set[str]) -> None:
    """A product isn't synced by itself, its part number is, once it is used. What failed then may go well now."""
    roots = {keyed_subject("catalog_item", key) for key in keys}
    failed = select(SyncError.provider, SyncError.root).where(
        SyncError.root.in_(roots), SyncError.resolved_at.is_(None)
    )
    for provider, root in (await ctx.session.execute(failed.distinct())).all():
        ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, [root], provider=provider, afresh=True)


async def _free(ctx: Context, number: str) -> None:
    taken = await _with_number(ctx, number)
    if taken is not None:
        raise UserError(ErrorCode.TAKEN, f"“{taken.title}” already has the number {number}.", ("number",))


async def _with_number(ctx: Context, number: str) -> Product | None:
    found: Product | None = await ctx.session.scalar(select(Product).where(Product.number == number))
    return found


async def _next_number(ctx: Context) -> str:
    while await _with_number(ctx, number := await numbers.take(ctx, "P")) is not None:
        pass  # somebody has given that number by hand
    return number
