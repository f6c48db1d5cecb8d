"""The append-only file: one JSON line a commit, handed to the operating system before the answer goes out.

A process killed with SIGKILL loses nothing that was answered. It does not fsync: a power cut may lose the last
seconds, which a rehearsal can afford.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson


class JournalFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def lines(self) -> Iterator[Any]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    return  # torn by a kill in mid-write: that commit was never answered
                yield orjson.loads(line)

    def append(self, operations: list[Any]) -> None:
        if self._handle is None:
            self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        data = orjson.dumps(operations) + b"\n"
        while data:
            data = data[os.write(self._handle, data) :]

    def rewrite(self, lines: Iterable[Any]) -> None:
        """Replace the whole content at once: another process never sees half of it."""
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            for line in lines:
                file.write(orjson.dumps(line) + b"\n")
        fresh.replace(self._path)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
