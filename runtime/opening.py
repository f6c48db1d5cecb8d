"""The database of a process, opened only where it may run: reachable, with the tables of this code, as a safe role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain import tables as _tables  # noqa: F401  # classes name those of other drawers: a process must know all
from domain.db import Bell, Database, UnsafeRoleError, silent
from runtime import addresses, revisions
from runtime.errors import UserError, naming
from runtime.settings import Settings, sqlalchemy_url


@asynccontextmanager
async def opened(settings: Settings, *, bell: Bell = silent, pool_size: int = 10) -> AsyncIterator[Database]:
    """Raises UserError, which names the setting and never a password."""
    keyring = settings.keyring()
    with naming("DATABASE_URL"), addresses.connect(settings.database_url) as connection:
        revisions.check(connection)
    database = Database(
        sqlalchemy_url(settings.database_url),
        keyring,
        bell=bell,
        pool_size=pool_size,
        prepare=settings.database_prepare,
    )
    try:
        try:
            await database.check_role()
        except UnsafeRoleError as error:
            raise UserError(str(error)) from None
        yield database
    finally:
        await database.dispose()


def check(settings: Settings) -> None:
    """See that api and worker could open it. Raises UserError."""

    async def look() -> None:
        async with opened(settings, pool_size=1):
            pass

    asyncio.run(look())
