"""What a person can put right is one sentence on standard error and exit code 1, of every command, never a trace.

The servers are real: a PostgreSQL that asks for passwords, a disk that is full.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from runtime import database as databases
from runtime import revisions
from runtime.embedded import EmbeddedPostgres
from tests.rig import KEYS
from tests.runtime.conftest import Up, comes, processes_of, refused, running
from tests.runtime.system import ROOT, bare_environment, free_port, running_system

LOST = "redis://:topsecret@127.0.0.1:1"


def sentence(*words: str, **environment: str) -> str:
    """What the command says when it refuses to start; without `quotewright: `."""
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", *words],
        env=bare_environment() | {"SECRET_KEYS": KEYS, "REDIS_URL": LOST} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done
    assert "topsecret" not in done.stdout + done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("quotewright: ")
    assert line.endswith(".")
    return line.removeprefix("quotewright: ")


@pytest.fixture(scope="module")
def server(store_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL at a port, where only the superuser gets in without a password. Its database is not migrated yet."""
    server = EmbeddedPostgres(store_folder / "sentences", fsync=False)
    port = str(free_port())
    server._options |= {"listen_addresses": "127.0.0.1", "port": port}
    server.start()
    admin = f"{server.url}&port={port}"
    databases.init(admin, owner_password="owner-topsecret", app_password="app-topsecret")
    access = store_folder / "sentences" / "data" / "pg_hba.conf"
    access.write_text("local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_reload_conf()")
    server.address = f"127.0.0.1:{port}"  # type: ignore[attr-defined]
    yield server
    server.stop()


def at(server: EmbeddedPostgres, user: str, password: str, database: str = "quotewright") -> str:
    return f"postgresql://{user}:{password}@{server.address}/{database}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words", [["api"], ["worker"], ["token", "list", "--tenant", "0190a0a0-0000-7000-8000-000000000000"]]
)
def test_a_database_that_nobody_answers_for(words: list[str]) -> None:
    url = "postgresql://qw_app:topsecret@127.0.0.1:1/quotewright"
    assert (
        sentence(*words, DATABASE_URL=url)
        == "DATABASE_URL: PostgreSQL at 127.0.0.1:1 cannot be reached: Connection refused."
    )


def test_other_databases_that_nobody_answers_for() -> None:
    url = "postgresql://qw_owner:topsecret@nohost.invalid/quotewright"
    said = sentence("migrate", DATABASE_OWNER_URL=url)
    assert said.startswith("DATABASE_OWNER_URL: PostgreSQL at nohost.invalid:5432 cannot be reached: ")
    both = {"DATABASE_URL": url.replace("owner", "app"), "DATABASE_OWNER_URL": url}
    said = sentence("db", "init", **both, DATABASE_ADMIN_URL=url)
    assert said.startswith("DATABASE_ADMIN_URL: PostgreSQL at nohost.invalid:5432 cannot be reached: ")


@pytest.mark.parametrize("password", ["to/psecret", "to%psecret", "to@psecret", "12/psecret@", "to psecret"])
def test_a_password_that_breaks_the_address_is_not_shown(password: str) -> None:
    said = sentence("api", DATABASE_URL=f"postgresql://qw_app:{password}@127.0.0.1:1/quotewright")
    assert said.startswith("DATABASE_URL: This is not an address of a PostgreSQL, as ")
    assert "psecret" not in said


def test_a_database_that_lets_nobody_in(server: EmbeddedPostgres) -> None:
    place = f"DATABASE_URL: PostgreSQL at {server.address} lets nobody in: "  # type: ignore[attr-defined]
    wrong = sentence("worker", DATABASE_URL=at(server, "qw_app", "topsecret"))
    assert wrong == place + 'password authentication failed for user "qw_app".'
    missing = sentence("worker", DATABASE_URL=at(server, "qw_app", "app-topsecret", "nothing"))
    assert missing == place + 'database "nothing" does not exist.'
    nobody = sentence("worker", DATABASE_URL=at(server, "qw_ap", "app-topsecret"))
    assert nobody == place + 'password authentication failed for user "qw_ap".'


