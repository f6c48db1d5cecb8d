"""Whatever is sent, the sandbox answers as ConnectWise would: nothing in a request can make it fail itself."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.connectwise.sandbox import DEMO, Options, create_app
from integrations.connectwise.sandbox.request import Request
from integrations.connectwise.sandbox.tables import ENTITIES

APP = create_app(options=Options(max_url=100_000))
ROUTED = [entity for entity in ENTITIES if entity.path]
NAMES = sorted({name for entity in ENTITIES for name in entity.fields} | {"id", "_info", "customFields", "Name", ""})

scalars = (
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from(["1", "true", "inf", "nan", "²", "2026-01-02T03:04:05Z", 1, 2, 1e300])
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "name", "identifier", "type", "value", "caption"]), inner, max_size=3)
    ),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
steps = st.sampled_from([*NAMES, "0", "1", "-", "value", "²"])
operations = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "replace", "remove"]),
        "path": st.lists(steps, min_size=1, max_size=3).map("/".join),
        "value": values,
    }
)


def _answer(method: str, path: str, body: Any = None, query: str = "") -> tuple[int, bytes]:
    keys = DEMO.username.encode(), DEMO.private_key.encode()
    headers = {b"authorization": _basic(*keys), b"clientid": b"x", b"content-type": b"application/json"}
    full = f"/v4_6_release/apis/3.0/{path}"
    request = Request(method, full, query, headers, orjson.dumps(body), 0.0)
    APP.protocol.locate(request)
    reply = APP.protocol.answer(request)
    return reply.status, reply.body


def _basic(user: bytes, password: bytes) -> bytes:
    return b"Basic " + base64.b64encode(user + b":" + password)


def _path(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


def _is_answer(status: int, body: bytes) -> bool:
    # 500 is only ever the parser's, for a value of another type.
    return status in (200, 201, 204, 400, 404, 405, 409, 415) or (status == 500 and b"Error converting value" in body)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(ROUTED), bodies, st.sampled_from(["POST", "PUT"]))
def test_any_body_is_answered(entity: Any, body: dict[str, Any], method: str) -> None:
    path = _path(entity.path) + ("/1" if method == "PUT" else "")
    assert _is_answer(*_answer(method, path, body))


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(ROUTED), st.lists(operations | values, max_size=3))
def test_any_patch_is_answered(entity: Any, body: list[Any]) -> None:
    assert _is_answer(*_answer("PATCH", f"{_path(entity.path)}/1", body))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ROUTED),
    st.dictionaries(
        st.sampled_from(
            ["conditions", "childConditions", "customFieldConditions", "orderBy", "fields", "page", "pageSize"]
        ),
        st.text("()=<>\"'[]/, %*-.019aAdeinos²", max_size=12) | st.sampled_from(["id = 1", "name", "id,name", "25"]),
        max_size=3,
    ),
)
def test_any_query_is_answered(entity: Any, query: dict[str, str]) -> None:
    text = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    assert _answer("GET", _path(entity.path), query=text)[0] in (200, 400, 404)  # 404: a parent that isn't there
    assert _answer("DELETE", f"{_path(entity.path)}/999999", query=text)[0] in (404, 405)


@pytest.mark.parametrize("conditions", ["(" * 5_000, "(" * 60 + "id=1" + ")" * 60, "name like '" + "*a" * 500 + "'"])
def test_a_monstrous_condition_is_answered(conditions: str) -> None:
    assert _answer("GET", "company/companies", query=f"conditions={quote(conditions)}")[0] in (200, 400, 414)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"company/companies/{'9' * 5_000}", ""),
        (f"system/members/{'9' * 5_000}", ""),
        ("company/companies", f"pageSize={'9' * 5_000}"),
        ("company/companies", f"page={'9' * 18}"),
        ("company/companies", f"conditions=id={'9' * 5_000}"),
        ("company/companies", f"conditions=annualRevenue={'9' * 18}.5"),
    ],
)
def test_an_endless_number_is_answered(path: str, query: str) -> None:
    assert _answer("GET", path, query=query)[0] in (200, 400, 404)
    assert (
        _answer("PATCH", "company/companies/1", [{"op": "add", "path": f"types/{'9' * 5_000}", "value": 1}])[0] == 200
    )
    assert (
        _answer("PATCH", "company/companies/1", [{"op": "add", "path": "numberOfEmployees", "value": "9" * 5_000}])[0]
        == 500
    )
