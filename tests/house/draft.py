"""What the next migration has to do: from what a migrated database is to what the models say. Writes nothing.

What looks at every row of a live table goes apart: it must be repeatable, and run when the other locks are gone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations import ops
from mako.template import Template  # type: ignore[import-untyped]

from domain.tables import metadata
from tests.house import catalog, migrations
from tests.house.source import ROOT

TEMPLATE = ROOT / "migrations" / "script.py.mako"
RIGHTS = "SELECT, INSERT, UPDATE"


@dataclass(frozen=True)
class Draft:
    """Bodies of `upgrade`: `tables` at once, `rows` for what looks at every row. Empty: there is nothing to do."""

    tables: str
    rows: str
    by_hand: list[str]


def draft(connection: sa.Connection, wanted: sa.MetaData = metadata) -> Draft:
    """What leads from the database to the models."""
    context = migrations.comparing(connection, wanted)
    changes = produce_migrations(context, wanted).upgrade_ops
    assert changes is not None
    flat = [*_flat(changes.ops), *_left_out(connection, wanted)]
    new = [change.table_name for change in flat if isinstance(change, ops.CreateTableOp)]
    tables: list[ops.MigrateOperation] = []
    rows: list[ops.MigrateOperation] = []
    for change in flat:
        if isinstance(change, ops.CreateIndexOp) and change.table_name not in new:
            change.kw["postgresql_concurrently"] = True
            # A build that broke off leaves an index that is good for nothing.
            rows += [_dropped(change), change]
        elif isinstance(change, ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp) and _table(change) not in new:
            change.kw["postgresql_not_valid"] = True
            tables.append(change)
            rows.append(ops.ExecuteSQLOp(f"ALTER TABLE {_table(change)} VALIDATE CONSTRAINT {change.constraint_name}"))
        else:
            tables.append(change)

    def code(body: list[ops.MigrateOperation]) -> str:
        text = render_python_code(ops.UpgradeOps(body), migration_context=context) if body else ""
        return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("# ###"))

    fenced = [name for name in new if "tenant_id" in wanted.tables[name].columns]
    first = "\n".join(["    " + code(tables).strip(), *map(_fence, fenced)]).strip()
    second = f"with op.get_context().autocommit_block():\n{textwrap.indent(code(rows), '    ')}" if rows else ""
    by_hand = [line for name in fenced for line in _to_decide(name)]
    by_hand += [
        f"{change.table_name}.{change.column.name}: what shall it hold in the rows that are there?"
        " Unless empty is right, fill them in a revision of its own"
        for change in tables
        if isinstance(change, ops.AddColumnOp)
    ]
    return Draft(first, second.rstrip(), by_hand)


def _flat(changes: Iterable[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    for change in changes:
        yield from _flat(change.ops) if isinstance(change, ops.ModifyTableOps) else [change]


def _left_out(connection: sa.Connection, wanted: sa.MetaData) -> Iterator[ops.MigrateOperation]:
    """What alembic doesn't compare: checks of tables that are there already, and indexes on expressions."""
    for difference in migrations.checks(connection, wanted):
        if difference.there is not None:
            yield ops.DropConstraintOp(sa.sql.elements.conv(difference.name), difference.table, type_="check")
        for constraint in wanted.tables[difference.table].constraints:
            if isinstance(constraint, sa.CheckConstraint) and str(constraint.name) == difference.name:
                yield ops.CreateCheckConstraintOp.from_constraint(constraint)
    changed = {difference.name for difference in migrations.expressions(connection, wanted)}
    there = set(sa.inspect(connection).get_table_names())
    for name, index in migrations.by_expression(wanted).items():
        if name in changed or (index.table is not None and index.table.name not in there):
            yield ops.CreateIndexOp.from_index(index)


def _dropped(change: ops.CreateIndexOp) -> ops.DropIndexOp:
    return ops.DropIndexOp(str(change.index_name), change.table_name, if_exists=True, postgresql_concurrently=True)


def _table(change: ops.CreateForeignKeyOp | ops.CreateCheckConstraintOp) -> str:
    return change.source_table if isinstance(change, ops.CreateForeignKeyOp) else change.table_name


def _fence(table: str) -> str:
    fact = f'("{table}", "id")' if table in catalog.SYNCED else "None"
    return f'    fence("{table}", "{RIGHTS}", fact={fact})'


def _to_decide(table: str) -> Iterator[str]:
    yield f"{table}: what may qw_app do with it? The draft says {RIGHTS}"
    if table not in catalog.SYNCED | catalog.WITHOUT_FACTS:
        yield (
            f"{table}: list it in tests/house/catalog.py. In SYNCED, if a change needs a fact; then say whose:"
            f' fact=("{table}", "id"), or that of its root, fact=("quote", "quote_id"). Else in WITHOUT_FACTS'
        )


def text_of(title: str, number: int, body: str) -> str:
    """A whole revision, in the style of the house but for ruff."""
    lines = [
        *(["from sqlalchemy.dialects import postgresql"] if "postgresql." in body else []),
        *(["", "from migrations.fencing import fence"] if "fence(" in body else []),
    ]
    return str(
        Template(filename=str(TEMPLATE)).render(
            message=f"{title[:1].upper()}{title[1:].rstrip('.')}.",
            up_revision=f"{number:04d}",
            down_revision=f"{number - 1:04d}",
            imports="\n".join(lines),
            upgrades=body,
        )
    )
