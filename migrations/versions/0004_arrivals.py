"""What comes from the other side: callback addresses and how far a poll has read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

THIS_TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"


def upgrade() -> None:
    op.create_table(
        "sync_cursor",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("remote_kind", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("mark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sync_cursor_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_cursor")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sync_cursor_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "provider", "remote_kind", name=op.f("uq_sync_cursor_tenant_id_provider_remote_kind")
        ),
    )
    own = f"tenant_id = {THIS_TENANT}"
    op.execute("ALTER TABLE sync_cursor ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sync_cursor FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON sync_cursor TO qw_app USING ({own}) WITH CHECK ({own})")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sync_cursor TO qw_app")

    op.add_column("credential", sa.Column("sealed", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_credential_kind"), "credential", type_="check")
    op.create_check_constraint(
        op.f("ck_credential_kind"), "credential", "kind IN ('API_TOKEN', 'CALLBACK')", postgresql_not_valid=True
    )

    # Lanes that are open already take the new kinds, and what comes back by itself begins. The owner is bound by
    # row-level security as well, so it is not forced for these two statements; both tables are small and few.
    op.execute("ALTER TABLE lane NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sync_task NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE lane SET subjects = subjects || '{remote_company,remote_contact,poll,callbacks}'::text[]"
        " WHERE provider = 'CONNECTWISE'"
    )
    op.execute(
        "INSERT INTO sync_task (id, tenant_id, provider, subject, due_at)"
        " SELECT gen_random_uuid(), tenant_id, provider,"
        " unnest('{poll:company,poll:contact,callbacks:all}'::text[]), now()"
        " FROM lane WHERE provider = 'CONNECTWISE'"
    )
    op.execute("ALTER TABLE sync_task FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE lane FORCE ROW LEVEL SECURITY")
