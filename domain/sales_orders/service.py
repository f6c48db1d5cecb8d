"""Sales orders: for now the one that the acceptance of a quote makes."""

from typing import TYPE_CHECKING

from domain import events
from domain.access import numbers
from domain.checks import optional_text
from domain.context import Context
from domain.permissions import Permission, requires
from domain.sales_orders.lifecycle import SalesOrderStatus
from domain.sales_orders.models import SalesOrder, SalesOrderLine

if TYPE_CHECKING:
    from domain.quotes.models import Quote


@requires(Permission.QUOTES_WRITE)
async def create_from_quote(ctx: Context, quote: "Quote", *, customer_reference: str | None = None) -> SalesOrder:
    """The order an accepted quote becomes: its counted lines at their net prices. Part of the acceptance."""
    order = SalesOrder(
        status=SalesOrderStatus.DRAFT.value,
        quote_id=quote.id,
        organization_id=quote.organization_id,
        contact_id=quote.contact_id,
        owner_id=quote.owner_id,
        entered_by="CUSTOMER",
        customer_reference=optional_text(customer_reference, 100, field="customerReference"),
        currency=quote.currency,
        delivery_amount=quote.delivery_amount,
        delivery_tax_rate=quote.delivery_tax_rate,
        delivery_tax=quote.delivery_tax,
        delivery_line1=quote.delivery_line1,
        delivery_line2=quote.delivery_line2,
        delivery_city=quote.delivery_city,
        delivery_state=quote.delivery_state,
        delivery_zip=quote.delivery_zip,
        delivery_country=quote.delivery_country,
        subtotal=quote.subtotal,
        tax_total=quote.tax_total,
        total=quote.total,
        total_minor=quote.total_minor,
        lines=[
            SalesOrderLine(
                quote_line_id=line.id,
                product_id=line.product_id,
                part_number=line.part_number,
                part_key=line.part_key,
                position=position,
                title=line.title,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                unit_cost=line.unit_cost,
                discount_percent=line.discount_percent,
                discount_amount=line.discount_amount,
                tax_rate=line.tax_rate,
                recurring_period=line.recurring_period,
                recurring_cycles=line.recurring_cycles,
                net_total=line.net_total,
                tax_total=line.tax_total,
                total=line.total,
            )
            for position, line in enumerate((line for line in quote.lines if line.counted), start=1)
        ],
    )
    order.number = await numbers.take(ctx, "SO")
    ctx.session.add(order)
    await ctx.session.flush()
    ctx.emit(events.SalesOrderCreated(order.id))
    return order
