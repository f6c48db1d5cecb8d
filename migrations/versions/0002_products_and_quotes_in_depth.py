"""Products, and what a quote can hold: sections, choices, delivery, recurring lines."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PERIODS = "recurring_period IN ('MONTHLY', 'QUARTERLY', 'YEARLY')"


def upgrade() -> None:
    _new_tables()
    _new_columns()
    for statement in _security():
        op.execute(statement)


def _record() -> tuple[sa.Column[object], ...]:
    """What every record has."""
    return (
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
    )


def _new_tables() -> None:
    op.create_table(
        "product_category",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        *_record(),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["product_category.tenant_id", "product_category.id"],
            name=op.f("fk_product_category_tenant_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_product_category_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_category")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_product_category_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "parent_id",
            "name_folded",
            name=op.f("uq_product_category_tenant_id_parent_id_name_folded"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_product_category_name", "product_category", ["tenant_id", "name_folded", "id"], unique=False)
    op.create_table(
        "product",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("part_number", sa.Text(), nullable=True),
        sa.Column("part_key", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("price", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("cost", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("serialized", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recurring_period", sa.Text(), nullable=True),
        *_record(),
        sa.CheckConstraint("type IN ('PHYSICAL', 'NON_PHYSICAL', 'SERVICE', 'BUNDLE')", name=op.f("ck_product_type")),
        sa.CheckConstraint(PERIODS, name=op.f("ck_product_recurring_period")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "category_id"],
            ["product_category.tenant_id", "product_category.id"],
            name=op.f("fk_product_tenant_id_category_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_product_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_product_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_product_tenant_id_number")),
    )
    op.create_index("ix_product_part_key", "product", ["tenant_id", "part_key", "id"], unique=False)
    op.create_index("ix_product_category_id", "product", ["tenant_id", "category_id"], unique=False)
    op.create_index("ix_product_created", "product", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "quote_section",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("multi_choice", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("selected", sa.Boolean(), server_default="true", nullable=False),
        *_record(),
        sa.CheckConstraint("type IN ('PRODUCTS', 'LABOR', 'TEXT')", name=op.f("ck_quote_section_type")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quote_id"],
            ["quote.tenant_id", "quote.id"],
            name=op.f("fk_quote_section_tenant_id_quote_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_section_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_section")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_section_tenant_id_id")),
    )
    op.create_index("ix_quote_section_quote", "quote_section", ["tenant_id", "quote_id", "position"], unique=False)


def _amount(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Numeric(precision=19, scale=4), server_default="0", nullable=False)


def _new_columns() -> None:
    for table in ("quote", "sales_order"):
        op.add_column(table, _amount("delivery_amount"))
        op.add_column(
            table,
            sa.Column("delivery_tax_rate", sa.Numeric(precision=9, scale=4), server_default="0", nullable=False),
        )
        op.add_column(table, _amount("delivery_tax"))
        for part in ("line1", "line2", "city", "state", "zip", "country"):
            op.add_column(table, sa.Column(f"delivery_{part}", sa.Text(), nullable=True))
    for period in ("monthly", "quarterly", "yearly"):
        op.add_column("quote", _amount(f"{period}_subtotal"))
    op.add_column("quote", sa.Column("cost_total", sa.Numeric(precision=19, scale=4), nullable=True))
    for table in ("quote_line", "sales_order_line"):
        op.add_column(table, sa.Column("product_id", sa.Uuid(), nullable=True))
        op.add_column(table, sa.Column("part_number", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("part_key", sa.Text(collation="C"), nullable=True))
        op.add_column(table, sa.Column("recurring_period", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("recurring_cycles", sa.Integer(), nullable=True))
        _refers(table, "product_id", "product")
        op.create_check_constraint(op.f(f"ck_{table}_recurring_period"), table, PERIODS, postgresql_not_valid=True)
    op.add_column("quote_line", sa.Column("section_id", sa.Uuid(), nullable=True))
    op.add_column("quote_line", sa.Column("quantity_editable", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("quote_line", sa.Column("counted", sa.Boolean(), server_default="true", nullable=False))
    _refers("quote_line", "section_id", "quote_section")
    op.add_column("sales_order_line", sa.Column("discount_percent", sa.Numeric(precision=9, scale=4), nullable=True))
    op.add_column("sales_order_line", sa.Column("discount_amount", sa.Numeric(precision=19, scale=4), nullable=True))


def _refers(table: str, column: str, target: str) -> None:
    op.create_foreign_key(
        op.f(f"fk_{table}_tenant_id_{column}"),
        table,
        target,
        ["tenant_id", column],
        ["tenant_id", "id"],
        postgresql_not_valid=True,
    )


# What qw_app may do with each new table.
APP_RIGHTS = {
    "product_category": "SELECT, INSERT, UPDATE",
    "product": "SELECT, INSERT, UPDATE",
    "quote_section": "SELECT, INSERT, UPDATE, DELETE",
}
# Root and line tables: a change without a fact for its root fails at commit.
SYNCED = {"product": ("product", "id"), "quote_section": ("quote", "quote_id")}
THIS_TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"


def _security() -> Iterator[str]:
    for table, rights in APP_RIGHTS.items():
        own = f"tenant_id = {THIS_TENANT}"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY own_tenant ON {table} TO qw_app USING ({own}) WITH CHECK ({own})"
        yield f"GRANT {rights} ON {table} TO qw_app"
    for table, (kind, column) in SYNCED.items():
        yield (
            f"CREATE CONSTRAINT TRIGGER fact_required AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fact_required('{kind}', '{column}')"
        )
