"""Facts and the work they cause, written in the same transaction as the change itself.

A *fact* (`outbox`) says what happened, for whoever reads later. The *work* (`sync_task`) says that a root record has to
be brought into agreement with a provider: one row each, whose counter `wanted` rises. A *lane* is the queue of one
tenant and provider. Nothing here talks to anybody; claiming and settling is `integrations.core.dispatcher`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, UniqueConstraint, func, insert, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from domain.models import Base, TenantOwned, tenant_table

if TYPE_CHECKING:
    from domain.context import Context


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        return "xid8"


class OutboxFact(Base):
    """Append-only. Readers use the cursor (txid, id) below pg_snapshot_xmin: ids alone are not commit order."""

    __tablename__ = "outbox"
    __table_args__ = (
        # For the guard of every changed row (is there a fact of it?) and for readers of one tenant's past, who sort by
        # id what one transaction wrote. A second index of (tenant_id, txid, …) would tie with it, and the guard that
        # got the other one would read all facts of a transaction for each of its rows.
        Index("ix_outbox_tenant_txid", "tenant_id", "txid", "subject"),
        Index("ix_outbox_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    txid: Mapped[int] = mapped_column(Xid8, server_default=func.pg_current_xact_id())
    name: Mapped[str]
    subject: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str]
    origin: Mapped[str | None]
    request_id: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncTask(TenantOwned, Base):
    """The work on one root record for one provider.

    `wanted` rises with each reason to work; `done` is the `wanted` that was seen when the last finished run began; an
    edit that commits meanwhile leaves `wanted` ahead, so nothing is lost. `look` is the `wanted` up to which the other
    side must be looked at even when nothing changed here. `due_at` is empty when there is nothing to do.
    """

    __tablename__ = "sync_task"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "provider", "subject"),
        Index("ix_sync_task_due", "tenant_id", "provider", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "ix_sync_task_waits_for",
            "tenant_id",
            "provider",
            "waits_for",
            postgresql_where=text("waits_for IS NOT NULL"),
        ),
    )

    provider: Mapped[str]
    subject: Mapped[str]
    wanted: Mapped[int] = mapped_column(BigInteger, server_default="1")
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    look: Mapped[int] = mapped_column(BigInteger, server_default="0")
    due_at: Mapped[datetime | None]
    wanted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None]
    paced_until: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))
    waits_for: Mapped[str | None]


class Lane(TenantOwned, Base):
    """The queue of one tenant and provider. It exists while the tenant is connected to that provider.

    `next_at`: when to look for work again. `held_until`: a pause (infinity), an outage or a rate limit. While
    `failures` is above zero one task at a time probes whether the other side is back.
    """

    __tablename__ = "lane"
    __table_args__ = tenant_table(UniqueConstraint("tenant_id", "provider"), Index("ix_lane_next_at", "next_at"))

    provider: Mapped[str]
    subjects: Mapped[list[str]] = mapped_column(ARRAY(Text))
    next_at: Mapped[datetime] = mapped_column(server_default=text("'infinity'"))
    held_until: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))
    failures: Mapped[int] = mapped_column(server_default="0")


# An edit never shortens a back-off of a dead provider, and never starts beside a running lease: `settle` sees that
# `wanted` grew. `:look` is 0 or 1: must the other side be looked at? `:afresh` restarts a parked or failing task.
_RAISE = text("""
    INSERT INTO sync_task AS task (id, tenant_id, provider, subject, look, due_at)
    SELECT gen_random_uuid(), lane.tenant_id, lane.provider, wanted.subject, :look, now()
    FROM lane CROSS JOIN unnest(CAST(:subjects AS text[])) AS wanted(subject)
    WHERE lane.tenant_id = :tenant
      AND split_part(wanted.subject, ':', 1) = ANY (lane.subjects)
      AND (CAST(:only AS text) IS NULL OR lane.provider = :only)
      AND (CAST(:except AS text) IS NULL OR lane.provider <> :except)
    ORDER BY wanted.subject
    ON CONFLICT (tenant_id, provider, subject) DO UPDATE SET
      wanted = task.wanted + 1,
      wanted_at = CASE WHEN task.wanted > task.done THEN task.wanted_at ELSE now() END,
      look = CASE WHEN :look = 1 THEN task.wanted + 1 ELSE task.look END,
      attempts = CASE WHEN :afresh OR task.due_at IS NULL THEN 0 ELSE task.attempts END,
      failing_since = CASE WHEN :afresh OR task.due_at IS NULL THEN NULL ELSE task.failing_since END,
      waits_for = NULL,
      due_at = CASE
        WHEN task.lease_until > now() THEN task.due_at
        WHEN task.attempts > 0 AND task.due_at IS NOT NULL AND NOT :afresh THEN task.due_at
        ELSE greatest(now(), task.paced_until)
      END
    RETURNING task.provider, task.due_at
""")

# Conditional, so that the mutations of one tenant don't queue behind each other's lane row.
_TOUCH = text("""
    UPDATE lane SET next_at = greatest(CAST(:due AS timestamptz), held_until)
    WHERE tenant_id = :tenant AND provider = :provider
      AND next_at > greatest(CAST(:due AS timestamptz), held_until)
""")


async def write(session: AsyncSession, ctx: "Context") -> set[str]:
    """Write the context's events as facts and raise the work they cause. Returns the providers that have work."""
    if not ctx.events:
        return set()
    await session.flush()
    await session.execute(
        insert(OutboxFact),
        [
            {
                "tenant_id": ctx.tenant_id,
                "name": event.name,
                "subject": event.subject,
                "payload": event.payload(),
                "actor": ctx.actor.name,
                "origin": ctx.origin,
                "request_id": ctx.request_id,
            }
            for event in ctx.events
        ],
    )
    subjects = {event.subject for event in ctx.events}
    ctx.events.clear()
    return await raise_work(session, ctx.tenant_id, subjects, excluded=ctx.origin)


async def raise_work(
    session: AsyncSession,
    tenant_id: UUID,
    subjects: Iterable[str],
    *,
    provider: str | None = None,
    excluded: str | None = None,
    look: bool = False,
    afresh: bool = False,
) -> set[str]:
    """Raise work on root `subjects` for every connected provider that takes such records (or only for `provider`)."""
    rows = (
        await session.execute(
            _RAISE,
            {
                "tenant": tenant_id,
                "subjects": sorted(set(subjects)),
                "only": provider,
                "except": excluded,
                "look": int(look),
                "afresh": afresh,
            },
        )
    ).all()
    due: dict[str, datetime] = {}
    for row in rows:
        if row.due_at is not None:
            due[row.provider] = min(row.due_at, due.get(row.provider, row.due_at))
    for name, at in due.items():
        await session.execute(_TOUCH, {"tenant": tenant_id, "provider": name, "due": at})
    return set(due)
