"""The search of the catalog: what it finds and in which order, in any language, and that it goes by its indexes."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import text

from domain.products import brands, offers, suppliers
from domain.products import service as products
from runtime.settings import libpq_url
from tests.conftest import fresh_database
from tests.rig import Msp, make_msp, opened

MANY = 5_000


@pytest.fixture
async def db(database):
    async with opened(database.app_url) as db:
        yield db


@pytest.fixture
async def msp(db):
    return await make_msp(db)


async def enter(msp, *titles, **more):
    async with msp.transaction() as ctx:
        for title in titles:
            product = await products.create(ctx, {"title": title, "price": Decimal(1), **more})
    return product


async def found(msp, words: str) -> list[str]:
    async with msp.transaction() as ctx:
        statement = (
            "SELECT title FROM search_products(:words) WITH ORDINALITY AS hit(id, place)"
            " JOIN product USING (id) ORDER BY place"
        )
        return list((await ctx.session.execute(text(statement), {"words": words})).scalars())


async def test_numbers_come_first_then_what_begins_with_them_then_titles(msp):
    await enter(msp, "A case for the FG-40F")
    await enter(msp, "Bundle", part_number="FG-40F-BDL")
    await enter(msp, "Firewall", part_number="FG-40F")
    await enter(msp, "Own number", number="FG-40F")
    assert (await found(msp, "fg-40f"))[2:] == ["Bundle", "A case for the FG-40F"]
    assert set((await found(msp, "FG-40F"))[:2]) == {"Firewall", "Own number"}
    assert await found(msp, "fg-40f-b") == ["Bundle"]
    assert (await found(msp, "FG - 40 F"))[:3] == (await found(msp, "fg-40f"))[:3]


async def test_a_number_that_is_typed_wholly_brings_nothing_that_is_only_like_it(msp):
    for number in ("AB-1000", "AB-1001", "AB-10011"):
        await enter(msp, number, part_number=number)
    assert await found(msp, "ab-1001") == ["AB-1001", "AB-10011"]
    assert await found(msp, "ab-100") == ["AB-1001", "AB-1000", "AB-10011"]  # the shorter ones first, then newer ones


async def test_titles_are_found_by_their_words_in_any_order_the_last_one_unfinished(msp):
    await enter(msp, "Switch, 24 ports", "Switch with 48 ports", "24 cables for a switch", "Firewall")
    assert await found(msp, "switch 24") == ["Switch, 24 ports", "24 cables for a switch"]
    assert await found(msp, "ports swi") == ["Switch, 24 ports", "Switch with 48 ports"]
    assert await found(msp, "switch port 24") == ["Switch, 24 ports"]  # where nothing else is found, the others too
    assert await found(msp, "24 switch ports") == ["Switch, 24 ports"]


async def test_titles_that_begin_with_it_come_before_those_that_have_it_and_shorter_ones_before_longer_ones(msp):
    await enter(msp, "A dock for a laptop", "Dock for laptops and phones", "Dock for all")
    assert await found(msp, "dock for") == ["Dock for all", "Dock for laptops and phones", "A dock for a laptop"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Bürodrehstuhl Größe L", "größe bürod"),
        ("Clé USB à mémoire", "mémoire clé"),
        ("Принтер лазерный", "ЛАЗЕРНЫЙ принт"),
        ("ノートパソコン", "ノート"),
        ("显示器 27寸", "显示器"),
        ("شاشة 27 بوصة", "شاشة"),
        ("Ｗｉｄｅ　ｌｅｔｔｅｒｓ", "wide letters"),
        ("Wi-Fi 6E (AX-210) adapter", "wi-fi 6e"),
        ("TP-Link_TL/SG108+", "tl sg108"),
        ("3.5 mm jack", "3.5 jack"),
        ("a@b c&d <e>", "b c d e"),
        ("100 % cotton: white", "100 % cotton"),
        ("back\\slash", "back\\slash"),
    ],
)
async def test_any_language_and_any_sign(msp, title, words):
    await enter(msp, "Something else", title)
    assert await found(msp, words) == [title]


@pytest.mark.parametrize(
    "words", ["'", '"', "&", "!", "|", ":*", "(", "%", "_", "\\", "' & | ! ( ) : * <-> \\", "a' | 'b"]
)
async def test_signs_that_mean_something_to_a_search_are_signs(msp, words):
    await enter(msp, "Plain")
    assert await found(msp, words) == []


async def test_the_brand_may_be_typed_where_titles_do_not_name_it(msp):
    async with msp.transaction() as ctx:
        tp, tplink = [await brands.create(ctx, {"name": name}) for name in ("TP", "TP-Link Systems")]
    await enter(msp, "Switch 8 ports", "Router", brand_id=tplink.id)
    await enter(msp, "Switch 5 ports", brand_id=tp.id)
    await enter(msp, "Switch of nobody")
    assert set(await found(msp, "tp-link")) == {"Switch 8 ports", "Router"}
    assert await found(msp, "TP-Link Systems swi") == ["Switch 8 ports"]
    assert await found(msp, "tp swi") == ["Switch 5 ports"]
    assert set(await found(msp, "tp-link systems")) == {"Switch 8 ports", "Router"}


async def test_a_suppliers_number_finds_the_product(msp):
    product = await enter(msp, "Firewall")
    await enter(msp, "Another")
    async with msp.transaction() as ctx:
        supplier = await suppliers.create(ctx, {"name": "Ingram"})
        values = {"cost": Decimal(1), "supplier_number": "ING 4711"}
        await offers.put(ctx, product.id, supplier.id, values)
    for words in ("ing4711", "ING 47", "ing 4711"):
        assert await found(msp, words) == ["Firewall"]


@pytest.mark.parametrize(
    "words", ["frewall", "firewal", "firewoll", "firewall fortgate", "fortygate", "fortigate firewlal"]
)
async def test_a_slip_of_the_finger_is_forgiven(msp, words):
    await enter(msp, "Printer", "FortiGate firewall", "Fortune cookie", "Laptop")
    assert (await found(msp, words))[:1] == ["FortiGate firewall"]


async def test_words_that_are_there_must_be_there_beside_the_mistyped_one(msp):
    await enter(msp, "Black monitor", "Black mouse", "White monitor")
    assert await found(msp, "monitro black") == ["Black monitor"]


async def test_a_part_in_the_middle_is_found_when_nothing_better_is(msp):
    await enter(msp, "Firewall", part_number="XFG40FX")
    assert await found(msp, "fg40f") == ["Firewall"]
    assert await found(msp, "rewal") == ["Firewall"]
    assert await found(msp, "nowhere") == []


async def test_what_was_renamed_is_found_by_its_new_name(msp):
    product = await enter(msp, "Firewall")
    async with msp.transaction() as ctx:
        await products.update(ctx, product.id, {"title": "Router", "number": "RT-1", "part_number": "RTX"})
    for words, hits in (("firewall", []), ("router", ["Router"]), ("rt-1", ["Router"]), ("rtx", ["Router"])):
        assert await found(msp, words) == hits


async def test_nothing_of_another_tenant_is_found(db, msp):
    other = await make_msp(db, name="Elsewhere IT")
    async with other.transaction() as ctx:
        brand = await brands.create(ctx, {"name": "Fortinet"})
        supplier = await suppliers.create(ctx, {"name": "Ingram"})
    product = await enter(other, "Firewall", part_number="FG-40F", brand_id=brand.id)
    async with other.transaction() as ctx:
        await offers.put(ctx, product.id, supplier.id, {"cost": Decimal(1), "supplier_number": "ING-1"})
    for words in ("firewall", "fg-40f", "P-1001", "fortinet", "ing-1", "frewall", "irewal"):
        assert await found(other, words) == ["Firewall"]
        async with msp.transaction() as ctx:  # the function itself: no id of theirs comes out
            assert (await ctx.session.execute(text("SELECT search_products(:words)"), {"words": words})).all() == []


async def test_a_brand_of_the_same_name_elsewhere_is_in_nobodys_way(db, msp):
    tenants = [await make_msp(db, name="Elsewhere IT"), msp, await make_msp(db, name="Somewhere IT")]
    for tenant in tenants:
        async with tenant.transaction() as ctx:
            brand = await brands.create(ctx, {"name": "Fortinet"})
        await enter(tenant, f"Firewall of {tenant.tenant.name}", brand_id=brand.id)
    for tenant in tenants:
        assert await found(tenant, "fortinet") == await found(tenant, "fortinet fire")
        assert await found(tenant, "fortinet") == [f"Firewall of {tenant.tenant.name}"]


@pytest.fixture(scope="module")
async def crowded(postgres) -> AsyncIterator[tuple[Msp, str]]:
    """Two tenants of 5,000 products each."""
    with fresh_database(postgres) as database:
        async with opened(database.app_url) as db, opened(database.admin_url) as admin:
            tenants = [await make_msp(db, name=name) for name in ("Northwind IT", "Elsewhere IT")]
            async with admin.engine.begin() as connection:
                for tenant in tenants:
                    await connection.execute(text(FILLED), {"tenant": tenant.id, "many": MANY})
            async with admin.engine.connect() as connection:
                connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("VACUUM ANALYZE"))
            yield tenants[0], database.admin_url


FILLED = """
INSERT INTO product (id, tenant_id, number, part_number, part_key, title, type, price)
  SELECT gen_random_uuid(), :tenant, 'P-' || n, 'MD-' || n, 'md-' || n, 'Product ' || md5(n::text), 'PHYSICAL', 1
  FROM generate_series(1, :many) n
