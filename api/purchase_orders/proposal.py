"""What is still to be bought for a sales order, and where, as the API shows it. What is best is decided elsewhere."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.node import uuid_of
from api.products.supply import Supplier
from api.products.types import Product
from api.sales_orders.types import SalesOrder, SalesOrderLine
from api.scalars import Money, money
from domain.access.models import Tenant
from domain.permissions import Permission
from domain.products.models import Product as ProductRow
from domain.products.supply import Supplier as SupplierRow
from domain.purchase_orders import buying
from domain.purchase_orders.lines import total_of
from domain.purchase_orders.proposal import Need, Proposed
from domain.sales_orders.models import SalesOrder as SalesOrderRow
from domain.sales_orders.models import SalesOrderLine as SalesOrderLineRow

_READS = Permission.PURCHASE_ORDERS_READ


async def _sold(row: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.loaders.row(SalesOrderLineRow, row.need.line_id)


async def _product(row: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.loaders.row(ProductRow, row.need.product_id)


def _quantity(row: strawberry.Parent[Any]) -> Decimal:
    quantity: Decimal = row.need.quantity
    return quantity


@strawberry.type(description="What is to be bought for a line of a sales order.")
class PurchaseNeed:
    reads: ClassVar[Permission] = _READS
    need: strawberry.Private[Need]

    sales_order_line: SalesOrderLine = strawberry.field(resolver=_sold, description="The line of the sales order.")
    product: Product | None = strawberry.field(
        resolver=_product, description="The product, or of a bundle one of its components; empty for free text."
    )
    quantity: Decimal = strawberry.field(resolver=_quantity, description="How many are still to be bought.")


@strawberry.type(description="What is to be bought for a line of a sales order, with the best offer for it.")
class ProposedPurchaseLine(PurchaseNeed):
    currency: strawberry.Private[str]
    amount: strawberry.Private[Decimal]

    unit_cost: Decimal = strawberry.field(description="What the supplier asks for one.")
    supplier_number: str | None = strawberry.field(description="The supplier's own number for it.")
    stock: Decimal | None = strawberry.field(description="How many the supplier has; empty when that isn't known.")
    total: Money = money("amount", "What all of them cost, rounded to the cent.")


async def _supplier(row: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.loaders.row(SupplierRow, row.supplier_id)


@strawberry.type(description="A purchase order as it would be made.")
class ProposedPurchaseOrder:
    reads: ClassVar[Permission] = _READS
    supplier_id: strawberry.Private[UUID]
    currency: strawberry.Private[str]
    amount: strawberry.Private[Decimal]

    supplier: Supplier = strawberry.field(resolver=_supplier, description="Whom it would go to.")
    lines: list[ProposedPurchaseLine] = strawberry.field(description="What would be bought there.")
    total: Money = money("amount", "What its lines cost together.")


async def _sale(row: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.loaders.row(SalesOrderRow, row.sales_order_id)


@strawberry.type(
    description="What is still to be bought for a sales order: what it has less what is bought on purchase orders that"
    " aren't cancelled, or went to the customer anyway. Of bundles, what they are made of."
)
class PurchaseProposal:
    reads: ClassVar[Permission] = _READS
    sales_order_id: strawberry.Private[UUID]

    sales_order: SalesOrder = strawberry.field(resolver=_sale, description="The sales order.")
    orders: list[ProposedPurchaseOrder] = strawberry.field(
        description="One for each supplier, by their names. Of each product the offer with enough in stock wins, then"
        " with some, with an unknown stock, with none; among these the cheapest."
    )
    unassigned: list[PurchaseNeed] = strawberry.field(
        description="What no supplier offers; work that nobody offers is not meant."
    )


async def purchase_proposal(
    info: Info, sales_order_id: Annotated[strawberry.ID, strawberry.argument(description="The sales order.")]
) -> PurchaseProposal | None:
    id = uuid_of(sales_order_id, "SalesOrder", "salesOrderId")
    async with info.context.read() as ctx:
        proposal = await buying.propose(ctx, id)
        currency = (await ctx.session.get_one(Tenant, ctx.tenant_id)).currency
    if proposal is None:
        return None
    return PurchaseProposal(
        sales_order_id=id,
        orders=[_order(supplier_id, lines, currency) for supplier_id, lines in proposal.orders.items()],
        unassigned=[PurchaseNeed(need=need) for need in proposal.unassigned],
    )


def _order(supplier_id: UUID, proposed: Sequence[Proposed], currency: str) -> ProposedPurchaseOrder:
    lines = [
        ProposedPurchaseLine(
            need=each.need,
            currency=currency,
            amount=total_of(each.need.quantity, each.offer.cost, currency),
            unit_cost=each.offer.cost,
            supplier_number=each.offer.supplier_number,
            stock=each.offer.stock,
        )
        for each in proposed
    ]
    total = sum((line.amount for line in lines), Decimal(0))
    return ProposedPurchaseOrder(supplier_id=supplier_id, currency=currency, amount=total, lines=lines)
