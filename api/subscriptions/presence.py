"""Who is connected: not too often with one token, and no longer than the token is good. It knows no protocol."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from api.auth import Authentication
from api.operations import Refused
from domain.context import Actor
from domain.errors import ErrorCode

MOST = 50  # connections of one token to one process
_PAUSE = 1.0  # seconds between two looks, of which most are answered from what was seen lately
_PATIENCE = 5.0  # seconds that a token stays good while it can't be judged


class Presence:
    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication
        self._connected: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def connected(self, actor: Actor) -> Iterator[None]:
        """Raises Refused when there are too many already."""
        who = (str(actor.tenant_id), actor.identity)
        if self._connected[who] >= MOST:
            message = f"The token has {MOST} connections already. Put several subscriptions on one connection."
            raise Refused(429, ErrorCode.LIMIT_EXCEEDED, message)
        self._connected[who] += 1
        try:
            yield
        finally:
            self._connected[who] -= 1
            if not self._connected[who]:
                del self._connected[who]

    async def ended(self, authorization: str, actor: Actor) -> None:
        """Comes back once the token no longer stands for this very actor, or can't be judged for too long."""
        seen = time.monotonic()
        while time.monotonic() - seen < _PATIENCE:
            await asyncio.sleep(_PAUSE)
            try:
                now = await self._authentication.actor(authorization)
            except Exception:  # noqa: S112  # the database is away, say: it is asked again
                continue
            if now != actor:
                return
            seen = time.monotonic()
