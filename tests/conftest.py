"""Fixtures that every room needs: a PostgreSQL and a Valkey per test process, a fresh database per test.

Holds no data and no client: what one room needs stands in the conftest.py of its folder.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client

import domain.tables  # noqa: F401  # relationships look for each other's classes by name: all have to be there
from runtime import database as databases
from runtime import revisions
from runtime.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.connectwise import judge
from tests.judges import tally

TALLIES = {"judged": judge, "asked": tally}
TEMPLATE = "quotewright_template"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class FreshDatabase:
    """Addresses of a database that only this test knows, as SQLAlchemy takes them; `libpq_url` makes them psycopg's."""

    name: str
    app_url: str
    owner_url: str
    admin_url: str


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder for stores. In memory where there is room: a database is copied in 20 ms there, in 50–350 on a disk.

    Not below pytest's own folder: that is closed to `nobody`, as whom PostgreSQL runs when we are root.
    """
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    folder = Path(tempfile.mkdtemp(prefix="quotewright-tests-", dir=memory if roomy else None)).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def store_folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(store_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL with the roles made and a migrated template database that nobody is connected to."""
    server = EmbeddedPostgres(store_folder / "postgres", fsync=False)
    server.start()
    try:
        databases.init(server.url, TEMPLATE)
        revisions.migrate(server.url_for(databases.OWNER, TEMPLATE))
        yield server
    finally:
        server.stop()


@contextmanager
def fresh_database(postgres: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """An empty, migrated database; gone afterwards with whoever is still connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    databases.create_from_template(postgres.url, TEMPLATE, name)
    try:
        yield FreshDatabase(
            name,
            app_url=postgres.url_for(databases.APP, name),
            owner_url=postgres.url_for(databases.OWNER, name),
            admin_url=postgres.url_for("postgres", name),
        )
    finally:
        databases.drop(postgres.url, name)


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """One of its own for each test."""
    with fresh_database(postgres) as made:
        yield made


@pytest.fixture(scope="session")
def valkey(store_folder: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(store_folder / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> str:
    """The address of a Valkey that holds nothing yet."""
    with redis_client.Redis.from_url(valkey.url) as client:
        client.flushall()
    return valkey.url


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Stable, printable test ids: every process must collect the same ones, and some values are made at random."""
    if isinstance(val, str) and (len(val) > 24 or not val.isascii() or not val.isprintable()):
        return argname
    return argname if isinstance(val, bytes) else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        for name, module in TALLIES.items():
            session.config.workeroutput[name] = dict(module.TALLY)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for name, module in TALLIES.items():
        module.TALLY.update(getattr(node, "workeroutput", {}).get(name, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for module in TALLIES.values():
        if module.TALLY:
            terminalreporter.write_line(module.summary())
