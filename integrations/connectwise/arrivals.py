"""Companies and contacts that arrive from ConnectWise: which are taken over, and which of ours they may be.

How a linked one is kept in step is `organizations.py`; nothing here writes to ConnectWise.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from domain.context import Context
from domain.ids import subject
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, OrganizationSync
from domain.organizations import service as organizations
from domain.organizations.models import Organization
from domain.sync.models import ErrorKind, ExternalLink
from domain.text import ELLIPSIS, fold, next_prefix, shorten
from integrations.connectwise.conditions import Term, after, all_of, eq, one_of
from integrations.connectwise.explain import explain_reading
from integrations.connectwise.organizations import (
    COMPANIES,
    COMPANY_FIELDS,
    CONTACT_FIELDS,
    CONTACTS,
    Company,
    CompanyMapping,
    ContactMapping,
)
from integrations.connectwise.remote import Remote
from integrations.core import errors, merge
from integrations.core.arrivals import Adopted, Candidate, Source, differs, links_there
from integrations.core.provider import Neighbours, Problem, Row

_COMPANY = (
    *("identifier", "status", "types", "deletedFlag", "billingContact", "_info"),
    *(field for field, _ in COMPANY_FIELDS.values()),
)
_CONTACT = ("company", "communicationItems", "inactiveFlag", "_info", *(field for field, _ in CONTACT_FIELDS.values()))
_MOST_STATUSES = 50  # so that they fit into one request: several would be read one after the other, each by id


@dataclass(frozen=True)
class Wanted:
    """The tenant's choices, and which company of which site they are about."""

    sync: OrganizationSync
    site: str


class _Arrivals(Source):
    """What both kinds share."""

    path: str
    fields: tuple[str, ...]

    def __init__(self, page: int) -> None:
        self._page = page

    async def settings(self, ctx: Context) -> Wanted | None:
        sync = await integration_settings.load(ctx, OrganizationSync)
        integration = await integration_settings.find(ctx, PROVIDER)
        if not sync.enabled or integration is None:
            return None
        return Wanted(sync, f"{integration.company_id} at {integration.site}")

    async def pages(
        self, remote: Remote, settings: Wanted, *, since: datetime | None, after_id: int | None
    ) -> AsyncIterator[Sequence[Row]]:
        where = self.all_wanted(settings) if since is None else after("lastUpdated", since)
        async for rows in remote.client.pages(
            self.path, where, page_size=self._page, fields=self.fields, after_id=after_id
        ):
            yield rows

    @abstractmethod
    def all_wanted(self, settings: Wanted) -> Term:
        """At least everything that a first poll has to see."""

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{self.path}/{remote_id}", fields=self.fields)

    def clock(self, remote: Remote) -> datetime:
        return remote.client.clock()

    def explain(self, error: errors.RemoteError) -> Problem:
        return explain_reading(error, {COMPANIES: "companies", CONTACTS: "contacts"}[self.path])


