"""Installing apps, connecting them, and saving what a sync shall do.

New keys are first kept as a sealed candidate; a worker tries them, and only what was accepted becomes the connection.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain import events, outbox
from domain.access.callbacks import revoke_callbacks
from domain.checks import required_text
from domain.context import Context
from domain.errors import Conflict, ErrorCode, UserError, UserErrors
from domain.integration_settings.apps import APPS
from domain.integration_settings.models import ConnectionStatus, Integration, IntegrationSetting
from domain.integration_settings.settings import SyncSettings
from domain.outbox import Lane, SyncTask
from domain.permissions import Permission, requires
from domain.sync.models import ExternalLink, Resolution, SyncError

Settings = TypeVar("Settings", bound=SyncSettings)


@dataclass(frozen=True)
class Keys:
    """What a tenant types in to connect. The private key never leaves this class in a repr."""

    site: str
    company_id: str
    public_key: str
    private_key: str = field(repr=False)


class OldLinks(StrEnum):
    """What becomes of the links to another company over there than the one being connected."""

    FORGET = "FORGET"
    """Records are matched anew; nothing is deleted on either side."""
    KEEP = "KEEP"
    """The new address leads to the same data (a move or a renamed company)."""


@requires(Permission.INTEGRATIONS_READ)
async def find(ctx: Context, provider: str) -> Integration | None:
    found: Integration | None = await ctx.session.scalar(select(Integration).where(Integration.provider == provider))
    return found


@requires(Permission.INTEGRATIONS_ADMIN)
async def install(ctx: Context, provider: str) -> Integration:
    """Installing twice is the same as once."""
    await ctx.session.execute(
        insert(Integration)
        .values(tenant_id=ctx.tenant_id, provider=provider, status=ConnectionStatus.INSTALLED.value)
        .on_conflict_do_nothing(index_elements=["tenant_id", "provider"])
    )
    return await _installed(ctx, provider)


@requires(Permission.INTEGRATIONS_ADMIN)
async def propose(ctx: Context, provider: str, keys: Keys, *, old_links: OldLinks | None = None) -> str:
    """Keep `keys` as the candidate, to be tried by a worker; returns it, sealed. The connection in use stays."""
    integration = await _installed(ctx, provider)
    clean = Keys(
        site=required_text(keys.site, 200, field="site"),
        company_id=required_text(keys.company_id, 60, field="companyId"),
        public_key=required_text(keys.public_key, 200, field="publicKey"),
        private_key=required_text(keys.private_key, 200, field="privateKey"),
    )
    if await _is_other_company(ctx, integration, clean) and old_links is None:
        raise UserError(
            ErrorCode.REQUIRED,
            f"Records are linked to {integration.company_id} at {integration.site}. Say with oldLinks whether those"
            " links are to be kept (same data under a new address) or forgotten (another company).",
            ("oldLinks",),
        )
    candidate = integration.candidate = _seal(ctx, integration, clean)
    await ctx.session.flush()
    return candidate


@requires(Permission.INTEGRATIONS_ADMIN)
async def confirm(
    ctx: Context, provider: str, candidate: str, *, remote_version: str | None, old_links: OldLinks | None = None
) -> Integration:
    """The candidate was accepted: it becomes the connection, its lane opens. Syncs stay as they were, off at first.

    Raises Conflict when it is no longer the candidate: what stands there now was proposed later, and not tried yet.
    """
    integration = await _installed(ctx, provider)
    if integration.candidate != candidate:
        raise Conflict("Somebody else connected at the same moment. Look at the status; connect again if need be.")
    keys = _unseal(ctx, integration, candidate)
    if old_links is OldLinks.FORGET and await _is_other_company(ctx, integration, keys):
        await ctx.session.execute(delete(ExternalLink).where(ExternalLink.provider == provider))
    integration.sealed, integration.candidate = candidate, None
    integration.site, integration.company_id = keys.site, keys.company_id
    integration.remote_version = remote_version
    integration.status = ConnectionStatus.CONNECTED.value
    integration.connected_at = await ctx.session.scalar(select(func.now()))
    integration.version += 1
    await _solved(ctx, integration)
    subjects = list(APPS[provider].subjects)
    await ctx.session.execute(
        insert(Lane)
        .values(tenant_id=ctx.tenant_id, provider=provider, subjects=subjects, next_at=func.now())
        .on_conflict_do_update(
            index_elements=["tenant_id", "provider"],
            set_={
                "subjects": subjects,
                "next_at": func.now(),
                "held_until": text("'-infinity'"),
                "failures": 0,
            },
        )
    )
    await _begin_standing_work(ctx, provider)
    ctx.wake.add(provider)
    await ctx.session.flush()
    return integration


@requires(Permission.INTEGRATIONS_ADMIN)
async def withdraw(ctx: Context, provider: str, candidate: str) -> None:
    """The candidate was refused: forget it. One that was proposed later stays."""
    integration = await _installed(ctx, provider)
    if integration.candidate == candidate:
        integration.candidate = None
        await ctx.session.flush()


@requires(Permission.INTEGRATIONS_ADMIN)
async def disconnect(ctx: Context, provider: str) -> Integration:
    """Forget the keys and close the lane. Links and settings stay, for the day it is connected again."""
    integration = await _installed(ctx, provider)
    integration.sealed = integration.candidate = None
    integration.status = ConnectionStatus.INSTALLED.value
    integration.version += 1
    await ctx.session.execute(delete(Lane).where(Lane.provider == provider))
    await revoke_callbacks(ctx, provider)
    await _solved(ctx, integration)
    await ctx.session.flush()
    return integration


@requires(Permission.INTEGRATIONS_ADMIN)
async def report(ctx: Context, provider: str, status: ConnectionStatus, *, message: str) -> None:
    """The connection itself failed: one notice for all its records, and its lane pauses until it is connected again."""
    integration = await _installed(ctx, provider)
    if integration.status not in (ConnectionStatus.CONNECTED.value, ConnectionStatus.UNREACHABLE.value):
        return
    integration.status = status.value
    subject = f"connection:{integration.id}"
    await ctx.session.execute(
        update(Lane).where(Lane.provider == provider).values(held_until=text("'infinity'"), next_at=text("'infinity'"))
    )
    error = SyncError(
        provider=provider,
        subject=subject,
        root=subject,
        title=f"The connection to {APPS[provider].title}",
        kind="UNAUTHORIZED",
        message=message,
        setting=APPS[provider].connect,
    )
    ctx.session.add(error)
    await ctx.session.flush()
    ctx.emit(events.SyncErrorRaised(error.id))


@requires(Permission.INTEGRATIONS_ADMIN)
async def note(ctx: Context, provider: str, status: ConnectionStatus) -> None:
    """Whether the other side answers, CONNECTED or UNREACHABLE. Says it, and pauses nothing."""
    known = [ConnectionStatus.CONNECTED.value, ConnectionStatus.UNREACHABLE.value]
    await ctx.session.execute(
        update(Integration)
        .where(Integration.provider == provider, Integration.status.in_(known))
        .values(status=status.value)
    )


@requires(Permission.INTEGRATIONS_ADMIN)
async def keys_in_use(ctx: Context, provider: str, *, candidate: bool = False) -> Keys | None:
    """The opened keys, for a worker only: no resolver may return them."""
    integration = await find(ctx, provider)
    sealed = integration and (integration.candidate if candidate else integration.sealed)
    return _unseal(ctx, integration, sealed) if integration and sealed else None


@requires(Permission.INTEGRATIONS_READ)
async def load(ctx: Context, kind: type[Settings]) -> Settings:
    row = await ctx.session.scalar(
        select(IntegrationSetting).where(
            IntegrationSetting.provider == kind.provider, IntegrationSetting.kind == kind.kind
        )
    )
    return kind() if row is None else kind.load(row.value)


@requires(Permission.INTEGRATIONS_ADMIN)
async def save(ctx: Context, kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Set `values` over what is stored. Refused, naming each, while a required choice of an enabled sync is missing."""
    await _installed(ctx, kind.provider)
    settings = replace(await load(ctx, kind), **values)
    missing = settings.missing()
    if missing:
        raise UserErrors(
            [
                UserError(ErrorCode.REQUIRED, f"{camel(name)} must be chosen before this sync is on.", (camel(name),))
                for name in missing
            ]
        )
    await settings.check(ctx, values)
    row = {"schema_version": settings.schema_version, "value": settings.dump()}
    await ctx.session.execute(
        insert(IntegrationSetting)
        .values(tenant_id=ctx.tenant_id, provider=kind.provider, kind=kind.kind, **row)
        .on_conflict_do_update(
            index_elements=["tenant_id", "provider", "kind"], set_={**row, "updated_at": func.clock_timestamp()}
        )
    )
    await _try_again_what_waited_for_settings(ctx, kind.provider)
    if kind.starts_standing_work:
        await _begin_standing_work(ctx, kind.provider)
    return settings


