"""Organization ↔ ConnectWise company, contact ↔ ConnectWise contact. Two-way.

It matches and creates, keeps linked ones in step, and takes over a linked company's contacts. Which companies become
organizations here is `arrivals.py`.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, exists, func, select
from sqlalchemy.orm import selectinload

from domain.context import Context
from domain.ids import parse_subject, subject
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, OrganizationSync, Side
from domain.organizations import service as organizations
from domain.organizations.models import Contact, Organization
from domain.sync.models import ErrorKind, ExternalLink
from domain.text import fold, shorten
from integrations.connectwise import patch
from integrations.connectwise.conditions import all_of, child, contains, eq
from integrations.connectwise.remote import Remote, is_mobile
from integrations.core import merge
from integrations.core.ledger import links_of
from integrations.core.provider import (
    Created,
    Direction,
    Mapping,
    Neighbours,
    Newcomer,
    Problem,
    Reading,
    Record,
    Row,
)

COMPANIES = "/company/companies"
CONTACTS = "/company/contacts"

# Our field -> theirs, and the shortest limit of any version in use (older tenants allow less than the current model).
COMPANY_FIELDS = {
    "name": ("name", 50),
    "account_number": ("accountNumber", 50),
    "tax_number": ("taxIdentifier", 50),
    "phone": ("phoneNumber", 30),
    "line1": ("addressLine1", 50),
    "line2": ("addressLine2", 50),
    "city": ("city", 50),
    "state": ("state", 50),
    "zip": ("zip", 12),
}
CONTACT_FIELDS = {"first_name": ("firstName", 30), "last_name": ("lastName", 30), "title": ("title", 100)}
CHANNELS = ("email", "phone", "mobile")
# In the memo of a run, and in the rows it holds: the company's contacts, its name, and whether one gets the invoices.
_GATHERED, _COMPANY_NAME, _BILLING = "contacts", "company name", "is billing contact"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.&-]{0,24}")


@dataclass(frozen=True)
class Company:
    id: UUID
    values: dict[str, Any]
    settings: OrganizationSync


@dataclass(frozen=True)
class Person:
    id: UUID
    organization_id: UUID
    values: dict[str, Any]
    contact_type_id: int | None
    shares_email: bool


class CompanyMapping(Mapping):
    kind = "organization"
    remote_kind = "company"
    direction = Direction.TWO_WAY

    def ours(self, local: Company, near: Neighbours) -> dict[str, Any]:
        return {name: _short(local.values[name], limit) for name, (_, limit) in COMPANY_FIELDS.items()}

    def reference(self, local: Company) -> str:
        """The company's identifier: our account number if it can be one, else made of the name and our id."""
        number = (local.values["account_number"] or "").strip()
        if _IDENTIFIER.fullmatch(number):
            return str(number)
        letters = re.sub(r"[^A-Za-z0-9]", "", local.values["name"])[:15] or "Customer"
        # The last bits of a UUIDv7 are its random ones.
        return f"{letters}-{base64.b32encode(local.id.bytes[-5:]).decode()}"

    async def find(self, remote: Remote, local: Company, reference: str, near: Neighbours) -> list[Row]:
        alive = eq("deletedFlag", False)
        number = local.values["account_number"]
        for identifier in dict.fromkeys(filter(None, (reference, number))):
            rows = await remote.client.find(COMPANIES, all_of(eq("identifier", identifier), alive))
            if rows:
                return rows
        # Equal but for case and spaces, which no condition can say: look for the longest word, then compare.
        name = local.values["name"]
        words = name.split()
        # A single word may be several there, so only its beginning is asked for.
        piece = max(words, key=len) if len(words) > 1 else words[0][:4]
        rows = await remote.client.find(COMPANIES, all_of(contains("name", piece), alive))
        return [row for row in rows if fold(str(row.get("name", ""))) in (fold(name), fold(shorten(name, 50)))]

    async def find_created(self, remote: Remote, reference: str, near: Neighbours) -> list[Row]:
        return await remote.client.find(COMPANIES, eq("identifier", reference))

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{COMPANIES}/{remote_id}")

    async def draft(self, remote: Remote, local: Company, reference: str, near: Neighbours) -> Row:
        return {
            **_renamed(self.ours(local, near), COMPANY_FIELDS),
            "identifier": reference,
            "status": {"id": local.settings.company_status_id},
            "types": [{"id": local.settings.company_type_id}],
        }

    async def create(self, remote: Remote, draft: Row, near: Neighbours) -> Created:
        return await _created(remote, COMPANIES, draft)

    async def update(
        self, remote: Remote, remote_id: str, values: dict[str, Any], local: Company, near: Neighbours
    ) -> None:
        await remote.client.update(f"{COMPANIES}/{remote_id}", _renamed(values, COMPANY_FIELDS, keep_empty=True))

    def check(self, row: Row, local: Company, near: Neighbours) -> None:
        if row.get("deletedFlag"):
            name = local.values["name"]
            raise Problem(
                ErrorKind.CONFLICT,
                f"The company {row.get('name') or name} (id {row['id']}) was deleted in ConnectWise, or merged there"
                f" into another one. Nothing is sent to it or taken from it any more, and {name} stays here as it is."
                " Restore it from the recycle bin there, then retry; or dismiss this error.",
            )

    def theirs(self, row: Row) -> dict[str, Any]:
        return {name: row.get(field) for name, (field, _) in COMPANY_FIELDS.items()}

    async def pull(self, ctx: Context, local: Company, values: dict[str, Any]) -> None:
        row = await ctx.session.get_one(Organization, local.id, with_for_update=True)
        await organizations.update(ctx, local.id, _untouched(row, local.values, values))


