"""Organizations that come from elsewhere, with their people and addresses: matched first, so that there are no twins.

It knows no provider: what comes from one is matched by its own rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain import bulk
from domain.access.turns import one_at_a_time
from domain.bulk import Outcome
from domain.context import Context
from domain.errors import ErrorCode, UserError, below
from domain.organizations import addresses
from domain.organizations import service as organizations
from domain.organizations.models import Contact, Organization
from domain.permissions import Permission, requires
from domain.text import fold

Values = Mapping[str, Any]
_TOLD = 5  # of several that match


class OnMatch(StrEnum):
    """What happens to an organization that is there already."""

    KEEP = "KEEP"
    UPDATE = "UPDATE"


@dataclass(frozen=True)
class Entry:
    """An organization as it stands elsewhere."""

    values: Values
    contacts: Sequence[Values] = ()
    delivery_addresses: Sequence[Values] = ()


@dataclass(frozen=True)
class Brought:
    organization_id: UUID
    matched: bool


@requires(Permission.ORGANIZATIONS_WRITE)
async def bring_many(
    ctx: Context, entries: Sequence[Callable[[], Entry]], *, on_match: OnMatch = OnMatch.KEEP
) -> list[Outcome[Brought]]:
    """`bring` for each by itself. An entry can match one that came before it."""

    async def take(inner: Context, entry: Entry) -> Brought:
        organization, matched = await bring(inner, entry, on_match=on_match)
        return Brought(organization.id, matched)

    return await bulk.each(ctx, entries, take, field="organizations")


@requires(Permission.ORGANIZATIONS_WRITE)
async def bring(ctx: Context, entry: Entry, *, on_match: OnMatch = OnMatch.KEEP) -> tuple[Organization, bool]:
    """The organization, and whether it was there: by its account number, else by its name without case and spaces.

    A match is left alone, or takes what was given: contacts are matched by e-mail address, else by full name, addresses
    by name; nothing is removed. Several matches are a CONFLICT. The error of a part has its path, `contacts` `0` ….
    """
    await one_at_a_time(ctx)  # two who bring the same customer must not make two of it
    found = await _match(ctx, entry.values)
    if found is not None and on_match is OnMatch.KEEP:
        return found, True
    if found is None:
        made = await organizations.create(ctx, entry.values, entry.contacts, entry.delivery_addresses)
        return made, False
    await organizations.update(ctx, found.id, entry.values)
    await _bring_contacts(ctx, found.id, entry.contacts)
    await _bring_addresses(ctx, found.id, entry.delivery_addresses)
    return found, True


async def _match(ctx: Context, values: Values) -> Organization | None:
    number = organizations.ORGANIZATION_FIELDS["account_number"](values.get("account_number"))
    name = organizations.ORGANIZATION_FIELDS["name"](values.get("name"))
    ways = [(Organization.name_folded == fold(name), "name", f"are called “{name}”")]
    if number is not None:
        ways.insert(0, (Organization.account_number == number, "accountNumber", f"have the number {number}"))
    for condition, field, what in ways:
        rows = list(await ctx.session.scalars(select(Organization).where(condition).limit(_TOLD)))
        if len(rows) > 1:
            names = ", ".join(f"{row.name} ({row.account_number or 'no number'})" for row in rows)
            message = f"Several organizations {what}: {names}. Make them one, or tell them apart, then import again."
            raise UserError(ErrorCode.CONFLICT, message, (field,))
        if rows:
            return rows[0]
    return None


async def _bring_contacts(ctx: Context, organization_id: UUID, contacts: Sequence[Values]) -> None:
    present = await _contacts_of(ctx, organization_id)
    for place, values in enumerate(contacts):
        with below("contacts", place):
            contact = _same_person(present, values)
            if contact is None:
                await organizations.create_contact(ctx, organization_id, values)
            else:
                present.remove(contact)  # the next one with this address is somebody else
                await organizations.update_contact(ctx, contact.id, values)


async def _contacts_of(ctx: Context, organization_id: UUID) -> list[Contact]:
    theirs = select(Contact).where(Contact.organization_id == organization_id).order_by(Contact.created_at, Contact.id)
    return list(await ctx.session.scalars(theirs))


def _same_person(present: Sequence[Contact], values: Values) -> Contact | None:
    email = fold(values.get("email") or "")
    name = fold(f"{values.get('first_name') or ''}{values.get('last_name') or ''}")
    by_email = [contact for contact in present if email and contact.email_folded == email]
    by_name = [contact for contact in present if fold(contact.full_name) == name]
    both = [contact for contact in by_email if contact in by_name]
    return next(iter((*both, *by_email, *by_name)), None)


async def _bring_addresses(ctx: Context, organization_id: UUID, given: Sequence[Values]) -> None:
    present = {fold(row.name): row.id for row in await addresses.of(ctx, organization_id)}
    for place, values in enumerate(given):
        with below("deliveryAddresses", place):
            id = present.get(fold(values.get("name") or ""))
            if id is None:
                row = await addresses.create(ctx, organization_id, values)
                present[fold(row.name)] = row.id
            else:
                await addresses.update(ctx, id, values)
