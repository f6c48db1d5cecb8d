"""The first tables, and what guards them: row-level security, narrow rights, no change without a fact."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        return "xid8"


def upgrade() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="USD", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
    )
    op.create_table(
        "employee",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_employee_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_employee_tenant_id_email")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_employee_tenant_id_id")),
    )
    op.create_table(
        "external_link",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("remote_kind", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("intent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_external_link_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_link")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_external_link_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "provider",
            "remote_kind",
            "remote_id",
            name=op.f("uq_external_link_tenant_id_provider_remote_kind_remote_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "provider", "subject", name=op.f("uq_external_link_tenant_id_provider_subject")
        ),
    )
    op.create_index(
        "ix_external_link_intent",
        "external_link",
        ["tenant_id", "provider", "remote_kind"],
        unique=False,
        postgresql_where=sa.text("intent_at IS NOT NULL"),
    )
    op.create_index("ix_external_link_root", "external_link", ["tenant_id", "provider", "root"], unique=False)
    op.create_table(
        "integration",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("company_id", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("candidate", sa.Text(), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote_version", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('INSTALLED', 'CONNECTED', 'UNAUTHORIZED', 'UNREACHABLE')", name=op.f("ck_integration_status")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_integration_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_integration_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "provider", name=op.f("uq_integration_tenant_id_provider")),
    )
    op.create_table(
        "integration_setting",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_integration_setting_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integration_setting")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_integration_setting_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "provider", "kind", name=op.f("uq_integration_setting_tenant_id_provider_kind")
        ),
    )
    op.create_table(
        "lane",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("'infinity'"), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), server_default=sa.text("'-infinity'"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_lane_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_lane_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "provider", name=op.f("uq_lane_tenant_id_provider")),
    )
    op.create_index("ix_lane_next_at", "lane", ["next_at"], unique=False)
    op.create_table(
        "number_sequence",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_number_sequence_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "kind", name=op.f("pk_number_sequence")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("txid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outbox_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_at", "outbox", ["at"], unique=False)
    op.create_index("ix_outbox_txid_subject", "outbox", ["txid", "subject"], unique=False)
    op.create_table(
        "sync_error",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=True),
        sa.Column("remote_code", sa.Text(), nullable=True),
        sa.Column("remote_text", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("dismiss_reason", sa.Text(), nullable=True),
        sa.Column("dismissed_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('REJECTED', 'UNMAPPED', 'UNAUTHORIZED', 'CONFLICT', 'BLOCKED', 'UNAVAILABLE', 'INTERNAL')",
            name=op.f("ck_sync_error_kind"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sync_error_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_error")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sync_error_tenant_id_id")),
    )
    op.create_index("ix_sync_error_last", "sync_error", ["tenant_id", "last_at", "id"], unique=False)
    op.create_index("ix_sync_error_root", "sync_error", ["tenant_id", "provider", "root"], unique=False)
    op.create_index(
        "uq_sync_error_open",
        "sync_error",
        ["tenant_id", "provider", "subject"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "sync_task",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("look", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paced_until", sa.DateTime(timezone=True), server_default=sa.text("'-infinity'"), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sync_task_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_task")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sync_task_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "provider", "subject", name=op.f("uq_sync_task_tenant_id_provider_subject")),
    )
    op.create_index(
        "ix_sync_task_due",
        "sync_task",
        ["tenant_id", "provider", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_sync_task_waits_for",
        "sync_task",
        ["tenant_id", "provider", "waits_for"],
        unique=False,
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_table(
        "credential",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('API_TOKEN')", name=op.f("ck_credential_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "employee_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_credential_tenant_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_credential_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("tenant_id", "hash", name=op.f("uq_credential_tenant_id_hash")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_credential_tenant_id_id")),
    )
    op.create_index("ix_credential_hash", "credential", ["hash"], unique=False)
    op.create_table(
        "organization",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(collation="C"), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("tax_number", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("line1", sa.Text(), nullable=True),
        sa.Column("line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("zip", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), server_default="STAFF", nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("source IN ('STAFF', 'ONLINE_STORE', 'CONNECTWISE')", name=op.f("ck_organization_source")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_organization_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_organization_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_organization_tenant_id_id")),
    )
    op.create_index("ix_organization_account_number", "organization", ["tenant_id", "account_number"], unique=False)
    op.create_index("ix_organization_created", "organization", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("ix_organization_name_folded", "organization", ["tenant_id", "name_folded", "id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_folded", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("send_invoices", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("fk_contact_tenant_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contact_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_contact_tenant_id_id")),
    )
    op.create_index("ix_contact_created", "contact", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_contact_email",
        "contact",
        ["tenant_id", "email_folded"],
        unique=False,
        postgresql_where=sa.text("email_folded IS NOT NULL"),
    )
    op.create_index("ix_contact_organization", "contact", ["tenant_id", "organization_id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("private_note", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("discount_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("tax_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'SENT', 'VIEWED', 'ACCEPTED', 'DECLINED')",
            name=op.f("ck_quote_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name=op.f("fk_quote_tenant_id_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("fk_quote_tenant_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"], ["employee.tenant_id", "employee.id"], name=op.f("fk_quote_tenant_id_owner_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_quote_tenant_id_number")),
    )
    op.create_index("ix_quote_created", "quote", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_quote_organization", "quote", ["tenant_id", "organization_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_quote_status", "quote", ["tenant_id", "status", "created_at", "id"], unique=False)
    op.create_index("ix_quote_total", "quote", ["tenant_id", "total_minor", "id"], unique=False)
    op.create_index("ix_quote_updated", "quote", ["tenant_id", "updated_at", "id"], unique=False)
    op.create_table(
        "quote_line",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=19, scale=6), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("discount_percent", sa.Numeric(precision=9, scale=4), nullable=True),
        sa.Column("discount_amount", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("tax_rate", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("optional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("selected", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("net_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("tax_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quote_id"],
            ["quote.tenant_id", "quote.id"],
            name=op.f("fk_quote_line_tenant_id_quote_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quote_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_quote_line_tenant_id_id")),
    )
    op.create_index("ix_quote_line_quote", "quote_line", ["tenant_id", "quote_id", "position"], unique=False)
    op.create_table(
        "sales_order",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("customer_reference", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("tax_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("entered_by IN ('CUSTOMER', 'EMPLOYEE')", name=op.f("ck_sales_order_entered_by")),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'APPROVED', 'PROCESSED', 'CANCELLED')", name=op.f("ck_sales_order_status")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contact.tenant_id", "contact.id"],
            name=op.f("fk_sales_order_tenant_id_contact_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "organization_id"],
            ["organization.tenant_id", "organization.id"],
            name=op.f("fk_sales_order_tenant_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["employee.tenant_id", "employee.id"],
            name=op.f("fk_sales_order_tenant_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "quote_id"], ["quote.tenant_id", "quote.id"], name=op.f("fk_sales_order_tenant_id_quote_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_order_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sales_order_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_sales_order_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "quote_id", name=op.f("uq_sales_order_tenant_id_quote_id")),
    )
    op.create_index("ix_sales_order_created", "sales_order", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_sales_order_organization", "sales_order", ["tenant_id", "organization_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "sales_order_line",
        sa.Column("sales_order_id", sa.Uuid(), nullable=False),
        sa.Column("quote_line_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=19, scale=6), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("tax_rate", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("net_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("tax_total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("total", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sales_order_id"],
            ["sales_order.tenant_id", "sales_order.id"],
            name=op.f("fk_sales_order_line_tenant_id_sales_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sales_order_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sales_order_line_tenant_id_id")),
    )
    op.create_index(
        "ix_sales_order_line_order", "sales_order_line", ["tenant_id", "sales_order_id", "position"], unique=False
    )
    for statement in SECURITY:
        op.execute(statement)


# What qw_app may do with each tenant table. The outbox is append-only for it.
APP_RIGHTS = {
    "tenant": "SELECT, INSERT, UPDATE",
    "employee": "SELECT, INSERT, UPDATE",
    "credential": "SELECT, INSERT, UPDATE",
    "number_sequence": "SELECT, INSERT, UPDATE",
    "organization": "SELECT, INSERT, UPDATE",
    "contact": "SELECT, INSERT, UPDATE",
    "quote": "SELECT, INSERT, UPDATE",
    "quote_line": "SELECT, INSERT, UPDATE, DELETE",
    "sales_order": "SELECT, INSERT, UPDATE",
    "sales_order_line": "SELECT, INSERT, UPDATE, DELETE",
    "integration": "SELECT, INSERT, UPDATE",
    "integration_setting": "SELECT, INSERT, UPDATE",
    "outbox": "SELECT, INSERT",
    "sync_task": "SELECT, INSERT, UPDATE, DELETE",
    "lane": "SELECT, INSERT, UPDATE, DELETE",
    "external_link": "SELECT, INSERT, UPDATE, DELETE",
    "sync_error": "SELECT, INSERT, UPDATE",
}
# What qw_system may do across tenants: claim work, tidy facts, find the tenant of a token. Nothing else.
SYSTEM_RIGHTS = {
    "outbox": "SELECT, DELETE",
    "sync_task": "SELECT, UPDATE",
    "lane": "SELECT, UPDATE",
    "credential": "SELECT, UPDATE (last_used_at)",
}
# Root and line tables: a change without a fact for its root fails at commit.
SYNCED = {
    "organization": ("organization", "id"),
    "contact": ("organization", "organization_id"),
    "quote": ("quote", "id"),
    "quote_line": ("quote", "quote_id"),
    "sales_order": ("sales_order", "id"),
    "sales_order_line": ("sales_order", "sales_order_id"),
}
THIS_TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"

FACT_REQUIRED = """
CREATE FUNCTION fact_required() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  changed jsonb := to_jsonb(coalesce(NEW, OLD));
  root text := TG_ARGV[0] || ':' || (changed ->> TG_ARGV[1]);
