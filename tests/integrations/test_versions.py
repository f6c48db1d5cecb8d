"""Two versions at once, as while a deployment rolls: what only the newer one knows is kept for it."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from integrations.connectwise.provider import ConnectWise
from integrations.core.dispatcher import Dispatcher
from integrations.providers import shelf
from tests.integrations.road import COMPANIES, TIMING, open_road
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
PATIENT = replace(TIMING, blocked=0.5)
LEFT = text("SELECT wanted > done AND due_at IS NOT NULL FROM sync_task WHERE subject LIKE 'organization:%'")


@pytest.fixture
async def road(database, sandbox):
    async with open_road(database, sandbox) as road:
        yield road


@pytest.fixture
def older(sandbox):
    """ConnectWise before organizations were synced."""
    connectwise = ConnectWise(sandbox.keys.client_id, allow_loopback=True)
    connectwise.plans = {kind: plan for kind, plan in connectwise.plans.items() if kind != "organization"}
    return connectwise


@pytest.mark.parametrize("knows_the_vendor", [True, False])
async def test_what_an_older_worker_does_not_know_is_left_to_a_newer_one(road, sandbox, older, knows_the_vendor):
    dispatcher = Dispatcher(road.msp.database, shelf(older) if knows_the_vendor else shelf(), PATIENT)
    await road.organization()
    for _ in range(3):
        await dispatcher.drain()
        while dispatcher.busy:  # noqa: ASYNC110  # it has no event for it
            await asyncio.sleep(0.01)
    await dispatcher.stop(1)
    async with road.msp.transaction() as ctx:
        assert await ctx.session.scalar(LEFT)
    assert await road.errors() == []
    assert sandbox.records(COMPANIES, 'name="Acme Dental"') == []
    await road.quiet()
    assert len(sandbox.records(COMPANIES, 'name="Acme Dental"')) == 1
