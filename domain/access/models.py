"""Tenants, their employees, their credentials and their number sequences. No rules: those are in `service.py`."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.access.roles import Role
from domain.ids import uuid7
from domain.models import Base, Record, TenantOwned, belongs_to, one_of, refers, tenant_table
from domain.permissions import Permission


class CredentialKind(StrEnum):
    API_TOKEN = "API_TOKEN"  # noqa: S105  # a kind, not a secret
    CALLBACK = "CALLBACK"
    """Stands in the addresses that a provider calls when something changed there; `name` is the provider."""
    OFFER = "OFFER"
    """The customer's link to one quote: whoever has it sees the offer and may answer it."""


class Tenant(Base):
    """One MSP: our customer."""

    __tablename__ = "tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    currency: Mapped[str] = mapped_column(server_default="USD")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    locale: Mapped[str] = mapped_column(server_default="en-US")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Employee(Record, Base):
    """Someone of the MSP who owns quotes and orders; a member in ConnectWise."""

    __tablename__ = "employee"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "email"),
        Index("ix_employee_name", "tenant_id", "name", "id"),
        CheckConstraint(one_of("role", Role), name="role"),
    )
    reads: ClassVar[Permission] = Permission.EMPLOYEES_READ

    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str] = mapped_column(default=Role.SALES.value, server_default=Role.SALES.value)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")


class Credential(TenantOwned, Base):
    """Something that opens a tenant's door: it is found by its SHA-256. `scopes` are permission values.

    `sealed`: the thing itself, encrypted, where we have to say it again (a callback token, an offer's link); never for
    an API token. `quote_id`: the quote that an offer's link leads to.
    """

    __tablename__ = "credential"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "hash"),
        Index("ix_credential_hash", "hash"),
        Index("ix_credential_kind", "tenant_id", "kind", "created_at", "id"),
        Index("ix_credential_quote", "tenant_id", "quote_id", postgresql_where=text("quote_id IS NOT NULL")),
        CheckConstraint(one_of("kind", CredentialKind), name="kind"),
        refers("employee_id", "employee"),
        refers("quote_id", "quote"),
    )
    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012  # read once, by SQLAlchemy

    kind: Mapped[str]
    name: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    hint: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    employee_id: Mapped[UUID | None]
    quote_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    sealed: Mapped[str | None]

    employee = belongs_to("Employee", "Credential.employee_id")


class ApiToken(Credential):
    """What a program or a partner app asks with. Bound to an employee it acts in their name, and ends with them."""

    __mapper_args__ = {"polymorphic_identity": CredentialKind.API_TOKEN.value}  # noqa: RUF012  # read once, by SQLAlchemy
    reads: ClassVar[Permission] = Permission.ACCESS_ADMIN


class CallbackToken(Credential):
    __mapper_args__ = {"polymorphic_identity": CredentialKind.CALLBACK.value}  # noqa: RUF012  # read once, by SQLAlchemy


class OfferLink(Credential):
    __mapper_args__ = {"polymorphic_identity": CredentialKind.OFFER.value}  # noqa: RUF012  # read once, by SQLAlchemy


class NumberSequence(Base):
    """The next human number of a kind (`Q`, `SO`). Gapless is not promised."""

    __tablename__ = "number_sequence"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]
