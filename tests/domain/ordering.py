"""What tests of sales orders start from. Holds no assertions."""

from decimal import Decimal
from typing import Any

from domain.sales_orders import service as orders
from domain.sales_orders.models import SalesOrder
from domain.sales_settings import service as settings

LINES: list[dict[str, Any]] = [
    {
        "title": "Firewall",
        "quantity": Decimal(2),
        "unit_price": Decimal("499.90"),
        "unit_cost": Decimal(350),
        "tax_rate": Decimal(20),
    },
    {"title": "Support", "quantity": Decimal(12), "unit_price": Decimal(89), "discount_percent": Decimal(10)},
]


async def an_order(msp, organization, lines=LINES, **values) -> SalesOrder:
    async with msp.transaction() as ctx:
        return await orders.create(ctx, organization.id, values, lines)


async def limited(msp, limit: str) -> None:
    """Orders up to this total approve themselves."""
    async with msp.transaction() as ctx:
        await settings.update(ctx, {"auto_approval_limit": Decimal(limit)})
