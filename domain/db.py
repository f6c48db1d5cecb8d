"""The one place where transactions begin and end, and where a tenant's data is fenced.

Services never commit; resolvers, the engine and the dispatcher open a transaction here. Two guards stand behind each
other: the session guard below (every ORM statement gets the tenant, new rows are stamped) and row-level security in
the database, which also holds for raw SQL. It knows no table but the outbox.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from domain import outbox
from domain.context import Actor, Context
from domain.models import TenantOwned
from domain.secrets import Keyring

Bell = Callable[[UUID, str], None]
"""Tells a worker that (tenant, provider) has work. Best effort; must return at once and never raise."""


class UnsafeRoleError(Exception):
    """The database role could walk past row-level security."""


class TenantMixup(Exception):
    """A row of another tenant was about to be written."""


def silent(tenant_id: UUID, provider: str) -> None:
    """No bell: the sweep finds the work."""


class Database:
    """A pool as the role `qw_app`. `prepare=False` behind a transaction-pooling PgBouncer."""

    def __init__(
        self, url: str, keyring: Keyring, *, bell: Bell = silent, pool_size: int = 10, prepare: bool = True
    ) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text may end in a log; values may be secret
            connect_args={"prepare_threshold": 5 if prepare else None},
        )
        self.keyring = keyring
        self.bell = bell
        self.listeners: set[Callable[[], None]] = set()
        """Rung after each commit of this process that wrote facts; they must return at once and never raise."""

    async def dispose(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(
        self, actor: Actor, *, origin: str | None = None, request_id: str | None = None, longest: float | None = None
    ) -> AsyncIterator[Context]:
        """One transaction of one tenant: facts and the work they cause are written with it, then the bell rings.

        `longest`: the seconds that one of its statements may take; the database ends what takes longer.
        """
        async with AsyncSession(self.engine, expire_on_commit=False, info={"tenant": actor.tenant_id}) as session:
            ctx = Context(session, actor, self.keyring, origin=origin, request_id=request_id)
            async with session.begin():
                await _enter(ctx, longest)
                yield ctx
                has_facts = bool(ctx.events)
                ctx.wake |= await outbox.write(session, ctx)
            for provider in ctx.wake:
                self.bell(actor.tenant_id, provider)
            if has_facts:
                for listener in tuple(self.listeners):
                    listener()

    @asynccontextmanager
    async def system(self) -> AsyncIterator[AsyncSession]:
        """A transaction across tenants, as `qw_system`: it reaches the outbox, the work, the lanes and credentials."""
        async with AsyncSession(self.engine, expire_on_commit=False, info={"tenant": None}) as session, session.begin():
            await session.execute(text("SET LOCAL ROLE qw_system"))
            yield session

    async def check_role(self) -> None:
        """Refuse to run as a role that row-level security does not bind."""
        async with self.engine.connect() as connection:
            row = (
                await connection.execute(
                    text(
                        "SELECT current_user, r.rolsuper, r.rolbypassrls, r.rolinherit,"
                        " EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind = 'r')"
                        " FROM pg_roles r WHERE r.rolname = current_user"
                    )
                )
            ).one()
        name, superuser, bypass, inherits, owner = row
        reasons = [
            reason
            for reason, true in (
                ("is a superuser", superuser),
                ("has BYPASSRLS", bypass),
                ("inherits the rights of qw_system (make it NOINHERIT)", inherits),
                ("owns tables", owner),
            )
            if true
        ]
        if reasons:
            raise UnsafeRoleError(
                f"The database role {name} {' and '.join(reasons)}, so it could read every tenant."
                " Set DATABASE_URL to the role qw_app (made by `quotewright db init`)."
            )


@asynccontextmanager
async def part(ctx: Context) -> AsyncIterator[Context]:
    """A part of a transaction that can fail alone: then nothing of it stays, its events neither."""
    inner = Context(ctx.session, ctx.actor, ctx.keyring, origin=ctx.origin, request_id=ctx.request_id)
    async with ctx.session.begin_nested():
        yield inner
    ctx.events += inner.events
    ctx.wake |= inner.wake
    ctx.actor = inner.actor


# What policies and the audit trail go by. Without a tenant there are no rows, and without an actor no trail.
_ENTER = text("""
    SELECT set_config('app.tenant', :tenant, true), set_config('app.actor', :actor, true),
      set_config('app.employee', :employee, true), set_config('app.origin', :origin, true),
      set_config('app.request', :request, true),
      set_config('statement_timeout', coalesce(:longest, current_setting('statement_timeout')), true)
""")


async def act_as(ctx: Context, name: str) -> None:
    """From here to the end of the transaction it is done in that name: facts and audit trail say so."""
    ctx.actor = replace(ctx.actor, name=name)
    await _enter(ctx)


async def _enter(ctx: Context, longest: float | None = None) -> None:
    settings = {
        "tenant": ctx.tenant_id,
        "actor": ctx.actor.name,
        "employee": ctx.actor.employee_id,
        "origin": ctx.origin,
        "request": ctx.request_id,
    }
    milliseconds = None if longest is None else str(round(longest * 1000))
    await ctx.session.execute(
        _ENTER, {"longest": milliseconds, **{name: str(value or "") for name, value in settings.items()}}
    )


@event.listens_for(Session, "do_orm_execute")
def _only_own_rows(state: ORMExecuteState) -> None:
    """Every ORM statement, relationship loads too, reads and changes rows of the session's tenant only."""
    tenant = state.session.info.get("tenant")
    if tenant is None:
        return
    state.statement = state.statement.options(
        with_loader_criteria(TenantOwned, lambda cls: cls.tenant_id == tenant, include_aliases=True)
    )


@event.listens_for(Session, "before_flush")
def _stamp_tenant(session: Session, _flush: UOWTransaction, _instances: Any) -> None:
    tenant = session.info.get("tenant")
    for row in session.new:
        if isinstance(row, TenantOwned):
            if row.tenant_id is None:
                if tenant is None:
                    raise TenantMixup(f"{type(row).__name__} has no tenant")
                row.tenant_id = tenant
            elif tenant is not None and row.tenant_id != tenant:
                raise TenantMixup(f"{type(row).__name__} belongs to another tenant")