class ContactMapping(Mapping):
    kind = "contact"
    remote_kind = "contact"
    direction = Direction.TWO_WAY

    def ours(self, local: Person, near: Neighbours) -> dict[str, Any]:
        names = {name: _short(local.values[name], limit) for name, (_, limit) in CONTACT_FIELDS.items()}
        return {**names, **{name: local.values[name] for name in CHANNELS}, "active": local.values["active"]}

    def reference(self, local: Person) -> str:
        return local.values["email"] or _full_name(local.values)

    async def find(self, remote: Remote, local: Person, reference: str, near: Neighbours) -> list[Row]:
        """By e-mail within the company, else by full name. Rows of our other contacts there don't count."""
        company = int(near.remote_id(subject("organization", local.organization_id)))
        name = fold(_full_name(self.ours(local, near)))
        where = all_of(eq("company/id", company), self._wanted(reference))
        own = near.links.get(subject("contact", local.id))
        if _GATHERED in near.memo and (own is None or own.intent_at is None):
            rows = [row for row in near.memo[_GATHERED] if where.matches(row)]
        else:
            rows = await remote.client.find(CONTACTS, where)
        others = {link.remote_id for link in near.links.values() if link.remote_kind == self.remote_kind}
        rows = [row for row in rows if str(row["id"]) not in others]
        namesakes = [row for row in rows if fold(f"{row.get('firstName', '')} {row.get('lastName', '')}") == name]
        return namesakes if namesakes or local.shares_email or "@" not in reference else rows

    async def find_created(self, remote: Remote, reference: str, near: Neighbours) -> list[Row]:
        return []  # a contact is never removed over there, so nobody asks

    def _wanted(self, reference: str) -> Any:
        if "@" in reference:
            return child("communicationItems/value", reference)
        return contains("firstName", reference.split()[0])

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{CONTACTS}/{remote_id}")

    async def draft(self, remote: Remote, local: Person, reference: str, near: Neighbours) -> Row:
        ours = self.ours(local, near)
        return {
            **_renamed(ours, CONTACT_FIELDS),
            "company": {"id": int(near.remote_id(subject("organization", local.organization_id)))},
            "inactiveFlag": not ours["active"],
            "communicationItems": await self._items(remote, [], ours),
            "typeIds": [local.contact_type_id],
        }

    async def create(self, remote: Remote, draft: Row, near: Neighbours) -> Created:
        return await _created(remote, CONTACTS, draft, write_only=("typeIds",))

    async def update(
        self, remote: Remote, remote_id: str, values: dict[str, Any], local: Person, near: Neighbours
    ) -> None:
        body = _renamed(values, CONTACT_FIELDS, keep_empty=True)
        if "active" in values:
            body["inactiveFlag"] = not values["active"]
        channels = {name: value for name, value in values.items() if name in CHANNELS}
        if channels:
            row = await self.fetch(remote, remote_id)
            body["communicationItems"] = await self._items(remote, row.get("communicationItems") or [], channels)
        await remote.client.update(f"{CONTACTS}/{remote_id}", body)

    def check(self, row: Row, local: Person, near: Neighbours) -> None:
        company, there = near.links.get(subject("organization", local.organization_id)), row.get("company") or {}
        if company is not None and str(there.get("id")) != company.remote_id:
            name, ours = _full_name(local.values), near.memo.get(_COMPANY_NAME, f"company {company.remote_id}")
            raise Problem(
                ErrorKind.CONFLICT,
                f"In ConnectWise the contact {name} belongs to {there.get('name') or 'no company'} now, here to {ours}."
                f" Nothing is sent or taken over for {name}. Move the contact back there, then retry; or make it"
                " inactive here and dismiss this error.",
            )

    def theirs(self, row: Row) -> dict[str, Any]:
        items = row.get("communicationItems") or []
        return {
            **{name: row.get(field) for name, (field, _) in CONTACT_FIELDS.items()},
            **{name: (_item(items, name) or {}).get("value") for name in CHANNELS},
            "active": not row.get("inactiveFlag", False),
        }

    async def pull(self, ctx: Context, local: Person, values: dict[str, Any]) -> None:
        row = await ctx.session.get_one(Contact, local.id, with_for_update=True)
        await organizations.update_contact(ctx, local.id, _untouched(row, local.values, values))

    async def adopt(self, ctx: Context, root: str, row: Row) -> str | None:
        """A new contact here, unless one without counterpart has its e-mail address or its name."""
        _, organization_id = parse_subject(root)
        await ctx.session.get_one(Organization, organization_id, with_for_update=True)
        values, row_name = self.theirs(row), fold(f"{row.get('firstName') or ''}{row.get('lastName') or ''}")
        address = fold(values["email"] or "")
        linked = exists().where(
            ExternalLink.provider == PROVIDER,
            ExternalLink.subject == func.concat("contact:", cast(Contact.id, Text)),
            ExternalLink.remote_id.is_not(None),
        )
        unlinked = select(Contact).where(Contact.organization_id == organization_id, ~linked)
        for contact in await ctx.session.scalars(unlinked):
            if (address and contact.email_folded == address) or fold(contact.full_name) == row_name:
                return None
        made = await organizations.create_contact(
            ctx, organization_id, {**values, "send_invoices": bool(row.get(_BILLING))}
        )
        return subject("contact", made.id)

    async def _items(self, remote: Remote, present: Sequence[Row], channels: dict[str, Any]) -> list[Row]:
        """All communication items as they shall be: those of others untouched, since the array is written whole."""
        items = [dict(item) for item in present]
        for name in CHANNELS:
            if name not in channels:
                continue
            item, value = _item(items, name), channels[name]
            if item is not None and value:
                item["value"] = value
            elif item is not None:
                items.remove(item)
            elif value:
                kind = "Email" if name == "email" else "Phone"
                items.append(
                    {
                        "type": await remote.communication_type(name),
                        "value": value,
                        "communicationType": kind,
                        "defaultFlag": not any(other.get("communicationType") == kind for other in items),
                    }
                )
        return items


