"""`quotewright up` as a process of its own: it starts from nothing, goes on, and never leaves a process behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.runtime.conftest import comes, processes_of

REHEARSAL = Path(__file__).with_name("rehearsal.py")
Up = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    """Starts the supervisor on `folder`; whatever still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        process = subprocess.Popen(
            [sys.executable, str(REHEARSAL), "up", str(folder / "data")],
            env=kept | {"REHEARSAL": str(folder)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def run_file(folder: Path) -> dict[str, Any]:
    path = folder / "data" / "run.json"
    return json.loads(path.read_text()) if path.exists() else {"processes": {}}


def running(folder: Path) -> dict[str, Any]:
    """What run.json says once everything runs."""
    assert comes(lambda: len(run_file(folder)["processes"]) == 5, 30), (folder / "data").exists()
    return run_file(folder)


def refused(process: subprocess.Popen[str]) -> str:
    """The one sentence of a start that failed."""
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    [sentence] = [line for line in output.splitlines() if line.startswith("quotewright: ")]
    return sentence


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_an_orderly_end_leaves_nothing_and_the_next_start_goes_on(folder: Path, up: Up, signum: signal.Signals) -> None:
    process = up()
    facts = running(folder)
    path = folder / "data" / "run.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(facts) == {
        *("api", "graphiql", "sandbox", "token", "otherToken", "connectwise", "database", "redis", "processes")
    }
    assert set(facts["connectwise"]) == {"site", "companyId", "publicKey", "privateKey", "clientId"}
    assert set(facts["processes"]) == {"api", "worker", "sandbox", "postgres", "valkey"}
    assert urllib.request.urlopen(facts["sandbox"]).status == 200
    keys = (folder / "data" / "secret_keys").read_bytes()
    assert stat.S_IMODE((folder / "data" / "secret_keys").stat().st_mode) == 0o600

    process.send_signal(signum)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert not processes_of(folder)
    assert run_file(folder) == {**facts, "processes": {}}

    again = up()
    running(folder)
    assert (folder / "data" / "secret_keys").read_bytes() == keys
    again.send_signal(signum)
    assert again.wait(20) == 0


def test_kill_9_leaves_nothing_and_the_next_start_takes_over(folder: Path, up: Up) -> None:
    process = up()
    facts = running(folder)
    with psycopg.connect(facts["database"].replace("+psycopg", ""), autocommit=True) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("qw_app",)
    redis.Redis.from_url(facts["redis"]).set("kept", "1")
    process.kill()
    process.wait()
    again = up()  # at once
    assert comes(lambda: run_file(folder)["processes"].keys() & {"api"} and run_file(folder)["api"] != facts["api"], 30)
    assert redis.Redis.from_url(run_file(folder)["redis"]).get("kept") == b"1"
    again.kill()
    again.wait()
    assert comes(lambda: not processes_of(folder), 5), processes_of(folder)


def test_a_dead_child_and_a_dead_store_come_back_under_the_same_address(folder: Path, up: Up) -> None:
    up()
    facts = running(folder)
    for name in ("worker", "valkey", "postgres"):
        before = run_file(folder)["processes"][name]
        os.kill(before, signal.SIGKILL)
        assert comes(lambda name=name, before=before: run_file(folder)["processes"].get(name, before) != before)
    after = run_file(folder)
    assert {**after, "processes": 0} == {**facts, "processes": 0}
    assert after["processes"]["api"] == facts["processes"]["api"]
    redis.Redis.from_url(facts["redis"]).ping()
    with psycopg.connect(facts["database"].replace("+psycopg", "")) as connection:
        connection.execute("SELECT 1")


def test_a_start_that_fails_halfway_leaves_nothing(folder: Path, up: Up) -> None:
    assert "The api did not start (out of luck)" in refused(up(REHEARSAL_BREAKS="api"))
    assert not processes_of(folder)
    assert not run_file(folder)["processes"]


def test_a_signal_in_the_middle_of_the_start_is_obeyed(folder: Path, up: Up) -> None:
    process = up()
    assert comes(lambda: (folder / "data" / "postgres" / "data.new").exists())
    process.terminate()
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output
    assert not processes_of(folder)


def test_what_a_person_can_put_right_is_one_sentence(folder: Path, up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"quotewright: Port {port} is taken: choose another one with --port."
        assert refused(up(REHEARSAL_PORT=str(port))) == sentence
    nowhere = refused(up(DATABASE_URL="postgresql+psycopg://qw_app:topsecret@127.0.0.1:1/quotewright"))
    assert nowhere.startswith("quotewright: DATABASE_URL: PostgreSQL cannot be reached: ")
    assert "topsecret" not in nowhere
    assert refused(up(DATABASE_URL="topsecret")).startswith("quotewright: DATABASE_URL: This is not an address")
    assert refused(up(REDIS_URL="redis://127.0.0.1:1")).startswith("quotewright: REDIS_URL: Redis cannot be reached")
    assert refused(up(SECRET_KEYS="k1:topsecret")).startswith("quotewright: SECRET_KEYS: The key in entry 1")
    assert refused(up(SYNC_LEASE="soon")).startswith("quotewright: SYNC_LEASE: ")


def test_a_data_folder_has_one_owner(folder: Path, up: Up) -> None:
    first = up()
    running(folder)
    began = time.monotonic()
    assert f"is in use by process {first.pid}" in refused(up())
    assert time.monotonic() - began < 5
    assert first.poll() is None
