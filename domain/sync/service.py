"""What people see and do about syncing: open errors, retry, dismiss; and a hint that a record may have changed there.

It raises work; it never talks to a provider.
"""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, func, literal, select, update

from domain import events, outbox
from domain.checks import required_text
from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError
from domain.ids import keyed_subject, parse_subject
from domain.outbox import Lane
from domain.permissions import Permission, requires
from domain.sync.models import Resolution, SyncError

MOST = 5_000


@requires(Permission.SYNC_WRITE)
async def retry(ctx: Context, error_id: UUID) -> SyncError:
    """Work on the record again, at once, looking at the other side even if nothing changed here.

    Refused when nobody would take that up: there is no connection, or it is itself what failed.
    """
    error = await _open(ctx, error_id)  # not locked: the end of a run takes its work first and then its errors
    raised = await outbox.raise_work(
        ctx.session, ctx.tenant_id, [error.root], provider=error.provider, look=True, afresh=True
    )
    if not raised:
        raise ImpossibleStep(f"Connect {error.provider} first: until then nothing of this is tried.", ("id",))
    ctx.wake.update(raised)
    error.retried_at = await ctx.session.scalar(select(func.now()))
    await ctx.session.flush()
    return error


@requires(Permission.SYNC_WRITE)
async def retry_all(ctx: Context, which: Select[tuple[UUID]]) -> int:
    """`retry` for each open error whose id `which` selects and that somebody would take up: for how many."""
    takers = select(Lane.id).where(
        Lane.provider == SyncError.provider, func.split_part(SyncError.root, ":", 1) == any_(Lane.subjects)
    )
    open_ones = (
        select(SyncError.id, SyncError.provider, SyncError.root)
        .where(SyncError.id.in_(which), SyncError.resolved_at.is_(None), takers.exists())
        .limit(MOST + 1)
    )
    found = (await ctx.session.execute(open_ones)).all()
    if len(found) > MOST:
        message = f"More than {MOST:,} sync errors are open; at most so many are retried at once. Say which: filter."
        raise UserError(ErrorCode.LIMIT_EXCEEDED, message, ("filter",))
    # Work before errors: in that order the end of a run takes them, too.
    for provider in sorted({error.provider for error in found}):
        roots = {error.root for error in found if error.provider == provider}
        ctx.wake.update(
            await outbox.raise_work(ctx.session, ctx.tenant_id, roots, provider=provider, look=True, afresh=True)
        )
    retried = any_(literal([error.id for error in found], ARRAY(Uuid)))
    await ctx.session.execute(update(SyncError).where(SyncError.id == retried).values(retried_at=func.now()))
    return len(found)


@requires(Permission.SYNC_WRITE)
async def dismiss(ctx: Context, error_id: UUID, *, reason: str) -> SyncError:
    """Close an error without solving it. The next failure of the record opens a new one."""
    error = await _open(ctx, error_id, lock=True)
    error.dismiss_reason = required_text(reason, 1000, field="reason")
    error.dismissed_by = ctx.actor.name
    error.resolution = Resolution.DISMISSED.value
    error.resolved_at = await ctx.session.scalar(select(func.now()))
    await ctx.session.flush()
    ctx.emit(events.SyncErrorDismissed(error.id))
    with suppress(ValueError):  # a catalog item or an arrival is no record here
        ctx.emit(events.SyncSettled(parse_subject(error.root)[1]))
    return error


@requires(Permission.SYNC_WRITE)
async def receive_hint(ctx: Context, provider: str, remote_kind: str, remote_id: str) -> bool:
    """Something may have changed on the other side: look at that record. False when nobody here takes such records.

    Linked or not makes no difference here: who looks finds out, and an echo of our own write ends there.
    """
    raised = await outbox.raise_work(
        ctx.session,
        ctx.tenant_id,
        [keyed_subject(f"remote_{remote_kind}", remote_id)],
        provider=provider,
        look=True,
        afresh=True,
    )
    ctx.wake.update(raised)
    return bool(raised)


async def _open(ctx: Context, error_id: UUID, *, lock: bool = False) -> SyncError:
    error = await ctx.session.get(SyncError, error_id, with_for_update=lock)
    if error is None:
        raise NotFound("There is no such sync error.", field=("id",))
    if error.resolved_at is not None:
        raise NotFound("This sync error is already resolved.", field=("id",))
    return error
