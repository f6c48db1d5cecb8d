"""What a process knows of its database. Behind a PgBouncer with transaction pooling, DATABASE_PREPARE=off keeps every
statement unprepared.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import text

from runtime.opening import opened
from runtime.settings import Settings
from tests.rig import KEYS
from tests.runtime.system import ROOT


@pytest.mark.parametrize(("setting", "kept"), [("off", False), ("on", True)])
async def test_prepared_statements(database: Any, monkeypatch: pytest.MonkeyPatch, setting: str, kept: bool) -> None:
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setenv("SECRET_KEYS", KEYS)
    monkeypatch.setenv("DATABASE_PREPARE", setting)
    async with opened(Settings.load(), pool_size=1) as found, found.engine.connect() as connection:
        for _ in range(10):
            await connection.execute(text("SELECT 1"))
        statements = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'"
        assert bool(await connection.scalar(text(statements))) is kept


def test_a_worker_knows_the_classes_that_only_the_api_names():
    code = "import integrations.worker, runtime.opening, sqlalchemy.orm; sqlalchemy.orm.configure_mappers()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