BEGIN
  -- txid, not xmin: a savepoint has an xmin of its own
  IF session_user = 'qw_app' AND NOT EXISTS (
    SELECT FROM outbox WHERE txid = pg_current_xact_id() AND subject = root
  ) THEN
    RAISE EXCEPTION '% of % was changed without a fact', TG_TABLE_NAME, root
      USING ERRCODE = 'integrity_constraint_violation', HINT = 'emit an event in the same transaction';
  END IF;
  RETURN NULL;
END $$
"""


def _security() -> Iterator[str]:
    for table, rights in APP_RIGHTS.items():
        own = f"{'id' if table == 'tenant' else 'tenant_id'} = {THIS_TENANT}"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY own_tenant ON {table} TO qw_app USING ({own}) WITH CHECK ({own})"
        yield f"GRANT {rights} ON {table} TO qw_app"
    for table, rights in SYSTEM_RIGHTS.items():
        yield f"CREATE POLICY every_tenant ON {table} TO qw_system USING (true)"
        yield f"GRANT {rights} ON {table} TO qw_system"
    yield FACT_REQUIRED
    for table, (kind, column) in SYNCED.items():
        yield (
            f"CREATE CONSTRAINT TRIGGER fact_required AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fact_required('{kind}', '{column}')"
        )


SECURITY = tuple(_security())
