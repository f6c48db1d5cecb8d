"""A worker takes away what nobody can read any more, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from runtime.settings import libpq_url
from tests.runtime.conftest import comes
from tests.runtime.system import running_system


def test_a_worker_deletes_facts_that_are_too_old_to_resume_from(database: Any, redis_url: str, tmp_path: Path) -> None:
    with (
        running_system(database.app_url, redis_url, tmp_path) as system,
        psycopg.connect(libpq_url(database.admin_url), autocommit=True) as connection,
    ):

        def facts() -> tuple[int, int]:
            counted = "SELECT count(*) FILTER (WHERE at < now() - interval '8 days'), count(*) FROM outbox"
            [(old, all_)] = connection.execute(counted).fetchall()
            return old, all_

        _, before = facts()
        connection.execute(
            "INSERT INTO outbox (tenant_id, name, subject, payload, actor, at)"
            " SELECT id, 'QuoteSent', 'quote:1', '{}', 'test', now() - interval '9 days'"
            " FROM tenant, generate_series(1, 10000)"
        )
        assert facts()[0] >= 10_000
        worker = system.worker()
        assert comes(lambda: facts()[0] == 0), worker.said
        assert facts() == (0, before)
        assert "Traceback" not in worker.said
