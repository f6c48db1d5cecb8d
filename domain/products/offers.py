"""What suppliers ask for products, and how many they have. Which of them to buy from is for a purchase order to say."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain import bulk, events
from domain.access.turns import one_at_a_time
from domain.bulk import Outcome
from domain.checks import Check, decimal_in
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.permissions import Permission, requires
from domain.products.fields import money, part_number
from domain.products.models import Product
from domain.products.parts import part_key
from domain.products.supply import Supplier, SupplierOffer
from domain.versions import changed

Entry = tuple[UUID, UUID, Mapping[str, Any]]
"""Product, supplier and values of an offer, as `put` takes them."""

_MOST_STOCK = Decimal(10) ** 9


def _stock(value: Decimal | None) -> Decimal | None:
    return None if value is None else decimal_in(value, field="stock", low=Decimal(0), high=_MOST_STOCK, places=6)


FIELDS: Mapping[str, Check] = {
    "supplier_number": lambda value: part_number(value, field="supplierNumber"),
    "cost": lambda value: money(value, field="cost"),
    "stock": _stock,
}


@requires(Permission.PRODUCTS_WRITE)
async def put(ctx: Context, product_id: UUID, supplier_id: UUID, values: Mapping[str, Any]) -> SupplierOffer:
    """The supplier's offer for the product: a new one, which needs a cost, or changes of the one that is there.

    The product's own version stays: a price list that comes in is nobody's edit of it.
    """
    await _locked(ctx, product_id)
    supplier = await ctx.session.get(Supplier, supplier_id)
    if supplier is None:
        raise NotFound("There is no such supplier.", field=("supplierId",))
    if supplier.archived_at is not None:
        message = f"{supplier.name} is archived: restore it, or choose another supplier."
        raise UserError(ErrorCode.INVALID, message, ("supplierId",))
    offer = await _offer(ctx, product_id, supplier_id)
    new = offer is None
    if offer is None:
        offer = SupplierOffer(product_id=product_id, supplier_id=supplier_id)
        values = {"cost": None, **values}
    different = _fill(offer, values)
    if new:
        ctx.session.add(offer)
    elif different:
        changed(offer)
    if new or different:
        await ctx.session.flush()
        ctx.emit(events.ProductUpdated(product_id))
    return offer


@requires(Permission.PRODUCTS_WRITE)
async def put_many(ctx: Context, entries: Sequence[Callable[[], Entry]]) -> list[Outcome[UUID]]:
    """Offers as `put` makes and changes them, each by itself: their ids."""
    await one_at_a_time(ctx)  # price lists that name the same products in another order would wait for each other

    async def make(inner: Context, entry: Entry) -> UUID:
        return (await put(inner, *entry)).id

    return await bulk.each(ctx, entries, make, field="offers")


@requires(Permission.PRODUCTS_WRITE)
async def remove(ctx: Context, product_id: UUID, supplier_id: UUID) -> Product:
    product = await _locked(ctx, product_id)
    offer = await _offer(ctx, product_id, supplier_id)
    if offer is None:
        raise NotFound("This supplier does not offer this product.", field=("supplierId",))
    await ctx.session.delete(offer)
    await ctx.session.flush()
    ctx.emit(events.ProductUpdated(product_id))
    return product


async def _locked(ctx: Context, product_id: UUID) -> Product:
    product = await ctx.session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFound("There is no such product.", field=("productId",))
    return product


async def _offer(ctx: Context, product_id: UUID, supplier_id: UUID) -> SupplierOffer | None:
    found: SupplierOffer | None = await ctx.session.scalar(
        select(SupplierOffer).where(SupplierOffer.product_id == product_id, SupplierOffer.supplier_id == supplier_id)
    )
    return found


def _fill(offer: SupplierOffer, values: Mapping[str, Any]) -> bool:
    """Check and set what was given; True when something is different now."""
    different = False
    for name, value in values.items():
        if name not in FIELDS:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        checked = FIELDS[name](value)
        if getattr(offer, name) != checked:
            setattr(offer, name, checked)
            different = True
    offer.supplier_key = part_key(offer.supplier_number) if offer.supplier_number else None
    return different
