"""What mutations of organizations, contacts and addresses take, and how it goes on to the services: they judge it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import strawberry

from api.mutations import given
from api.node import uuid_of
from domain.errors import UserError, UserErrors
from domain.organizations.addresses import FIELDS
from domain.organizations.models import ADDRESS_FIELDS
from domain.organizations.service import CONTACT_FIELDS, ORGANIZATION_FIELDS

UNSET = strawberry.UNSET
_VERSION = "The version you saw: a newer one is not changed."
_TYPE = "What kind of customer it is, in words of your own; at most 100 characters."
_STATUS = "Where things stand with it, in words of your own; at most 100 characters."
_PRICE_GROUP = "The price group it belongs to, at most 100 characters."
_OVER_CREDIT_LIMIT = "A mark that it owes too much. It is shown, and stops nothing."
_CONTACT_TYPE = "What the person is to the MSP, in words of your own: `Approver`; at most 100 characters."


@strawberry.input(description="A postal address. What is left out stays as it is; null empties it.")
class AddressInput:
    line1: str | None = strawberry.field(default=UNSET, description="Street and number.")
    line2: str | None = strawberry.field(default=UNSET, description="Suite, floor, building.")
    city: str | None = strawberry.field(default=UNSET, description="City.")
    state: str | None = strawberry.field(default=UNSET, description="State, province or county.")
    zip: str | None = strawberry.field(default=UNSET, description="Postal code.")
    country: str | None = strawberry.field(default=UNSET, description="Country.")


@strawberry.input(description="Where goods for an organization may go.")
class OrganizationDeliveryAddressInput:
    name: str = strawberry.field(description="What people choose it by, at most 200 characters: `Warehouse north`.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is.")


@strawberry.input(description="A person of a new organization.")
class OrganizationContactInput:
    first_name: str = strawberry.field(description="First name, at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="Last name, at most 100 characters.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    mobile: str | None = strawberry.field(default=UNSET, description="Mobile phone number.")
    title: str | None = strawberry.field(default=UNSET, description="What the person does there.")
    type: str | None = strawberry.field(default=UNSET, description=_CONTACT_TYPE)
    send_invoices: bool | None = strawberry.field(
        default=UNSET, description="Gets order confirmations; no if not said."
    )


@strawberry.input(description="A new contact.")
class CreateContactInput(OrganizationContactInput):
    organization_id: strawberry.ID = strawberry.field(description="Where the person works.")


@strawberry.input(description="What to change of a contact. What is left out stays; null empties it.")
class UpdateContactInput:
    contact_id: strawberry.ID = strawberry.field(description="The contact.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    first_name: str | None = strawberry.field(default=UNSET, description="First name, at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="Last name, at most 100 characters.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    mobile: str | None = strawberry.field(default=UNSET, description="Mobile phone number.")
    title: str | None = strawberry.field(default=UNSET, description="What the person does there.")
    type: str | None = strawberry.field(default=UNSET, description=_CONTACT_TYPE)
    send_invoices: bool | None = strawberry.field(default=UNSET, description="Gets order confirmations.")
    active: bool | None = strawberry.field(
        default=UNSET, description="Still works there. Who doesn't gets no order confirmations."
    )


@strawberry.input(description="A new organization.")
class CreateOrganizationInput:
    name: str = strawberry.field(description="Its name, at most 200 characters.")
    account_number: str | None = strawberry.field(default=UNSET, description="The MSP's own number for it.")
    tax_number: str | None = strawberry.field(default=UNSET, description="Its tax or registration number.")
    phone: str | None = strawberry.field(default=UNSET, description="Its main phone number.")
    billing_address: AddressInput | None = strawberry.field(default=UNSET, description="Where invoices go.")
    owner_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The employee who looks after it.")
    type: str | None = strawberry.field(default=UNSET, description=_TYPE)
    status: str | None = strawberry.field(default=UNSET, description=_STATUS)
    price_group: str | None = strawberry.field(default=UNSET, description=_PRICE_GROUP)
    over_credit_limit: bool | None = strawberry.field(default=UNSET, description=_OVER_CREDIT_LIMIT)
    contacts: list[OrganizationContactInput] = strawberry.field(
        default_factory=list, description="Its people, if they are to be entered with it."
    )
    delivery_addresses: list[OrganizationDeliveryAddressInput] = strawberry.field(
        default_factory=list, description="Where goods for it may go, beside its own address."
    )


@strawberry.input(description="What to change of an organization. What is left out stays; null empties it.")
class UpdateOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    account_number: str | None = strawberry.field(default=UNSET, description="The MSP's own number for it.")
    tax_number: str | None = strawberry.field(default=UNSET, description="Its tax or registration number.")
    phone: str | None = strawberry.field(default=UNSET, description="Its main phone number.")
    billing_address: AddressInput | None = strawberry.field(default=UNSET, description="Where invoices go.")
    owner_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The employee who looks after it.")
    type: str | None = strawberry.field(default=UNSET, description=_TYPE)
    status: str | None = strawberry.field(default=UNSET, description=_STATUS)
    price_group: str | None = strawberry.field(default=UNSET, description=_PRICE_GROUP)
    over_credit_limit: bool | None = strawberry.field(default=UNSET, description=_OVER_CREDIT_LIMIT)


@strawberry.input(description="Which organization to take out of use.")
class ArchiveOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="Which organization to bring back.")
class RestoreOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="Another place where goods for an organization may go.")
class CreateDeliveryAddressInput(OrganizationDeliveryAddressInput):
    organization_id: strawberry.ID = strawberry.field(description="Whose goods.")


@strawberry.input(description="What to change of a delivery address. What is left out stays; null empties it.")
class UpdateDeliveryAddressInput:
    delivery_address_id: strawberry.ID = strawberry.field(description="The delivery address.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    name: str | None = strawberry.field(default=UNSET, description="What people choose it by, at most 200 characters.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is.")


@strawberry.input(description="Which delivery address to remove. Quotes and orders keep their copies.")
class RemoveDeliveryAddressInput:
    delivery_address_id: strawberry.ID = strawberry.field(description="The delivery address.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


def organization_values(input: Any) -> dict[str, Any]:
    values = given(
        input, *(name for name in ORGANIZATION_FIELDS if name not in ADDRESS_FIELDS and hasattr(input, name))
    )
    if values.get("owner_id") is not None:
        values["owner_id"] = uuid_of(values["owner_id"], "Employee", "ownerId")
    return values | address_values(input.billing_address)


def contact_values(input: Any) -> dict[str, Any]:
    return given(input, *(name for name in CONTACT_FIELDS if hasattr(input, name)))


def delivery_address_values(input: Any) -> dict[str, Any]:
    return given(input, *(name for name in FIELDS if name not in ADDRESS_FIELDS)) | address_values(input.address)


def address_values(address: AddressInput | None) -> dict[str, Any]:
    """The parts that were given; null empties them all."""
    if address is None:
        return dict.fromkeys(ADDRESS_FIELDS)
    return {} if address is UNSET else given(address, *ADDRESS_FIELDS)


@contextmanager
def nested_address(name: str) -> Iterator[None]:
    """Services know the parts of an address as fields of the record; the input has them in an object of this name."""
    try:
        yield
    except UserError as error:
        if error.field and error.field[0] in ADDRESS_FIELDS:
            error.under(name)
        raise


@contextmanager
def nested_addresses() -> Iterator[None]:
    """The same for an organization that comes with all its addresses."""
    try:
        yield
    except UserError as error:
        in_addresses(error)
        raise


def in_addresses(error: UserError | UserErrors | None) -> UserError | UserErrors | None:
    """The same error, with its path as the input has it."""
    for one in error.errors if isinstance(error, UserErrors) else [error] if error else []:
        match one.field:
            case (part, *_) if part in ADDRESS_FIELDS:
                one.field = ("billingAddress", *one.field)
            case ("deliveryAddresses" as where, place, part, *rest) if part in ADDRESS_FIELDS:
                one.field = (where, place, "address", part, *rest)
    return error
