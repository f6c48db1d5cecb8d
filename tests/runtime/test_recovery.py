"""`quotewright up` in earnest while somebody kills its processes (-9) one after the other: each comes back under the
same address, and a mutation made afterwards arrives in ConnectWise."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from runtime.tour.looks import synced
from runtime.tour.stage import Stage, StepFailed
from runtime.tour.steps import choose, connect, install
from tests.conftest import data_folder
from tests.runtime.conftest import comes, processes_of
from tests.runtime.system import ROOT, SHORT, bare_environment


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with data_folder() as folder:
        command = [sys.executable, "-m", "runtime.cli", "up", "--data-dir", str(folder / "data")]
        with (folder / "up.log").open("wb") as log:
            up = subprocess.Popen(
                [*command, "--port", "0", "--sandbox-port", "0", "--mailbox-port", "0"],
                env=bare_environment() | SHORT | {"TMPDIR": str(folder)},
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        try:
            run_file = folder / "data" / "run.json"
            assert comes(lambda: run_file.exists() or up.poll() is not None)
            assert up.poll() is None, (folder / "up.log").read_text()
            stage = Stage(run_file, patience=30)
            for step in (install, connect, choose):
                step(stage)
            yield stage
            up.send_signal(signal.SIGTERM)
            assert up.wait(60) == 0
            assert comes(lambda: not processes_of(folder)), processes_of(folder)
            output = (folder / "up.log").read_text()
            assert "Traceback" not in output
            assert f"{json.loads(run_file.read_text())['api'].removesuffix('/graphql')}/graphiql" in output
        finally:
            up.kill()
            up.wait()


@pytest.mark.parametrize("name", ["postgres", "valkey", "worker", "api", "sandbox"])
def test_killed_it_comes_back_and_what_is_done_then_arrives(stage: Stage, name: str) -> None:
    before = stage.running
    os.kill(before["processes"][name], signal.SIGKILL)
    record = _organization(stage, f"After {name} {stage.mark}")
    synced(stage, "organization", record)
    assert comes(lambda: stage.running["processes"].get(name, before["processes"][name]) != before["processes"][name])
    after = stage.running
    assert {**after, "processes": 0} == {**before, "processes": 0}
    others = [other for other in before["processes"] if other != name]
    assert [after["processes"][other] for other in others] == [before["processes"][other] for other in others]


def test_all_stores_at_once(stage: Stage) -> None:
    for name in ("postgres", "valkey"):
        os.kill(stage.running["processes"][name], signal.SIGKILL)
    synced(stage, "organization", _organization(stage, f"After both {stage.mark}"))


def _organization(stage: Stage, name: str) -> str:
    """Made as a person makes it: tried again while the system is getting up."""
    deadline = time.monotonic() + 30
    while True:
        try:
            made = stage.do("createOrganization", "organization { id }", name=name)
            return str(made["organization"]["id"])
        except (httpx.HTTPError, StepFailed, ValueError) as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} could not be made") from error
            time.sleep(0.2)
