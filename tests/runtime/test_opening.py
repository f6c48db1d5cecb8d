"""Behind a PgBouncer with transaction pooling: DATABASE_PREPARE=off keeps every statement unprepared."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from runtime.opening import opened
from runtime.settings import Settings
from tests.rig import KEYS


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
