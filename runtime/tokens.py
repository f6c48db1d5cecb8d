"""Tenants and API tokens from the command line: for the first token, and when nobody can get in. Holds no rule:
`domain.access` does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from domain import errors
from domain.access import service as access
from domain.access import tenants
from domain.access.scopes import GRANTABLE
from domain.context import Actor, Context
from domain.db import Database
from runtime.errors import UserError
from runtime.opening import opened
from runtime.settings import Settings

T = TypeVar("T")


def first(name: str, currency: str, time_zone: str) -> tuple[UUID, str]:
    """A new tenant's id, and a token with every permission, which is kept nowhere."""

    async def make(database: Database) -> tuple[UUID, str]:
        tenant = await tenants.create(database, name=name, currency=currency, time_zone=time_zone)
        async with database.transaction(Actor.system(tenant.id, "command line")) as ctx:
            _, token = await access.create_token(ctx, name="first", scopes=GRANTABLE)
        return tenant.id, token

    return _run(make)


def create(tenant: UUID, name: str, scopes: list[str], days: int | None) -> str:
    """The token itself, which is kept nowhere."""
    expires = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def make(ctx: Context) -> str:
        _, token = await access.create_token(ctx, name=name, scopes=scopes, expires_at=expires)
        return token

    return _transaction(tenant, make)


def listing(tenant: UUID) -> list[str]:
    """One line a token: id, last characters, state, name, scopes."""

    async def read(ctx: Context) -> list[str]:
        return [
            f"{found.id}  …{found.hint}  {'revoked' if found.revoked_at else 'valid  '}  {found.name}"
            f"  {' '.join(found.scopes)}"
            for found in await access.list_tokens(ctx)
        ]

    return _transaction(tenant, read)


def revoke(tenant: UUID, token_id: UUID) -> None:
    async def end(ctx: Context) -> None:
        await access.revoke_token(ctx, token_id)

    _transaction(tenant, end)


def _transaction(tenant: UUID, work: Callable[[Context], Awaitable[T]]) -> T:
    async def run(database: Database) -> T:
        async with database.transaction(Actor.system(tenant, "command line")) as ctx:
            return await work(ctx)

    return _run(run)


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    settings = Settings.load().need("database_url", "secret_keys")

    async def run() -> T:
        try:
            async with opened(settings, pool_size=1) as database:
                return await work(database)
        except (errors.UserError, errors.UserErrors) as error:
            raise UserError(str(error)) from None

    return asyncio.run(run())
