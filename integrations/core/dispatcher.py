"""Who works on what, and when again: claims a due root record under a lease, runs the engine, settles what came of it.

Redis only rings the bell: work and leases live in PostgreSQL. The dispatcher never awaits a run while it claims.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import text

from domain.context import Actor
from domain.db import Database
from integrations.core import lease as leases
from integrations.core.engine import Engine
from integrations.core.lease import Lease, LeaseLost
from integrations.core.outcome import Outcome
from integrations.core.provider import Provider
from integrations.core.settle import settle
from integrations.core.timing import Random, Timing

log = logging.getLogger(__name__)

# The oldest due lane, then its oldest due task. SKIP LOCKED: workers pass each other by. While a connection is failing
# its lane sleeps for a whole call after each claim, so that one task at a time finds out whether it is back.
_LANE = text("""
    SELECT id, tenant_id, provider, failures FROM lane
    WHERE next_at <= now() AND held_until <= now()
    ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_TASK = text("""
    UPDATE sync_task SET lease_token = :token,
                         lease_until = now() + make_interval(secs => :lease),
                         due_at = now() + make_interval(secs => :lease)
    WHERE id = (
      SELECT id FROM sync_task
      WHERE tenant_id = :tenant AND provider = :provider AND due_at <= now()
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, subject, wanted, look > done AS look, attempts, extract(epoch FROM now() - wanted_at) AS age
""")
_TURN = text("""
    UPDATE lane SET next_at = CASE WHEN :probing THEN now() + make_interval(secs => :rest) ELSE coalesce((
      SELECT greatest(min(due_at), now() + make_interval(secs => :rest)) FROM sync_task
      WHERE tenant_id = lane.tenant_id AND provider = lane.provider AND due_at IS NOT NULL
    ), 'infinity') END
    WHERE id = :lane
""")
# An emit leaves a lane alone that is due already; if a claim found that lane empty just before the emit committed, the
# lane sleeps although there is work. The bell comes after the commit and repairs that; without a bell, the sweep does.
_WAKE = text("""
    UPDATE lane SET next_at = now()
    WHERE (CAST(:tenant AS uuid) IS NULL OR (tenant_id = :tenant AND provider = :provider))
      AND next_at > now() AND held_until <= now() AND failures = 0
      AND EXISTS (
        SELECT FROM sync_task
        WHERE sync_task.tenant_id = lane.tenant_id AND sync_task.provider = lane.provider AND due_at <= now()
      )
""")


_SOON = text("""
    SELECT extract(epoch FROM min(next_at) - now()) FROM lane WHERE next_at < now() + make_interval(secs => :sweep)
""")


@dataclass(frozen=True)
class Claim:
    """The right to work on one root record. `wanted` is what a finished run will have done."""

    task_id: UUID
    tenant_id: UUID
    provider: str
    subject: str
    wanted: int
    look: bool
    attempts: int
    lease: Lease


