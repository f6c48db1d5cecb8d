"""The lists of organizations and contacts: filters, orders, search. No record is changed here."""

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import (
    BooleanFilter,
    DateTimeFilter,
    EnumFilter,
    IDFilter,
    StringFilter,
    filtered,
    filters,
    folded,
    identified,
    plain,
)
from api.organizations.types import Contact, Organization, OrganizationSource
from api.paging import After, Before, Connection, First, Last, OrderDirection, SearchFor, connection, searched
from domain.organizations import models
from domain.paging import Order

_organization, _contact = models.Organization, models.Contact


@filters("Which organizations to list.")
class OrganizationFilter:
    id: IDFilter | None = identified(_organization.id, "Organization", "The organization itself.")
    name: StringFilter | None = folded(_organization.name_folded, "Its name.")
    account_number: StringFilter | None = plain(_organization.account_number, "The MSP's own number for it.")
    tax_number: StringFilter | None = plain(_organization.tax_number, "Its tax or registration number.")
    phone: StringFilter | None = plain(_organization.phone, "Its main phone number.")
    city: StringFilter | None = plain(_organization.city, "The city of its billing address.")
    country: StringFilter | None = plain(_organization.country, "The country of its billing address.")
    owner_id: IDFilter | None = identified(_organization.owner_id, "Employee", "The employee who looks after it.")
    type: StringFilter | None = plain(_organization.type, "What kind of customer it is.")
    status: StringFilter | None = plain(_organization.status, "Where things stand with it.")
    price_group: StringFilter | None = plain(_organization.price_group, "The price group it belongs to.")
    over_credit_limit: BooleanFilter | None = plain(_organization.over_credit_limit, "Whether it owes too much.")
    source: EnumFilter[OrganizationSource] | None = plain(_organization.source, "Who entered it.")
    archived_at: DateTimeFilter | None = plain(_organization.archived_at, "When it was archived; empty while in use.")
    created_at: DateTimeFilter | None = plain(_organization.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_organization.updated_at, "When the record was changed last.")


class OrganizationOrderField(Enum):
    NAME = strawberry.enum_value("NAME", description="By name; case and spaces don't matter.")
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were entered.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")


strawberry.enum(OrganizationOrderField, description="What organizations can be ordered by.")


@strawberry.input(description="The order of organizations.")
class OrganizationOrder:
    field: OrganizationOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_ORGANIZATIONS = {
    OrganizationOrderField.NAME: _organization.name_folded,
    OrganizationOrderField.CREATED_AT: _organization.created_at,
    OrganizationOrderField.UPDATED_AT: _organization.updated_at,
}


async def organizations(
    info: Info,
    filter: Annotated[OrganizationFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: SearchFor = None,
    order_by: Annotated[
        OrganizationOrder | None, strawberry.argument(description="In which order; by name if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Organization]:
    wanted = order_by or OrganizationOrder(field=OrganizationOrderField.NAME)
    order = Order(_ORGANIZATIONS[wanted.field], _organization.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_organization), filter)
    statement, found = searched(statement, search, "search_organizations", ordered=order_by is not None)
    return connection(info, statement, order, first=first, after=after, last=last, before=before, search=found)


@filters("Which contacts to list.")
class ContactFilter:
    id: IDFilter | None = identified(_contact.id, "Contact", "The contact itself.")
    organization_id: IDFilter | None = identified(_contact.organization_id, "Organization", "Where the person works.")
    first_name: StringFilter | None = plain(_contact.first_name, "First name.")
    last_name: StringFilter | None = plain(_contact.last_name, "Last name.")
    email: StringFilter | None = folded(_contact.email_folded, "E-mail address.")
    type: StringFilter | None = plain(_contact.type, "What the person is to the MSP.")
    active: BooleanFilter | None = plain(_contact.active, "Whether the person still works there.")
    send_invoices: BooleanFilter | None = plain(_contact.send_invoices, "Whether they get order confirmations.")
    created_at: DateTimeFilter | None = plain(_contact.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_contact.updated_at, "When the record was changed last.")


class ContactOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were entered.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")


strawberry.enum(ContactOrderField, description="What contacts can be ordered by.")


@strawberry.input(description="The order of contacts.")
class ContactOrder:
    field: ContactOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_CONTACTS = {
    ContactOrderField.CREATED_AT: _contact.created_at,
    ContactOrderField.UPDATED_AT: _contact.updated_at,
}


async def contacts(
    info: Info,
    filter: Annotated[ContactFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: SearchFor = None,
    order_by: Annotated[
        ContactOrder | None, strawberry.argument(description="In which order; the first entered first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Contact]:
    wanted = order_by or ContactOrder(field=ContactOrderField.CREATED_AT)
    order = Order(_CONTACTS[wanted.field], _contact.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_contact), filter)
    statement, found = searched(statement, search, "search_contacts", ordered=order_by is not None)
    return connection(info, statement, order, first=first, after=after, last=last, before=before, search=found)
