"""Asking what has changed over there, page by page: `poll:<kind>`. It loses nothing when callbacks fail.

The first poll of a scope is the import. The cursor moves in the transaction of its rows, so a crash repeats at
most a page. What a row means is `arrivals`' business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from domain import outbox
from domain.context import Context
from domain.ids import keyed_subject
from domain.sync.models import SyncCursor
from integrations.core import errors
from integrations.core.arrivals import Source, new, receive
from integrations.core.chores import Job
from integrations.core.outcome import Outcome
from integrations.core.provider import Problem
from integrations.core.timing import Timing

_AT_ONCE = 200  # rows a transaction: taking them over has to be done well within a lease


@dataclass(frozen=True)
class Poll:
    """The chore. `sources`: remote kind -> what to ask for."""

    sources: Mapping[str, Source]
    titles: Mapping[str, str]

    def title(self, key: str) -> str:
        return self.titles[key]

    def again_in(self, timing: Timing) -> float | None:
        return timing.poll

    def explain(self, error: errors.RemoteError, key: str) -> Problem:
        return self.sources[key].explain(error)

    async def run(self, job: Job) -> Outcome:
        source = self.sources[job.key]
        async with job.transaction() as ctx:
            settings = await source.settings(ctx)
            remote = await job.provider.remote(ctx) if settings is not None else None
            if remote is None:
                return Outcome()
            cursor = await _cursor(ctx, job.provider.name, source, source.scope(settings))
            now = (await ctx.session.execute(select(func.now()))).scalar_one()
        mark = cursor.mark if cursor.mark or source.sweeps else now
        since = None if mark is None else mark - timedelta(seconds=job.timing.overlap)
        started = cursor.started_at
        desk = job.desk(source, settings, remote)
        async for page in source.pages(remote, settings, since=since, after_id=cursor.after_id):
            started = started or source.clock(remote)
            for rows in (page[begin : begin + _AT_ONCE] for begin in range(0, len(page), _AT_ONCE)):
                await job.lease.hold()
                async with job.transaction() as ctx:
                    fresh = await new(ctx, desk, rows)
                parts = await source.parts(remote, fresh) if fresh else {}
                try:
                    async with job.transaction() as ctx:
                        received = await receive(ctx, desk, rows, parts)
                        await _each_alone(ctx, job, source, [source.remote_id(row) for row in received.alone])
                        cursor.after_id, cursor.started_at = int(source.remote_id(rows[-1])), started
                        await ctx.session.merge(cursor)
                        await ctx.session.flush()
                        await job.lease.check(ctx.session)
                except IntegrityError:
                    # Somebody linked one of these rows meanwhile: these rows again.
                    return Outcome(called=True, wait=job.timing.intent)
        async with job.transaction() as ctx:
            cursor.mark, cursor.after_id, cursor.started_at = started or cursor.mark, None, None
            await ctx.session.merge(cursor)
            await ctx.session.flush()
            await job.lease.check(ctx.session)
        return Outcome(self.title(job.key), called=True, again_in=job.timing.poll)


async def _cursor(ctx: Context, provider: str, source: Source, scope: str) -> SyncCursor:
    """Where to go on; from the beginning when something else is asked for than before."""
    cursor = await ctx.session.scalar(
        select(SyncCursor).where(SyncCursor.provider == provider, SyncCursor.remote_kind == source.remote_kind)
    )
    if cursor is None:
        cursor = SyncCursor(provider=provider, remote_kind=source.remote_kind, scope=scope)
        ctx.session.add(cursor)
    elif cursor.scope != scope:
        cursor.scope, cursor.mark, cursor.after_id, cursor.started_at = scope, None, None, None
    await ctx.session.flush()
    found: SyncCursor = cursor
    return found


async def _each_alone(ctx: Context, job: Job, source: Source, remote_ids: list[str]) -> None:
    subjects = [keyed_subject(f"remote_{source.remote_kind}", remote_id) for remote_id in remote_ids]
    if subjects:
        ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, subjects, provider=job.provider.name, look=True)
