"""The database that the migrations build: fenced by tenant in every table, and nothing open that isn't listed.

A dropped policy is reported, whichever it is; and no row is seen by another tenant, even through raw SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from domain.tables import metadata
from runtime import database as databases
from runtime.embedded import EmbeddedPostgres
from runtime.settings import libpq_url
from tests.conftest import TEMPLATE
from tests.house import catalog
from tests.house.database import read

# The tables are those of the models (that the migrations make the same ones is a test of its own).
TABLES = {name: catalog.WITHOUT_TENANT_ID.get(name) or "tenant_id" for name in sorted(metadata.tables)}
POLICIES = sorted(catalog.expected_policies(TABLES))


@pytest.fixture(scope="module")
def copy(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = "house_rules"
    databases.drop(postgres.url, name)
    databases.create_from_template(postgres.url, TEMPLATE, name)
    yield postgres.url_for("postgres", name)
    databases.drop(postgres.url, name)


@pytest.fixture
def connection(copy: str) -> Iterator[psycopg.Connection]:
    """As superuser, in a transaction that is undone: a test may break what it likes."""
    with psycopg.connect(libpq_url(copy), autocommit=True) as connection, connection.transaction(force_rollback=True):
        yield connection


def test_the_migrated_database_keeps_every_rule(connection: psycopg.Connection) -> None:
    assert not (found := catalog.complaints(read(connection))), "\n".join(found)


@pytest.mark.parametrize(("table", "policy"), POLICIES)
def test_a_dropped_policy_is_reported(connection: psycopg.Connection, table: str, policy: str) -> None:
    before = catalog.complaints(read(connection))
    connection.execute(sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy), sql.Identifier(table)))
    [complaint] = [line for line in catalog.complaints(read(connection)) if line not in before]
    assert complaint.startswith(f"{table}: the policy {policy} ")


BREAKING: list[tuple[LiteralString, str]] = [
    ("ALTER TABLE quote DISABLE ROW LEVEL SECURITY", "quote: ENABLE"),
    ("ALTER TABLE quote NO FORCE ROW LEVEL SECURITY", "quote: FORCE"),
    ("ALTER TABLE quote OWNER TO qw_app", "quote belongs to qw_app"),
    ("ALTER POLICY own_tenant ON quote USING (true)", "quote: the policy own_tenant is"),
    ("ALTER POLICY own_tenant ON quote WITH CHECK (true)", "quote: the policy own_tenant is"),
    ("ALTER POLICY own_tenant ON quote TO PUBLIC", "quote: the policy own_tenant is"),
    ("CREATE POLICY more ON quote TO qw_app USING (true)", "quote: the policy more opens"),
    ("CREATE POLICY every_tenant ON quote TO qw_system USING (true)", "quote: the policy every_tenant opens"),
    ("CREATE TABLE loose (id uuid PRIMARY KEY)", "loose has no tenant_id"),
    ("ALTER TABLE sync_error DROP CONSTRAINT uq_sync_error_tenant_id_id", "sync_error: UNIQUE (tenant_id, id)"),
    ("ALTER TABLE quote ADD UNIQUE (number)", "quote: quote_number_key is unique across tenants"),
    ("CREATE UNIQUE INDEX one ON quote (lower(title)) WHERE id IS NULL", "quote: one is unique across tenants"),
    ("ALTER TABLE quote_line ADD FOREIGN KEY (quote_id) REFERENCES quote", "quote_line: quote_line_quote_id_fkey can"),
    ("GRANT SELECT ON quote TO qw_system", "quote: qw_system has SELECT"),
    ("GRANT UPDATE (hash) ON credential TO qw_system", "credential: qw_system has UPDATE (hash)"),
    ("REVOKE DELETE ON outbox FROM qw_system", "outbox: qw_system lacks DELETE"),
    ("GRANT SELECT ON quote TO PUBLIC", "quote: everybody has SELECT"),
    ("GRANT UPDATE ON alembic_version TO qw_app", "alembic_version: qw_app has UPDATE"),
    ("GRANT TRUNCATE ON quote TO qw_app", "quote: qw_app has TRUNCATE"),
    ("GRANT SELECT (currency) ON quote TO qw_search", "quote: qw_search has SELECT (currency)"),
    ("GRANT EXECUTE ON FUNCTION search_contacts TO PUBLIC", "search_contacts(): REVOKE ALL FROM PUBLIC"),
    ("ALTER FUNCTION search_contacts OWNER TO qw_owner", "search_contacts() runs with the rights of qw_owner"),
    ("ALTER FUNCTION search_contacts RESET ALL", "search_contacts(): SET search_path"),
    ("DROP FUNCTION search_sales_orders", "search_sales_orders() is listed"),
    ("ALTER FUNCTION fact_required SECURITY DEFINER", "fact_required() runs with the rights of"),
    ("DROP TRIGGER fact_required ON quote_line", "quote_line: the deferred constraint trigger"),
    ("ALTER TABLE contact DISABLE TRIGGER fact_required", "contact: the deferred constraint trigger"),
    ("DROP TRIGGER audited ON quote", "quote: give it the trigger audited"),
    ("ALTER TABLE contact DISABLE TRIGGER audited", "contact: give it the trigger audited"),
    ("GRANT UPDATE ON audit_entry TO qw_app", "audit_entry: qw_app has UPDATE"),
    ("ALTER ROLE qw_app BYPASSRLS", "the role qw_app is"),
    ("ALTER ROLE qw_app INHERIT", "the role qw_app is"),
    ("ALTER ROLE qw_owner CREATEROLE", "the role qw_owner is"),
    ("ALTER ROLE qw_system LOGIN", "the role qw_system is"),
]


@pytest.mark.parametrize(("breaking", "complaint"), BREAKING, ids=[statement[:40] for statement, _ in BREAKING])
def test_what_breaks_a_rule_is_reported(
    connection: psycopg.Connection, breaking: LiteralString, complaint: str
) -> None:
    before = catalog.complaints(read(connection))
    connection.execute(breaking)
    new = [line for line in catalog.complaints(read(connection)) if line not in before]
    assert any(line.startswith(complaint) for line in new), new


@pytest.mark.parametrize("table", TABLES)
def test_another_tenants_row_is_out_of_reach_even_for_raw_sql(connection: psycopg.Connection, table: str) -> None:
    ours, theirs = uuid4(), uuid4()
    insert_row(connection, table, theirs)
    name = sql.Identifier(table)

    def rows(tenant: UUID | None) -> tuple[int, ...] | None:
        connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant or "")])
        return connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()

    connection.execute("SET LOCAL ROLE qw_app")
    assert rows(theirs) == (1,), "its own tenant sees it"
    assert rows(ours) == rows(None) == (0,), "no other tenant does, and nobody without one"
    for statement in ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"):
        with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
            done = connection.execute(sql.SQL(statement).format(table=name, column=sql.Identifier(TABLES[table])))
            assert done.rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        insert_row(connection, table, theirs)


def insert_row(connection: psycopg.Connection, table: str, tenant: UUID) -> None:
    """Some row of that tenant. For the superuser neither foreign keys nor triggers nor checks stand in the way."""
    [superuser] = connection.execute("SELECT current_user = session_user").fetchone() or [None]
    if superuser:
        connection.execute("SET LOCAL session_replication_role = replica")
        for (check,) in connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table]
        ).fetchall():
            connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(check))
            )
    columns = connection.execute(
        "SELECT attname, CASE WHEN typcategory = 'A' THEN '{}' WHEN typname = 'uuid' THEN gen_random_uuid()::text"
        " WHEN typname = 'jsonb' THEN '{}' WHEN typcategory = 'N' THEN '1' WHEN typcategory = 'D' THEN 'today'"
        " WHEN typcategory = 'B' THEN 'true' ELSE 'x' END"
        " FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = %s::regclass AND attnum > 0"
        " AND attnotnull AND NOT atthasdef AND attidentity = '' AND NOT attisdropped",
        [table],
    ).fetchall()
    values = dict(columns) | {TABLES[table]: str(tenant)}
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Literal, values.values())),
        )
    )
