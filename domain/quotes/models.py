"""Quotes and their lines. Amounts are stored, so that lists can filter, sort and sum without arithmetic."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import (
    Amount,
    Base,
    Percent,
    Price,
    Quantity,
    Record,
    belongs_to,
    has_many,
    refers,
    tenant_table,
)
from domain.permissions import Permission
from domain.quotes.lifecycle import QuoteStatus


class Quote(Record, Base):
    """An offer to an organization. `total_minor` is `total` in minor units: what filters and sorting use."""

    __tablename__ = "quote"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "number"),
        refers("organization_id", "organization"),
        refers("contact_id", "contact"),
        refers("owner_id", "employee"),
        CheckConstraint("status IN ({})".format(", ".join(f"'{s.value}'" for s in QuoteStatus)), name="status"),
        Index("ix_quote_created", "tenant_id", "created_at", "id"),
        Index("ix_quote_updated", "tenant_id", "updated_at", "id"),
        Index("ix_quote_status", "tenant_id", "status", "created_at", "id"),
        Index("ix_quote_organization", "tenant_id", "organization_id", "created_at", "id"),
        Index("ix_quote_total", "tenant_id", "total_minor", "id"),
    )
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    number: Mapped[str]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default=QuoteStatus.DRAFT.value)
    organization_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    expiry_date: Mapped[date | None]
    private_note: Mapped[str | None]
    currency: Mapped[str]
    subtotal: Mapped[Amount] = mapped_column(default=0)
    discount_total: Mapped[Amount] = mapped_column(default=0)
    tax_total: Mapped[Amount] = mapped_column(default=0)
    total: Mapped[Amount] = mapped_column(default=0)
    total_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    sent_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]

    organization = belongs_to("Organization", "Quote.organization_id")
    contact = belongs_to("Contact", "Quote.contact_id")
    owner = belongs_to("Employee", "Quote.owner_id")
    lines = has_many("Quote", "QuoteLine", "quote_id", order_by="position", back_populates="quote")


class QuoteLine(Record, Base):
    """One line. An optional line counts only while it is selected; other lines always do."""

    __tablename__ = "quote_line"
    __table_args__ = tenant_table(
        refers("quote_id", "quote", ondelete="CASCADE"),
        Index("ix_quote_line_quote", "tenant_id", "quote_id", "position"),
    )
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    quote_id: Mapped[UUID]
    position: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    quantity: Mapped[Quantity]
    unit_price: Mapped[Price]
    unit_cost: Mapped[Price | None]
    discount_percent: Mapped[Percent | None]
    discount_amount: Mapped[Amount | None]
    tax_rate: Mapped[Percent]
    optional: Mapped[bool] = mapped_column(default=False, server_default="false")
    selected: Mapped[bool] = mapped_column(default=True, server_default="true")
    net_total: Mapped[Amount]
    tax_total: Mapped[Amount]
    total: Mapped[Amount]

    quote = belongs_to("Quote", "QuoteLine.quote_id", back_populates="lines")

    @property
    def counted(self) -> bool:
        return self.selected or not self.optional
