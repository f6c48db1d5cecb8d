"""Quote → ConnectWise opportunity. One-way.

The opportunity is found again by our number at the start of its name. Its lines are `quote_lines.py`; company, contact
and catalog items are never written from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain.context import Context
from domain.ids import subject
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, OpportunitySync, OrganizationSync, ProductSync
from domain.organizations.models import Organization
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.models import Quote
from domain.sync.models import ErrorKind
from domain.text import shorten
from integrations.connectwise import patch
from integrations.connectwise.conditions import all_of, contains, eq
from integrations.connectwise.quote_lines import (
    Line,
    LineMapping,
    lines_of,
    products_of,
    products_with,
    total_of,
    total_shown,
)
from integrations.connectwise.remote import Remote
from integrations.core.ledger import links_of
from integrations.core.provider import Created, Direction, Mapping, Neighbours, Problem, Reading, Record, Row

OPPORTUNITIES = "/sales/opportunities"
OPEN_ENDED = timedelta(days=30)
"""ConnectWise wants an expected close date; a quote without expiry gets this long from its creation."""


@dataclass(frozen=True)
class Opportunity:
    """A quote as the opportunity shall show it."""

    quote: Quote
    organization: str
    contact: str
    settings: OpportunitySync


class OpportunityMapping(Mapping):
    kind = "quote"
    remote_kind = "opportunity"
    direction = Direction.ONE_WAY

    def ours(self, local: Opportunity, near: Neighbours) -> dict[str, Any]:
        quote, settings = local.quote, local.settings
        stage, status = {
            QuoteStatus.ACCEPTED: (settings.won_stage_id, settings.won_status_id),
            QuoteStatus.DECLINED: (settings.lost_stage_id, settings.lost_status_id),
        }.get(QuoteStatus(quote.status), (settings.new_stage_id, settings.new_status_id))
        closes = quote.expiry_date or (quote.created_at + OPEN_ENDED).date()
        return {
            "name": shorten(f"{quote.number} {quote.title}", 100),
            "stage": {"id": stage},
            "status": {"id": status},
            "type": {"id": settings.type_id},
            "probability": {"id": settings.probability_id},
            "locationId": settings.location_id,
            "businessUnitId": settings.department_id,
            "primarySalesRep": {
                "email": quote.owner.email if quote.owner else None,
                "name": quote.owner.name if quote.owner else None,
                "default_id": settings.default_member_id,
            },
            "company": {"id": int(near.remote_id(local.organization))},
            "contact": {"id": int(near.remote_id(local.contact))},
            "expectedCloseDate": datetime.combine(closes, time(), UTC),
        }

    def reference(self, local: Opportunity) -> str:
        return local.quote.number

    async def find(self, remote: Remote, local: Opportunity, reference: str, near: Neighbours) -> list[Row]:
        company = int(near.remote_id(local.organization))
        rows = await remote.client.find(OPPORTUNITIES, all_of(eq("company/id", company), contains("name", reference)))
        return [row for row in rows if str(row.get("name", "")).split(" ", 1)[0] == reference]

    async def find_created(self, remote: Remote, reference: str, near: Neighbours) -> list[Row]:
        return []  # an opportunity is never removed over there, so nobody asks

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{OPPORTUNITIES}/{remote_id}")

    async def draft(self, remote: Remote, local: Opportunity, reference: str, near: Neighbours) -> Row:
        return await self._body(remote, self.ours(local, near))

    async def create(self, remote: Remote, draft: Row, near: Neighbours) -> Created:
        row = await remote.client.create(OPPORTUNITIES, draft)
        near.memo["products"] = []  # nothing can stand on an opportunity that was just made
        return Created(row, tuple(patch.differences(draft, row)))

    async def update(
        self, remote: Remote, remote_id: str, values: dict[str, Any], local: Opportunity, near: Neighbours
    ) -> None:
        await remote.client.update(f"{OPPORTUNITIES}/{remote_id}", await self._body(remote, values))

    async def _body(self, remote: Remote, values: dict[str, Any]) -> dict[str, Any]:
        """`values` are the opportunity's own fields; only who the owner is over there has to be asked."""
        if "primarySalesRep" not in values:
            return values
        owner = values["primarySalesRep"]
        member = await remote.member_id(email=owner["email"], name=owner["name"])
        return {**values, "primarySalesRep": {"id": member or owner["default_id"]}}


