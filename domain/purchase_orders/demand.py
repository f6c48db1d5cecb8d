"""What a sales order still needs, as the database has it, and what of that purchase orders take.

How much is needed is computed by `proposal.py`; this file loads what that takes, and keeps account.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError
from domain.products.kinds import ProductType
from domain.products.models import Product, ProductComponent
from domain.products.supply import Supplier, SupplierOffer
from domain.purchase_orders import proposal
from domain.purchase_orders.lifecycle import PurchaseOrderStatus
from domain.purchase_orders.lines import plain
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderLine
from domain.purchase_orders.proposal import Key, Need, Offer, Ordered, Parts, Proposal
from domain.sales_orders import loading
from domain.sales_orders.lifecycle import SalesOrderStatus
from domain.sales_orders.models import SalesOrder, SalesOrderLine


@dataclass(frozen=True)
class Demand:
    """`parts`: what each line of the order is made of. `left`: what may still be bought; it shrinks as lines take."""

    order: SalesOrder
    parts: Mapping[UUID, Parts]
    needs: list[Need]
    left: dict[Key, Decimal]

    @property
    def product_ids(self) -> set[UUID]:
        return {part for parts in self.parts.values() for part in parts if part is not None}

    def line(self, line_id: UUID) -> SalesOrderLine:
        for line in self.order.lines:
            if line.id == line_id:
                return line  # type: ignore[no-any-return]  # a relationship has no type
        raise NotFound("The sales order has no such line.", field=("salesOrderLineId",))

    def product_of(self, line_id: UUID, product_id: UUID | None) -> UUID | None:
        """What is bought for the line: one of its components if it is a bundle, else what was sold."""
        line, parts = self.line(line_id), self.parts[line_id]
        if product_id is None and len(parts) == 1:
            return next(iter(parts))
        if product_id is None:
            message = f"“{line.title}” is a bundle: say with productId which of its components this is."
            raise UserError(ErrorCode.REQUIRED, message, ("productId",))
        if product_id not in parts:
            raise UserError(ErrorCode.INVALID, f"“{line.title}” needs no such product.", ("productId",))
        return product_id

    def take(self, line_id: UUID, product_id: UUID | None, quantity: Decimal) -> None:
        """Buy so many for the line. Raises UserError when that is more than it needs."""
        left = self.left.get((line_id, product_id), Decimal(0))
        if quantity > left:
            title = self.line(line_id).title
            message = f"“{title}”: {self.order.number} needs {plain(left)} more, not {plain(quantity)}."
            raise UserError(ErrorCode.INVALID, message, ("quantity",))
        self.left[line_id, product_id] = left - quantity


async def locked(ctx: Context, sales_order_id: UUID) -> Demand:
    """To buy for it: it is locked, so that nobody else buys the same meanwhile. Refused unless it is approved."""
    order = await loading.locked(ctx, sales_order_id)
    if order.status != SalesOrderStatus.APPROVED.value:
        raise ImpossibleStep(_refusal(order), ("salesOrderId",))
    return await _of(ctx, order)


async def proposed(ctx: Context, demand: Demand) -> Proposal:
    """Where the rest is bought best, at suppliers that aren't archived."""
    return proposal.propose(
        demand.needs, await _offers(ctx, demand.product_ids), own=await own_work(ctx, demand.product_ids)
    )


async def found(ctx: Context, sales_order_id: UUID) -> Demand | None:
    """To look at, whatever its status."""
    parts = [selectinload(SalesOrder.lines)]
    order = await ctx.session.get(SalesOrder, sales_order_id, options=parts)
    return await _of(ctx, order) if order else None


async def parts_of(ctx: Context, lines: Iterable[SalesOrderLine]) -> dict[UUID, Parts]:
    """What each line is made of, by its id."""
    lines = list(lines)
    components = await _components(ctx, {line.product_id for line in lines if line.product_id})
    return {
        line.id: proposal.parts_of(line.product_id, components) if line.product_id else {None: Decimal(1)}
        for line in lines
    }


async def own_work(ctx: Context, product_ids: set[UUID]) -> set[UUID]:
    """Which of them the MSP does itself, unless somebody offers it."""
    statement = select(Product.id).where(Product.id.in_(product_ids), Product.type == ProductType.SERVICE.value)
    return set(await ctx.session.scalars(statement))


async def _of(ctx: Context, order: SalesOrder) -> Demand:
    # A credit is nothing that somebody supplies.
    lines = [line for line in order.lines if line.unit_price >= 0]
    parts = await parts_of(ctx, order.lines)
    ordered = [Ordered(line.id, line.quantity, line.fulfilled_quantity, parts[line.id]) for line in lines]
    needs = proposal.needs(ordered, await _bought(ctx, order))
    return Demand(order, parts, needs, {(need.line_id, need.product_id): need.quantity for need in needs})


async def _bought(ctx: Context, order: SalesOrder) -> dict[Key, Decimal]:
    line = PurchaseOrderLine
    statement = (
        select(line.sales_order_line_id, line.product_id, func.sum(line.quantity))
        .join(PurchaseOrder, PurchaseOrder.id == line.purchase_order_id)
        .where(
            PurchaseOrder.sales_order_id == order.id,
            PurchaseOrder.status != PurchaseOrderStatus.CANCELLED.value,
            line.sales_order_line_id.is_not(None),
        )
        .group_by(line.sales_order_line_id, line.product_id)
    )
    rows = await ctx.session.execute(statement)
    return {(line_id, product_id): quantity for line_id, product_id, quantity in rows if line_id}


async def _components(ctx: Context, product_ids: set[UUID]) -> dict[UUID, list[tuple[UUID, Decimal]]]:
    """What bundles are made of, one statement for each level of bundles in bundles."""
    found: dict[UUID, list[tuple[UUID, Decimal]]] = {}
    level = product_ids
    while level:
        rows = await ctx.session.scalars(
            select(ProductComponent)
            .where(ProductComponent.product_id.in_(level))
            .order_by(ProductComponent.product_id, ProductComponent.position)
        )
        seen = set(found)
        for row in rows:
            found.setdefault(row.product_id, []).append((row.component_id, row.quantity))
        level = {id for product_id in found.keys() - seen for id, _ in found[product_id]} - found.keys()
    return found


async def _offers(ctx: Context, product_ids: set[UUID]) -> dict[UUID, list[Offer]]:
    offer = SupplierOffer
    rows = await ctx.session.execute(
        select(offer, Supplier.name_folded)
        .join(Supplier, Supplier.id == offer.supplier_id)
        .where(offer.product_id.in_(product_ids), Supplier.archived_at.is_(None))
    )
    found: dict[UUID, list[Offer]] = {}
    for row, name in rows:
        found.setdefault(row.product_id, []).append(
            Offer(row.supplier_id, name, row.supplier_number, row.cost, row.stock)
        )
    return found


def _refusal(order: SalesOrder) -> str:
    instead = {
        SalesOrderStatus.DRAFT.value: "a draft. Approve it before buying for it.",
        SalesOrderStatus.PROCESSED.value: "processed already, so nothing is bought for it any more. Buy for stock.",
        SalesOrderStatus.CANCELLED.value: "cancelled, so nothing is bought for it. Buy for stock.",
    }
    return f"{order.number} is {instead[order.status]}"
