"""Subscribers of real api processes: one that is killed loses nothing, one that stops lets go of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.subscribing import ENOUGH, RECORDS, greeted, ids
from tests.runtime.system import System, running_system


@pytest.fixture
def system(database: Any, redis_url: str, tmp_path: Path) -> Iterator[System]:
    with running_system(database.app_url, redis_url, tmp_path) as system:
        yield system


async def test_a_killed_process_loses_no_change(system: System) -> None:
    first, second = await asyncio.to_thread(system.api), await asyncio.to_thread(system.api)
    stage, token = system.stage(second), system.demo.token
    start = stage.ask("{ recordCursor }", {})["recordCursor"]

    async def made(number: int) -> list[str]:
        names = [f"Acme {n} {stage.mark}" for n in range(number)]
        return [
            (await asyncio.to_thread(stage.do, "createOrganization", "organization { id }", name=name))["organization"][
                "id"
            ]
            for name in names
        ]

    async with greeted(first.url, token) as socket:
        await socket.subscribe(types=["ORGANIZATION"], after=start)
        records = await made(3)
        seen = await socket.changes(2)
        first.kill()
    records += await made(2)
    async with greeted(second.url, token) as socket:
        await socket.subscribe(types=["ORGANIZATION"], after=seen[-1]["cursor"])
        seen += await socket.changes(3)
        records += await made(1)
        seen += await socket.changes(1)
    assert ids(seen) == records


async def test_a_process_that_stops_sends_everybody_elsewhere(system: System) -> None:
    api = await asyncio.to_thread(system.api)
    headers = {"Authorization": f"Bearer {system.demo.token}", "Accept": "text/event-stream"}
    async with greeted(api.url, system.demo.token) as socket, httpx.AsyncClient(timeout=ENOUGH) as http:
        await socket.subscribe()
        body = {"query": RECORDS}
        async with http.stream("POST", f"{api.url}/graphql", json=body, headers=headers) as stream:
            assert stream.status_code == 200
            api.process.terminate()
            assert [line async for line in stream.aiter_lines() if line] == [], (
                "not completed: it is to be opened again"
            )
        assert (await socket.closed())[0] == 1012
    assert await asyncio.to_thread(api.process.wait, ENOUGH) in (0, -15)
    assert "exceeded" not in api.said, "it had to be cut off"
    assert "Traceback" not in api.said
