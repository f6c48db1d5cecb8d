"""Employees: who owns quotes and organizations. Their tokens are not managed here."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import select

from api.context import Info
from api.mutations import Payload, mutation, record
from api.node import Node
from api.paging import After, Before, Connection, First, Last, connection
from domain.access import models
from domain.access import service as access
from domain.paging import Order


@strawberry.type(description="Someone of the MSP, who owns quotes and orders; a member in ConnectWise.")
class Employee(Node):
    model: ClassVar[Any] = models.Employee

    name: str = strawberry.field(description="The full name.")
    email: str = strawberry.field(description="The e-mail address, by which the ConnectWise member is found.")
    active: bool = strawberry.field(description="Whether they still work here.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


@strawberry.input(description="Which employees to list. All conditions must hold.")
class EmployeeFilter:
    active: bool | None = strawberry.field(default=None, description="Only those who do, or don't, work here.")
    email: str | None = strawberry.field(default=None, description="Only the one with exactly this e-mail address.")


_BY_EMAIL = Order(models.Employee.email, models.Employee.id)


async def employees(
    info: Info,
    filter: Annotated[EmployeeFilter | None, strawberry.argument(description="Which to list.")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Employee]:
    statement = select(models.Employee)
    if filter is not None and filter.active is not None:
        statement = statement.where(models.Employee.active.is_(filter.active))
    if filter is not None and filter.email is not None:
        statement = statement.where(models.Employee.email == filter.email)
    return connection(info, statement, _BY_EMAIL, first=first, after=after, last=last, before=before)


@strawberry.input(description="A new employee.")
class CreateEmployeeInput:
    name: str = strawberry.field(description="The full name, at most 200 characters.")
    email: str = strawberry.field(description="The e-mail address; no two employees share one.")


@strawberry.type(description="The outcome of `createEmployee`.")
class CreateEmployeePayload(Payload):
    employee_id: strawberry.Private[UUID | None] = None

    employee: Employee | None = record(models.Employee, "employee_id", "The new employee.")


@mutation(access.create_employee, "Adds someone who may own quotes and organizations.")
async def create_employee(
    info: Info, input: Annotated[CreateEmployeeInput, strawberry.argument(description="Who.")]
) -> CreateEmployeePayload:
    async with info.context.transaction() as ctx:
        employee = await access.create_employee(ctx, name=input.name, email=input.email)
    return CreateEmployeePayload(employee_id=employee.id)
