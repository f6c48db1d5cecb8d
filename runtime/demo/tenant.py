"""The demo tenant of `quotewright up`, and a neighbour that must see nothing of it. Not for production."""

from __future__ import annotations

import asyncio
import random
from typing import NamedTuple
from uuid import UUID

from domain.access import numbers, tenants
from domain.access import service as access
from domain.access.scopes import GRANTABLE
from domain.context import Actor
from domain.db import Database
from runtime.opening import opened
from runtime.settings import Settings

# Both are members of the sandbox's ConnectWise, so their quotes get the right owner there.
EMPLOYEES = (("Jordan Miller", "jmiller@quotewright.example"), ("Asha Patel", "apatel@quotewright.example"))


class Demo(NamedTuple):
    """Two API tokens: of the demo tenant, and of another tenant that must see nothing of it."""

    token: str
    other_token: str


def ensure(settings: Settings) -> Demo:
    """Make both tenants, each with a token for everything. Called once per database."""
    return asyncio.run(_make(settings))


async def _make(settings: Settings) -> Demo:
    async with opened(settings, pool_size=1) as database:
        (_, token), (_, other_token) = await create(database), await create(database, "Harbour Systems")
        return Demo(token, other_token)


async def create(database: Database, name: str = "Northwind IT") -> tuple[UUID, str]:
    """A tenant, and an API token for everything of it."""
    tenant = await tenants.create(database, name=name)
    # Several demos against one sandbox must not claim each other's opportunities: those are found by their number.
    thousand = random.randrange(1, 900) * 1000 + 1  # noqa: S311
    async with database.transaction(Actor.system(tenant.id, "demo")) as ctx:
        for kind in ("Q", "SO", "PO"):
            await numbers.start_at(ctx, kind, thousand)
        for employee, email in EMPLOYEES:
            await access.create_employee(ctx, name=employee, email=email)
        _, token = await access.create_token(ctx, name="demo", scopes=GRANTABLE)
    return tenant.id, token
