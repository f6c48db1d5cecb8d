"""The tour as a test: `quotewright up` in earnest, then every step of the list that the command walks, in order.

Periods are shortened together, so that a killed worker's lease ends soon; nothing is replaced.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from runtime.tour.bad_days import BAD_DAYS
from runtime.tour.stage import Stage
from runtime.tour.steps import STEPS

SHORT = {"SYNC_HTTP_TIMEOUT": "3", "SYNC_LEASE": "6", "SYNC_SETTLE": "15", "SYNC_SWEEP": "1"}
START = 90.0


@pytest.fixture(scope="module")
def stage():
    with tempfile.TemporaryDirectory(prefix="quotewright-journey-") as folder:
        Path(folder).chmod(0o711)
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "runtime.cli", "up", "--data-dir", str(data), "--port", "0"]
        without_stores = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        with (Path(folder) / "up.log").open("wb") as log:
            up = subprocess.Popen(
                [*command, "--sandbox-port", "0", "--mailbox-port", "0"],
                env={**without_stores, **SHORT},
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
            )
        try:
            run_file = data / "run.json"
            deadline = time.monotonic() + START
            while not run_file.exists() and up.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            assert run_file.exists(), (Path(folder) / "up.log").read_text()
            yield Stage(run_file, patience=30, down_seconds=8)
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(40)


@pytest.mark.parametrize("step", [*STEPS, *BAD_DAYS], ids=lambda step: step.__name__)
def test_step(stage, step):
    broken = stage.memory.get("broken")
    assert broken is None, f"the journey ended at {broken}"
    stage.memory["broken"] = step.__name__
    step(stage)
    del stage.memory["broken"]


def test_it_can_be_walked_again(stage):
    again = Stage(stage.run_file, patience=30)
    for step in STEPS:
        step(again)
