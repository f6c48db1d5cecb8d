"""Real api and worker processes, started by the real command on the stores of the fixtures, beside a real sandbox.

    with running_system(database.app_url, redis_url, folder) as system:
        api, worker = system.api(), system.worker()
        stage = system.stage(api)

Everything a process says is in `log`. Holds no assertions.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from runtime import demo
from runtime.settings import Settings
from runtime.tour.stage import Stage
from tests.rig import KEYS
from tests.sandbox import SandboxServer, running_sandbox

ROOT = Path(__file__).parents[2]
SHORT = {"SYNC_HTTP_TIMEOUT": "3", "SYNC_LEASE": "6", "SYNC_SETTLE": "15", "SYNC_SWEEP": "1"}


class Running:
    """One process of ours. `port` is 0 for a worker."""

    def __init__(self, words: list[str], environment: dict[str, str], log: Path, port: int = 0) -> None:
        self.log, self.port = log, port
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime.cli", *words], env=environment, cwd=ROOT, stdout=output, stderr=output
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self.log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 40) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


class System:
    def __init__(self, environment: dict[str, str], sandbox: SandboxServer, folder: Path) -> None:
        self.environment, self.sandbox, self.folder = environment, sandbox, folder
        self.demo = demo.ensure(
            Settings(database_url=environment["DATABASE_URL"], secret_keys=SecretStr(environment["SECRET_KEYS"]))
        )
        self.started: list[Running] = []

    def api(self, **environment: str) -> Running:
        """A further api process; returns once it answers."""
        port = free_port()
        running = self._start("api", ["--port", str(port)], environment, port)
        deadline = time.monotonic() + 60
        while not _answers(f"{running.url}/livez"):
            assert running.process.poll() is None, running.said
            assert time.monotonic() < deadline, running.said
            time.sleep(0.05)
        return running

    def worker(self, **environment: str) -> Running:
        return self._start("worker", [], environment)

    def stage(self, *apis: Running) -> Stage:
        """The stage of a walk whose requests go to these apis in turn."""
        keys = self.sandbox.keys
        given = {"companyId": keys.company_id, "publicKey": keys.public_key, "privateKey": keys.private_key}
        told = {
            "api": [f"{api.url}/graphql" for api in apis],
            "token": self.demo.token,
            "otherToken": self.demo.other_token,
            "sandbox": self.sandbox.url,
            "connectwise": {"site": self.sandbox.url, **given},
        }
        return Stage(told=told, patience=30)

    def _start(self, name: str, words: list[str], environment: dict[str, str], port: int = 0) -> Running:
        log = self.folder / f"{name}-{len(self.started)}.log"
        running = Running([name, *words], {**self.environment, **environment}, log, port)
        self.started.append(running)
        return running


@contextmanager
def running_system(database_url: str, redis_url: str, folder: Path) -> Iterator[System]:
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEYS": KEYS,
        "ALLOW_LOOPBACK_SITES": "1",
        **SHORT,
    }
    with running_sandbox() as sandbox:
        settings["CONNECTWISE_CLIENT_ID"] = sandbox.keys.client_id
        system = System(bare_environment() | settings, sandbox, folder)
        try:
            yield system
        finally:
            for running in system.started:
                running.kill()


def bare_environment() -> dict[str, str]:
    """Ours without any setting of the product."""
    names = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in names}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return bool(urllib.request.urlopen(url, timeout=5).status == 200)
    except (urllib.error.URLError, OSError):
        return False
