"""What dies is started again, ever later; what is stopped stops in order. With tiny real children, in this process."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from runtime import supervisor as supervisors
from runtime.children import Command
from runtime.errors import UserError
from runtime.supervisor import StopRequested, Supervisor
from tests.runtime.conftest import comes

FOREVER = "import time; time.sleep(600)"
# Tells when it is asked to stop and lets half a second pass.
SLOW = """
import os, signal, sys, time
def say(text): os.write(1, f'{sys.argv[1]} {text}\\n'.encode())
def end(*_):
    say('asked'); time.sleep(.5); say('gone'); sys.exit()
signal.signal(signal.SIGTERM, end)
say('up')
time.sleep(600)
"""
DEAF = "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.write(1, b'up\\n'); time.sleep(600)"


class Ear(list[Any]):
    """Hears what the supervisor tells, and asks it to stop when that is enough."""

    def __init__(self, enough: int) -> None:
        super().__init__()
        self.enough = enough

    def __call__(self, heard: Any) -> None:
        self.append(heard)
        if len(self) == self.enough:
            os.kill(os.getpid(), signal.SIGTERM)


def command(folder: Path, name: str, program: str = FOREVER, **options: object) -> Command:
    return Command(name, [sys.executable, "-c", program, name], log=folder / "log", **options)  # type: ignore[arg-type]


def in_a_moment(seconds: float, signum: signal.Signals = signal.SIGTERM) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), signum)).start()


def wait_for_up(folder: Path, times: int = 1) -> None:
    """Until so many children listen, or don't, as they mean to."""
    assert comes(lambda: (folder / "log").read_text().count("up") == times)


def watch(supervisor: Supervisor) -> None:
    with supervisor.signals(), pytest.raises(StopRequested):
        supervisor.watch()
    supervisor.stop()


def test_the_first_restart_comes_at_once_and_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    seen = Ear(enough=3)
    supervisor = Supervisor(said.append, seen)
    child = command(tmp_path, "child")
    supervisor.start(child)
    first = child.pid
    assert first is not None
    threading.Timer(0.1, os.kill, (first, signal.SIGKILL)).start()
    watch(supervisor)
    assert said == ["The child died; starting it again."]
    assert [list(pids) for pids in seen] == [["child"], [], ["child"], []]
    assert seen[0]["child"] == first
    assert seen[2]["child"] != first


def test_who_dies_again_and_again_waits_ever_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisors, "_LOOK", 0.01)
    monkeypatch.setattr(supervisors, "_BACK_OFF", (0.0, 0.1, 0.2))
    said = Ear(enough=4)
    supervisor = Supervisor(said)
    supervisor.start(command(tmp_path, "child", "raise SystemExit(3)"))
    watch(supervisor)
    waits = [line.removeprefix("The child died; starting it again") for line in said]
    assert waits == [".", " in 0.1 s.", " in 0.2 s.", " in 0.2 s."]


def test_a_group_is_asked_together_and_the_last_group_goes_first(tmp_path: Path) -> None:
    supervisor = Supervisor()
    early, one, two = (command(tmp_path, name, SLOW) for name in ("early", "one", "two"))
    supervisor.start(early)
    supervisor.start(one, two)
    wait_for_up(tmp_path, 3)
    supervisor.stop()
    said = (tmp_path / "log").read_text().splitlines()[3:]
    assert sorted(said[:2]) == ["one asked", "two asked"]
    assert said[4:] == ["early asked", "early gone"]


def test_who_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    deaf = command(tmp_path, "deaf", DEAF, grace=0.3)
    supervisor = Supervisor()
    supervisor.start(deaf)
    wait_for_up(tmp_path)
    supervisor.stop()
    assert not deaf.alive


def test_a_second_signal_ends_the_patience(tmp_path: Path) -> None:
    deaf = command(tmp_path, "deaf", DEAF, grace=60)
    supervisor = Supervisor()
    supervisor.start(deaf)
    wait_for_up(tmp_path)
    began = time.monotonic()
    with supervisor.signals():
        in_a_moment(0.2, signal.SIGINT)
        with pytest.raises(StopRequested):
            supervisor.watch()
        in_a_moment(0.2, signal.SIGINT)
        supervisor.stop()
    assert time.monotonic() - began < 40


def test_a_signal_that_somebody_swallowed_is_obeyed_all_the_same(tmp_path: Path) -> None:
    class Finalized:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0)  # the handler runs here, and what it raises is ignored

    supervisor = Supervisor()
    with supervisor.signals():
        Finalized()
        with pytest.raises(StopRequested):
            supervisor.start(command(tmp_path, "never"))
    assert supervisor.pids() == {}


def test_who_dies_before_it_is_ready_says_why(tmp_path: Path) -> None:
    child = command(tmp_path, "child", "raise SystemExit('no luck today')", ready_at="http://127.0.0.1:1/readyz")
    supervisor = Supervisor()
    supervisor.start(child)
    with pytest.raises(UserError, match="The child did not start \\(no luck today\\)"):
        supervisor.wait_until_ready(child)
    supervisor.stop()
