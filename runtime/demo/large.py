"""A large MSP: 20,000 organizations and 200,000 quotes with a million lines. Loaded past the services, in batches that
are each whole: broken off, what is there is right and can be kept or thrown away with its tenant.

What is sent to customers leaves no versions here, and quotes have no sections.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from domain.text import fold
from runtime.demo import amounts, goods, words
from runtime.demo.staging import Stage

TAX = 825  # hundredths of a percent
NOTHING = "\\N"
_BATCH = 5_000
_DAYS = 730
# Out of a hundred quotes.
_STATUSES = ("DRAFT",) * 10 + ("SENT",) * 30 + ("VIEWED",) * 23 + ("ACCEPTED",) * 15 + ("DECLINED",) * 22
Said = Callable[[str, int, int], None]
"""What is being made, how many there are, how many there will be."""


@dataclass(frozen=True)
class Size:
    organizations: int = 20_000
    products: int = 5_000
    quotes: int = 200_000
    lines_a_quote: int = 5
    """On average."""


@dataclass(frozen=True)
class _Product:
    """`words`: its columns of a line, ready for COPY. Prices in cents."""

    words: str
    price: int
    cost: int
    period: str


@dataclass(frozen=True)
class _World:
    """What batches of quotes refer to. `customers`: (organization, contact)."""

    tenant: UUID
    currency: str
    employees: Sequence[UUID]
    customers: Sequence[tuple[str, str]]
    products: Sequence[_Product]
    began: datetime
    first: tuple[int, int]
    """The first numbers: of quotes, of sales orders."""


def fill(url: str, tenant: UUID, size: Size, seed: int, say: Said) -> None:
    """`url`: of the database, as qw_app, in libpq's form."""
    source = random.Random(seed)  # noqa: S311
    began = datetime.now(UTC) - timedelta(days=_DAYS)
    with psycopg.connect(url) as connection:
        world = _people(connection, tenant, size, source, began, say)
        world = _catalog(connection, world, size, source, say)
        with connection.transaction():
            first = (_take(connection, tenant, "Q", size.quotes), _take(connection, tenant, "SO", size.quotes))
    world = replace(world, first=first)
    places = range(0, size.quotes, _BATCH)
    done = 0
    # Two at a time: the database has the most work, and sleeps while a batch is put together.
    with ThreadPoolExecutor(max_workers=min(3, os.cpu_count() or 1)) as pool:

        def batch(place: int) -> int:
            count = min(_BATCH, size.quotes - place)
            with psycopg.connect(url) as connection, connection.transaction():
                _Batch(world, size, random.Random(seed + place), place, count).load(Stage(connection, tenant))  # noqa: S311
            return count

        for count in pool.map(batch, places):
            done += count
            say("quotes with their lines and orders", done, size.quotes)


def _people(
    connection: psycopg.Connection, tenant: UUID, size: Size, source: random.Random, began: datetime, say: Said
) -> _World:
    organizations, contacts, customers = [], [], []
    for n in range(size.organizations):
        at = began - timedelta(minutes=source.randrange(500_000))
        id, name = _id(source, at), f"{words.organization(source)} {_roman(n)}".strip()
        place = words.address(source)
        organizations.append(
            _row(
                id,
                tenant,
                name,
                fold(name),
                f"A{n + 10_000}",
                words.phone(source),
                *place.values(),
                _when(at),
                _when(at),
            )
        )
        for m in range(3):
            first, last = words.person(source)
            contact, mail = _id(source, at), f"{first}.{last}.{n}.{m}@example.com".lower()
            values = (contact, tenant, id, first, last, mail, fold(mail), words.phone(source), words.post(source))
            contacts.append(_row(*values, "t" if m == 0 else "f", _when(at), _when(at)))
            if m == 0:
                customers.append((id, contact))
    with connection.transaction():
        stage = Stage(connection, tenant)
        stage.put("organization", _ORGANIZATION, organizations)
        stage.say("OrganizationCreated", "organization", "organization")
        stage.put("contact", _CONTACT, contacts)
        found = connection.execute("SELECT id FROM employee WHERE active ORDER BY id").fetchall()
        row = connection.execute("SELECT currency FROM tenant").fetchone()
    say("organizations", size.organizations, size.organizations)
    currency = row[0] if row else "USD"
    return _World(tenant, currency, [id for (id,) in found], customers, [], began, (0, 0))


