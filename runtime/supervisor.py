"""Keeps services alive until somebody asks to stop, then stops them in order. Does not know what they are for.

A service is a store of `embedded` or a `Command`, a child process of ours. Whatever dies is started again: the first
time at once, then ever later, up to five seconds. Everything happens in the main thread (see `processes.spawn`).
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from types import FrameType
from typing import Protocol

from runtime.children import Command
from runtime.errors import UserError

_LOOK = 0.1  # seconds between two looks at the services
_BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before the first, second … restart
_SETTLED = 15  # who lived this many seconds has earned an immediate restart again


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal. Not an Exception, so that nothing swallows it on its way up."""


class Service(Protocol):
    """What the supervisor needs of a service. `start` returns when it runs; `stop` may be called at any time."""

    name: str
    title: str  # how a sentence begins with it

    @property
    def pid(self) -> int | None: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> object: ...
    def stop(self) -> None: ...


def _tell_unless_stopping(unraisable: sys.UnraisableHookArgs) -> None:
    if unraisable.exc_type is not StopRequested:
        sys.__unraisablehook__(unraisable)


@dataclass
class _Record:
    service: Service
    group: int
    deaths: int = 0
    started: float = 0.0
    due: float | None = None


class Supervisor:
    """Services in the order they were started. `changed` is told the process ids whenever one of them changes."""

    def __init__(
        self,
        say: Callable[[str], None] = print,
        changed: Callable[[Mapping[str, int]], None] = lambda pids: None,
    ) -> None:
        self.say = say
        self.changed = changed
        self._records: list[_Record] = []
        self._asked_to_stop = False
        self._stopping = False

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Within, the first signal raises StopRequested in the main thread; a second one kills what is slow to stop."""
        wanted = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
            wanted.append(signal.SIGHUP)
        before = {signum: signal.signal(signum, self._on_signal) for signum in wanted}
        usual, sys.unraisablehook = sys.unraisablehook, _tell_unless_stopping
        try:
            yield
        finally:
            sys.unraisablehook = usual
            for signum, handler in before.items():
                signal.signal(signum, handler)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if not self._asked_to_stop:
            self._asked_to_stop = True
            if not self._stopping:
                raise StopRequested
            return
        for record in self._records:
            if isinstance(record.service, Command):  # never the stores: they need their moment to write
                record.service.kill()

    def obey(self) -> None:
        """Raises StopRequested when it was asked for.

        What a signal handler raises is lost when it hits a finalizer or a weak reference's callback, where Python
        ignores exceptions (seen in one of eighty starts). So whatever loops here looks once more.
        """
        if self._asked_to_stop:
            raise StopRequested

    def start(self, *services: Service) -> None:
        """Start them one after the other and look after them from now on. Raises UserError.

        Those of one call form a group: `stop` asks them all before it waits for the first.
        """
        group = len(self._records)
        for service in services:
            self.obey()
            record = _Record(service, group)
            self._records.append(record)  # before the start: a start that fails halfway is stopped too
            service.start()
            record.started = time.monotonic()

    def wait_until_ready(self, command: Command, patience: float = 60) -> None:
        """Raises UserError when it dies on the way or takes longer than `patience` seconds."""
        deadline = time.monotonic() + patience
        while not command.answers():
            self.obey()
            if not command.alive:
                raise UserError(f"{command.title} did not start ({command.last_words()}); its log is {command.log}.")
            if time.monotonic() > deadline:
                raise UserError(f"{command.title} did not answer in {patience:g} s; its log is {command.log}.")
            time.sleep(0.02)

    def watch(self) -> None:
        """Restart what dies, for ever. Ends by StopRequested only."""
        self.changed(self.pids())
        while True:
            self.obey()
            for record in self._records:
                if not record.service.alive:
                    self._restart(record)
            time.sleep(_LOOK)

    def _restart(self, record: _Record) -> None:
        now = time.monotonic()
        if record.due is None:  # only now seen to be dead
            record.deaths = 1 if now - record.started > _SETTLED else record.deaths + 1
            wait = _BACK_OFF[min(record.deaths, len(_BACK_OFF)) - 1]
            record.due = now + wait
            self.say(f"{record.service.title} died; starting it again{f' in {wait:g} s' if wait else ''}.")
            self.changed(self.pids())
        if now < record.due:
            return
        record.due, record.started = None, now
        try:
            record.service.start()
        except (UserError, OSError) as error:
            self.say(str(error))
        else:
            self.changed(self.pids())

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
        """The process ids of those that run, by name."""
        return {record.service.name: pid for record in self._records if (pid := record.service.pid) is not None}
