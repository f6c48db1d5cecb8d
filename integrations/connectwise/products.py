"""Products → ConnectWise catalog items, one for each part number. Found or created once, never changed afterwards.

The root is the normalised part number, not a product: two of our products with one number are one item there. Doesn't
put anything on an opportunity (`quote_lines.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain.context import Context
from domain.ids import keyed_subject
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, ProductSync
from domain.integration_settings.service import camel
from domain.products.models import Product
from domain.quotes.models import QuoteLine
from domain.sync.models import ErrorKind
from domain.text import shorten
from integrations.connectwise import patch
from integrations.connectwise.conditions import one_of
from integrations.connectwise.remote import Remote
from integrations.core.ledger import links_of
from integrations.core.provider import Created, Direction, Mapping, Neighbours, Problem, Reading, Record, Row

CATALOG = "/procurement/catalog"
KIND = "catalog_item"
IDENTIFIER_LIMIT = 60
PART_NUMBER_LIMIT = 50


@dataclass(frozen=True)
class Item:
    """What the catalog item is made of. `numbers`: every spelling of its part number that stands in our records."""

    number: str
    numbers: Sequence[str]
    part_number: str | None
    title: str
    text: str
    price: Decimal
    cost: Decimal | None
    serialized: bool
    period: str | None
    subcategory: int | Problem | None
    """What it is made under; the choice that is missing where there is none."""
    settings: ProductSync


class CatalogItemMapping(Mapping):
    kind = KIND
    remote_kind = "catalog_item"
    direction = Direction.CREATE_ONLY

    def ours(self, local: Item, near: Neighbours) -> dict[str, Any]:
        return {"identifier": shorten(local.number, IDENTIFIER_LIMIT)}

    def reference(self, local: Item) -> str:
        return shorten(local.number, IDENTIFIER_LIMIT)

    async def find(self, remote: Remote, local: Item, reference: str, near: Neighbours) -> list[Row]:
        """By the manufacturer's part number, then by identifier. An inactive or an ambiguous item is a problem."""
        if isinstance(local.subcategory, Problem):
            raise local.subcategory
        numbers = tuple(number for number in local.numbers if len(number) <= PART_NUMBER_LIMIT)
        for field, values in (("manufacturerPartNumber", numbers), ("identifier", (*local.numbers, reference))):
            rows = await remote.client.find(CATALOG, one_of(field, values)) if values else []
            if rows:
                return [_the_one(rows, local)]
        return []

    async def find_created(self, remote: Remote, reference: str, near: Neighbours) -> list[Row]:
        return []  # a catalog item is never removed over there, so nobody asks

    async def fetch(self, remote: Remote, remote_id: str) -> Row:
        return await remote.client.get(f"{CATALOG}/{remote_id}")

    async def draft(self, remote: Remote, local: Item, reference: str, near: Neighbours) -> Row:
        settings = local.settings
        body: dict[str, Any] = {
            "identifier": reference,
            "description": shorten(local.title, 60),
            "customerDescription": shorten(local.text, 6000),
            "type": {"id": settings.product_type_id},
            "productClass": settings.product_class,
            "subcategory": {"id": local.subcategory},
            "price": local.price,
            "cost": local.cost or Decimal(0),
            "serializedFlag": local.serialized,
        }
        if local.part_number:
            body["manufacturerPartNumber"] = shorten(local.part_number, PART_NUMBER_LIMIT)
        if local.period:
            cycle = await remote.billing_cycle_id(local.period) or settings.billing_cycle_id
            body |= {"recurringFlag": True, "recurringBillCycle": {"id": cycle}}
        return body

    async def create(self, remote: Remote, draft: Row, near: Neighbours) -> Created:
        row = await remote.client.create(CATALOG, draft)
        return Created(row, tuple(patch.differences(draft, row)))

    async def update(
        self, remote: Remote, remote_id: str, values: dict[str, Any], local: Item, near: Neighbours
    ) -> None:
        raise NotImplementedError("a catalog item is never changed")


