"""Organizations and contacts as the API shows them. Their sources are the mapped rows; changing them is next door."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import strawberry

from api.context import Info
from api.employees import Employee
from api.node import Node, related
from api.paging import DEFAULT, MOST
from api.scalars import described
from api.sync import RecordSync, standing
from domain.errors import ErrorCode, LimitExceeded, UserError
from domain.ids import subject
from domain.organizations import models


class OrganizationSource(StrEnum):
    STAFF = "STAFF"
    ONLINE_STORE = "ONLINE_STORE"
    CONNECTWISE = "CONNECTWISE"


described(
    OrganizationSource,
    "Who entered an organization.",
    STAFF="Somebody of the MSP.",
    ONLINE_STORE="A customer, in the online store.",
    CONNECTWISE="It was taken over from ConnectWise.",
)


@strawberry.type(description="A postal address. Every part may be empty.")
class Address:
    reads: ClassVar[None] = None

    line1: str | None = strawberry.field(description="Street and number.")
    line2: str | None = strawberry.field(description="Suite, floor, building.")
    city: str | None = strawberry.field(description="City.")
    state: str | None = strawberry.field(description="State, province or county.")
    zip: str | None = strawberry.field(description="Postal code.")
    country: str | None = strawberry.field(description="Country.")


def address(row: strawberry.Parent[Any]) -> Any:
    """For a field `address` of whatever has the columns of one."""
    return row


async def _contacts(
    row: strawberry.Parent[models.Organization],
    info: Info,
    first: Annotated[
        int, strawberry.argument(description="How many at most, up to 100. The list `contacts` has them all.")
    ] = DEFAULT,
) -> Any:
    if first < 0:
        raise UserError(ErrorCode.INVALID, "first can't be negative.", ("first",))
    if first > MOST:
        raise LimitExceeded(f"first is {first}; at most {MOST} contacts come with an organization.", ("first",))
    parent = models.Contact.organization_id
    order = (models.Contact.created_at,)
    return await info.context.loaders.children(parent, row.id, order=order, limit=first)


@strawberry.type(description="A customer of the MSP: a company in ConnectWise.")
class Organization(Node):
    model: ClassVar[Any] = models.Organization

    name: str = strawberry.field(description="Its name.")
    account_number: str | None = strawberry.field(description="The MSP's own number for it.")
    tax_number: str | None = strawberry.field(description="Its tax or registration number.")
    phone: str | None = strawberry.field(description="Its main phone number.")
    billing_address: Address = strawberry.field(resolver=address, description="Where invoices go.")
    owner: Employee | None = related(models.Organization.owner, "The employee who looks after it.")
    type: str | None = strawberry.field(description="What kind of customer it is, in the MSP's own words.")
    status: str | None = strawberry.field(description="Where things stand with it, in the MSP's own words.")
    price_group: str | None = strawberry.field(description="The price group it belongs to.")
    over_credit_limit: bool = strawberry.field(description="A mark that it owes too much. It stops nothing.")
    source: OrganizationSource = strawberry.field(description="Who entered it.")
    contacts: "list[Contact]" = strawberry.field(resolver=_contacts, description="Its people, the first entered first.")
    delivery_addresses: "list[DeliveryAddress]" = related(
        models.Organization.delivery_addresses, "Where goods for it may go, beside its own address."
    )
    sync: RecordSync = standing("organization")
    archived_at: datetime | None = strawberry.field(description="When it was archived; empty while it is in use.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="A person at an organization.")
class Contact(Node):
    model: ClassVar[Any] = models.Contact

    organization: Organization = related(models.Contact.organization, "Where the person works.")
    first_name: str = strawberry.field(description="First name.")
    last_name: str | None = strawberry.field(description="Last name.")
    email: str | None = strawberry.field(description="E-mail address.")
    phone: str | None = strawberry.field(description="Phone number.")
    mobile: str | None = strawberry.field(description="Mobile phone number.")
    title: str | None = strawberry.field(description="What the person does there.")
    type: str | None = strawberry.field(description="What the person is to the MSP, in its own words.")
    send_invoices: bool = strawberry.field(description="Whether the person gets order confirmations.")
    active: bool = strawberry.field(description="Whether the person still works there.")
    sync: RecordSync = standing("contact", root=lambda row: subject("organization", row.organization_id))
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="Where goods for an organization may go. Quotes and orders keep copies of what they took.")
class DeliveryAddress(Node):
    model: ClassVar[Any] = models.DeliveryAddress

    organization: Organization = related(models.DeliveryAddress.organization, "Whose goods.")
    name: str = strawberry.field(description="What people choose it by: `Warehouse north`.")
    address: Address = strawberry.field(resolver=address, description="Where it is.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")
