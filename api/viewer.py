"""Who is asking: tenant, employee, scopes. Open to every token, since it says only what the token's owner knows."""

from typing import Any, ClassVar

import strawberry

from api.context import Info
from api.employees import Employee
from domain.access import models


@strawberry.type(description="The MSP that the token belongs to.")
class Tenant:
    reads: ClassVar[None] = None

    name: str = strawberry.field(description="Its name.")
    currency: str = strawberry.field(description="The currency of new quotes, ISO 4217.")
    time_zone: str = strawberry.field(description="The time zone in which its dates begin and end.")


async def _tenant(info: Info) -> Any:
    return await info.context.loaders.row(models.Tenant, info.context.actor.tenant_id)


async def _employee(info: Info) -> Any:
    return await info.context.loaders.row(models.Employee, info.context.actor.employee_id)


@strawberry.type(description="Who is asking.")
class Viewer:
    reads: ClassVar[None] = None

    scopes: list[str] = strawberry.field(description="What the token may do.")

    tenant: Tenant = strawberry.field(resolver=_tenant, description="The MSP that the token belongs to.")
    employee: Employee | None = strawberry.field(
        resolver=_employee, description="The employee that the token belongs to, if it belongs to one."
    )


async def viewer(info: Info) -> Viewer:
    return Viewer(scopes=sorted(permission.value for permission in info.context.actor.permissions))
