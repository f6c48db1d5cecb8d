"""A database with tenants in it, for tests of every room. Holds no assertions."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from domain.access import service as access
from domain.access import tenants
from domain.access.models import Tenant
from domain.context import Actor
from domain.db import Bell, Database, silent
from domain.permissions import Permission
from domain.secrets import Keyring

KEYS = f"test:{base64.b64encode(os.urandom(32)).decode()}"


@dataclass
class Msp:
    """One tenant of a test: the database, its actor, and a token with every permission."""

    database: Database
    tenant: Tenant
    token: str = field(repr=False)

    @property
    def id(self) -> UUID:
        return self.tenant.id

    @property
    def actor(self) -> Actor:
        return Actor.system(self.id, "test")

    def transaction(self, **kwargs):
        return self.database.transaction(self.actor, **kwargs)


def open_database(url: str, *, bell: Bell = silent) -> Database:
    return Database(url, Keyring.parse(KEYS), bell=bell, pool_size=5)


async def make_msp(database: Database, name: str = "Northwind IT", scopes=tuple(Permission)) -> Msp:
    tenant = await tenants.create(database, name=name)
    async with database.transaction(Actor.system(tenant.id)) as ctx:
        _, token = await access.create_token(ctx, name="test", scopes=scopes)
    return Msp(database, tenant, token)


@asynccontextmanager
async def opened(url: str, **kwargs) -> AsyncIterator[Database]:
    database = open_database(url, **kwargs)
    try:
        yield database
    finally:
        await database.dispose()
