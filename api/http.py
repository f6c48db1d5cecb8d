"""GraphQL over HTTP: from a request to an answer, its status and its media type. JSON by POST only.

The order is deliberate: who asks, then how much, then what. Strawberry's own view is not used: nearly every step of it
would be replaced.
"""

import re
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api import idempotency, limits
from api.ask import Asker
from api.context import RequestContext
from api.documents import Invalid
from api.door import Door
from api.errors import cause_of, shown, shown_alone
from api.operations import Asked, Operations, Refused, shown_cost, shown_invalid
from api.schema import Schema
from api.subscriptions.event_stream import EVENTS, Streams, as_events
from domain.context import Actor
from domain.db import Database
from domain.errors import ErrorCode, KeyReused, UserError
from domain.idempotency import Once

_GRAPHQL = "application/graphql-response+json"
_JSON = "application/json"
_SOME_ERRORS = 294  # GraphQL over HTTP: data, and errors beside it
_QUALITY = re.compile(r";\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)  # how much a media type is wanted


class Endpoint:
    """`POST /graphql`."""

    def __init__(
        self,
        schema: Schema,
        database: Database,
        asker: Asker,
        door: Door,
        operations: Operations,
        streams: Streams,
        *,
        offer_url: str = "",
    ) -> None:
        self._schema = schema
        self._database = database
        self._asker = asker
        self._door = door
        self._operations = operations
        self._streams = streams
        self._offer_url = offer_url

    async def __call__(self, request: Request) -> Response:
        media_type = _GRAPHQL
        try:
            if request.method != "POST":
                raise Refused(405, ErrorCode.BAD_REQUEST, "GraphQL is asked by POST here.", {"Allow": "POST"})
            address = request.client.host if request.client else ""
            actor = await self._door.admit(request.headers.get("authorization"), address)
            media_type = _acceptable(request.headers.get("accept"))
            if _media_type(request.headers.get("content-type", "")) != _JSON:
                raise Refused(415, ErrorCode.BAD_REQUEST, "Send the request as application/json.")
            if request.headers.get("content-encoding", "identity").lower() != "identity":
                raise Refused(415, ErrorCode.BAD_REQUEST, "Send the request uncompressed.")
            return await self._answer(request, actor, media_type)
        except Refused as refused:
            return _response(refused.status, {"errors": refused.errors}, media_type, refused.headers)
        except Exception as error:  # no resolver stands in between: the look-up of the token, say
            status, masked = shown_alone(error, request.state.request_id)
            return _response(status, {"errors": [masked]}, media_type)

    async def _answer(self, request: Request, actor: Actor, media_type: str) -> Response:
        # The older media type answers 200 to whatever is well-formed.
        strict = media_type == _GRAPHQL
        body = await _body(request)
        try:
            asked = self._operations.understood(_read(body), body, actor)
            once = self._once(request, asked)
            if asked.operation.streams or media_type == EVENTS:
                return self._stream(request, asked, actor)
        except Invalid as invalid:
            status = 400 if invalid.syntax else 422
            return _response(status if strict else 200, {"errors": shown_invalid(invalid)}, media_type)
        except UserError as error:
            raise Refused(422 if strict else 200, error.code, error.message) from None
        except Refused as refused:
            well_formed = refused.status != 400
            refused.status = 200 if well_formed and not strict else refused.status
            raise
        taken = await self._operations.pay(actor, asked.points)
        more = {"extensions": {"cost": shown_cost(asked.points, taken)}}
        headers = taken.headers if taken else None
        request_id: str = request.state.request_id
        context = RequestContext(
            self._database,
            actor,
            self._asker,
            request_id,
            asked.document,
            str(request.base_url),
            once,
            client_address=request.client.host if request.client else None,
            offer_url=self._offer_url,
        )
        result = await self._schema.execute(
            asked.text, variable_values=asked.variables, context_value=context, operation_name=asked.name
        )
        errors: list[Any] = [shown(error, request_id) for error in result.errors or ()]
        if once is not None and any(isinstance(cause_of(error), KeyReused) for error in result.errors or ()):
            errors = [{key: value for key, value in error.items() if key != "path"} for error in errors]
            return _response(422 if strict else 200, {"errors": errors, **more}, media_type, headers)
        if result.data is None and all(error.path is None for error in result.errors or ()):
            return _response(422 if strict else 200, {"errors": errors, **more}, media_type, headers)
        if not errors:
            return _response(200, {"data": result.data, **more}, media_type, headers)
        status = _SOME_ERRORS if strict else 200
        return _response(status, {"data": result.data, "errors": errors, **more}, media_type, headers)

    def _once(self, request: Request, asked: Asked) -> Once | None:
        keys = request.headers.getlist(idempotency.HEADER)
        if not keys:
            return None
        # Two keys make one that is refused.
        return idempotency.once(
            ", ".join(keys),
            [asked.text, asked.name, asked.variables or {}],
            asked.operation.mutations,
            self._schema.rules.in_steps,
        )

    def _stream(self, request: Request, asked: Asked, actor: Actor) -> Response:
        if not asked.operation.streams:
            raise Refused(406, ErrorCode.BAD_REQUEST, f"Only subscriptions are event streams: accept {_GRAPHQL}.")
        if not _wanted(request.headers.get("accept")).get(EVENTS):
            message = f"Subscribe over WebSocket (graphql-transport-ws), or by a POST that accepts {EVENTS}."
            raise Refused(422, ErrorCode.BAD_REQUEST, message)
        return self._streams.response(request, asked, actor)


def _response(status: int, body: Any, media_type: str, headers: dict[str, str] | None = None) -> Response:
    if media_type == EVENTS:
        return Response(as_events(body), 200, headers, EVENTS)
    return Response(orjson.dumps(body), status, headers, f"{media_type}; charset=utf-8")


def _acceptable(accept: str | None) -> str:
    """The media type to answer in: the one of the specification, unless the older one is all that is wanted, or is
    wanted more."""
    wanted = _wanted(accept)
    any_application = wanted.get("application/*", wanted.get("*/*", 0.0))
    newer, older = (wanted.get(kind, any_application) for kind in (_GRAPHQL, _JSON))
    if not newer and not older:
        if wanted.get(EVENTS):
            return EVENTS
        raise Refused(406, ErrorCode.BAD_REQUEST, f"Answers are {_GRAPHQL} or {_JSON}: accept one of them.")
    return _GRAPHQL if newer >= older else _JSON


def _wanted(accept: str | None) -> dict[str, float]:
    """How much each media type is wanted."""
    wanted: dict[str, float] = {}
    for part in (accept or "*/*").split(","):
        quality = _QUALITY.search(part)
        wanted[_media_type(part)] = float(quality[1]) if quality else 1.0
    return wanted


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, ErrorCode.BAD_REQUEST, "The body is not JSON.") from None


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


async def _body(request: Request) -> bytes:
    """The body, no further than the limit: a length that is said is believed, one that isn't is counted."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.BODY:
        raise _too_large()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limits.BODY:
                raise _too_large()
    except ClientDisconnect:
        raise Refused(400, ErrorCode.BAD_REQUEST, "The request ended early.") from None
    return bytes(body)


def _too_large() -> Refused:
    message = f"The request is larger than {limits.BODY // 1024} KiB. Split it into several."
    return Refused(413, ErrorCode.LIMIT_EXCEEDED, message, {"Connection": "close"})
