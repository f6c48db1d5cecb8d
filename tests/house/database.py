"""A PostgreSQL catalog as plain rows: tables, policies, keys, rights, functions, roles. Judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

import psycopg


class Table(NamedTuple):
    name: str
    owner: str
    secured: bool
    forced: bool
    has_tenant: bool


class Policy(NamedTuple):
    table: str
    name: str
    permissive: str
    roles: list[str]
    command: str
    using: str | None
    check: str | None


class Key(NamedTuple):
    """A primary key (p), unique index (u) or foreign key (f)."""

    table: str
    name: str
    kind: str
    columns: list[str]
    target: str | None
    target_columns: list[str] | None


class Right(NamedTuple):
    table: str
    role: str
    right: str


class Definer(NamedTuple):
    name: str
    owner: str
    settings: list[str]
    for_everybody: bool


class Trigger(NamedTuple):
    table: str
    deferred: bool
    enabled: str


@dataclass(frozen=True)
class Catalog:
    tables: list[Table]
    policies: list[Policy]
    keys: list[Key]
    rights: list[Right]
    definers: list[Definer]
    fact_triggers: list[Trigger]
    audit_triggers: list[Trigger]
    roles: dict[str, tuple[Any, ...]]


def read(connection: psycopg.Connection) -> Catalog:
    def rows(query: LiteralString) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    return Catalog(
        [Table(*row) for row in rows(_TABLES)],
        [Policy(*row) for row in rows(_POLICIES)],
        [Key(*row) for row in rows(_KEYS)],
        [Right(*row) for row in rows(_RIGHTS)],
        [Definer(*row) for row in rows(_DEFINERS)],
        [Trigger(*row) for row in rows(_TRIGGERS)],
        [Trigger(*row) for row in rows(_AUDIT_TRIGGERS)],
        {name: tuple(can) for name, *can in rows(_ROLES)},
    )


_TABLES = """
SELECT c.relname, c.relowner::regrole::text, c.relrowsecurity, c.relforcerowsecurity, EXISTS (
  SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""
_POLICIES = """
SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies
WHERE schemaname = 'public' ORDER BY 1, 2
"""
_KEYS = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, CASE WHEN i.indisprimary THEN 'p' ELSE 'u' END,
  ARRAY(SELECT coalesce(a.attname::text, '(expression)') FROM unnest(i.indkey::int2[]) AS k(n)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n AND k.n > 0), NULL, NULL
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT f.conrelid::regclass::text, f.conname, 'f',
  ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY AS k(n, o)
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.n ORDER BY o),
  f.confrelid::regclass::text,
  ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY AS k(n, o)
        JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.n ORDER BY o)
FROM pg_constraint f WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
ORDER BY 1, 2
"""
_RIGHTS = """
SELECT c.relname, coalesce(nullif(r.grantee, 0)::regrole::text, 'PUBLIC'), r.privilege_type
FROM pg_class c, aclexplode(c.relacl) r
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND r.grantee <> c.relowner
UNION ALL
SELECT c.relname, coalesce(nullif(r.grantee, 0)::regrole::text, 'PUBLIC'), r.privilege_type || ' (' || a.attname || ')'
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) r
WHERE c.relnamespace = 'public'::regnamespace AND r.grantee <> c.relowner
ORDER BY 1, 2, 3
"""
_DEFINERS = """
SELECT proname, proowner::regrole::text, coalesce(proconfig, '{}'),
  EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)
FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1
"""
_TRIGGERS = """
SELECT tgrelid::regclass::text, tgdeferrable AND tginitdeferred, tgenabled::text FROM pg_trigger
WHERE tgfoid = 'public.fact_required'::regproc AND NOT tgisinternal ORDER BY 1
"""
_AUDIT_TRIGGERS = """
SELECT tgrelid::regclass::text, tgdeferrable AND tginitdeferred, tgenabled::text FROM pg_trigger
WHERE tgfoid = 'public.audited'::regproc AND NOT tgisinternal ORDER BY 1
"""
_ROLES = """
SELECT rolname, rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
FROM pg_roles WHERE rolname LIKE 'qw\\_%'
"""
