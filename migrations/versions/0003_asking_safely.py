"""Answers remembered by idempotency key, and searches that use their indexes behind row-level security."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

THIS_TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"

ORDERS = {
    "ix_employee_name": ("employee", "name", "id"),
    "ix_organization_updated": ("organization", "updated_at", "id"),
    "ix_contact_updated": ("contact", "updated_at", "id"),
    "ix_product_updated": ("product", "updated_at", "id"),
    "ix_sales_order_updated": ("sales_order", "updated_at", "id"),
    "ix_sales_order_total": ("sales_order", "total_minor", "id"),
    "ix_sync_error_subject": ("sync_error", "subject"),
}

# What each record is searched by: its numbers first.
SEARCHED = {
    "organization": ("account_number", "name"),
    "contact": ("email", "first_name", "last_name"),
    "product": ("number", "part_number", "title"),
    "quote": ("number", "title"),
    "sales_order": ("number", "customer_reference"),
}


def upgrade() -> None:
    op.execute(ROLE_NEEDED)
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    # First, and each anew: a build that broke off leaves an index that is good for nothing.
    with op.get_context().autocommit_block():
        for name, (table, *columns) in ORDERS.items():
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            op.create_index(name, table, ["tenant_id", *columns], unique=False, postgresql_concurrently=True)
        for table in SEARCHED:
            name = f"ix_{table}_search"
            op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
            op.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON {table} USING gin (tenant_id, ({lines_of(table)}) gin_trgm_ops)"
            )
    op.create_table(
        "idempotency_key",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_idempotency_key_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_idempotency_key_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "actor", "key", name=op.f("uq_idempotency_key_tenant_id_actor_key")),
    )
    op.create_index("ix_idempotency_key_created", "idempotency_key", ["tenant_id", "created_at"], unique=False)
    for statement in _security():
        op.execute(statement)


def lines_of(table: str) -> str:
    """The text that is searched: a line for each column, so that "begins with" is a pattern too."""
    lines = "chr(10)"
    for column in SEARCHED[table]:
        lines = f"(({lines} || coalesce({column}, '')) || chr(10))"
    return lines


# Roles are not made by migrations: they belong to the server, not to the database.
ROLE_NEEDED = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'qw_search') THEN
    RAISE EXCEPTION 'the role qw_search is missing: run `quotewright db init` once more, then migrate';
  END IF;
END $$
"""

# The best first. Each way of being found is cut at 1,000 rows by itself, so that a text that half of the rows have
# costs no more than one that few have, and what is exactly or begins with it is found all the same.
SEARCH = """
CREATE FUNCTION {name}({arguments}) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1000
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  own CONSTANT uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  part CONSTANT text := regexp_replace(query, '([\\\\%_])', '\\\\\\1', 'g');
BEGIN
  RETURN QUERY SELECT found.id FROM ({ways}
  ) AS found GROUP BY found.id ORDER BY min(found.tier), max(word_similarity(query, found.lines)) DESC, found.id DESC
  LIMIT 1000;
END $$
"""
WAY = """
    (SELECT id, {tier} AS tier, {lines} AS lines FROM {table}
     WHERE tenant_id = own AND {condition} LIMIT 1000)"""
BY_ORGANIZATION = """
    (SELECT id, 2 AS tier, '' AS lines FROM quote
     WHERE tenant_id = own AND by_organization
       AND organization_id = ANY (ARRAY(SELECT search_organizations(query) LIMIT 100)) LIMIT 1000)"""


def _search(table: str) -> str:
    lines = lines_of(table)
    conditions = (
        f"{lines} ILIKE '%' || chr(10) || part || chr(10) || '%'",
        f"{lines} ILIKE '%' || chr(10) || part || '%'",
        f"{lines} ILIKE '%' || part || '%'",
        f"query <% {lines}",
    )
    ways = [
        WAY.format(tier=tier, lines=lines, table=table, condition=condition)
        for tier, condition in enumerate(conditions)
    ]
    arguments = "query text"
    if table == "quote":
        ways.append(BY_ORGANIZATION)
        arguments += ", by_organization boolean"
    return SEARCH.format(name=f"search_{table}s", arguments=arguments, ways="\n    UNION ALL".join(ways))


def _security() -> Iterator[str]:
    own = f"tenant_id = {THIS_TENANT}"
    yield "ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY"
    yield "ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_tenant ON idempotency_key TO qw_app USING ({own}) WITH CHECK ({own})"
    yield "GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_key TO qw_app"
    # To be given a function a role must be allowed to make one.
    yield "GRANT USAGE, CREATE ON SCHEMA public TO qw_search"
    for table in SEARCHED:
        # Not "own tenant": a policy with a condition would keep the trigrams from the index. The functions filter.
        yield f"CREATE POLICY searched ON {table} FOR SELECT TO qw_search USING (true)"
        yield f"GRANT SELECT (id, tenant_id, {', '.join(SEARCHED[table])}) ON {table} TO qw_search"
        arguments = "text, boolean" if table == "quote" else "text"
        yield _search(table)
        yield f"REVOKE ALL ON FUNCTION search_{table}s({arguments}) FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION search_{table}s({arguments}) TO qw_app"
        yield f"ALTER FUNCTION search_{table}s({arguments}) OWNER TO qw_search"
    yield "GRANT SELECT (organization_id) ON quote TO qw_search"
    yield "REVOKE CREATE ON SCHEMA public FROM qw_search"
