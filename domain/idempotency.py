"""What a change answered, by the key that the caller gave it: so that asking twice changes once.

The row is written in the transaction of the change itself: both are there or neither. It holds no record, only what is
needed to answer again; and it does not judge keys or requests: whoever faces the caller does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Index, LargeBinary, UniqueConstraint, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from domain.context import Context
from domain.errors import KeyReused
from domain.ids import uuid7
from domain.models import Base, TenantOwned, tenant_table

KEPT = timedelta(hours=24)
_AT_ONCE = 100  # old rows that a new one takes away


class IdempotencyKey(TenantOwned, Base):
    """`body`: a hash of the request. `answer`: what its payload held; JSON as text, since nobody looks inside here."""

    __tablename__ = "idempotency_key"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "actor", "key"), Index("ix_idempotency_key_created", "tenant_id", "created_at")
    )

    actor: Mapped[str]
    key: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True)
class Once:
    """A request that is to be carried out once: its key, and a hash of all that it says."""

    key: str
    body: bytes


async def begin(ctx: Context, once: Once) -> str | None:
    """What the same request answered before; None: it is the first, and the key is ours until this transaction ends.

    Another one with this key that is still under way is waited for. Raises KeyReused.
    """
    row = IdempotencyKey
    new = insert(row).values(
        id=uuid7(), tenant_id=ctx.tenant_id, actor=ctx.actor.identity, key=once.key, body=once.body
    )
    taken = new.on_conflict_do_update(
        index_elements=["tenant_id", "actor", "key"],
        set_={"body": new.excluded.body, "answer": None, "created_at": func.now()},
        where=row.created_at < func.now() - KEPT,
    ).returning(row.id)
    if await ctx.session.scalar(taken) is not None:
        await _tidy(ctx)
        return None
    known = (await ctx.session.execute(select(row.body, row.answer).where(*_its_row(ctx, once)))).one()
    if known.body != once.body:
        raise KeyReused(
            "This Idempotency-Key was used for another request within the last 24 hours. Take a new key for each"
            " request, and the same one only to repeat it unchanged."
        )
    return known.answer or ""


async def finish(ctx: Context, once: Once, answer: str) -> None:
    """Keep what was answered, with the change."""
    await ctx.session.execute(update(IdempotencyKey).where(*_its_row(ctx, once)).values(answer=answer))


def _its_row(ctx: Context, once: Once) -> tuple[ColumnElement[bool], ...]:
    row = IdempotencyKey
    return row.tenant_id == ctx.tenant_id, row.actor == ctx.actor.identity, row.key == once.key


async def _tidy(ctx: Context) -> None:
    """Each new key takes some old ones away: no more are kept than a day has seen."""
    row = IdempotencyKey
    old = select(row.id).where(row.created_at < func.now() - KEPT).limit(_AT_ONCE).with_for_update(skip_locked=True)
    await ctx.session.execute(delete(row).where(row.id.in_(old)))
