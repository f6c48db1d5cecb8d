"""The right to work on one root record, held for a short time and renewed before every call.

It does not decide what happens when it is lost: whoever notices stops at once, and the next worker finds out the rest.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.context import Actor
from domain.db import Database

_RENEW = text("""
    UPDATE sync_task SET lease_until = now() + make_interval(secs => :seconds),
                         due_at = now() + make_interval(secs => :seconds)
    WHERE id = :task AND lease_token = :token AND lease_until > now()
    RETURNING id
""")
_HELD = text("SELECT id FROM sync_task WHERE id = :task AND lease_token = :token AND lease_until > now()")


class LeaseLost(Exception):
    """Somebody else works on this record now, or may at any moment. Nothing more may be written."""


@dataclass
class Lease:
    """`seconds` from the claim or the last renewal. Measured on the local monotonic clock, so a pause is noticed."""

    database: Database
    actor: Actor
    task_id: UUID
    token: UUID
    seconds: float
    renew_after: float
    monotonic: Callable[[], float] = time.monotonic
    since: float = field(default=0.0)
    begun: bool = field(default=False)
    """Whether a call was made under it already."""
    paid: bool = field(default=False)
    """Whether the next call has been waited for already."""

    def __post_init__(self) -> None:
        self.since = self.since or self.monotonic()

    async def hold(self) -> None:
        """Before a call: renew what is no longer fresh. Raises LeaseLost."""
        if self.monotonic() - self.since < self.renew_after:
            return
        now = self.monotonic()
        async with self.database.transaction(self.actor) as ctx:
            renewed = await ctx.session.scalar(
                _RENEW, {"task": self.task_id, "token": self.token, "seconds": self.seconds}
            )
        if renewed is None:
            raise LeaseLost
        self.since = now

    async def check(self, session: AsyncSession) -> None:
        """Inside a transaction that writes something down. Takes no lock: a mutation may hold the row."""
        if await session.scalar(_HELD, {"task": self.task_id, "token": self.token}) is None:
            raise LeaseLost


_CURRENT: ContextVar[Lease | None] = ContextVar("lease", default=None)


def current() -> Lease | None:
    """The lease that calls of this asyncio task hold; None in a question of a person."""
    return _CURRENT.get()


def enter(lease: Lease) -> None:
    """From here on, calls made by this asyncio task hold this lease."""
    _CURRENT.set(lease)


async def hold_current() -> None:
    """What a shared client does before each call. Without a lease (a question of a person) nothing."""
    lease = _CURRENT.get()
    if lease is not None:
        await lease.hold()
