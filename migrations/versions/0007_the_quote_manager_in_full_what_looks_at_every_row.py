"""The quote manager in full: what looks at every row."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_credential_quote", table_name="credential", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_credential_quote",
            "credential",
            ["tenant_id", "quote_id"],
            unique=False,
            postgresql_where=sa.text("quote_id IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.execute("ALTER TABLE credential VALIDATE CONSTRAINT fk_credential_tenant_id_quote_id")
        op.drop_index("ix_product_brand_id", table_name="product", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_product_brand_id", "product", ["tenant_id", "brand_id"], unique=False, postgresql_concurrently=True
        )
        op.execute("ALTER TABLE product VALIDATE CONSTRAINT fk_product_tenant_id_brand_id")
        op.execute("ALTER TABLE quote VALIDATE CONSTRAINT fk_quote_tenant_id_copied_from_id")
        op.drop_index(
            "ix_sales_order_fulfilment", table_name="sales_order", postgresql_concurrently=True, if_exists=True
        )
        op.create_index(
            "ix_sales_order_fulfilment",
            "sales_order",
            ["tenant_id", "fulfilment", "created_at", "id"],
            unique=False,
            postgresql_concurrently=True,
        )
        op.drop_index("ix_sales_order_status", table_name="sales_order", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_sales_order_status",
            "sales_order",
            ["tenant_id", "status", "created_at", "id"],
            unique=False,
            postgresql_concurrently=True,
        )
        op.execute("ALTER TABLE credential VALIDATE CONSTRAINT ck_credential_kind")
        op.execute("ALTER TABLE sales_order VALIDATE CONSTRAINT ck_sales_order_fulfilment")
