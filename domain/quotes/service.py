"""The life of a quote: drafting, sending, the customer's answer. Acceptance makes the sales order here, at once.

Amounts are computed by `domain.pricing.totals`, allowed steps are the table of `lifecycle.py`, sections and lines are put together
by `drafting.py`; this file only orchestrates.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
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
from domain.products.models import Product
from domain.quotes import choices as customer
from domain.quotes import delivery, drafting
from domain.quotes import lines as quote_lines
from domain.quotes import sections as quote_sections
from domain.quotes.choices import Choice
from domain.quotes.drafting import Products, Values
from domain.quotes.lifecycle import QuoteStatus, Step, step
from domain.quotes.models import Quote, QuoteLine, QuoteSection
from domain.sales_orders import service as sales_orders
from domain.versions import changed, check_version

FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "title": partial(required_text, limit=200, field="title"),
    "contact_id": lambda value: value,
    "owner_id": lambda value: value,
    "expiry_date": lambda value: value,
    "private_note": partial(optional_text, limit=10_000, field="privateNote"),
}
# What the customer doesn't see: it may be changed at any time, and calls no quote back.
INTERNAL = frozenset({"owner_id", "private_note"})


@requires(Permission.QUOTES_WRITE)
async def create(
    ctx: Context,
    organization_id: UUID,
    values: Values,
    lines: Sequence[Values] = (),
    sections: Sequence[Values] = (),
) -> Quote:
    """`sections` hold the values of a section, and its `lines`."""
    organization = await ctx.session.get(Organization, organization_id)
    if organization is None:
        raise NotFound("There is no such organization.", field=("organizationId",))
    if organization.archived_at is not None:
        raise UserError(
            ErrorCode.INVALID, f"{organization.name} is archived; restore it before quoting.", ("organizationId",)
        )
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    quote = Quote(organization_id=organization.id, currency=tenant.currency, lines=[], sections=[])
    delivery.fill(quote, None)
    await _set(ctx, quote, {"title": None, **values})
    if quote.owner_id is None:
        quote.owner_id = ctx.actor.employee_id
    products = await _products(ctx, [*lines, *(line for section in sections for line in section.get("lines", ()))])
    drafting.append(quote, None, lines, products)
    for index, section in enumerate(sections):
        drafting.append_section(quote, section, products, at=("sections", str(index)))
    drafting.sum_up(quote)
    quote.number = await numbers.take(ctx, "Q")
    ctx.session.add(quote)
    await ctx.session.flush()
    ctx.emit(events.QuoteCreated(quote.id))
    return quote


@requires(Permission.QUOTES_WRITE)
async def update(ctx: Context, quote_id: UUID, values: Values, *, version: int | None = None) -> Quote:
    quote = await _locked(ctx, quote_id)
    check_version(quote, version)
    await _set(ctx, quote, values)
    return await _edited(ctx, quote, seen_by_customer=not INTERNAL.issuperset(values))


@requires(Permission.QUOTES_WRITE)
async def add_lines(
    ctx: Context,
    quote_id: UUID,
    lines: Sequence[Values],
    *,
    section_id: UUID | None = None,
    version: int | None = None,
) -> Quote:
    """Put lines at the end of a section, or of those that stand in none."""
    quote = await _locked(ctx, quote_id)
    check_version(quote, version)
    section = quote_sections.of(quote, section_id) if section_id else None
    drafting.append(quote, section, lines, await _products(ctx, lines))
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def update_line(ctx: Context, line_id: UUID, values: Values, *, version: int | None = None) -> Quote:
    """Change a line, or move it: to another section (`section_id`), to another place there (`position`, from 1)."""
    quote, line = await _quote_of_line(ctx, line_id)
    check_version(quote, version)
    products = await _products(ctx, [values])
    move = {name: values[name] for name in ("section_id", "position") if name in values}
    before = quote_lines.values_of(line)
    quote_lines.fill(line, drafting.values_of(before, values, products), quote.currency, at=())
    moved = drafting.move(quote, line, move, selected=values.get("selected"))
    if moved or quote_lines.values_of(line) != before:
        changed(line)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def remove_line(ctx: Context, line_id: UUID, *, version: int | None = None) -> Quote:
    quote, line = await _quote_of_line(ctx, line_id)
    check_version(quote, version)
    quote.lines.remove(line)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def add_section(
    ctx: Context, quote_id: UUID, values: Values, *, position: int | None = None, version: int | None = None
) -> Quote:
    """Put a section with its `lines` at the end, or at a place counted from 1."""
    quote = await _locked(ctx, quote_id)
    check_version(quote, version)
    products = await _products(ctx, values.get("lines", ()))
    drafting.append_section(quote, values, products, position=position)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def update_section(ctx: Context, section_id: UUID, values: Values, *, version: int | None = None) -> Quote:
    quote, section = await _quote_of_section(ctx, section_id)
    check_version(quote, version)
    quote_sections.edit(quote, section, values)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def remove_section(ctx: Context, section_id: UUID, *, version: int | None = None) -> Quote:
    """Its lines go with it."""
    quote, section = await _quote_of_section(ctx, section_id)
    check_version(quote, version)
    for line in quote_sections.lines_of(quote, section):
        quote.lines.remove(line)
    quote.sections.remove(section)
    quote_sections.number(quote.sections)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def send(ctx: Context, quote_id: UUID, *, version: int | None = None) -> Quote:
    quote = await _locked(ctx, quote_id)
    check_version(quote, version)
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
    choices: Sequence[Choice] = (),
    accepted_by: str | None = None,
    customer_reference: str | None = None,
    version: int | None = None,
) -> Quote:
    """The customer said yes, with these choices; about what they don't name, the quote stays as it is."""
    quote = await _locked(ctx, quote_id)
    status = step(QuoteStatus(quote.status), Step.ACCEPT)
    check_version(quote, version)  # after the step: whoever says yes twice is told that, not that it has changed
    if quote.expiry_date is not None and quote.expiry_date < await _today(ctx):
        raise UserError(
            ErrorCode.IMPOSSIBLE_STEP,
            f"{quote.number} expired on {quote.expiry_date}. Give it a later expiry date and send it again.",
            ("quoteId",),
        )
    customer.apply(quote, choices)
    drafting.sum_up(quote)
    if not any(line.counted for line in quote.lines):
        raise UserError(ErrorCode.INVALID, "Nothing of this quote is taken. Choose at least one line.", ("choices",))
    quote.status = status
    quote.accepted_at = await ctx.session.scalar(select(func.now()))
    quote.accepted_by = optional_text(accepted_by, 200, field="acceptedBy")
    changed(quote)
    await sales_orders.create_from_quote(ctx, quote, customer_reference=customer_reference)
    ctx.emit(events.QuoteAccepted(quote.id))
    return quote


