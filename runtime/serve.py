"""What each process of the system runs: api, worker, sandbox. The only place that knows their entry points."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

from runtime import addresses, logs, ports
from runtime.errors import UserError, about, naming
from runtime.settings import Settings

if TYPE_CHECKING:
    from api.oidc import Tokens
    from integrations.core.limiter import Limiter
    from integrations.core.provider import Provider

_GRACE = 10  # seconds for open requests and subscriptions once SIGTERM came


def api(host: str, port: int) -> None:
    """Serve GraphQL until SIGTERM. It starts while Redis is away: reads and writes do without it.

    Raises UserError: a setting, the database (see `opening`) or the port isn't right.
    """
    settings = _settings()
    [port] = ports.choose(host, port=port)
    import uvloop

    uvloop.run(_api(host, port, settings))


async def _api(host: str, port: int, settings: Settings) -> None:
    import uvicorn
    from starlette.applications import Starlette

    from api import app, ask, limits
    from domain.integration_settings import lanes
    from runtime.bell import Bell
    from runtime.opening import opened

    pool = ask.open_pool(settings.redis_url)
    async with opened(settings, bell=Bell(pool)) as database:
        await lanes.follow(database)

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            yield
            # Here, because uvicorn ends the process by the signal it got: nothing after `serve` is reached.
            await database.dispose()
            await pool.aclose()

        application = app.create(
            database,
            ask.Asker(pool),
            graphiql=settings.graphiql,
            rate=settings.api_rate_points_per_minute,
            origins=settings.allowed_origins.split(),
            issued=_issued(settings),
            offer_url=settings.offer_url,
        )
        application.router.lifespan_context = lifespan
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",  # the library websockets; "websockets" alone names its old interface and warns
            ws_max_size=limits.BODY,
            log_config=None,  # `logs` does it
            access_log=False,
            timeout_graceful_shutdown=_GRACE,
        )

        class Server(uvicorn.Server):
            async def shutdown(self, sockets: list[socket] | None = None) -> None:
                application.state.closing.set()  # event streams would go on until the grace is over
                await super().shutdown(sockets)

        await Server(config).serve()


def _issued(settings: Settings) -> Tokens | None:
    """The tokens that employees sign in with, if this deployment has an issuer of them."""
    from api.oidc import Oidc, Tokens

    if not settings.oidc_issuer:
        return None
    claims = {"tenant_claim": settings.oidc_tenant_claim, "email_claim": settings.oidc_email_claim}
    return Tokens(Oidc(settings.oidc_issuer, settings.oidc_audience, **claims))


def worker() -> None:
    """Take work and answer questions until SIGTERM. Redis may be away; raises UserError where the rest isn't right."""
    settings = _settings()
    import uvloop

    uvloop.run(_worker(settings))


async def _worker(settings: Settings) -> None:
    from api import ask
    from integrations import worker as work
    from integrations.core.limiter import Limiter
    from integrations.core.timing import Timing
    from runtime.bell import Bell
    from runtime.opening import opened

    # Work that a run raises (a needed organization) rings too, for whichever worker is free.
    pool = ask.open_pool(settings.redis_url)
    timing = Timing(
        http_timeout=settings.sync_http_timeout,
        lease=settings.sync_lease,
        settle=settings.sync_settle,
        sweep=settings.sync_sweep,
        pace=settings.sync_pace,
        poll=settings.sync_poll,
    )
    async with opened(settings, bell=Bell(pool), pool_size=20) as database:
        await work.run(
            database,
            settings.redis_url,
            _shelf(settings, Limiter(pool, per_minute=settings.sync_calls_per_minute)),
            timing,
            grace=settings.sync_grace,
        )
    await pool.aclose()


def _shelf(settings: Settings, limiter: Limiter | None = None) -> Mapping[str, Provider]:
    """Every vendor that a worker can sync with, as this deployment is set up. Another one is one more line here."""
    from integrations.connectwise.provider import ConnectWise
    from integrations.mail.provider import Mail
    from integrations.providers import shelf

    return shelf(
        ConnectWise(
            settings.connectwise_client_id,
            timeout=settings.sync_http_timeout,
            allow_loopback=settings.allow_loopback_sites,
            public_url=settings.public_url,
            limiter=limiter,
        ),
        Mail(settings.mail_server()),
    )


def sandbox(host: str, port: int, state_file: Path | None, *, control: bool, **manners: object) -> None:
    """Be a ConnectWise until SIGTERM, with these `Options`.

    Raises UserError: the port is taken, the state file can't be written, or there is no such manner.
    """
    from integrations.connectwise.sandbox import Options, serve

    logs.configure(Settings.load())
    options = Options()
    try:
        options.update(manners)
    except ValueError as wrong:
        raise UserError(str(wrong)) from None
    [port] = ports.choose(host, port=port)
    with about(state_file):
        serve.serve(host, port, state_file, control, options)


def mailbox(host: str, port: int, smtp_port: int, folder: Path) -> None:
    """Catch mails until SIGTERM. Raises UserError: a port is taken, or the folder can't be written."""
    import asyncio

    from runtime.mailbox import serve

    logs.configure(Settings.load())
    port, smtp_port = ports.choose(host, port=port, smtp_port=smtp_port)
    with about(folder):
        asyncio.run(serve(host, port, smtp_port, folder))


def _settings() -> Settings:
    settings = Settings.load().need("database_url", "redis_url", "secret_keys")
    logs.configure(settings)
    with naming("REDIS_URL"):
        addresses.redis_place(settings.redis_url)
    settings.keyring()
    return settings
