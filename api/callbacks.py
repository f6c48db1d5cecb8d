"""Where a provider calls when something changed there: `POST /callbacks/<provider>/<entity>/<token>?recordId=<id>`.

Such a call is a hint and nothing more: tenant, provider and entity come from the address that we registered ourselves,
the id must be a number, and the body is thrown away unread. The answer is given before anything is done about it.
ConnectWise calls again after 404, 409, 419 and 429 only, so "later" is 429, "never again" is 410, and never 5xx.
"""

import asyncio
import logging
import re

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from domain.access import callbacks
from domain.db import Database
from domain.sync import service as sync

log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9]{1,10}")
_KIND = re.compile(r"[a-z]{1,40}")
_BODY = 64 * 1024
_AT_ONCE = 32  # intakes at a time in this process; each takes a connection for some milliseconds
_PATIENCE = 4.0  # seconds; ConnectWise hangs up after 5
_LATER = {"Retry-After": "5"}


def routes(database: Database) -> list[Route]:
    intake = Intake(database)

    async def receive(request: Request) -> Response:
        return await intake(request)

    return [Route("/callbacks/{provider}/{entity}/{token}", receive, methods=["POST"])]


class Intake:
    """Takes hints in, a bounded number at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._busy = 0

    async def __call__(self, request: Request) -> Response:
        if self._busy >= _AT_ONCE:
            return Response(status_code=429, headers=_LATER)
        self._busy += 1
        try:
            async with asyncio.timeout(_PATIENCE):
                return Response(status_code=await self._take(request))
        except (TimeoutError, OSError, SQLAlchemyError) as error:
            # The class alone: the words of an error may hold the address, and with it the token.
            log.warning("a callback could not be taken in (%s); it was asked to come again", type(error).__name__)
            return Response(status_code=429, headers=_LATER)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            self._busy -= 1

    async def _take(self, request: Request) -> int:
        provider, entity, token = (request.path_params[name] for name in ("provider", "entity", "token"))
        record_id = request.query_params.get("recordId", "")
        if not await _small(request):
            return 413
        if not _KIND.fullmatch(provider) or not _KIND.fullmatch(entity):
            return 410
        actor = await callbacks.authenticate(self._database, provider.upper(), token)
        if actor is None:
            return 410
        if not _ID.fullmatch(record_id):
            return 400
        async with self._database.transaction(actor, request_id=request.state.request_id) as ctx:
            taken = await sync.receive_hint(ctx, provider.upper(), entity, str(int(record_id)))
        return 204 if taken else 410


async def _small(request: Request) -> bool:
    """Reads the body to its end, so that the connection can be used again, but no further than the limit."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > _BODY:
        return False
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _BODY:
            return False
    return True
