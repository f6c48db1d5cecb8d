"""Migrations make what the models say, one after the other, and lock nobody out while they run."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.script import Script

from runtime.settings import sqlalchemy_url
from tests.conftest import FreshDatabase
from tests.house import migrations

REVISIONS = migrations.revisions()


def test_one_revision_follows_the_other():
    assert len(migrations.heads()) == 1, f"{migrations.heads()}: let the newer one's down_revision name the older one"


def test_a_migrated_database_is_what_the_models_say(database: FreshDatabase):
    engine = sa.create_engine(sqlalchemy_url(database.owner_url))
    with engine.connect() as connection:
        found = migrations.differences(connection)
    engine.dispose()
    assert not found, "\n".join(["write a migration (or mend the model):", *found])


@pytest.mark.parametrize("script", REVISIONS, ids=[script.revision for script in REVISIONS])
def test_no_migration_locks_a_live_table(script: Script):
    found = migrations.locks(migrations.sql_of(script))
    assert not found, "\n".join([f"{script.path} (lines are those of its SQL):", *found])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE quote ADD COLUMN note text",
        "ALTER TABLE quote ALTER COLUMN title DROP NOT NULL",
        "ALTER TABLE quote ALTER COLUMN title TYPE varchar(9)",
        "ALTER TABLE quote ALTER COLUMN title SET DEFAULT 'x'",
        "CREATE INDEX extra ON quote (title)",
        "DROP INDEX ix_lane_next_at",
        "DROP INDEX ix_quote_search",
        "DROP INDEX ix_quote_search; CREATE INDEX ix_quote_search ON quote (tenant_id, lower(title))",
        "ALTER TABLE quote_line DROP CONSTRAINT fk_quote_line_tenant_id_quote_id",
        "ALTER TABLE sync_error DROP CONSTRAINT ck_sync_error_kind",
        "ALTER TABLE sync_error DROP CONSTRAINT ck_sync_error_kind,"
        " ADD CONSTRAINT ck_sync_error_kind CHECK (kind IN ('REJECTED'))",
    ],
)
def test_a_difference_is_noticed(database: FreshDatabase, statement: str):
    engine = sa.create_engine(sqlalchemy_url(database.owner_url))
    with engine.connect() as connection:
        before = migrations.differences(connection)
        connection.execute(sa.text(statement))
        now = migrations.differences(connection)
    engine.dispose()
    assert len(now) > len(before)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX ix_quote_title ON quote (title)", "require-concurrent-index-creation"),
        ("ALTER TABLE quote ADD CONSTRAINT c CHECK (number > 0)", "constraint-missing-not-valid"),
        ("ALTER TABLE quote ADD FOREIGN KEY (tenant_id) REFERENCES tenant", "adding-foreign-key-constraint"),
        ("ALTER TABLE quote ALTER COLUMN title TYPE varchar(9)", "changing-column-type"),
        ("ALTER TABLE quote ALTER COLUMN note SET NOT NULL", "adding-not-nullable-field"),
        ("ALTER TABLE quote ADD COLUMN at timestamptz NOT NULL", "adding-required-field"),
        ("ALTER TABLE quote RENAME COLUMN title TO name", "renaming-column"),
        ("BEGIN; CREATE INDEX CONCURRENTLY i ON quote (title); COMMIT", "ban-concurrent-index-creation-in-transaction"),
    ],
)
def test_a_lock_is_noticed(statement: str, rule: str):
    assert any(rule in line for line in migrations.locks(f"{statement};\n"))
