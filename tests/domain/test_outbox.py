"""Facts and work: written with the change, by a counter that loses no late commit; and the fence between tenants."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain import outbox
from domain.db import Database, TenantMixup, UnsafeRoleError
from domain.organizations import service as organizations
from domain.organizations.models import Organization
from domain.secrets import Keyring
from tests.rig import KEYS, make_msp, opened

LANE = text(
    "INSERT INTO lane (id, tenant_id, provider, subjects)"
    " VALUES (gen_random_uuid(), :t, 'CONNECTWISE', '{organization}')"
)
TASK = text("SELECT wanted, done, look, due_at IS NOT NULL AS due FROM sync_task")


@pytest.fixture
async def db(database):
    async with opened(database.app_url) as db:
        yield db


@pytest.fixture
async def msp(db):
    msp = await make_msp(db)
    async with msp.transaction() as ctx:
        await ctx.session.execute(LANE, {"t": msp.id})
    return msp


async def test_each_change_raises_what_is_wanted_and_rings_once(database):
    rung = []
    async with opened(database.app_url, bell=lambda *who: rung.append(who)) as db:
        msp = await make_msp(db)
        async with msp.transaction() as ctx:
            await ctx.session.execute(LANE, {"t": msp.id})
        async with msp.transaction() as ctx:
            made = await organizations.create(ctx, {"name": "Acme"})
        async with msp.transaction() as ctx:
            await organizations.update(ctx, made.id, {"phone": "1"})
        async with msp.transaction() as ctx:
            assert tuple((await ctx.session.execute(TASK)).one()) == (2, 0, 0, True)
            awake = await ctx.session.scalar(text("SELECT next_at <= now() FROM lane"))
    assert rung == [(msp.id, "CONNECTWISE")] * 2
    assert awake


async def test_a_rolled_back_change_leaves_neither_fact_nor_work(msp):
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with msp.transaction() as ctx:
            await organizations.create(ctx, {"name": "Acme"})
            raise RuntimeError
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(text("SELECT count(*) FROM outbox WHERE name LIKE 'Org%'")) == 0
        assert await ctx.session.scalar(text("SELECT count(*) FROM sync_task")) == 0


async def test_a_change_that_came_from_a_provider_is_not_sent_back(msp):
    async with msp.transaction(origin="CONNECTWISE") as ctx:
        await organizations.create(ctx, {"name": "Acme"})
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(text("SELECT origin FROM outbox WHERE name LIKE 'Org%'")) == "CONNECTWISE"
        assert await ctx.session.scalar(text("SELECT count(*) FROM sync_task")) == 0


async def test_a_look_is_asked_for_until_a_run_that_saw_it_is_done(msp):
    async with msp.transaction() as ctx:
        made = await organizations.create(ctx, {"name": "Acme"})
    async with msp.transaction() as ctx:
        root = [f"organization:{made.id}"]
        await outbox.raise_work(ctx.session, msp.id, root, provider="CONNECTWISE", look=True)
    async with msp.transaction() as ctx:
        wanted, _, look, _ = (await ctx.session.execute(TASK)).one()
        assert (wanted, look) == (2, 2)


async def test_raw_sql_of_another_tenant_sees_and_changes_nothing(db, msp):
    async with msp.transaction() as ctx:
        await organizations.create(ctx, {"name": "Acme"})
    other = await make_msp(db, "Harbour")
    async with other.transaction() as ctx:
        for table, own in (("organization", 0), ("outbox", 1), ("sync_task", 0), ("lane", 0)):  # of its own token
            assert await ctx.session.scalar(text(f"SELECT count(*) FROM {table}")) == own
        assert (await ctx.session.execute(text("UPDATE organization SET name = 'x'"))).rowcount == 0
        assert await ctx.session.scalar(text("SELECT count(*) FROM tenant")) == 1


async def test_a_row_can_not_be_written_into_another_tenant(db, msp):
    other = await make_msp(db, "Harbour")
    with pytest.raises(TenantMixup):
        async with msp.transaction() as ctx:
            ctx.session.add(Organization(tenant_id=other.id, name="x", name_folded="x"))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with msp.transaction() as ctx:
            await ctx.session.execute(LANE, {"t": other.id})


async def test_the_system_role_reaches_work_and_nothing_else(db, msp):
    async with db.system() as session:
        assert await session.scalar(text("SELECT count(*) FROM lane")) == 1
    with pytest.raises(DBAPIError, match="permission denied"):
        async with db.system() as session:
            await session.execute(text("SELECT * FROM organization"))


async def test_facts_can_not_be_rewritten(msp):
    with pytest.raises(DBAPIError, match="permission denied"):
        async with msp.transaction() as ctx:
            await ctx.session.execute(text("DELETE FROM outbox"))


async def test_a_role_that_could_see_every_tenant_is_refused(database, db):
    await db.check_role()
    unsafe = Database(database.admin_url, Keyring.parse(KEYS))
    with pytest.raises(UnsafeRoleError, match="superuser"):
        await unsafe.check_role()
    await unsafe.dispose()


async def test_every_table_of_a_tenant_is_fenced(db, msp):
    async with msp.transaction() as ctx:
        open_tables = (
            await ctx.session.scalars(
                text(
                    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                    " WHERE a.attname = 'tenant_id' AND c.relkind = 'r' "
                    " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
                )
            )
        ).all()
    assert open_tables == []
