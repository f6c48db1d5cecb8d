"""What was there before a migration means the same afterwards."""

from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config

from runtime import database as databases
from runtime import revisions
from runtime.addresses import connect

NAME = "older_data"
TENANT = "00000000-0000-7000-8000-000000000001"
QUOTE = "00000000-0000-7000-8000-000000000002"
ORGANIZATION = "00000000-0000-7000-8000-000000000003"
OLD = f"""
INSERT INTO tenant (id, name) VALUES ('{TENANT}', 'Northwind IT');
INSERT INTO lane (id, tenant_id, provider, subjects)
  VALUES (gen_random_uuid(), '{TENANT}', 'CONNECTWISE', '{{organization,quote}}');
INSERT INTO organization (id, tenant_id, name, name_folded) VALUES ('{ORGANIZATION}', '{TENANT}', 'Acme', 'acme');
INSERT INTO quote (id, tenant_id, organization_id, number, title, status, currency, subtotal, discount_total,
    tax_total, total, total_minor)
  VALUES ('{QUOTE}', '{TENANT}', '{ORGANIZATION}', 'Q-1001', 'x', 'DRAFT', 'USD', 20, 0, 0, 20, 2000);
INSERT INTO quote_line (id, tenant_id, quote_id, position, title, quantity, unit_price, tax_rate, optional, selected,
    net_total, tax_total, total)
  SELECT gen_random_uuid(), '{TENANT}', '{QUOTE}', n, 'line', 1, 10, 0, n > 1, n < 3, 10, 0, 10
  FROM generate_series(1, 3) n;
"""


@pytest.fixture
def migrated(postgres):
    """A database that was filled when its tables were those of revision 0001, and then migrated."""
    databases.init(postgres.url, NAME)
    config = Config()
    config.set_main_option("script_location", "migrations")
    config.attributes.update(url=postgres.url_for(databases.OWNER, NAME))
    command.upgrade(config, "0001")
    with connect(postgres.url_for("postgres", NAME)) as connection:
        connection.execute(OLD)
    revisions.migrate(postgres.url_for(databases.OWNER, NAME))
    with connect(postgres.url_for("postgres", NAME)) as connection:
        # Killed in the revision that is no transaction, and started again.
        connection.execute(
            "UPDATE alembic_version SET version_num = '0004'; CREATE POLICY migrating ON lane USING (true)"
        )
    revisions.migrate(postgres.url_for(databases.OWNER, NAME))
    with connect(postgres.url_for("postgres", NAME)) as connection:
        yield connection
    databases.drop(postgres.url, NAME)


def test_older_quotes_count_what_they_counted(migrated):
    lines = migrated.execute("SELECT optional, selected, counted, product_id FROM quote_line ORDER BY position")
    assert lines.fetchall() == [(False, True, True, None), (True, True, True, None), (True, False, False, None)]
    quote = migrated.execute("SELECT delivery_amount, monthly_subtotal, yearly_subtotal, cost_total FROM quote")
    assert quote.fetchall() == [(0, 0, 0, None)]


def test_who_was_connected_gets_catalog_items_too(migrated):
    [(subjects, tenant)] = migrated.execute("SELECT subjects, tenant_id FROM lane").fetchall()
    assert {"organization", "quote", "catalog_item"} <= set(subjects)
    assert tenant == UUID(TENANT)


def test_nothing_is_left_that_opens_a_tenants_rows(migrated):
    assert migrated.execute("SELECT FROM pg_policies WHERE policyname = 'migrating'").fetchall() == []
    loose = "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
    assert migrated.execute(loose).fetchall() == []
