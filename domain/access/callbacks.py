"""Tokens in the addresses that a provider calls: made once for a tenant and provider, found again by their hash.

A callback is only a hint, so such a token opens nothing else. Unlike an API token it is kept, sealed: the address has
to be registered again and again.
"""

import re
import secrets

from sqlalchemy import Select, func, select, update

from domain.access.models import Credential, CredentialKind
from domain.access.tokens import hint, token_hash
from domain.context import Actor, Context
from domain.db import Database
from domain.ids import uuid7
from domain.permissions import Permission, requires

_SHAPE = re.compile(r"qwc_[A-Za-z0-9_-]{43}")


@requires(Permission.INTEGRATIONS_ADMIN)
async def callback_token(ctx: Context, provider: str) -> str:
    """The token that `provider` calls this tenant with; a new one if there is none. For a worker only."""
    found = await ctx.session.scalar(_in_use(provider))
    if found is not None and found.sealed is not None:
        return ctx.keyring.open(found.sealed, tenant=ctx.tenant_id, table="credential", row=found.id)
    token, id = f"qwc_{secrets.token_urlsafe(32)}", uuid7()
    ctx.session.add(
        Credential(
            id=id,
            kind=CredentialKind.CALLBACK.value,
            name=provider,
            hash=token_hash(token),
            hint=hint(token),
            scopes=[],
            sealed=ctx.keyring.seal(token, tenant=ctx.tenant_id, table="credential", row=id),
        )
    )
    await ctx.session.flush()
    return token


@requires(Permission.INTEGRATIONS_ADMIN)
async def has_callback_token(ctx: Context, provider: str) -> bool:
    """Whether `provider` may have addresses of ours."""
    return await ctx.session.scalar(_in_use(provider)) is not None


@requires(Permission.INTEGRATIONS_ADMIN)
async def revoke_callbacks(ctx: Context, provider: str) -> None:
    """From now on such calls are turned away. The next `callback_token` is a new one."""
    await ctx.session.execute(
        update(Credential)
        .where(
            Credential.kind == CredentialKind.CALLBACK.value,
            Credential.name == provider,
            Credential.revoked_at.is_(None),
        )
        .values(revoked_at=func.now(), sealed=None)
    )


async def authenticate(database: Database, provider: str, token: str) -> Actor | None:
    """Who calls: an actor that may give hints, or None for whatever is not a token in use with this provider."""
    if not _SHAPE.fullmatch(token):
        return None
    async with database.system() as session:
        found = await session.scalar(_in_use(provider).where(Credential.hash == token_hash(token)))
    if found is None:
        return None
    return Actor(found.tenant_id, f"callback from {provider}", frozenset({Permission.SYNC_WRITE}), found.id)


def _in_use(provider: str) -> Select[Credential]:
    return select(Credential).where(
        Credential.kind == CredentialKind.CALLBACK.value, Credential.name == provider, Credential.revoked_at.is_(None)
    )
