"""Employees: who owns quotes and organizations, and what they may do. Their tokens are managed in `tokens`."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import or_, select

from api.context import Info
from api.filters import (
    BooleanFilter,
    DateTimeFilter,
    EnumFilter,
    IDFilter,
    StringFilter,
    filtered,
    filters,
    identified,
    plain,
)
from api.filters.operators import SQL
from api.mutations import Payload, given, mutation, record
from api.node import Node, uuid_of
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from api.scalars import described
from domain.access import models
from domain.access import service as access
from domain.access.roles import ROLES, Role
from domain.paging import Order
from domain.search import typed

UNSET = strawberry.UNSET

described(
    Role,
    "What an employee may do. `docs/access.md` lists the scopes of each role.",
    **{role.name: work.sentence for role, work in ROLES.items()},
)


@strawberry.type(description="Someone of the MSP, who owns quotes and orders; a member in ConnectWise.")
class Employee(Node):
    model: ClassVar[Any] = models.Employee

    name: str = strawberry.field(description="The full name.")
    email: str = strawberry.field(
        description="The e-mail address: they sign in with it, and by it the ConnectWise member is found."
    )
    role: Role = strawberry.field(description="What they may do when they are signed in.")
    active: bool = strawberry.field(
        description="Whether they still work here. Otherwise neither signing in nor a token of theirs opens anything."
    )
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


_employee = models.Employee


@filters("Which employees to list.")
class EmployeeFilter:
    id: IDFilter | None = identified(_employee.id, "Employee", "The employee.")
    name: StringFilter | None = plain(_employee.name, "The full name.")
    email: StringFilter | None = plain(_employee.email, "The e-mail address.")
    role: EnumFilter[Role] | None = plain(_employee.role, "What they may do.")
    active: BooleanFilter | None = plain(_employee.active, "Whether they still work here.")
    created_at: DateTimeFilter | None = plain(_employee.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_employee.updated_at, "When the record was changed last.")


class EmployeeOrderField(Enum):
    EMAIL = strawberry.enum_value("EMAIL", description="By e-mail address.")
    NAME = strawberry.enum_value("NAME", description="By full name.")


strawberry.enum(EmployeeOrderField, description="What employees can be ordered by.")


@strawberry.input(description="The order of employees.")
class EmployeeOrder:
    field: EmployeeOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_COLUMNS = {EmployeeOrderField.EMAIL: _employee.email, EmployeeOrderField.NAME: _employee.name}


async def employees(
    info: Info,
    filter: Annotated[EmployeeFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: Annotated[
        str | None,
        strawberry.argument(description="What people type: some of the name or the e-mail address; in any case."),
    ] = None,
    order_by: Annotated[
        EmployeeOrder | None, strawberry.argument(description="In which order; by e-mail address if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Employee]:
    wanted = order_by or EmployeeOrder(field=EmployeeOrderField.EMAIL)
    order = Order(_COLUMNS[wanted.field], _employee.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_employee), filter)
    if text := typed(search or ""):
        statement = statement.where(or_(*(SQL["contains"](column, text) for column in _COLUMNS.values())))
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


@strawberry.input(description="A new employee.")
class CreateEmployeeInput:
    name: str = strawberry.field(description="The full name, at most 200 characters.")
    email: str = strawberry.field(
        description="The e-mail address; no two employees share one, upper case or lower. They sign in with it."
    )
    role: Role = strawberry.field(
        default=Role.SALES, description="What they may do when they are signed in; nothing that you may not."
    )


@strawberry.type(description="The outcome of `createEmployee`.")
class CreateEmployeePayload(Payload):
    employee_id: strawberry.Private[UUID | None] = None

    employee: Employee | None = record(models.Employee, "employee_id", "The new employee.")


@mutation(access.create_employee, "Adds someone who may own quotes and organizations.")
async def create_employee(
    info: Info, input: Annotated[CreateEmployeeInput, strawberry.argument(description="Who.")]
) -> CreateEmployeePayload:
    async with info.context.transaction() as ctx:
        employee = await access.create_employee(ctx, name=input.name, email=input.email, role=input.role)
    return CreateEmployeePayload(employee_id=employee.id)


@strawberry.input(description="What to change of an employee. What is left out stays.")
class UpdateEmployeeInput:
    employee_id: strawberry.ID = strawberry.field(description="The employee.")
    version: int | None = strawberry.field(default=None, description="The version you saw: a newer one is not changed.")
    name: str | None = strawberry.field(default=UNSET, description="The full name, at most 200 characters.")
    email: str | None = strawberry.field(default=UNSET, description="The e-mail address. They sign in with it.")
    role: Role | None = strawberry.field(
        default=UNSET,
        description="What they may do when they are signed in; nothing that you may not. The last active administrator"
        " stays one.",
    )
    active: bool | None = strawberry.field(
        default=UNSET,
        description="Whether they still work here. If not, whatever they signed in with and their API tokens open"
        " nothing within five seconds; true lets both in again.",
    )


@strawberry.type(description="The outcome of `updateEmployee`.")
class UpdateEmployeePayload(Payload):
    employee_id: strawberry.Private[UUID | None] = None

    employee: Employee | None = record(models.Employee, "employee_id", "The employee as it is now.")


@mutation(access.update_employee, "Changes an employee, or shuts them out. Nobody changes somebody who may do more.")
async def update_employee(
    info: Info, input: Annotated[UpdateEmployeeInput, strawberry.argument(description="Who, and what.")]
) -> UpdateEmployeePayload:
    values = given(input, "name", "email", "role", "active")
    employee_id = uuid_of(input.employee_id, "Employee", "employeeId")
    async with info.context.transaction() as ctx:
        employee = await access.update_employee(ctx, employee_id, values, version=input.version)
    return UpdateEmployeePayload(employee_id=employee.id)
