"""A process of ours as a service: api, worker, sandbox. Does not decide when it runs (`supervisor` does)."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from runtime import processes
from runtime.datafolder import last_line, open_log
from runtime.patience import Say, silent

_SENTENCE = "quotewright: "  # how our own commands begin the sentence they end with


class Command:
    """A child process. `ready_at` is an address that answers below 500 once it is ready; none: it is ready at once."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        ready_at: str = "",
        grace: float = 20,
        keep_open: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.title = f"The {name}"
        self.log = log
        self.ready_at = ready_at
        self._argv, self._env, self._grace, self._keep_open = argv, env, grace, keep_open
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = False
        self._log_start = 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    def start(self, say: Say = silent) -> None:
        with open_log(self.log) as log:
            self._log_start = log.tell()
            processes.spawn(
                self._argv,
                keep=self._keep,
                when_parent_dies=signal.SIGTERM,
                log=log.fileno(),
                env={**os.environ, "PYTHONUNBUFFERED": "1"} if self._env is None else self._env,
                keep_open=self._keep_open,
            )

    def _keep(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self._asked = process, False

    def ask(self) -> None:
        """Ask it to stop, without waiting: several may then end side by side."""
        if self._process is not None and self.alive and not self._asked:
            self._asked = True  # once: many take a second signal for impatience
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        if self._process is not None and self.alive:
            self._process.kill()

    def stop(self) -> None:
        if self._process is not None:
            self.ask()
            processes.end(self._process, None, self._grace)
            self._process = None

    def answers(self) -> bool:
        """Whether it is ready for requests."""
        if not self.ready_at:
            return self.alive
        address = urlsplit(self.ready_at)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=2)
        try:
            connection.request("GET", address.path or "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last_words(self) -> str:
        """Why it isn't there, as far as its log tells. A sentence that it wrote for people is taken as it is."""
        return last_line(self.log, [_SENTENCE], self._log_start).removeprefix(_SENTENCE)
