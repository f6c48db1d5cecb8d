"""Organizations and the contacts who work there. No rules: those are in `service.py`."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import Base, Record, belongs_to, has_many, one_of, refers, search_index, tenant_table
from domain.permissions import Permission

SOURCES = ("STAFF", "ONLINE_STORE", "CONNECTWISE")
ADDRESS_FIELDS = ("line1", "line2", "city", "state", "zip", "country")


class Organization(Record, Base):
    """The MSP's customer: a company in ConnectWise. `name_folded` is for matching and sorting without case.

    `type` and `status` are words of the tenant's own. `over_credit_limit`: a mark that people set and see; it stops
    nothing by itself.
    """

    __tablename__ = "organization"
    __table_args__ = tenant_table(
        refers("owner_id", "employee"),
        Index("ix_organization_name_folded", "tenant_id", "name_folded", "id"),
        Index("ix_organization_created", "tenant_id", "created_at", "id"),
        Index("ix_organization_updated", "tenant_id", "updated_at", "id"),
        Index("ix_organization_account_number", "tenant_id", "account_number"),
        Index("ix_organization_owner", "tenant_id", "owner_id", "name_folded", "id"),
        search_index("organization", "account_number", "name"),
        CheckConstraint(one_of("source", SOURCES), name="source"),
    )
    reads: ClassVar[Permission] = Permission.ORGANIZATIONS_READ

    name: Mapped[str]
    # C: so that a range of it is a prefix, whatever language the database speaks.
    name_folded: Mapped[str] = mapped_column(Text(collation="C"))
    account_number: Mapped[str | None]
    tax_number: Mapped[str | None]
    phone: Mapped[str | None]
    line1: Mapped[str | None]
    line2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip: Mapped[str | None]
    country: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    type: Mapped[str | None]
    status: Mapped[str | None]
    price_group: Mapped[str | None]
    over_credit_limit: Mapped[bool] = mapped_column(default=False, server_default="false")
    source: Mapped[str] = mapped_column(default="STAFF", server_default="STAFF")
    archived_at: Mapped[datetime | None]

    owner = belongs_to("Employee", "Organization.owner_id")
    contacts = has_many(
        "Organization", "Contact", "organization_id", order_by="created_at", back_populates="organization"
    )
    delivery_addresses = has_many(
        "Organization", "DeliveryAddress", "organization_id", order_by="created_at", back_populates="organization"
    )


class DeliveryAddress(Record, Base):
    """Where goods for an organization may go, beside its own address. `name`: what people choose it by."""

    __tablename__ = "delivery_address"
    __table_args__ = tenant_table(
        refers("organization_id", "organization"),
        Index("ix_delivery_address_organization", "tenant_id", "organization_id"),
    )
    reads: ClassVar[Permission] = Permission.ORGANIZATIONS_READ

    organization_id: Mapped[UUID]
    name: Mapped[str]
    line1: Mapped[str | None]
    line2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip: Mapped[str | None]
    country: Mapped[str | None]

    organization = belongs_to("Organization", "DeliveryAddress.organization_id", back_populates="delivery_addresses")


class Contact(Record, Base):
    """A person at an organization. `send_invoices`: gets order confirmations."""

    __tablename__ = "contact"
    __table_args__ = tenant_table(
        refers("organization_id", "organization"),
        Index("ix_contact_organization", "tenant_id", "organization_id"),
        Index("ix_contact_created", "tenant_id", "created_at", "id"),
        Index("ix_contact_updated", "tenant_id", "updated_at", "id"),
        search_index("contact", "email", "first_name", "last_name"),
        Index("ix_contact_email", "tenant_id", "email_folded", postgresql_where=text("email_folded IS NOT NULL")),
    )
    reads: ClassVar[Permission] = Permission.ORGANIZATIONS_READ

    organization_id: Mapped[UUID]
    first_name: Mapped[str]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    email_folded: Mapped[str | None]
    phone: Mapped[str | None]
    mobile: Mapped[str | None]
    title: Mapped[str | None]
    type: Mapped[str | None]
    send_invoices: Mapped[bool] = mapped_column(default=False, server_default="false")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    organization = belongs_to("Organization", "Contact.organization_id", back_populates="contacts")

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)
