"""Very many rows at once: COPY into temporary tables, since row-level security refuses COPY, then INSERT … SELECT.

It writes down no audit trail: a load has no actor of ours (see `audited` in the migrations).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import psycopg
from psycopg import sql


class Stage:
    """One transaction of one tenant, on a connection as qw_app."""

    def __init__(self, connection: psycopg.Connection, tenant: UUID) -> None:
        self._connection = connection
        self._connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant)])

    def put(self, table: str, columns: Sequence[str], rows: Iterable[str]) -> int:
        """Rows in COPY's text form: values between tabs, `\\N` for none. Returns how many there were."""
        stage, names = sql.Identifier(f"stage_{table}"), sql.SQL(", ").join(map(sql.Identifier, columns))
        like = sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
        self._connection.execute(like.format(stage, names, sql.Identifier(table)))
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(stage, names)) as copy,
        ):
            for chunk in _chunks(rows):
                copy.write(chunk)
        into = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}")
        return self._connection.execute(into.format(sql.Identifier(table), names, names, stage)).rowcount

    def say(self, event: str, kind: str, table: str) -> None:
        """A fact of each row that was put into `table`, as its service would have emitted it. It raises no work."""
        fact = sql.SQL(
            "INSERT INTO outbox (tenant_id, name, subject, payload, actor)"
            " SELECT tenant_id, {event}, {kind} || ':' || id, jsonb_build_object({key}, id), 'demo' FROM {stage}"
        )
        names = {"event": sql.Literal(event), "kind": sql.Literal(kind), "key": sql.Literal(f"{kind}_id")}
        self._connection.execute(fact.format(**names, stage=sql.Identifier(f"stage_{table}")))


def _chunks(rows: Iterable[str], size: int = 2_000) -> Iterable[str]:
    chunk: list[str] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield "\n".join(chunk) + "\n"
            chunk = []
    if chunk:
        yield "\n".join(chunk) + "\n"
