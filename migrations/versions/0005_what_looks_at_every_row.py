"""What looks at every row of the tables that 0002 and 0004 changed: after their locks are gone, locking nobody out.

None of it is one transaction, so each statement can be repeated: whoever breaks it off starts it again.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, name in VALIDATED:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        for name, table, column in INDEXES:
            # A build that broke off leaves an index that is good for nothing.
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            op.create_index(
                name,
                table,
                ["tenant_id", column],
                unique=False,
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                postgresql_concurrently=True,
            )
        for statement in FILLED:
            op.execute(statement)


VALIDATED = (
    ("credential", "ck_credential_kind"),
    ("quote_line", "fk_quote_line_tenant_id_product_id"),
    ("quote_line", "fk_quote_line_tenant_id_section_id"),
    ("quote_line", "ck_quote_line_recurring_period"),
    ("sales_order_line", "fk_sales_order_line_tenant_id_product_id"),
    ("sales_order_line", "ck_sales_order_line_recurring_period"),
)
INDEXES = (
    ("ix_quote_line_section", "quote_line", "section_id"),
    ("ix_quote_line_product", "quote_line", "product_id"),
    ("ix_quote_line_part_key", "quote_line", "part_key"),
    ("ix_sales_order_line_product", "sales_order_line", "product_id"),
)


def _as_owner(table: str, statement: str) -> Iterator[str]:
    """Row-level security binds the owner too, who belongs to no tenant: without a policy nothing would be changed."""
    yield f"DROP POLICY IF EXISTS migrating ON {table}"
    yield f"CREATE POLICY migrating ON {table} TO CURRENT_USER USING (true)"
    yield statement
    yield f"DROP POLICY migrating ON {table}"


FILLED = (
    *_as_owner("quote_line", "UPDATE quote_line SET counted = false WHERE optional AND NOT selected AND counted"),
    # Who is connected already gets catalog items too.
    *_as_owner(
        "lane",
        "UPDATE lane SET subjects = subjects || 'catalog_item'::text"
        " WHERE provider = 'CONNECTWISE' AND 'catalog_item' <> ALL (subjects)",
    ),
)