def _catalog(connection: psycopg.Connection, world: _World, size: Size, source: random.Random, say: Said) -> _World:
    tenant, rows, products = world.tenant, [], []
    with connection.transaction():
        first = _take(connection, tenant, "P", size.products)
    for n, good in enumerate(goods.goods(source, size.products)):
        at = world.began - timedelta(minutes=source.randrange(500_000))
        id, key, period = _id(source, at), fold(good.part_number), good.family.period or NOTHING
        values = (
            id,
            tenant,
            f"P-{first + n}",
            good.part_number,
            key,
            good.title,
            good.family.type,
            _amount(good.price),
        )
        rows.append(
            _row(*values, good.price * 100, _amount(good.cost), "t" if good.family.serialized else "f", period,
                 _when(at), _when(at))
        )  # fmt: skip
        products.append(_Product(_row(id, good.part_number, key, good.title), good.price, good.cost, period))
    with connection.transaction():
        stage = Stage(connection, tenant)
        stage.put("product", _PRODUCT, rows)
        stage.say("ProductCreated", "product", "product")
    say("products", size.products, size.products)
    return replace(world, products=products)


_ORGANIZATION = ("id", "tenant_id", "name", "name_folded", "account_number", "phone", "line1", "city", "state", "zip",
                 "country", "created_at", "updated_at")  # fmt: skip
_CONTACT = ("id", "tenant_id", "organization_id", "first_name", "last_name", "email", "email_folded", "phone", "title",
            "send_invoices", "created_at", "updated_at")  # fmt: skip
_PRODUCT = ("id", "tenant_id", "number", "part_number", "part_key", "title", "type", "price", "price_minor", "cost",
            "serialized", "recurring_period", "created_at", "updated_at")  # fmt: skip
_TEXTS = ("id", "tenant_id", "number", "title", "status", "organization_id", "contact_id", "owner_id", "expiry_date",
          "currency", "sent_at", "viewed_at", "accepted_at", "declined_at", "created_at", "updated_at")  # fmt: skip
_SUMS = ("subtotal", "monthly_subtotal", "yearly_subtotal", "discount_total", "tax_total", "total", "total_minor",
         "cost_total", "one_off_cost", "monthly_cost", "yearly_cost")  # fmt: skip
_LINE = ("quote_id", "product_id", "part_number", "part_key", "title", "id", "tenant_id", "position", "quantity",
         "unit_price", "unit_cost", "discount_percent", "tax_rate", "recurring_period", "net_total", "tax_total",
         "total", "created_at", "updated_at")  # fmt: skip
_ORDER = ("id", "tenant_id", "number", "status", "quote_id", "organization_id", "contact_id", "owner_id", "entered_by",
          "currency", "subtotal", "discount_total", "tax_total", "total", "total_minor", "cost_total",
          "outstanding_minor", "approved_at", "processed_at", "created_at", "updated_at")  # fmt: skip


