"""What the database itself must look like: pure functions over what `tests.house.database` has read.

Whatever may deviate stands in the lists on top, each with its reason; a new table, policy or function that is in none
of them is a complaint. It does not look at what columns mean.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.house.database import Catalog, Policy

# Tables without a `tenant_id`, and the column that tells the tenant all the same (None: the app has no right to it).
WITHOUT_TENANT_ID: dict[str, str | None] = {
    "tenant": "id",
    "alembic_version": None,  # which migrations have run
}
# Tables that nothing may point at, so nothing needs UNIQUE (tenant_id, id).
NEVER_POINTED_AT = {
    "outbox",  # append-only, deleted in batches after some days
}
# Root and line tables: a change without a fact for the root fails at commit.
SYNCED = {
    "organization", "contact", "product",
    "delivery_address", "product_component", "supplier_offer",
    "quote", "quote_section", "quote_line", "sales_order", "sales_order_line",
    "sales_order_delivery", "sales_order_delivery_line", "sales_order_payment",
    "purchase_order", "purchase_order_line", "purchase_order_cost", "goods_receipt", "goods_receipt_line",
}  # fmt: skip
# Tables whose changes nobody is told of.
WITHOUT_FACTS = {
    "tenant", "employee", "credential", "number_sequence",  # who and how we are, never synced
    "integration", "integration_setting",  # back-fill says what a changed setting means
    "outbox", "sync_task", "lane", "external_link", "sync_error",  # the facts, and what became of them
    "sync_cursor", "idempotency_key", "audit_entry",  # how far we have read, what was answered, who did it
    "product_category", "brand", "supplier", "warehouse",  # words that records share; the settings map them
    "order_confirmation",  # the mail itself: its worker is who changes it
    "serial_number",  # its order and its receipt are told of
    "quote_version", "quote_template", "approval_rule", "sales_settings",  # papers and rules, never synced
}  # fmt: skip
# Tables whose changes are in no audit trail; the others have the trigger `audited`.
UNAUDITED = {
    "outbox", "sync_task", "lane", "external_link", "sync_cursor",  # the machinery: nobody's decisions
    "number_sequence", "idempotency_key", "audit_entry",  # what has been given away, answered, written down
}  # fmt: skip
# What roles that see every tenant may do, in all. Each of their tables has a policy for them, of this name and command.
# qw_system claims work, tidies facts and finds the tenant of a token; qw_search is whom the search functions run as.
ACROSS_TENANTS = {"qw_system": ("every_tenant", "ALL"), "qw_search": ("searched", "SELECT")}
RIGHTS = {
    "qw_system": {
        "outbox": {"SELECT", "DELETE"},
        "sync_task": {"SELECT", "UPDATE"},
        "lane": {"SELECT", "UPDATE"},
        "credential": {"SELECT", "UPDATE (last_used_at)"},
    },
    "qw_search": {
        table: {f"SELECT ({column})" for column in ("id", "tenant_id", *columns)}
        for table, columns in {
            "organization": ("account_number", "name"),
            "contact": ("email", "first_name", "last_name"),
            "product": ("number", "part_number", "part_key", "title", "brand_id"),
            "brand": ("name", "name_folded"),
            "supplier_offer": ("product_id", "supplier_key"),
            "purchase_order": ("number", "supplier_reference"),
            "quote": ("number", "title", "organization_id"),
            "sales_order": ("number", "customer_reference"),
        }.items()
    },
}
# What qw_app may do with tables of no tenant.
UNFENCED_RIGHTS = {
    ("alembic_version", "SELECT"),  # a process that starts looks whether the schema is the one it knows
}
# Functions that run with their owner's rights. Each filters by `app.tenant` itself and returns ids only.
DEFINERS = {
    "search_organizations": "qw_search",
    "search_contacts": "qw_search",
    "search_products": "qw_search",
    "search_purchase_orders": "qw_search",
    "search_quotes": "qw_search",
    "search_sales_orders": "qw_search",
}
# UNIQUE without `tenant_id` tells one tenant what another one has.
UNIQUE_ACROSS_TENANTS: set[str] = set()
# login, inherit, superuser, bypassrls, createrole, createdb, replication
ROLES = {
    "qw_app": (True, False, False, False, False, False, False),
    "qw_owner": (True, True, False, False, False, False, False),
    "qw_search": (False, False, False, False, False, False, False),
    "qw_system": (False, False, False, False, False, False, False),
}
THIS_TENANT = """({} = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))"""


def complaints(catalog: Catalog) -> list[str]:
    return [
        complaint
        for rule in (_tables, _policies, _keys, _rights, _definers, _facts, _trail, _roles)
        for complaint in rule(catalog)
    ]


def tenant_tables(catalog: Catalog) -> dict[str, str]:
    """Each table that holds what belongs to a tenant, and the column that says to which."""
    columns = {table.name: WITHOUT_TENANT_ID.get(table.name, "tenant_id") for table in catalog.tables}
    return {name: column for name, column in columns.items() if column is not None}


def _tables(catalog: Catalog) -> Iterator[str]:
    for table in catalog.tables:
        if table.owner != "qw_owner":
            yield f"{table.name} belongs to {table.owner}: tables belong to qw_owner, whom nobody is at run time"
        if not table.has_tenant and table.name not in WITHOUT_TENANT_ID:
            yield f"{table.name} has no tenant_id: add it, or list the table in WITHOUT_TENANT_ID with the reason"
        if table.name in tenant_tables(catalog):
            if not table.secured:
                yield f"{table.name}: ENABLE ROW LEVEL SECURITY"
            if not table.forced:
                yield f"{table.name}: FORCE ROW LEVEL SECURITY, or its owner sees every tenant"


def expected_policies(tables: dict[str, str]) -> dict[tuple[str, str], Policy]:
    own = {
        (table, "own_tenant"): Policy(
            table, "own_tenant", "PERMISSIVE", ["qw_app"], "ALL", THIS_TENANT.format(column), THIS_TENANT.format(column)
        )
        for table, column in tables.items()
    }
    every = {
        (table, name): Policy(table, name, "PERMISSIVE", [role], command, "true", None)
        for role, (name, command) in ACROSS_TENANTS.items()
        for table in RIGHTS[role]
    }
    return own | every


def _policies(catalog: Catalog) -> Iterator[str]:
    expected = expected_policies(tenant_tables(catalog))
    found = {(policy.table, policy.name): policy for policy in catalog.policies}
    for where, policy in expected.items():
        if where not in found:
            yield f"{policy.table}: the policy {policy.name} for {policy.roles[0]} is missing"
        elif found[where] != policy:
            yield f"{policy.table}: the policy {policy.name} is {found[where]}, not {policy}"
    for table, name in sorted(set(found) - set(expected)):
        yield f"{table}: the policy {name} opens the table to {found[table, name].roles}; list it, if that is meant"


def _keys(catalog: Catalog) -> Iterator[str]:
    owned = tenant_tables(catalog)
    for name, column in owned.items():
        keys = [key for key in catalog.keys if key.table == name]
        ids = [sorted(key.columns) for key in keys if key.kind == "u"]
        primary = [key.columns for key in keys if key.kind == "p"]
        composite = any("tenant_id" in columns for columns in primary)
        if column == "tenant_id" and not composite and ["id", "tenant_id"] not in ids and name not in NEVER_POINTED_AT:
            yield f"{name}: UNIQUE (tenant_id, id), so that others can point at it within the tenant"
        for key in keys:
            if key.kind == "u" and column not in key.columns and key.name not in UNIQUE_ACROSS_TENANTS:
                yield f"{name}: {key.name} is unique across tenants: begin it with tenant_id"
            if key.kind == "f" and key.target in owned and (key.columns, key.target) != (["tenant_id"], "tenant"):
                pairs = dict(zip(key.columns, key.target_columns or [], strict=True))
                if pairs.get("tenant_id") != "tenant_id":
                    yield f"{name}: {key.name} can point at another tenant's row: make it (tenant_id, …), see `refers`"


def _rights(catalog: Catalog) -> Iterator[str]:
    for role, tables in RIGHTS.items():
        expected = {(table, right) for table, rights in tables.items() for right in rights}
        found = {(right.table, right.right) for right in catalog.rights if right.role == role}
        for table, name in sorted(found - expected):
            yield f"{table}: {role} has {name}; it looks across tenants, so list it only if it must"
        for table, name in sorted(expected - found):
            yield f"{table}: {role} lacks {name}"
    for right in catalog.rights:
        if right.role == "PUBLIC":
            yield f"{right.table}: everybody has {right.right}: REVOKE it FROM PUBLIC"
        unfenced = right.table not in tenant_tables(catalog) and (right.table, right.right) not in UNFENCED_RIGHTS
        if right.role == "qw_app" and unfenced:
            yield f"{right.table}: qw_app has {right.right} on a table that no tenant fences"
        if right.role == "qw_app" and right.right in {"TRUNCATE", "TRIGGER", "REFERENCES"}:
            yield f"{right.table}: qw_app has {right.right}, which row-level security does not bind"


def _definers(catalog: Catalog) -> Iterator[str]:
    for definer in catalog.definers:
        if DEFINERS.get(definer.name) != definer.owner:
            yield f"{definer.name}() runs with the rights of {definer.owner}: list it in DEFINERS, if it must"
        if definer.for_everybody:
            yield f"{definer.name}(): REVOKE ALL FROM PUBLIC, and grant it to qw_app"
        if not any(setting.startswith("search_path=") for setting in definer.settings):
            yield f"{definer.name}(): SET search_path = pg_catalog, public, or a caller chooses what its names mean"
    for name in sorted(DEFINERS.keys() - {definer.name for definer in catalog.definers}):
        yield f"{name}() is listed in DEFINERS and is not there"


def _facts(catalog: Catalog) -> Iterator[str]:
    guarded = {trigger.table for trigger in catalog.fact_triggers if trigger.deferred and trigger.enabled == "O"}
    for name in tenant_tables(catalog):
        if name in SYNCED and name not in guarded:
            yield f"{name}: the deferred constraint trigger fact_required is missing"
        if name not in SYNCED | WITHOUT_FACTS:
            yield f"{name}: list it in SYNCED and give it the trigger fact_required, or in WITHOUT_FACTS with a reason"


def _trail(catalog: Catalog) -> Iterator[str]:
    audited = {trigger.table for trigger in catalog.audit_triggers if trigger.enabled == "O"}
    for name in tenant_tables(catalog):
        if name not in audited | UNAUDITED:
            yield f"{name}: give it the trigger audited (migrations/fencing.py: audit), or list it in UNAUDITED"
    for right in catalog.rights:
        if right.table == "audit_entry" and right.right not in {"SELECT", "INSERT"}:
            yield f"audit_entry: {right.role} has {right.right}; what happened can't be changed"


def _roles(catalog: Catalog) -> Iterator[str]:
    for name, can in ROLES.items():
        if catalog.roles.get(name) != can:
            yield f"the role {name} is {catalog.roles.get(name)}, not {can} (see runtime/database.py)"
