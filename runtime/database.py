"""Roles, database and migrations of one PostgreSQL, ours or anybody's. Holds no table: those are in `migrations`.

Three roles: `qw_owner` owns everything and migrates; `qw_app` is what api and worker connect as and owns nothing, so
row-level security binds it; `qw_system` is entered by `qw_app` for single transactions that look across tenants.
"""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.abc import ConnDict
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from runtime.errors import UserError
from runtime.settings import Settings, libpq_url

OWNER, APP, SYSTEM = "qw_owner", "qw_app", "qw_system"
_ROLES = {
    OWNER: "LOGIN INHERIT",
    # NOINHERIT: without it the policies of qw_system would hold for every statement of the app.
    APP: "LOGIN NOINHERIT",
    SYSTEM: "NOLOGIN NOINHERIT",
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
            inside.execute(_named("GRANT USAGE ON SCHEMA public TO {}, {}", APP, SYSTEM))
    except psycopg.Error as error:
        raise UserError(f"Roles and database could not be made: {_first_line(error)}.") from None


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
    server.execute(_named("GRANT {} TO {}" + (" WITH INHERIT FALSE, SET TRUE" if modern else ""), SYSTEM, APP))
    if not superuser:  # to give qw_owner a database one must be able to become qw_owner
        server.execute(_named("GRANT {} TO CURRENT_USER" + (" WITH INHERIT TRUE, SET TRUE" if modern else ""), OWNER))


def init_for(admin_url: str, settings: Settings) -> str:
    """`init` with the name and the passwords that the settings use; the database's name. Raises UserError."""
    settings.need("database_url", "database_owner_url")
    app, owner = (
        _parts("DATABASE_URL", settings.database_url),
        _parts("DATABASE_OWNER_URL", settings.database_owner_url),
    )
    for setting, parts, role in (("DATABASE_URL", app, APP), ("DATABASE_OWNER_URL", owner, OWNER)):
        if parts.get("user") != role:
            raise UserError(f"{setting} must connect as {role}.")
    name = str(app.get("dbname") or "")
    if not name or name != owner.get("dbname"):
        raise UserError("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
    passwords = [str(parts.get("password") or "") for parts in (owner, app)]
    init(admin_url, name, owner_password=passwords[0], app_password=passwords[1])
    return name


def _parts(setting: str, url: str) -> ConnDict:
    try:
        return conninfo_to_dict(libpq_url(url))
    except psycopg.Error:
        raise UserError(f"{setting} is not an address like postgresql://user:password@host/database.") from None


def migrate(owner_url: str) -> None:
    """Bring the schema to the newest revision, as `qw_owner`. `migrations/env.py` finds the address in `attributes`."""
    from alembic import command
    from alembic.config import Config

    connect(owner_url).close()  # one sentence now rather than a long trace out of alembic
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.attributes["url"] = owner_url
    command.upgrade(config, "head")


def create_from_template(admin_url: str, template: str, database: str) -> None:
    """A copy of a database that nobody is connected to, owned by `qw_owner`: 20–40 ms. For tests."""
    with connect(admin_url) as server:
        server.execute(_named("CREATE DATABASE {} TEMPLATE {} OWNER {}", database, template, OWNER))


def drop(admin_url: str, database: str) -> None:
    """Remove a database, and whoever is still connected to it. For tests."""
    with connect(admin_url) as server:
        server.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", database))


def connect(url: str, database: str | None = None) -> psycopg.Connection:
    """A connection in autocommit, to another database of that server when one is named. Raises UserError."""
    if not url.startswith("postgres"):
        raise UserError("This is not an address of a PostgreSQL, as postgresql://user:password@host/database is.")
    try:
        return psycopg.connect(make_conninfo(libpq_url(url), dbname=database), autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        # libpq's text names host, port and user, never the password
        raise UserError(f"PostgreSQL cannot be reached: {_first_line(error)}.") from None


def _named(statement: str, *names: str) -> sql.Composed:
    # The statements are literals of this file; only the names vary, and those are quoted.
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")
