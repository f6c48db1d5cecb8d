"""Quote line → ConnectWise product on the quote's opportunity. One-way.

Net unit price, the discount named in the text; delivery and a rounding rest are lines of their own. A line is found
again by its cross reference. Lines of other people on the same opportunity are neither touched nor compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.ids import keyed_subject, subject
from domain.integration_settings.connectwise import OpportunitySync
from domain.money import minor_units
from domain.pricing.totals import net_unit_price
from domain.quotes.models import Quote, QuoteLine
from domain.sync.models import ErrorKind
from domain.text import shorten
from integrations.connectwise import patch, products
from integrations.connectwise.conditions import eq
from integrations.connectwise.remote import Remote
from integrations.core import errors
from integrations.core.provider import Created, Direction, Mapping, Neighbours, Problem, Row

PRODUCTS = "/procurement/products"
PRICE_PLACES = 4


@dataclass(frozen=True)
class Recurring:
    period: str
    cycles: int | None


@dataclass(frozen=True)
class Line:
    """A line as the product on the opportunity shall show it. `item_root`: its catalog item; None: free text."""

    id: str
    quote: str
    position: int
    title: str
    text: str
    quantity: Decimal
    price: Decimal
    cost: Decimal | None
    taxable: bool
    item_root: str | None
    catch_all_id: int | None
    recurring: Recurring | None
    settings: OpportunitySync


class LineMapping(Mapping):
    kind = "quote_line"
    remote_kind = "product"
    direction = Direction.ONE_WAY

    def ours(self, local: Line, near: Neighbours) -> dict[str, Any]:
        return {
            "description": shorten(local.title, 2000),
            "customerDescription": shorten(local.text, 6000),
            "sequenceNumber": local.position,
            "quantity": local.quantity,
            "price": local.price,
            "cost": local.cost,
            "taxableFlag": local.taxable,
            "catalogItem": {"id": _item_id(local, near)},
            "recurring": _recurring(local),
        }

    def reference(self, local: Line) -> str:
        return local.id

    async def find(self, remote: Remote, local: Line, reference: str, near: Neighbours) -> list[Row]:
        if "products" not in near.memo:
            near.memo["products"] = await products_of(remote, near.remote_id(local.quote))
        listed = [row for row in near.memo["products"] if row.get("integrationXRef") == reference]
        # A search may still show what has just been removed to make room for this one.
        return list((await products_with(remote, [str(row["id"]) for row in listed])).values())

    async def find_created(self, remote: Remote, reference: str, near: Neighbours) -> list[Row]:
        return await remote.client.find(PRODUCTS, eq("integrationXRef", reference))

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{PRODUCTS}/{remote_id}")

    async def draft(self, remote: Remote, local: Line, reference: str, near: Neighbours) -> Row:
        # Without a cost of ours the catalog item's own applies.
        given = {name: value for name, value in self.ours(local, near).items() if value is not None}
        return {
            **await self._body(remote, given),
            "opportunity": {"id": int(near.remote_id(local.quote))},
            "billableOption": "Billable",
            "integrationXRef": reference,
            "locationId": local.settings.location_id,
            "businessUnitId": local.settings.department_id,
        }

    async def create(self, remote: Remote, draft: Row, near: Neighbours) -> Created:
        row = await remote.client.create(PRODUCTS, draft)
        return Created(row, tuple(patch.differences(draft, row)))

    async def update(
        self, remote: Remote, remote_id: str, values: dict[str, Any], local: Line, near: Neighbours
    ) -> None:
        changed = {name: value for name, value in values.items() if name != "catalogItem"}
        await remote.client.update(f"{PRODUCTS}/{remote_id}", await self._body(remote, changed))

    def replaces(self, values: dict[str, Any], row: Row | None) -> bool:
        # Some instances refuse another item once a product stands on an opportunity; none refuses another product.
        if "catalogItem" not in values:
            return False
        return row is None or (row.get("catalogItem") or {}).get("id") != values["catalogItem"]["id"]

    async def remove(self, remote: Remote, remote_id: str) -> None:
        await remote.client.delete(f"{PRODUCTS}/{remote_id}")

    async def _body(self, remote: Remote, values: dict[str, Any]) -> dict[str, Any]:
        """`values` are the product's own fields; only the billing cycle has to be asked for."""
        body = dict(values)
        if "cost" in values:
            body["cost"] = values["cost"] or 0  # a number can't be emptied there
        if "recurring" in values:
            body["recurring"] = await _recurring_body(remote, values["recurring"])
        return body


