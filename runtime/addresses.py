"""Addresses of a PostgreSQL and of a Redis: where they lead, and one sentence when nobody lets us in there.

A sentence never shows more of an address than host, port and database: what libpq and redis-py say of a malformed one
quotes pieces of the password. Which setting an address came from, the caller says (`errors.naming`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from runtime.errors import UserError
from runtime.settings import libpq_url

_PATIENCE = 10  # seconds until a server that says nothing counts as away
_POSTGRES = "This is not an address of a PostgreSQL, as postgresql://user:password@host/database is"
_REDIS = "This is not an address of a Redis, as redis://user:password@host:6379/0 is"
_ENCODE = "(characters like / @ : # % in a password are written as %2F %40 %3A %23 %25)"


def connect(url: str, database: str | None = None) -> psycopg.Connection:
    """A connection in autocommit, to another database of that server when one is named. Raises UserError."""
    parts = postgres_parts(url)
    where = f"PostgreSQL at {_place(parts)}"
    try:
        conninfo = make_conninfo(libpq_url(url), dbname=database)
        return psycopg.connect(conninfo, autocommit=True, connect_timeout=_PATIENCE)
    except psycopg.Error as error:
        text = first_line(error)
        if "FATAL: " in text:
            raise UserError(f"{where} lets nobody in: {text.rpartition('FATAL: ')[2].strip()}.") from None
        raise UserError(f"{where} cannot be reached: {text.rpartition(' failed: ')[2]}.") from None


def postgres_parts(url: str) -> dict[str, str]:
    """What libpq reads in an address: user, password, host, port, dbname. Raises UserError when it is malformed."""
    if not url.startswith("postgres"):
        raise UserError(f"{_POSTGRES}.")
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(libpq_url(url)).items()}
    except psycopg.Error:
        raise UserError(f"{_POSTGRES} {_ENCODE}.") from None
    ports = [port for port in parts.get("port", "").split(",") if port]
    # An @ or a / that was not written as %40 or %2F: what follows it in the password would pass for host or database.
    if "@" in parts.get("host", "") + parts.get("dbname", "") or not all(port.isdigit() for port in ports):
        raise UserError(f"{_POSTGRES} {_ENCODE}.")
    return parts


def ping_redis(url: str) -> None:
    """See that a Redis answers there. Raises UserError."""
    import redis

    where = f"Redis at {redis_place(url)}"
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except redis.AuthenticationError as error:
        raise UserError(f"{where} lets nobody in: {_whole(error)}.") from None
    except (redis.RedisError, OSError) as error:
        raise UserError(f"{where} cannot be reached: {_whole(error).rpartition('. ')[2]}.") from None
    except ValueError:
        raise UserError(f"{_REDIS} {_ENCODE}.") from None


def redis_place(url: str) -> str:
    """Where it leads, without user and password. Raises UserError when it is malformed."""
    try:
        found = urlsplit(url)
        if found.scheme == "unix" and found.path:
            return found.path
        if found.scheme not in ("redis", "rediss") or not found.hostname:
            raise ValueError(found.scheme)
        return f"{found.hostname}:{found.port or 6379}"
    except ValueError:
        raise UserError(f"{_REDIS} {_ENCODE}.") from None


def _place(parts: dict[str, str]) -> str:
    host = parts.get("host") or parts.get("hostaddr") or "its usual socket"
    return host if host.startswith(("/", "its")) else f"{host}:{parts.get('port', '5432')}"


def first_line(error: psycopg.Error) -> str:
    """The first line of what PostgreSQL said, without its full stop. The others hold rows and hints."""
    return _whole(error).splitlines()[0].strip().rstrip(".")


def _whole(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