class CatalogItemPlan:
    """One catalog item. Its values are those of the oldest product with that part number."""

    mapping = CatalogItemMapping()

    async def read(self, ctx: Context, key: str) -> Reading | None:
        root = keyed_subject(KIND, key)
        products = await _products(ctx, key)
        if not products:
            return None
        first = products[0]
        title = f"{first.part_number or first.number} {first.title}"
        links = await links_of(ctx, PROVIDER, root=root)
        settings = await integration_settings.load(ctx, ProductSync)
        numbers = await _spellings(ctx, key, products)
        item = Item(
            number=numbers[0],
            numbers=numbers,
            part_number=first.part_number,
            title=first.title,
            text="\n".join(part for part in (first.title, first.description) if part),
            price=first.price,
            cost=first.cost,
            serialized=first.serialized,
            period=first.recurring_period,
            subcategory=_subcategory(first, settings, title),
            settings=settings,
        )
        return Reading(title, [Record(root, self.mapping, title, item)], links)

    async def verify(self, remote: Any, reading: Reading, near: Neighbours) -> Sequence[Problem]:
        return ()


async def _products(ctx: Context, key: str) -> Sequence[Product]:
    """Those that carry the number now; failing them, those of the lines that were written when they did."""
    options = selectinload(Product.category)
    rows = await ctx.session.scalars(
        select(Product).where(Product.part_key == key).order_by(Product.id).options(options).limit(20)
    )
    found = rows.all()
    if found:
        return found
    of_lines = select(QuoteLine.product_id).where(QuoteLine.part_key == key).limit(20)
    rows = await ctx.session.scalars(
        select(Product).where(Product.id.in_(of_lines)).order_by(Product.id).options(options)
    )
    return rows.all()


async def _spellings(ctx: Context, key: str, products: Sequence[Product]) -> tuple[str, ...]:
    own = [product.part_number or product.number for product in products if product.part_key == key]
    if not own:
        on_lines = select(QuoteLine.part_number).where(QuoteLine.part_key == key).distinct().limit(20)
        own = [number for number in await ctx.session.scalars(on_lines) if number]
    return tuple(dict.fromkeys(own))


def _subcategory(product: Product, settings: ProductSync, title: str) -> int | Problem | None:
    """Of the product's category by the map, or the default for a product without one."""
    unfinished = settings.unfinished()
    if unfinished:
        names = ", ".join(camel(name) for name in unfinished)
        return Problem(
            ErrorKind.UNMAPPED,
            f"{title} needs a catalog item in ConnectWise, and products are not set up yet: choose {names}"
            " (updateConnectWiseProductSync).",
            setting=f"products.{camel(unfinished[0])}",
        )
    if product.category_id is None:
        return settings.default_subcategory_id
    for entry in settings.category_map:
        if entry.category_id == product.category_id:
            return entry.connectwise_subcategory_id
    return Problem(
        ErrorKind.UNMAPPED,
        f"The category “{product.category.name}” of {title} has no counterpart in ConnectWise: add it to categoryMap"
        " (updateConnectWiseProductSync).",
        setting="products.categoryMap",
    )


def _the_one(rows: Sequence[Row], local: Item) -> Row:
    active = [row for row in rows if not row.get("inactiveFlag")]
    if len(active) == 1:
        return active[0]
    listed = "; ".join(f"{row.get('identifier')} “{row.get('description')}” (id {row.get('id')})" for row in rows[:5])
    if not active:
        raise Problem(
            ErrorKind.CONFLICT,
            f"The catalog item for {local.number} is inactive in ConnectWise: {listed}. Make it active there, or change"
            " the part number of the product here, then retry.",
            remote_code="InactiveItem",
        )
    raise Problem(
        ErrorKind.CONFLICT,
        f"{len(active)} catalog items in ConnectWise match {local.number}: {listed}. Make all but the right one"
        " inactive there, or give the product here the part number of one alone, then retry.",
        remote_code="SeveralItems",
    )
