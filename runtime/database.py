"""Roles and database of one PostgreSQL, ours or anybody's. Holds no table: those are in `migrations`.

Three roles: `qw_owner` owns everything and migrates; `qw_app` is what api and worker connect as and owns nothing, so
row-level security binds it; `qw_system` is entered by `qw_app` for single transactions that look across tenants. A
fourth, `qw_search`, owns the search functions and nothing else: nobody acts as it but they.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from runtime.addresses import connect, first_line, postgres_parts
from runtime.errors import UserError, naming
from runtime.settings import Settings

OWNER, APP, SYSTEM, SEARCH = "qw_owner", "qw_app", "qw_system", "qw_search"
_ROLES = {
    OWNER: "LOGIN INHERIT",
    # NOINHERIT: without it the policies of qw_system would hold for every statement of the app.
    APP: "LOGIN NOINHERIT",
    SYSTEM: "NOLOGIN NOINHERIT",
    SEARCH: "NOLOGIN NOINHERIT",
}
_NEVER = "NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS"
_LOCK = 0x51574442  # "QWDB": two `init` at once would trip over each other's CREATE ROLE


def init(admin_url: str, database: str = "quotewright", *, owner_password: str = "", app_password: str = "") -> None:
    """Make roles and database, or put them right; a second call changes nothing. `admin_url`: who may make roles.

    Without passwords the roles keep the ones they have; ours on a private socket need none. Raises UserError.
    """
    try:
        with connect(admin_url) as server:
            server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            _make_roles(server, {OWNER: owner_password, APP: app_password})
            if not server.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchall():
                server.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                        sql.Identifier(database), sql.Identifier(OWNER)
                    )
                )
            server.execute(_named("ALTER DATABASE {} OWNER TO {}", database, OWNER))
        with connect(admin_url, database) as inside:
            inside.execute(_named("ALTER SCHEMA public OWNER TO {}", OWNER))
            inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            inside.execute(_named("GRANT USAGE ON SCHEMA public TO {}, {}, {}", APP, SYSTEM, SEARCH))
    except psycopg.Error as error:
        raise UserError(f"Roles and database could not be made: {first_line(error)}.") from None


def _make_roles(server: psycopg.Connection, passwords: dict[str, str]) -> None:
    present = {name for (name,) in server.execute("SELECT rolname FROM pg_roles").fetchall()}
    [(superuser,)] = server.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchall()
    for role, abilities in _ROLES.items():
        if role not in present:
            server.execute(_named(f"CREATE ROLE {{}} {abilities}", role))
        if superuser:  # others may not even name these, and cannot have given them
            server.execute(_named(f"ALTER ROLE {{}} {abilities} {_NEVER}", role))
        if passwords.get(role):
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[role]))
            server.execute(statement)
    modern = server.info.server_version >= 160000  # before, INHERIT was a matter of the role alone
    # qw_owner becomes qw_search only to hand functions to it.
    for role, member in ((SYSTEM, APP), (SEARCH, OWNER)):
        server.execute(_named("GRANT {} TO {}" + (" WITH INHERIT FALSE, SET TRUE" if modern else ""), role, member))
    if not superuser:  # to give qw_owner a database one must be able to become qw_owner
        server.execute(_named("GRANT {} TO CURRENT_USER" + (" WITH INHERIT TRUE, SET TRUE" if modern else ""), OWNER))


def init_for(admin_url: str, settings: Settings) -> str:
    """`init` with the name and the passwords that the settings use; the database's name. Raises UserError."""
    settings.need("database_url", "database_owner_url")
    with naming("DATABASE_URL"):
        app = postgres_parts(settings.database_url)
    with naming("DATABASE_OWNER_URL"):
        owner = postgres_parts(settings.database_owner_url)
    for setting, parts, role in (("DATABASE_URL", app, APP), ("DATABASE_OWNER_URL", owner, OWNER)):
        if parts.get("user") != role:
            raise UserError(f"{setting} must connect as {role}.")
    name = app.get("dbname", "")
    if not name or name != owner.get("dbname"):
        raise UserError("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
    with naming("DATABASE_ADMIN_URL"):
        init(admin_url, name, owner_password=owner.get("password", ""), app_password=app.get("password", ""))
    return name


def create_from_template(admin_url: str, template: str, database: str) -> None:
    """A copy of a database that nobody is connected to, owned by `qw_owner`: 20–40 ms. For tests."""
    with connect(admin_url) as server:
        server.execute(_named("CREATE DATABASE {} TEMPLATE {} OWNER {}", database, template, OWNER))


def drop(admin_url: str, database: str) -> None:
    """Remove a database, and whoever is still connected to it. For tests."""
    with connect(admin_url) as server:
        server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", database))


def _named(statement: str, *names: str) -> sql.Composed:
    # The statements are literals of this file; only the names vary, and those are quoted.
    return sql.SQL(statement).format(*map(sql.Identifier, names))
