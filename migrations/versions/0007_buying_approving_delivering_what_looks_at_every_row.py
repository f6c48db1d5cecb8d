"""Buying, approving, delivering: what looks at every row.

None of it is one transaction, so each statement can be repeated: whoever breaks it off starts it again.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

from migrations.searching import PRODUCT_LINES, PRODUCT_WORDS, PRODUCTS, searching

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            op.create_index(
                name,
                table,
                ["tenant_id", *columns],
                unique=False,
                postgresql_where=sa.text(where) if where else None,
                postgresql_concurrently=True,
            )
        op.drop_index("ix_outbox_txid_subject", table_name="outbox", postgresql_concurrently=True, if_exists=True)
        op.drop_index("ix_product_number", table_name="product", postgresql_concurrently=True, if_exists=True)
        op.execute('CREATE INDEX CONCURRENTLY ix_product_number ON product (tenant_id, (lower(number) COLLATE "C"))')
        op.drop_index("ix_product_words", table_name="product", postgresql_concurrently=True, if_exists=True)
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_product_words ON product"
            f" USING gin (tenant_id, brand_id, ({PRODUCT_LINES}) gin_trgm_ops, ({PRODUCT_WORDS}))"
        )
        op.execute("ALTER TABLE credential VALIDATE CONSTRAINT fk_credential_tenant_id_quote_id")
        op.execute("ALTER TABLE employee VALIDATE CONSTRAINT ck_employee_role")
        op.execute("ALTER TABLE product VALIDATE CONSTRAINT fk_product_tenant_id_brand_id")
        op.execute("ALTER TABLE quote VALIDATE CONSTRAINT fk_quote_tenant_id_copied_from_id")
        op.execute("ALTER TABLE credential VALIDATE CONSTRAINT ck_credential_kind")
        op.execute("ALTER TABLE sales_order VALIDATE CONSTRAINT ck_sales_order_fulfilment")
        for statement in _as_owner(("quote", "quote_section", "quote_line"), FIGURES):
            op.execute(statement)
        for statement in _as_owner(("product",), ("UPDATE product SET price_minor = price * 10000 WHERE price <> 0",)):
            op.execute(statement)
        for statement in _as_owner(("sales_order", "sales_order_line"), ORDER_FIGURES):
            op.execute(statement)
    # Only now: without its indexes it would be slow.
    searching(
        "search_products",
        PRODUCTS,
        {
            "product": ("part_key", "brand_id"),
            "brand": ("id", "tenant_id", "name", "name_folded"),
            "supplier_offer": ("id", "tenant_id", "product_id", "supplier_key"),
        },
        alike=0.5,  # of single words: one wrong letter in five
    )
    with op.get_context().autocommit_block():
        op.drop_index("ix_product_search", table_name="product", postgresql_concurrently=True, if_exists=True)


# Behind the tenant: what is looked up, and what lists are filtered by, with the order that they have by themselves.
INDEXES: Sequence[tuple[str, str, tuple[str, ...], str | None]] = (
    ("ix_credential_quote", "credential", ("quote_id",), "quote_id IS NOT NULL"),
    ("ix_credential_kind", "credential", ("kind", "created_at", "id"), None),
    ("ix_outbox_tenant_txid", "outbox", ("txid", "subject"), None),
    ("ix_product_brand_id", "product", ("brand_id",), None),
    ("ix_product_price", "product", ("price_minor", "id"), None),
    ("ix_sales_order_fulfilment", "sales_order", ("fulfilment", "created_at", "id"), None),
    ("ix_sales_order_outstanding", "sales_order", ("outstanding_minor", "id"), None),
    ("ix_sales_order_status", "sales_order", ("status", "created_at", "id"), None),
    ("ix_organization_owner", "organization", ("owner_id", "name_folded", "id"), None),
    ("ix_product_category_created", "product_category", ("created_at", "id"), None),
    ("ix_product_part_number", "product", ("part_number",), "part_number IS NOT NULL"),
    ("ix_quote_contact", "quote", ("contact_id", "created_at", "id"), None),
    ("ix_quote_owner", "quote", ("owner_id", "created_at", "id"), None),
    ("ix_quote_copied_from", "quote", ("copied_from_id",), "copied_from_id IS NOT NULL"),
    ("ix_sales_order_contact", "sales_order", ("contact_id", "created_at", "id"), None),
    ("ix_sales_order_owner", "sales_order", ("owner_id", "created_at", "id"), None),
    (
        "ix_sales_order_customer_reference",
        "sales_order",
        ("customer_reference",),
        "customer_reference IS NOT NULL",
    ),
    ("ix_sync_error_resolution", "sync_error", ("resolution", "last_at", "id"), None),
)


def _as_owner(tables: Sequence[str], statements: Sequence[str]) -> Iterator[str]:
    """Row-level security binds the owner too, who belongs to no tenant: without a policy nothing would be there."""
    for table in tables:
        yield f"DROP POLICY IF EXISTS migrating ON {table}"
        yield f"CREATE POLICY migrating ON {table} TO CURRENT_USER USING (true)"
    yield from statements
    for table in tables:
        yield f"DROP POLICY migrating ON {table}"


# What sections come to, and what costs by billing period, of quotes that were there before. First the lines that count,
# with what they cost in whole minor units of the currency; then the sums, where they differ from what is there.
FIGURES = (
    "DISCARD TEMPORARY",
    """
    CREATE TEMPORARY TABLE counted AS
    SELECT line.quote_id, line.section_id, line.recurring_period AS period, line.net_total, line.tax_total,
      round(line.quantity * line.unit_cost, CASE
        WHEN quote.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
          'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN quote.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        WHEN quote.currency IN ('CLF', 'UYW') THEN 4
        ELSE 2 END) AS cost
    FROM quote_line AS line
    JOIN quote ON quote.tenant_id = line.tenant_id AND quote.id = line.quote_id
    WHERE line.counted
    """,
    """
    UPDATE quote SET cost_total = sums.cost_total, one_off_cost = sums.one_off_cost, monthly_cost = sums.monthly_cost,
      quarterly_cost = sums.quarterly_cost, yearly_cost = sums.yearly_cost
    FROM (
      SELECT quote_id AS id, sum(cost) AS cost_total,
        sum(cost) FILTER (WHERE period IS NULL) AS one_off_cost,
        sum(cost) FILTER (WHERE period = 'MONTHLY') AS monthly_cost,
        sum(cost) FILTER (WHERE period = 'QUARTERLY') AS quarterly_cost,
        sum(cost) FILTER (WHERE period = 'YEARLY') AS yearly_cost
      FROM pg_temp.counted GROUP BY quote_id
    ) AS sums
    WHERE quote.id = sums.id
      AND (quote.cost_total, quote.one_off_cost, quote.monthly_cost, quote.quarterly_cost, quote.yearly_cost)
        IS DISTINCT FROM
        (sums.cost_total, sums.one_off_cost, sums.monthly_cost, sums.quarterly_cost, sums.yearly_cost)
    """,
    """
    UPDATE quote_section AS section SET subtotal = sums.subtotal, monthly_subtotal = sums.monthly_subtotal,
      quarterly_subtotal = sums.quarterly_subtotal, yearly_subtotal = sums.yearly_subtotal,
      tax_total = sums.tax_total, total = sums.subtotal + sums.tax_total, cost_total = sums.cost_total,
      one_off_cost = sums.one_off_cost, monthly_cost = sums.monthly_cost, quarterly_cost = sums.quarterly_cost,
      yearly_cost = sums.yearly_cost
    FROM (
      SELECT section_id AS id, sum(net_total) AS subtotal,
        coalesce(sum(net_total) FILTER (WHERE period = 'MONTHLY'), 0) AS monthly_subtotal,
        coalesce(sum(net_total) FILTER (WHERE period = 'QUARTERLY'), 0) AS quarterly_subtotal,
        coalesce(sum(net_total) FILTER (WHERE period = 'YEARLY'), 0) AS yearly_subtotal,
        sum(tax_total) AS tax_total, sum(cost) AS cost_total,
        sum(cost) FILTER (WHERE period IS NULL) AS one_off_cost,
        sum(cost) FILTER (WHERE period = 'MONTHLY') AS monthly_cost,
        sum(cost) FILTER (WHERE period = 'QUARTERLY') AS quarterly_cost,
        sum(cost) FILTER (WHERE period = 'YEARLY') AS yearly_cost
      FROM pg_temp.counted WHERE section_id IS NOT NULL GROUP BY section_id
    ) AS sums
    WHERE section.id = sums.id
      AND (section.subtotal, section.monthly_subtotal, section.quarterly_subtotal, section.yearly_subtotal,
        section.tax_total, section.cost_total, section.one_off_cost, section.monthly_cost, section.quarterly_cost,
        section.yearly_cost)
        IS DISTINCT FROM
        (sums.subtotal, sums.monthly_subtotal, sums.quarterly_subtotal, sums.yearly_subtotal, sums.tax_total,
        sums.cost_total, sums.one_off_cost, sums.monthly_cost, sums.quarterly_cost, sums.yearly_cost)
    """,
    "DISCARD TEMPORARY",
)

# What orders that were there before cost, what discounts took off them, and that nobody has paid yet.
ORDER_FIGURES = (
    """
    UPDATE sales_order SET cost_total = sums.cost, discount_total = sums.discount
    FROM (
      SELECT line.sales_order_id AS id, sum(round(line.quantity * line.unit_cost, places)) AS cost,
        sum(round(line.quantity * line.unit_price, places) - line.net_total) AS discount
      FROM sales_order_line AS line
      JOIN sales_order AS placed ON placed.tenant_id = line.tenant_id AND placed.id = line.sales_order_id
      CROSS JOIN LATERAL (SELECT CASE
        WHEN placed.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
          'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN placed.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        WHEN placed.currency IN ('CLF', 'UYW') THEN 4
        ELSE 2 END) AS unit (places)
      GROUP BY line.sales_order_id
    ) AS sums
    WHERE sales_order.id = sums.id
      AND (sales_order.cost_total, sales_order.discount_total) IS DISTINCT FROM (sums.cost, sums.discount)
    """,
    """
    UPDATE sales_order SET outstanding_minor = total_minor
    WHERE paid_total = 0 AND outstanding_minor <> total_minor AND status <> 'CANCELLED'
    """,
)
