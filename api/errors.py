"""What a caller is told when something fails: `userErrors` of a mutation, coded errors of a request, or a masked one.

It writes no sentences of its own for what services refuse; and nothing that isn't meant for people gets past it.
"""

import re
import traceback
from typing import Any, ClassVar

import strawberry
import structlog
from graphql import GraphQLError, GraphQLFormattedError
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from strawberry.exceptions import StrawberryInputCoercionError

from api.scalars import described
from domain import errors
from domain.errors import ErrorCode

_log = structlog.get_logger("api")

# What graphql-core adds to be helpful, and what it repeats of the input, always last: that may hold a key. After "has
# invalid value" comes the reason, which stays.
_SUGGESTION = re.compile(r"\s*Did you mean .*?\?(?=\s|$)", re.DOTALL)
_ECHO = re.compile(r"(?:[,.] [Ff]ound: .*|(?<= value)(?<!invalid value): .*|(?<=String) [\"'].*)$", re.DOTALL)
_OURS_TO_SAY = "Something went wrong on our side. Tell us the request id and we can look it up."
_TOO_LONG = "This takes the database too long. Ask for less at once, or filter by what fewer records have."
_CANCELED = "57014"  # PostgreSQL's code for a statement that took longer than it may
_AWAY = "The database does not answer just now. Try again in a moment; with an Idempotency-Key nothing is done twice."

Code = described(
    ErrorCode,
    "What kind of error this is. Programs branch on it; new codes may be added.",
    INVALID="A value is not acceptable; the message says which, and what would be.",
    REQUIRED="A value is missing.",
    TOO_LONG="A text has more characters than there is room for.",
    TAKEN="A value that must be unique belongs to another record already.",
    NOT_FOUND="There is no such record.",
    CONFLICT="The record has changed since you read it: read it again, then decide.",
    IMPOSSIBLE_STEP="The record's status does not allow this now; nothing was changed.",
    UNAUTHENTICATED="No token, or one that is unknown, expired or revoked.",
    FORBIDDEN="The token lacks the scope that this needs.",
    BAD_REQUEST="The request can't be understood: syntax, unknown fields, variables of the wrong type.",
    BAD_CURSOR="A cursor that this list did not give out, or one of changes that is older than they are kept.",
    LIMIT_EXCEEDED="Too much at once (depth, cost, page size, body, time) or too often.",
    IDEMPOTENCY_KEY_REUSED="The `Idempotency-Key` was used within 24 hours for another request: take a new one.",
    UNAVAILABLE="Something that we depend on does not answer just now; the same request may succeed later.",
    INTERNAL="Our fault. The details are in our log under the request id.",
)


@strawberry.type(description="Something in the input that the user can mend.")
class UserError:
    reads: ClassVar[None] = None

    code: ErrorCode = strawberry.field(description="What kind of error this is.")
    field: list[str] = strawberry.field(
        description='Where the value stands in `input`: `["lines", "3", "unitPrice"]`. Empty: no single value.'
    )
    message: str = strawberry.field(description="A sentence for people: what is wrong, and what to do.")


def user_errors(error: errors.UserError | errors.UserErrors | None, *path: str) -> list[UserError]:
    """As a payload has them. `path`: where in the input that stands which they are about."""
    found = error.errors if isinstance(error, errors.UserErrors) else [error] if error else []
    return [UserError(code=one.code, field=[*path, *one.field], message=one.message) for one in found]


def coded(code: ErrorCode, message: str, **more: Any) -> GraphQLFormattedError:
    """An error that belongs to no field."""
    return {"message": message, "extensions": {"code": code.value, **more}}


def shown(error: GraphQLError, request_id: str) -> GraphQLFormattedError:
    """The error as the caller may see it. What is our fault is logged here, with its traceback, and masked."""
    cause = cause_of(error)
    if isinstance(cause, errors.UserErrors):
        cause = cause.errors[0]
    if isinstance(cause, errors.UserError):
        answer = coded(cause.code, cause.message, **({"field": list(cause.field)} if cause.field else {}))
    elif _is_the_callers(error, cause):
        answer = coded(ErrorCode.BAD_REQUEST, plain(error.message))
    elif _took_too_long(cause):
        _log.warning("a statement took too long", request_id=request_id, path=error.path)
        answer = coded(ErrorCode.LIMIT_EXCEEDED, _TOO_LONG)
    else:
        _log.error("a request failed", request_id=request_id, path=error.path, traceback=_traceback(cause or error))
        code, message = (ErrorCode.UNAVAILABLE, _AWAY) if _is_away(cause) else (ErrorCode.INTERNAL, _OURS_TO_SAY)
        answer = coded(code, message, requestId=request_id)
    if error.locations:
        answer["locations"] = [location.formatted for location in error.locations]
    if error.path:
        answer["path"] = error.path
    return answer


def shown_alone(error: Exception, request_id: str) -> tuple[int, GraphQLFormattedError]:
    """The same for what no resolver raised, with the status of HTTP for a fault that isn't the caller's."""
    answer = shown(GraphQLError("", original_error=error), request_id)
    return 503 if answer["extensions"]["code"] == ErrorCode.UNAVAILABLE else 500, answer


def plain(message: str) -> str:
    """graphql-core's sentence without suggestions, and without the value that it complains about."""
    return _ECHO.sub(".", _SUGGESTION.sub("", message))


def _traceback(error: BaseException) -> str:
    # Not exc_info: some log formats would add the local variables, among which may be keys.
    return "".join(traceback.format_exception(error))


def cause_of(error: GraphQLError) -> BaseException | None:
    """What a resolver raised, if it was one."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _took_too_long(cause: BaseException | None) -> bool:
    return isinstance(cause, OperationalError) and getattr(cause.orig, "sqlstate", None) == _CANCELED


def _is_away(cause: BaseException | None) -> bool:
    """Whether the database was away, or busy: about what is wrong with a statement it has other errors."""
    return isinstance(cause, OperationalError | InterfaceError | TimeoutError)


def _is_the_callers(error: GraphQLError, cause: BaseException | None) -> bool:
    """Before execution all errors are; then only what is said of the arguments, variables put in."""
    if cause is not None and not isinstance(cause, GraphQLError | StrawberryInputCoercionError):
        return False
    return error.path is None or error.message.startswith("Argument ")
