"""Who asks: from the Authorization header to an actor. What the actor may do is not decided here.

API tokens are ours; other tokens are those of an issuer that employees sign in with. Nothing of either is ever logged.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from api import oidc
from domain.access import sign_in, tenants
from domain.access.tokens import token_hash, well_formed
from domain.context import Actor
from domain.db import Database

_KEPT = 3.0  # seconds; a revoked token, and that of somebody made inactive, must be dead within 5
_MOST = 10_000


class Authentication:
    """Actors of the tokens seen lately, by hash: a busy client costs one look-up in three seconds."""

    def __init__(self, database: Database, issued: oidc.Tokens | None = None) -> None:
        self._database = database
        self._issued = issued
        self._known: OrderedDict[bytes, tuple[float, Actor | None]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Actor | None]] = {}

    async def actor(self, authorization: str | None) -> Actor | None:
        """The actor of `Bearer …`; None for no, a foreign, an expired or a revoked token alike.

        Raises Unavailable when a token can't be judged because its issuer does not answer.
        """
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        look_up = self._way(token) if scheme.lower() == "bearer" else None
        if look_up is None:
            return None
        key = token_hash(token)
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        # The requests of a busy client that arrive together ask once.
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._ask(key, token, look_up))
        return await asyncio.shield(self._asking[key])

    def _way(self, token: str) -> Callable[[str], Awaitable[Actor | None]] | None:
        """How to find out whose such a token is; None: it isn't worth finding out."""
        if well_formed(token):
            return self._of_api_token
        if self._issued is not None and oidc.looks_like_one(token):
            return self._of_issued
        return None

    async def _ask(self, key: bytes, token: str, look_up: Callable[[str], Awaitable[Actor | None]]) -> Actor | None:
        # Counted from before the look-up: the token may be revoked while we look.
        until = time.monotonic() + _KEPT
        try:
            actor = await look_up(token)
        except oidc.Unverified:
            return None  # not remembered: anybody can make as many of these as they like
        finally:
            del self._asking[key]
        self._known[key] = (until, actor)
        self._known.move_to_end(key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return actor

    async def _of_api_token(self, token: str) -> Actor | None:
        return await tenants.authenticate(self._database, token)

    async def _of_issued(self, token: str) -> Actor | None:
        assert self._issued is not None
        person = await self._issued.person(token)
        return await sign_in.authenticate(self._database, person.tenant_id, person.address)
