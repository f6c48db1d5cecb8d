"""Quotes, their sections and lines. Amounts are stored, so that lists can filter, sort and sum without arithmetic.

Amounts by period and margins are `figures.py`; what the customer was shown, templates and the rules of approval are
`papers.py`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, Text, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from domain.access.dates import TODAY
from domain.models import (
    Amount,
    Base,
    Percent,
    Price,
    Quantity,
    Record,
    belongs_to,
    has_many,
    one_of,
    refers,
    search_index,
    tenant_table,
)
from domain.permissions import Permission
from domain.products.kinds import RecurringPeriod
from domain.quotes import papers  # noqa: F401  # a relationship names its QuoteVersion
from domain.quotes.figures import Figures
from domain.quotes.lifecycle import QuoteStatus


class SectionType(StrEnum):
    PRODUCTS = "PRODUCTS"
    LABOR = "LABOR"
    TEXT = "TEXT"
    """No lines, only words."""


class Quote(Figures, Record, Base):
    """An offer to an organization.

    `subtotal` is what the counted lines and the delivery come to before tax, each recurring line for one period;
    delivery is a one-off. `total_minor` is `total` in minor units: what filters and sorting use. `expired`: its expiry
    date has passed where the tenant is. `approval_reasons`: why it needs approval, as sentences, as of its last edit.
    `answered_from`: the address that the customer's answer came from.
    """

    __tablename__ = "quote"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "number"),
        refers("organization_id", "organization"),
        refers("contact_id", "contact"),
        refers("owner_id", "employee"),
        refers("copied_from_id", "quote"),
        CheckConstraint(one_of("status", QuoteStatus), name="status"),
        Index("ix_quote_created", "tenant_id", "created_at", "id"),
        Index("ix_quote_updated", "tenant_id", "updated_at", "id"),
        Index("ix_quote_status", "tenant_id", "status", "created_at", "id"),
        Index("ix_quote_organization", "tenant_id", "organization_id", "created_at", "id"),
        Index("ix_quote_contact", "tenant_id", "contact_id", "created_at", "id"),
        Index("ix_quote_owner", "tenant_id", "owner_id", "created_at", "id"),
        Index(
            "ix_quote_copied_from", "tenant_id", "copied_from_id", postgresql_where=text("copied_from_id IS NOT NULL")
        ),
        Index("ix_quote_total", "tenant_id", "total_minor", "id"),
        search_index("quote", "number", "title"),
    )
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    number: Mapped[str]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default=QuoteStatus.DRAFT.value)
    organization_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]
    expiry_date: Mapped[date | None] = mapped_column()
    private_note: Mapped[str | None]
    currency: Mapped[str]
    delivery_amount: Mapped[Amount] = mapped_column(default=0, server_default="0")
    delivery_tax_rate: Mapped[Percent] = mapped_column(default=0, server_default="0")
    delivery_tax: Mapped[Amount] = mapped_column(default=0, server_default="0")
    delivery_line1: Mapped[str | None]
    delivery_line2: Mapped[str | None]
    delivery_city: Mapped[str | None]
    delivery_state: Mapped[str | None]
    delivery_zip: Mapped[str | None]
    delivery_country: Mapped[str | None]
    subtotal: Mapped[Amount] = mapped_column(default=0)
    discount_total: Mapped[Amount] = mapped_column(default=0)
    tax_total: Mapped[Amount] = mapped_column(default=0)
    total: Mapped[Amount] = mapped_column(default=0)
    total_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    approval_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    rejection_reason: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    viewed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[str | None]
    decline_reason: Mapped[str | None]
    answered_from: Mapped[str | None]
    copied_from_id: Mapped[UUID | None]

    organization = belongs_to("Organization", "Quote.organization_id")
    contact = belongs_to("Contact", "Quote.contact_id")
    owner = belongs_to("Employee", "Quote.owner_id")
    copied_from = belongs_to("Quote", "Quote.copied_from_id")
    sections = has_many("Quote", "QuoteSection", "quote_id", order_by="position", back_populates="quote")
    lines = has_many("Quote", "QuoteLine", "quote_id", order_by="position", back_populates="quote")
    versions = has_many("Quote", "QuoteVersion", "quote_id", order_by="ordinal", back_populates="quote")

    expired: Mapped[bool] = column_property(and_(expiry_date.is_not(None), expiry_date < TODAY))


class QuoteSection(Figures, Record, Base):
    """A part of a quote. Of the lines of a multi-choice section the customer takes exactly one.

    Its amounts are those of its lines that count, like the quote's own.
    """

    __tablename__ = "quote_section"
    __table_args__ = tenant_table(
        refers("quote_id", "quote", ondelete="CASCADE"),
        CheckConstraint(one_of("type", SectionType), name="type"),
        Index("ix_quote_section_quote", "tenant_id", "quote_id", "position"),
    )
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    quote_id: Mapped[UUID]
    position: Mapped[int]
    type: Mapped[str] = mapped_column(default=SectionType.PRODUCTS.value)
    title: Mapped[str]
    text: Mapped[str | None]
    multi_choice: Mapped[bool] = mapped_column(default=False, server_default="false")
    selected: Mapped[bool] = mapped_column(default=True, server_default="true")
    subtotal: Mapped[Amount] = mapped_column(default=0, server_default="0")
    tax_total: Mapped[Amount] = mapped_column(default=0, server_default="0")
    total: Mapped[Amount] = mapped_column(default=0, server_default="0")

    quote = belongs_to("Quote", "QuoteSection.quote_id", back_populates="sections")
    lines = relationship(
        "QuoteLine",
        primaryjoin="QuoteSection.id == foreign(QuoteLine.section_id)",
        order_by="QuoteLine.position",
        viewonly=True,
        lazy="raise",
    )


class QuoteLine(Record, Base):
    """One line: of a product, whose part number it keeps as it was, or free text. Its section is empty or holds it.

    `counted`: whether it is part of the totals. Not in a section that isn't selected; in a multi-choice section only
    the selected line is; elsewhere an optional line counts only while it is selected, and others always do.
    """

    __tablename__ = "quote_line"
    __table_args__ = tenant_table(
        refers("quote_id", "quote", ondelete="CASCADE"),
        refers("section_id", "quote_section"),
        refers("product_id", "product"),
        CheckConstraint(one_of("recurring_period", RecurringPeriod), name="recurring_period"),
        Index("ix_quote_line_quote", "tenant_id", "quote_id", "position"),
        Index("ix_quote_line_section", "tenant_id", "section_id", postgresql_where=text("section_id IS NOT NULL")),
        Index("ix_quote_line_product", "tenant_id", "product_id", postgresql_where=text("product_id IS NOT NULL")),
        Index("ix_quote_line_part_key", "tenant_id", "part_key", postgresql_where=text("part_key IS NOT NULL")),
    )
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    quote_id: Mapped[UUID]
    section_id: Mapped[UUID | None]
    product_id: Mapped[UUID | None]
    part_number: Mapped[str | None]
    part_key: Mapped[str | None] = mapped_column(Text(collation="C"))
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
    quantity_editable: Mapped[bool] = mapped_column(default=False, server_default="false")
    recurring_period: Mapped[str | None]
    recurring_cycles: Mapped[int | None]
    counted: Mapped[bool] = mapped_column(default=True, server_default="true")
    net_total: Mapped[Amount]
    tax_total: Mapped[Amount]
    total: Mapped[Amount]

    quote = belongs_to("Quote", "QuoteLine.quote_id", back_populates="lines")
    section = belongs_to("QuoteSection", "QuoteLine.section_id")
    product = belongs_to("Product", "QuoteLine.product_id")
