"""`quotewright up` as a process of its own: it starts from nothing, goes on, and never leaves a process behind."""

from __future__ import annotations

import os
import pty
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.runtime.conftest import REHEARSAL, Up, comes, processes_of, refused, run_file, running
from tests.runtime.system import bare_environment


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_orderly_end_leaves_nothing_and_the_next_start_goes_on(folder: Path, up: Up, signum: signal.Signals) -> None:
    process = up()
    facts = running(folder)
    path = folder / "data" / "run.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(facts) == {
        *(
            "api",
            "graphiql",
            "sandbox",
            "mailbox",
            "token",
            "otherToken",
            "connectwise",
            "database",
            "redis",
            "processes",
        )
    }
    assert set(facts["connectwise"]) == {"site", "companyId", "publicKey", "privateKey", "clientId"}
    assert set(facts["processes"]) == {"api", "worker", "sandbox", "mailbox", "postgres", "valkey"}
    assert urllib.request.urlopen(facts["sandbox"]).status == 200
    keys = (folder / "data" / "secret_keys").read_bytes()
    assert stat.S_IMODE((folder / "data" / "secret_keys").stat().st_mode) == 0o600

    process.send_signal(signum)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert not processes_of(folder)
    assert run_file(folder) == {**facts, "processes": {}}

    again = up()
    running(folder)
    assert (folder / "data" / "secret_keys").read_bytes() == keys
    again.send_signal(signum)
    assert again.wait(60) == 0


def test_kill_9_leaves_nothing_and_the_next_start_takes_over(folder: Path, up: Up) -> None:
    process = up()
    facts = running(folder)
    with psycopg.connect(facts["database"].replace("+psycopg", ""), autocommit=True) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("qw_app",)
    redis.Redis.from_url(facts["redis"]).set("kept", "1")
    process.kill()
    process.wait()
    again = up()  # at once
    assert comes(lambda: run_file(folder)["processes"].keys() & {"api"} and run_file(folder)["api"] != facts["api"])
    assert redis.Redis.from_url(run_file(folder)["redis"]).get("kept") == b"1"
    again.kill()
    again.wait()
    assert comes(lambda: not processes_of(folder)), processes_of(folder)


def test_a_dead_child_and_a_dead_store_come_back_under_the_same_address(folder: Path, up: Up) -> None:
    up()
    facts = running(folder)

    def replaced(name: str, before: int) -> bool:
        return bool(run_file(folder)["processes"].get(name, before) != before)

    for name in ("worker", "valkey", "postgres"):
        before = run_file(folder)["processes"][name]
        os.kill(before, signal.SIGKILL)
        assert comes(partial(replaced, name, before))
    after = run_file(folder)
    assert {**after, "processes": 0} == {**facts, "processes": 0}
    assert after["processes"]["api"] == facts["processes"]["api"]
    redis.Redis.from_url(facts["redis"]).ping()
    with psycopg.connect(facts["database"].replace("+psycopg", "")) as connection:
        connection.execute("SELECT 1")


def test_a_terminal_sees_what_is_under_way_and_when_it_is_closed_everything_ends(folder: Path) -> None:
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(REHEARSAL), "up", str(folder / "data")],
        env=bare_environment() | {"REHEARSAL": str(folder)},
        preexec_fn=lambda: os.login_tty(its),  # it is the terminal of that process, as in a window
    )
    os.close(its)
    said = b""
    while b"Ctrl-C stops everything" not in said:
        said += os.read(ours, 4096)
    for step in (b"Starting PostgreSQL", b"Starting Valkey", b"Bringing the tables up to date"):
        assert step + " …".encode() in said
    os.close(ours)
    assert process.wait(60) == 0
    assert comes(lambda: not processes_of(folder)), processes_of(folder)


def test_a_start_that_fails_halfway_leaves_nothing(folder: Path, up: Up) -> None:
    assert "The api did not start (out of luck)" in refused(up(REHEARSAL_BREAKS="api"))
    assert not processes_of(folder)
    assert not run_file(folder)["processes"]


def test_a_signal_in_the_middle_of_the_start_is_obeyed(folder: Path, up: Up) -> None:
    process = up()
    assert comes(lambda: (folder / "data" / "postgres" / "data.new").exists())
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert not processes_of(folder)


