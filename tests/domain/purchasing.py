"""What tests of purchase orders begin with: suppliers, products with offers, an approved sales order. No assertions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain import events
from domain.organizations import service as organizations
from domain.products import service as products
from domain.products.models import Product, ProductComponent
from domain.products.supply import Supplier, SupplierOffer, Warehouse
from domain.purchase_orders import service as purchases
from domain.purchase_orders.models import PurchaseOrder
from domain.sales_orders.models import SalesOrder, SalesOrderLine
from domain.text import fold
from tests.rig import Msp


def d(value: Any) -> Decimal:
    return Decimal(str(value))


async def a_supplier(ctx, name: str = "Ingram", **more: Any) -> Supplier:
    supplier = Supplier(name=name, name_folded=fold(name), **more)
    ctx.session.add(supplier)
    await ctx.session.flush()
    return supplier


async def a_warehouse(ctx, name: str = "Main", **more: Any) -> Warehouse:
    warehouse = Warehouse(name=name, name_folded=fold(name), **more)
    ctx.session.add(warehouse)
    await ctx.session.flush()
    return warehouse


async def a_product(ctx, title: str = "Firewall", **more: Any) -> Product:
    return await products.create(ctx, {"title": title, "price": d(100), **more})


async def offer(ctx, supplier: Supplier, product: Product, cost: Any, stock: Any = None, number: str | None = None):
    ctx.session.add(
        SupplierOffer(
            product_id=product.id,
            supplier_id=supplier.id,
            supplier_number=number,
            cost=d(cost),
            stock=None if stock is None else d(stock),
        )
    )
    ctx.emit(events.ProductUpdated(product.id))
    await ctx.session.flush()


async def a_bundle(ctx, parts: Mapping[Product, Any], title: str = "Starter kit") -> Product:
    bundle = await a_product(ctx, title, type="BUNDLE")
    for position, (part, quantity) in enumerate(parts.items(), start=1):
        ctx.session.add(
            ProductComponent(product_id=bundle.id, component_id=part.id, quantity=d(quantity), position=position)
        )
    await ctx.session.flush()
    return bundle


async def a_sale(
    ctx, lines: Sequence[tuple[Product | str, Any]], *, status: str = "APPROVED", **more: Any
) -> SalesOrder:
    """Of products, or of free text, and how many of each."""
    organization = await organizations.create(ctx, {"name": "Acme Dental", "line1": "1 Main Street", "city": "Troy"})
    order = SalesOrder(
        number=more.pop("number", "SO-1001"),
        organization_id=organization.id,
        status=status,
        entered_by="EMPLOYEE",
        currency="USD",
        subtotal=d(0),
        tax_total=d(0),
        total=d(0),
        total_minor=0,
        **more,
    )
    order.lines = [
        SalesOrderLine(
            position=position,
            product_id=what.id if isinstance(what, Product) else None,
            title=what.title if isinstance(what, Product) else what,
            quantity=d(quantity),
            unit_price=d(100),
            tax_rate=d(0),
            net_total=d(0),
            tax_total=d(0),
            total=d(0),
        )
        for position, (what, quantity) in enumerate(lines, start=1)
    ]
    ctx.session.add(order)
    await ctx.session.flush()
    ctx.emit(events.SalesOrderCreated(order.id))
    return order


@dataclass
class Stage:
    """A supplier who offers a firewall, which has serial numbers, and a cable, which has none."""

    msp: Msp
    supplier: Supplier
    warehouse: Warehouse
    firewall: Product
    cable: Product

    def transaction(self, **kwargs: Any):
        return self.msp.transaction(**kwargs)

    async def stocked(self, *lines: tuple[Product, Any], approved: bool = True) -> PurchaseOrder:
        """A purchase order for stock."""
        given = [{"product_id": product.id, "quantity": d(quantity)} for product, quantity in lines]
        async with self.transaction() as ctx:
            order = await purchases.create(ctx, self.supplier.id, {"warehouse_id": self.warehouse.id}, given)
            return await purchases.approve(ctx, order.id) if approved else order


async def a_stage(msp: Msp) -> Stage:
    async with msp.transaction() as ctx:
        supplier, warehouse = await a_supplier(ctx), await a_warehouse(ctx)
        firewall = await a_product(ctx, "Firewall", serialized=True, part_number="FW-40", cost=d(350))
        cable = await a_product(ctx, "Cable", cost=d(2))
        await offer(ctx, supplier, firewall, "333.3333", stock=10, number="ING-FW40")
        await offer(ctx, supplier, cable, "1.005", stock=500)
        return Stage(msp, supplier, warehouse, firewall, cable)


def line_of(order: PurchaseOrder | SalesOrder, product: Product) -> UUID:
    return next(line.id for line in order.lines if line.product_id == product.id)
