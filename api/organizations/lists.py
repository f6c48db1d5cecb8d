"""The lists of organizations and contacts: filters and orders, each served by an index. No record is changed here."""

from enum import Enum
from typing import Annotated, Any

import strawberry
from sqlalchemy import Select, select

from api.context import Info
from api.node import uuid_of
from api.organizations.types import Contact, Organization
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from domain.organizations import models
from domain.paging import Order
from domain.text import fold, next_prefix


@strawberry.input(description="Which organizations to list. All conditions must hold.")
class OrganizationFilter:
    name_starts_with: str | None = strawberry.field(
        default=None, description="Only those whose name begins so; case and spaces don't matter."
    )
    account_number: str | None = strawberry.field(default=None, description="Only the one with exactly this number.")
    archived: bool | None = strawberry.field(default=None, description="Only archived ones, or only those in use.")


class OrganizationOrderField(Enum):
    NAME = strawberry.enum_value("NAME", description="By name; case and spaces don't matter.")
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were entered.")


strawberry.enum(OrganizationOrderField, description="What organizations can be ordered by.")


@strawberry.input(description="The order of organizations.")
class OrganizationOrder:
    field: OrganizationOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


@strawberry.input(description="Which contacts to list. All conditions must hold.")
class ContactFilter:
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only the people of this organization."
    )
    email: str | None = strawberry.field(
        default=None, description="Only those with this e-mail address; case doesn't matter."
    )


_COLUMNS = {
    OrganizationOrderField.NAME: models.Organization.name_folded,
    OrganizationOrderField.CREATED_AT: models.Organization.created_at,
}
_CONTACTS = Order(models.Contact.created_at, models.Contact.id)


async def organizations(
    info: Info,
    filter: Annotated[OrganizationFilter | None, strawberry.argument(description="Which to list.")] = None,
    order_by: Annotated[
        OrganizationOrder | None, strawberry.argument(description="In which order; by name if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Organization]:
    wanted = order_by or OrganizationOrder(field=OrganizationOrderField.NAME)
    order = Order(_COLUMNS[wanted.field], models.Organization.id, wanted.direction is OrderDirection.DESC)
    statement = _organizations(filter or OrganizationFilter())
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


async def contacts(
    info: Info,
    filter: Annotated[ContactFilter | None, strawberry.argument(description="Which to list.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Contact]:
    statement = select(models.Contact)
    if filter is not None and filter.organization_id is not None:
        organization_id = uuid_of(filter.organization_id, "Organization", "filter", "organizationId")
        statement = statement.where(models.Contact.organization_id == organization_id)
    if filter is not None and filter.email is not None:
        statement = statement.where(models.Contact.email_folded == fold(filter.email))
    return connection(info, statement, _CONTACTS, first=first, after=after, last=last, before=before)


def _organizations(filter: OrganizationFilter) -> Select[Any]:
    organization = models.Organization
    statement = select(organization)
    if filter.name_starts_with is not None and (prefix := fold(filter.name_starts_with)):
        # A range, not LIKE: under row-level security only that can use the index.
        statement = statement.where(organization.name_folded >= prefix)
        if (end := next_prefix(prefix)) is not None:
            statement = statement.where(organization.name_folded < end)
    if filter.account_number is not None:
        statement = statement.where(organization.account_number == filter.account_number)
    if filter.archived is not None:
        archived = organization.archived_at.is_not(None)
        statement = statement.where(archived if filter.archived else ~archived)
    return statement
