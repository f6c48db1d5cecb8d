"""Keeps services alive until somebody asks to stop, then stops them in order. Does not know what they are for.

A service is a store of `embedded` or a `Command`, a child process of ours. Whatever dies is started again: the first
time at once, then ever later, up to five seconds. Who never lives long is given up, and everything with it. All of it
happens in the main thread (see `processes.spawn`).
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Protocol

from runtime.children import Command
from runtime.errors import UserError
from runtime.patience import Patience, Say

_LOOSE = 3  # seconds of waiting for all of a group together; then for one after the other, each within its grace
_LOOK = 0.1  # seconds between two looks at the services
_BACK_OFF: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before the first, second … restart
_HOPELESS = 10  # deaths in a row until it is given up: about half a minute
_SETTLED = 15  # who lived this many seconds has earned an immediate restart again


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal. Not an Exception, so that nothing swallows it on its way up."""


class Service(Protocol):
    """What the supervisor needs of a service. `start` returns when it runs; `stop` may be called at any time."""

    name: str
    title: str  # how a sentence begins with it
    log: Path

    @property
    def pid(self) -> int | None: ...
    @property
    def alive(self) -> bool: ...
    def start(self, say: Say) -> object: ...
    def ask(self) -> None: ...
    def stop(self) -> None: ...
    def last_words(self) -> str: ...


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
        say: Say = print,
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
            service.start(self.say)
            record.started = time.monotonic()

    def wait_until_ready(self, command: Command, patience: float = 60) -> None:
        """Raises UserError when it dies on the way or takes longer than `patience` seconds."""
        waiting = Patience(patience, lambda: f"Waiting for {_inside(command.title)} ({command.last_words()})", self.say)
        while not command.answers():
            self.obey()
            if not command.alive:
                raise UserError(f"{command.title} did not start ({command.last_words()}); its log is {command.log}.")
            if waiting.over(0.02):
                raise UserError(f"{command.title} did not answer in {patience:g} s; its log is {command.log}.")

    def watch(self) -> None:
        """Restart what dies. Ends by StopRequested, or by UserError when something cannot be kept alive."""
        self._tell()
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
            if record.deaths >= _HOPELESS:
                raise UserError(
                    f"{record.service.title} died {record.deaths} times in a row ({record.service.last_words()}),"
                    f" so everything is stopped; its log is {record.service.log}."
                )
            wait = _BACK_OFF[min(record.deaths, len(_BACK_OFF)) - 1]
            record.due = now + wait
            self.say(f"{record.service.title} died; starting it again{f' in {wait:g} s' if wait else ''}.")
            self._tell()
        if now < record.due:
            return
        record.due, record.started = None, now
        try:
            record.service.start(self.say)
        except (UserError, OSError) as error:
            self.say(str(error))
        else:
            self._tell()

    def stop(self) -> None:
        """Stop everything, the group started last first. Returns when nothing of it runs any more."""
        self._stopping = True
        for _, records in groupby(reversed(self._records), key=lambda record: record.group):
            services = [record.service for record in records]
            for service in services:
                service.ask()
            self._wait_a_while(services)
            for service in services:
                service.stop()
        self._records.clear()
        self._tell()

    def _wait_a_while(self, services: Sequence[Service]) -> None:
        """Until they are gone; when that takes long, say for whom `stop` waits."""

        def who() -> str:
            return f"Waiting for {' and '.join(_inside(service.title) for service in services if service.alive)} to end"

        patience = Patience(_LOOSE, who, self.say)
        while any(service.alive for service in services):
            if patience.over():
                break

    def _tell(self) -> None:
        try:
            self.changed(self.pids())
        except OSError as error:  # a full disk is no reason to stop what still runs
            self.say(f"{error.filename or 'run.json'} could not be written: {error.strerror}.")

    def pids(self) -> dict[str, int]:
        """The process ids of those that run, by name."""
        return {record.service.name: pid for record in self._records if (pid := record.service.pid) is not None}


def _inside(title: str) -> str:
    """A title within a sentence: "the api", but "PostgreSQL"."""
    return title[0].lower() + title[1:] if title.startswith("The ") else title
