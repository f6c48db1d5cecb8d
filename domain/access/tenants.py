"""From a bearer token to the actor it stands for, and the birth of a tenant. Not for a tenant's own data."""

from uuid import UUID

from sqlalchemy import select, text

from domain.access import dates
from domain.access.models import Credential, CredentialKind, Employee, OfferLink, Tenant
from domain.access.scopes import GRANTABLE
from domain.access.tokens import token_hash, well_formed
from domain.checks import required_text
from domain.context import Actor
from domain.db import Database
from domain.ids import uuid7
from domain.money import minor_units
from domain.permissions import Permission


async def create(database: Database, *, name: str, currency: str = "USD", time_zone: str = "UTC") -> Tenant:
    """A new tenant. Its own row is the first thing it may write. Raises UserError naming what makes no sense."""
    minor_units(currency)
    name = required_text(name, 200, field="name")
    tenant = Tenant(id=uuid7(), name=name, currency=currency)
    async with database.transaction(Actor.system(tenant.id)) as ctx:
        tenant.time_zone = await dates.time_zone(ctx, time_zone, field="timeZone")
        ctx.session.add(tenant)
    return tenant


async def authenticate(database: Database, token: str) -> Actor | None:
    """The actor of a valid API token, or of a customer's link to an offer; else None.

    Revoked and expired tokens, and those of inactive employees, open nothing, from this call on.
    """
    if not well_formed(token):
        return None
    async with database.system() as session:
        found = (
            await session.execute(
                select(Credential).where(
                    Credential.hash == token_hash(token),
                    Credential.kind.in_((CredentialKind.API_TOKEN.value, CredentialKind.OFFER.value)),
                    Credential.revoked_at.is_(None),
                    (Credential.expires_at.is_(None)) | (Credential.expires_at > text("now()")),
                )
            )
        ).scalar_one_or_none()
        if found is None:
            return None
        await session.execute(
            text(
                "UPDATE credential SET last_used_at = now() WHERE id = :id"
                " AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')"
            ),
            {"id": found.id},
        )
    if isinstance(found, OfferLink):
        return Actor(
            tenant_id=found.tenant_id,
            name=f"offer {found.name}",
            permissions=frozenset({Permission.OFFER_ANSWER}),
            credential_id=found.id,
            quote_id=found.quote_id,
        )
    actor = Actor(
        tenant_id=found.tenant_id,
        name=f"token {found.name}",
        permissions=frozenset(Permission(scope) for scope in found.scopes if scope in GRANTABLE),
        credential_id=found.id,
        employee_id=found.employee_id,
    )
    if found.employee_id is None or await _is_active(database, actor, found.employee_id):
        return actor
    return None


async def _is_active(database: Database, actor: Actor, employee_id: UUID) -> bool:
    """In the tenant's own transaction: who looks across tenants sees no employees."""
    async with database.transaction(actor) as ctx:
        return bool(await ctx.session.scalar(select(Employee.active).where(Employee.id == employee_id)))
