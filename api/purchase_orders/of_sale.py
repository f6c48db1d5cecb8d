"""The purchase orders of a sales order, as a field of that one. Apart from their types, which know sales orders."""

from typing import Any

import strawberry

from api.context import Info
from domain.purchase_orders.models import PurchaseOrder


async def _bought(row: strawberry.Parent[Any], info: Info) -> Any:
    order = (PurchaseOrder.created_at,)
    return await info.context.loaders.children(PurchaseOrder.sales_order_id, row.id, order=order)


PURCHASE_ORDERS: Any = strawberry.field(
    resolver=_bought, description="What is bought for it, the first entered first; cancelled purchase orders too."
)
