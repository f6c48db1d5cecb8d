"""Organizations, contacts and delivery addresses, entered and changed. What may be written is for the domain to say."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, mutation, record
from api.node import uuid_of
from api.organizations import inputs
from api.organizations.inputs import (
    contact_values,
    delivery_address_values,
    nested_address,
    nested_addresses,
    organization_values,
)
from api.organizations.types import Contact, DeliveryAddress, Organization
from domain.organizations import addresses, models
from domain.organizations import service as organizations


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


@strawberry.type(description="The outcome of `archiveOrganization`.")
class ArchiveOrganizationPayload(OrganizationPayload):
    pass


@strawberry.type(description="The outcome of `restoreOrganization`.")
class RestoreOrganizationPayload(OrganizationPayload):
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


@strawberry.type(description="The outcome for a delivery address.")
class DeliveryAddressPayload(Payload):
    address_id: strawberry.Private[UUID | None] = None

    delivery_address: DeliveryAddress | None = record(
        models.DeliveryAddress, "address_id", "The delivery address as it is now."
    )


@strawberry.type(description="The outcome of `createDeliveryAddress`.")
class CreateDeliveryAddressPayload(DeliveryAddressPayload):
    pass


@strawberry.type(description="The outcome of `updateDeliveryAddress`.")
class UpdateDeliveryAddressPayload(DeliveryAddressPayload):
    pass


@strawberry.type(description="The outcome of `removeDeliveryAddress`.")
class RemoveDeliveryAddressPayload(OrganizationPayload):
    pass


@mutation(organizations.create, "Enters an organization, and its people with it.")
async def create_organization(
    info: Info, input: Annotated[inputs.CreateOrganizationInput, strawberry.argument(description="The organization.")]
) -> CreateOrganizationPayload:
    values = organization_values(input)
    contacts = [contact_values(contact) for contact in input.contacts]
    delivery_addresses = [delivery_address_values(address) for address in input.delivery_addresses]
    async with info.context.transaction() as ctx:
        with nested_addresses():
            organization = await organizations.create(ctx, values, contacts, delivery_addresses)
    return CreateOrganizationPayload(organization_id=organization.id)


@mutation(organizations.update, "Changes an organization.")
async def update_organization(
    info: Info, input: Annotated[inputs.UpdateOrganizationInput, strawberry.argument(description="What to change.")]
) -> UpdateOrganizationPayload:
    id, values = uuid_of(input.organization_id, "Organization", "organizationId"), organization_values(input)
    async with info.context.transaction() as ctx:
        with nested_address("billingAddress"):
            await organizations.update(ctx, id, values, version=input.version)
    return UpdateOrganizationPayload(organization_id=id)


@mutation(
    organizations.archive,
    "Takes an organization out of use: no new quotes and orders. What is there goes on; open quotes can be accepted.",
)
async def archive_organization(
    info: Info, input: Annotated[inputs.ArchiveOrganizationInput, strawberry.argument(description="Which one.")]
) -> ArchiveOrganizationPayload:
    id = uuid_of(input.organization_id, "Organization", "organizationId")
    async with info.context.transaction() as ctx:
        await organizations.archive(ctx, id, version=input.version)
    return ArchiveOrganizationPayload(organization_id=id)


@mutation(organizations.restore, "Brings an archived organization back.")
async def restore_organization(
    info: Info, input: Annotated[inputs.RestoreOrganizationInput, strawberry.argument(description="Which one.")]
) -> RestoreOrganizationPayload:
    id = uuid_of(input.organization_id, "Organization", "organizationId")
    async with info.context.transaction() as ctx:
        await organizations.restore(ctx, id, version=input.version)
    return RestoreOrganizationPayload(organization_id=id)


@mutation(organizations.create_contact, "Enters a person at an organization.")
async def create_contact(
    info: Info, input: Annotated[inputs.CreateContactInput, strawberry.argument(description="The person.")]
) -> CreateContactPayload:
    organization_id = uuid_of(input.organization_id, "Organization", "organizationId")
    async with info.context.transaction() as ctx:
        contact = await organizations.create_contact(ctx, organization_id, contact_values(input))
    return CreateContactPayload(contact_id=contact.id)


@mutation(
    organizations.update_contact,
    "Changes a contact. Who has left is made inactive: what they were part of stays as it was.",
)
async def update_contact(
    info: Info, input: Annotated[inputs.UpdateContactInput, strawberry.argument(description="What to change.")]
) -> UpdateContactPayload:
    id = uuid_of(input.contact_id, "Contact", "contactId")
    async with info.context.transaction() as ctx:
        await organizations.update_contact(ctx, id, contact_values(input), version=input.version)
    return UpdateContactPayload(contact_id=id)


@mutation(addresses.create, "Enters a delivery address of an organization.")
async def create_delivery_address(
    info: Info, input: Annotated[inputs.CreateDeliveryAddressInput, strawberry.argument(description="The address.")]
) -> CreateDeliveryAddressPayload:
    organization_id = uuid_of(input.organization_id, "Organization", "organizationId")
    async with info.context.transaction() as ctx:
        with nested_address("address"):
            row = await addresses.create(ctx, organization_id, delivery_address_values(input))
    return CreateDeliveryAddressPayload(address_id=row.id)


@mutation(addresses.update, "Changes a delivery address. Quotes and orders keep their copies.")
async def update_delivery_address(
    info: Info, input: Annotated[inputs.UpdateDeliveryAddressInput, strawberry.argument(description="What to change.")]
) -> UpdateDeliveryAddressPayload:
    id = uuid_of(input.delivery_address_id, "DeliveryAddress", "deliveryAddressId")
    async with info.context.transaction() as ctx:
        with nested_address("address"):
            await addresses.update(ctx, id, delivery_address_values(input), version=input.version)
    return UpdateDeliveryAddressPayload(address_id=id)


@mutation(addresses.remove, "Removes a delivery address. Quotes and orders keep their copies.")
async def remove_delivery_address(
    info: Info, input: Annotated[inputs.RemoveDeliveryAddressInput, strawberry.argument(description="Which one.")]
) -> RemoveDeliveryAddressPayload:
    id = uuid_of(input.delivery_address_id, "DeliveryAddress", "deliveryAddressId")
    async with info.context.transaction() as ctx:
        organization_id = await addresses.remove(ctx, id, version=input.version)
    return RemoveDeliveryAddressPayload(organization_id=organization_id)
