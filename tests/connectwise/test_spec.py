"""The judge itself: what it lets pass, what it finds, and that no test with a sandbox escapes it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

import integrations.connectwise as our_client
from integrations.connectwise.caller import ACCEPT
from tests.connectwise import coverage, judge, spec
from tests.sandbox import API, SandboxServer

pytestmark = pytest.mark.skipif(spec.folder() is None, reason="the vendor's specification is not beside the project")
COMPANY = {"id": 1, "identifier": "Acme", "name": "Acme Ltd."}


def _exchange(method: str = "GET", path: str = "/company/companies/1", **parts: Any) -> dict[str, Any]:
    status = parts.get("status", {"POST": 201, "DELETE": 204}.get(method, 200))
    told = parts.get("answer", "" if status == 204 else COMPANY)
    headers = {"content-type": "application/json; charset=utf-8", "link": "", **parts.get("answer_headers", {})}
    return {
        "method": method,
        "path": parts.get("root", API) + path,
        "query": parts.get("query", ""),
        "headers": parts.get("headers", {"clientid": "x"}),
        "body": _text(parts.get("body", "")),
        "status": status,
        "answer_headers": headers,
        "answer": _text(told),
        "ordered": parts.get("ordered", False),
    }


def _text(body: Any) -> str:
    return body if isinstance(body, str) else orjson.dumps(body).decode("latin-1")


RIGHT = [
    _exchange(),
    _exchange(root="/v2025_1//apis/3.0", path="//Company/companies//1/"),
    _exchange(path="/company/companies", query="CONDITIONS=id%3d1&pagesize=3", answer=[COMPANY]),
    _exchange(query="fields=name", answer={"name": "Acme Ltd."}),
    _exchange("POST", "/company/companies", body={"identifier": "Acme", "name": "Acme Ltd.", "city": None}),
    _exchange("PATCH", body=[{"op": "replace", "path": "/city", "value": "Tampa"}, {"op": "remove", "path": "zip"}]),
    _exchange("DELETE", "/company/contacts/1", query="transferContactId=2"),
    _exchange("POST", body="{", status=400, answer={"code": "InvalidObject", "message": "No."}),
    _exchange(status=502, answer="<html/>", answer_headers={"content-type": "text/html"}),
    _exchange(answer={"fancy": True}, ordered=True),
]


@pytest.mark.parametrize(
    "exchange", RIGHT, ids=lambda one: f"{one['method']}-{one['status']}-{one['query'] or 'plain'}"
)
def test_what_is_right_passes(exchange: dict[str, Any]) -> None:
    assert list(judge.deviations(exchange)) == []


WRONG = {
    "GET /company/nothing: not in the specification, but served": _exchange(path="/company/nothing"),
    "GET /company/companies/{id}: without clientId": _exchange(headers={}),
    "GET /company/companies: query size: no such parameter": _exchange(
        path="/company/companies", query="size=3", answer=[COMPANY]
    ),
    "GET /company/companies: query pagesize: 'x' is no number": _exchange(
        path="/company/companies", query="pageSize=x", answer=[COMPANY]
    ),
    "POST /company/companies: body: body: \"name\" is a required property": _exchange(
        "POST", "/company/companies", body={"identifier": "Acme"}
    ),
    "POST /company/companies: body: identifier: … is longer than 156 characters": _exchange(
        "POST", "/company/companies", body={"identifier": "x" * 157, "name": "A"}
    ),
    "PUT /procurement/purchaseorders/{id}: body: body: \"poDate\" is a required property": _exchange(
        "PUT",
        "/procurement/purchaseorders/1",
        body={"status": {"id": 1}, "terms": {"id": 1}, "vendorCompany": {"id": 1}, "poNumber": "1"},
        answer={"status": {"id": 1}, "terms": {"id": 1}, "vendorCompany": {"id": 1}},
    ),
    "PATCH /company/companies/{id}: patch town: leads nowhere": _exchange(
        "PATCH", body=[{"op": "add", "path": "town", "value": 1}]
    ),
    "PATCH /company/companies/{id}: patch city: body: 7 is not of type \"string\"": _exchange(
        "PATCH", body=[{"op": "add", "path": "city", "value": 7}]
    ),
    "PATCH /company/companies/{id}: patch name: is required and can't be removed": _exchange(
        "PATCH", body=[{"op": "remove", "path": "name"}]
    ),
    "PATCH /company/companies/{id}: patch: no list of operations": _exchange("PATCH", body={"city": "x"}),
    "GET /company/companies/{id}: answer: body: Additional properties are not allowed ('x' was unexpected)": _exchange(
        answer={**COMPANY, "x": 1}
    ),
    "GET /company/companies/{id}: answer: city: null is not of type \"string\"": _exchange(
        answer={**COMPANY, "city": None}
    ),
    "GET /company/companies/{id}: answer: dateAcquired: \"2026-01-02T03:04:05.1Z\" does not match": _exchange(
        answer={**COMPANY, "dateAcquired": "2026-01-02T03:04:05.1Z"}
    ),
    "POST /company/companies: answer: status 200 instead of 201": _exchange(
        "POST", "/company/companies", body=COMPANY, status=200
    ),
    "GET /company/companies/{id}: refusal 418: no such status is documented": _exchange(
        status=418, answer={"code": "Teapot", "message": "Short and stout."}
    ),
    "GET /company/companies/{id}: refusal 400: body: \"code\" is a required property": _exchange(
        status=400, answer={"message": "No."}
    ),
    "GET /company/companies/{id}: refusal 429: without Retry-After": _exchange(
        status=429, answer={"error": "ConnectWiseAPI", "message": "Slower."}
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_told(said: str) -> None:
    pattern = re.escape(said).replace("…", ".*")
    assert any(re.match(pattern, one) for one in judge.deviations(WRONG[said])), list(judge.deviations(WRONG[said]))


def test_a_list_without_a_link_header_is_told() -> None:
    exchange = _exchange(path="/company/companies", answer=[COMPANY])
    del exchange["answer_headers"]["link"]
    assert list(judge.deviations(exchange)) == ["GET /company/companies: answer: without a Link header"]


@pytest.mark.parametrize("number", range(20))
def test_every_refusal_seen_of_real_tenants_has_the_documented_form(number: int) -> None:
    seen = spec.samples()["errors"][number]
    headers = {"content-type": "application/json", "retry-after": "30"}
    assert list(judge.refusal(seen["status"], headers, orjson.dumps(seen["body"]))) == []


def test_what_others_may_do_our_own_client_may_not() -> None:
    exchange = _exchange(query="whatever=1")
    assert judge.judged([orjson.dumps(exchange)]) == []
    exchange["headers"]["accept"] = ACCEPT
    told = "our client: GET /company/companies/{id}: query whatever: no such parameter"
    assert judge.judged([orjson.dumps(exchange)]) == [told]


def test_a_deviation_fails_the_test_that_made_it() -> None:
    server = SandboxServer().start()
    try:
        with server.client() as client:
            client.post("/company/companies", json={"no": "name"})
            server.faults(effect="status", status=200, body={"anything": 1})
            client.get("/company/companies/1")
            server.judge()  # refused, and ordered to be so
            client.request("DELETE", "/company/companies/1", json={"with": "a body"})
        with pytest.raises(AssertionError, match=r"DELETE /company/companies/\{id\}: with a body"):
            server.judge()
    finally:
        server.close()


def test_all_that_our_client_calls_is_served() -> None:
    """Each path that the client's code names is a collection that the specification knows and the sandbox serves."""
    folder = Path(our_client.__file__).parent
    code = "".join(file.read_text() for file in folder.glob("*.py") if file.name != "answers.py")  # names modules only
    paths = set(re.findall(r"\"(/(?:company|finance|procurement|sales|service|system)(?:/\w+)+)\"", code))
    called = {path: spec.find("GET", path) for path in paths}
    assert {path for path, found in called.items() if found is None} == set()
    known = [one for one in called.values() if one]
    answers = asyncio.run(coverage.served(known))
    assert [one.path for one, yes in zip(known, answers, strict=True) if not yes] == []
    assert len(known) > 15
