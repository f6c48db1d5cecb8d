"""Employees and API tokens of a tenant. Making a tenant is `tenants.py`; finding out who asks, too, and `sign_in.py`.

Whoever manages access gives nobody more than they have themselves: else a token that may only do this could make one,
or an administrator, that may do everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from domain import events
from domain.access.models import ApiToken, Employee
from domain.access.roles import Role, permissions_of
from domain.access.scopes import GRANTABLE
from domain.access.sign_in import same_address
from domain.access.tokens import hint, new_token, token_hash
from domain.checks import Check, email_address, flag_of, member_of, required_text
from domain.context import Context
from domain.errors import ErrorCode, ImpossibleStep, NotFound, UserError
from domain.permissions import Permission, requires
from domain.versions import changed, check_version

EMPLOYEE_FIELDS: Mapping[str, Check] = {
    "name": partial(required_text, limit=200, field="name"),
    "email": partial(email_address, field="email"),
    "role": lambda value: member_of(Role, value, field="role").value,
    "active": flag_of("active"),
}


@requires(Permission.ACCESS_ADMIN)
async def create_employee(ctx: Context, *, name: str, email: str, role: str = Role.SALES) -> Employee:
    given = {"name": name, "email": email, "role": role}
    employee = Employee(**{key: EMPLOYEE_FIELDS[key](value) for key, value in given.items()})
    _check_reach(ctx, employee.role)
    await _check_address(ctx, employee.email)
    ctx.session.add(employee)
    await _written(ctx, employee)
    ctx.emit(events.EmployeeCreated(employee.id))
    return employee


@requires(Permission.ACCESS_ADMIN)
async def update_employee(
    ctx: Context, employee_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> Employee:
    """Change what was given. Who is made inactive is shut out with all tokens, and let in again by the opposite."""
    employee, other_administrators = await _locked(ctx, employee_id)
    check_version(employee, version)
    # An e-mail address is what somebody signs in by, so changing it takes no less than giving the role.
    _check_reach(ctx, employee.role, of=employee)
    checked = {name: EMPLOYEE_FIELDS[name](value) for name, value in values.items()}
    different = {name: value for name, value in checked.items() if getattr(employee, name) != value}
    if not different:
        return employee
    if "role" in different:
        _check_reach(ctx, different["role"])
    if "email" in different:
        await _check_address(ctx, different["email"], of=employee)
    was_administrator = _is_administrator(employee)
    for name, value in different.items():
        setattr(employee, name, value)
    if was_administrator and not _is_administrator(employee) and not other_administrators:
        field = "role" if "role" in different else "active"
        raise ImpossibleStep(
            f"{employee.name} is the last active administrator. Make somebody else one first.", (field,)
        )
    changed(employee)
    await _written(ctx, employee)
    ctx.emit(events.EmployeeUpdated(employee.id))
    return employee


@requires(Permission.ACCESS_ADMIN)
async def create_token(
    ctx: Context,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    employee_id: UUID | None = None,
) -> tuple[ApiToken, str]:
    """A new API token. The second value is the token itself: shown once, kept nowhere.

    Its scopes are all that it may do: those of its employee's role are neither added nor asked for.
    """
    wanted = list(scopes)
    for index, scope in enumerate(wanted):
        _check_scope(ctx, scope, ("scopes", str(index)))
    if expires_at is not None and expires_at <= await _now(ctx):
        raise UserError(ErrorCode.INVALID, "expiresAt must lie in the future.", ("expiresAt",))
    if employee_id is not None:
        await _check_bearer(ctx, employee_id)
    token = new_token()
    api_token = ApiToken(
        name=required_text(name, 100, field="name"),
        hash=token_hash(token),
        hint=hint(token),
        scopes=sorted(set(wanted)),
        employee_id=employee_id,
        expires_at=expires_at,
    )
    ctx.session.add(api_token)
    await ctx.session.flush()
    ctx.emit(events.ApiTokenCreated(api_token.id))
    return api_token, token


@requires(Permission.ACCESS_ADMIN)
async def list_tokens(ctx: Context) -> Sequence[ApiToken]:
    return (await ctx.session.scalars(select(ApiToken).order_by(ApiToken.created_at))).all()


@requires(Permission.ACCESS_ADMIN)
async def revoke_token(ctx: Context, api_token_id: UUID) -> ApiToken:
    """From now on it opens nothing. For good; doing it twice changes nothing more."""
    api_token = await ctx.session.get(ApiToken, api_token_id, with_for_update=True)
    if api_token is None:
        raise NotFound("There is no such token.", ("apiTokenId",))
    if api_token.revoked_at is None:
        api_token.revoked_at = await _now(ctx)
        await ctx.session.flush()
        ctx.emit(events.ApiTokenRevoked(api_token.id))
    return api_token


def _is_administrator(employee: Employee) -> bool:
    return employee.active and employee.role == Role.ADMINISTRATOR


def _check_reach(ctx: Context, role: str, *, of: Employee | None = None) -> None:
    lacking = sorted(permissions_of(role) - ctx.actor.permissions)
    if lacking:
        scopes = ", ".join(lacking)
        sentence = f"You can't change {of.name}, whose role is {role}" if of else f"You can't give the role {role}"
        raise UserError(
            ErrorCode.FORBIDDEN, f"{sentence}: it may do what you may not ({scopes}).", () if of else ("role",)
        )


def _check_scope(ctx: Context, scope: str, field: tuple[str, ...]) -> None:
    if scope not in GRANTABLE:
        known = ", ".join(sorted(GRANTABLE))
        raise UserError(ErrorCode.INVALID, f"There is no scope {scope[:80]} for tokens. There are: {known}.", field)
    if scope not in ctx.actor.permissions:
        raise UserError(ErrorCode.FORBIDDEN, f"You can't grant {scope}: you don't have it yourself.", field)


async def _check_bearer(ctx: Context, employee_id: UUID) -> None:
    employee = await ctx.session.get(Employee, employee_id)
    if employee is None:
        raise NotFound("There is no such employee.", ("employeeId",))
    if not employee.active:
        message = f"{employee.name} is not active, so a token of theirs would open nothing."
        raise UserError(ErrorCode.INVALID, message, ("employeeId",))


async def _check_address(ctx: Context, address: str, *, of: Employee | None = None) -> None:
    statement = select(Employee).where(same_address(address))
    if of is not None:
        statement = statement.where(Employee.id != of.id)
    taken = await ctx.session.scalar(statement.limit(1))
    if taken is not None:
        raise UserError(ErrorCode.TAKEN, f"{taken.name} already has the e-mail address {address}.", ("email",))


async def _written(ctx: Context, employee: Employee) -> None:
    address = employee.email
    try:
        await ctx.session.flush()
    except IntegrityError as error:
        if "uq_employee_tenant_id_email" not in str(error.orig):
            raise
        # Somebody else has just taken it: the look before was too early.
        raise UserError(ErrorCode.TAKEN, f"Somebody already has the e-mail address {address}.", ("email",)) from None


async def _locked(ctx: Context, employee_id: UUID) -> tuple[Employee, list[Employee]]:
    """The employee, and the active administrators beside them; all locked, in one order for everybody.

    So of two who take the role from each other at the same moment, the second one finds that nobody would be left.
    """
    administrator = and_(Employee.role == Role.ADMINISTRATOR.value, Employee.active)
    statement = select(Employee).where(or_(Employee.id == employee_id, administrator)).order_by(Employee.id)
    found = {row.id: row for row in await ctx.session.scalars(statement.with_for_update(key_share=True))}
    employee = found.pop(employee_id, None)
    if employee is None:
        raise NotFound("There is no such employee.", ("employeeId",))
    return employee, list(found.values())


async def _now(ctx: Context) -> datetime:
    return (await ctx.session.execute(select(func.now()))).scalar_one()
