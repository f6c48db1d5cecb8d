"""What is asked for, whichever way it came: understood, allowed and priced before anything runs. It runs nothing."""

import re
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError

from api import cost, limits
from api.documents import Documents, Invalid, Ready
from api.errors import coded, plain
from api.measuring import Operation
from api.rates import Rates, Taken
from api.schema import Schema
from domain.context import Actor
from domain.errors import ErrorCode

# NUL as JSON or GraphQL spell it: PostgreSQL can't hold it in a text, so no name or note may have it. Behind an even
# number of backslashes only: with one more, it is the backslash that is meant.
_NUL = r"(?<!\\)(?:\\\\)*\\u(?:0000|\{0+\})"
_NUL_OF_JSON, _NUL_OF_GRAPHQL = re.compile(_NUL.encode()), re.compile(_NUL)


class Refused(Exception):
    """What is asked ends here. `status` and `headers` are those of HTTP."""

    def __init__(
        self, status: int, code: ErrorCode, message: str, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.errors = [coded(code, message, **more)]


@dataclass(frozen=True)
class Asked:
    """An operation that may run. `name` is the one it has in the document; `points` are what it costs."""

    text: str
    variables: dict[str, Any] | None
    name: str | None
    document: DocumentNode
    operation: Operation
    points: int


class Operations:
    """`rates` is None where nobody counts how much is asked."""

    def __init__(self, schema: Schema, rates: Rates | None = None) -> None:
        self._documents = Documents(schema.core, schema.rules)
        self._rates = rates

    def understood(self, parameters: Any, sent: bytes, actor: Actor) -> Asked:
        """What the `parameters` of GraphQL over HTTP ask for; `sent` is what they were read from.

        Raises Refused, Invalid, and UserError where it is too much.
        """
        text, variables, name = _parameters(parameters, sent)
        ready = self._documents.ready(text)
        name, operation = _operation(ready, name)
        _allow(operation, actor)
        limits.check_variables(variables)
        return Asked(text, variables, name, ready.document, operation, operation.cost.of(variables))

    async def take(self, actor: Actor, points: int) -> Taken | None:
        """Take the points from what the actor may spend, if they are there: if not, `wait` says how long."""
        if self._rates is None:
            return None
        return await self._rates.take(f"{actor.tenant_id}:{actor.identity}", points)

    async def pay(self, actor: Actor, points: int) -> Taken | None:
        """The same. Raises Refused if they aren't there."""
        taken = await self.take(actor, points)
        if taken is not None and taken.wait:
            message = (
                f"This request costs {points:,} points and {taken.remaining:,} of {taken.limit:,} a minute are left."
                f" Try again in {taken.wait} s, or ask for less at once."
            )
            raise Refused(429, ErrorCode.LIMIT_EXCEEDED, message, taken.headers, cost=shown_cost(points, taken))
        return taken


def shown_cost(points: int, taken: Taken | None) -> dict[str, Any]:
    """What a request came to."""
    left = {"remaining": taken.remaining, "resetsIn": taken.resets_in} if taken else {}
    return {"requested": points, "limit": cost.LIMIT, **left}


def shown_invalid(invalid: Invalid) -> list[Any]:
    return [_shown(error) for error in invalid.errors]


def _parameters(parameters: Any, sent: bytes) -> tuple[str, dict[str, Any] | None, str | None]:
    if not isinstance(parameters, dict):
        raise Refused(400, ErrorCode.BAD_REQUEST, "The body must be one JSON object; batches are not taken.")
    query, variables, name = (parameters.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, ErrorCode.BAD_REQUEST, "`query` must be a GraphQL document.")
    if _NUL_OF_JSON.search(sent) or _NUL_OF_GRAPHQL.search(query):
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
