"""What each process of the system runs: api, worker, sandbox. The only place that knows their entry points."""

from __future__ import annotations

from pathlib import Path

from runtime.settings import Settings

_GRACE = 10  # seconds for open requests and subscriptions once SIGTERM came


def api(host: str, port: int) -> None:
    """Serve GraphQL until SIGTERM."""
    import uvicorn

    from api import app

    settings = Settings.load().need("database_url", "redis_url", "secret_keys")
    uvicorn.run(
        app.create(settings),
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets",
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
    )


def worker() -> None:
    """Take work and answer questions until SIGTERM."""
    import uvloop

    from integrations import worker as work

    uvloop.run(work.run(Settings.load().need("database_url", "redis_url", "secret_keys")))


def sandbox(host: str, port: int, state_file: Path | None) -> None:
    """Be a ConnectWise until SIGTERM."""
    from integrations.connectwise.sandbox import serve

    serve.serve(host, port, state_file, control=True)
