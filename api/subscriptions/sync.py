"""Sync errors as they are raised, and how records stand as that changes: the ledger writes the facts of both."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.node import MOST, Ids, fetch, models_of
from api.subscriptions.records import After, facts_for
from api.sync import RecordSync, SyncError, root_of
from domain import events
from domain.errors import LimitExceeded
from domain.facts import Fact
from domain.ids import subject
from domain.integration_settings.connectwise import PROVIDER
from domain.permissions import Permission
from domain.sync.reads import Standing

_CURSOR = "Its place among all changes: `after` goes on behind it."


async def _error(raised: strawberry.Parent[Any], info: Info) -> Any:
    return await fetch(info, models_of(info), "SyncError", raised.key)


@strawberry.type(description="Something needs somebody that didn't before.")
class RaisedSyncError:
    reads: ClassVar[Permission] = Permission.SYNC_READ

    key: strawberry.Private[UUID]

    cursor: str = strawberry.field(description=_CURSOR)
    at: datetime = strawberry.field(description="When it was raised.")
    sync_error: SyncError | None = strawberry.field(
        resolver=_error, description="The sync error as it is now: it may be resolved already."
    )


async def sync_error_raised(info: Info, after: After = None) -> AsyncGenerator[RaisedSyncError, None]:
    kinds = frozenset({events.SyncErrorRaised.root})
    async with aclosing(facts_for(info.context, kinds, after)) as found:
        async for fact in found:
            if fact.name == events.SyncErrorRaised.__name__:
                yield RaisedSyncError(key=UUID(fact.key), cursor=fact.cursor, at=fact.at)


@strawberry.type(description="A record stands otherwise with ConnectWise than before.")
class SyncStateChange:
    reads: ClassVar[Permission] = Permission.SYNC_READ

    cursor: str = strawberry.field(description=_CURSOR)
    record_id: strawberry.ID = strawberry.field(description="The id of the record.")
    at: datetime = strawberry.field(description="When it changed.")
    sync: RecordSync = strawberry.field(description="How the record stands now.")


async def sync_state_changed(info: Info, ids: Ids, after: After = None) -> AsyncGenerator[SyncStateChange, None]:
    if len(ids) > MOST:
        raise LimitExceeded(f"A subscription watches at most {MOST} records; these are {len(ids)}.", ("ids",))
    wanted = {str(key): (kind, id) for id in ids for kind, key in [root_of(id, "ids")]}
    told: dict[str, Any] = {}
    # A changed record waits to be synced; that it was is a fact of its own.
    kinds = frozenset({events.SyncSettled.root, *(kind for kind, _ in wanted.values())})
    async with aclosing(facts_for(info.context, kinds, after)) as found:
        async for fact in found:
            if fact.key not in wanted:
                continue
            kind, id = wanted[fact.key]
            standing = await _standing(info, kind, fact)
            if _seen(standing) != told.get(fact.key):
                told[fact.key] = _seen(standing)
                sync: Any = standing  # the source of the type
                yield SyncStateChange(cursor=fact.cursor, record_id=id, at=fact.at, sync=sync)


async def _standing(info: Info, kind: str, fact: Fact) -> Standing:
    assert info.context.feed is not None
    own = subject(kind, UUID(fact.key))
    info.context.forget()
    async with info.context.feed.turns:
        return await info.context.loaders.standing(PROVIDER, own, own)


def _seen(standing: Standing) -> Any:
    error = standing.last_error
    return standing.state, standing.external_id, standing.last_synced_at, error and (error.id, error.last_at)
