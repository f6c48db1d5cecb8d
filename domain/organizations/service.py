"""Organizations and contacts: what may be written, and what is said afterwards. It is one road, for people and for what
comes from a provider. Delivery addresses are `addresses.py`; many organizations at once, `importing.py`.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from domain import archiving, events
from domain.access.models import Employee
from domain.checks import ADDRESS, Check, email_or_none, flag_of, required_text, text_of
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError, below
from domain.ids import uuid7
from domain.organizations import addresses
from domain.organizations.models import Contact, Organization
from domain.permissions import Permission, requires
from domain.text import fold
from domain.versions import changed, check_version

ORGANIZATION_FIELDS: Mapping[str, Check] = {
    "name": partial(required_text, limit=200, field="name"),
    "account_number": text_of("accountNumber", 100),
    "tax_number": text_of("taxNumber", 100),
    "phone": text_of("phone", 60),
    **ADDRESS,
    "owner_id": lambda value: value,
    "type": text_of("type", 100),
    "status": text_of("status", 100),
    "price_group": text_of("priceGroup", 100),
    "over_credit_limit": flag_of("overCreditLimit"),
}

CONTACT_FIELDS: Mapping[str, Check] = {
    "first_name": partial(required_text, limit=100, field="firstName"),
    "last_name": text_of("lastName", 100),
    "email": email_or_none,
    "phone": text_of("phone", 60),
    "mobile": text_of("mobile", 60),
    "title": text_of("title", 100),
    "type": text_of("type", 100),
    "send_invoices": flag_of("sendInvoices"),
    "active": flag_of("active"),
}


@requires(Permission.ORGANIZATIONS_WRITE)
async def create(
    ctx: Context,
    values: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]] = (),
    delivery_addresses: Sequence[Mapping[str, Any]] = (),
) -> Organization:
    """With its people and addresses, if they come with it; what is refused of those has its place as path."""
    organization = Organization(id=uuid7())
    await _fill(ctx, organization, {"name": None, **values}, ORGANIZATION_FIELDS)
    ctx.session.add(organization)
    ctx.emit(events.OrganizationCreated(organization.id))
    for place, each in enumerate(contacts):
        contact = Contact(id=uuid7(), organization_id=organization.id)
        with below("contacts", place):
            await _fill(ctx, contact, {"first_name": None, **each}, CONTACT_FIELDS)
        ctx.session.add(contact)
        ctx.emit(events.ContactCreated(organization.id, contact.id))
    addresses.add(ctx, organization.id, delivery_addresses)
    await ctx.session.flush()
    return organization


@requires(Permission.ORGANIZATIONS_WRITE)
async def take_over(
    ctx: Context, values: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]], *, source: str
) -> tuple[Organization, list[Contact | None]]:
    """A new organization with its contacts, as they stand elsewhere; None for a contact that can't be one here.

    Written with the transaction's next flush, so that many go together.
    """
    organization = Organization(id=uuid7(), source=source)
    await _fill(ctx, organization, {"name": None, **values}, ORGANIZATION_FIELDS)
    ctx.session.add(organization)
    ctx.emit(events.OrganizationCreated(organization.id))
    made: list[Contact | None] = []
    for each in contacts:
        contact = Contact(id=uuid7(), organization_id=organization.id)
        try:
            await _fill(ctx, contact, {"first_name": None, **each}, CONTACT_FIELDS)
        except UserError:
            made.append(None)
            continue
        ctx.session.add(contact)
        ctx.emit(events.ContactCreated(organization.id, contact.id))
        made.append(contact)
    return organization, made


@requires(Permission.ORGANIZATIONS_WRITE)
async def update(
    ctx: Context, organization_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Organization:
    organization = await _locked(ctx, organization_id)
    check_version(organization, version)
    if await _fill(ctx, organization, values, ORGANIZATION_FIELDS):
        changed(organization)
        await ctx.session.flush()
        ctx.emit(events.OrganizationUpdated(organization.id))
    return organization


@requires(Permission.ORGANIZATIONS_WRITE)
async def archive(ctx: Context, organization_id: UUID, *, version: int | None = None) -> Organization:
    """Out of use: no new quotes and orders. What is there goes on: an offer that is out can still be accepted."""
    organization = await _locked(ctx, organization_id)
    check_version(organization, version)
    await archiving.archive(ctx, organization)
    ctx.emit(events.OrganizationUpdated(organization.id))
    return organization


@requires(Permission.ORGANIZATIONS_WRITE)
async def restore(ctx: Context, organization_id: UUID, *, version: int | None = None) -> Organization:
    organization = await _locked(ctx, organization_id)
    check_version(organization, version)
    await archiving.restore(ctx, organization)
    ctx.emit(events.OrganizationUpdated(organization.id))
    return organization


@requires(Permission.ORGANIZATIONS_WRITE)
async def create_contact(ctx: Context, organization_id: UUID, values: Mapping[str, Any]) -> Contact:
    await _locked(ctx, organization_id)
    contact = Contact(organization_id=organization_id)
    await _fill(ctx, contact, {"first_name": None, **values}, CONTACT_FIELDS)
    ctx.session.add(contact)
    await ctx.session.flush()
    ctx.emit(events.ContactCreated(organization_id, contact.id))
    return contact


@requires(Permission.ORGANIZATIONS_WRITE)
async def update_contact(
    ctx: Context, contact_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Contact:
    contact = await ctx.session.get(Contact, contact_id, with_for_update=True)
    if contact is None:
        raise NotFound("There is no such contact.", field=("contactId",))
    check_version(contact, version)
    if await _fill(ctx, contact, values, CONTACT_FIELDS):
        changed(contact)
        await ctx.session.flush()
        ctx.emit(events.ContactUpdated(contact.organization_id, contact.id))
    return contact


async def _locked(ctx: Context, organization_id: UUID) -> Organization:
    organization = await ctx.session.get(Organization, organization_id, with_for_update=True)
    if organization is None:
        raise NotFound("There is no such organization.", field=("organizationId",))
    return organization


async def _fill(ctx: Context, row: Any, values: Mapping[str, Any], checks: Mapping[str, Check]) -> bool:
    """Check and set what was given; True when something is different now."""
    different = False
    for name, value in values.items():
        check = checks.get(name)
        if check is None:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        checked = check(value)
        if name == "owner_id" and checked is not None and await ctx.session.get(Employee, checked) is None:
            raise NotFound("There is no such employee.", field=("ownerId",))
        if getattr(row, name) != checked:
            setattr(row, name, checked)
            different = True
    if isinstance(row, Organization):
        row.name_folded = fold(row.name)
    else:
        row.email_folded = fold(row.email) if row.email else None
    return different
