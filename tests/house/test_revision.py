"""The generator of migrations drafts what was changed in the models, fences what is new, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from domain.tables import metadata
from runtime.settings import libpq_url, sqlalchemy_url
from tests.conftest import FreshDatabase
from tests.house import catalog, migrations
from tests.house.database import read
from tests.house.draft import Draft, draft, text_of


@pytest.fixture
def connection(database: FreshDatabase) -> Iterator[sa.Connection]:
    engine = sa.create_engine(sqlalchemy_url(database.owner_url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def models() -> sa.MetaData:
    """A copy, to change as one likes."""
    copy = sa.MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(copy)
    return copy


def applied(connection: sa.Connection, *bodies: str) -> None:
    """Run the drafts as alembic would."""
    connection.commit()
    for number, body in enumerate(bodies, start=9):
        if body:
            names: dict[str, object] = {}
            exec(text_of("brands", number, body), names)
            context = MigrationContext.configure(connection)
            with context.begin_transaction(), Operations.context(context):
                names["upgrade"]()  # type: ignore[operator]


def test_nothing_changed_nothing_drafted(connection: sa.Connection, models: sa.MetaData):
    for wanted in (metadata, models):
        assert draft(connection, wanted) == Draft("", "", [])


def test_a_new_column_and_no_more(connection: sa.Connection, models: sa.MetaData):
    models.tables["quote"].append_column(sa.Column("purchase_order_number", sa.Text))
    drafted = draft(connection, models)
    assert drafted.tables == "op.add_column('quote', sa.Column('purchase_order_number', sa.Text(), nullable=True))"
    assert not drafted.rows
    applied(connection, drafted.tables)
    assert migrations.differences(connection, models) == []


def test_a_new_table_comes_with_its_fence(connection: sa.Connection, models: sa.MetaData, database: FreshDatabase):
    shelf = sa.Table(
        "shelf",
        models,
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("tenant.id"), nullable=False),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.CheckConstraint("name <> ''", name="name"),
    )
    sa.Index("ix_shelf_lower", shelf.c.tenant_id, sa.func.lower(shelf.c.name))
    drafted = draft(connection, models)
    assert not drafted.rows, "nobody uses the table yet, so nothing has to wait"
    assert any("tests/house/catalog.py" in line for line in drafted.by_hand)
    applied(connection, drafted.tables)
    assert migrations.differences(connection, models) == []
    connection.commit()
    with psycopg.connect(libpq_url(database.admin_url)) as admin:
        complaints = catalog.complaints(read(admin))
    assert [complaint.partition(",")[0].partition(" and ")[0] for complaint in complaints] == [
        "shelf: list it in SYNCED",
        "shelf: give it the trigger audited (migrations/fencing.py: audit)",
    ]


def test_a_live_table_is_not_locked(connection: sa.Connection, models: sa.MetaData):
    error, quote = models.tables["sync_error"], models.tables["quote"]
    [kinds] = [one for one in error.constraints if str(one.name) == "ck_sync_error_kind"]
    error.constraints.remove(kinds)
    error.append_constraint(sa.CheckConstraint("kind IN ('REJECTED', 'LOCKED')", name="kind"))
    quote.append_column(sa.Column("organization2_id", sa.Uuid))
    quote.append_constraint(
        sa.ForeignKeyConstraint(["tenant_id", "organization2_id"], ["organization.tenant_id", "organization.id"])
    )
    sa.Index("ix_quote_title", quote.c.tenant_id, quote.c.title)
    drafted = draft(connection, models)
    assert drafted.tables.count("postgresql_not_valid=True") == 2
    assert drafted.rows.count("VALIDATE CONSTRAINT") == 2
    assert drafted.rows.count("postgresql_concurrently=True") == 2
    applied(connection, drafted.tables, drafted.rows, drafted.rows)  # what looks at rows can be repeated
    assert migrations.differences(connection, models) == []
