"""A request as the protocol sees it, and the small readings of it. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from integrations.connectwise.sandbox import routing
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import ApiError, not_a_form, not_json, unreadable_body
from integrations.connectwise.sandbox.forms import Form, parsed

ROUTER = "v4_6_release"


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[bytes, bytes]
    body: bytes
    at: float
    company_id: str = ""
    """As claimed, not yet proven."""
    base: str = ""
    """The codebase in the path."""
    steps: list[str] = field(default_factory=list)
    """Of the path below the API root."""
    route: routing.Route | None = None
    refused: ApiError | None = None
    record_id: int | None = None
    changed: Record = field(default_factory=dict)

    @property
    def entity(self) -> str:
        return self.route.entity.key if self.route else "/".join(self.steps)


def body_of(request: Request) -> Any:
    kind = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json" and not kind.endswith(b"+json"):
        raise not_json()
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise unreadable_body() from None


def form_of(request: Request) -> Form:
    form = parsed(request.headers.get(b"content-type", b"").decode("latin-1"), request.body)
    if form is None:
        raise not_a_form()
    return form


def companyinfo_of(request: Request) -> str:
    steps = [step for step in request.path.split("/") if step]
    if request.method == "GET" and len(steps) == 3 and [one.lower() for one in steps[:2]] == ["login", "companyinfo"]:
        return steps[2]
    return ""


def asks_for_callback_key(request: Request) -> bool:
    """<codebase>/system/callbackkey/index.rails, outside of the API and with any number of slashes."""
    if request.method != "GET" or "callbackkey" not in request.path.lower():
        return False
    steps = [step.lower() for step in request.path.split("/") if step]
    return len(steps) == 4 and steps[1:] == ["system", "callbackkey", "index.rails"]


def param(query: str, name: str) -> str:
    return next((value for key, value in parse_qsl(query) if key.lower() == name), "")


def url_of(request: Request) -> str:
    host = request.headers.get(b"host", b"localhost").decode("latin-1")
    return f"http://{host}/{request.base}/apis/3.0/{'/'.join(request.steps)}"