def test_tables_that_are_not_those_of_this_code(server: EmbeddedPostgres) -> None:
    app, owner = at(server, "qw_app", "app-topsecret"), at(server, "qw_owner", "owner-topsecret")
    newest = revisions.known()[-1]
    empty = "The database quotewright has no tables of Quotewright yet: bring it up to date with `quotewright migrate`."
    for words in (["api", "--port", "0"], ["worker"]):
        assert sentence(*words, DATABASE_URL=app) == f"DATABASE_URL: {empty}"
    revisions.migrate(owner)

    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        assert sentence("worker", DATABASE_URL=app) == (
            "DATABASE_URL: The database quotewright is at revision 0000, which this code does not know"
            f" (its newest is {newest}): run the code that migrated it, or newer."
        )
        assert "which this code does not know" in sentence("migrate", DATABASE_OWNER_URL=owner)
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        assert sentence("worker", DATABASE_URL=app) == (
            f"DATABASE_URL: The database quotewright is at revision 0001 and this code needs {newest}:"
            " bring it up to date with `quotewright migrate`."
        )
        connection.execute("UPDATE alembic_version SET version_num = %s", [newest])
    unsafe = sentence("api", "--port", "0", DATABASE_URL=owner)
    assert unsafe.startswith("The database role qw_owner ")
    assert "Set DATABASE_URL to the role qw_app" in unsafe


def test_a_taken_port(database: Any, redis_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = f"Port {port} is taken: choose another one with --port."
        assert sentence("api", "--port", str(port), DATABASE_URL=database.app_url, REDIS_URL=redis_url) == said
        assert sentence("sandbox", "--port", str(port)) == said
    assert sentence("sandbox", "--host", "192.0.2.1") == (
        "192.0.2.1 is no address of this machine: choose another one with --host."
    )
    assert sentence("sandbox", "--port", "70000") == "70000 is no port: choose one from 1 to 65535 with --port."


def test_a_redis_that_is_away_keeps_neither_api_nor_worker_from_starting(database: Any, tmp_path: Path) -> None:
    with running_system(database.app_url, LOST, tmp_path) as system:
        stage, worker = system.stage(system.api()), system.worker()
        assert stage.do("createOrganization", "organization { id }", name="Without a bell")["organization"]["id"]
        assert comes(lambda: "Redis is away" in worker.said)
        assert worker.stop() == 0
        assert "topsecret" not in worker.said
    assert sentence("api", DATABASE_URL=database.app_url, REDIS_URL="topsecret").startswith(
        "REDIS_URL: This is not an address of a Redis, as redis://"
    )


def test_a_malformed_setting(database: Any) -> None:
    said = sentence("api", DATABASE_URL=database.app_url, SYNC_LEASE="topsecret")
    assert said == "SYNC_LEASE: Input should be a valid number, unable to parse string as a number."
    assert sentence("worker", DATABASE_URL=database.app_url, SECRET_KEYS="k:topsecret").startswith("SECRET_KEYS: ")


def test_a_folder_that_is_none(folder: Path, up: Up) -> None:
    (folder / "data").write_text("not a folder")
    said = refused(up())
    what = f"quotewright: {folder / 'data'} is a file, and a folder is needed"
    assert said == f"{what}: choose another one with --data-dir."
    assert (folder / "data").read_text() == "not a folder"


def test_a_folder_that_cannot_be_written(folder: Path, up: Up) -> None:
    data = folder / "data"
    data.mkdir()
    with read_only(data):
        said = refused(up())
    assert said == f"quotewright: The folder {data} is not writable: choose another one with --data-dir."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
@pytest.mark.parametrize("size", ["1m", "20m", "45m"])
def test_a_disk_that_is_too_small(folder: Path, up: Up, size: str) -> None:
    with disk(folder / "data", size):
        if size == "45m":  # enough for a start, and nearly nothing is left then
            process = up()
            running(folder)
            process.terminate()
            process.communicate(timeout=30)
            fill(folder / "data", leave=4096)
        said = refused(up())
        assert "No space left on device" in said or "the disk is full: make room, then start again" in said
        assert not processes_of(folder)


def test_a_file_that_may_not_grow(folder: Path) -> None:
    """A full disk for everybody: no file may have more than 64 kB."""
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", "up", "--data-dir", str(folder / "data"), "--port", "0"],
        env=bare_environment() | {"TMPDIR": str(folder)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)),
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("quotewright: PostgreSQL could not make its data folder (")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    with disk(folder, "1m", "ro"):
        yield


@contextmanager
def disk(folder: Path, size: str, *options: str) -> Iterator[None]:
    """A file system of that size at `folder`."""
    folder.mkdir(exist_ok=True)
    how = ",".join([f"size={size}", "mode=0711", *options])
    if subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("this machine mounts nothing")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int) -> None:
    with (folder / "fill").open("wb") as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        file.truncate(os.fstat(file.fileno()).st_size - leave)
