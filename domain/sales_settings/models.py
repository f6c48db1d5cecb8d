"""How a tenant sells: its documents, who is told of orders, what is approved by itself. No rules: see `service.py`."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.documents.models import DocumentType
from domain.models import Amount, Base, Record, one_of, tenant_table
from domain.permissions import Permission


class SalesSettings(Record, Base):
    """One row a tenant, made when something is first set. The `seller_` fields stand on its documents.

    `auto_approval_limit`: orders of at most this total approve themselves; empty: none does.
    """

    __tablename__ = "sales_settings"
    __table_args__ = tenant_table(
        UniqueConstraint("tenant_id"),
        CheckConstraint(one_of("document_type", DocumentType), name="document_type"),
    )
    reads: ClassVar[Permission] = Permission.SETTINGS_READ

    document_type: Mapped[str] = mapped_column(
        default=DocumentType.TAX_INVOICE.value, server_default=DocumentType.TAX_INVOICE.value
    )
    send_order_confirmation: Mapped[bool] = mapped_column(default=True, server_default="true")
    auto_approval_limit: Mapped[Amount | None]
    seller_name: Mapped[str | None]
    seller_line1: Mapped[str | None]
    seller_line2: Mapped[str | None]
    seller_city: Mapped[str | None]
    seller_state: Mapped[str | None]
    seller_zip: Mapped[str | None]
    seller_country: Mapped[str | None]
    seller_tax_number: Mapped[str | None]
    seller_phone: Mapped[str | None]
    seller_email: Mapped[str | None]
    seller_website: Mapped[str | None]
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    payment_terms: Mapped[str | None]
    footer: Mapped[str | None]
