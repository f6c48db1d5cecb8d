"""Many organizations at once, for automation. One that fails leaves the others alone."""

from dataclasses import asdict
from functools import partial
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import UserError
from api.mutations import Payload, mutation, record, results, told
from api.organizations.inputs import (
    CreateOrganizationInput,
    contact_values,
    delivery_address_values,
    in_addresses,
    organization_values,
)
from api.organizations.types import Organization
from api.scalars import described
from domain.bulk import MOST
from domain.organizations import importing, models
from domain.organizations.importing import Entry, OnMatch

described(
    OnMatch,
    "What happens to an organization that is there already.",
    KEEP="It stays as it is, with its contacts and addresses.",
    UPDATE="It takes what is given. Contacts are matched by e-mail address, else by full name; delivery addresses by"
    " name. What is left out stays, and nothing is removed.",
)


@strawberry.input(description="Organizations that come from elsewhere.")
class ImportOrganizationsInput:
    organizations: list[CreateOrganizationInput] = strawberry.field(description=f"The organizations, at most {MOST}.")
    on_match: OnMatch = strawberry.field(
        default=OnMatch.KEEP, description="What happens to those that are there already."
    )


@strawberry.type(description="What became of one of the organizations.")
class ImportOrganizationsResult:
    reads: ClassVar[None] = None

    index: int = strawberry.field(description="Its place in `organizations` of the input, counted from 0.")
    matched: bool = strawberry.field(default=False, description="Whether it was there already.")
    organization_id: strawberry.Private[UUID | None] = None
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="What the user can mend. If there is any, nothing of this one was taken over."
    )
    organization: Organization | None = record(
        models.Organization, "organization_id", "The organization: the new one, or the one that was there."
    )


@strawberry.type(description="The outcome of `importOrganizations`.")
class ImportOrganizationsPayload(Payload):
    results: list[ImportOrganizationsResult] | None = results("One for each organization, in the order of the input.")


@mutation(
    importing.bring_many,
    f"Takes over up to {MOST} organizations with their people and addresses. Each by itself: one that is refused leaves"
    " the others alone. An organization with the same account number, else with the same name, whatever its case and"
    " spaces, is the same one: no twins are made. It costs like as many mutations.",
    items="organizations",
)
async def import_organizations(
    info: Info, input: Annotated[ImportOrganizationsInput, strawberry.argument(description="The organizations.")]
) -> ImportOrganizationsPayload:
    entries = [partial(_entry, organization) for organization in input.organizations]
    async with info.context.transaction() as ctx:
        outcomes = await importing.bring_many(ctx, entries, on_match=input.on_match)
    for outcome in outcomes:
        in_addresses(outcome.error)
    return ImportOrganizationsPayload(results=told(ImportOrganizationsResult, outcomes, "organizations", asdict))


def _entry(organization: CreateOrganizationInput) -> Entry:
    return Entry(
        organization_values(organization),
        [contact_values(contact) for contact in organization.contacts],
        [delivery_address_values(address) for address in organization.delivery_addresses],
    )
