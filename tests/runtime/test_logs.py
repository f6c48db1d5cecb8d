"""Logs: for people on a terminal, JSON lines elsewhere, the request id in every line of a request, never a secret."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import structlog

from runtime import logs
from runtime.settings import Settings, libpq_url
from runtime.tour.looks import synced
from runtime.tour.steps import choose, connect, install
from tests.rig import KEYS
from tests.runtime.conftest import comes
from tests.runtime.system import ROOT, running_system

LOST = "redis://127.0.0.1:1"
TOKEN = "qw_" + "Ab3" * 12


@pytest.fixture
def written() -> Iterator[Any]:
    """Configures logging of this process for a stream that is no terminal, and puts it back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def configure(**settings: Any) -> io.StringIO:
        stream = io.StringIO()
        logs.configure(Settings(**settings), stream)
        return stream

    yield configure
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_both_libraries_end_in_the_same_json_lines(written: Any) -> None:
    stream = written()
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("api").warning("a thing happened", kind="QUOTE")
        logging.getLogger("uvicorn.error").warning("a %s happened", "thing")
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ours.pop("timestamp") <= theirs.pop("timestamp")
    assert ours == {
        "event": "a thing happened",
        "kind": "QUOTE",
        "level": "warning",
        "logger": "api",
        "request_id": "r-1",
    }
    assert theirs == {
        "event": "a thing happened",
        "level": "warning",
        "logger": "uvicorn.error",
        "request_id": "r-1",
    }


def test_the_level_holds_for_all_and_the_talkative_say_less(written: Any) -> None:
    stream = written(log_level="info")
    for name in ("api", "arq.worker", "sqlalchemy.engine.Engine"):
        logging.getLogger(name).info("%s speaks", name)
    structlog.get_logger("api").debug("whispers")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["api speaks"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_values_and_keys_are_hidden(written: Any, form: str) -> None:
    stream = written(log_format=form)
    try:
        held = "a value " + "topsecret"
        raise ValueError(f"with {TOKEN} at postgresql://qw_app:topsecret@host/db {len(held)}")
    except ValueError:
        structlog.get_logger("api").exception("it broke", token=TOKEN)
        logging.getLogger("arq").exception("it broke")
    text = stream.getvalue()
    assert text.count("ValueError: with qw_… at postgresql://qw_app:…@host/db") == 2
    assert "topsecret" not in text
    assert TOKEN not in text
    assert len(text.splitlines()) == 2 or form == "console"


def test_for_people_without_colours_where_there_is_no_terminal(written: Any) -> None:
    stream = written(log_format="console")
    structlog.get_logger("api").warning("a thing happened", kind="QUOTE")
    assert stream.getvalue().split(maxsplit=1)[1] == "[warning  ] a thing happened [api] kind=QUOTE\n"


def test_a_terminal_is_noticed(database: Any) -> None:
    """The worker at a terminal of its own: readable lines in colour; told otherwise, JSON."""
    for settings, expected in (({}, b"\x1b["), ({"LOG_FORMAT": "JSON"}, b'{"')):
        ours, its = pty.openpty()
        environment = {**os.environ, "DATABASE_URL": database.app_url, "REDIS_URL": LOST, "SECRET_KEYS": KEYS}
        worker = subprocess.Popen(
            [sys.executable, "-m", "runtime.cli", "worker"],
            env=environment | settings,
            cwd=ROOT,
            stdout=its,
            stderr=its,
        )
        os.close(its)
        said = b""
        while b"Redis is away" not in said:
            said += os.read(ours, 4096)
        worker.kill()
        worker.wait()
        os.close(ours)
        assert said.startswith(expected)


def test_every_line_of_a_request_has_its_id(database: Any, tmp_path: Path) -> None:
    """Redis is away, so a question can't be asked and the bell can't ring: both are told with the id."""
    with running_system(database.app_url, LOST, tmp_path) as system:
        api, mark = system.api(), uuid.uuid4().hex
        answer = httpx.post(
            f"{api.url}/graphql",
            json={"query": 'mutation { installApp(input: {app: "CONNECTWISE"}) { app { key } } }'},
            headers={"Authorization": f"Bearer {system.demo.token}", "X-Request-Id": "first"},
        )
        assert answer.headers["X-Request-Id"] == "first"
        httpx.post(
            f"{api.url}/graphql",
            json={"query": "{ connectWise { choices { companyTypes { id } } } }"},
            headers={"Authorization": f"Bearer {system.demo.token}", "X-Request-Id": mark},
        )
        assert comes(lambda: mark in api.said)
        lines = [json.loads(line) for line in api.said.splitlines()]
        away = [line for line in lines if line["event"] == "Redis is away"]
        assert {mark} <= {line["request_id"] for line in away} <= {"first", mark}


def test_no_secret_is_in_any_output(database: Any, redis_url: str, tmp_path: Path) -> None:
    """At the chattiest level, through good and bad: keys that are wrong, a database that goes away."""
    with psycopg.connect(libpq_url(database.admin_url), autocommit=True) as connection:
        connection.execute("ALTER ROLE qw_app PASSWORD 'canary-password'")
    url = database.app_url.replace("qw_app@", "qw_app:canary-password@")
    with running_system(url, redis_url, tmp_path) as system:
        system.environment |= {"LOG_LEVEL": "debug", "LOG_FORMAT": "console"}
        api, worker = system.api(), system.worker()
        stage = system.stage(api)
        install(stage)
        stage.attempt(
            "connectConnectWise",
            "connectWise { status }",
            **{**stage.running["connectwise"], "privateKey": "canary-wrong-key"},
        )
        for step in (connect, choose):
            step(stage)
        made = stage.do("createOrganization", "organization { id }", name="Canary Coffee")["organization"]
        synced(stage, "organization", made["id"])
        with psycopg.connect(libpq_url(database.admin_url), autocommit=True) as connection:
            connection.execute("ALTER TABLE sync_task RENAME TO sync_task_away")  # every statement on it fails now
            httpx.post(
                f"{api.url}/graphql",
                json={"query": 'mutation { createOrganization(input: {name: "x"}) { organization { id } } }'},
                headers={"Authorization": f"Bearer {system.demo.token}"},
            )
            assert comes(lambda: "Traceback" in worker.said and "Traceback" in api.said)
        wrong = [system.demo.token, system.demo.other_token, "canary", system.sandbox.keys.private_key, KEYS[5:]]
        for running in system.started:
            assert len(running.said) > 100
            assert [secret for secret in wrong if secret in running.said] == []
