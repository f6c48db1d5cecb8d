"""Purchase orders and what came in, as the API shows them. Their sources are the mapped rows; changing is next door."""

import asyncio
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from api.context import Info
from api.employees import Employee
from api.node import Node, related
from api.organizations.types import Address
from api.products.serials import SerialNumber
from api.products.supply import Supplier, Warehouse
from api.products.types import Product
from api.scalars import Money, described, money
from domain.organizations.models import ADDRESS_FIELDS
from domain.permissions import Permission
from domain.purchase_orders import models, notes
from domain.purchase_orders.lifecycle import PurchaseOrderStatus

if TYPE_CHECKING:
    from api.sales_orders.types import SalesOrder, SalesOrderLine

SaleRef = Annotated["SalesOrder", strawberry.lazy("api.sales_orders.types")]
SaleLineRef = Annotated["SalesOrderLine", strawberry.lazy("api.sales_orders.types")]

described(
    PurchaseOrderStatus,
    "Where a purchase order stands.",
    DRAFT="It is being written. What the supplier gets is approved first; edited, it is a draft again.",
    APPROVED="The supplier may have it, and goods may come in.",
    RECEIVED="All of it came in. It is locked.",
    CANCELLED="It was called off before anything came in.",
)


@strawberry.type(description="Where a supplier ships to, without a warehouse in between.")
class DropShipAddress:
    reads: ClassVar[Permission] = models.PurchaseOrder.reads

    name: str | None = strawberry.field(description="Who gets it.")
    address: Address = strawberry.field(description="Where that is.")


def _ships_to(row: strawberry.Parent[models.PurchaseOrder]) -> DropShipAddress | None:
    if not row.drop_ship:
        return None
    address = Address(**{name: getattr(row, f"delivery_{name}") for name in ADDRESS_FIELDS})
    return DropShipAddress(name=row.delivery_name, address=address)


def _note(row: strawberry.Parent[models.PurchaseOrder], info: Info) -> str | None:
    return notes.read(info.context.database.keyring, row)


