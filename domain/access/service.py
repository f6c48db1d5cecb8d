"""Employees and API tokens of a tenant. Making a tenant itself is `tenants.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from domain.access.models import Credential, CredentialKind, Employee
from domain.access.tokens import hint, new_token, token_hash
from domain.checks import email_address, required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.permissions import Permission, requires


@requires(Permission.ACCESS_ADMIN)
async def create_employee(ctx: Context, *, name: str, email: str) -> Employee:
    address = email_address(email, field="email")
    employee = Employee(name=required_text(name, 200, field="name"), email=address)
    taken = await ctx.session.scalar(select(Employee).where(Employee.email == address))
    if taken is not None:
        raise UserError(ErrorCode.TAKEN, f"{taken.name} already has the e-mail address {address}.", ("email",))
    ctx.session.add(employee)
    try:
        await ctx.session.flush()
    except IntegrityError as error:
        if "uq_employee_tenant_id_email" not in str(error.orig):
            raise
        # Somebody else has just taken it: the look before was too early.
        raise UserError(ErrorCode.TAKEN, f"Somebody already has the e-mail address {address}.", ("email",)) from None
    return employee


@requires(Permission.ACCESS_ADMIN)
async def create_token(
    ctx: Context,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    employee_id: UUID | None = None,
) -> tuple[Credential, str]:
    """A new API token. The second value is the token itself: shown once, kept nowhere."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in set(Permission)]
    if unknown:
        known = ", ".join(Permission)
        raise UserError(ErrorCode.INVALID, f"Unknown scope {unknown[0]}. Known: {known}.", ("scopes",))
    token = new_token()
    credential = Credential(
        kind=CredentialKind.API_TOKEN,
        name=required_text(name, 100, field="name"),
        hash=token_hash(token),
        hint=hint(token),
        scopes=wanted,
        employee_id=employee_id,
        expires_at=expires_at,
    )
    ctx.session.add(credential)
    await ctx.session.flush()
    return credential, token


@requires(Permission.ACCESS_ADMIN)
async def list_tokens(ctx: Context) -> Sequence[Credential]:
    return (
        await ctx.session.scalars(
            select(Credential).where(Credential.kind == CredentialKind.API_TOKEN).order_by(Credential.created_at)
        )
    ).all()


@requires(Permission.ACCESS_ADMIN)
async def revoke_token(ctx: Context, credential_id: UUID) -> Credential:
    credential = await ctx.session.get(Credential, credential_id)
    if credential is None:
        raise NotFound("There is no such token.")
    credential.revoked_at = credential.revoked_at or await ctx.session.scalar(select(func.now()))
    return credential
