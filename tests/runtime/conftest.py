"""Folders that PostgreSQL can work in, `up` with tiny children in one, and the processes that belong to it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import data_folder

REHEARSAL = Path(__file__).with_name("rehearsal.py")
Up = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that nothing of ours uses any more when the test is over."""
    with data_folder() as made:
        # A killed run leaves its socket folder behind; here it goes with the rest.
        monkeypatch.setenv("TMPDIR", str(made))
        monkeypatch.setattr(tempfile, "tempdir", str(made))
        yield made
        assert comes(lambda: not processes_of(made)), f"left behind: {processes_of(made)}"


def processes_of(folder: Path) -> list[str]:
    """Every process whose command line, environment or current folder names the folder, as `id command`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            places = command + (entry / "environ").read_bytes() + os.fsencode(os.readlink(entry / "cwd"))
            if os.fsencode(folder) in places and command:  # without: it is dead and only not yet waited for
                found.append(f"{entry.name} {command.replace(bytes(1), b' ').decode()}")
    return found


def comes(condition: Callable[[], object], seconds: float = 90) -> bool:
    """Whether the condition came true within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


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
    assert comes(lambda: len(run_file(folder)["processes"]) == 6), (folder / "data").exists()
    return run_file(folder)


def refused(process: subprocess.Popen[str]) -> str:
    """The one sentence of a start that failed."""
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    [sentence] = [line for line in output.splitlines() if line.startswith("quotewright: ")]
    return sentence
