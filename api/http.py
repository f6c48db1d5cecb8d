"""GraphQL over HTTP: from a request to an answer, its status and its media type. JSON by POST only.

The order is deliberate: who asks, then how much, then what. Strawberry's own view is not used: nearly every step of it
would be replaced.
"""

import re
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api import cost, idempotency, limits
from api.ask import Asker
from api.auth import Authentication
from api.context import RequestContext
from api.documents import Documents, Invalid, Ready
from api.errors import cause_of, coded, plain, shown
from api.limits import Operation
from api.rates import Buckets, Rates, Taken
from api.schema import Schema
from domain.context import Actor
from domain.db import Database
from domain.errors import ErrorCode, KeyReused, UserError
from domain.idempotency import Once

_GRAPHQL = "application/graphql-response+json"
_JSON = "application/json"
_FAILURES = 60  # unknown tokens a minute from one address
_SOME_ERRORS = 294  # GraphQL over HTTP: data, and errors beside it
# NUL as JSON or GraphQL spell it: PostgreSQL can't hold it in a text, so no name or note may have it. Behind an even
# number of backslashes only: with one more, it is the backslash that is meant.
_NUL = r"(?<!\\)(?:\\\\)*\\u(?:0000|\{0+\})"
_NUL_OF_JSON, _NUL_OF_GRAPHQL = re.compile(_NUL.encode()), re.compile(_NUL)


