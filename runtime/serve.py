"""What each process of the system runs: api, worker, sandbox. The only place that knows their entry points."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runtime import database as databases
from runtime.errors import UserError
from runtime.settings import Settings, sqlalchemy_url

_GRACE = 10  # seconds for open requests and subscriptions once SIGTERM came


def api(host: str, port: int) -> None:
    """Serve GraphQL until SIGTERM. Raises UserError where the database can't be reached, or its role isn't safe."""
    settings = Settings.load().need("database_url", "redis_url", "secret_keys")
    databases.connect(settings.database_url).close()
    import uvloop

    uvloop.run(_api(host, port, settings))


async def _api(host: str, port: int, settings: Settings) -> None:
    import uvicorn
    from starlette.applications import Starlette

    from api import app, ask
    from domain.db import Database, UnsafeRoleError
    from runtime.bell import Bell

    pool = ask.open_pool(settings.redis_url)
    database = Database(sqlalchemy_url(settings.database_url), settings.keyring(), bell=Bell(pool))
    try:
        await database.check_role()
    except UnsafeRoleError as error:
        raise UserError(str(error)) from None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await database.dispose()
        await pool.aclose()

    application = app.create(
        database, ask.Asker(pool), graphiql=settings.graphiql, production=settings.environment == "production"
    )
    application.router.lifespan_context = lifespan
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",  # the library websockets; "websockets" alone names its old interface and warns
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
    )
    await uvicorn.Server(config).serve()


def worker() -> None:
    """Take work and answer questions until SIGTERM."""
    settings = Settings.load().need("database_url", "redis_url", "secret_keys")
    import uvloop

    uvloop.run(_worker(settings))


async def _worker(settings: Settings) -> None:
    from api import ask
    from domain.db import Database, UnsafeRoleError
    from integrations import worker as work
    from integrations.connectwise.provider import ConnectWise
    from integrations.core.timing import Timing
    from runtime.bell import Bell

    # Work that a run raises (a needed organization) rings too, for whichever worker is free.
    pool = ask.open_pool(settings.redis_url)
    database = Database(sqlalchemy_url(settings.database_url), settings.keyring(), bell=Bell(pool), pool_size=20)
    try:
        await database.check_role()
    except UnsafeRoleError as error:
        raise UserError(str(error)) from None
    timing = Timing(
        http_timeout=settings.sync_http_timeout,
        lease=settings.sync_lease,
        settle=settings.sync_settle,
        sweep=settings.sync_sweep,
        pace=settings.sync_pace,
    )
    connectwise = ConnectWise(
        settings.connectwise_client_id,
        timeout=settings.sync_http_timeout,
        allow_loopback=settings.allow_loopback_sites,
    )
    await work.run(database, settings.redis_url, connectwise, timing)
    await pool.aclose()


def sandbox(host: str, port: int, state_file: Path | None) -> None:
    """Be a ConnectWise until SIGTERM."""
    from integrations.connectwise.sandbox import serve

    serve.serve(host, port, state_file, control=True)
