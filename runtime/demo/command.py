"""`quotewright demo`: which tenant is filled, with how much, and how one sees it going on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import SecretStr
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from domain.access.models import Tenant
from domain.context import Actor
from domain.db import Database
from domain.quotes.models import Quote
from runtime.demo import large, small, tenant
from runtime.errors import UserError
from runtime.opening import opened
from runtime.runfile import facts_of
from runtime.settings import Settings, libpq_url


def run(size: Literal["small", "large"], into: UUID | None, *, seed: int, add: bool, folder: Path) -> None:
    """Raises UserError: there is no database, no such tenant, or it has quotes of its own."""
    settings = _settings(folder)
    with _progress() as said:
        id, token = asyncio.run(_fill(settings, size, into, seed, add, said))
    print(f"Tenant {id}")
    if token:
        print(f"Token  {token}")


async def _fill(
    settings: Settings, size: str, into: UUID | None, seed: int, add: bool, said: large.Said
) -> tuple[UUID, str | None]:
    async with opened(settings, pool_size=2) as database:
        id, token = (into, None) if into is not None else await tenant.create(database)
        await _check(database, id, add)
        if size == "small":
            await small.fill(database, id, seed, said)
        else:
            url = libpq_url(settings.database_url)
            await asyncio.to_thread(large.fill, url, id, large.Size(), seed, said)
    return id, token


async def _check(database: Database, id: UUID, add: bool) -> None:
    async with database.transaction(Actor.system(id, "demo")) as ctx:
        if await ctx.session.get(Tenant, id) is None:
            raise UserError(f"There is no tenant {id}.")
        if not add and await ctx.session.scalar(select(Quote.id).limit(1)):
            raise UserError("This tenant has quotes already; with --add the demo data comes on top of them.")


def _settings(folder: Path) -> Settings:
    """Of the environment, or of the system that runs in the data folder."""
    settings = Settings.load()
    if settings.database_url:
        return settings.need("secret_keys")
    facts, keys = facts_of(folder), folder / "secret_keys"
    if not facts.get("database") or not keys.exists():
        raise UserError(f"Set DATABASE_URL and SECRET_KEYS, or let `quotewright up` run (none does in {folder}).")
    secret = SecretStr(keys.read_text("utf-8").strip())
    return settings.model_copy(update={"database_url": facts["database"], "secret_keys": secret})


@contextmanager
def _progress() -> Iterator[large.Said]:
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        tasks = {}

        def said(what: str, done: int, all: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=all)
            progress.update(tasks[what], completed=done)

        yield said
