"""Asking for approval, giving it and refusing it. Why a quote needs it is `approval.py`."""

from uuid import UUID

from sqlalchemy import func, select

from domain import events
from domain.checks import required_text
from domain.context import Context
from domain.errors import ImpossibleStep
from domain.permissions import Permission, requires
from domain.quotes import approval_rules, drafting, loading
from domain.quotes.lifecycle import QuoteStatus, Step, step
from domain.quotes.models import Quote
from domain.versions import changed, check_version


@requires(Permission.QUOTES_WRITE)
async def submit(ctx: Context, quote_id: UUID, *, version: int | None = None) -> Quote:
    """Ask for approval. What needs none is approved at once, by nobody."""
    quote = await loading.locked(ctx, quote_id)
    status = step(QuoteStatus(quote.status), Step.SUBMIT)
    check_version(quote, version)
    drafting.must_have_lines(quote)
    quote.status = status
    quote.submitted_at = await ctx.session.scalar(select(func.now()))
    quote.rejection_reason = None
    ctx.emit(events.QuoteSubmitted(quote.id))
    if not await approval_rules.judge(ctx, quote):
        await _approve(ctx, quote, by=None)
    changed(quote)
    return quote


@requires(Permission.QUOTES_APPROVE)
async def approve(ctx: Context, quote_id: UUID, *, version: int | None = None) -> Quote:
    """Refused to its owner: nobody approves their own quote."""
    quote = await loading.locked(ctx, quote_id)
    step(QuoteStatus(quote.status), Step.APPROVE)
    check_version(quote, version)
    if quote.owner_id is not None and quote.owner_id == ctx.actor.employee_id:
        raise ImpossibleStep(
            f"{quote.number} is your own quote, so somebody else has to approve it. Where there is nobody else, set an"
            " approval rule for the employee instead."
        )
    await _approve(ctx, quote, by=ctx.actor.name)
    changed(quote)
    return quote


@requires(Permission.QUOTES_APPROVE)
async def reject(ctx: Context, quote_id: UUID, reason: str, *, version: int | None = None) -> Quote:
    """Back to the author, who is told why."""
    quote = await loading.locked(ctx, quote_id)
    status = step(QuoteStatus(quote.status), Step.REJECT)
    check_version(quote, version)
    quote.rejection_reason = required_text(reason, 2000, field="reason")
    quote.status = status
    drop(quote)
    changed(quote)
    ctx.emit(events.QuoteRejected(quote.id))
    return quote


def drop(quote: Quote) -> None:
    """An edit takes back what was asked for and given."""
    quote.submitted_at = quote.approved_at = quote.approved_by = None


async def _approve(ctx: Context, quote: Quote, *, by: str | None) -> None:
    quote.status = step(QuoteStatus(quote.status), Step.APPROVE)
    quote.approved_at = await ctx.session.scalar(select(func.now()))
    quote.approved_by = by
    ctx.emit(events.QuoteApproved(quote.id))