class QuotePlan:
    """The opportunity, then its lines. Company, contact and catalog items belong to roots of their own."""

    opportunity = OpportunityMapping()
    line = LineMapping()

    async def read(self, ctx: Context, key: str) -> Reading | None:
        settings = await integration_settings.load(ctx, OpportunitySync)
        if not settings.enabled:
            return None
        quote = await ctx.session.scalar(
            select(Quote).where(Quote.id == UUID(key)).options(selectinload(Quote.lines), selectinload(Quote.owner))
        )
        if quote is None:
            return None
        root, organization = subject("quote", quote.id), subject("organization", quote.organization_id)
        title = f"{quote.number} {quote.title}"
        if quote.contact_id is None:
            raise Problem(
                ErrorKind.REJECTED,
                f"ConnectWise wants a contact on every opportunity: choose the contact of {quote.number}.",
                root,
                title,
            )
        contact = subject("contact", quote.contact_id)
        catch_all_id = (await integration_settings.load(ctx, ProductSync)).catch_all_item_id
        lines = lines_of(quote, root, settings, catch_all_id)
        items = {line.item_root for line in lines.values() if line.item_root}
        links = await links_of(ctx, PROVIDER, root=root, subjects=(organization, contact, *items))
        linked = {name for name, link in links.items() if link.remote_id is not None}
        needs = () if {organization, contact} <= linked else (organization,)
        if needs and not (await integration_settings.load(ctx, OrganizationSync)).enabled:
            raise await self._organizations_are_off(ctx, quote, root, title)
        opportunity = Opportunity(quote, organization, contact, settings)
        # Removals first: an accepted quote should never show more there than the customer took.
        gone = [
            Record(name, self.line, "a removed line", None, root)
            for name, link in links.items()
            if link.remote_kind == self.line.remote_kind and name not in lines
        ]
        present = [
            Record(
                name,
                self.line,
                f"line {line.position} ({line.title}) of {quote.number}",
                line,
                root,
                needs=[line.item_root] if line.item_root and line.item_root not in linked else (),
            )
            for name, line in lines.items()
        ]
        return Reading(title, [Record(root, self.opportunity, title, opportunity, needs=needs), *gone, *present], links)

    async def _organizations_are_off(self, ctx: Context, quote: Quote, root: str, title: str) -> Problem:
        name = await ctx.session.scalar(select(Organization.name).where(Organization.id == quote.organization_id))
        return Problem(
            ErrorKind.UNMAPPED,
            f"{name} and the contact of {quote.number} are not in ConnectWise yet, and the organizations sync is"
            " off: switch it on (updateConnectWiseOrganizationSync).",
            root,
            title,
            setting="organizations.enabled",
        )

    async def verify(self, remote: Remote, reading: Reading, near: Neighbours) -> Sequence[Problem]:
        """Our lines there, summed as ConnectWise shows them, must be our subtotal; each must be there."""
        ours = {
            near.links[record.subject].remote_id: record.local
            for record in reading.records
            if isinstance(record.local, Line) and record.subject in near.links
        }
        root = reading.records[0]
        if not ours:
            return ()
        rows = await products_of(remote, near.remote_id(root.subject))
        theirs = {str(row["id"]): row for row in rows if str(row["id"]) in ours}
        expected = total_of(ours.values(), 2)
        if total_shown(theirs.values()) != expected:
            # A search may be some seconds behind; one by one they are as they are.
            theirs = await products_with(remote, [name for name in ours if name])
        found = total_shown(theirs.values())
        if expected == found:
            return ()
        missing = [line.title for remote_id, line in ours.items() if remote_id not in theirs]
        detail = f" Not there any more: {', '.join(missing[:3])}." if missing else ""
        return (
            Problem(
                ErrorKind.CONFLICT,
                f"{root.title} adds up to {expected} here, but its lines in ConnectWise to {found}.{detail}"
                " Change the quote or the opportunity so that they agree, then retry.",
                root.subject,
                root.title,
                remote_code="TotalsDiffer",
            ),
        )
