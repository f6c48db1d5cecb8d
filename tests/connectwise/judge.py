"""One exchange with the sandbox against the specification: a list of deviations, best an empty one.

A request that was served must be right in every respect; one that was refused may be as wrong as its test wants, but
the refusal must have a form that is documented. Reads no file and starts nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import orjson

from integrations.connectwise.caller import ACCEPT
from tests.connectwise import spec
from tests.connectwise.spec_defects import WAIVED

Json = dict[str, Any]
TALLY: Counter[str] = Counter()
"""What this process has judged, and how often each waiver was needed."""

REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 413, 414, 415, 429, 500, 502, 503, 504})
_TEXT = {"type": "string", "minLength": 1}
_ENTRY = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": _TEXT, "message": _TEXT, "resource": _TEXT, "field": _TEXT, "details": {}},
    "additionalProperties": False,
}
_REFUSAL = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "required": ["code", "message"],
        "properties": {
            "code": _TEXT,
            "message": _TEXT,
            "errors": {"anyOf": [{"type": "array", "minItems": 1, "items": _ENTRY}, {"type": "null"}]},
        },
        "additionalProperties": False,
    }
)
_TOO_MANY = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "required": ["error", "message"],
        "properties": {"error": {"const": "ConnectWiseAPI"}, "message": _TEXT},
        "additionalProperties": False,
    }
)
_BELOW_ROOT = re.compile(r"^/*(?:[^/]+/+)?apis/+3\.0(?=/|$)", re.IGNORECASE)


def judged(lines: Iterable[bytes]) -> list[str]:
    """The deviations in what the recorder wrote, without those waived by name."""
    found: dict[str, None] = {}  # each line once, in order
    for line in lines:
        exchange = orjson.loads(line)
        own = ours(exchange)
        TALLY["requests of our client" if own else "requests of others"] += 1
        for deviation in deviations(exchange):
            waiver = next((one for one in WAIVED if one.pattern.search(deviation) and (one.ours or not own)), None)
            if waiver:
                TALLY[f"waived: {waiver.name}"] += 1
            else:
                found[("our client: " if own else "") + deviation] = None
    return list(found)


def summary() -> str:
    """What was judged, in a few lines for the end of a test run."""
    operations = sum(name.startswith("operation: ") for name in TALLY)
    waived = [f"  {count:6}  {name}" for name, count in sorted(TALLY.items()) if name.startswith("waived: ")]
    first = (
        f"judged by the specification of ConnectWise: {TALLY['requests of our client']} requests of our client and "
        f"{TALLY['requests of others']} of others, {TALLY['served']} served by {operations} of its operations, "
        f"{TALLY['refused']} refused"
    )
    return "\n".join([first, *waived])


def ours(exchange: Json) -> bool:
    return bool(exchange["headers"].get("accept") == ACCEPT)


def deviations(exchange: Json) -> Iterator[str]:
    method, path = exchange["method"], _BELOW_ROOT.sub("", exchange["path"])
    if path.lower().startswith("/login/companyinfo/") and exchange["status"] == 200:
        yield from _companyinfo(orjson.loads(exchange["answer"]))
        return
    operation = spec.find(method, path)
    shown = f"{method} {operation.path if operation else path}"
    if exchange["status"] < 400 and not exchange["ordered"]:
        TALLY["served"] += 1
        if operation is None:
            yield f"{shown}: not in the specification, but served"
            return
        TALLY[f"operation: {shown}"] += 1
        for wrong in _request(operation, exchange):
            yield f"{shown}: {wrong}"
        for wrong in _answer(operation, exchange):
            yield f"{shown}: answer: {wrong}"
    elif not exchange["ordered"]:
        TALLY["refused"] += 1
        for wrong in refusal(exchange["status"], exchange["answer_headers"], exchange["answer"].encode("latin-1")):
            yield f"{shown}: refusal {exchange['status']}: {wrong}"


def refusal(status: int, headers: Json, body: bytes) -> Iterator[str]:
    if status not in REFUSALS:
        yield "no such status is documented"
    kind = headers.get("content-type", "")
    if status in (502, 503, 504) and kind.startswith("text/html"):
        return
    if not kind.startswith("application/json"):
        yield f"content-type is {kind!r}"
        return
    for error in (_TOO_MANY if status == 429 else _REFUSAL).iter_errors(orjson.loads(body)):
        yield f"{'/'.join(map(str, error.instance_path)) or 'body'}: {error.message}"
    if status == 429 and not headers.get("retry-after", "").isdigit():
        yield "without Retry-After"


def _request(operation: spec.Operation, exchange: Json) -> Iterator[str]:
    named = {name.lower(): value for name, value in parse_qsl(exchange["query"], keep_blank_values=True)}
    if not exchange["headers"].get("clientid") and not named.pop("clientid", ""):
        yield "without clientId"
    for name, value in named.items():
        schema = operation.query.get(name)
        if schema is None:
            yield f"query {name}: no such parameter"
        elif schema["type"] == "integer" and not value.isdigit():
            yield f"query {name}: {value!r} is no number"
    body = exchange["body"].encode("latin-1")
    if operation.body is None:
        if body and operation.method != "POST":
            yield "with a body"
        return
    sent = orjson.loads(body)
    if operation.method == "PATCH":
        target = operation.answers.get(200)
        yield from _patch(target or {}, sent)
    else:
        if not ours(exchange):
            sent = _in_the_specified_case(operation.body, sent)
        for wrong in spec.faults("create" if operation.method == "POST" else "update", operation.body, sent):
            yield f"body: {wrong}"


def _in_the_specified_case(schema: Json, sent: Any) -> Any:
    """The vendor's parser forgives case in names; our own client doesn't ask it to."""
    if isinstance(sent, list):
        return [_in_the_specified_case(schema.get("items", {}), one) for one in sent]
    if not isinstance(sent, dict):
        return sent
    properties = spec.resolved(schema).get("properties", {})
    names = {name.lower(): name for name in properties}
    return {
        names.get(name.lower(), name): _in_the_specified_case(properties.get(names.get(name.lower()), {}), value)
        for name, value in sent.items()
    }


def _patch(target: Json, operations: Any) -> Iterator[str]:
    """Each operation for itself: the path leads somewhere and the value is of the kind that is there."""
    for one in operations if isinstance(operations, list) else ():
        op, path = one.get("op", "").lower(), one.get("path", "")
        schema = spec.property_at(target, path)
        if op not in ("add", "replace", "remove"):
            yield f"patch: {one.get('op')!r} is no operation"
        elif schema is None:
            yield f"patch {path}: leads nowhere"
        elif op != "remove":
            if op == "add" and schema.get("type") == "array" and not isinstance(one.get("value"), list):
                schema = schema["items"]  # added to the list
            for wrong in spec.faults("update", schema, one.get("value")):
                yield f"patch {path}: {wrong}"
        elif path.strip("/") in spec.resolved(target).get("required", ()):
            yield f"patch {path}: is required and can't be removed"
    if not isinstance(operations, list):
        yield "patch: no list of operations"


def _answer(operation: spec.Operation, exchange: Json) -> Iterator[str]:
    status, headers = exchange["status"], exchange["answer_headers"]
    if status not in operation.answers:
        yield f"status {status} instead of {', '.join(map(str, operation.answers))}"
        return
    schema = operation.answers[status]
    if operation.is_list and "link" not in headers:
        yield "without a Link header"
    if status == 204 and exchange["answer"]:
        yield "204 with a body"
    if schema is None or status == 204:  # products/{id}/detach has a schema for what isn't there
        return
    if not headers.get("content-type", "").startswith("application/json"):
        yield f"content-type is {headers.get('content-type')!r}"
    cut_down = any(name.lower() == "fields" for name, _ in parse_qsl(exchange["query"]))
    answer = orjson.loads(exchange["answer"].encode("latin-1"))
    yield from spec.faults("part" if cut_down else "answer", schema, answer)


def _companyinfo(answer: Any) -> Iterator[str]:
    """Not in the specification: it has to look like those that were seen."""
    seen = spec.samples()["companyinfo"]
    if answer is not None:
        for name in answer.keys() ^ seen.keys():
            yield f"companyinfo: {name} is {'missing' if name in seen else 'unheard of'}"
