"""What a statement's plan may be, and how plans come to be known. Pure but for `noted`; asks nothing itself.

The plans are those of the statements as the application sent them, reported by the database (auto_explain) on the
application's own connections: parameters, role and row-level security are the real ones, and what a function does
inside is told too.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import event

from domain.db import Database
from runtime import database as databases
from runtime.settings import libpq_url
from tests.conftest import FreshDatabase

Plan = dict[str, Any]

BIG = 1_000
"""Rows. A smaller table may be read from end to end; to sort, or to throw away, so many is nothing to wait for."""

_SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",  # to whoever asks; the server's log needn't have it
}


def noted(database: Database, fresh: FreshDatabase) -> list[Plan]:
    """The plans of all that the application asks from now on. Before its first connection, please."""
    with psycopg.connect(libpq_url(fresh.admin_url), autocommit=True) as connection:
        setting = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}")
        for name, value in _SETTINGS.items():
            names = (sql.Identifier(databases.APP), sql.Identifier(fresh.name), sql.SQL(name), sql.Literal(value))
            connection.execute(setting.format(*names))
    plans: list[Plan] = []

    def listen(connection: Any, _record: Any) -> None:
        connection.driver_connection.add_notice_handler(note)

    def note(notice: psycopg.errors.Diagnostic) -> None:
        text = notice.message_primary or ""
        if text.startswith("duration: "):
            plans.append(json.loads(text.partition("plan:\n")[2])["Plan"])

    event.listen(database.engine.sync_engine, "connect", listen)
    return plans


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def complaints(plan: Plan, big: set[str], most: float = BIG) -> Iterator[str]:
    """What is wrong with a page's plan, `big` being the tables with more than BIG rows.

    None of these is read from end to end. Their indexes are entered at the tenant, or at one row. No scan
    looks at more than `most` rows, those included that a filter throws away again, and nothing sorts more.
    """
    for node in nodes(plan):
        kind, table = node["Node Type"], node.get("Relation Name")
        if kind == "Sort" and _read(node["Plans"][0]) > most:
            yield f"sorts {_read(node['Plans'][0])} rows by {', '.join(node['Sort Key'])}"
        if kind == "Bitmap Index Scan" and not _enters(node):
            yield f"walks the whole of {node['Index Name']}"
        if table not in big:
            continue
        if kind == "Seq Scan":
            yield f"reads {table} from end to end"
        elif kind.startswith("Index") and not _enters(node):
            yield f"walks the whole of {node['Index Name']}"
        elif _read(node) > most:
            yield f"looks at {_read(node)} rows of {table} by {node.get('Index Name', 'a bitmap')}"


def _enters(node: Plan) -> bool:
    """Every index begins with the tenant, but for primary keys and what is found by its own hash."""
    condition = node.get("Index Cond", "")
    return any(f"({name} " in condition for name in ("tenant_id", "id", "hash"))


def _read(node: Plan) -> int:
    thrown = sum(node.get(f"Rows Removed by {by}", 0) for by in ("Filter", "Index Recheck"))
    return round((node["Actual Rows"] + thrown) * node["Actual Loops"])
