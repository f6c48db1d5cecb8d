"""The ledger of every sync: what is linked with what, what both sides last agreed on, and what went wrong.

A subject is a record's name: `quote:<uuid>`, `quote_line:<uuid>`. Its root is the record whose lease covers it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import Base, TenantOwned, one_of, tenant_table
from domain.permissions import Permission


class ErrorKind(StrEnum):
    """Whose move it is."""

    REJECTED = "REJECTED"
    """The other side refused the record as it is: edit the record, or what it refers to."""
    UNMAPPED = "UNMAPPED"
    """A setting or a mapping is missing."""
    UNAUTHORIZED = "UNAUTHORIZED"
    """Keys are wrong (the whole connection pauses) or a right is missing (this record waits)."""
    CONFLICT = "CONFLICT"
    """Both sides disagree, or several candidates match: somebody has to choose."""
    BLOCKED = "BLOCKED"
    """Another record has to be solved first; this one then runs by itself."""
    UNAVAILABLE = "UNAVAILABLE"
    """The other side didn't answer until the last automatic attempt."""
    INTERNAL = "INTERNAL"
    """A fault of ours. It is logged; retry after an update."""


class Resolution(StrEnum):
    SYNCED = "SYNCED"
    DISMISSED = "DISMISSED"


class ExternalLink(TenantOwned, Base):
    """One record here and its counterpart there.

    `remote_id` is empty while a create is on its way: then `intent_at` says since when, and `reference` how to find
    what may already stand there. `agreed` holds the values of the last agreement (this mapping's own field names).
    """

    __tablename__ = "external_link"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "provider", "subject"),
        UniqueConstraint("tenant_id", "provider", "remote_kind", "remote_id"),
        Index("ix_external_link_root", "tenant_id", "provider", "root"),
        Index(
            "ix_external_link_intent",
            "tenant_id",
            "provider",
            "remote_kind",
            postgresql_where=text("intent_at IS NOT NULL"),
        ),
    )

    provider: Mapped[str]
    subject: Mapped[str]
    root: Mapped[str]
    remote_kind: Mapped[str]
    remote_id: Mapped[str | None]
    reference: Mapped[str | None]
    intent_at: Mapped[datetime | None]
    agreed: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    url: Mapped[str | None]
    last_synced_at: Mapped[datetime | None]


class SyncError(TenantOwned, Base):
    """A failure that a person must know: open while `resolved_at` is empty. At most one open row a record.

    `retried_at`: when somebody last asked for another try.
    """

    __tablename__ = "sync_error"
    __table_args__ = tenant_table(
        CheckConstraint(one_of("kind", ErrorKind), name="kind"),
        Index(
            "uq_sync_error_open",
            "tenant_id",
            "provider",
            "subject",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_sync_error_last", "tenant_id", "last_at", "id"),
        Index("ix_sync_error_resolution", "tenant_id", "resolution", "last_at", "id"),
        Index("ix_sync_error_subject", "tenant_id", "subject"),
        Index("ix_sync_error_root", "tenant_id", "provider", "root"),
    )
    reads: ClassVar[Permission] = Permission.SYNC_READ

    provider: Mapped[str]
    subject: Mapped[str]
    root: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    message: Mapped[str]
    setting: Mapped[str | None]
    remote_code: Mapped[str | None]
    remote_text: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="1")
    first_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_at: Mapped[datetime] = mapped_column(server_default=func.now())
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    dismiss_reason: Mapped[str | None]
    dismissed_by: Mapped[str | None]
    retried_at: Mapped[datetime | None]


class SyncCursor(TenantOwned, Base):
    """How far one kind of record has been read over there.

    `mark`: what changed before it is known here; empty before the first sweep is through. `after_id` and `started_at`
    belong to a sweep that is under way. `scope`: what was asked for; when that changes, everything is read anew.
    """

    __tablename__ = "sync_cursor"
    __table_args__ = tenant_table(UniqueConstraint("tenant_id", "provider", "remote_kind"))

    provider: Mapped[str]
    remote_kind: Mapped[str]
    scope: Mapped[str]
    mark: Mapped[datetime | None]
    after_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[datetime | None]


class SyncState(StrEnum):
    """How one record stands with a provider."""

    NOT_SYNCED = "NOT_SYNCED"
    """It was never sent: the sync is off, or nothing asked for it yet."""
    PENDING = "PENDING"
    """There is work to do, and it will be done without anybody's help."""
    SYNCED = "SYNCED"
    ERROR = "ERROR"
    """It needs somebody: see `lastError`."""
