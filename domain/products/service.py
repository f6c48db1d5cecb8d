"""Products: what may be written, and what is said afterwards. Their categories are `categories.py`.

A quote line keeps what it took of its product: changing a product changes no line.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain import events, outbox
from domain.access import numbers
from domain.checks import decimal_in, member_of, optional_text, required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.ids import keyed_subject
from domain.permissions import Permission, requires
from domain.products.kinds import ProductType, RecurringPeriod
from domain.products.models import Product, ProductCategory
from domain.products.parts import part_key
from domain.sync.models import SyncError
from domain.text import is_visible
from domain.versions import changed, check_version

_HUGE = Decimal(10) ** 12


def _money(value: Decimal | None, *, field: str) -> Decimal:
    if value is None:
        raise UserError(ErrorCode.REQUIRED, f"{field} is missing.", (field,))
    return decimal_in(value, field=field, low=Decimal(0), high=_HUGE, places=4)


def _cost(value: Decimal | None) -> Decimal | None:
    return None if value is None else _money(value, field="cost")


def _number(value: str | None, *, field: str) -> str | None:
    """A number that can be told from others: not only of what can't be seen."""
    text = optional_text(value, 100, field=field)
    if text is not None and not is_visible(text):
        raise UserError(ErrorCode.INVALID, f"{field} has no character that can be seen.", (field,))
    return text


FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "number": partial(_number, field="number"),
    "part_number": partial(_number, field="partNumber"),
    "title": partial(required_text, limit=500, field="title"),
    "description": partial(optional_text, limit=6000, field="description"),
    "type": lambda value: member_of(ProductType, value, field="type").value,
    "category_id": lambda value: value,
    "price": partial(_money, field="price"),
    "cost": _cost,
    "active": bool,
    "serialized": bool,
    "recurring_period": lambda value: value and member_of(RecurringPeriod, value, field="recurringPeriod").value,
}


@requires(Permission.PRODUCTS_WRITE)
async def create(ctx: Context, values: Mapping[str, Any]) -> Product:
    """Without a number of its own it gets the next one: P-1001."""
    product = Product(type=ProductType.PHYSICAL.value, active=True, serialized=False)
    await _fill(ctx, product, {"title": None, "price": None, **values})
    if product.number is None:
        product.number = await _next_number(ctx)
    product.part_key = part_key(product.part_number or product.number)
    ctx.session.add(product)
    await _save(ctx, product)
    ctx.emit(events.ProductCreated(product.id))
    return product


@requires(Permission.PRODUCTS_WRITE)
async def update(ctx: Context, product_id: UUID, values: Mapping[str, Any], *, version: int | None = None) -> Product:
    product = await ctx.session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFound("There is no such product.", field=("productId",))
    check_version(product, version)
    if "number" in values:
        values = {**values, "number": required_text(values["number"], 100, field="number")}
    with ctx.session.no_autoflush:  # only `_save` can tell that a number has just been taken
        different = await _fill(ctx, product, values)
    if different:
        before, product.part_key = product.part_key, part_key(product.part_number or product.number)
        changed(product)
        await _save(ctx, product)
        ctx.emit(events.ProductUpdated(product.id))
        await _try_again_what_failed_for_it(ctx, {before, product.part_key})
    return product


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
        setattr(product, name, checked)
        different = True
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
