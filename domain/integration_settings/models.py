"""What a tenant has installed, how it is connected, and its settings a sync. Keys are kept sealed only."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import Base, Record, TenantOwned, tenant_table
from domain.permissions import Permission


class ConnectionStatus(StrEnum):
    """How an app stands: installed, connected, and whether its keys and its address still answer."""

    NOT_INSTALLED = "NOT_INSTALLED"
    INSTALLED = "INSTALLED"
    CONNECTED = "CONNECTED"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNREACHABLE = "UNREACHABLE"


class Integration(Record, Base):
    """One installed app. `sealed` holds the keys in use, `candidate` the ones being tried, both encrypted."""

    __tablename__ = "integration"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "provider"),
        CheckConstraint("status IN ('INSTALLED', 'CONNECTED', 'UNAUTHORIZED', 'UNREACHABLE')", name="status"),
    )
    reads: ClassVar[Permission] = Permission.INTEGRATIONS_READ

    provider: Mapped[str]
    status: Mapped[str] = mapped_column(default=ConnectionStatus.INSTALLED.value)
    site: Mapped[str | None]
    company_id: Mapped[str | None]
    sealed: Mapped[str | None]
    candidate: Mapped[str | None]
    connected_at: Mapped[datetime | None]
    remote_version: Mapped[str | None]


class IntegrationSetting(TenantOwned, Base):
    """The typed settings of one kind as JSON; read and written only through the frozen classes of this drawer."""

    __tablename__ = "integration_setting"
    __table_args__ = tenant_table(UniqueConstraint("tenant_id", "provider", "kind"))

    provider: Mapped[str]
    kind: Mapped[str]
    schema_version: Mapped[int]
    value: Mapped[dict[str, Any]] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())
