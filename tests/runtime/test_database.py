"""Roles are what row-level security rests on: who owns what, who may become whom, and that `init` puts it right."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
import redis

from runtime import database as databases
from runtime import revisions
from runtime.embedded import EmbeddedPostgres
from runtime.errors import UserError
from runtime.settings import libpq_url, sqlalchemy_url


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        return connection.execute(statement).fetchall()


def test_roles_can_do_no_more_than_they_must(database: Any) -> None:
    found = rows(
        database.admin_url,
        "SELECT rolname, rolcanlogin, rolinherit, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
        " OR rolreplication FROM pg_roles WHERE rolname LIKE 'qw\\_%' ORDER BY 1",
    )
    assert found == [
        ("qw_app", True, False, False),
        ("qw_owner", True, True, False),
        ("qw_search", False, False, False),
        ("qw_system", False, False, False),
    ]


def test_the_owner_owns_database_and_schema(database: Any) -> None:
    assert rows(
        database.app_url,
        "SELECT (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()),"
        " (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public')",
    ) == [("qw_owner", "qw_owner")]


def test_the_app_creates_nothing_and_is_system_only_when_it_says_so(database: Any) -> None:
    with psycopg.connect(libpq_url(database.owner_url), autocommit=True) as owner:
        owner.execute("CREATE TABLE probe (id int)")
        owner.execute("GRANT SELECT ON probe TO qw_system")
    with psycopg.connect(libpq_url(database.app_url), autocommit=True) as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM probe")
        with app.transaction():
            app.execute("SET LOCAL ROLE qw_system")
            assert app.execute("SELECT count(*) FROM probe").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM probe")


@pytest.fixture(scope="module")
def bare(store_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server of its own: these tests bend roles that all databases of a server share."""
    server = EmbeddedPostgres(store_folder / "bare", fsync=False)
    server.start()
    yield server
    server.stop()


def test_init_by_an_admin_that_is_no_superuser_then_by_one_that_is(bare: EmbeddedPostgres) -> None:
    """The admin of a hosted PostgreSQL may make roles and databases, and no more."""
    with psycopg.connect(bare.url, autocommit=True) as server:
        server.execute("CREATE ROLE hosted LOGIN CREATEROLE CREATEDB")
        databases.init(bare.url_for("hosted", "postgres"), app_password="for the app")
        databases.init(bare.url_for("hosted", "postgres"), app_password="for the app")
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'quotewright'"
        assert rows(bare.url, owner) == [("qw_owner",)]
        assert rows(bare.url, "SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'qw_app'") == [(True,)]

        # Somebody loosened what row-level security rests on; the next start puts it right.
        server.execute("ALTER ROLE qw_app INHERIT BYPASSRLS")
        server.execute("GRANT qw_system TO qw_app WITH INHERIT TRUE")
        databases.init(bare.url)
        assert rows(
            bare.url,
            "SELECT rolinherit, rolbypassrls, bool_or(inherit_option), bool_and(set_option)"
            " FROM pg_roles JOIN pg_auth_members ON member = pg_roles.oid WHERE rolname = 'qw_app' GROUP BY 1, 2",
        ) == [(False, False, False, True)]


def test_every_database_is_fresh(database: Any) -> None:
    assert rows(database.app_url, "SELECT current_user::text, current_database()::text") == [("qw_app", database.name)]


def test_an_address_that_leads_nowhere_is_one_sentence_without_the_password() -> None:
    with pytest.raises(UserError) as caught:
        databases.init("postgresql+psycopg://admin:topsecret@127.0.0.1:1/postgres")
    text = str(caught.value)
    assert text.startswith("PostgreSQL at 127.0.0.1:1 cannot be reached: ")
    assert "\n" not in text
    assert "topsecret" not in text


def test_a_migration_tells_each_revision_and_waits_for_its_turn(bare: EmbeddedPostgres) -> None:
    databases.init(bare.url, "told")
    owner, said = bare.url_for(databases.OWNER, "told"), list[str]()
    newest = revisions.known()[-1]
    with psycopg.connect(libpq_url(owner), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [revisions._LOCK])
        waiting = Thread(target=lambda: revisions.migrate(owner, said.append))
        waiting.start()
        while not said:
            time.sleep(0.01)
        assert rows(owner, "SELECT to_regclass('tenant')") == [(None,)]
    waiting.join()
    assert said[0] == "  waiting for another migration of this database to end"
    assert [line.split()[0] for line in said[1:]] == revisions.known()
    assert all(line.endswith(" s") for line in said[1:])
    assert revisions.migrate(owner, said.append) == newest
    assert len(said) == 1 + len(revisions.known())


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
def test_both_spellings_of_an_address(scheme: str) -> None:
    url = f"{scheme}://qw_app@/quotewright?host=/tmp/x"
    assert libpq_url(url) == "postgresql://qw_app@/quotewright?host=/tmp/x"
    assert sqlalchemy_url(url) == "postgresql+psycopg://qw_app@/quotewright?host=/tmp/x"


def test_redis_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "over")
