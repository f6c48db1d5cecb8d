"""What every resolver is given: who asks, the way to the database, and what this request has loaded already.

It decides nothing: permissions are checked before the first resolver runs, and again by the services.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import strawberry
from graphql import DocumentNode

from api.ask import Asker
from api.loaders import Loaders
from domain.context import Actor, Context
from domain.db import Database


@dataclass
class RequestContext:
    database: Database
    actor: Actor
    asker: Asker
    request_id: str
    document: DocumentNode
    base_url: str
    """Where this service is, as the caller sees it: ends in a slash."""
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.read)

    def read(self) -> AbstractAsyncContextManager[Context]:
        """A transaction of its own for each resolver and loader batch: they run concurrently, sessions can't."""
        return self.database.transaction(self.actor, request_id=self.request_id)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Context]:
        """The one transaction of a mutation field."""
        async with self.database.transaction(self.actor, request_id=self.request_id) as ctx:
            yield ctx
        # The next fields must see what was just written.
        self.loaders = Loaders(self.read)


Info = strawberry.Info[RequestContext, None]
