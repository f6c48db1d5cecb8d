"""Who is asking: tenant, employee, role, scopes. Open to every token, since it says only what its owner knows."""

from enum import StrEnum
from typing import Any, ClassVar

import strawberry

from api.context import Info
from api.employees import Employee
from api.scalars import described
from domain.access import models
from domain.access.roles import Role


class Authentication(StrEnum):
    API_TOKEN = "API_TOKEN"  # noqa: S105  # a kind, not a secret
    OIDC = "OIDC"
    OFFER_LINK = "OFFER_LINK"


described(
    Authentication,
    "How somebody has shown who they are.",
    API_TOKEN="With an API token: its scopes are all that it may do.",  # noqa: S106  # a sentence
    OIDC="Signed in with the company's own service: their role says what they may do.",
    OFFER_LINK="A customer with the link to one offer, which may be seen and answered; nothing else.",
)


@strawberry.type(description="The MSP that the token belongs to.")
class Tenant:
    reads: ClassVar[None] = None

    name: str = strawberry.field(description="Its name.")
    currency: str = strawberry.field(description="The currency of new quotes, ISO 4217.")
    time_zone: str = strawberry.field(description="The time zone in which its dates begin and end.")
    locale: str = strawberry.field(description="How numbers and dates are written on its documents: `en-US`.")


async def _tenant(info: Info) -> Any:
    return await info.context.loaders.row(models.Tenant, info.context.actor.tenant_id)


async def _employee(info: Info) -> Any:
    return await info.context.loaders.row(models.Employee, info.context.actor.employee_id)


def _authentication(info: Info) -> Authentication:
    if info.context.actor.quote_id is not None:
        return Authentication.OFFER_LINK
    return Authentication.OIDC if info.context.actor.credential_id is None else Authentication.API_TOKEN


async def _role(info: Info) -> Role | None:
    employee = await _employee(info) if _authentication(info) is Authentication.OIDC else None
    return employee.role if employee else None


@strawberry.type(description="Who is asking.")
class Viewer:
    reads: ClassVar[None] = None

    name: str = strawberry.field(description="Who is written down for what is changed: the employee, or the token.")
    scopes: list[str] = strawberry.field(description="What they may do.")

    tenant: Tenant = strawberry.field(resolver=_tenant, description="The MSP that the token belongs to.")
    employee: Employee | None = strawberry.field(
        resolver=_employee, description="Who is signed in, or in whose name the API token acts; empty: nobody."
    )
    role: Role | None = strawberry.field(
        resolver=_role, description="The role that the scopes are those of; empty for an API token, which has its own."
    )
    authentication: Authentication = strawberry.field(
        resolver=_authentication, description="How they have shown who they are."
    )


async def viewer(info: Info) -> Viewer:
    actor = info.context.actor
    return Viewer(name=actor.name, scopes=sorted(permission.value for permission in actor.permissions))