class Refused(Exception):
    """The request ends here."""

    def __init__(
        self, status: int, code: ErrorCode, message: str, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.errors = [coded(code, message, **more)]


class Endpoint:
    """`POST /graphql`. `rates` is None where nobody counts how much is asked."""

    def __init__(self, schema: Schema, database: Database, asker: Asker, rates: Rates | None = None) -> None:
        self._schema = schema
        self._database = database
        self._asker = asker
        self._authentication = Authentication(database)
        self._documents = Documents(schema.core, schema.rules)
        self._rates = rates
        self._failures = Buckets(_FAILURES)

    async def __call__(self, request: Request) -> Response:
        media_type = _GRAPHQL
        try:
            if request.method != "POST":
                raise Refused(405, ErrorCode.BAD_REQUEST, "GraphQL is asked by POST here.", {"Allow": "POST"})
            actor = await self._actor(request)
            media_type = _acceptable(request.headers.get("accept"))
            if _media_type(request.headers.get("content-type", "")) != _JSON:
                raise Refused(415, ErrorCode.BAD_REQUEST, "Send the request as application/json.")
            if request.headers.get("content-encoding", "identity").lower() != "identity":
                raise Refused(415, ErrorCode.BAD_REQUEST, "Send the request uncompressed.")
            return await self._answer(request, actor, media_type)
        except Refused as refused:
            return _response(refused.status, {"errors": refused.errors}, media_type, refused.headers)
        except Exception as error:  # no resolver stands in between: the look-up of the token, say
            masked = shown(GraphQLError("", original_error=error), request.state.request_id)
            away = masked["extensions"]["code"] == ErrorCode.UNAVAILABLE
            return _response(503 if away else 500, {"errors": [masked]}, media_type)

    async def _actor(self, request: Request) -> Actor:
        actor = await self._authentication.actor(request.headers.get("authorization"))
        if actor is not None:
            return actor
        # By address only who fails is slowed down: a proxy's address is everybody's.
        failed = self._failures.take(request.client.host if request.client else "", 1)
        if failed.wait:
            message = f"Too many attempts without a valid token. Try again in {failed.wait} s."
            raise Refused(429, ErrorCode.LIMIT_EXCEEDED, message, {"Retry-After": str(failed.wait)})
        raise Refused(
            401,
            ErrorCode.UNAUTHENTICATED,
            "A valid token is needed: send it as `Authorization: Bearer qw_…`.",
            {"WWW-Authenticate": "Bearer"},
        )

    async def _answer(self, request: Request, actor: Actor, media_type: str) -> Response:
        # The older media type answers 200 to whatever is well-formed.
        strict = media_type == _GRAPHQL
        text, variables, operation_name = _parameters(await _body(request))
        try:
            ready = self._documents.ready(text)
            name, operation = _operation(ready, operation_name)
            _allow(operation, actor)
            limits.check_variables(variables)
            once = self._once(request, text, name, variables, operation)
            points = operation.cost.of(variables)
        except Invalid as invalid:
            status = 400 if invalid.syntax else 422
            errors = [_shown(error) for error in invalid.errors]
            return _response(status if strict else 200, {"errors": errors}, media_type)
        except UserError as error:
            raise Refused(422 if strict else 200, error.code, error.message) from None
        except Refused as refused:
            refused.status = refused.status if strict else 200
            raise
        taken = await self._take(actor, points)
        more = {"extensions": {"cost": _cost(points, taken)}}
        headers = taken.headers if taken else None
        request_id: str = request.state.request_id
        context = RequestContext(
            self._database, actor, self._asker, request_id, ready.document, str(request.base_url), once
        )
        result = await self._schema.execute(
            text, variable_values=variables, context_value=context, operation_name=operation_name
        )
        errors = [shown(error, request_id) for error in result.errors or ()]
        if once is not None and any(isinstance(cause_of(error), KeyReused) for error in result.errors or ()):
            errors = [{key: value for key, value in error.items() if key != "path"} for error in errors]
            return _response(422 if strict else 200, {"errors": errors, **more}, media_type, headers)
        if result.data is None and all(error.path is None for error in result.errors or ()):
            return _response(422 if strict else 200, {"errors": errors, **more}, media_type, headers)
        if not errors:
            return _response(200, {"data": result.data, **more}, media_type, headers)
        status = _SOME_ERRORS if strict else 200
        return _response(status, {"data": result.data, "errors": errors, **more}, media_type, headers)

    def _once(
        self, request: Request, text: str, name: str | None, variables: dict[str, Any] | None, operation: Operation
    ) -> Once | None:
        keys = request.headers.getlist(idempotency.HEADER)
        if not keys:
            return None
        # Two keys make one that is refused.
        return idempotency.once(
            ", ".join(keys), [text, name, variables or {}], operation.mutations, self._schema.rules.in_steps
        )

    async def _take(self, actor: Actor, points: int) -> Taken | None:
        if self._rates is None:
            return None
        taken = await self._rates.take(f"{actor.tenant_id}:{actor.identity}", points)
        if taken.wait:
            message = (
                f"This request costs {points:,} points and {taken.remaining:,} of {taken.limit:,} a minute are left."
                f" Try again in {taken.wait} s, or ask for less at once."
            )
            raise Refused(429, ErrorCode.LIMIT_EXCEEDED, message, taken.headers, cost=_cost(points, taken))
        return taken


def _cost(points: int, taken: Taken | None) -> dict[str, Any]:
    """What a request came to, as it is shown."""
    left = {"remaining": taken.remaining, "resetsIn": taken.resets_in} if taken else {}
    return {"requested": points, "limit": cost.LIMIT, **left}


def _response(status: int, body: Any, media_type: str, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, f"{media_type}; charset=utf-8")


def _acceptable(accept: str | None) -> str:
    """The media type to answer in: the one of the specification unless only the older one is understood."""
    wanted = [_media_type(part) for part in (accept or "*/*").split(",")]
    if any(part in (_GRAPHQL, "application/*", "*/*") for part in wanted):
        return _GRAPHQL
    if _JSON in wanted:
        return _JSON
    raise Refused(406, ErrorCode.BAD_REQUEST, f"Answers are {_GRAPHQL} or {_JSON}: accept one of them.")


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


def _parameters(body: bytes) -> tuple[str, dict[str, Any] | None, str | None]:
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, ErrorCode.BAD_REQUEST, "The body is not JSON.") from None
    if not isinstance(parameters, dict):
        raise Refused(400, ErrorCode.BAD_REQUEST, "The body must be one JSON object; batches are not taken.")
    query, variables, name = (parameters.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, ErrorCode.BAD_REQUEST, "`query` must be a GraphQL document.")
    if _NUL_OF_JSON.search(body) or _NUL_OF_GRAPHQL.search(query):
        raise Refused(400, ErrorCode.BAD_REQUEST, "The request holds a NUL character; no text may have one.")
    if not isinstance(variables, dict | None):
        raise Refused(400, ErrorCode.BAD_REQUEST, "`variables` must be an object.")
    if not isinstance(name, str | None):
        raise Refused(400, ErrorCode.BAD_REQUEST, "`operationName` must be a text.")
    if not isinstance(parameters.get("extensions"), dict | None):
        raise Refused(400, ErrorCode.BAD_REQUEST, "`extensions` must be an object.")
    return query, variables, name or None


def _operation(ready: Ready, name: str | None) -> tuple[str | None, Operation]:
    """The operation that is asked for, and its name in the document."""
    if name is None and len(ready.operations) == 1:
        [(name, operation)] = ready.operations.items()
        return name, operation
    if name is not None and name in ready.operations:
        return name, ready.operations[name]
    message = (
        "The document has several operations: say with `operationName` which one to run."
        if name is None
        else "The document has no operation of that name."
    )
    raise Refused(422, ErrorCode.BAD_REQUEST, message)


def _allow(operation: Operation, actor: Actor) -> None:
    missing = sorted(operation.size.needs - actor.permissions)
    if missing:
        scopes = ", ".join(missing)
        raise Refused(403, ErrorCode.FORBIDDEN, f"The token lacks the scope {scopes}.", scopes=missing)


def _shown(error: GraphQLError) -> Any:
    answer = coded(ErrorCode.BAD_REQUEST, plain(error.message))
    if error.locations:
        answer["locations"] = [location.formatted for location in error.locations]
    return answer