class _Batch:
    """Some quotes, from the one at `place` on. Every text in it is known to need no escaping."""

    def __init__(self, world: _World, size: Size, source: random.Random, place: int, count: int) -> None:
        self.world, self.size, self.source, self.place, self.count = world, size, source, place, count
        self.quotes: list[str] = []
        self.lines: list[str] = []
        self.orders: list[str] = []
        self.order_lines: list[str] = []

    def load(self, stage: Stage) -> None:
        for n in range(self.place, self.place + self.count):
            self._quote(n)
        stage.put("quote", [*_TEXTS, *_SUMS], self.quotes)
        stage.put("quote_line", _LINE, self.lines)
        stage.say("QuoteCreated", "quote", "quote")
        stage.put("sales_order", _ORDER, self.orders)
        stage.put("sales_order_line", ["sales_order_id", *_LINE[1:]], self.order_lines)
        stage.say("SalesOrderCreated", "sales_order", "sales_order")

    def _quote(self, n: int) -> None:
        world, source = self.world, self.source
        at = world.began + timedelta(seconds=_DAYS * 86_400 * n / self.size.quotes)
        id, status = _id(source, at), source.choice(_STATUSES)
        lines = [*self._lines(id, at, 1 + source.randrange(2 * self.size.lines_a_quote - 1))]
        self.lines += [line for line, _, _, _ in lines]
        total = _Total(lines)
        sent = _when(at + timedelta(hours=5)) if status != "DRAFT" else NOTHING
        viewed = _when(at + timedelta(hours=30)) if status in ("VIEWED", "ACCEPTED", "DECLINED") else NOTHING
        accepted, declined = (
            _when(at + timedelta(days=4)) if status == wanted else NOTHING for wanted in ("ACCEPTED", "DECLINED")
        )
        organization, contact = world.customers[min(int(source.paretovariate(1.2)) - 1, len(world.customers) - 1)]
        if source.random() < 0.7:
            organization, contact = source.choice(world.customers)
        owner = str(source.choice(world.employees)) if world.employees else NOTHING
        title = f"{source.choice(words.PROJECTS)} {at.year}"
        expiry = (at + timedelta(days=30)).date().isoformat()
        whose = (organization, contact, owner)
        texts = (
            id,
            world.tenant,
            f"Q-{world.first[0] + n}",
            title,
            status,
            *whose,
            expiry,
            world.currency,
            sent,
            viewed,
        )
        self.quotes.append(_row(*texts, accepted, declined, _when(at), _when(at), *total.columns))
        if status == "ACCEPTED":
            self._order(n, id, whose, lines, total, at + timedelta(days=4))

    def _lines(self, quote: str, at: datetime, count: int) -> Iterator[tuple[str, _Product, int, amounts.Sum]]:
        world, source, when = self.world, self.source, _when(at)
        for position in range(1, count + 1):
            product, quantity = source.choice(world.products), source.choice((1, 1, 2, 3, 5, 10, 12, 25))
            discount = source.choice((0, 0, 0, 0, 500, 1000, 750))
            sums = amounts.line(quantity, product.price, discount, TAX)
            figures = (
                f"{quantity}\t{_amount(product.price)}\t{_amount(product.cost)}\t"
                f"{_amount(discount) if discount else NOTHING}\t{_amount(TAX)}\t{product.period}\t"
                f"{_amount(sums.net)}\t{_amount(sums.tax)}\t{_amount(sums.net + sums.tax)}\t{when}\t{when}"
            )
            line = f"{quote}\t{product.words}\t{_id(source, at)}\t{world.tenant}\t{position}\t{figures}"
            yield line, product, quantity, sums

    def _order(
        self,
        n: int,
        quote: str,
        whose: tuple[str, str, str],
        lines: Sequence[tuple[str, _Product, int, amounts.Sum]],
        total: _Total,
        at: datetime,
    ) -> None:
        world, id, when = self.world, _id(self.source, at), _when(at)
        status = self.source.choice(("DRAFT", "APPROVED", "PROCESSED", "PROCESSED"))
        approved, processed = (
            NOTHING if status == "DRAFT" else when,
            _when(at + timedelta(days=9)) if status == "PROCESSED" else NOTHING,
        )
        due = total.net + total.tax
        sums = (_amount(total.net), _amount(total.discount), _amount(total.tax), _amount(total.net + total.tax))
        head = (id, world.tenant, f"SO-{world.first[1] + n}", status, quote, *whose, "CUSTOMER", world.currency)
        self.orders.append(_row(*head, *sums, due, _amount(total.cost), due, approved, processed, when, when))
        for line, _, _, _ in lines:
            _, product, number, key, title, _, rest = line.split("\t", 6)
            self.order_lines.append(_row(id, product, number, key, title, _id(self.source, at), rest))


class _Total:
    """What a quote comes to, in cents."""

    def __init__(self, lines: Sequence[tuple[str, _Product, int, amounts.Sum]]) -> None:
        nets, costs = {NOTHING: 0, "MONTHLY": 0, "YEARLY": 0}, {NOTHING: 0, "MONTHLY": 0, "YEARLY": 0}
        billed = {product.period for _, product, _, _ in lines}
        self.discount = self.tax = 0
        for _, product, quantity, sums in lines:
            nets[product.period] += sums.net
            costs[product.period] += quantity * product.cost
            self.discount += sums.gross - sums.net
            self.tax += sums.tax
        self.net, self.cost = sum(nets.values()), sum(costs.values())
        parts = [_amount(costs[period]) if period in billed else NOTHING for period in (NOTHING, "MONTHLY", "YEARLY")]
        total = self.net + self.tax
        self.columns = (
            *map(_amount, (self.net, nets["MONTHLY"], nets["YEARLY"], self.discount, self.tax, total)),
            total,
            _amount(self.cost),
            *parts,
        )


def _row(*values: object) -> str:
    return "\t".join(map(str, values))


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _when(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _id(source: random.Random, at: datetime) -> str:
    """A UUID of version 7 of that moment."""
    stamp, noise = int(at.timestamp() * 1000), source.getrandbits(74)
    tail = f"{noise & (1 << 62) - 1 | 1 << 63:016x}"
    head = f"{stamp:012x}"
    return f"{head[:8]}-{head[8:]}-7{noise >> 62:03x}-{tail[:4]}-{tail[4:]}"


def _roman(n: int) -> str:
    """Tells apart those that are called alike; most need nothing."""
    return "" if n < 400 else f"No. {n // 400 + 1}"


def _take(connection: psycopg.Connection, tenant: UUID, kind: str, count: int) -> int:
    """The first of so many numbers that nobody else gets."""
    connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant)])
    row = connection.execute(
        "INSERT INTO number_sequence (tenant_id, kind, next) VALUES (%(tenant)s, %(kind)s, 1001 + %(count)s)"
        " ON CONFLICT (tenant_id, kind) DO UPDATE SET next = number_sequence.next + %(count)s RETURNING next",
        {"tenant": tenant, "kind": kind, "count": count},
    ).fetchone()
    assert row is not None
    return int(row[0]) - count
