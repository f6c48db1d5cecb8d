"""The vendor's error answers: one exception, and a function for each body it is known to send.

Where a body is documented or was seen on a real tenant it is repeated as it is; statuses whose body nobody has
published (405, 409, 413, 414, 415) get the same envelope with a text of our own. When to send
one is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Violation:
    """One entry of the `errors` array."""

    code: str
    message: str
    field: str


class ApiError(Exception):
    """Ends the request with this status and body."""

    def __init__(self, status: int, body: Any, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers


def pretty(body: Any) -> bytes:
    """Errors come indented by two with CRLF line ends, unlike records (seen on a real tenant)."""
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).replace(b"\n", b"\r\n")


def plain(status: int, code: str, message: str) -> ApiError:
    return ApiError(status, {"code": code, "message": message, "errors": None})


def invalid(resource: str, violations: list[Violation]) -> ApiError:
    """All violations at once, except that a reference which leads nowhere is reported alone and unwrapped, and so is
    a date in another format: that is how real tenants answer those two."""
    first = violations[0]
    if all(v.code == first.code for v in violations) and first.code in ("NotFound", "UnsupportedFormat"):
        return ApiError(400, {"code": first.code, "message": first.message})
    entries = [{"code": v.code, "message": v.message, "resource": resource, "field": v.field} for v in violations]
    return ApiError(400, {"code": "InvalidObject", "message": f"{resource} object is invalid", "errors": entries})


def bad_parameter(message: str) -> ApiError:
    return ApiError(400, {"code": "InvalidParameter", "message": message})


def not_found(name: str, key: object) -> ApiError:
    return ApiError(404, {"code": "NotFound", "message": f"{name} {key} not found"})


def no_endpoint() -> ApiError:
    return ApiError(404, {"code": "ConnectWiseApi", "message": "The endpoint does not exist."})


def unauthenticated(status: int) -> ApiError:
    """Cloud hosts may hide wrong keys behind a 404, so the status is the caller's choice."""
    if status == 404:
        return no_endpoint()
    return ApiError(status, {"code": "ConnectWiseApi", "message": "UserNotAuthenticated"})


def no_client_id() -> ApiError:
    return plain(401, "Unauthorized", "Unauthorized")


def denied() -> ApiError:
    return plain(403, "Unauthorized", "You do not have security permission to perform this action.")


def wrong_verb(method: str) -> ApiError:
    return plain(405, "ConnectWiseApi", f"The requested resource does not support http method '{method}'.")


def in_use(status: int, name: str, key: object, by: str) -> ApiError:
    return plain(status, "ConnectWiseApi", f"{name} {key} cannot be deleted because {by} still refers to it.")


def url_too_long(limit: int) -> ApiError:
    return plain(414, "ConnectWiseApi", f"The request URL is longer than {limit} characters.")


def not_json() -> ApiError:
    return plain(415, "ConnectWiseApi", "The request body must be application/json.")


def not_a_form() -> ApiError:
    return plain(415, "ConnectWiseApi", "The request body must be multipart/form-data.")


def too_large(limit: int) -> ApiError:
    return plain(413, "ConnectWiseApi", f"The request body is larger than {limit} bytes.")


def unreadable_body() -> ApiError:
    return plain(400, "InvalidObject", "The request body is not valid JSON of the expected shape.")


def conversion(value: object, kind: str, path: str) -> ApiError:
    """A value of another type: the vendor's deserializer fails with a 500, though the client is to blame."""
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    message = f"Error converting value {shown} to type '{kind}'. Path '{path}', line 1, position 1."
    return ApiError(500, {"code": "ConnectWiseApi", "message": message})


def too_many(seconds: int) -> ApiError:
    """The one body with its own shape."""
    body = {"error": "ConnectWiseAPI", "message": f"Too many requests. Please try again in {seconds} seconds."}
    return ApiError(429, body, (("Retry-After", str(seconds)),))