def camel(name: str) -> str:
    """`new_stage_id` -> `newStageId`, as the API spells it."""
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


async def _begin_standing_work(ctx: Context, provider: str) -> None:
    """Polls and the callbacks begin, go on with other settings, or find out that they are to end."""
    standing = APPS[provider].standing
    ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, standing, provider=provider, afresh=True)


async def _try_again_what_waited_for_settings(ctx: Context, provider: str) -> None:
    """Also what is being worked on just now: that run may have read the settings before this change of them."""
    waiting = (
        select(SyncError.root)
        .where(
            SyncError.provider == provider,
            SyncError.resolved_at.is_(None),
            SyncError.kind.in_(("UNMAPPED", "BLOCKED")),
        )
        .distinct()
        .limit(1000)
    )
    under_way = select(SyncTask.subject).where(SyncTask.provider == provider, SyncTask.lease_until > func.now())
    roots = {root for roots in (waiting, under_way) for root in await ctx.session.scalars(roots)}
    if roots:
        ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, roots, provider=provider, afresh=True)


async def _installed(ctx: Context, provider: str) -> Integration:
    integration = await ctx.session.scalar(
        select(Integration).where(Integration.provider == provider).with_for_update()
    )
    if integration is None:
        raise UserError(ErrorCode.NOT_FOUND, f"{APPS[provider].title} is not installed yet: call installApp first.")
    return integration


