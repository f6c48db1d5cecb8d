"""SIGTERM and a worker in the middle of a call: the call finishes, nothing new begins, what is left is free at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from runtime.settings import libpq_url
from runtime.tour.looks import synced
from runtime.tour.stage import Stage
from runtime.tour.steps import choose, connect, install
from tests.runtime.system import System, running_system


@pytest.fixture
def system(database: Any, redis_url: str, tmp_path: Path) -> Iterator[System]:
    with running_system(database.app_url, redis_url, tmp_path) as system:
        yield system


def prepared(system: System) -> Stage:
    """An api, a connection to ConnectWise and the syncs switched on, by a worker that is gone again."""
    stage = system.stage(system.api())
    worker = system.worker()
    for step in (install, connect, choose):
        step(stage)
    assert worker.stop() == 0, worker.said
    return stage


def organization(stage: Stage, name: str) -> str:
    made = stage.do("createOrganization", "organization { id }", name=f"{name} {stage.mark}")
    return str(made["organization"]["id"])


def until_posting(stage: Stage, before: int) -> None:
    """ConnectWise holds a request to make a company and hasn't answered it yet."""

    def look() -> bool:
        return any(call["method"] == "POST" and "/companies" in call["path"] for call in stage.requests(before))

    stage.until("ConnectWise has the POST", look)


def test_a_call_under_way_finishes_and_nothing_new_is_claimed(system: System) -> None:
    stage = prepared(system)
    system.sandbox.options(answer_min=1.0, answer_max=1.0)
    worker, before = system.worker(), stage.last_request()
    first = organization(stage, "Under Way")
    until_posting(stage, before)
    worker.process.terminate()
    late = organization(stage, "Too Late")
    assert worker.process.wait(25) == 0, worker.said
    assert "Traceback" not in worker.said
    synced(stage, "organization", first)  # written down, and nobody else is there to do it
    state = stage.ask("query($id: ID!) { node(id: $id) { ... on Organization { sync { state } } } }", {"id": late})
    assert state["node"]["sync"]["state"] != "SYNCED"
    assert not stage.there("company/companies", f'name="Too Late {stage.mark}"')
    system.worker()
    synced(stage, "organization", late)
    assert len(stage.there("company/companies", f'name="Under Way {stage.mark}"')) == 1


def test_what_did_not_finish_is_taken_over_without_waiting_for_the_lease(system: System, database: Any) -> None:
    stage = prepared(system)
    patient = {"SYNC_LEASE": "600", "SYNC_HTTP_TIMEOUT": "8", "SYNC_SETTLE": "5"}
    system.sandbox.faults(effect="delay", method="POST", path_contains="/company/companies", times=1, seconds=5)
    worker, before = system.worker(SYNC_GRACE="0.5", **patient), stage.last_request()
    record = organization(stage, "Handed Over")
    until_posting(stage, before)
    assert leases(database.admin_url)
    assert worker.stop(20) == 0, worker.said
    assert leases(database.admin_url) == 0
    system.worker(**patient)
    synced(stage, "organization", record)
    assert len(stage.there("company/companies", f'name="Handed Over {stage.mark}"')) == 1


def leases(url: str) -> int:
    with psycopg.connect(libpq_url(url)) as connection:
        [(held,)] = connection.execute("SELECT count(*) FROM sync_task WHERE lease_token IS NOT NULL").fetchall()
    return int(held)
