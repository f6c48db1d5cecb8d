"""What every resolver is given: who asks, the way to the database, and what this request has loaded already.

It decides nothing: permissions are checked before the first resolver runs, and again by the services.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import DocumentNode

from api import idempotency
from api.ask import Asker
from api.loaders import Loaders
from api.subscriptions.feed import Feed
from domain.context import Actor, Context
from domain.db import Database, part
from domain.idempotency import Once, begin, finish

LONGEST = 10.0  # seconds that one statement of a read may take: filters can ask for more than indexes are for


@dataclass
class RequestContext:
    database: Database
    actor: Actor
    asker: Asker
    request_id: str
    document: DocumentNode
    base_url: str
    """Where this service is, as the caller sees it: ends in a slash."""
    once: Once | None = None
    """Of a request with an idempotency key, which has one mutation field."""
    feed: Feed | None = None
    """Of a subscription."""
    client_address: str | None = None
    """Where the request came from; of what is asked by POST."""
    offer_url: str = ""
    """The address of the page on which customers see an offer, with `{token}` in it; empty: nobody has said."""
    loaders: Loaders = field(init=False)
    _whole: Context | None = None

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.read)

    def read(self) -> AbstractAsyncContextManager[Context]:
        """A transaction of its own for each resolver and loader batch: they run concurrently, sessions can't."""
        return self.database.transaction(self.actor, request_id=self.request_id, longest=LONGEST)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Context]:
        """The transaction of a mutation field: of its own, or a part of the one that its idempotency key is kept in."""
        if self._whole is not None:
            async with part(self._whole) as ctx:
                yield ctx
            return
        async with self.database.transaction(self.actor, request_id=self.request_id) as ctx:
            yield ctx
        # The next fields must see what was just written.
        self.forget()

    def forget(self) -> None:
        """What is asked for from here on is read anew."""
        self.loaders = Loaders(self.read)

    async def carried_out(self, mutation: Callable[[], Awaitable[Any]], schema: Any) -> Any:
        """The payload of a mutation field: now, or when the same request was carried out. What fails is not kept."""
        if self.once is None:
            return await mutation()
        async with self.transaction() as ctx:
            answered = await begin(ctx, self.once)
            if answered is None:
                self._whole = ctx
                try:
                    payload = await mutation()
                finally:
                    self._whole = None
                await finish(ctx, self.once, idempotency.kept(payload))
                return payload
        return idempotency.again(answered, schema.core)


Info = strawberry.Info[RequestContext, None]