async def _is_other_company(ctx: Context, integration: Integration, keys: Keys) -> bool:
    if integration.company_id is None or (integration.site, integration.company_id) == (keys.site, keys.company_id):
        return False
    linked = await ctx.session.scalar(
        select(ExternalLink.id).where(ExternalLink.provider == integration.provider).limit(1)
    )
    return linked is not None


async def _solved(ctx: Context, integration: Integration) -> None:
    solved = await ctx.session.scalars(
        update(SyncError)
        .where(SyncError.subject == f"connection:{integration.id}", SyncError.resolved_at.is_(None))
        .values(resolved_at=func.now(), resolution=Resolution.SYNCED.value)
        .returning(SyncError.id)
    )
    for id in solved.all():
        ctx.emit(events.SyncErrorResolved(id))


def _seal(ctx: Context, integration: Integration, keys: Keys) -> str:
    plain = json.dumps([keys.site, keys.company_id, keys.public_key, keys.private_key])
    return ctx.keyring.seal(plain, tenant=ctx.tenant_id, table="integration", row=integration.id)


def _unseal(ctx: Context, integration: Integration, sealed: str) -> Keys:
    plain = ctx.keyring.open(sealed, tenant=ctx.tenant_id, table="integration", row=integration.id)
    return Keys(*json.loads(plain))
