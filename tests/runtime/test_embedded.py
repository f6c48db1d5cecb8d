"""The embedded stores: data survives every way to end, a folder has one owner, nothing outlives us."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from functools import partial
from pathlib import Path

import psycopg
import pytest
import redis

from runtime import binaries
from runtime.embedded import EmbeddedPostgres, EmbeddedValkey
from runtime.errors import UserError
from tests.runtime.conftest import comes, processes_of


def query(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def owner_process(folder: Path) -> subprocess.Popen[str]:
    """Somebody else who starts both stores in the folder and waits to be killed."""
    program = f"""
        import time
        from pathlib import Path
        from runtime.embedded import EmbeddedPostgres, EmbeddedValkey
        print(EmbeddedPostgres(Path({str(folder)!r}) / "postgres", fsync=False).start())
        print(EmbeddedValkey(Path({str(folder)!r}) / "valkey").start(), flush=True)
        time.sleep(600)
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)


def is_gone(store: EmbeddedPostgres | EmbeddedValkey) -> bool:
    return not store.alive


def test_a_store_goes_on_with_its_data_under_any_end(folder: Path) -> None:
    """An orderly stop; the death of the server itself, after which the address stays."""
    postgres, valkey = EmbeddedPostgres(folder / "postgres", fsync=False), EmbeddedValkey(folder / "valkey")
    postgres.start()
    query(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one")
    redis.Redis.from_url(valkey.start()).set("kept", "1")
    postgres.stop()
    valkey.stop()
    assert not postgres.alive
    assert not valkey.alive

    addresses = postgres.start(), valkey.start()
    for store in (postgres, valkey):
        assert store.pid is not None
        os.kill(store.pid, signal.SIGKILL)
        assert comes(partial(is_gone, store))
    assert comes(lambda: len(processes_of(folder)) == 0)
    assert (postgres.start(), valkey.start()) == addresses
    assert query(postgres.url, "SELECT one FROM kept") == [(1,)]
    assert redis.Redis.from_url(valkey.url).get("kept") == b"1"
    postgres.stop()
    valkey.stop()


def test_a_second_owner_is_refused_and_a_killed_one_replaced(folder: Path) -> None:
    other = owner_process(folder)
    assert other.stdout is not None
    addresses = [other.stdout.readline().strip(), other.stdout.readline().strip()]
    query(addresses[0], "CREATE TABLE kept AS SELECT 1 AS one")
    redis.Redis.from_url(addresses[1]).set("kept", "1")
    postgres, valkey = EmbeddedPostgres(folder / "postgres", fsync=False), EmbeddedValkey(folder / "valkey")
    for store in (postgres, valkey):
        with pytest.raises(UserError, match=f"is in use by process {other.pid}"):
            store.start()

    other.kill()
    other.wait()
    # At once: the stores of the killed owner may still be writing.
    postgres.start()
    valkey.start()
    assert query(postgres.url, "SELECT one FROM kept") == [(1,)]
    assert redis.Redis.from_url(valkey.url).get("kept") == b"1"
    for address in addresses:
        assert not Path(address.split("://")[-1].split("host=")[-1]).exists()  # its sockets were cleared away
    postgres.stop()
    valkey.stop()


def test_a_stale_postmaster_pid_with_a_living_stranger_is_no_obstacle(folder: Path) -> None:
    """The machine was rebooted, and another process of the same user has the number now."""
    postgres = EmbeddedPostgres(folder / "postgres", fsync=False)
    postgres.start()
    pidfile = folder / "postgres" / "data" / "postmaster.pid"
    left = pidfile.read_text()
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    assert comes(lambda: not processes_of(folder))
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "60"], user="nobody" if os.geteuid() == 0 else None)
    pidfile.write_text(left.replace(left.splitlines()[0], str(stranger.pid), 1))
    postgres.start()
    assert stranger.poll() is None
    postgres.stop()
    stranger.kill()
    stranger.wait()


def test_an_interrupted_initdb_leaves_nothing_in_the_way(folder: Path) -> None:
    half = folder / "postgres" / "data.new"
    half.mkdir(parents=True)
    (folder / "postgres").chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    postgres = EmbeddedPostgres(folder / "postgres", fsync=False)
    postgres.start()
    assert not half.exists()
    postgres.stop()


def test_what_does_not_start_says_why_and_frees_the_folder(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder / "postgres", fsync=False)
    postgres.start()
    postgres.stop()
    control = folder / "postgres" / "data" / "global" / "pg_control"
    kept = control.read_bytes()
    control.write_bytes(bytes(len(kept)))
    with pytest.raises(UserError, match=r"PostgreSQL did not start .*FATAL") as caught:
        postgres.start()
    assert "\n" not in str(caught.value)
    control.write_bytes(kept)
    postgres.start()
    postgres.stop()


def test_the_data_of_another_major_version_is_named_and_left_alone(folder: Path) -> None:
    data = folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(UserError) as caught:
        EmbeddedPostgres(folder / "postgres").start()
    assert str(caught.value).startswith(f"The data in {data} is of PostgreSQL 12 and this is PostgreSQL 18: ")
    assert sorted(path.name for path in data.iterdir()) == ["PG_VERSION"]


def test_only_we_reach_the_sockets(folder: Path) -> None:
    postgres, valkey = EmbeddedPostgres(folder / "postgres", fsync=False), EmbeddedValkey(folder / "valkey")
    places = [Path(postgres.start().split("host=")[1]), Path(valkey.start().removeprefix("unix://")).parent]
    assert [stat.S_IMODE(place.stat().st_mode) for place in places] == [0o700, 0o700]
    assert all(len(os.fsencode(place)) < 80 for place in places)
    assert query(postgres.url, "SHOW listen_addresses") == [("",)]
    postgres.stop()
    valkey.stop()
    assert not any(place.exists() for place in places)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")
def test_as_root_below_a_folder_that_is_closed_to_nobody(folder: Path) -> None:
    """A checkout in /root: its modes stay, the data goes elsewhere, and a link leads there."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed / "postgres", fsync=False)
    postgres.start()
    query(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one")
    postgres.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    target = (closed / "postgres" / "data").readlink()
    try:
        postgres.start()
        assert query(postgres.url, "SELECT one FROM kept") == [(1,)]
        postgres.stop()
    finally:
        subprocess.run(["rm", "-rf", str(target)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")
def test_as_root_with_an_environment_that_is_closed_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A .venv in /root: the binaries are copied once, whatever our umask."""
    really = binaries._can_run
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        os.chmod(place, 0o711)
        monkeypatch.setattr(binaries, "_ELSEWHERE", Path(place) / "elsewhere")
        monkeypatch.setattr(
            binaries, "_can_run", lambda account, home: str(home).startswith(place) and really(account, home)
        )
        before = os.umask(0o077)
        try:
            account = binaries.account_for_postgres()
            home = binaries.postgres_for(account)
            assert home.is_relative_to(place)
            assert binaries.postgres_for(account) == home
            assert [path.name for path in (Path(place) / "elsewhere").iterdir()] == [home.parent.parent.name]
        finally:
            os.umask(before)
