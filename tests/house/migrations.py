"""What the migrations come to: the SQL of each revision, and where models and database differ. Applies nothing."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.schema import CreateIndex, DropIndex

from domain.outbox import Xid8
from domain.tables import metadata
from tests.house.source import ROOT

ischema_names["xid8"] = Xid8  # a type that SQLAlchemy can't tell by itself
SQUAWK = Path(sys.executable).parent / "squawk"


def _config(**kwargs: Any) -> Config:
    config = Config(**kwargs)
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config


def heads() -> list[str]:
    return list(ScriptDirectory.from_config(_config()).get_heads())


def revisions() -> list[Script]:
    return list(reversed(list(ScriptDirectory.from_config(_config()).walk_revisions())))


def sql_of(script: Script) -> str:
    """What `alembic upgrade --sql` says for this one revision."""
    output = io.StringIO()
    before = script.down_revision or "base"
    command.upgrade(_config(output_buffer=output), f"{before}:{script.revision}", sql=True)
    return output.getvalue()


def locks(sql: str) -> list[str]:
    """What squawk has against it; empty when nothing."""
    done = subprocess.run(
        [SQUAWK, "--reporter", "gcc", "--stdin-filepath", "migration.sql"],
        input=sql, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("migration.sql:")]


def differences(connection: sa.Connection, wanted: sa.MetaData = metadata) -> list[str]:
    """Tables, columns, types, defaults, keys and plain indexes by alembic; what it can't compare by ourselves."""
    return [
        *(str(difference) for difference in compare_metadata(comparing(connection, wanted), wanted)),
        *(str(difference) for difference in [*checks(connection, wanted), *expressions(connection, wanted)]),
    ]


def comparing(connection: sa.Connection, wanted: sa.MetaData) -> MigrationContext:
    """How alembic is to compare: without the indexes on expressions, of which it knows nothing."""
    expressions = by_expression(wanted)

    def is_plain(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return kind != "index" or name not in expressions

    opts = {
        "compare_type": True,
        "compare_server_default": True,
        "include_object": is_plain,
        "target_metadata": wanted,
    }
    return MigrationContext.configure(connection, opts=opts)


@dataclass(frozen=True)
class Difference:
    """A check or an index, as the model and as the database have it; None where it isn't."""

    kind: str
    table: str
    name: str
    here: object
    there: object

    def __str__(self) -> str:
        return f"{self.table}: the {self.kind} {self.name} is {self.here} in the model, {self.there} in the database"


def by_expression(wanted: sa.MetaData) -> dict[str, sa.Index]:
    return {
        str(index.name): index
        for table in wanted.tables.values()
        for index in table.indexes
        if not all(isinstance(part, sa.Column) for part in index.expressions)
    }


def expressions(connection: sa.Connection, wanted: sa.MetaData) -> Iterator[Difference]:
    """PostgreSQL writes an expression its own way: only two indexes that it made itself can be compared."""
    definition = sa.text("SELECT pg_get_indexdef(CAST(to_regclass(:name) AS oid))")
    for name, index in by_expression(wanted).items():
        table = index.table.name if index.table is not None else ""
        if not sa.inspect(connection).has_table(table):
            continue
        with connection.begin_nested() as undone:
            there = connection.scalar(definition, {"name": name})
            connection.execute(DropIndex(index, if_exists=True))
            connection.execute(CreateIndex(index))
            here = connection.scalar(definition, {"name": name})
            undone.rollback()
        if here != there:
            yield Difference("index", table, name, here, there)


def checks(connection: sa.Connection, wanted: sa.MetaData) -> Iterator[Difference]:
    inspector = sa.inspect(connection)
    for name, table in wanted.tables.items():
        if not inspector.has_table(name):
            continue
        there = {str(check["name"]): _texts(check["sqltext"]) for check in inspector.get_check_constraints(name)}
        here = {
            str(check.name): _texts(str(check.sqltext))
            for check in table.constraints
            if isinstance(check, sa.CheckConstraint)
        }
        for key in sorted(here.keys() | there.keys()):
            if here.get(key) != there.get(key):
                yield Difference("check", name, key, here.get(key), there.get(key))


def _texts(sql: str) -> frozenset[str]:
    """PostgreSQL writes expressions its own way; the texts in them it keeps."""
    return frozenset(re.findall(r"'([^']*)'", sql))
