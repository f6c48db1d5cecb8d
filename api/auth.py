"""Who asks: from the Authorization header to an actor. What the actor may do is not decided here."""

import asyncio
import time
from collections import OrderedDict

from domain.access import tenants
from domain.access.tokens import token_hash, well_formed
from domain.context import Actor
from domain.db import Database

_KEPT = 3.0  # seconds; a revoked token must be dead within 5
_MOST = 10_000


class Authentication:
    """Actors of the tokens seen lately, by hash: a busy client costs one look-up in three seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[bytes, tuple[float, Actor | None]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Actor | None]] = {}

    async def actor(self, authorization: str | None) -> Actor | None:
        """The actor of `Bearer qw_…`; None for no, a foreign, an expired or a revoked token alike."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not well_formed(token):
            return None
        key = token_hash(token)
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        # The requests of a busy client that arrive together ask once.
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._ask(key, token))
        return await asyncio.shield(self._asking[key])

    async def _ask(self, key: bytes, token: str) -> Actor | None:
        # Counted from before the look-up: the token may be revoked while we look.
        until = time.monotonic() + _KEPT
        try:
            actor = await tenants.authenticate(self._database, token)
        finally:
            del self._asking[key]
        self._known[key] = (until, actor)
        self._known.move_to_end(key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return actor
