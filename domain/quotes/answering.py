"""What an answer does to a quote, whoever gives it: the customer by the link, or staff on the customer's behalf.

Whether it may be answered now has been asked by then.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from domain import events
from domain.checks import optional_text
from domain.context import Context
from domain.errors import ErrorCode, UserError
from domain.permissions import Permission
from domain.quotes import choices as chosen
from domain.quotes import drafting
from domain.quotes.choices import Choice
from domain.quotes.lifecycle import QuoteStatus, Step, step
from domain.quotes.models import Quote
from domain.sales_orders import service as sales_orders
from domain.versions import changed


async def accept(
    ctx: Context,
    quote: Quote,
    choices: Sequence[Choice],
    *,
    by: str | None,
    customer_reference: str | None,
    address: str | None = None,
) -> None:
    """With these choices; about what they don't name, the quote stays as it is. The sales order is made with it."""
    chosen.apply(quote, choices)
    drafting.sum_up(quote)
    if not any(line.counted for line in quote.lines):
        raise UserError(ErrorCode.INVALID, "Nothing of this quote is taken. Choose at least one line.", ("choices",))
    quote.status = step(QuoteStatus(quote.status), Step.ACCEPT)
    quote.accepted_at = await ctx.session.scalar(select(func.now()))
    quote.accepted_by, quote.answered_from = by, address
    changed(quote)
    # The yes is what was judged; the order is what it means, and needs nothing more.
    await sales_orders.create_from_quote(
        ctx.permitting(Permission.QUOTES_WRITE), quote, customer_reference=customer_reference
    )
    ctx.emit(events.QuoteAccepted(quote.id))


async def decline(
    ctx: Context, quote: Quote, *, by: str | None, reason: str | None, address: str | None = None
) -> None:
    quote.status = step(QuoteStatus(quote.status), Step.DECLINE)
    quote.declined_at = await ctx.session.scalar(select(func.now()))
    quote.declined_by, quote.answered_from = by, address
    quote.decline_reason = optional_text(reason, 2000, field="reason")
    changed(quote)
    ctx.emit(events.QuoteDeclined(quote.id))
