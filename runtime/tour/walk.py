"""Walks the steps of the tour and says what came of each. Raises UserError when one isn't true."""

from __future__ import annotations

import time
from pathlib import Path

from runtime.errors import UserError
from runtime.tour.bad_days import BAD_DAYS
from runtime.tour.stage import Stage, StepFailed
from runtime.tour.steps import STEPS


def at(data_dir: Path) -> Stage:
    """What `quotewright up` runs in that folder."""
    run_file = data_dir / "run.json"
    if not run_file.exists():
        raise UserError(f"Nothing runs in {data_dir}. Start it with: ./run up --data-dir {data_dir}")
    return Stage(run_file, patience=60)


def elsewhere(apis: list[str], token: str, *, other_token: str | None, sandbox: str) -> Stage:
    """An instance that others started, at one address or several; its ConnectWise is a sandbox with its first keys."""
    from integrations.connectwise.sandbox.seed import DEMO

    keys = {"companyId": DEMO.company_id, "publicKey": DEMO.public_key, "privateKey": DEMO.private_key}
    told = {
        "api": apis,
        "token": token,
        "otherToken": other_token,
        "sandbox": sandbox,
        "connectwise": {"site": sandbox, **keys},
    }
    return Stage(told=told, patience=60)


def walk(stage: Stage, *, bad_days: bool = True) -> None:
    """All steps in order."""
    for number, step in enumerate((*STEPS, *(BAD_DAYS if bad_days else ())), start=1):
        print(f"{number:2}. {step.__doc__}", flush=True)
        began = time.monotonic()
        stage.notes.clear()
        try:
            step(stage)
        except StepFailed as failure:
            raise UserError(f"step {number} ({step.__name__}) is not true: {failure}.") from None
        for note in stage.notes:
            print(f"      {note}")
        print(f"      done in {time.monotonic() - began:.1f} s", flush=True)
    print("\nEverything is true.")
