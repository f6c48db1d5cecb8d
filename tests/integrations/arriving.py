"""What tests of arrivals share: the api on a port, acts of people over there, polls on demand. Holds no tests."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import uvicorn
from sqlalchemy import select, text

from api import app
from api.ask import Asker
from domain.integration_settings import service as settings
from domain.integration_settings.connectwise import PROVIDER, OrganizationSync
from domain.sync import service as sync
from domain.sync.models import ExternalLink
from integrations.connectwise.provider import ConnectWise
from integrations.core.dispatcher import Dispatcher
from integrations.providers import shelf
from tests.integrations.road import COMPANIES, TIMING, first

CONTACTS, CALLBACKS = "company/contacts", "system/callbacks"
QUICK = replace(TIMING, poll=0.3, watch=0.3, intent=0.1)
SLOW = replace(TIMING, poll=600, watch=600, intent=0.1)


@asynccontextmanager
async def listening(database, port):
    """The real api on a real port."""
    config = uvicorn.Config(
        app.create(database, Asker(None)), port=port, log_config=None, access_log=False, lifespan="off"
    )
    serving = uvicorn.Server(config)
    task = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110  # it has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    serving.should_exit = True
    await task


async def until(road, true, seconds=60):
    """Work until it is so."""
    deadline = time.monotonic() + seconds
    while not (found := await true()):
        assert time.monotonic() < deadline, "it did not come to be"
        await road.dispatcher.drain()
        await asyncio.sleep(0.05)
    return found


async def every(road, what, *where):
    async with road.msp.transaction() as ctx:
        return (await ctx.session.scalars(select(what).where(*where).order_by(what.id))).all()


async def linked(road, remote_id, kind="company"):
    [link] = await every(road, ExternalLink, ExternalLink.remote_kind == kind, ExternalLink.remote_id == str(remote_id))
    return link


async def hint(road, kind, remote_id):
    async with road.msp.transaction() as ctx:
        assert await sync.receive_hint(ctx, PROVIDER, kind, str(remote_id))
    await road.quiet()


async def poll(road):
    """A poll now, and whatever it causes."""
    async with road.msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE sync_task SET due_at = now(), done = 0 WHERE subject LIKE 'poll:%'"))
    await road.quiet()


def company(sandbox, name="Acme Dental"):
    return sandbox.records(COMPANIES, f'name="{name}"')[0]


def change(sandbox, row, **fields):
    patch = [{"op": "replace", "path": name, "value": value} for name, value in fields.items()]
    path = COMPANIES if "identifier" in row else CONTACTS
    return sandbox.person("PATCH", f"{path}/{row['id']}", patch, member="lfischer")


async def take_over(road, sandbox, **chosen):
    """Choose what is taken over: what is there from the start by default."""
    values = {
        "take_over_type_ids": (first(sandbox, "company/companies/types"),),
        "take_over_status_ids": (first(sandbox, "company/companies/statuses"),),
    }
    async with road.msp.transaction() as ctx:
        await settings.save(ctx, OrganizationSync, values | chosen)


def customers(sandbox):
    """What the default choice takes over."""
    kind = first(sandbox, "company/companies/types")
    status = first(sandbox, "company/companies/statuses")
    return [
        row
        for row in sandbox.records(COMPANIES)
        if row["status"]["id"] == status and kind in [one["id"] for one in row["types"]] and not row.get("deletedFlag")
    ]


@asynccontextmanager
async def another(road, sandbox, timing, **more):
    """A second worker for the same tenant."""
    connectwise = ConnectWise(sandbox.keys.client_id, timeout=timing.http_timeout, allow_loopback=True, page=10)
    dispatcher = Dispatcher(road.msp.database, shelf(connectwise), timing, **more)
    yield dispatcher
    await dispatcher.stop(5)
    await connectwise.aclose()
