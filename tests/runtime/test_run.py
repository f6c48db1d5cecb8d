"""The `run` script before anything is installed: which Python it takes, and what it says when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.system import ROOT

NEEDED = "run: Python 3.11 or newer is needed, and "


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh one, with an empty folder `bin` for fake programs."""
    for name in ("run", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "cat", "cksum", "cut", "mkdir", "grep", "find", "rm", "date", "tail", "dirname"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def fake_python(checkout: Path, name: str, version: str) -> Path:
    """Says its version and fails at whatever a newer one could do."""
    made = checkout / "bin" / name
    made.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}" && exit 0\nexit 1\n')
    made.chmod(0o755)
    return made


def run(checkout: Path, **environment: str) -> str:
    """The one line it says; it ends with exit code 1 and leaves nothing."""
    done = subprocess.run(
        [str(checkout / "run"), "up"],
        env={"PATH": str(checkout / "bin"), **environment},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert not (checkout / ".venv").exists()
    [line] = done.stderr.splitlines()
    return line


def test_an_old_python_on_the_path_is_named_with_its_version(checkout: Path) -> None:
    fake_python(checkout, "python3", "3.9.2")
    assert run(checkout).startswith(NEEDED + "this machine's python3 is 3.9.2; install a newer one or name it: PYTHON=")


def test_no_python_at_all(checkout: Path) -> None:
    assert run(checkout).startswith("run: Python 3.11 or newer is needed and none was found; install it or name it: ")


def test_a_python_that_was_named_and_is_not_right_is_not_silently_replaced(checkout: Path) -> None:
    (checkout / "bin" / "python3").symlink_to(sys.executable)
    old = fake_python(checkout, "old", "3.10.14")
    assert run(checkout, PYTHON=str(old)).startswith(f"{NEEDED}PYTHON={old} is 3.10.14; name another one")
    assert run(checkout, PYTHON="/nowhere/python").startswith(f"{NEEDED}PYTHON=/nowhere/python is none; name another")


def test_a_newer_python_behind_an_old_one_is_found(checkout: Path) -> None:
    """It gets as far as installing, which fails here: there is nothing but the three files."""
    fake_python(checkout, "python3", "3.9.2")
    (checkout / "bin" / "python3.12").symlink_to(sys.executable)
    done = subprocess.run(
        [str(checkout / "run"), "up"],
        env={"PATH": str(checkout / "bin"), "HOME": str(checkout), "PIP_NO_INDEX": "1", "LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Installing into .venv, which takes about a minute … failed.\n")
    assert f"run: installing failed; all it said is in {checkout / '.venv' / '.install.log'}" in done.stderr
    assert os.path.exists(checkout / ".venv" / ".install.log")
