"""A small MSP, entered the way people would: through the services, so that every rule holds and every event is said."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.access.models import Employee
from domain.context import Actor, Context
from domain.db import Database
from domain.organizations import addresses
from domain.organizations import service as organizations
from domain.organizations.models import Contact
from domain.products import brands, categories, offers, suppliers, warehouses
from domain.products import service as products
from domain.products.models import Product
from domain.purchase_orders import buying, receiving
from domain.purchase_orders import service as purchase_orders
from domain.purchase_orders.models import PurchaseOrder
from domain.quotes import service as quotes
from domain.sales_orders import service as sales_orders
from domain.sales_orders.models import SalesOrder
from domain.sales_settings import service as sales_settings
from runtime.demo import goods, words

Say = Callable[[str, int, int], None]
Values = Mapping[str, Any]
ORGANIZATIONS, GOODS, QUOTES = 40, 84, 60
_TAX = Decimal("8.25")


async def fill(database: Database, tenant: UUID, seed: int, say: Say) -> None:
    source = random.Random(seed)  # noqa: S311
    actor = Actor.system(tenant, "demo")
    async with database.transaction(actor) as ctx:
        await _settings(ctx)
        shelf = await _catalog(ctx, source)
    say("products", GOODS, GOODS)
    customers: list[tuple[UUID, UUID]] = []
    async with database.transaction(actor) as ctx:
        owners = list(await ctx.session.scalars(select(Employee.id).where(Employee.active)))
        for _ in range(ORGANIZATIONS):
            customers.append(await _organization(ctx, source, owners))
    say("organizations", ORGANIZATIONS, ORGANIZATIONS)
    for n in range(QUOTES):
        async with database.transaction(actor) as ctx:
            await _deal(ctx, source, customers, shelf, owners)
        say("quotes", n + 1, QUOTES)


async def _settings(ctx: Context) -> None:
    if (await sales_settings.get(ctx)).version:
        return  # its own
    seller = {"tax_number": "91-1234567", "email": "sales@northwind.example", "website": "northwind.example"}
    address = {"line1": "1200 Harbor Avenue", "city": "Seattle", "state": "WA", "zip": "98101"}
    values = {
        "seller": {**seller, "address": address},
        "payment_terms": words.TERMS,
        "auto_approval_limit": Decimal(25_000),
    }
    await sales_settings.update(ctx, values)


async def _catalog(ctx: Context, source: random.Random) -> Sequence[UUID]:
    """What it sells: products of its own, or else some that are made here."""
    own = (await ctx.session.scalars(select(Product.id).where(Product.active).order_by(Product.id).limit(GOODS))).all()
    return own or await _made(ctx, source)


async def _made(ctx: Context, source: random.Random) -> Sequence[UUID]:
    makers = {name: (await brands.create(ctx, {"name": name})).id for name in words.MAKERS}
    sellers = [(await suppliers.create(ctx, {"name": name})).id for name in words.SUPPLIERS]
    for name in words.WAREHOUSES:
        await warehouses.create(ctx, {"name": name})
    places: dict[tuple[str, str], UUID] = {}
    above: dict[str, UUID] = {}
    shelf = []
    for good in goods.goods(source, GOODS):
        family = good.family
        if family.category not in places:
            over, under = family.category
            if over not in above:
                above[over] = (await categories.create(ctx, name=over)).id
            places[family.category] = (await categories.create(ctx, name=under, parent_id=above[over])).id
        values = {
            "part_number": good.part_number,
            "title": good.title,
            "type": family.type,
            "category_id": places[family.category],
            "brand_id": makers[good.maker],
            "price": _money(good.price),
            "cost": _money(good.cost),
            "serialized": family.serialized,
            "recurring_period": family.period,
        }
        product = await products.create(ctx, values)
        shelf.append(product.id)
        if family.type == "PHYSICAL":
            for supplier in source.sample(sellers, 2):
                cost = _money(good.cost * source.randrange(94, 108) // 100)
                await offers.put(ctx, product.id, supplier, {"cost": cost, "stock": Decimal(source.randrange(40))})
    return shelf


async def _organization(ctx: Context, source: random.Random, owners: Sequence[UUID]) -> tuple[UUID, UUID]:
    values = {
        "name": words.organization(source),
        "phone": words.phone(source),
        "owner_id": source.choice(owners or [None]),
    }
    made = await organizations.create(ctx, {**values, **words.address(source)})
    contacts: list[Contact] = []
    for n in range(source.randrange(1, 4)):
        first, last = words.person(source)
        email = f"{first}.{last}.{source.randrange(10_000)}@example.com".lower()
        person = {"first_name": first, "last_name": last, "email": email, "title": words.post(source)}
        contacts.append(await organizations.create_contact(ctx, made.id, {**person, "send_invoices": n == 0}))
    if source.random() < 0.3:
        await addresses.create(ctx, made.id, {"name": "Branch", **words.address(source)})
    return made.id, contacts[0].id


async def _deal(
    ctx: Context,
    source: random.Random,
    customers: Sequence[tuple[UUID, UUID]],
    shelf: Sequence[UUID],
    owners: Sequence[UUID],
) -> None:
    """A quote, and how far it got."""
    organization, contact = source.choice(customers)
    expiry = (datetime.now(UTC) + timedelta(days=source.randrange(7, 45))).date()
    head = {"title": source.choice(words.PROJECTS), "contact_id": contact, "expiry_date": expiry}
    quote = await quotes.create(
        ctx,
        organization,
        {
            **head,
            "owner_id": source.choice(owners or [None]),
            "delivery": {"amount": Decimal("29.00"), "tax_rate": _TAX},
        },
        sections=[
            {"title": "Goods", "lines": [_line(source, shelf) for _ in range(source.randrange(2, 6))]},
            {"title": "Options", "lines": [{**_line(source, shelf), "optional": True, "selected": False}]},
        ],
    )
    fate = source.random()
    if fate < 0.2:
        return
    await quotes.send(ctx, quote.id)
    if fate < 0.45:
        return
    if fate < 0.6:
        await quotes.decline(ctx, quote.id, reason=source.choice(("Postponed to next year", "Too expensive", None)))
        return
    await quotes.accept(ctx, quote.id, accepted_by="The customer")
    order = await ctx.session.scalar(select(SalesOrder).where(SalesOrder.quote_id == quote.id))
    if order is None or fate < 0.7:
        return
    if order.status == "DRAFT":
        await sales_orders.approve(ctx, order.id)
    bought = await buying.create(ctx, order.id)
    for purchase in bought:
        await purchase_orders.approve(ctx, purchase.id)
        if fate > 0.85:
            await _receive(ctx, source, purchase.id)


async def _receive(ctx: Context, source: random.Random, purchase_id: UUID) -> None:
    purchase = await ctx.session.get_one(PurchaseOrder, purchase_id)
    arrived = []
    for line in purchase.lines:
        product = await ctx.session.get(Product, line.product_id) if line.product_id else None
        numbers = [f"SN{source.getrandbits(40):010X}" for _ in range(int(line.quantity))]
        serials = numbers if product is not None and product.serialized else []
        arrived.append({"line_id": line.id, "quantity": line.quantity, "serial_numbers": serials})
    await receiving.receive(ctx, purchase.id, arrived)


def _line(source: random.Random, shelf: Sequence[UUID]) -> dict[str, Any]:
    line = {"product_id": source.choice(shelf), "quantity": Decimal(source.choice((1, 2, 3, 5, 10))), "tax_rate": _TAX}
    return {**line, "discount_percent": Decimal(10)} if source.random() < 0.15 else line


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
