"""What stands around a quote: what the customer was shown, templates to begin from, the rules of approval. No rules of
its own: those are in the services of this drawer.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import Amount, Base, Record, belongs_to, one_of, refers, tenant_table
from domain.permissions import Permission

# Both `content`s are deferred: to list them must not fetch the lines of hundreds of quotes.


class QuoteVersion(Record, Base):
    """A quote as it was sent: `content` is all that the customer saw, loaded where it is asked for. `ordinal` counts
    from 1.
    """

    __tablename__ = "quote_version"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "quote_id", "ordinal"),
        refers("quote_id", "quote", ondelete="CASCADE"),
    )
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    quote_id: Mapped[UUID]
    ordinal: Mapped[int]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]
    currency: Mapped[str]
    total: Mapped[Amount]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True, deferred_raiseload=True)

    quote = belongs_to("Quote", "QuoteVersion.quote_id", back_populates="versions")


class QuoteTemplate(Record, Base):
    """What new quotes may begin with: `content` holds texts, sections and lines, loaded where it is asked for."""

    __tablename__ = "quote_template"
    __table_args__ = tenant_table(UniqueConstraint("tenant_id", "name_folded"))
    reads: ClassVar[Permission] = Permission.QUOTES_READ

    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(Text(collation="C"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True, deferred_raiseload=True)


class ApprovalRuleKind(StrEnum):
    TOTAL = "TOTAL"
    """The total is more than the threshold, an amount."""
    DISCOUNT = "DISCOUNT"
    """More than so many percent of the undiscounted price are taken off."""
    MARGIN = "MARGIN"
    """The margin is less than so many percent of the subtotal, or isn't known."""


class ApprovalRule(Record, Base):
    """When a quote needs approval before it is sent; of one employee's quotes, or of everybody's."""

    __tablename__ = "approval_rule"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id", "kind", "employee_id", postgresql_nulls_not_distinct=True),
        refers("employee_id", "employee"),
        CheckConstraint(one_of("kind", ApprovalRuleKind), name="kind"),
        Index("ix_approval_rule_created", "tenant_id", "created_at", "id"),
    )
    reads: ClassVar[Permission] = Permission.SETTINGS_READ

    kind: Mapped[str]
    threshold: Mapped[Decimal] = mapped_column(Numeric(19, 4))
    employee_id: Mapped[UUID | None]

    employee = belongs_to("Employee", "ApprovalRule.employee_id")
