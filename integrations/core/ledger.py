"""Writing down what was done: links, intents, agreements. Each call is one short transaction under the lease.

It reads no record of ours and decides nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from domain.context import Context
from domain.db import Database
from domain.sync.models import ExternalLink
from integrations.core.lease import Lease
from integrations.core.provider import Link, Record


@dataclass(frozen=True)
class Ledger:
    """The ledger of one root record, as far as one provider is concerned."""

    database: Database
    provider: str
    root: str
    lease: Lease

    def transaction(self) -> Any:
        """For taking values over: the events of this transaction raise no work for the provider they came from."""
        return self.database.transaction(self.lease.actor, origin=self.provider)

    async def intend(self, record: Record, reference: str) -> None:
        """Say, before it is sent, that a create is on its way."""
        async with self.transaction() as ctx:
            await self._upsert(ctx, record, {"reference": reference, "intent_at": func.now()})
            await self.lease.check(ctx.session)

    async def withdraw(self, subject: str) -> None:
        """The create surely did nothing."""
        async with self.transaction() as ctx:
            await ctx.session.execute(self._of(update(ExternalLink), subject).values(intent_at=None))
            await self.lease.check(ctx.session)

    async def agree(self, ctx: Context, record: Record, *, remote_id: str, agreed: Any, url: str | None) -> None:
        """Both sides hold these values now. Part of the caller's transaction, which may also take values over."""
        await self._upsert(
            ctx,
            record,
            {"remote_id": remote_id, "agreed": agreed, "url": url, "intent_at": None, "last_synced_at": func.now()},
        )
        await self.lease.check(ctx.session)

    async def forget(self, subject: str) -> None:
        """The record is gone on both sides."""
        async with self.transaction() as ctx:
            await ctx.session.execute(self._of(delete(ExternalLink), subject))
            await self.lease.check(ctx.session)

    async def is_taken(self, remote_kind: str, remote_id: str, subject: str) -> bool:
        """Whether that record over there is linked with another one of ours."""
        async with self.transaction() as ctx:
            other = await ctx.session.scalar(
                select(ExternalLink.id).where(
                    ExternalLink.provider == self.provider,
                    ExternalLink.remote_kind == remote_kind,
                    ExternalLink.remote_id == remote_id,
                    ExternalLink.subject != subject,
                )
            )
        return other is not None

    async def taken(self, records: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these (remote kind, remote id) are linked with anything of ours."""
        if not records:
            return set()
        async with self.transaction() as ctx:
            rows = await ctx.session.execute(
                select(ExternalLink.remote_kind, ExternalLink.remote_id).where(
                    ExternalLink.provider == self.provider,
                    tuple_(ExternalLink.remote_kind, ExternalLink.remote_id).in_(list(records)),
                )
            )
        return {(row.remote_kind, row.remote_id) for row in rows}

    async def adopt(
        self, ctx: Context, subject: str, remote_kind: str, remote_id: str, agreed: dict[str, Any], url: str | None
    ) -> None:
        """A record of ours that was made out of theirs. Should it be linked already, nothing of this is kept."""
        ctx.session.add(
            ExternalLink(
                provider=self.provider,
                subject=subject,
                root=self.root,
                remote_kind=remote_kind,
                remote_id=remote_id,
                agreed=agreed,
                url=url,
                last_synced_at=func.now(),
            )
        )
        await ctx.session.flush()
        await self.lease.check(ctx.session)

    async def unsettled_for(self, intent_at: datetime, settle: float) -> float:
        """Seconds until an intent has settled, by the database's clock; 0 or less when it has."""
        async with self.transaction() as ctx:
            left = await ctx.session.scalar(
                text("SELECT extract(epoch FROM CAST(:at AS timestamptz) - now()) + :settle"),
                {"at": intent_at, "settle": settle},
            )
        return float(left or 0)

    async def _upsert(self, ctx: Context, record: Record, values: dict[str, Any]) -> None:
        await ctx.session.execute(
            insert(ExternalLink)
            .values(
                tenant_id=ctx.tenant_id,
                provider=self.provider,
                subject=record.subject,
                root=self.root,
                remote_kind=record.mapping.remote_kind,
                **values,
            )
            .on_conflict_do_update(index_elements=["tenant_id", "provider", "subject"], set_=values)
        )

    def _of(self, statement: Any, subject: str) -> Any:
        return statement.where(ExternalLink.provider == self.provider, ExternalLink.subject == subject)


async def links_of(ctx: Context, provider: str, *, root: str = "", subjects: Iterable[str] = ()) -> dict[str, Link]:
    """Links of all records under `root`, and of single `subjects`."""
    rows = await ctx.session.scalars(
        select(ExternalLink).where(
            ExternalLink.provider == provider,
            (ExternalLink.root == root) | ExternalLink.subject.in_(list(subjects)),
        )
    )
    return {
        row.subject: Link(row.subject, row.remote_kind, row.remote_id, row.reference, row.intent_at, row.agreed)
        for row in rows
    }
