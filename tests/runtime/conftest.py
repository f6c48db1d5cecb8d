"""Folders that PostgreSQL can work in, and a count of the processes that belong to one. Starts nothing."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import data_folder


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


def comes(condition: Callable[[], object], seconds: float = 15) -> bool:
    """Whether the condition came true within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())
