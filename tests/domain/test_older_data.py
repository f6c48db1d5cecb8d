"""What was there before a migration means the same afterwards."""

from decimal import Decimal
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
INSERT INTO sales_order (id, tenant_id, organization_id, number, status, entered_by, currency, subtotal, tax_total,
    total, total_minor)
  VALUES ('{QUOTE}', '{TENANT}', '{ORGANIZATION}', 'SO-1001', 'DRAFT', 'CUSTOMER', 'USD', 26.67, 0, 26.67, 2667);
INSERT INTO sales_order_line (id, tenant_id, sales_order_id, position, title, quantity, unit_price, unit_cost, tax_rate,
    net_total, tax_total, total)
  VALUES (gen_random_uuid(), '{TENANT}', '{QUOTE}', 1, 'x', 3, 10.005, 1.115, 0, 25, 0, 25),
    (gen_random_uuid(), '{TENANT}', '{QUOTE}', 2, 'y', 1, 1.67, NULL, 0, 1.67, 0, 1.67);
"""
SECTION = "00000000-0000-7000-8000-000000000004"
WITH_SECTIONS = f"""
INSERT INTO quote (id, tenant_id, organization_id, number, title, status, currency, subtotal, discount_total,
    tax_total, total, total_minor)
  SELECT gen_random_uuid(), '{TENANT}', '{ORGANIZATION}', 'Q-1002', 'y', 'SENT', 'JPY', 35, 0, 3, 38, 38;
INSERT INTO quote_section (id, tenant_id, quote_id, position, type, title)
  SELECT '{SECTION}', '{TENANT}', id, 1, 'PRODUCTS', 'Firewalls' FROM quote WHERE number = 'Q-1002';
INSERT INTO quote_line (id, tenant_id, quote_id, section_id, position, title, quantity, unit_price, unit_cost, tax_rate,
    optional, selected, counted, recurring_period, net_total, tax_total, total)
  SELECT gen_random_uuid(), '{TENANT}', quote.id, line.section::uuid, line.position, 'x', 1.5, 1, line.cost, 0,
    false, true, line.counted, line.period, line.net, line.tax, line.net + line.tax
  FROM quote, (VALUES
    ('{SECTION}', 1, 7, true, NULL, 10, 1), ('{SECTION}', 2, 3, true, 'MONTHLY', 20, 2),
    ('{SECTION}', 3, 100, false, NULL, 1000, 100), (NULL, 4, NULL, true, 'YEARLY', 5, 0)
  ) AS line (section, position, cost, counted, period, net, tax)
  WHERE number = 'Q-1002';
"""
PRODUCTS = f"""
INSERT INTO product (id, tenant_id, number, part_key, title, type, price)
  SELECT gen_random_uuid(), '{TENANT}', 'P-' || price, price, 'x', 'PHYSICAL', price::numeric
  FROM unnest(ARRAY['0', '0.0001', '12.5', '999999999999.9999']) AS price;
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
        command.upgrade(config, "0005")
        connection.execute(WITH_SECTIONS)
        connection.execute(PRODUCTS)
        # Killed in the revisions that are no transactions, and started again.
        connection.execute(
            "UPDATE alembic_version SET version_num = '0004'; CREATE POLICY migrating ON lane USING (true)"
        )
        command.upgrade(config, "0007")
        connection.execute(
            "UPDATE alembic_version SET version_num = '0006'; CREATE POLICY migrating ON quote USING (true)"
        )
    revisions.migrate(postgres.url_for(databases.OWNER, NAME))
    with connect(postgres.url_for("postgres", NAME)) as connection:
        yield connection
    databases.drop(postgres.url, NAME)


def test_older_quotes_count_what_they_counted(migrated):
    lines = migrated.execute(
        f"SELECT optional, selected, counted, product_id FROM quote_line WHERE quote_id = '{QUOTE}' ORDER BY position"
    )
    assert lines.fetchall() == [(False, True, True, None), (True, True, True, None), (True, False, False, None)]
    quote = migrated.execute(
        "SELECT delivery_amount, monthly_subtotal, yearly_subtotal, cost_total FROM quote WHERE number = 'Q-1001'"
    )
    assert quote.fetchall() == [(0, 0, 0, None)]


def test_sections_of_older_quotes_are_summed_and_their_costs_are_known_by_period(migrated):
    """Yen have no cents: 1.5 times 7 is 11, 1.5 times 3 is 5."""
    costs = "cost_total, one_off_cost, monthly_cost, quarterly_cost, yearly_cost"
    section = f"SELECT subtotal, monthly_subtotal, yearly_subtotal, tax_total, total, {costs} FROM quote_section"
    assert migrated.execute(section).fetchall() == [(30, 20, 0, 3, 33, 16, 11, 5, None, None)]
    quote = migrated.execute(f"SELECT {costs} FROM quote WHERE number = 'Q-1002'")
    assert quote.fetchall() == [(16, 11, 5, None, None)]


def test_older_products_can_be_sorted_by_their_prices(migrated):
    prices = migrated.execute("SELECT price_minor FROM product ORDER BY price").fetchall()
    assert prices == [(0,), (1,), (125_000,), (9_999_999_999_999_999,)]


def test_older_orders_know_what_they_cost_and_that_nobody_has_paid(migrated):
    figures = "SELECT cost_total, discount_total, outstanding_minor, paid_total, fulfilment FROM sales_order"
    # 3 x 1.115 is 3.345, rounded half up; 3 x 10.005 is 30.02, of which 25 was left.
    assert migrated.execute(figures).fetchall() == [(Decimal("3.35"), Decimal("5.02"), 2667, 0, "NONE")]


def test_who_was_connected_gets_catalog_items_too(migrated):
    [(subjects, tenant)] = migrated.execute("SELECT subjects, tenant_id FROM lane").fetchall()
    assert {"organization", "quote", "catalog_item"} <= set(subjects)
    assert tenant == UUID(TENANT)


def test_nothing_is_left_that_opens_a_tenants_rows(migrated):
    assert migrated.execute("SELECT FROM pg_policies WHERE policyname = 'migrating'").fetchall() == []
    loose = "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
    assert migrated.execute(loose).fetchall() == []