class Companies(_Arrivals):
    remote_kind, path, fields, sweeps = "company", COMPANIES, _COMPANY, True
    mapping, contact = CompanyMapping(), ContactMapping()
    part_kind = contact.remote_kind

    def scope(self, settings: Wanted) -> str:
        types, statuses = sorted(settings.sync.take_over_type_ids), sorted(settings.sync.take_over_status_ids)
        return f"{settings.site}, types {types}, statuses {statuses}"

    def all_wanted(self, settings: Wanted) -> Term:
        # Types are a list inside the record, which main conditions can't ask for; `wanted` looks at them.
        statuses = settings.sync.take_over_status_ids
        alive = eq("deletedFlag", False)
        return alive if len(statuses) > _MOST_STATUSES else all_of(alive, one_of("status/id", statuses))

    def title(self, row: Row) -> str:
        return str(row.get("name") or row.get("identifier") or f"company {row['id']}")

    def reference(self, row: Row) -> str:
        return str(row.get("identifier", ""))

    def wanted(self, settings: Wanted, row: Row) -> bool:
        types = {one.get("id") for one in row.get("types") or ()}
        status = (row.get("status") or {}).get("id")
        chosen = settings.sync
        return (
            not row.get("deletedFlag")
            and status in chosen.take_over_status_ids
            and not types.isdisjoint(chosen.take_over_type_ids)
        )

    async def changed(self, ctx: Context, settings: Wanted, pairs: Sequence[tuple[Row, ExternalLink]]) -> set[str]:
        """Deleted, or with other values than agreed. Who came from there and has left the filter stays as it is."""
        roots, left = set(), set()
        for row, link in pairs:
            if row.get("deletedFlag") or differs(link, self.mapping.theirs(row)):
                roots.add(link.root)
                if not row.get("deletedFlag") and not self.wanted(settings, row):
                    left.add(link.root)
        if left:
            came = select(_SUBJECT).where(_SUBJECT.in_(left), Organization.source == PROVIDER)
            roots -= set(await ctx.session.scalars(came))
        return roots

    async def below(self, ctx: Context, rows: Sequence[Row]) -> set[str]:
        return set()

    async def candidates(self, ctx: Context, settings: Wanted, rows: Sequence[Row]) -> dict[str, list[Candidate]]:
        """By account number = identifier, else by the name without case and spaces."""
        numbers = {self.reference(row).casefold() for row in rows} - {""}
        # A name of ours that was too long stands there shortened.
        stems = {fold(name[: -len(ELLIPSIS)]) for row in rows if (name := self.title(row)).endswith(ELLIPSIS)}
        found = (
            await ctx.session.scalars(
                select(Organization).where(
                    or_(
                        func.lower(Organization.account_number).in_(numbers),
                        Organization.name_folded.in_({fold(self.title(row)) for row in rows}),
                        *(_begins(stem) for stem in stems if stem),
                    ),
                    # With an intent it is on its way there; with a remote id it has arrived.
                    ~exists().where(
                        ExternalLink.provider == PROVIDER,
                        ExternalLink.subject == _SUBJECT,
                        ExternalLink.remote_id.is_not(None),
                    ),
                )
            )
        ).all()
        by_row = {}
        for row in rows:
            number, name = self.reference(row).casefold(), fold(self.title(row))
            hits = [each for each in found if each.account_number and each.account_number.casefold() == number]
            hits = hits or [each for each in found if name in (each.name_folded, fold(shorten(each.name, 50)))]
            by_row[self.remote_id(row)] = [_candidate(each, settings.sync) for each in hits]
        return by_row

    async def counterparts(self, remote: Remote, candidate: Candidate) -> list[Row]:
        reference = self.mapping.reference(candidate.local)
        return await self.mapping.find(remote, candidate.local, reference, Neighbours())

    async def parts(self, remote: Remote, rows: Sequence[Row]) -> dict[str, list[Row]]:
        """Their active contacts, for many companies in one request."""
        parts: dict[str, list[Row]] = {self.remote_id(row): [] for row in rows}
        where = all_of(one_of("company/id", [int(row["id"]) for row in rows]), eq("inactiveFlag", False))
        for contact in await remote.client.find(CONTACTS, where, fields=_CONTACT):
            parts[_company_id(contact)].append(contact)
        return parts

    async def adopt(self, ctx: Context, row: Row, parts: Sequence[Row]) -> list[Adopted]:
        """A new organization and its contacts. Nobody else knows it yet, so no contact of it can be here already."""
        values, theirs = self.mapping.theirs(row), [self.contact.theirs(part) for part in parts]
        billing = (row.get("billingContact") or {}).get("id")
        people = [{**each, "send_invoices": part["id"] == billing} for part, each in zip(parts, theirs, strict=True)]
        made, contacts = await organizations.take_over(ctx, values, people, source=PROVIDER)
        root = subject("organization", made.id)
        adopted = [Adopted(root, root, self.remote_kind, self.remote_id(row), merge.agreement(values))]
        for part, each, contact in zip(parts, theirs, contacts, strict=True):
            if contact is not None:
                name, agreed = subject("contact", contact.id), merge.agreement(each)
                adopted.append(Adopted(name, root, self.contact.remote_kind, str(part["id"]), agreed))
        return adopted

    def several(self, row: Row, ours: Sequence[Candidate], theirs: Sequence[Row]) -> Problem:
        if len(ours) > 1:
            listed = "; ".join(f"{each.title}{_number(each)}" for each in ours[:5])
            text = (
                f"{len(ours)} organizations here may be the company {self.title(row)} (identifier"
                f" {self.reference(row)}) in ConnectWise: {listed}. Give the right one the account number"
                f" {self.reference(row)}, then retry."
            )
        else:
            listed = "; ".join(f"{self.title(each)} (identifier {self.reference(each)})" for each in theirs[:5])
            text = (
                f"{len(theirs)} companies in ConnectWise may be the organization {ours[0].title}: {listed}. Give the"
                " organization here the identifier of the right one as its account number, then retry."
            )
        return Problem(ErrorKind.CONFLICT, text)


