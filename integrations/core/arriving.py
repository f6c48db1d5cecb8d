"""One record over there, of which we were told that it changed: `remote_<kind>:<id>`.

Reads it once. What is linked is left to its root's own run; what isn't is matched, taken over, or left alone.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import outbox
from integrations.core import errors
from integrations.core.arrivals import (
    Adopted,
    Candidate,
    Desk,
    Received,
    Source,
    adopt,
    links_there,
    raise_looks,
    receive,
)
from integrations.core.chores import Job
from integrations.core.outcome import Need, Outcome
from integrations.core.provider import Problem, Row
from integrations.core.timing import Timing

# Whoever holds the lease may be about to create the counterpart. `raise_work` has locked this row, so nobody takes it.
_LEASED = text("""
    SELECT coalesce(lease_until > now(), false) FROM sync_task
    WHERE tenant_id = :tenant AND provider = :provider AND subject = :subject
""")
_HAS_LINK = text("SELECT true FROM external_link WHERE provider = :provider AND subject = :subject")


@dataclass(frozen=True)
class Arriving:
    """The chore of one kind of record."""

    source: Source

    def title(self, key: str) -> str:
        return f"{self.source.remote_kind} {key}"

    def again_in(self, timing: Timing) -> float | None:
        return None

    def explain(self, error: errors.RemoteError, key: str) -> Problem:
        return self.source.explain(error)

    async def run(self, job: Job) -> Outcome:
        source, provider = self.source, job.provider.name
        async with job.transaction() as ctx:
            settings = await source.settings(ctx)
            remote = await job.provider.remote(ctx) if settings is not None else None
        if remote is None:
            return Outcome()
        try:
            row = await source.fetch(remote, job.key)
        except errors.Missing:
            # The run of its root says what that means.
            async with job.transaction() as ctx:
                links = await links_there(ctx, provider, source.remote_kind, [job.key])
                await raise_looks(ctx, provider, {link.root for link in links.values()})
            return Outcome(called=True)
        desk = job.desk(source, settings, remote)
        try:
            async with job.transaction() as ctx:
                received = await receive(ctx, desk, [row])
                await job.lease.check(ctx.session)
            for _, candidates in received.matched:
                if len(candidates) > 1:
                    raise source.several(row, candidates, [row]).about(job.root, source.title(row))
                received = await self._match(job, desk, remote, row, candidates[0])
        except IntegrityError:
            # Another worker was quicker by a moment; its link is there when we look again.
            return Outcome(called=True, wait=job.timing.intent)
        for _, error in received.refused:
            raise error
        wait = job.timing.intent if received.waiting else None
        return Outcome(source.title(row), called=True, wait=wait, needs=received.needs)

    async def _match(self, job: Job, desk: Desk, remote: Any, row: Row, candidate: Candidate) -> Received:
        """Exactly one record of ours may be it. They are linked unless it may as well be another one over there."""
        source, provider, received = self.source, job.provider.name, Received()
        rows = await source.counterparts(remote, candidate)
        async with job.transaction() as ctx:
            linked = await links_there(ctx, provider, source.remote_kind, [source.remote_id(each) for each in rows])
            rows = [each for each in rows if source.remote_id(each) not in linked]
            if rows and all(source.remote_id(each) != source.remote_id(row) for each in rows):
                # Our record has a better counterpart there, so this one is new.
                await adopt(ctx, desk, row, received)
                await raise_looks(ctx, provider, received.adopted)
            elif len(rows) > 1:
                raise source.several(row, [candidate], rows).about(job.root, source.title(row))
            else:
                about = {"provider": provider, "subject": candidate.subject}
                ctx.wake |= await outbox.raise_work(
                    ctx.session, ctx.tenant_id, [candidate.subject], provider=provider, look=True
                )
                leased = await ctx.session.scalar(_LEASED, {"tenant": ctx.tenant_id, **about})
                if leased or await ctx.session.scalar(_HAS_LINK, about):
                    received.needs.append(Need(candidate.subject, job.root, source.title(row)))
                else:
                    # Without an agreement: the run of the root makes both sides agree, by the rules of a first link.
                    subject = candidate.subject
                    linked_now = Adopted(subject, subject, source.remote_kind, source.remote_id(row), None)
                    ctx.session.add(desk.link(linked_now))
            await ctx.session.flush()
            await job.lease.check(ctx.session)
        return received
