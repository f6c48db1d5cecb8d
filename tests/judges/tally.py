"""How much was asked at random, and what came of it: a line at the end of the tests. Decides nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

TALLY: Counter[str] = Counter()


def count(root: str, answer: requests.Response, seconds: float) -> None:
    TALLY["cases"] += 1
    TALLY[f"root: {root}"] += 1
    TALLY[f"status: {answer.status_code}"] += 1
    TALLY["slowest, ms"] = max(TALLY["slowest, ms"], round(seconds * 1000))


def asked() -> set[str]:
    return {name for name in TALLY if name.startswith("root: ")}


def summary() -> str:
    statuses = ", ".join(
        f"{number} × {name.removeprefix('status: ')}"
        for name, number in sorted(TALLY.items())
        if name.startswith("status")
    )
    return (
        f"Schemathesis asked {TALLY['cases']} times for {len(asked())} fields: {statuses};"
        f" the slowest answer took {TALLY['slowest, ms']} ms"
    )
