"""Another tenant in the same database, with a row of every table and a canary in every text: whatever an answer shows
of it is found. Its rows are written as superuser, so that a new table and a new column are in it by themselves.
"""

import base64
import re
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, DateTime, LargeBinary, Numeric, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Integer

from domain.tables import metadata
from runtime.settings import libpq_url
from tests.house import catalog

SONG = "zq-canary-song"
TENANT = UUID("ca11ab1e-0000-4000-8000-000000000000")
# How the first part of its ids reads in a global id, which is base64 of `Type:uuid`, wherever it begins there.
_MARK = "ca11ab1e-"
_SPELLINGS = [
    base64.b64encode(b"." * before + _MARK.encode() + b"...").decode()[first:last]
    for before, first, last in ((0, 0, 12), (1, 2, 13), (2, 3, 14))  # the characters that the mark alone decides
]


def row_id(table: str) -> UUID:
    """The id of its only row of that table."""
    return UUID(_MARK + str(uuid5(TENANT, table))[len(_MARK) :])


def heard(text: str) -> str | None:
    """What of the canary is in this text."""
    if SONG in text:
        return SONG
    if _MARK in text:
        return "an id"
    return next((f"a global id ({spelling})" for spelling in _SPELLINGS if spelling in text), None)


def release(url: str) -> None:
    """Write its rows. `url` is the superuser's."""
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
        for table in metadata.tables.values():
            if table.name not in catalog.WITHOUT_TENANT_ID or table.name == "tenant":
                _insert(connection, table)


def _insert(connection: psycopg.Connection, table: Table) -> None:
    values = {column.name: _value(table, column) for column in table.columns if column.identity is None}
    own = catalog.WITHOUT_TENANT_ID.get(table.name) or "tenant_id"
    values[own] = TENANT
    if table.name == "outbox":
        del values["txid"]
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table.name),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        list(values.values()),
    )


def _value(table: Table, column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Uuid):
        return row_id(table.name) if column.name == "id" else row_id(_target(table, column.name))
    if isinstance(kind, ARRAY):
        return [SONG]
    if isinstance(kind, JSONB):
        return Jsonb({SONG: [SONG, SONG]})
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Numeric | Integer):
        return 1
    if isinstance(kind, DateTime | Date):
        return "now"
    if isinstance(kind, LargeBinary):
        return SONG.encode()
    if isinstance(kind, Text):
        return _allowed(table, column.name) or _form(column.name)
    return SONG


def _target(table: Table, column: str) -> str:
    """The table that a column points at."""
    for constraint in table.foreign_key_constraints:
        if column in constraint.column_keys:
            return constraint.referred_table.name
    return table.name


def _allowed(table: Table, column: str) -> str | None:
    """The first of the values that a CHECK allows."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.match(rf"{column} IN \('([^']+)'", str(constraint.sqltext))
            if found:
                return found[1]
    return None


def _form(column: str) -> str:
    """A song in the form that whoever reads such a column expects."""
    if column in ("subject", "root"):
        return f"quote:{row_id('quote')}"
    return {"currency": "USD", "time_zone": "UTC", "locale": "en-US"}.get(column, SONG)
