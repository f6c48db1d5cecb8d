"""`./run check` runs everything even when something failed, says what to do, and fails if anything did."""

from __future__ import annotations

import pytest

from tests.house.check import CHECKS, Check, main

GOOD = Check("good", ["python", "-c", "pass"], "never")
BAD = Check("bad", ["python", "-c", "import sys; sys.exit('it broke')"], "repair it")


def test_one_failure_fails_all_and_hides_nothing(capsys: pytest.CaptureFixture[str]):
    assert main([BAD, GOOD]) == 1
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["bad", "FAILED"]
    assert "repair it" in first
    assert second.split()[:2] == ["good", "ok"]
    assert "it broke" in rest


def test_all_good_is_good(capsys: pytest.CaptureFixture[str]):
    assert main([GOOD]) == 0
    assert "FAILED" not in capsys.readouterr().out


def test_the_checks_are_those_of_the_house():
    assert [check.name for check in CHECKS] == [
        "format", "lint", "types", "imports", "schema diff", "migrations diff", "migrations that lock",
    ]  # fmt: skip
