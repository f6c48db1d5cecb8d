"""The audit trail: who changed what, from what to what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.fencing import audit, fence

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Without an actor nobody of ours acts: a migration, or a load that says itself what it did. What only serves finding
# and comparing says nothing to people, so it is left out.
AUDITED = """
CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  who text := nullif(current_setting('app.actor', true), '');
  hidden text[] := string_to_array(TG_ARGV[2], ',');
  left_out text[] := string_to_array(TG_ARGV[3], ',')
    || ARRAY['id', 'tenant_id', 'version', 'created_at', 'updated_at', 'part_key'];
  row_before jsonb := '{}';
  row_after jsonb := '{}';
  whole jsonb;
  differences jsonb;
  subject text;
  root text;
BEGIN
  IF who IS NULL THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN row_before := to_jsonb(OLD); whole := row_before; END IF;
  IF TG_OP <> 'DELETE' THEN row_after := to_jsonb(NEW); whole := row_after; END IF;
  SELECT jsonb_object_agg(regexp_replace(name, '^sealed_', ''), CASE
    WHEN name = ANY (hidden) THEN jsonb_build_array(
      CASE WHEN row_before ->> name IS NOT NULL THEN '(not shown)' END,
      CASE WHEN row_after ->> name IS NOT NULL THEN '(not shown)' END)
    ELSE jsonb_build_array(row_before ->> name, row_after ->> name) END) INTO differences
  FROM jsonb_object_keys(whole) AS name
  WHERE row_before ->> name IS DISTINCT FROM row_after ->> name
    AND name <> ALL (left_out) AND name !~ '_(folded|minor)$';
  IF TG_OP = 'UPDATE' AND differences IS NULL THEN
    RETURN NULL;
  END IF;
  subject := TG_TABLE_NAME || ':' || (whole ->> 'id');
  root := TG_ARGV[0] || ':' || (whole ->> TG_ARGV[1]);
  -- One table, several types of records; a customer's link is part of its quote.
  IF TG_TABLE_NAME = 'credential' THEN
    subject := CASE whole ->> 'kind' WHEN 'OFFER' THEN 'offer_link' WHEN 'CALLBACK' THEN 'callback_token'
      ELSE 'api_token' END || ':' || (whole ->> 'id');
    root := coalesce('quote:' || (whole ->> 'quote_id'), subject);
  END IF;
  INSERT INTO audit_entry (id, tenant_id, at, actor, employee_id, origin, request_id, action, subject, root, changes)
  VALUES (
    gen_random_uuid(),
    coalesce(whole ->> 'tenant_id', whole ->> 'id')::uuid,
    clock_timestamp(),
    who,
    nullif(current_setting('app.employee', true), '')::uuid,
    nullif(current_setting('app.origin', true), ''),
    nullif(current_setting('app.request', true), ''),
    CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'CHANGED' ELSE 'REMOVED' END,
    subject,
    root,
    coalesce(differences, '{}')
  );
  RETURN NULL;
END $$
"""

THEMSELVES = (
    "organization", "product", "product_category", "brand", "supplier", "warehouse", "quote", "quote_template",
    "approval_rule", "sales_order", "employee", "tenant", "integration_setting",
)  # fmt: skip
PARTS = {
    "organization": ("contact", "delivery_address"),
    "product": ("product_component", "supplier_offer", "serial_number"),
    "quote": ("quote_section", "quote_line"),
    "sales_order": (
        "sales_order_line",
        "sales_order_delivery",
        "sales_order_delivery_line",
        "sales_order_payment",
        "order_confirmation",
    ),
    "purchase_order": ("purchase_order_line", "purchase_order_cost", "goods_receipt", "goods_receipt_line"),
}


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("action IN ('CREATED', 'CHANGED', 'REMOVED')", name=op.f("ck_audit_entry_action")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_entry_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_audit_entry_tenant_id_id")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["tenant_id", "at", "id"])
    op.create_index("ix_audit_entry_root", "audit_entry", ["tenant_id", "root", "at", "id"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["tenant_id", "subject", "at", "id"])
    op.create_index("ix_audit_entry_employee", "audit_entry", ["tenant_id", "employee_id", "at", "id"])
    op.create_index("ix_audit_entry_actor", "audit_entry", ["tenant_id", "actor", "at", "id"])
    op.create_index(
        "ix_audit_entry_request",
        "audit_entry",
        ["tenant_id", "request_id", "at", "id"],
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    fence("audit_entry", "SELECT, INSERT", fact=None)
    op.execute(AUDITED)
    for table in THEMSELVES:
        audit(table, (table, "id"))
    for root, tables in PARTS.items():
        for table in tables:
            audit(table, (root, f"{root}_id"))
    audit("credential", ("credential", "id"), left_out=("hash", "sealed", "last_used_at"))
    audit("integration", ("integration", "id"), hidden=("sealed",), left_out=("candidate",))
    audit("purchase_order", ("purchase_order", "id"), hidden=("sealed_note",))
    audit("sales_settings", ("sales_settings", "id"), hidden=("logo",))
    audit("quote_version", ("quote", "quote_id"), left_out=("content",))
    audit("sync_error", ("sync_error", "id"), only=("dismissed_by", "retried_at"))
