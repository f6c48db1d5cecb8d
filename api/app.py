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
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from api import callbacks, guides, order_documents
from api.ask import Asker
from api.auth import Authentication
from api.door import Door
from api.graphiql import page
from api.http import Endpoint
from api.oidc import Tokens
from api.operations import Operations
from api.rates import Rates
from api.schema import schema
from api.subscriptions.event_stream import Streams
from api.subscriptions.presence import Presence
from api.subscriptions.running import ROOM, Subscriptions
from api.subscriptions.websocket import Sockets
from domain.db import Database

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PATIENCE = 3.0  # seconds that the database has to say it is there


def create(
    database: Database,
    asker: Asker,
    *,
    graphiql: bool = False,
    rate: int = 0,
    origins: Sequence[str] = (),
    issued: Tokens | None = None,
    room: int = ROOM,
    offer_url: str = "",
) -> Starlette:
    """The application. Whoever stops it sets `state.closing` first, or waits for event streams.

    `rate`: the points that a token may spend in a minute; 0: as many as it likes. `origins`: where pages come from that
    may ask in a browser, beside our own. `issued`: the tokens that employees sign in with; None where there are API
    tokens only. `room`: how many changes may wait for one subscription. `offer_url`: the page on which customers see
    an offer, with `{token}` in it.
    """

    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        ready = await _answers(database)
        redis = "ok" if await asker.alive() else "away"  # a remark: reads and writes do without it
        state = {"status": "ready" if ready else "not ready", "database": "ok" if ready else "away", "redis": redis}
        return JSONResponse(state, 200 if ready else 503)

    authentication = Authentication(database, issued)
    door, presence = Door(authentication), Presence(authentication)
    operations = Operations(schema, Rates(asker.pool, rate) if rate else None)
    subscriptions = Subscriptions(schema, database, asker, operations, room=room, offer_url=offer_url)
    streams = Streams(presence, subscriptions)
    endpoint = Endpoint(schema, database, asker, door, operations, streams, offer_url=offer_url)
    sockets = Sockets(door, presence, subscriptions, origins)

    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    async def graphql_socket(socket: WebSocket) -> None:
        await sockets(socket)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]  # the endpoint refuses all but one
    routes: list[BaseRoute] = [
        Route("/graphql", graphql, methods=methods),
        WebSocketRoute("/graphql", graphql_socket),
        Route("/livez", livez),
        Route("/readyz", readyz),
        *guides.ROUTES,
        *callbacks.routes(database),
        *order_documents.routes(database),
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
    application = Starlette(routes=routes, middleware=[Middleware(RequestIds), *([cors] if origins else [])])
    application.state.closing = streams.closing
    return application


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
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("x-request-id", "")
        request_id = wanted if _REQUEST_ID.fullmatch(wanted) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def stamped(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, stamped)
