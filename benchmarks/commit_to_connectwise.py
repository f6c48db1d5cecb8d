"""How soon after a commit ConnectWise hears of it: 500 changes, one at a time, on an idle queue.

    .venv/bin/python benchmarks/commit_to_connectwise.py DATA_DIR      (of a running `quotewright up`)

Prints one JSON line. `from_answer`: first byte at the sandbox minus the moment the mutation's answer was read (a moment
after its commit); `from_request`: minus the moment the mutation was sent (well before its commit). Milliseconds.
"""

import json
import re
import sys
import time
from functools import partial
from pathlib import Path

from runtime.tour.looks import synced
from runtime.tour.stage import Answer, Stage
from runtime.tour.steps import choose, connect, install

CHANGES, ORGANIZATIONS = 500, 25


def main() -> None:
    stage = Stage(Path(sys.argv[1]) / "run.json", patience=30)
    for step in (install, connect, choose):
        step(stage)
    records = []
    for number in range(ORGANIZATIONS):
        made = stage.do("createOrganization", "organization { id }", name=f"Bench {number} {stage.mark}")
        records.append(made["organization"]["id"])
    for record in records:
        synced(stage, "organization", record)
    from_answer, from_request = [], []
    for number in range(CHANGES):
        before = stage.last_request()
        sent = time.time()
        record = records[number % ORGANIZATIONS]
        stage.do("updateOrganization", "organization { id }", organizationId=record, phone=f"555 {number:04}")
        answered = time.time()
        first = stage.until("the call", partial(_calls_for_a_company, stage, before))[0]["at"]
        from_answer.append((first - answered) * 1000)
        from_request.append((first - sent) * 1000)
        synced(stage, "organization", record)
        time.sleep(0.05)
    print(
        json.dumps(
            {
                "figure": "commit to first byte at the sandbox",
                "changes": CHANGES,
                "unit": "ms",
                "from_answer": _percentiles(from_answer),
                "from_request": _percentiles(from_request),
            }
        )
    )


def _calls_for_a_company(stage: Stage, after: int) -> list[Answer]:
    """Without the polls, which come by themselves."""
    return [call for call in stage.requests(after) if re.search(r"/company/companies/\d", call["path"])]


def _percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {f"p{p}": round(ordered[min(len(ordered) - 1, len(ordered) * p // 100)], 1) for p in (50, 99)}


if __name__ == "__main__":
    main()