class OrganizationPlan:
    """The organization first, then its contacts: they need the company."""

    company = CompanyMapping()
    contact = ContactMapping()

    async def read(self, ctx: Context, key: str) -> Reading | None:
        root_id = UUID(key)
        settings = await integration_settings.load(ctx, OrganizationSync)
        if not settings.enabled:
            return None
        organization = await ctx.session.scalar(
            select(Organization).where(Organization.id == root_id).options(selectinload(Organization.contacts))
        )
        if organization is None:
            return None
        root = subject("organization", root_id)
        links = await links_of(ctx, PROVIDER, root=root)
        records = [
            Record(
                root,
                self.company,
                organization.name,
                Company(root_id, {name: getattr(organization, name) for name in COMPANY_FIELDS}, settings),
            )
        ]
        addresses = [contact.email_folded for contact in organization.contacts if contact.email_folded]
        for contact in organization.contacts:
            name = subject("contact", contact.id)
            if not contact.active and name not in links:
                continue
            values = {field: getattr(contact, field) for field in (*CONTACT_FIELDS, *CHANNELS, "active")}
            shares = addresses.count(contact.email_folded or "") > 1
            person = Person(contact.id, root_id, values, settings.contact_type_id, shares)
            records.append(Record(name, self.contact, f"{contact.full_name} of {organization.name}", person, root))
        return Reading(
            organization.name, records, links, ours_win_first=settings.first_link_wins == Side.QUOTEWRIGHT.value
        )

    async def gather(self, remote: Remote, reading: Reading, near: Neighbours) -> None:
        """All contacts of the company in one list: for the linked ones, for matching, and for what is new there."""
        company = near.remote_id(reading.records[0].subject)
        row = near.rows.get((self.company.remote_kind, company), {})
        rows = await remote.client.find(CONTACTS, eq("company/id", int(company)))
        billing = (row.get("billingContact") or {}).get("id")
        near.memo[_GATHERED] = [{**one, _BILLING: one["id"] == billing} for one in rows]
        near.memo[_COMPANY_NAME] = row.get("name") or reading.title
        near.rows.update({(self.contact.remote_kind, str(one["id"])): one for one in rows})

    def newcomers(self, reading: Reading, near: Neighbours) -> Sequence[Newcomer]:
        """Active contacts there that are none of ours. Those that were made inactive before we knew them stay there."""
        known = {link.remote_id for link in near.links.values() if link.remote_kind == self.contact.remote_kind}
        return [
            Newcomer(self.contact, row, f"{row.get('firstName', '')} {row.get('lastName', '')} of {reading.title}")
            for row in near.memo.get(_GATHERED, ())
            if str(row["id"]) not in known and not row.get("inactiveFlag")
        ]

    async def verify(self, remote: Remote, reading: Reading, near: Neighbours) -> Sequence[Problem]:
        return ()


