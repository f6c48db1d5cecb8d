"""The web application: its addresses, its health, and a request id on every answer. It starts and stops nothing."""

import asyncio
import re
from collections.abc import Sequence
from uuid import uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import callbacks, guides
from api.ask import Asker
from api.graphiql import page
from api.http import Endpoint
from api.rates import Rates
from api.schema import schema
from domain.db import Database

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PATIENCE = 3.0  # seconds that the database has to say it is there


def create(
    database: Database, asker: Asker, *, graphiql: bool = False, rate: int = 0, origins: Sequence[str] = ()
) -> Starlette:
    """The application. `rate`: the points that a token may spend in a minute; 0: as many as it likes.

    `origins`: where pages come from that may ask in a browser, beside our own.
    """

    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        ready = await _answers(database)
        redis = "ok" if await asker.alive() else "away"  # a remark: reads and writes do without it
        state = {"status": "ready" if ready else "not ready", "database": "ok" if ready else "away", "redis": redis}
        return JSONResponse(state, 200 if ready else 503)

    endpoint = Endpoint(schema, database, asker, Rates(asker.pool, rate) if rate else None)

    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]  # the endpoint refuses all but one
    routes: list[BaseRoute] = [
        Route("/graphql", graphql, methods=methods),
        Route("/livez", livez),
        Route("/readyz", readyz),
        *guides.ROUTES,
        *callbacks.routes(database),
    ]
    if graphiql:
        routes += page.routes()
    # No cookies are used, so an origin that is let in can do nothing without a token of its own.
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["POST"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id"],
        expose_headers=["X-Request-Id", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"],
        max_age=3600,
    )
    return Starlette(routes=routes, middleware=[Middleware(RequestIds), *([cors] if origins else [])])


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE), database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (TimeoutError, OSError, SQLAlchemyError):
        return False
    return True


class RequestIds:
    """`X-Request-Id`: the caller's when it is a plain one, else ours. It is on every answer and in every log line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("x-request-id", "")
        request_id = wanted if _REQUEST_ID.fullmatch(wanted) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, stamped)
