"""Goods come in: a receipt of some or all that is missing, with the serial numbers of the pieces.

What came in for a sales order is told to it (`domain.sales_orders.receiving`); how far that one is then, it knows
itself. What may come in is checked by `arrivals.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from domain import events
from domain.access import dates
from domain.checks import optional_text
from domain.context import Context
from domain.permissions import Permission, requires
from domain.pricing.catalog import products_of
from domain.products import serials
from domain.products.serials import Piece
from domain.purchase_orders import arrivals, for_sale, lines, loading
from domain.purchase_orders.arrivals import Arrival
from domain.purchase_orders.lifecycle import PurchaseOrderStatus, Step, step
from domain.purchase_orders.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder
from domain.sales_orders import receiving as sales_orders
from domain.versions import changed, check_version


@requires(Permission.PURCHASE_ORDERS_WRITE)
async def receive(
    ctx: Context,
    order_id: UUID,
    given: Sequence[Mapping[str, Any]] | None = None,
    *,
    received_on: date | None = None,
    reference: str | None = None,
    version: int | None = None,
) -> GoodsReceipt:
    """`given`: `line_id`, `quantity`, `serial_numbers` of each line; None: all that is missing and has no numbers.

    A quantity that isn't said is one for each serial number, or failing those all that is missing of the line. The lock
    on the order lets one receipt after the other in, so that together they never are more than was ordered.
    """
    order = await loading.locked(ctx, order_id)
    status = PurchaseOrderStatus(order.status)
    step(status, Step.RECEIVE)
    check_version(order, version)  # after the step: whoever receives twice is told that, not that it has changed
    products = await products_of(ctx, [lines.values_of(line) for line in order.lines])
    arrived = arrivals.of(order, products, given)
    receipt = await _receipt(ctx, order, arrived, on=await dates.past_or_today(ctx, received_on, field="receivedOn"))
    receipt.reference = optional_text(reference, 100, field="reference")
    for arrival in arrived:
        arrival.line.received_quantity += arrival.quantity
        changed(arrival.line)
    is_all = all(line.missing_quantity == 0 for line in order.lines)
    order.status = step(status, Step.RECEIVE_ALL if is_all else Step.RECEIVE)
    if is_all:
        order.received_at = await ctx.session.scalar(select(func.now()))
    changed(order)
    await ctx.session.flush()
    sale = await for_sale.of(ctx, order, arrived)
    went_out: Mapping[UUID, UUID] = {}
    if order.sales_order_id and sale.pieces:
        went_out = await sales_orders.goods_received(ctx, order.sales_order_id, sale.pieces, drop_ship=order.drop_ship)
    await _enter(ctx, _pieces(arrived, receipt, sale.lines, went_out))
    ctx.emit(events.PurchaseOrderReceived(order.id))
    return receipt


async def _receipt(ctx: Context, order: PurchaseOrder, arrived: Sequence[Arrival], *, on: date) -> GoodsReceipt:
    statement = select(func.max(GoodsReceipt.ordinal)).where(GoodsReceipt.purchase_order_id == order.id)
    receipt = GoodsReceipt(
        purchase_order_id=order.id,
        ordinal=(await ctx.session.scalar(statement) or 0) + 1,
        received_on=on,
        lines=[
            GoodsReceiptLine(
                purchase_order_id=order.id,
                purchase_order_line_id=arrival.line.id,
                position=position,
                quantity=arrival.quantity,
            )
            for position, arrival in enumerate(arrived, start=1)
        ],
    )
    ctx.session.add(receipt)
    return receipt


def _pieces(
    arrived: Sequence[Arrival], receipt: GoodsReceipt, for_sale: frozenset[UUID], went_out: Mapping[UUID, UUID]
) -> list[Piece]:
    """What has a number: with its receipt, and what it was for. `for_sale`: the lines that came for a sales order."""
    parts = {part.purchase_order_line_id: part.id for part in receipt.lines}
    pieces = []
    for arrival in arrived:
        line = arrival.line
        sold_id = line.sales_order_line_id if line.id in for_sale else None
        for place, serial in enumerate(arrival.serials):
            if line.product_id is not None:
                piece = Piece(
                    line.product_id,
                    serial,
                    (*arrival.at, "serialNumbers", str(place)),
                    goods_receipt_line_id=parts[line.id],
                    sales_order_line_id=sold_id,
                    delivery_line_id=went_out.get(sold_id) if sold_id else None,
                )
                pieces.append(piece)
    return pieces


async def _enter(ctx: Context, pieces: Sequence[Piece]) -> None:
    """The pieces with their numbers. One that went to a customer before its receipt was written down is known."""
    known, new = await serials.known(ctx, pieces), []
    for piece in pieces:
        row = known.get(piece.key)
        if row is None or row.goods_receipt_line_id or piece.sales_order_line_id not in (None, row.sales_order_line_id):
            new.append(piece)
        else:
            row.goods_receipt_line_id = piece.goods_receipt_line_id
            changed(row)
    await serials.enter(ctx, new)
