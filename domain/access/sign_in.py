"""From an e-mail address that an issuer vouches for to the employee who signs in with it.

It reads no token and believes no issuer: whoever faces the caller has done both.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, collate, func, select

from domain.access.models import Employee
from domain.access.roles import permissions_of
from domain.context import Actor
from domain.db import Database


async def authenticate(database: Database, tenant_id: UUID, address: str) -> Actor | None:
    """The active employee with this e-mail address, with the permissions of their role; else None.

    None also where two have it: nothing tells which of them it is.
    """
    if not address.isprintable():  # NUL and half characters, which no text in the database can have
        return None
    async with database.transaction(Actor(tenant_id, "sign-in", frozenset())) as ctx:
        found = (await ctx.session.scalars(select(Employee).where(Employee.active, same_address(address)))).all()
    if len(found) != 1:
        return None
    [employee] = found
    return Actor(tenant_id, employee.name, permissions_of(employee.role), employee_id=employee.id)


def same_address(address: str) -> ColumnElement[bool]:
    """Whether an employee has this e-mail address, a to z in any case.

    No other folding: what merely looks alike may be the mailbox of somebody else.
    """
    return func.lower(collate(Employee.email, "C")) == address.encode().lower().decode()
