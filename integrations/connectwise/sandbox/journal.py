"""The journal of requests, which tests and benchmarks read through the control door. A request is entered when it
arrives and completed when it is answered. Not persisted: a restart starts a new one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import Any

Entry = dict[str, Any]


class Journal:
    def __init__(self, size: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._numbers = count(1)

    def enter(self, at: float, method: str, path: str, query: str) -> Entry:
        """`at` is when the first byte arrived, in seconds since the epoch."""
        entry: Entry = {
            "seq": next(self._numbers),
            "at": at,
            "method": method,
            "path": path,
            "query": query,
            "entity": None,
            "record_id": None,
            "status": None,
            "instance": None,
            "changed": {},
        }
        self._entries.append(entry)
        return entry

    def after(self, seq: int) -> list[Entry]:
        fresh: list[Entry] = []
        for entry in reversed(self._entries):
            if entry["seq"] <= seq:
                break
            fresh.append(entry)
        return fresh[::-1]

    def newest(self) -> Iterator[Entry]:
        return reversed(self._entries)

    def clear(self) -> None:
        """Numbers go on, so that a reader's mark stays valid."""
        self._entries.clear()