@strawberry.type(description="What the MSP buys from a supplier: for a sales order, or for stock.")
class PurchaseOrder(Node):
    model: ClassVar[Any] = models.PurchaseOrder

    number: str = strawberry.field(description="The number people use: `PO-1001`.")
    status: PurchaseOrderStatus = strawberry.field(description="Where it stands.")
    locked: bool = strawberry.field(description="Whether nothing of it can be changed any more: all of it came in.")
    supplier: Supplier = related(models.PurchaseOrder.supplier, "Whom it goes to.")
    warehouse: Warehouse | None = related(
        models.PurchaseOrder.warehouse, "Where the goods come in; empty when that isn't said, or with `dropShip`."
    )
    sales_order: SaleRef | None = related(
        models.PurchaseOrder.sales_order, "The sales order that it is bought for; empty when it is for stock."
    )
    owner: Employee | None = related(models.PurchaseOrder.owner, "The employee who looks after it.")
    supplier_reference: str | None = strawberry.field(description="The supplier's own number for it.")
    due_date: date | None = strawberry.field(description="The day on which the goods are expected.")
    note: str | None = strawberry.field(
        resolver=_note, description="For the MSP alone, such as licence keys: kept encrypted, and never searched."
    )
    drop_ship: bool = strawberry.field(description="Whether the supplier ships straight to the customer.")
    delivery_address: DropShipAddress | None = strawberry.field(
        resolver=_ships_to, description="Where the supplier ships to with `dropShip`."
    )
    currency: str = strawberry.field(name="currencyCode", description="The currency of all its amounts, ISO 4217.")
    subtotal: Money = money("subtotal", "Its lines.")
    costs_total: Money = money("costs_total", "Its other costs.")
    total: Money = money("total", "Its lines and other costs.")
    lines: "list[PurchaseOrderLine]" = related(models.PurchaseOrder.lines, "What is bought, in order; at most 500.")
    costs: "list[PurchaseOrderCost]" = related(models.PurchaseOrder.costs, "What is asked beside the goods.")
    receipts: "list[GoodsReceipt]" = related(models.PurchaseOrder.receipts, "What came in, the first first.")
    approved_at: datetime | None = strawberry.field(description="When it was approved as it is now.")
    approved_by: str | None = strawberry.field(description="Who approved it.")
    received_at: datetime | None = strawberry.field(description="When the last of it was entered as received.")
    cancelled_at: datetime | None = strawberry.field(description="When it was called off.")
    cancel_reason: str | None = strawberry.field(description="Why it was called off.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


async def _serial_numbers(row: strawberry.Parent[models.PurchaseOrderLine], info: Info) -> Any:
    loaders = info.context.loaders
    receipts = await loaders.related(models.PurchaseOrderLine.receipts, row)
    # Together, so that they are one batch.
    found = await asyncio.gather(
        *(loaders.related(models.GoodsReceiptLine.serial_numbers, receipt) for receipt in receipts)
    )
    return [piece for pieces in found for piece in pieces]


@strawberry.type(description="One line of a purchase order.")
class PurchaseOrderLine(Node):
    model: ClassVar[Any] = models.PurchaseOrderLine

    purchase_order: PurchaseOrder = related(models.PurchaseOrderLine.purchase_order, "The order that it is part of.")
    product: Product | None = related(models.PurchaseOrderLine.product, "What is bought; empty for free text.")
    sales_order_line: SaleLineRef | None = related(
        models.PurchaseOrderLine.sales_order_line,
        "The line of the sales order that it is bought for. Of a bundle each component is bought by itself.",
    )
    part_number: str | None = strawberry.field(
        description="The part number of the product, or failing that its number, as it was when it was put here."
    )
    supplier_number: str | None = strawberry.field(description="The supplier's own number for it.")
    position: int = strawberry.field(
        description="Its place: lines are in the order of this number, which may have gaps."
    )
    title: str = strawberry.field(description="What is bought.")
    description: str | None = strawberry.field(description="More about it.")
    quantity: Decimal = strawberry.field(description="How many.")
    received_quantity: Decimal = strawberry.field(description="How many of them came in.")
    missing_quantity: Decimal = strawberry.field(description="How many of them didn't come in yet.")
    unit_cost: Decimal = strawberry.field(
        description="What one costs, in the currency of the order: with up to four decimals."
    )
    total: Money = money("total", "What all of them cost, rounded to the cent.")
    receipts: "list[GoodsReceiptLine]" = related(models.PurchaseOrderLine.receipts, "What came in of it.")
    serial_numbers: list[SerialNumber] = strawberry.field(
        resolver=_serial_numbers, description="The single pieces that came in, of a serialized product."
    )
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.type(description="What a supplier or a carrier asks beside the goods.")
class PurchaseOrderCost(Node):
    model: ClassVar[Any] = models.PurchaseOrderCost

    title: str = strawberry.field(description="What for: freight, insurance, a small-order fee.")
    amount: Money = money("amount", "How much; less than 0 for a credit.")


@strawberry.type(description="What came in of a purchase order at once.")
class GoodsReceipt(Node):
    model: ClassVar[Any] = models.GoodsReceipt

    purchase_order: PurchaseOrder = related(models.GoodsReceipt.purchase_order, "The order.")
    ordinal: int = strawberry.field(description="Counts the receipts of the order, from 1.")
    received_on: date = strawberry.field(description="The day, where the MSP is.")
    reference: str | None = strawberry.field(description="The number of the delivery note.")
    lines: "list[GoodsReceiptLine]" = related(models.GoodsReceipt.lines, "What came in.")
    created_at: datetime = strawberry.field(description="When the record was made.")


@strawberry.type(description="So much of one line of a purchase order came in with a receipt.")
class GoodsReceiptLine(Node):
    model: ClassVar[Any] = models.GoodsReceiptLine

    receipt: GoodsReceipt = related(models.GoodsReceiptLine.receipt, "The receipt.")
    line: PurchaseOrderLine = related(models.GoodsReceiptLine.line, "The line.")
    quantity: Decimal = strawberry.field(description="How many.")
    serial_numbers: list[SerialNumber] = related(
        models.GoodsReceiptLine.serial_numbers, "Which single pieces, of a serialized product."
    )
