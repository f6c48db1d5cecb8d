"""What people see and do about syncing: open errors, retry, dismiss; and a hint that a record may have changed there.

It raises work; it never talks to a provider.
"""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import func, select

from domain import events, outbox
from domain.checks import required_text
from domain.context import Context
from domain.errors import NotFound
from domain.ids import keyed_subject, parse_subject
from domain.permissions import Permission, requires
from domain.sync.models import Resolution, SyncError


@requires(Permission.SYNC_WRITE)
async def retry(ctx: Context, error_id: UUID) -> SyncError:
    """Work on the record again, at once, looking at the other side even if nothing changed here."""
    error = await _open(ctx, error_id)
    if not error.root.startswith("connection:"):
        await _again(ctx, error.provider, [error.root])
    return error


@requires(Permission.SYNC_WRITE)
async def dismiss(ctx: Context, error_id: UUID, *, reason: str) -> SyncError:
    """Close an error without solving it. The next failure of the record opens a new one."""
    error = await _open(ctx, error_id)
    error.dismiss_reason = required_text(reason, 1000, field="reason")
    error.dismissed_by = ctx.actor.name
    error.resolution = Resolution.DISMISSED.value
    error.resolved_at = await ctx.session.scalar(select(func.now()))
    await ctx.session.flush()
    ctx.emit(events.SyncErrorDismissed(error.id))
    with suppress(ValueError):  # the connection, a catalog item or an arrival is no record here
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


async def _again(ctx: Context, provider: str, roots: list[str]) -> None:
    ctx.wake.update(
        await outbox.raise_work(ctx.session, ctx.tenant_id, roots, provider=provider, look=True, afresh=True)
    )


async def _open(ctx: Context, error_id: UUID) -> SyncError:
    error = await ctx.session.get(SyncError, error_id, with_for_update=True)
    if error is None:
        raise NotFound("There is no such sync error.", field=("id",))
    if error.resolved_at is not None:
        raise NotFound("This sync error is already resolved.", field=("id",))
    return error
