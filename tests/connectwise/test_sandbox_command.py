"""`quotewright sandbox`: the door is shut unless asked for, and the options say how it behaves."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.sandbox import ROOT, free_port


@contextmanager
def _running(*options: str) -> Iterator[str]:
    port = str(free_port())
    with subprocess.Popen([sys.executable, "-m", "runtime.cli", "sandbox", "--port", port, *options], cwd=ROOT) as one:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
        try:
            while True:
                try:
                    httpx.get(f"{url}/login/companyinfo/nobody", timeout=5).raise_for_status()
                    break
                except httpx.TransportError:
                    assert one.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield url
        finally:
            one.terminate()


@pytest.mark.parametrize(("options", "status"), [([], 404), (["--no-control"], 404), (["--control"], 200)])
def test_the_control_door_is_open_when_asked_for(options: list[str], status: int) -> None:
    with _running(*options) as url:
        assert httpx.get(f"{url}/_control/state").status_code == status
        assert httpx.get(url).status_code == 200


def test_manners_are_chosen_on_the_command_line() -> None:
    with _running("--control", "--answer-min", "0.1", "--answer-max", "0.2", "--profile", "2025.1") as url:
        set_ = httpx.post(f"{url}/_control/options", json={}).json()
        assert (set_["answer_min"], set_["answer_max"], set_["profile"]) == (0.1, 0.2, "2025.1")
        start = time.monotonic()
        httpx.get(f"{url}/login/companyinfo/quotewright")
        assert time.monotonic() - start >= 0.1


def test_a_profile_that_does_not_exist_is_one_sentence() -> None:
    command = [sys.executable, "-m", "runtime.cli", "sandbox", "--profile", "2019.1", "--port", "0"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1
    assert refused.stderr == "quotewright: profile must be one of 2026.4, 2025.1\n"
