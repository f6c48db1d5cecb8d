"""`run.json` in the data folder: where the running system is, and its keys, for scripts, tests and the tour.

Only its owner may read it. Our processes don't read it to find their way: they are told by their environment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.datafolder import write_private


class RunFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "run.json"
        self._facts: dict[str, Any] = {}
        if self.path.exists():  # of a run that was killed: its addresses may still serve, its processes are gone
            self._facts = _read(self.path)
            self.processes({})

    def describe(self, facts: Mapping[str, Any]) -> None:
        """The addresses and keys of this run; written with the next `processes`."""
        self._facts = dict(facts)

    def processes(self, pids: Mapping[str, int]) -> None:
        """Which processes run now. Nothing is written as long as nothing is known to run anywhere."""
        if self._facts:
            write_private(self.path, json.dumps({**self._facts, "processes": dict(pids)}, indent=2) + "\n")


def facts_of(folder: Path) -> dict[str, Any]:
    """What is known of the system that runs in this data folder; empty: nothing does."""
    path = folder / "run.json"
    return _read(path) if path.exists() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
