"""A tenant with so much of everything that plans mean something, beside others: what lists are tried on.

Quotes, orders and products are those of the large demo. Of whatever else is listed, and of all that the others have,
there are thousands of rows, written by the columns of the table, so that a new list has rows by itself. They belong
together only as far as plans need it.
"""

import re
from collections.abc import Iterable
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, DateTime, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Integer, Numeric

from runtime.demo import large
from runtime.settings import libpq_url
from tests.conftest import FreshDatabase

SIZE = large.Size(organizations=2_000, products=2_000, quotes=12_000, lines_a_quote=3)
MANY = 3_000
_REFERRED = 997  # how many rows of a table the others refer to; prime, so that it goes evenly with no other choice
_REPEATED = 50  # of a text that says something about a row, and needn't be its own


def fill(database: FreshDatabase, tenant: UUID, others: Iterable[UUID], tables: Iterable[Table]) -> None:
    """`tables`: those of the lists."""
    large.fill(libpq_url(database.app_url), tenant, SIZE, 1, lambda *_: None)
    tables = sorted(tables, key=lambda table: table.name)
    with psycopg.connect(libpq_url(database.admin_url)) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
        for table in tables:
            for one in (tenant, *others):
                _complete(connection, table, one)
    with psycopg.connect(libpq_url(database.admin_url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _complete(connection: psycopg.Connection, table: Table, tenant: UUID) -> None:
    name = sql.Identifier(table.name)
    if _count(connection, table, tenant, None) < MANY // 3:
        columns = [column for column in table.columns if column.computed is None]
        insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1, {}) n ON CONFLICT DO NOTHING").format(
            name,
            sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
            sql.SQL(", ").join(_value(column, tenant) for column in columns),
            sql.Literal(MANY),
        )
        connection.execute(insert)
    empty = [column for column in table.columns if not _count(connection, table, tenant, column)]
    if empty:  # the demo says nothing of them: a condition on such a column would find no row, which no plan minds
        update = sql.SQL(
            "UPDATE {name} SET {values} FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM {name}"
            " WHERE tenant_id = {tenant}) AS own WHERE {name}.id = own.id"
        ).format(
            name=name,
            values=sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(column.name), _value(column, tenant)) for column in empty
            ),
            tenant=sql.Literal(tenant),
        )
        connection.execute(update)


def _count(connection: psycopg.Connection, table: Table, tenant: UUID, column: Column | None) -> int:
    """Of the tenant's rows; with a column, of those that have it."""
    of = sql.SQL("*") if column is None else sql.Identifier(column.name)
    counting = sql.SQL("SELECT count({}) FROM {} WHERE tenant_id = %s").format(of, sql.Identifier(table.name))
    [(count,)] = connection.execute(counting, [tenant]).fetchall()
    return count


def _value(column: Column, tenant: UUID) -> sql.Composable:
    """SQL for the value in row `n`. What may be empty is so in two rows of three."""
    own = sql.SQL(_sql(column, str(tenant)))
    return sql.SQL("CASE WHEN n % 3 = 0 THEN {} END").format(own) if column.nullable else own


def _sql(column: Column, tenant: str) -> str:
    kind, table = column.type, column.table.name
    if column.name == "tenant_id":
        return f"'{tenant}'::uuid"
    if isinstance(kind, Uuid):
        referred = next((key.column.table.name for key in column.foreign_keys), None)
        return f"md5('{tenant}{table}' || n)::uuid" if referred is None else _reference(tenant, referred)
    if isinstance(kind, Boolean):
        return "n % 10 = 0"
    if isinstance(kind, Integer | Numeric):
        return "n"
    if isinstance(kind, DateTime):
        return "now() - n * interval '1 minute'"
    if isinstance(kind, Date):
        return "current_date - (n % 365)::int"
    if isinstance(kind, JSONB | ARRAY):
        return "'{}'"
    if isinstance(kind, LargeBinary):
        return f"decode(md5('{tenant}' || n), 'hex')"
    assert isinstance(kind, Text), f"{table}.{column.name}: nobody thought of such a column here"
    if column.name in ("subject", "root"):
        return f"'quote:' || {_reference(tenant, 'quote')}"
    if allowed := _allowed(column):
        return f"(ARRAY[{allowed}])[1 + n % cardinality(ARRAY[{allowed}])]"
    return f"'{column.name} ' || n" if _is_own(column) else f"'{column.name} ' || n % {_REPEATED}"


def _reference(tenant: str, table: str) -> str:
    return f"md5('{tenant}{table}' || n % {_REFERRED})::uuid"


def _allowed(column: Column) -> str | None:
    """The values that a CHECK allows, as they stand there."""
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.match(rf"{column.name} IN \(([^)]+)\)", str(constraint.sqltext))
            if found:
                return found[1]
    return None


def _is_own(column: Column) -> bool:
    """Whether people tell rows apart by it."""
    of_one = ("name", "name_folded", "number", "email", "title", "request_id", "supplier_reference")
    return column.name in of_one or any(
        column.name in constraint.columns for constraint in column.table.constraints if hasattr(constraint, "columns")
    )