def lines_of(quote: Quote, root: str, settings: OpportunitySync, catch_all_id: int | None) -> dict[str, Line]:
    """What stands on the opportunity, by subject: the counted lines, delivery, and what no unit price can express."""
    units = minor_units(quote.currency)

    def plain(kind: str, title: str, after: int, price: Decimal, *, taxable: bool = False) -> Line:
        last = max((line.position for line in quote.lines), default=0)
        return Line(
            id=subject(kind, quote.id),
            quote=root,
            position=last + after,
            title=title,
            text=title,
            quantity=Decimal(1),
            price=price,
            cost=None,
            taxable=taxable,
            item_root=None,
            catch_all_id=catch_all_id,
            recurring=None,
            settings=settings,
        )

    lines = [_line(line, quote, root, settings, catch_all_id) for line in quote.lines if line.counted]
    if quote.delivery_amount:
        lines.append(plain("quote_delivery", "Delivery", 1, quote.delivery_amount, taxable=quote.delivery_tax_rate > 0))
    rest = quote.subtotal - total_of(lines, units)
    if rest:
        lines.append(plain("quote_rounding", "Rounding", 2, rest))
    return {line.id: line for line in lines}


def total_of(lines: Iterable[Line], units: int) -> Decimal:
    """What these lines add up to over there: each rounded to the currency's minor units."""
    return sum((_extended(line.quantity, line.price, units) for line in lines), Decimal(0))


def total_shown(rows: Iterable[Row]) -> Decimal:
    """What ConnectWise shows for these products; computed where this version doesn't say."""
    return sum((_shown(row) for row in rows), Decimal(0))


async def products_of(remote: Remote, opportunity_id: str) -> list[Row]:
    """All products on an opportunity, other people's too."""
    return await remote.client.find(PRODUCTS, eq("opportunity/id", int(opportunity_id)))


async def products_with(remote: Remote, ids: Iterable[str]) -> dict[str, Row]:
    """Those of these products that stand there at this moment, by id."""
    found = {}
    for remote_id in ids:
        try:
            found[remote_id] = await remote.client.get(f"{PRODUCTS}/{remote_id}")
        except errors.Missing:
            continue
    return found


def _line(line: QuoteLine, quote: Quote, root: str, settings: OpportunitySync, catch_all_id: int | None) -> Line:
    price, _ = net_unit_price(line.net_total, line.quantity, PRICE_PLACES, minor_units(quote.currency))
    return Line(
        id=subject("quote_line", line.id),
        quote=root,
        position=line.position,
        title=line.title,
        text=_text(line, quote.currency),
        quantity=line.quantity,
        price=price,
        cost=line.unit_cost,
        taxable=line.tax_rate > 0,
        item_root=keyed_subject(products.KIND, line.part_key) if line.part_key else None,
        catch_all_id=catch_all_id,
        recurring=Recurring(line.recurring_period, line.recurring_cycles) if line.recurring_period else None,
        settings=settings,
    )


def _item_id(local: Line, near: Neighbours) -> int:
    if local.item_root is not None:
        return int(near.remote_id(local.item_root))
    if local.catch_all_id is None:
        raise Problem(
            ErrorKind.UNMAPPED,
            f"“{local.title}” is no product, so it needs the catalog item for free-text lines: choose catchAllItemId"
            " (updateConnectWiseProductSync).",
            setting="products.catchAllItemId",
        )
    return local.catch_all_id


def _recurring(local: Line) -> dict[str, Any] | None:
    """The line's own cycle; the catalog item is one for all lines."""
    if local.recurring is None:
        return None
    return {
        "period": local.recurring.period,
        "cycles": local.recurring.cycles,
        "revenue": _extended(local.quantity, local.price, 2),
        "cost": _extended(local.quantity, local.cost, 2) if local.cost is not None else None,
    }


async def _recurring_body(remote: Remote, recurring: dict[str, Any] | None) -> dict[str, Any] | None:
    if recurring is None:
        return None
    cycle = await remote.billing_cycle_id(recurring["period"])
    body = {
        "billCycleId": cycle,
        "cycles": recurring["cycles"],
        "recurringRevenue": recurring["revenue"],
        "recurringCost": recurring["cost"],
    }
    return {name: value for name, value in body.items() if value is not None}


def _extended(quantity: Decimal, price: Decimal, units: int) -> Decimal:
    return (quantity * price).quantize(Decimal(1).scaleb(-units), ROUND_HALF_UP)


def _shown(row: Row) -> Decimal:
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
