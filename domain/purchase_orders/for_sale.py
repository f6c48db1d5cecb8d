"""What of a receipt came in for a sales order, in pieces of what that one sold. It changes neither order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from domain.context import Context
from domain.purchase_orders import demand, proposal
from domain.purchase_orders.arrivals import Arrival
from domain.purchase_orders.lifecycle import PurchaseOrderStatus
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderLine
from domain.purchase_orders.proposal import Key, Parts
from domain.sales_orders import loading
from domain.sales_orders.lifecycle import SalesOrderStatus
from domain.sales_orders.models import SalesOrderLine


@dataclass(frozen=True)
class ForSale:
    """`pieces` of each line of the sales order; `lines`: of the purchase order those that came for it."""

    pieces: Mapping[UUID, Decimal] = field(default_factory=dict)
    lines: frozenset[UUID] = frozenset()


async def of(ctx: Context, order: PurchaseOrder, arrived: Sequence[Arrival]) -> ForSale:
    """The sales order is locked; what has arrived must be flushed.

    Stock is what still comes for a cancelled order, or for a line that sells something else by now.
    """
    if order.sales_order_id is None:
        return ForSale()
    sale = await loading.locked(ctx, order.sales_order_id)
    if sale.status == SalesOrderStatus.CANCELLED.value:
        return ForSale()
    named = [(arrival.line.sales_order_line_id, arrival) for arrival in arrived if arrival.line.sales_order_line_id]
    ids = {id for id, _ in named}
    sold = {line.id: line for line in sale.lines if line.id in ids}
    parts = await demand.parts_of(ctx, sold.values())
    counted = [(id, arrival) for id, arrival in named if arrival.line.product_id in parts.get(id, {})]
    bundles = {id for id, line in sold.items() if set(parts[id]) != {line.product_id}}
    received = await _received(ctx, bundles)
    own = await demand.own_work(ctx, {part for id in bundles for part in parts[id] if part})
    pieces: dict[UUID, Decimal] = {}
    for id, arrival in counted:
        if id in bundles:
            bought = {part: each for part, each in parts[id].items() if part not in own or (id, part) in received}
            pieces[id] = _more(sold[id], bought, received)
        else:
            pieces[id] = pieces.get(id, Decimal(0)) + arrival.quantity
    return ForSale(pieces, frozenset(arrival.line.id for _, arrival in counted))


def _more(line: SalesOrderLine, parts: Parts, received: Mapping[Key, Decimal]) -> Decimal:
    """The bundles that are complete since this receipt; none as long as a part of the next one is missing."""
    there = {part: received.get((line.id, part), Decimal(0)) for part in parts}
    complete = proposal.whole_pieces(there, parts, line.quantity)
    return max(complete - line.received_quantity, Decimal(0))


async def _received(ctx: Context, line_ids: set[UUID]) -> dict[Key, Decimal]:
    """What has come in of each part of these lines, by any purchase order; 0 of what was bought and is on its way."""
    line = PurchaseOrderLine
    statement = (
        select(line.sales_order_line_id, line.product_id, func.sum(line.received_quantity))
        .join(PurchaseOrder, PurchaseOrder.id == line.purchase_order_id)
        .where(line.sales_order_line_id.in_(line_ids), PurchaseOrder.status != PurchaseOrderStatus.CANCELLED.value)
        .group_by(line.sales_order_line_id, line.product_id)
    )
    rows = await ctx.session.execute(statement)
    return {(line_id, part): quantity for line_id, part, quantity in rows if line_id}