def test_what_a_person_can_put_right_is_one_sentence(folder: Path, up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"quotewright: Port {port} is taken: choose another one with --port."
        assert refused(up(REHEARSAL_PORT=str(port))) == sentence
    nowhere = refused(up(DATABASE_URL="postgresql+psycopg://qw_app:topsecret@127.0.0.1:1/quotewright"))
    assert nowhere.startswith("quotewright: DATABASE_URL: PostgreSQL at 127.0.0.1:1 cannot be reached: ")
    assert "topsecret" not in nowhere
    assert refused(up(DATABASE_URL="topsecret")).startswith("quotewright: DATABASE_URL: This is not an address")
    no_redis = "quotewright: REDIS_URL: Redis at 127.0.0.1:1 cannot be reached: Connection refused."
    assert refused(up(REDIS_URL="redis://127.0.0.1:1")) == no_redis
    assert refused(up(SECRET_KEYS="k1:topsecret")).startswith("quotewright: SECRET_KEYS: The key in entry 1")
    assert refused(up(SYNC_LEASE="soon")).startswith("quotewright: SYNC_LEASE: ")
    assert refused(up(SMTP_URL="smtp://127.0.0.1:25")).startswith("quotewright: MAIL_FROM must be the address")


def test_a_store_that_cannot_come_back_ends_everything_with_its_own_words(folder: Path, up: Up) -> None:
    process = up(REHEARSAL_HURRIES="1")
    pid = running(folder)["processes"]["postgres"]
    (folder / "data" / "postgres" / "data" / "global" / "pg_control").write_bytes(bytes(8192))
    os.kill(pid, signal.SIGKILL)
    sentence = refused(process)
    assert sentence.startswith("quotewright: PostgreSQL died 10 times in a row ("), sentence
    assert "PANIC" in sentence or "FATAL" in sentence
    assert not processes_of(folder)


def test_who_takes_long_to_start_is_waited_for_by_name(folder: Path, up: Up) -> None:
    process = up(REHEARSAL_DAWDLES="api")
    running(folder)
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert "  Waiting for the api (still looking for the keys) …\n" in output


def test_servers_of_ones_own_are_used_and_left_alone(folder: Path, up: Up, database: Any, redis_url: str) -> None:
    own = {"DATABASE_URL": database.app_url, "DATABASE_OWNER_URL": database.owner_url, "REDIS_URL": redis_url}
    process = up(**own)
    assert comes(lambda: run_file(folder)["processes"].keys() == {"api", "worker", "sandbox", "mailbox"})
    facts = run_file(folder)
    assert (facts["database"], facts["redis"]) == (database.app_url, redis_url)
    assert not (folder / "data" / "postgres").exists()
    assert not (folder / "data" / "valkey").exists()
    process.terminate()
    assert process.wait(60) == 0
    redis.Redis.from_url(redis_url).ping()

    unsafe = refused(up(**own | {"DATABASE_URL": database.admin_url}))
    assert unsafe.startswith("quotewright: The database role postgres is a superuser")
    with psycopg.connect(database.owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    newer = refused(up(**own))
    assert newer.startswith("quotewright: DATABASE_OWNER_URL: The database ")
    assert "is at revision 9999, which this code does not know" in newer


def test_who_takes_long_to_end_is_waited_for_by_name(folder: Path, up: Up) -> None:
    process = up(REHEARSAL_IGNORES="worker", SYNC_GRACE="0.1", SYNC_LEASE="11")
    running(folder)
    # A worker is "running" from its first moment on, long before it can have stopped listening.
    assert comes(lambda: "not listening" in (folder / "data" / "worker.log").read_text())
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "  Waiting for the worker to end …\n" in output
    assert not processes_of(folder)


def test_a_data_folder_has_one_owner(folder: Path, up: Up) -> None:
    first = up()
    running(folder)
    began = time.monotonic()
    assert f"The data folder {folder / 'data'} is in use by process {first.pid}." in refused(up())
    assert time.monotonic() - began < 30  # at once: for what a dead one left behind it waits 40 s
    assert first.poll() is None