class Dispatcher:
    """The work of one worker process: at most `slots` runs at once."""

    def __init__(
        self,
        database: Database,
        shelf: Mapping[str, Provider],
        timing: Timing,
        *,
        slots: int = 50,
        monotonic: Callable[[], float] = time.monotonic,
        random: Random = random.random,
        token: Callable[[], UUID] = uuid4,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._timing = timing
        self._engine = Engine(database, timing, monotonic)
        self._slots = slots
        self._monotonic = monotonic
        self._random = random
        self._token = token
        self._runs: set[asyncio.Task[None]] = set()
        self._chores: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Lock()
        self._stopping = False
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> int:
        return len(self._runs)

    async def drain(self, tenant_id: UUID | None = None, provider: str | None = None) -> None:
        """Start what is due until nothing is or all slots are taken. Returns without waiting for what it started."""
        wake: dict[str, object] | None = {"tenant": tenant_id, "provider": provider}
        async with self._draining:
            while not self._stopping and len(self._runs) < self._slots:
                claim = await self.claim(wake)
                if claim is None:
                    return
                wake = None
                run = asyncio.create_task(self._work(claim), name=claim.subject)
                self._runs.add(run)
                run.add_done_callback(self._runs.discard)

    async def sweep(self) -> None:
        """What keeps everything going when no bell rings: runs until it is cancelled."""
        while True:
            try:
                await self.drain()
            except Exception:
                log.exception("the sweep failed; it goes on")
            await asyncio.sleep(self._timing.sweep)

    async def stop(self, grace: float) -> None:
        """Claim no more, let running calls finish for `grace` seconds, give back the rest."""
        self._stopping = True
        if self._alarm is not None:
            self._alarm.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                async with self._draining:  # a claim that is under way becomes a run like the others
                    pass
                if self._runs:
                    await asyncio.wait(self._runs)
        for run in list(self._runs):
            run.cancel()
        if self._runs:
            await asyncio.wait(self._runs, timeout=5)

    async def claim(self, wake: Mapping[str, object] | None = None) -> Claim | None:
        """The next due record, leased to us; None when nothing is due. `wake`: whose lane to wake first (None: all)."""
        while True:
            since, token = self._monotonic(), self._token()
            async with self._database.system() as session:
                if wake is not None:
                    await session.execute(_WAKE, wake)
                    wake = None
                lane = (await session.execute(_LANE)).one_or_none()
                if lane is None:
                    self._set_alarm(await session.scalar(_SOON, {"sweep": self._timing.sweep}))
                    return None
                task = (
                    await session.execute(
                        _TASK,
                        {
                            "tenant": lane.tenant_id,
                            "provider": lane.provider,
                            "token": token,
                            "lease": self._timing.lease,
                        },
                    )
                ).one_or_none()
                await session.execute(
                    _TURN,
                    {
                        "lane": lane.id,
                        "probing": lane.failures > 0 and task is not None,
                        # Nothing to be had although something is due: a mutation holds that row just now.
                        "rest": 0.01 if task is None else self._timing.http_timeout if lane.failures else 0,
                    },
                )
            if task is not None:
                break
        actor = Actor.system(lane.tenant_id, f"sync with {lane.provider}")
        held = Lease(
            self._database,
            actor,
            task.id,
            token,
            self._timing.lease,
            self._timing.renew_after,
            self._monotonic,
            since,
        )
        return Claim(task.id, lane.tenant_id, lane.provider, task.subject, task.wanted, task.look, task.attempts, held)

    async def _work(self, claim: Claim) -> None:
        leases.enter(claim.lease)
        try:
            await self._settle(claim, await self._run(claim))
        except LeaseLost:
            log.warning("lost the lease on %s; whoever holds it goes on", claim.subject)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await self._give_back(claim)
            raise
        except Exception:
            # The lease runs out by itself, and the record is tried again: nothing is lost.
            log.exception("the run on %s failed", claim.subject)
        if not self._stopping:
            await self._more()

    async def _run(self, claim: Claim) -> Outcome:
        provider = self._shelf.get(claim.provider)
        if provider is None:
            log.warning("%s is left to a newer worker: this one knows no %s", claim.subject, claim.provider)
            return Outcome(wait=self._timing.blocked)
        return await self._engine.reconcile(provider, claim.lease.actor, claim.subject, claim.lease, look=claim.look)

    def _set_alarm(self, seconds: object) -> None:
        """Something falls due before the next sweep (a paced record, a retry): be there in time."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if seconds is not None and not self._stopping:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(max(0.001, float(str(seconds))), self._ring)

    def _ring(self) -> None:
        task = asyncio.create_task(self._more())
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _more(self) -> None:
        """A slot is free again, or something has fallen due."""
        try:
            await self.drain()
        except Exception:
            log.exception("could not look for more work; the sweep will")

    async def _settle(self, claim: Claim, outcome: Outcome) -> None:
        async with self._database.transaction(claim.lease.actor) as ctx:
            await settle(
                ctx,
                claim.provider,
                claim.subject,
                task_id=claim.task_id,
                token=claim.lease.token,
                wanted=claim.wanted,
                attempts=claim.attempts,
                outcome=outcome,
                timing=self._timing,
                random=self._random,
            )

    async def _give_back(self, claim: Claim) -> None:
        async with self._database.transaction(claim.lease.actor) as ctx:
            await ctx.session.execute(
                text(
                    "UPDATE sync_task SET lease_token = NULL, lease_until = NULL, due_at = now()"
                    " WHERE id = :task AND lease_token = :token"
                ),
                {"task": claim.task_id, "token": claim.lease.token},
            )