@requires(Permission.QUOTES_WRITE)
async def decline(ctx: Context, quote_id: UUID, *, reason: str | None = None, version: int | None = None) -> Quote:
    quote = await _locked(ctx, quote_id)
    status = step(QuoteStatus(quote.status), Step.DECLINE)
    check_version(quote, version)
    quote.status = status
    quote.declined_at = await ctx.session.scalar(select(func.now()))
    quote.decline_reason = optional_text(reason, 2000, field="reason")
    changed(quote)
    ctx.emit(events.QuoteDeclined(quote.id))
    return quote


async def _locked(ctx: Context, quote_id: UUID) -> Quote:
    parts = [selectinload(Quote.lines), selectinload(Quote.sections)]
    quote = await ctx.session.get(Quote, quote_id, with_for_update=True, options=parts)
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


async def _quote_of_section(ctx: Context, section_id: UUID) -> tuple[Quote, QuoteSection]:
    quote_id = await ctx.session.scalar(select(QuoteSection.quote_id).where(QuoteSection.id == section_id))
    quote = await _locked(ctx, quote_id) if quote_id else None
    if quote is None:
        raise NotFound("There is no such quote section.", field=("sectionId",))
    return quote, quote_sections.of(quote, section_id)


async def _edited(ctx: Context, quote: Quote, *, seen_by_customer: bool = True) -> Quote:
    """What every edit ends in: an edited quote is a draft again, its sums are right, and the change is said.

    Where nothing is different nothing was edited: saving a form again doesn't call a sent quote back.
    """
    status = step(QuoteStatus(quote.status), Step.EDIT) if seen_by_customer else quote.status
    drafting.sum_up(quote)
    session = ctx.session
    if not session.new and not any(session.is_modified(row) for row in session.dirty):
        return quote
    quote.status = status
    changed(quote)
    await session.flush()
    ctx.emit(events.QuoteUpdated(quote.id))
    return quote


async def _set(ctx: Context, quote: Quote, values: Values) -> None:
    # Looked up before anything is set: looking up writes what is set already, and the database would refuse it first.
    await _check_people(ctx, quote, values)
    for name, value in values.items():
        if name == "delivery":
            delivery.fill(quote, value)
        elif name in FIELDS:
            setattr(quote, name, FIELDS[name](value))
        else:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))


async def _check_people(ctx: Context, quote: Quote, values: Values) -> None:
    if values.get("contact_id"):
        contact = await ctx.session.get(Contact, values["contact_id"])
        if contact is None or contact.organization_id != quote.organization_id:
            raise NotFound("The organization of this quote has no such contact.", field=("contactId",))
    if values.get("owner_id"):
        owner = await ctx.session.get(Employee, values["owner_id"])
        if owner is None:
            raise NotFound("There is no such employee.", field=("ownerId",))


async def _products(ctx: Context, lines: Sequence[Values]) -> Products:
    ids = {line["product_id"] for line in lines if line.get("product_id")}
    if not ids:
        return {}
    return {product.id: product for product in await ctx.session.scalars(select(Product).where(Product.id.in_(ids)))}


async def _today(ctx: Context) -> Any:
    """The date where the tenant is."""
    return await ctx.session.scalar(
        text("SELECT (now() AT TIME ZONE time_zone)::date FROM tenant WHERE id = :id"), {"id": ctx.tenant_id}
    )
