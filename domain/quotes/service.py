"""The life of a quote: drafting, sending, the answer that staff take down. Acceptance makes the sales order at once.

Amounts are computed by `domain.pricing.totals`, allowed steps are the table of `lifecycle.py`, sections and lines are
put together by `drafting.py`; this file only orchestrates. Approval is `approvals.py`, the customer's own side
`customer.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, inspect, select

from domain import events
from domain.access import numbers
from domain.access.models import Employee, Tenant
from domain.checks import optional_text, required_text
from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError
from domain.organizations.models import Contact, Organization
from domain.permissions import Permission, requires
from domain.pricing import delivery
from domain.pricing.catalog import products_of
from domain.pricing.lines import Values
from domain.quotes import answering, approval_rules, approvals, drafting, loading, sent_versions
from domain.quotes import lines as quote_lines
from domain.quotes import sections as quote_sections
from domain.quotes.blueprint import NOTHING, Beginning
from domain.quotes.choices import Choice
from domain.quotes.lifecycle import QuoteStatus, Step, step
from domain.quotes.models import Quote
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
# But whose quote it is says which rules it is judged by.
UNJUDGED = INTERNAL - {"owner_id"}
_JUDGED = (QuoteStatus.PENDING_APPROVAL, QuoteStatus.APPROVED)


@requires(Permission.QUOTES_WRITE)
async def create(
    ctx: Context,
    organization_id: UUID,
    values: Values,
    lines: Sequence[Values] = (),
    sections: Sequence[Values] = (),
    *,
    begin_with: Beginning = NOTHING,
    copied_from_id: UUID | None = None,
) -> Quote:
    """`sections` hold the values of a section, and its `lines`; they follow what it begins with."""
    organization = await ctx.session.get(Organization, organization_id)
    if organization is None:
        raise NotFound("There is no such organization.", field=("organizationId",))
    if organization.archived_at is not None:
        raise UserError(
            ErrorCode.INVALID, f"{organization.name} is archived; restore it before quoting.", ("organizationId",)
        )
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    quote = Quote(organization_id=organization.id, currency=tenant.currency, lines=[], sections=[])
    quote.copied_from_id = copied_from_id
    delivery.fill(quote, None)
    await _set(ctx, quote, {"title": None, **values})
    if quote.owner_id is None:
        quote.owner_id = ctx.actor.employee_id
    all_sections = [*begin_with.sections, *sections]
    all_lines = [*begin_with.lines, *lines, *(line for section in all_sections for line in section.get("lines", ()))]
    products = await products_of(ctx, all_lines)
    try:
        drafting.append(quote, None, begin_with.lines, products)
        for begun in begin_with.sections:
            drafting.append_section(quote, begun, products)
    except UserError as error:
        error.field = ()  # of this the caller wrote nothing
        raise
    drafting.append(quote, None, lines, products)
    for index, section in enumerate(sections):
        drafting.append_section(quote, section, products, at=("sections", str(index)))
    drafting.sum_up(quote)
    await approval_rules.judge(ctx, quote)
    quote.number = await numbers.take(ctx, "Q")
    ctx.session.add(quote)
    await ctx.session.flush()
    ctx.emit(events.QuoteCreated(quote.id))
    return quote


@requires(Permission.QUOTES_WRITE)
async def update(ctx: Context, quote_id: UUID, values: Values, *, version: int | None = None) -> Quote:
    quote = await loading.locked(ctx, quote_id)
    check_version(quote, version)
    await _set(ctx, quote, values)
    # A form sends all that it shows: only what is different is an edit.
    different = {attribute.key for attribute in inspect(quote).attrs if attribute.history.has_changes()}
    unseen = UNJUDGED if quote.status in _JUDGED else INTERNAL
    return await _edited(ctx, quote, calls_back=not different <= unseen)


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
    quote = await loading.locked(ctx, quote_id)
    check_version(quote, version)
    section = quote_sections.of(quote, section_id) if section_id else None
    drafting.append(quote, section, lines, await products_of(ctx, lines))
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def update_line(ctx: Context, line_id: UUID, values: Values, *, version: int | None = None) -> Quote:
    """Change a line, or move it: to another section (`section_id`), to another place there (`position`, from 1)."""
    quote, line = await loading.of_line(ctx, line_id)
    check_version(quote, version)
    products = await products_of(ctx, [values])
    move = {name: values[name] for name in ("section_id", "position") if name in values}
    before = quote_lines.values_of(line)
    quote_lines.fill(line, drafting.values_of(before, values, products), quote.currency, at=())
    moved = drafting.move(quote, line, move, selected=values.get("selected"))
    if moved or quote_lines.values_of(line) != before:
        changed(line)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def remove_line(ctx: Context, line_id: UUID, *, version: int | None = None) -> Quote:
    quote, line = await loading.of_line(ctx, line_id)
    check_version(quote, version)
    quote.lines.remove(line)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def add_section(
    ctx: Context, quote_id: UUID, values: Values, *, position: int | None = None, version: int | None = None
) -> Quote:
    """Put a section with its `lines` at the end, or at a place counted from 1."""
    quote = await loading.locked(ctx, quote_id)
    check_version(quote, version)
    products = await products_of(ctx, values.get("lines", ()))
    drafting.append_section(quote, values, products, position=position)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def update_section(ctx: Context, section_id: UUID, values: Values, *, version: int | None = None) -> Quote:
    quote, section = await loading.of_section(ctx, section_id)
    check_version(quote, version)
    quote_sections.edit(quote, section, values)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def remove_section(ctx: Context, section_id: UUID, *, version: int | None = None) -> Quote:
    """Its lines go with it."""
    quote, section = await loading.of_section(ctx, section_id)
    check_version(quote, version)
    for line in quote_sections.lines_of(quote, section):
        quote.lines.remove(line)
    quote.sections.remove(section)
    quote_sections.number(quote.sections)
    return await _edited(ctx, quote)


@requires(Permission.QUOTES_WRITE)
async def send(ctx: Context, quote_id: UUID, *, version: int | None = None) -> Quote:
    """To the customer; what was sent and not edited since, as a reminder. What goes out is kept as it is."""
    quote = await loading.locked(ctx, quote_id)
    check_version(quote, version)
    drafting.must_have_lines(quote)
    before = QuoteStatus(quote.status)
    status = step(before, Step.SEND)
    if quote.expired:
        raise ImpossibleStep(
            f"{quote.number} expired on {quote.expiry_date}. Give it a later expiry date before sending it."
        )
    if before is QuoteStatus.DRAFT and (reasons := await approval_rules.judge(ctx, quote)):
        raise ImpossibleStep(" ".join([*reasons, "Submit it for approval."]))
    quote.status = status
    quote.sent_at = await ctx.session.scalar(select(func.now()))
    goes_out_anew = before in (QuoteStatus.DRAFT, QuoteStatus.APPROVED)
    if goes_out_anew:
        quote.viewed_at = None
    # What was sent before versions were kept has none.
    if goes_out_anew or await sent_versions.latest(ctx, quote.id) is None:
        await sent_versions.keep(ctx, quote)
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
    """The customer said yes to staff, with these choices; about what they don't name, the quote stays as it is."""
    quote = await loading.locked(ctx, quote_id)
    step(QuoteStatus(quote.status), Step.ACCEPT)
    check_version(quote, version)  # after the step: whoever says yes twice is told that, not that it has changed
    if quote.expired:
        message = f"{quote.number} expired on {quote.expiry_date}. Give it a later expiry date and send it again."
        raise ImpossibleStep(message, ("quoteId",))
    by = optional_text(accepted_by, 200, field="acceptedBy")
    await answering.accept(ctx, quote, choices, by=by, customer_reference=customer_reference)
    return quote


@requires(Permission.QUOTES_WRITE)
async def decline(
    ctx: Context,
    quote_id: UUID,
    *,
    declined_by: str | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> Quote:
    """The customer said no to staff."""
    quote = await loading.locked(ctx, quote_id)
    step(QuoteStatus(quote.status), Step.DECLINE)
    check_version(quote, version)
    await answering.decline(ctx, quote, by=optional_text(declined_by, 200, field="declinedBy"), reason=reason)
    return quote


async def _edited(ctx: Context, quote: Quote, *, calls_back: bool = True) -> Quote:
    """What every edit ends in: an edited quote is a draft again, its sums are right, and the change is said.

    Where nothing is different nothing was edited: saving a form again doesn't call a sent quote back.
    """
    status = step(QuoteStatus(quote.status), Step.EDIT) if calls_back else quote.status
    drafting.sum_up(quote)
    session = ctx.session
    if not session.new and not any(session.is_modified(row) for row in session.dirty):
        return quote
    quote.status = status
    if calls_back:
        approvals.drop(quote)
    if quote.status == QuoteStatus.DRAFT:  # what is further on stays as it was judged
        await approval_rules.judge(ctx, quote)
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
