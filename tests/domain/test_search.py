"""Searches: what they find and in which order, whose records, and that they go by their index."""

import re

import pytest
from sqlalchemy import text

from domain.organizations import service as organizations
from domain.quotes import service as quotes
from tests.rig import make_msp, opened

FUNCTIONS = {
    "search_organizations": "organization",
    "search_contacts": "contact",
    "search_products": "product",
    "search_purchase_orders": "purchase_order",
    "search_quotes": "quote",
    "search_sales_orders": "sales_order",
}
MANY = 20_000


@pytest.fixture
async def db(database):
    async with opened(database.app_url) as db:
        yield db


@pytest.fixture
async def msp(db):
    return await make_msp(db)


async def found(msp, words: str) -> list[str]:
    async with msp.transaction() as ctx:
        rows = await ctx.session.execute(
            text(
                "SELECT name FROM search_organizations(:words) WITH ORDINALITY AS hit(id, place)"
                " JOIN organization USING (id) ORDER BY place"
            ),
            {"words": words},
        )
        return list(rows.scalars())


async def enter(msp, *names: str, **more: str) -> None:
    async with msp.transaction() as ctx:
        for name in names:
            await organizations.create(ctx, {"name": name, **more})


async def test_the_best_comes_first(msp):
    await enter(msp, "Old Acme", "Acme Dental", "The Acmé Club", "Akme Corp", "Zebra")
    await enter(msp, "Numbered", account_number="acme")
    assert (await found(msp, "acme"))[:3] == ["Numbered", "Acme Dental", "Old Acme"]
    assert await found(msp, "ACME DENTAL") == ["Acme Dental"]
    assert (await found(msp, "dental acme"))[0] == "Acme Dental"  # in any order
    assert (await found(msp, "acme dentl"))[0] == "Acme Dental"  # nearly
    assert await found(msp, "z") == ["Zebra"]
    assert await found(msp, "nowhere") == []


async def test_signs_of_patterns_are_letters_like_others(msp):
    await enter(msp, "100 % Pure", "100 Pure", "a_b", "acb", "back\\slash")
    assert (await found(msp, "100 %"))[0] == "100 % Pure"
    assert await found(msp, "a_b") == ["a_b"]
    assert await found(msp, "k\\s") == ["back\\slash"]
    assert await found(msp, "%") == ["100 % Pure"]


async def test_nothing_of_another_tenant_is_found(db, msp):
    other = await make_msp(db, name="Elsewhere IT")
    await enter(other, "Acme Dental")
    assert await found(msp, "acme") == []
    async with db.engine.connect() as nobody:
        for function in FUNCTIONS:
            flags = ", true" if function == "search_quotes" else ""
            assert (await nobody.execute(text(f"SELECT {function}('acme'{flags})"))).all() == []


async def test_a_quote_is_found_by_its_organization_only_when_that_may_be_known(msp):
    async with msp.transaction() as ctx:
        acme = await organizations.create(ctx, {"name": "Acme Dental"})
        await quotes.create(ctx, acme.id, {"title": "New network"})
        for flag, number in (("true", 1), ("false", 0)):
            ids = await ctx.session.execute(text(f"SELECT search_quotes('acme', {flag})"))
            assert len(ids.all()) == number


async def test_the_functions_are_these_and_belong_to_a_role_that_can_do_nothing_else(db):
    async with db.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT proname, rolname, array_to_string(proconfig, ' '), has_function_privilege('public', p.oid,"
                " 'EXECUTE') FROM pg_proc p JOIN pg_roles r ON r.oid = proowner WHERE prosecdef"
                " AND pronamespace = 'public'::regnamespace"
            )
        )
        definers = {name: rest for name, *rest in rows}
        assert set(definers) == set(FUNCTIONS)
        for owner, settings, public in definers.values():
            assert (owner, public) == ("qw_search", False)
            assert "search_path=pg_catalog, public, pg_temp" in settings
        rights = await connection.execute(
            text(
                "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'qw_search'"
                " UNION SELECT 'may create' WHERE has_schema_privilege('qw_search', 'public', 'CREATE')"
            )
        )
        assert rights.all() == []  # single columns only
        columns = await connection.execute(
            text(
                "SELECT DISTINCT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                " WHERE has_column_privilege('qw_search', c.oid, a.attnum, 'SELECT') AND c.relkind = 'r'"
                " AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped"
            )
        )
        # Products are found by their brands and by suppliers' numbers too.
        assert set(columns.scalars()) == {*FUNCTIONS.values(), "brand", "supplier_offer"}


@pytest.fixture
async def crowded(msp, database):
    """A tenant of 20,000 organizations."""
    async with opened(database.admin_url) as admin, admin.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO organization (id, tenant_id, name, name_folded) SELECT gen_random_uuid(), :tenant,"
                " 'Customer ' || md5(n::text), n::text FROM generate_series(1, :many) n"
            ),
            {"tenant": msp.id, "many": MANY},
        )
    async with opened(database.admin_url) as admin, admin.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    return msp


def ways(source: str) -> list[str]:
    """The parts of a function's body, as statements of their own: the function itself says nothing of its plans."""
    return re.findall(r"\((SELECT id, .*?LIMIT 1000)\)", source, re.DOTALL)


@pytest.mark.parametrize(("words", "indexed"), [("c4ca4238", True), ("c4ca4238a0b92", True), ("customer", False)])
async def test_a_search_goes_by_its_index(crowded, database, words, indexed):
    async with opened(database.admin_url) as admin, admin.engine.connect() as connection:
        source = text("SELECT prosrc FROM pg_proc WHERE proname = 'search_organizations'")
        body = (await connection.execute(source)).scalar_one()
        await connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": str(crowded.id)})
        await connection.execute(text("SET LOCAL ROLE qw_search"))
        plans = []
        for way in ways(body):
            statement = way.replace("own", f"'{crowded.id}'::uuid")
            statement = statement.replace("part", f"'{words}'").replace("query", f"'{words}'")
            lines = await connection.exec_driver_sql("EXPLAIN (ANALYZE, COSTS OFF) " + statement.replace("%", "%%"))
            plans.append("\n".join(lines.scalars()))
    assert len(plans) == 4
    for plan in plans:
        if indexed:
            assert "ix_organization_search" in plan
        reads = [int(float(rows)) for rows in re.findall(r"Scan.*rows=([\d.]+)", plan)]
        assert max(reads) <= MANY


async def test_what_everybody_has_is_found_too_and_no_more_than_a_thousand(crowded):
    hits = await found(crowded, "customer")
    assert len(hits) == len(set(hits)) == 1_000
    assert len(await found(crowded, "c4ca4238a0b923820dcc509a6f75849b")) == 1
