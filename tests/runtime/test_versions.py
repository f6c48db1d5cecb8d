"""An open connection when a newer version starts: it takes the new kinds of records without a migration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.integration_settings.connectwise import STANDING, SUBJECTS
from runtime.settings import libpq_url
from runtime.tour.steps import connect, install
from tests.runtime.conftest import comes
from tests.runtime.system import System, running_system


@pytest.fixture
def system(database: Any, redis_url: str, tmp_path: Path) -> Iterator[System]:
    with running_system(database.app_url, redis_url, tmp_path) as system:
        yield system


def test_a_lane_of_an_older_version_takes_the_new_kinds(system: System, database: Any) -> None:
    stage, worker = system.stage(system.api()), system.worker()
    for step in (install, connect):
        step(stage)
    assert worker.stop() == 0, worker.said
    with psycopg.connect(libpq_url(database.admin_url), autocommit=True) as admin:

        def grow_old() -> None:
            admin.execute("UPDATE lane SET subjects = '{organization,gone}'")
            admin.execute("DELETE FROM sync_task WHERE subject <> 'poll:company'")

        def is_of_this_version() -> bool:
            [(subjects,)] = admin.execute("SELECT subjects FROM lane").fetchall()
            raised = {subject for (subject,) in admin.execute("SELECT subject FROM sync_task")}
            return {*SUBJECTS, "gone"} == set(subjects) and raised >= set(STANDING)

        grow_old()
        assert not is_of_this_version()
        system.api()  # it emits: what its lane doesn't take would be lost
        assert is_of_this_version()
        grow_old()
        worker = system.worker()
        assert comes(is_of_this_version), worker.said
