"""Purchase orders fetched to be changed, and what their lines and their place are made of. It judges no step."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.pricing.catalog import products_of
from domain.products.supply import Supplier, SupplierOffer
from domain.purchase_orders.lines import Catalog
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderLine


async def locked(ctx: Context, order_id: UUID) -> PurchaseOrder:
    """As it is now, with lines and costs. Its row stays locked: whatever changes the order waits for its turn here."""
    parts = [selectinload(PurchaseOrder.lines), selectinload(PurchaseOrder.costs)]
    order = await ctx.session.get(PurchaseOrder, order_id, with_for_update=True, populate_existing=True, options=parts)
    if order is None:
        raise NotFound("There is no such purchase order.", field=("purchaseOrderId",))
    return order


async def of_line(ctx: Context, line_id: UUID) -> tuple[PurchaseOrder, PurchaseOrderLine]:
    """The order that a line is part of, locked, and the line."""
    statement = select(PurchaseOrderLine.purchase_order_id).where(PurchaseOrderLine.id == line_id)
    order_id = await ctx.session.scalar(statement)
    order = await locked(ctx, order_id) if order_id else None
    line = next((line for line in order.lines if line.id == line_id), None) if order else None
    if order is None or line is None:
        raise NotFound("There is no such line of a purchase order.", field=("lineId",))
    return order, line


async def supplier(ctx: Context, supplier_id: UUID) -> Supplier:
    """One that can be bought from."""
    found = await ctx.session.get(Supplier, supplier_id)
    if found is None:
        raise NotFound("There is no such supplier.", field=("supplierId",))
    if found.archived_at is not None:
        message = f"{found.name} is archived; restore it before buying from it."
        raise UserError(ErrorCode.INVALID, message, ("supplierId",))
    return found


async def catalog(ctx: Context, supplier_id: UUID, product_ids: Iterable[UUID]) -> Catalog:
    """What lines may take from: these products as far as there are such, and what the supplier asks for them."""
    ids = set(product_ids)
    if not ids:
        return Catalog()
    products = await products_of(ctx, [{"product_id": id} for id in ids])
    offers = await ctx.session.scalars(
        select(SupplierOffer).where(SupplierOffer.supplier_id == supplier_id, SupplierOffer.product_id.in_(ids))
    )
    return Catalog(products, {offer.product_id: offer for offer in offers})
