"""The sales settings as they stand, for services and documents. It asks for no permission: it answers no caller."""

from sqlalchemy import select

from domain.context import Context
from domain.documents.models import DocumentType
from domain.sales_settings.models import SalesSettings


async def current(ctx: Context) -> SalesSettings:
    """The tenant's row; until something was set, one of defaults that belongs to no session and has version 0."""
    row = await ctx.session.scalar(select(SalesSettings))
    return row or SalesSettings(
        tenant_id=ctx.tenant_id,
        document_type=DocumentType.TAX_INVOICE.value,
        send_order_confirmation=True,
        version=0,
    )
