"""What purchase orders say about an order. Their drawer stands above this one, so that they are asked in SQL."""

from uuid import UUID

from sqlalchemy import text

from domain.context import Context

_OPEN = text("""
    SELECT number FROM purchase_order
    WHERE tenant_id = :tenant AND sales_order_id = :order AND status IN ('DRAFT', 'APPROVED')
    ORDER BY number LIMIT 1
""")
_NAMING = text("""
    SELECT bought.number FROM purchase_order_line AS line
    JOIN purchase_order AS bought ON bought.tenant_id = line.tenant_id AND bought.id = line.purchase_order_id
    WHERE line.tenant_id = :tenant AND line.sales_order_line_id = :line
    ORDER BY bought.number LIMIT 1
""")


async def still_buying(ctx: Context, order_id: UUID) -> str | None:
    """The number of a purchase order for the order that may still receive something."""
    number: str | None = await ctx.session.scalar(_OPEN, {"tenant": ctx.tenant_id, "order": order_id})
    return number


async def naming(ctx: Context, line_id: UUID) -> str | None:
    """The number of a purchase order that names the line, whatever has become of it."""
    number: str | None = await ctx.session.scalar(_NAMING, {"tenant": ctx.tenant_id, "line": line_id})
    return number