async def _created(remote: Remote, path: str, body: dict[str, Any], *, write_only: Sequence[str] = ()) -> Created:
    row = await remote.client.create(path, body)
    shown = {name: value for name, value in body.items() if name not in write_only}
    return Created(row, tuple(patch.differences(shown, row)))


def _short(value: str | None, limit: int) -> str | None:
    return None if value is None else shorten(value, limit)


def _full_name(values: dict[str, Any]) -> str:
    return " ".join(part for part in (values["first_name"], values["last_name"]) if part)


def _renamed(values: dict[str, Any], fields: dict[str, tuple[str, int]], *, keep_empty: bool = False) -> dict[str, Any]:
    """Under their names. A create leaves out what is empty; a change has to say it."""
    return {
        fields[name][0]: value for name, value in values.items() if name in fields and (keep_empty or value is not None)
    }


def _item(items: Sequence[Row], channel: str) -> Row | None:
    """The communication item that holds this channel: the default one first."""
    fitting = [
        item
        for item in items
        if item.get("communicationType") == ("Email" if channel == "email" else "Phone")
        and (channel == "email" or is_mobile(str((item.get("type") or {}).get("name"))) is (channel == "mobile"))
    ]
    return next((item for item in fitting if item.get("defaultFlag")), fitting[0] if fitting else None)


def _untouched(row: Any, seen: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What may be taken over: a field that somebody edited here while we talked is left alone."""
    return {name: value for name, value in values.items() if merge.plain(getattr(row, name)) == merge.plain(seen[name])}