class Contacts(_Arrivals):
    """They come with their company: here only its run is asked for, which reads all its contacts together."""

    remote_kind, path, fields, sweeps = "contact", CONTACTS, _CONTACT, False
    mapping = ContactMapping()

    def scope(self, settings: Wanted) -> str:
        return settings.site

    def all_wanted(self, settings: Wanted) -> Term:
        raise NotImplementedError("contacts are never swept")

    def title(self, row: Row) -> str:
        return " ".join(str(row[name]) for name in ("firstName", "lastName") if row.get(name)) or f"contact {row['id']}"

    def reference(self, row: Row) -> str:
        return ""  # a contact carries none; its company's run tells them apart

    def wanted(self, settings: Wanted, row: Row) -> bool:
        return False

    async def changed(self, ctx: Context, settings: Wanted, pairs: Sequence[tuple[Row, ExternalLink]]) -> set[str]:
        """With other values than agreed, or at another company now: then that one has a new contact too."""
        homes = await self._homes(ctx, [row for row, _ in pairs])
        roots = set()
        for row, link in pairs:
            home = homes.get(_company_id(row))
            if differs(link, self.mapping.theirs(row)) or home != link.root:
                roots.add(link.root)
        return roots

    async def below(self, ctx: Context, rows: Sequence[Row]) -> set[str]:
        """Contacts of a company that isn't linked come with it, should it ever be."""
        return set((await self._homes(ctx, [row for row in rows if not row.get("inactiveFlag")])).values())

    async def _homes(self, ctx: Context, rows: Collection[Row]) -> dict[str, str]:
        companies = {_company_id(row) for row in rows} - {""}
        return {id: link.root for id, link in (await links_there(ctx, PROVIDER, "company", companies)).items()}

    async def candidates(self, ctx: Context, settings: Wanted, rows: Sequence[Row]) -> dict[str, list[Candidate]]:
        return {}

    async def counterparts(self, remote: Remote, candidate: Candidate) -> list[Row]:
        return []

    async def parts(self, remote: Remote, rows: Sequence[Row]) -> dict[str, list[Row]]:
        return {}

    async def adopt(self, ctx: Context, row: Row, parts: Sequence[Row]) -> list[Adopted]:
        raise NotImplementedError("a contact is taken over with its company")

    def several(self, row: Row, ours: Sequence[Candidate], theirs: Sequence[Row]) -> Problem:
        raise NotImplementedError("a contact is matched with its company")


_SUBJECT: ColumnElement[str] = func.concat("organization:", cast(Organization.id, Text))


def _begins(stem: str) -> ColumnElement[bool]:
    end = next_prefix(stem)
    begun = Organization.name_folded >= stem
    return begun if end is None else begun & (Organization.name_folded < end)


def _candidate(row: Organization, sync: OrganizationSync) -> Candidate:
    values = {name: getattr(row, name) for name in COMPANY_FIELDS}
    return Candidate(subject("organization", row.id), row.name, Company(row.id, values, sync))


def _number(candidate: Candidate) -> str:
    number = candidate.local.values["account_number"]
    return f" (account number {number})" if number else " (no account number)"


def _company_id(row: Row) -> str:
    return str((row.get("company") or {}).get("id") or "")
