"""The life of a quote: drafting, sending, the customer's answer. Acceptance makes the sales order here, at once.

Amounts are computed by `totals.py`, allowed steps are the table of `lifecycle.py`; this file only orchestrates.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import selectinload

from domain import events
from domain.access import numbers
from domain.access.models import Employee, Tenant
from domain.checks import optional_text, required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.organizations.models import Contact, Organization
from domain.permissions import Permission, requires
from domain.quotes import lines as quote_lines
from domain.quotes.lifecycle import QuoteStatus, Step, step
from domain.quotes.models import Quote, QuoteLine
from domain.quotes.totals import minor_units, quote_totals, to_minor
from domain.sales_orders import service as sales_orders
from domain.versions import changed, check_version

EDITABLE = ("title", "contact_id", "owner_id", "expiry_date", "private_note")
MAX_LINES = 500


@requires(Permission.QUOTES_WRITE)
async def create(
    ctx: Context, organization_id: UUID, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] = ()
) -> Quote:
    organization = await ctx.session.get(Organization, organization_id)
    if organization is None:
        raise NotFound("There is no such organization.", field=("organizationId",))
    if organization.archived_at is not None:
        raise UserError(
            ErrorCode.INVALID, f"{organization.name} is archived; restore it before quoting.", ("organizationId",)
        )
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    quote = Quote(organization_id=organization.id, currency=tenant.currency, lines=[])
    await _set(ctx, quote, {"title": None, **values})
    if quote.owner_id is None:
        quote.owner_id = ctx.actor.employee_id
    _append(quote, lines)
    _sum_up(quote)
    quote.number = await numbers.take(ctx, "Q")
    ctx.session.add(quote)
    await ctx.session.flush()
    ctx.emit(events.QuoteCreated(quote.id))
    return quote


@requires(Permission.QUOTES_WRITE)
async def update(ctx: Context, quote_id: UUID, values: Mapping[str, Any], *, version: int | None = None) -> Quote:
    quote = await _locked(ctx, quote_id)
    check_version(quote, version)
    await _set(ctx, quote, values)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def add_lines(
    ctx: Context, quote_id: UUID, lines: Sequence[Mapping[str, Any]], *, version: int | None = None
) -> Quote:
    quote = await _locked(ctx, quote_id)
    check_version(quote, version)
    _append(quote, lines)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def update_line(ctx: Context, line_id: UUID, values: Mapping[str, Any], *, version: int | None = None) -> Quote:
    quote, line = await _quote_of_line(ctx, line_id)
    check_version(quote, version)
    before = quote_lines.values_of(line)
    quote_lines.fill(line, {**before, **values}, quote.currency, at=())
    if quote_lines.values_of(line) != before:
        changed(line)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def remove_line(ctx: Context, line_id: UUID, *, version: int | None = None) -> Quote:
    quote, line = await _quote_of_line(ctx, line_id)
    check_version(quote, version)
    quote.lines.remove(line)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def send(ctx: Context, quote_id: UUID) -> Quote:
    quote = await _locked(ctx, quote_id)
    if not quote.lines:
        raise UserError(ErrorCode.INVALID, f"{quote.number} has no lines. Add one before sending it.", ("lines",))
    quote.status = step(QuoteStatus(quote.status), Step.SEND)
    quote.sent_at = await ctx.session.scalar(select(func.now()))
    changed(quote)
    ctx.emit(events.QuoteSent(quote.id))
    return quote


@requires(Permission.QUOTES_WRITE)
async def accept(
    ctx: Context,
    quote_id: UUID,
    *,
    choices: Mapping[UUID, bool] | None = None,
    accepted_by: str | None = None,
    customer_reference: str | None = None,
) -> Quote:
    """The customer said yes. `choices`: which optional lines are taken (line id -> selected)."""
    quote = await _locked(ctx, quote_id)
    status = step(QuoteStatus(quote.status), Step.ACCEPT)
    if quote.expiry_date is not None and quote.expiry_date < await _today(ctx):
        raise UserError(
            ErrorCode.IMPOSSIBLE_STEP,
            f"{quote.number} expired on {quote.expiry_date}. Give it a later expiry date and send it again.",
            ("quoteId",),
        )
    _choose(quote, choices or {})
    _sum_up(quote)
    quote.status = status
    quote.accepted_at = await ctx.session.scalar(select(func.now()))
    quote.accepted_by = optional_text(accepted_by, 200, field="acceptedBy")
    changed(quote)
    await sales_orders.create_from_quote(ctx, quote, customer_reference=customer_reference)
    ctx.emit(events.QuoteAccepted(quote.id))
    return quote


@requires(Permission.QUOTES_WRITE)
async def decline(ctx: Context, quote_id: UUID, *, reason: str | None = None) -> Quote:
    quote = await _locked(ctx, quote_id)
    quote.status = step(QuoteStatus(quote.status), Step.DECLINE)
    quote.declined_at = await ctx.session.scalar(select(func.now()))
    quote.decline_reason = optional_text(reason, 2000, field="reason")
    changed(quote)
    ctx.emit(events.QuoteDeclined(quote.id))
    return quote


async def _locked(ctx: Context, quote_id: UUID) -> Quote:
    quote = await ctx.session.get(Quote, quote_id, with_for_update=True, options=[selectinload(Quote.lines)])
    if quote is None:
        raise NotFound("There is no such quote.", field=("quoteId",))
    return quote


async def _quote_of_line(ctx: Context, line_id: UUID) -> tuple[Quote, QuoteLine]:
    quote_id = await ctx.session.scalar(select(QuoteLine.quote_id).where(QuoteLine.id == line_id))
    quote = await _locked(ctx, quote_id) if quote_id else None
    line = next((line for line in quote.lines if line.id == line_id), None) if quote else None
    if quote is None or line is None:
        raise NotFound("There is no such quote line.", field=("lineId",))
    return quote, line


async def _edited(ctx: Context, quote: Quote) -> Quote:
    """What every edit ends in: an edited quote is a draft again, its sums are right, and the change is said."""
    quote.status = step(QuoteStatus(quote.status), Step.EDIT)
    _sum_up(quote)
    changed(quote)
    await ctx.session.flush()
    ctx.emit(events.QuoteUpdated(quote.id))
    return quote


async def _set(ctx: Context, quote: Quote, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in EDITABLE:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        if name == "title":
            quote.title = required_text(value, 200, field="title")
        elif name == "private_note":
            quote.private_note = optional_text(value, 10_000, field="privateNote")
        else:
            setattr(quote, name, value)
    if values.get("contact_id"):
        contact = await ctx.session.get(Contact, values["contact_id"])
        if contact is None or contact.organization_id != quote.organization_id:
            raise NotFound("The organization of this quote has no such contact.", field=("contactId",))
    if values.get("owner_id"):
        owner = await ctx.session.get(Employee, values["owner_id"])
        if owner is None:
            raise NotFound("There is no such employee.", field=("ownerId",))


def _append(quote: Quote, lines: Sequence[Mapping[str, Any]]) -> None:
    if len(quote.lines) + len(lines) > MAX_LINES:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"A quote has at most {MAX_LINES} lines.", ("lines",))
    position = max((line.position for line in quote.lines), default=0)
    for index, values in enumerate(lines):
        line = QuoteLine(position=position + index + 1)
        quote_lines.fill(line, values, quote.currency, at=("lines", str(index)))
        quote.lines.append(line)


def _choose(quote: Quote, choices: Mapping[UUID, bool]) -> None:
    by_id = {line.id: line for line in quote.lines}
    for index, (line_id, selected) in enumerate(choices.items()):
        line = by_id.get(line_id)
        if line is None:
            raise NotFound(f"{quote.number} has no such line.", field=("choices", str(index), "lineId"))
        if not line.optional and not selected:
            raise UserError(
                ErrorCode.INVALID,
                f"“{line.title}” is not optional, so it can't be left out.",
                ("choices", str(index), "selected"),
            )
        if line.selected != selected:
            line.selected = selected
            changed(line)


def _sum_up(quote: Quote) -> None:
    units = minor_units(quote.currency)
    totals = quote_totals((quote_lines.as_input(line) for line in quote.lines), units)
    quote.subtotal, quote.discount_total = totals.subtotal, totals.discount
    quote.tax_total, quote.total = totals.tax, totals.total
    quote.total_minor = to_minor(totals.total, units)


async def _today(ctx: Context) -> Any:
    """The date where the tenant is."""
    return await ctx.session.scalar(
        text("SELECT (now() AT TIME ZONE time_zone)::date FROM tenant WHERE id = :id"), {"id": ctx.tenant_id}
    )
