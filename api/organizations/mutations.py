"""Organizations and contacts, entered and changed. What may be written is for `domain.organizations.service` to say."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, given, mutation, record
from api.node import uuid_of
from api.organizations.types import Contact, Organization
from domain.errors import UserError
from domain.organizations import models
from domain.organizations import service as organizations

UNSET = strawberry.UNSET


@strawberry.input(description="A postal address. What is left out stays as it is; null empties it.")
class AddressInput:
    line1: str | None = strawberry.field(default=UNSET, description="Street and number.")
    line2: str | None = strawberry.field(default=UNSET, description="Suite, floor, building.")
    city: str | None = strawberry.field(default=UNSET, description="City.")
    state: str | None = strawberry.field(default=UNSET, description="State, province or county.")
    zip: str | None = strawberry.field(default=UNSET, description="Postal code.")
    country: str | None = strawberry.field(default=UNSET, description="Country.")


@strawberry.input(description="A person of a new organization.")
class OrganizationContactInput:
    first_name: str = strawberry.field(description="First name, at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="Last name, at most 100 characters.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    mobile: str | None = strawberry.field(default=UNSET, description="Mobile phone number.")
    title: str | None = strawberry.field(default=UNSET, description="What the person does there.")
    send_invoices: bool | None = strawberry.field(
        default=UNSET, description="Gets order confirmations; no if not said."
    )


@strawberry.input(description="A new contact.")
class CreateContactInput(OrganizationContactInput):
    organization_id: strawberry.ID = strawberry.field(description="Where the person works.")


@strawberry.input(description="What to change of a contact. What is left out stays; null empties it.")
class UpdateContactInput:
    contact_id: strawberry.ID = strawberry.field(description="The contact.")
    version: int | None = strawberry.field(default=None, description="The version you saw: a newer one is not changed.")
    first_name: str | None = strawberry.field(default=UNSET, description="First name, at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="Last name, at most 100 characters.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    mobile: str | None = strawberry.field(default=UNSET, description="Mobile phone number.")
    title: str | None = strawberry.field(default=UNSET, description="What the person does there.")
    send_invoices: bool | None = strawberry.field(default=UNSET, description="Gets order confirmations.")
    active: bool | None = strawberry.field(default=UNSET, description="Still works there.")


@strawberry.input(description="A new organization.")
class CreateOrganizationInput:
    name: str = strawberry.field(description="Its name, at most 200 characters.")
    account_number: str | None = strawberry.field(default=UNSET, description="The MSP's own number for it.")
    tax_number: str | None = strawberry.field(default=UNSET, description="Its tax or registration number.")
    phone: str | None = strawberry.field(default=UNSET, description="Its main phone number.")
    billing_address: AddressInput | None = strawberry.field(default=UNSET, description="Where invoices go.")
    owner_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The employee who looks after it.")
    contacts: list[OrganizationContactInput] = strawberry.field(
        default_factory=list, description="Its people, if they are to be entered with it."
    )


@strawberry.input(description="What to change of an organization. What is left out stays; null empties it.")
class UpdateOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    version: int | None = strawberry.field(default=None, description="The version you saw: a newer one is not changed.")
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    account_number: str | None = strawberry.field(default=UNSET, description="The MSP's own number for it.")
    tax_number: str | None = strawberry.field(default=UNSET, description="Its tax or registration number.")
    phone: str | None = strawberry.field(default=UNSET, description="Its main phone number.")
    billing_address: AddressInput | None = strawberry.field(default=UNSET, description="Where invoices go.")
    owner_id: strawberry.ID | None = strawberry.field(default=UNSET, description="The employee who looks after it.")


@strawberry.type(description="The outcome for an organization.")
class OrganizationPayload(Payload):
    organization_id: strawberry.Private[UUID | None] = None

    organization: Organization | None = record(models.Organization, "organization_id", "The organization as it is now.")


@strawberry.type(description="The outcome of `createOrganization`.")
class CreateOrganizationPayload(OrganizationPayload):
    pass


@strawberry.type(description="The outcome of `updateOrganization`.")
class UpdateOrganizationPayload(OrganizationPayload):
    pass


@strawberry.type(description="The outcome for a contact.")
class ContactPayload(Payload):
    contact_id: strawberry.Private[UUID | None] = None

    contact: Contact | None = record(models.Contact, "contact_id", "The contact as it is now.")


@strawberry.type(description="The outcome of `createContact`.")
class CreateContactPayload(ContactPayload):
    pass


@strawberry.type(description="The outcome of `updateContact`.")
class UpdateContactPayload(ContactPayload):
    pass


@mutation(organizations.create, "Enters an organization, and its people with it.")
async def create_organization(
    info: Info, input: Annotated[CreateOrganizationInput, strawberry.argument(description="The organization.")]
) -> CreateOrganizationPayload:
    values = _organization_values(input)
    async with info.context.transaction() as ctx:
        with _address_is_nested():
            organization = await organizations.create(ctx, values)
        for place, contact in enumerate(input.contacts):
            try:
                await organizations.create_contact(ctx, organization.id, _contact_values(contact))
            except UserError as error:
                raise error.under("contacts", str(place)) from None
    return CreateOrganizationPayload(organization_id=organization.id)


@mutation(organizations.update, "Changes an organization.")
async def update_organization(
    info: Info, input: Annotated[UpdateOrganizationInput, strawberry.argument(description="What to change.")]
) -> UpdateOrganizationPayload:
    id, values = uuid_of(input.organization_id, "Organization", "organizationId"), _organization_values(input)
    async with info.context.transaction() as ctx:
        with _address_is_nested():
            await organizations.update(ctx, id, values, version=input.version)
    return UpdateOrganizationPayload(organization_id=id)


@mutation(organizations.create_contact, "Enters a person at an organization.")
async def create_contact(
    info: Info, input: Annotated[CreateContactInput, strawberry.argument(description="The person.")]
) -> CreateContactPayload:
    organization_id = uuid_of(input.organization_id, "Organization", "organizationId")
    async with info.context.transaction() as ctx:
        contact = await organizations.create_contact(ctx, organization_id, _contact_values(input))
    return CreateContactPayload(contact_id=contact.id)


@mutation(organizations.update_contact, "Changes a contact.")
async def update_contact(
    info: Info, input: Annotated[UpdateContactInput, strawberry.argument(description="What to change.")]
) -> UpdateContactPayload:
    id = uuid_of(input.contact_id, "Contact", "contactId")
    async with info.context.transaction() as ctx:
        await organizations.update_contact(ctx, id, _contact_values(input), version=input.version)
    return UpdateContactPayload(contact_id=id)


def _organization_values(input: CreateOrganizationInput | UpdateOrganizationInput) -> dict[str, Any]:
    values = given(input, "name", "account_number", "tax_number", "phone", "owner_id")
    if values.get("owner_id") is not None:
        values["owner_id"] = uuid_of(values["owner_id"], "Employee", "ownerId")
    if input.billing_address is None:
        values |= dict.fromkeys(models.ADDRESS_FIELDS)
    elif input.billing_address is not UNSET:
        values |= given(input.billing_address, *models.ADDRESS_FIELDS)
    return values


def _contact_values(input: OrganizationContactInput | UpdateContactInput) -> dict[str, Any]:
    names = ["first_name", "last_name", "email", "phone", "mobile", "title", "send_invoices"]
    return given(input, *names, *(["active"] if isinstance(input, UpdateContactInput) else []))


@contextmanager
def _address_is_nested() -> Iterator[None]:
    """The service knows the parts of the address as fields of the organization; the input has them in an object."""
    try:
        yield
    except UserError as error:
        if error.field and error.field[0] in models.ADDRESS_FIELDS:
            error.under("billingAddress")
        raise
