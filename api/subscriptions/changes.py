"""The facts behind a cursor, then those that come: one after the other, each once. It tells nobody of them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from uuid import UUID

from api.subscriptions.feed import Behind, Feed
from domain import facts
from domain.context import Context
from domain.errors import BadCursor, LimitExceeded
from domain.facts import Batch, Fact, Place

_BATCH = 200

Reading = Callable[[], AbstractAsyncContextManager[Context]]


class FellBehind(LimitExceeded):
    """`cursor`: what to go on with."""

    def __init__(self, cursor: str) -> None:
        super().__init__(
            "Changes came faster than they were taken, so the subscription ended. Nothing is lost: subscribe again"
            " behind the cursor of the last one, which `extensions.cursor` repeats."
        )
        self.cursor = cursor


async def changes(
    feed: Feed, read: Reading, tenant_id: UUID, kinds: frozenset[str], after: str | None
) -> AsyncGenerator[Fact, None]:
    """The tenant's facts about records of these kinds; without `after` those to come. Raises BadCursor, FellBehind."""
    async with feed.turns, read() as ctx:
        cursor = after if after is not None else await facts.cursor(ctx.session)
        try:
            place = await facts.place_of(ctx.session, cursor)
        except BadCursor as error:
            raise error.under("after") from None
    try:
        async with aclosing(_behind(feed, read, tenant_id, kinds, place)) as found:
            async for fact in found:
                cursor = fact.cursor
                if fact.kind in kinds:
                    yield fact
    except Behind:
        raise FellBehind(cursor) from None


async def _behind(
    feed: Feed, read: Reading, tenant_id: UUID, kinds: frozenset[str], place: Place
) -> AsyncGenerator[Fact, None]:
    # What is long past comes before joining: as long as it is read, nothing has to wait in a queue.
    async with aclosing(_kept(feed, read, tenant_id, place)) as past:
        async for batch in past:
            for fact in batch.facts:
                yield fact
            place = batch.upto
    with feed.following(tenant_id, kinds) as follower:
        joined = await follower.joined()
        async with aclosing(_kept(feed, read, tenant_id, place, joined)) as between:
            async for batch in between:
                for fact in batch.facts:
                    yield fact
        place = max(place, joined)
        while True:
            fact = await follower.next()
            if fact.place > place:  # the feed may have been behind what was read above
                yield fact


async def _kept(
    feed: Feed, read: Reading, tenant_id: UUID, place: Place, upto: Place = facts.END
) -> AsyncGenerator[Batch, None]:
    """What is between two places, in parts."""
    is_last = False
    while not is_last:
        async with feed.turns, read() as ctx:
            batch = await facts.read(ctx.session, place, tenants=[tenant_id], limit=_BATCH, upto=upto)
        yield batch
        place, is_last = batch.upto, batch.is_last
