"""Keeps services alive until somebody asks to stop, then stops them in order. Does not know what they are for.

A service is a store of `embedded` or a `Command`, a child process of ours. Whatever dies is started again: the first
time at once, then ever later, up to five seconds. Everything happens in the main thread (see `processes.spawn`).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from types import FrameType
from typing import Protocol

from runtime.children import Command
from runtime.errors import UserError

_LOOK = 0.1  # seconds between two looks at the services
_BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before the first, second … restart
_SETTLED = 15  # who lived this many seconds has earned a first restart again


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal. Not an Exception, so that nothing swallows it on its way up."""


class Service(Protocol):
    """What the supervisor needs of a service. `start` returns when it runs; `stop` may be called at any time."""

    name: str

    @property
    def pid(self) -> int | None: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> object: ...
    def stop(self) -> None:
        """Stop everything, the group started last first. Returns when nothing of it runs any more."""
        self._stopping = True
        for _, records in groupby(reversed(self._records), key=lambda record: record.group):
            services = [record.service for record in records]
            for service in services:
                if isinstance(service, Command):
                    service.ask()
            for service in services:
                service.stop()
        self._records.clear()
        self.changed({})

    def pids(self) -> dict[str, int]:
        return {record.service.name: pid for record in self._records if (pid := record.service.pid) is not None}
