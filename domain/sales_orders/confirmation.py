"""Who is told of an order when it is entered. The mail and the document in it are made elsewhere, later."""

from sqlalchemy import select

from domain import events
from domain.context import Context
from domain.ids import uuid7
from domain.integration_settings import lanes
from domain.integration_settings.apps import MAIL
from domain.organizations.models import Contact
from domain.sales_orders.fulfilment import OrderConfirmation
from domain.sales_orders.models import SalesOrder
from domain.sales_settings import reads as sales_settings


async def request(ctx: Context, order: SalesOrder) -> None:
    """Ask for a mail to each active contact of the organization who gets invoices and has an address.

    Once for an order: the table refuses a second one for the same contact, and an address that several contacts have
    gets the mail for the first of them.
    """
    settings = await sales_settings.current(ctx)
    if not settings.send_order_confirmation:
        return
    wanted = select(Contact).where(
        Contact.organization_id == order.organization_id,
        Contact.active,
        Contact.send_invoices,
        Contact.email.is_not(None),
    )
    await lanes.keep_open(ctx, MAIL)
    told: set[str | None] = set()
    for contact in await ctx.session.scalars(wanted.order_by(Contact.created_at, Contact.id)):
        if contact.email_folded in told:
            continue
        told.add(contact.email_folded)
        confirmation = OrderConfirmation(
            id=uuid7(), sales_order_id=order.id, contact_id=contact.id, email=contact.email
        )
        ctx.session.add(confirmation)
        ctx.emit(events.OrderConfirmationRequested(confirmation.id))
    await ctx.session.flush()
