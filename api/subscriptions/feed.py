"""One reader of facts a process, for all who follow them: only while somebody does, and for their tenants alone.

What a follower has not taken yet waits in a queue of its own, with an end: nobody waits for somebody slow. Who may know
of what is not decided here.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID

import structlog

from domain import facts
from domain.db import Database
from domain.facts import Fact, Place

_BATCH = 500
_PATIENCE = 10.0  # seconds for one look, which takes milliseconds
_PAUSE = 0.5  # seconds between two looks when nothing happens
_TURNS = 5  # how many of all subscriptions may use the database at once: requests need it too
_SOON = 0.02  # after something happened: what committed may wait for an older transaction, and more may follow
_log = structlog.get_logger("api.subscriptions")


class Behind(Exception):
    """More happened than a follower has room for."""


class Follower:
    """The facts of one tenant about some kinds of records, from where it joined."""

    def __init__(self, tenant_id: UUID, kinds: frozenset[str], room: int) -> None:
        self.tenant_id = tenant_id
        self.place: Place | None = None
        self._kinds = kinds
        self._room = room
        self._waiting: deque[Fact] = deque()
        self._is_behind = False
        self._bell = asyncio.Event()

    async def joined(self) -> Place:
        """Where it joined: it is told of all that comes behind this."""
        while self.place is None:
            await self._rung()
        return self.place

    async def next(self) -> Fact:
        """Raises Behind once all that there was room for has been taken."""
        while not self._waiting:
            if self._is_behind:
                raise Behind
            await self._rung()
        return self._waiting.popleft()

    def join(self, place: Place) -> None:
        self.place = place
        self._bell.set()

    def tell(self, fact: Fact) -> None:
        if fact.kind not in self._kinds or self._is_behind:
            return
        if len(self._waiting) < self._room:
            self._waiting.append(fact)
        else:
            self._is_behind = True
        self._bell.set()

    async def _rung(self) -> None:
        self._bell.clear()
        await self._bell.wait()


class Feed:
    """`room`: how many facts may wait for one follower."""

    def __init__(self, database: Database, *, room: int) -> None:
        self.turns = asyncio.Semaphore(_TURNS)
        """For whoever follows, around each use of the database."""
        self._database = database
        self._room = room
        self._followers: set[Follower] = set()
        self._bell = asyncio.Event()
        self._place: Place | None = None
        self._reading: asyncio.Task[None] | None = None

    @contextmanager
    def following(self, tenant_id: UUID, kinds: frozenset[str]) -> Iterator[Follower]:
        follower = Follower(tenant_id, kinds, self._room)
        self._followers.add(follower)
        self._bell.set()
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
        try:
            yield follower
        finally:
            self._followers.remove(follower)
            self._bell.set()

    async def _read(self) -> None:
        """Until nobody follows any more."""
        self._place = None
        self._database.listeners.add(self._bell.set)
        pause, is_well = _SOON, True
        try:
            while self._followers:
                self._bell.clear()
                try:
                    async with asyncio.timeout(_PATIENCE):
                        found = await self._look()
                    is_well = True
                except Exception as error:  # the database is away, say: the place stays, so that nothing is missed
                    if is_well:
                        _log.warning("facts can't be read", error=repr(error))
                    found = is_well = False
                await asyncio.sleep(_SOON)  # however much happens, there are a few dozen looks a second
                pause = _SOON if found else min(2 * pause, _PAUSE)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._bell.wait()
                        pause = _SOON
        finally:
            self._database.listeners.discard(self._bell.set)

    async def _look(self) -> bool:
        """Whether there was anything, or anybody new."""
        joining = [follower for follower in self._followers if follower.place is None]
        following: defaultdict[UUID, list[Follower]] = defaultdict(list)
        for follower in self._followers:
            if follower.place is not None:
                following[follower.tenant_id].append(follower)
        found: Sequence[Fact] = ()
        async with self._database.system() as session:
            if self._place is None or not following:
                upto = await facts.now(session)
            else:
                batch = await facts.read(session, self._place, tenants=following, limit=_BATCH)
                found, upto = batch.facts, batch.upto
        for fact in found:
            for follower in following[fact.tenant_id]:
                follower.tell(fact)
        self._place = upto
        for follower in joining:
            follower.join(upto)
        return bool(found or joining)
