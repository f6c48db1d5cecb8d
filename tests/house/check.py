"""`./run check`: what can be told without running the product. One line a check, all of them, then what to mend.

The tests proper are `./run test`; three of them are asked here by name, because a commit without them is half a commit.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.house.source import ROOMS, ROOT

TOOLS = Path(sys.executable).parent
WRITTEN = [*ROOMS, "tests", "benchmarks", *sorted(path.name for path in ROOT.glob("*.py"))]


class Check(NamedTuple):
    name: str
    command: list[str]
    mend: str


class Result(NamedTuple):
    check: Check
    ok: bool
    said: str
    seconds: float


def asking(test: str) -> list[str]:
    return ["python", "-m", "pytest", "-q", "-n", "0", "--no-header", "--tb=short", test]


CHECKS = [
    Check("format", ["ruff", "format", "--check", *WRITTEN], ".venv/bin/ruff format <file>"),
    Check("lint", ["ruff", "check", *WRITTEN], "mend it, or .venv/bin/ruff check --fix <file>"),
    Check("types", ["mypy"], "give the type; an `# type: ignore[…]` says why"),
    Check("imports", ["lint-imports"], "move code down a floor, or put a new module on one: pyproject.toml"),
    Check(
        "schema diff",
        asking("tests/api/test_schema.py::test_the_committed_schema_is_this_one"),
        "./run schema > schema.graphql",
    ),
    Check(
        "migrations diff",
        asking("tests/house/test_migrations.py::test_a_migrated_database_is_what_the_models_say"),
        "write a migration, or mend the model",
    ),
    Check(
        "migrations that lock",
        asking("tests/house/test_migrations.py::test_no_migration_locks_a_live_table"),
        "what squawk says below; rules and reasons are in .squawk.toml",
    ),
]  # fmt: skip


def run(check: Check) -> Result:
    tool, *arguments = check.command
    began = time.monotonic()
    done = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).rstrip()
    return Result(check, done.returncode == 0, said, time.monotonic() - began)


def report(result: Result) -> str:
    name, seconds = f"{result.check.name:<22}", f"{result.seconds:.1f} s"
    return f"{name} ok      {seconds}" if result.ok else f"{name} FAILED  {seconds}   mend: {result.check.mend}"


def main(checks: list[Check]) -> int:
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:  # mypy fills one core; `map` keeps the order
        for result in pool.map(run, checks):
            print(report(result), flush=True)
            failed += [] if result.ok else [result]
    for result in failed:
        print(f"\n── {result.check.name} ── {' '.join(result.check.command[:3])} …\n{result.said}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(CHECKS))