"""


@asynccontextmanager
async def explained(msp: Msp, url: str) -> AsyncIterator[tuple[psycopg.AsyncConnection, list[str]]]:
    """A connection, and the plans of whatever its functions do."""
    plans: list[str] = []
    async with await psycopg.AsyncConnection.connect(libpq_url(url)) as connection:
        await connection.execute("LOAD 'auto_explain'")
        for setting in ("log_min_duration = 0", "log_nested_statements = on", "log_analyze = on"):
            await connection.execute(f"SET auto_explain.{setting}".encode())
        await connection.execute("SET client_min_messages = log")
        await connection.execute("SELECT set_config('app.tenant', %s, true)", [str(msp.id)])
        connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        yield connection, plans


def scans(plans: list[str]) -> Iterator[tuple[str, int]]:
    """Each scan of a table or an index that ran: which, and how many rows came of it."""
    for plan in plans:
        for what, rows in re.findall(r"((?:\w+ )?\w+ Scan(?: using \w+)? on \w+).*?actual [^)]*rows=([\d.]+)", plan):
            yield what, int(float(rows))


@pytest.mark.parametrize(
    ("words", "hits", "index"),
    [
        ("md-4711", 1, "ix_product_part_key"),
        ("p-4711", 1, "ix_product_number"),
        ("md-47", 127, "ix_product_part_key"),
        ("c4ca4238a0b923820dcc509a6f75849b", 1, "ix_product_words"),
        ("product c4ca4238", 1, "ix_product_words"),
        ("prodcut c4ca4238a0b", 1, "ix_product_words"),
        ("nothing at all", 0, "ix_product_words"),
        ("product", 1_000, "ix_product_words"),
    ],
)
async def test_a_search_goes_by_its_index_and_reads_nothing_of_another_tenant(crowded, words, hits, index):
    msp, url = crowded
    async with explained(msp, url) as (connection, plans):
        cursor = await connection.execute("SELECT search_products(%s)", [words])
        assert len(await cursor.fetchall()) == hits
    ran = list(scans(plans))
    assert any(index in what for what, _ in ran), ran
    assert not [what for what, _ in ran if what.startswith("Seq Scan")], ran
    # What a bitmap of the index has is looked at in the table only as far as it is needed.
    assert max(rows for what, rows in ran if "Bitmap Index" not in what) <= 1_000, ran
    assert max(rows for _, rows in ran) <= MANY
