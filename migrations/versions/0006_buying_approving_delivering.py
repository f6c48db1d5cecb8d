"""Buying, approving, delivering: suppliers, purchase orders, approval, deliveries, settings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import fence
from migrations.searching import by_lines, searched, searching

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brand",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_brand_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_brand_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name_folded", name=op.f("uq_brand_tenant_id_name_folded")),
    )
    op.create_index("ix_brand_created", "brand", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "quote_template",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_template_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_template")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_template_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name_folded", name=op.f("uq_quote_template_tenant_id_name_folded")),
    )
    op.create_table(
        "sales_settings",
        sa.Column("document_type", sa.Text(), server_default="TAX_INVOICE", nullable=False),
        sa.Column("send_order_confirmation", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("auto_approval_limit", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("seller_name", sa.Text(), nullable=True),
        sa.Column("seller_line1", sa.Text(), nullable=True),
        sa.Column("seller_line2", sa.Text(), nullable=True),
        sa.Column("seller_city", sa.Text(), nullable=True),
        sa.Column("seller_state", sa.Text(), nullable=True),
        sa.Column("seller_zip", sa.Text(), nullable=True),
        sa.Column("seller_country", sa.Text(), nullable=True),
        sa.Column("seller_tax_number", sa.Text(), nullable=True),
        sa.Column("seller_phone", sa.Text(), nullable=True),
        sa.Column("seller_email", sa.Text(), nullable=True),
        sa.Column("seller_website", sa.Text(), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("payment_terms", sa.Text(), nullable=True),
        sa.Column("footer", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "document_type IN ('TAX_INVOICE', 'SALES_ORDER')", name=op.f("ck_sales_settings_document_type")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_settings_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_settings")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sales_settings_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_sales_settings_tenant_id")),
    )
    op.create_table(
        "supplier",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("line1", sa.Text(), nullable=True),
        sa.Column("line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("zip", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supplier_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_supplier_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name_folded", name=op.f("uq_supplier_tenant_id_name_folded")),
    )
    op.create_index("ix_supplier_created", "supplier", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "warehouse",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("line1", sa.Text(), nullable=True),
        sa.Column("line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("zip", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_warehouse_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_warehouse_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "name_folded", name=op.f("uq_warehouse_tenant_id_name_folded")),
    )
    op.create_index("ix_warehouse_created", "warehouse", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "approval_rule",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('TOTAL', 'DISCOUNT', 'MARGIN')", name=op.f("ck_approval_rule_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_approval_rule_tenant_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_approval_rule_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rule")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_approval_rule_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "employee_id",
            name=op.f("uq_approval_rule_tenant_id_kind_employee_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_approval_rule_created", "approval_rule", ["tenant_id", "created_at", "id"], unique=False)
    op.create_table(
        "delivery_address",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line1", sa.Text(), nullable=True),
        sa.Column("line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("zip", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("fk_delivery_address_tenant_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_delivery_address_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_address")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_delivery_address_tenant_id_id")),
    )
    op.create_index(
        "ix_delivery_address_organization", "delivery_address", ["tenant_id", "organization_id"], unique=False
    )
    op.create_table(
        "product_component",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("component_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=19, scale=6), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "component_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_product_component_tenant_id_component_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_product_component_tenant_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_product_component_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_component")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_product_component_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "product_id",
            "component_id",
            name=op.f("uq_product_component_tenant_id_product_id_component_id"),
        ),
    )
    op.create_index("ix_product_component_component", "product_component", ["tenant_id", "component_id"], unique=False)
    op.create_table(
        "supplier_offer",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_number", sa.Text(), nullable=True),
        sa.Column("supplier_key", sa.Text(collation="C"), nullable=True),
        sa.Column("cost", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("stock", sa.Numeric(precision=19, scale=6), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_supplier_offer_tenant_id_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "supplier_id"],
            ["supplier.tenant_id", "supplier.id"],
            name=op.f("fk_supplier_offer_tenant_id_supplier_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_supplier_offer_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_offer")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_supplier_offer_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "product_id", "supplier_id", name=op.f("uq_supplier_offer_tenant_id_product_id_supplier_id")
        ),
    )
    op.create_index(
        "ix_supplier_offer_key", "supplier_offer", ["tenant_id", "supplier_key", "product_id"], unique=False
    )
    op.create_index("ix_supplier_offer_supplier", "supplier_offer", ["tenant_id", "supplier_id"], unique=False)
    op.create_table(
        "quote_version",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quote_id"],
            ["quote.tenant_id", "quote.id"],
            name=op.f("fk_quote_version_tenant_id_quote_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_version")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_version_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "quote_id", "ordinal", name=op.f("uq_quote_version_tenant_id_quote_id_ordinal")
        ),
    )
    op.create_table(
        "order_confirmation",
        sa.Column("sales_order_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contact.tenant_id", "contact.id"],
            name=op.f("fk_order_confirmation_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_id"],
            ["sales_order.tenant_id", "sales_order.id"],
            name=op.f("fk_order_confirmation_tenant_id_sales_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_order_confirmation_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_confirmation")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_order_confirmation_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "sales_order_id",
            "contact_id",
            name=op.f("uq_order_confirmation_tenant_id_sales_order_id_contact_id"),
        ),
    )
    op.create_table(
        "purchase_order",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("warehouse_id", sa.Uuid(), nullable=True),
        sa.Column("sales_order_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("supplier_reference", sa.Text(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("sealed_note", sa.Text(), nullable=True),
        sa.Column("drop_ship", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("delivery_name", sa.Text(), nullable=True),
        sa.Column("delivery_line1", sa.Text(), nullable=True),
        sa.Column("delivery_line2", sa.Text(), nullable=True),
        sa.Column("delivery_city", sa.Text(), nullable=True),
        sa.Column("delivery_state", sa.Text(), nullable=True),
        sa.Column("delivery_zip", sa.Text(), nullable=True),
        sa.Column("delivery_country", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'APPROVED', 'RECEIVED', 'CANCELLED')", name=op.f("ck_purchase_order_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_purchase_order_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_id"],
            ["sales_order.tenant_id", "sales_order.id"],
            name=op.f("fk_purchase_order_tenant_id_sales_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "supplier_id"],
            ["supplier.tenant_id", "supplier.id"],
            name=op.f("fk_purchase_order_tenant_id_supplier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "warehouse_id"],
            ["warehouse.tenant_id", "warehouse.id"],
            name=op.f("fk_purchase_order_tenant_id_warehouse_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_purchase_order_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_purchase_order_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_purchase_order_tenant_id_number")),
    )
    op.create_index("ix_purchase_order_created", "purchase_order", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_purchase_order_sales_order",
        "purchase_order",
        ["tenant_id", "sales_order_id"],
        unique=False,
        postgresql_where=sa.text("sales_order_id IS NOT NULL"),
    )
    op.create_index(
        "ix_purchase_order_status", "purchase_order", ["tenant_id", "status", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_purchase_order_supplier", "purchase_order", ["tenant_id", "supplier_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_purchase_order_total", "purchase_order", ["tenant_id", "total_minor", "id"], unique=False)
    op.create_index("ix_purchase_order_updated", "purchase_order", ["tenant_id", "updated_at", "id"], unique=False)
    op.create_index(
        "ix_purchase_order_warehouse",
        "purchase_order",
        ["tenant_id", "warehouse_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_purchase_order_owner", "purchase_order", ["tenant_id", "owner_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_purchase_order_supplier_reference",
        "purchase_order",
        ["tenant_id", "supplier_reference"],
        unique=False,
        postgresql_where=sa.text("supplier_reference IS NOT NULL"),
    )
    op.create_table(
        "sales_order_delivery",
        sa.Column("sales_order_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_id"],
            ["sales_order.tenant_id", "sales_order.id"],
            name=op.f("fk_sales_order_delivery_tenant_id_sales_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_order_delivery_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_delivery")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sales_order_delivery_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "sales_order_id",
            "ordinal",
            name=op.f("uq_sales_order_delivery_tenant_id_sales_order_id_ordinal"),
        ),
    )
    op.create_table(
        "sales_order_payment",
        sa.Column("sales_order_id", sa.Uuid(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_id"],
            ["sales_order.tenant_id", "sales_order.id"],
            name=op.f("fk_sales_order_payment_tenant_id_sales_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_order_payment_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_payment")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sales_order_payment_tenant_id_id")),
    )
    op.create_index(
        "ix_sales_order_payment_order",
        "sales_order_payment",
        ["tenant_id", "sales_order_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "goods_receipt",
        sa.Column("purchase_order_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_order_id"],
            ["purchase_order.tenant_id", "purchase_order.id"],
            name=op.f("fk_goods_receipt_tenant_id_purchase_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_goods_receipt_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_receipt")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_goods_receipt_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "purchase_order_id",
            "ordinal",
            name=op.f("uq_goods_receipt_tenant_id_purchase_order_id_ordinal"),
        ),
    )
    op.create_table(
        "purchase_order_cost",
        sa.Column("purchase_order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_order_id"],
            ["purchase_order.tenant_id", "purchase_order.id"],
            name=op.f("fk_purchase_order_cost_tenant_id_purchase_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_purchase_order_cost_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_cost")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_purchase_order_cost_tenant_id_id")),
    )
    op.create_index(
        "ix_purchase_order_cost_order",
        "purchase_order_cost",
        ["tenant_id", "purchase_order_id", "position"],
        unique=False,
    )
    op.create_table(
        "purchase_order_line",
        sa.Column("purchase_order_id", sa.Uuid(), nullable=False),
        sa.Column("sales_order_line_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("part_number", sa.Text(), nullable=True),
        sa.Column("part_key", sa.Text(collation="C"), nullable=True),
        sa.Column("supplier_number", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=19, scale=6), nullable=False),
        sa.Column("received_quantity", sa.Numeric(precision=19, scale=6), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "received_quantity >= 0 AND received_quantity <= quantity", name=op.f("ck_purchase_order_line_received")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_purchase_order_line_tenant_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_order_id"],
            ["purchase_order.tenant_id", "purchase_order.id"],
            name=op.f("fk_purchase_order_line_tenant_id_purchase_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_line_id"],
            ["sales_order_line.tenant_id", "sales_order_line.id"],
            name=op.f("fk_purchase_order_line_tenant_id_sales_order_line_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_purchase_order_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_purchase_order_line_tenant_id_id")),
    )
    op.create_index(
        "ix_purchase_order_line_order",
        "purchase_order_line",
        ["tenant_id", "purchase_order_id", "position"],
        unique=False,
    )
    op.create_index(
        "ix_purchase_order_line_product",
        "purchase_order_line",
        ["tenant_id", "product_id"],
        unique=False,
        postgresql_where=sa.text("product_id IS NOT NULL"),
    )
    op.create_index(
        "ix_purchase_order_line_sales",
        "purchase_order_line",
        ["tenant_id", "sales_order_line_id"],
        unique=False,
        postgresql_where=sa.text("sales_order_line_id IS NOT NULL"),
    )
    op.create_table(
        "sales_order_delivery_line",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("sales_order_id", sa.Uuid(), nullable=False),
        sa.Column("sales_order_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=19, scale=6), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["sales_order_delivery.tenant_id", "sales_order_delivery.id"],
            name=op.f("fk_sales_order_delivery_line_tenant_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_id"],
            ["sales_order.tenant_id", "sales_order.id"],
            name=op.f("fk_sales_order_delivery_line_tenant_id_sales_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_line_id"],
            ["sales_order_line.tenant_id", "sales_order_line.id"],
            name=op.f("fk_sales_order_delivery_line_tenant_id_sales_order_line_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_order_delivery_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_delivery_line")),
        sa.UniqueConstraint(
            "tenant_id",
            "delivery_id",
            "sales_order_line_id",
            name=op.f("uq_sales_order_delivery_line_tenant_id_delivery_id_sales_order_line_id"),
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sales_order_delivery_line_tenant_id_id")),
    )
    op.create_index(
        "ix_sales_order_delivery_line_line",
        "sales_order_delivery_line",
        ["tenant_id", "sales_order_line_id"],
        unique=False,
    )
    op.create_table(
        "goods_receipt_line",
        sa.Column("goods_receipt_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_order_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_order_line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=19, scale=6), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "goods_receipt_id"],
            ["goods_receipt.tenant_id", "goods_receipt.id"],
            name=op.f("fk_goods_receipt_line_tenant_id_goods_receipt_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_order_id"],
            ["purchase_order.tenant_id", "purchase_order.id"],
            name=op.f("fk_goods_receipt_line_tenant_id_purchase_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "purchase_order_line_id"],
            ["purchase_order_line.tenant_id", "purchase_order_line.id"],
            name=op.f("fk_goods_receipt_line_tenant_id_purchase_order_line_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_goods_receipt_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_receipt_line")),
        sa.UniqueConstraint(
            "tenant_id",
            "goods_receipt_id",
            "purchase_order_line_id",
            name=op.f("uq_goods_receipt_line_tenant_id_goods_receipt_id_purchase_order_line_id"),
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_goods_receipt_line_tenant_id_id")),
    )
    op.create_index(
        "ix_goods_receipt_line_line", "goods_receipt_line", ["tenant_id", "purchase_order_line_id"], unique=False
    )
    op.create_table(
        "serial_number",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("goods_receipt_line_id", sa.Uuid(), nullable=True),
        sa.Column("sales_order_line_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_line_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_line_id"],
            ["sales_order_delivery_line.tenant_id", "sales_order_delivery_line.id"],
            name=op.f("fk_serial_number_tenant_id_delivery_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "goods_receipt_line_id"],
            ["goods_receipt_line.tenant_id", "goods_receipt_line.id"],
            name=op.f("fk_serial_number_tenant_id_goods_receipt_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_serial_number_tenant_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_line_id"],
            ["sales_order_line.tenant_id", "sales_order_line.id"],
            name=op.f("fk_serial_number_tenant_id_sales_order_line_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_serial_number_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_number")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_serial_number_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "product_id", "number_folded", name=op.f("uq_serial_number_tenant_id_product_id_number_folded")
        ),
    )
    op.create_index(
        "ix_serial_number_delivery",
        "serial_number",
        ["tenant_id", "delivery_line_id"],
        unique=False,
        postgresql_where=sa.text("delivery_line_id IS NOT NULL"),
    )
    op.create_index(
        "ix_serial_number_order",
        "serial_number",
        ["tenant_id", "sales_order_line_id"],
        unique=False,
        postgresql_where=sa.text("sales_order_line_id IS NOT NULL"),
    )
    op.create_index(
        "ix_serial_number_receipt",
        "serial_number",
        ["tenant_id", "goods_receipt_line_id"],
        unique=False,
        postgresql_where=sa.text("goods_receipt_line_id IS NOT NULL"),
    )
    op.add_column("contact", sa.Column("type", sa.Text(), nullable=True))
    op.add_column("credential", sa.Column("quote_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_credential_tenant_id_quote_id"),
        "credential",
        "quote",
        ["tenant_id", "quote_id"],
        ["tenant_id", "id"],
        postgresql_not_valid=True,
    )
    op.add_column("employee", sa.Column("role", sa.Text(), server_default="SALES", nullable=False))
    op.create_check_constraint(
        op.f("ck_employee_role"),
        "employee",
        "role IN ('ADMINISTRATOR', 'MANAGER', 'SALES', 'PURCHASING', 'READER')",
        postgresql_not_valid=True,
    )
    op.add_column("organization", sa.Column("type", sa.Text(), nullable=True))
    op.add_column("organization", sa.Column("status", sa.Text(), nullable=True))
    op.add_column("organization", sa.Column("price_group", sa.Text(), nullable=True))
    op.add_column("organization", sa.Column("over_credit_limit", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("product", sa.Column("brand_id", sa.Uuid(), nullable=True))
    op.add_column("product", sa.Column("price_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_foreign_key(
        op.f("fk_product_tenant_id_brand_id"),
        "product",
        "brand",
        ["tenant_id", "brand_id"],
        ["tenant_id", "id"],
        postgresql_not_valid=True,
    )
    op.add_column("quote", sa.Column("one_off_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote", sa.Column("monthly_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote", sa.Column("quarterly_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote", sa.Column("yearly_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote", sa.Column("approval_reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("quote", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column("quote", sa.Column("rejection_reason", sa.Text(), nullable=True))
    op.add_column("quote", sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("declined_by", sa.Text(), nullable=True))
    op.add_column("quote", sa.Column("answered_from", sa.Text(), nullable=True))
    op.add_column("quote", sa.Column("copied_from_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_quote_tenant_id_copied_from_id"),
        "quote",
        "quote",
        ["tenant_id", "copied_from_id"],
        ["tenant_id", "id"],
        postgresql_not_valid=True,
    )
    op.add_column(
        "quote_section", sa.Column("subtotal", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False)
    )
    op.add_column(
        "quote_section",
        sa.Column("monthly_subtotal", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False),
    )
    op.add_column(
        "quote_section",
        sa.Column("quarterly_subtotal", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False),
    )
    op.add_column(
        "quote_section",
        sa.Column("yearly_subtotal", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False),
    )
    op.add_column(
        "quote_section", sa.Column("tax_total", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False)
    )
    op.add_column(
        "quote_section", sa.Column("total", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False)
    )
    op.add_column("quote_section", sa.Column("cost_total", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote_section", sa.Column("one_off_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote_section", sa.Column("monthly_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote_section", sa.Column("quarterly_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("quote_section", sa.Column("yearly_cost", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column("sales_order", sa.Column("fulfilment", sa.Text(), server_default="NONE", nullable=False))
    op.add_column("sales_order", sa.Column("receipted", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("sales_order", sa.Column("coupon_code", sa.Text(), nullable=True))
    op.add_column(
        "sales_order", sa.Column("coupon_amount", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False)
    )
    op.add_column(
        "sales_order",
        sa.Column("coupon_tax_rate", sa.Numeric(precision=9, scale=4), server_default="0", nullable=False),
    )
    op.add_column("sales_order", sa.Column("surcharge_title", sa.Text(), nullable=True))
    op.add_column(
        "sales_order",
        sa.Column("surcharge_amount", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False),
    )
    op.add_column(
        "sales_order",
        sa.Column("surcharge_tax_rate", sa.Numeric(precision=9, scale=4), server_default="0", nullable=False),
    )
    op.add_column("sales_order", sa.Column("private_note", sa.Text(), nullable=True))
    op.add_column(
        "sales_order",
        sa.Column("discount_total", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False),
    )
    op.add_column("sales_order", sa.Column("cost_total", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column(
        "sales_order", sa.Column("paid_total", sa.Numeric(precision=19, scale=4), server_default="0", nullable=False)
    )
    op.add_column("sales_order", sa.Column("outstanding_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(
        "sales_order", sa.Column("approval_reasons", sa.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("sales_order", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sales_order", sa.Column("approved_by", sa.Text(), nullable=True))
    op.add_column("sales_order", sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sales_order", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sales_order", sa.Column("cancel_reason", sa.Text(), nullable=True))
    op.add_column(
        "sales_order_line",
        sa.Column("received_quantity", sa.Numeric(precision=19, scale=6), server_default="0", nullable=False),
    )
    op.add_column(
        "sales_order_line",
        sa.Column("delivered_quantity", sa.Numeric(precision=19, scale=6), server_default="0", nullable=False),
    )
    op.add_column("sync_error", sa.Column("retried_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tenant", sa.Column("locale", sa.Text(), server_default="en-US", nullable=False))
    op.drop_constraint(op.f("ck_credential_kind"), "credential", type_="check")
    op.create_check_constraint(
        op.f("ck_credential_kind"),
        "credential",
        "kind IN ('API_TOKEN', 'CALLBACK', 'OFFER')",
        postgresql_not_valid=True,
    )
    op.create_check_constraint(
        op.f("ck_sales_order_fulfilment"),
        "sales_order",
        "fulfilment IN ('NONE', 'PARTIAL', 'FULFILLED')",
        postgresql_not_valid=True,
    )
    op.create_index(
        "ix_purchase_order_search",
        "purchase_order",
        [
            "tenant_id",
            sa.literal_column(
                "((((chr(10) || coalesce(number, '')) || chr(10)) || coalesce(supplier_reference, '')) || chr(10))"
            ).label("lines"),
        ],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"lines": "gin_trgm_ops"},
    )
    fence("brand", "SELECT, INSERT, UPDATE", fact=None)
    fence("quote_template", "SELECT, INSERT, UPDATE, DELETE", fact=None)
    fence("sales_settings", "SELECT, INSERT, UPDATE", fact=None)
    fence("supplier", "SELECT, INSERT, UPDATE", fact=None)
    fence("warehouse", "SELECT, INSERT, UPDATE", fact=None)
    fence("approval_rule", "SELECT, INSERT, UPDATE, DELETE", fact=None)
    fence("delivery_address", "SELECT, INSERT, UPDATE, DELETE", fact=("organization", "organization_id"))
    fence("product_component", "SELECT, INSERT, UPDATE, DELETE", fact=("product", "product_id"))
    fence("supplier_offer", "SELECT, INSERT, UPDATE, DELETE", fact=("product", "product_id"))
    fence("quote_version", "SELECT, INSERT", fact=None)
    fence("order_confirmation", "SELECT, INSERT, UPDATE", fact=None)
    fence("purchase_order", "SELECT, INSERT, UPDATE", fact=("purchase_order", "id"))
    fence("sales_order_delivery", "SELECT, INSERT, UPDATE", fact=("sales_order", "sales_order_id"))
    fence("sales_order_payment", "SELECT, INSERT, UPDATE, DELETE", fact=("sales_order", "sales_order_id"))
    fence("goods_receipt", "SELECT, INSERT, UPDATE", fact=("purchase_order", "purchase_order_id"))
    fence("purchase_order_cost", "SELECT, INSERT, UPDATE, DELETE", fact=("purchase_order", "purchase_order_id"))
    fence("purchase_order_line", "SELECT, INSERT, UPDATE, DELETE", fact=("purchase_order", "purchase_order_id"))
    fence("sales_order_delivery_line", "SELECT, INSERT, UPDATE", fact=("sales_order", "sales_order_id"))
    fence("goods_receipt_line", "SELECT, INSERT, UPDATE", fact=("purchase_order", "purchase_order_id"))
    fence("serial_number", "SELECT, INSERT, UPDATE", fact=None)
    for table in ("brand", "purchase_order", "supplier_offer"):
        searched(table)
    searching(
        "search_purchase_orders",
        by_lines("purchase_order", "number", "supplier_reference"),
        {"purchase_order": ("id", "tenant_id", "number", "supplier_reference")},
    )
