"""The audit trail: who changed what, from what to what. The rows are written by a trigger of each table, so no change
is forgotten; qw_app may add and read them, and nothing else. It reads nothing into a change: that is left to people.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import Base, TenantOwned, belongs_to, one_of, tenant_table
from domain.permissions import Permission


class AuditAction(StrEnum):
    CREATED = "CREATED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class AuditEntry(TenantOwned, Base):
    """One row that changed. `subject` is the row (`quote_line:<id>`), `root` the record that it is part of.

    `changes`: {column: [before, after]}, both as text or null; secrets, and what is only there to be found by, are
    left out. `origin`: the provider whose change was taken over.
    """

    __tablename__ = "audit_entry"
    __table_args__ = tenant_table(
        CheckConstraint(one_of("action", AuditAction), name="action"),
        Index("ix_audit_entry_at", "tenant_id", "at", "id"),
        Index("ix_audit_entry_root", "tenant_id", "root", "at", "id"),
        Index("ix_audit_entry_subject", "tenant_id", "subject", "at", "id"),
        Index("ix_audit_entry_employee", "tenant_id", "employee_id", "at", "id"),
        Index("ix_audit_entry_actor", "tenant_id", "actor", "at", "id"),
        Index(
            "ix_audit_entry_request",
            "tenant_id",
            "request_id",
            "at",
            "id",
            postgresql_where=text("request_id IS NOT NULL"),
        ),
    )
    reads: ClassVar[Permission] = Permission.AUDIT_READ

    at: Mapped[datetime]
    actor: Mapped[str]
    employee_id: Mapped[UUID | None]
    origin: Mapped[str | None]
    request_id: Mapped[str | None]
    action: Mapped[str]
    subject: Mapped[str]
    root: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)

    employee = belongs_to("Employee", "AuditEntry.employee_id")
