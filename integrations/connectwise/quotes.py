"""Quote → ConnectWise opportunity, its counted lines → products on that opportunity. One-way.

Lines of other people on the same opportunity are neither touched nor compared. The opportunity is found again by our
number at the start of its name, a line by its cross reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain.access.models import Employee
from domain.context import Context
from domain.ids import subject
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, OpportunitySync, OrganizationSync, ProductSync
from domain.organizations.models import Organization
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.models import Quote, QuoteLine
from domain.quotes.totals import minor_units, net_unit_price
from domain.sync.models import ErrorKind
from domain.text import shorten
from integrations.connectwise import patch
from integrations.connectwise.conditions import all_of, contains, eq
from integrations.connectwise.remote import Remote
from integrations.core.ledger import links_of
from integrations.core.provider import Created, Direction, Mapping, Neighbours, Problem, Reading, Record, Row

OPPORTUNITIES = "/sales/opportunities"
PRODUCTS = "/procurement/products"
PRICE_PLACES = 4
OPEN_ENDED = timedelta(days=30)
"""ConnectWise wants an expected close date; a quote without expiry gets this long from its creation."""


@dataclass(frozen=True)
class Opportunity:
    """A quote as the opportunity shall show it."""

    number: str
    title: str
    status: QuoteStatus
    organization: str
    contact: str
    owner: Employee | None
    closes: date
    settings: OpportunitySync


@dataclass(frozen=True)
class Line:
    """A line as the product on the opportunity shall show it: net unit price, discount named in the text."""

    id: str
    quote: str
    position: int
    title: str
    text: str
    quantity: Decimal
    price: Decimal
    cost: Decimal | None
    taxable: bool
    item_id: int
    location_id: int | None
    department_id: int | None


class OpportunityMapping(Mapping):
    kind = "quote"
    remote_kind = "opportunity"
    direction = Direction.ONE_WAY

    def ours(self, local: Opportunity, near: Neighbours) -> dict[str, Any]:
        settings = local.settings
        stage, status = {
            QuoteStatus.ACCEPTED: (settings.won_stage_id, settings.won_status_id),
            QuoteStatus.DECLINED: (settings.lost_stage_id, settings.lost_status_id),
        }.get(local.status, (settings.new_stage_id, settings.new_status_id))
        return {
            "name": shorten(f"{local.number} {local.title}", 100),
            "stage_id": stage,
            "status_id": status,
            "type_id": settings.type_id,
            "probability_id": settings.probability_id,
            "location_id": settings.location_id,
            "department_id": settings.department_id,
            "owner": {
                "email": local.owner.email if local.owner else None,
                "name": local.owner.name if local.owner else None,
                "default_id": settings.default_member_id,
            },
            "company_id": int(near.remote_id(local.organization)),
            "contact_id": int(near.remote_id(local.contact)),
            "closes": local.closes,
        }

    def reference(self, local: Opportunity) -> str:
        return local.number

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
        body: dict[str, Any] = {}
        for name, field in (("name", "name"), ("location_id", "locationId"), ("department_id", "businessUnitId")):
            if name in values:
                body[field] = values[name]
        for name in ("stage", "status", "type", "probability", "company", "contact"):
            if f"{name}_id" in values:
                body[name] = {"id": values[f"{name}_id"]}
        if "closes" in values:
            body["expectedCloseDate"] = datetime.combine(values["closes"], time(), UTC)
        if "owner" in values:
            owner = values["owner"]
            member = await remote.member_id(email=owner["email"], name=owner["name"])
            body["primarySalesRep"] = {"id": member or owner["default_id"]}
        return body


class LineMapping(Mapping):
    kind = "quote_line"
    remote_kind = "product"
    direction = Direction.ONE_WAY

    def ours(self, local: Line, near: Neighbours) -> dict[str, Any]:
        return {
            "description": shorten(local.title, 2000),
            "customer_description": shorten(local.text, 6000),
            "sequence": local.position,
            "quantity": local.quantity,
            "price": local.price,
            "cost": local.cost,
            "taxable": local.taxable,
            "item_id": local.item_id,
        }

    def reference(self, local: Line) -> str:
        return local.id

    async def find(self, remote: Remote, local: Line, reference: str, near: Neighbours) -> list[Row]:
        if "products" not in near.memo:
            near.memo["products"] = await products_of(remote, near.remote_id(local.quote))
        return [row for row in near.memo["products"] if row.get("integrationXRef") == reference]

    async def find_created(self, remote: Remote, reference: str, near: Neighbours) -> list[Row]:
        return await remote.client.find(PRODUCTS, eq("integrationXRef", reference))

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{PRODUCTS}/{remote_id}")

    async def draft(self, remote: Remote, local: Line, reference: str, near: Neighbours) -> Row:
        return {
            # Without a cost of ours the catalog item's own applies.
            **self._body({name: value for name, value in self.ours(local, near).items() if value is not None}),
            "opportunity": {"id": int(near.remote_id(local.quote))},
            "billableOption": "Billable",
            "integrationXRef": reference,
            "locationId": local.location_id,
            "businessUnitId": local.department_id,
        }

    async def create(self, remote: Remote, draft: Row, near: Neighbours) -> Created:
        row = await remote.client.create(PRODUCTS, draft)
        return Created(row, tuple(patch.differences(draft, row)))

    async def update(
        self, remote: Remote, remote_id: str, values: dict[str, Any], local: Line, near: Neighbours
    ) -> None:
        await remote.client.update(f"{PRODUCTS}/{remote_id}", self._body(values))

    async def remove(self, remote: Remote, remote_id: str) -> None:
        await remote.client.delete(f"{PRODUCTS}/{remote_id}")

    def _body(self, values: dict[str, Any]) -> dict[str, Any]:
        names = {
            "description": "description",
            "customer_description": "customerDescription",
            "sequence": "sequenceNumber",
            "quantity": "quantity",
            "price": "price",
            "cost": "cost",
            "taxable": "taxableFlag",
        }
        # A number can't be emptied there: a cost that was taken away here is none at all.
        body = {names[name]: 0 if value is None else value for name, value in values.items() if name in names}
        if "item_id" in values:
            body["catalogItem"] = {"id": values["item_id"]}
        return body


class QuotePlan:
    """The opportunity, then its lines. Company and contact belong to the organization's own root."""

    opportunity = OpportunityMapping()
    line = LineMapping()

    async def read(self, ctx: Context, key: str) -> Reading | None:
        root_id = UUID(key)
        settings = await integration_settings.load(ctx, OpportunitySync)
        if not settings.enabled:
            return None
        quote = await ctx.session.scalar(
            select(Quote).where(Quote.id == root_id).options(selectinload(Quote.lines), selectinload(Quote.owner))
        )
        if quote is None:
            return None
        root, organization = subject("quote", root_id), subject("organization", quote.organization_id)
        title = f"{quote.number} {quote.title}"
        contact = subject("contact", quote.contact_id) if quote.contact_id else None
        if contact is None:
            raise Problem(
                ErrorKind.REJECTED,
                f"ConnectWise wants a contact on every opportunity: choose the contact of {quote.number}.",
                root,
                title,
            )
        links = await links_of(ctx, PROVIDER, root=root, subjects=(organization, contact))
        needs = await self._needs(ctx, quote, links, organization, contact)
        item_id = (await integration_settings.load(ctx, ProductSync)).catch_all_item_id
        if item_id is None and quote.lines:
            raise Problem(
                ErrorKind.UNMAPPED,
                f"The lines of {quote.number} need a catalog item in ConnectWise: choose catchAllItemId"
                " (updateConnectWiseProductSync).",
                root,
                title,
                setting="products.catchAllItemId",
            )
        opportunity = Opportunity(
            number=quote.number,
            title=quote.title,
            status=QuoteStatus(quote.status),
            organization=organization,
            contact=contact,
            owner=quote.owner,
            closes=quote.expiry_date or (quote.created_at + OPEN_ENDED).date(),
            settings=settings,
        )
        records = [Record(root, self.opportunity, title, opportunity, needs=needs)]
        lines = self._lines(quote, root, settings, item_id or 0)
        gone = [
            Record(name, self.line, "a removed line", None, root)
            for name, link in links.items()
            if link.remote_kind == self.line.remote_kind and name not in lines
        ]
        # Removals first: an accepted quote should never show more there than the customer took.
        records += gone
        records += [
            Record(name, self.line, f"line {line.position} ({line.title}) of {quote.number}", line, root)
            for name, line in lines.items()
        ]
        return Reading(title, records, links)

    async def _needs(
        self, ctx: Context, quote: Quote, links: dict[str, Any], organization: str, contact: str
    ) -> list[str]:
        linked = [name for name in (organization, contact) if name in links and links[name].remote_id]
        if len(linked) == 2:
            return []
        name = await ctx.session.scalar(select(Organization.name).where(Organization.id == quote.organization_id))
        if not (await integration_settings.load(ctx, OrganizationSync)).enabled:
            raise Problem(
                ErrorKind.UNMAPPED,
                f"{name} and the contact of {quote.number} are not in ConnectWise yet, and the organizations sync is"
                " off: switch it on (updateConnectWiseOrganizationSync).",
                subject("quote", quote.id),
                f"{quote.number} {quote.title}",
                setting="organizations.enabled",
            )
        return [organization]

    def _lines(self, quote: Quote, root: str, settings: OpportunitySync, item_id: int) -> dict[str, Line]:
        units = minor_units(quote.currency)

        def product(name: str, position: int, title: str, text: str, **values: Any) -> Line:
            return Line(
                id=name,
                quote=root,
                position=position,
                title=title,
                text=text,
                item_id=item_id,
                location_id=settings.location_id,
                department_id=settings.department_id,
                **values,
            )

        lines, shown = {}, Decimal(0)
        for line in quote.lines:
            if not line.counted:
                continue
            price, _ = net_unit_price(line.net_total, line.quantity, PRICE_PLACES, units)
            shown += _extended(line.quantity, price, units)
            name = subject("quote_line", line.id)
            lines[name] = product(
                name,
                line.position,
                line.title,
                _text(line, quote.currency),
                quantity=line.quantity,
                price=price,
                cost=line.unit_cost,
                taxable=line.tax_rate > 0,
            )
        rest = quote.subtotal - shown
        if rest:
            name = subject("quote_rounding", quote.id)
            last = max((line.position for line in quote.lines), default=0) + 1
            lines[name] = product(
                name, last, "Rounding", "Rounding", quantity=Decimal(1), price=rest, cost=None, taxable=False
            )
        return lines

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
        expected = sum((_extended(line.quantity, line.price, 2) for line in ours.values()), Decimal(0))
        found = sum((_shown(row) for row in theirs.values()), Decimal(0))
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


async def products_of(remote: Remote, opportunity_id: str) -> list[Row]:
    """All products on an opportunity, other people's too."""
    return await remote.client.find(PRODUCTS, eq("opportunity/id", int(opportunity_id)))


def _extended(quantity: Decimal, price: Decimal, units: int) -> Decimal:
    return (quantity * price).quantize(Decimal(1).scaleb(-units), ROUND_HALF_UP)


def _shown(row: Row) -> Decimal:
    """What a product amounts to there; computed where this version doesn't say."""
    if row.get("extPrice") is not None:
        return Decimal(str(row["extPrice"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return _extended(Decimal(str(row.get("quantity") or 0)), Decimal(str(row.get("price") or 0)), 2)


def _text(line: QuoteLine, currency: str) -> str:
    parts = [line.title]
    if line.description:
        parts.append(line.description)
    if line.discount_percent:
        parts.append(f"Discount {line.discount_percent.normalize():f} % included in the price.")
    elif line.discount_amount:
        parts.append(f"Discount {line.discount_amount:.2f} {currency} included in the price.")
    return "\n".join(parts)
