"""The vendor's published specification, when it is beside the project: its operations, and its schemas as judges.

`folder()` says where it is, None when nowhere: then nothing is judged and nothing is lost but that. Here is only what
the specification says; which of it is known to be wrong stands in `spec_defects.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jsonschema_rs

from tests.connectwise.spec_defects import MENDED

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]

Kind = Literal["create", "update", "answer", "part"]
"""What a body is: of a POST; of a PUT, where some fields more are required; an answer; one cut down by `fields`."""
KINDS: tuple[Kind, ...] = ("create", "update", "answer", "part")


def folder() -> Path | None:
    """Beside the project, or where QUOTEWRIGHT_SPEC points."""
    named = os.environ.get("QUOTEWRIGHT_SPEC")
    for place in (*([Path(named)] if named else []), ROOT.parent / "shared" / "connectwise"):
        if (place / "openapi-subset.json").exists():
            return place
    return None


@cache
def document() -> Json:
    """The specification with its own defects mended."""
    place = folder()
    assert place is not None, "ask for folder() first"
    found: Json = json.loads((place / "openapi-subset.json").read_text())
    for defect in MENDED:
        defect.mend(found)
    return found


@cache
def samples() -> Json:
    place = folder()
    assert place is not None, "ask for folder() first"
    return dict(json.loads((place / "samples.json").read_text()))


@dataclass(frozen=True, eq=False)
class Operation:
    method: str
    path: str
    """With its places in braces, as the specification writes it."""
    query: dict[str, Json]
    """Names in lower case."""
    body: Json | None
    """The schema of a JSON body."""
    answers: dict[int, Json | None]
    """The schemas of its successes; None where there is no JSON."""

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and (self.answers.get(200) or {}).get("type") == "array"


@cache
def operations() -> dict[tuple[str, str], Operation]:
    """By method and path."""
    found = {}
    for path, verbs in document()["paths"].items():
        for verb, told in verbs.items():
            operation = _operation(verb.upper(), path, told)
            found[operation.method, operation.path] = operation
    return found


def _operation(method: str, path: str, told: Json) -> Operation:
    parameters = [_followed(one) for one in told.get("parameters", ())]
    query = {one["name"].lower(): one["schema"] for one in parameters if one["in"] == "query"}
    answers = {int(status): _json(answer) for status, answer in told["responses"].items()}
    return Operation(method, path, query, _json(told.get("requestBody", {})), answers)


def _followed(parameter: Json) -> Json:
    if "$ref" not in parameter:
        return parameter
    return dict(document()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]])


def _json(message: Json) -> Json | None:
    for kind, content in message.get("content", {}).items():
        schema: Json = content.get("schema", {})
        if "json" in kind and schema.get("format") != "binary":
            return schema
    return None


@cache
def find(method: str, path: str) -> Operation | None:
    """The operation at a path below the API root: letters in any case, slashes double or at the end."""
    steps = [step.lower() for step in path.split("/") if step]
    fits = [one for one in _by_length().get((method, len(steps)), ()) if _fits(one, steps)]
    # A word said outright wins over a place in braces: /companies/types is no company.
    return min(fits, key=lambda one: one.path.count("{"), default=None)


@cache
def _by_length() -> dict[tuple[str, int], list[Operation]]:
    found: dict[tuple[str, int], list[Operation]] = {}
    for one in operations().values():
        found.setdefault((one.method, len(_steps(one))), []).append(one)
    return found


def _steps(operation: Operation) -> list[str]:
    return [step for step in operation.path.lower().split("/") if step]


def _fits(operation: Operation, steps: list[str]) -> bool:
    return all(
        step.isdigit() if place.endswith("id}") else place.startswith("{") or place == step
        for place, step in zip(_steps(operation), steps, strict=True)
    )


# --- schemas ---


def faults(kind: Kind, schema: Json, value: Any) -> Iterator[str]:
    """What is wrong with a value, one line each: "communicationItems/0/value: is too long"."""
    judge = _judge(kind, json.dumps(schema))
    if not judge.is_valid(value):
        for error in judge.iter_errors(value):
            place = "/".join(str(step) for step in error.instance_path)
            told = error.message if len(error.message) < 200 else f"{error.message[:60]} … {error.message[-80:]}"
            yield f"{place or 'body'}: {told}"


def property_at(schema: Json, path: str) -> Json | None:
    """The schema of what a PATCH path leads to, None when it leads nowhere."""
    for step in path.strip("/").split("/"):
        schema = resolved(schema)
        if schema.get("type") == "array":
            within = {"items": schema["items"]} if step.isdigit() or step == "-" else {}
            step = "items"
        else:
            within = schema.get("properties", {})
        if step not in within:
            return None
        schema = within[step]
    return schema


def resolved(schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    return dict(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])


@cache
def _registry() -> jsonschema_rs.Registry:
    schemas = document()["components"]["schemas"]
    return jsonschema_rs.Registry(
        [
            (f"urn:{kind}", {"components": {"schemas": {name: _strict(kind, one) for name, one in schemas.items()}}})
            for kind in KINDS
        ]
    )


@cache
def _judge(kind: Kind, schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        _strict(kind, json.loads(schema)), registry=_registry(), validate_formats=True
    )


def _strict(kind: Kind, schema: Json) -> Json:
    """A schema of OpenAPI 3.0 as one of JSON Schema, with nothing let in that it doesn't name."""
    if "$ref" in schema:
        return _nullable(kind in ("create", "update"), {"$ref": f"urn:{kind}{schema['$ref']}"})
    strict: Json = {
        name: schema[name] for name in ("type", "enum", "maxLength", "additionalProperties") if name in schema
    }
    if "properties" in schema:
        strict["properties"] = {name: _strict(kind, one) for name, one in schema["properties"].items()}
        strict.setdefault("additionalProperties", False)
        strict["required"] = _required(kind, schema)
    if "items" in schema:
        strict["items"] = _strict(kind, schema["items"])
    if schema.get("format") == "int32":
        strict |= {"minimum": -(2**31), "maximum": 2**31 - 1}
    if schema.get("format") == "date-time":
        strict |= {"format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
    if schema.get("format") == "uuid":
        strict["format"] = "uuid"
    # A null unsets a text or a list, though the specification marks only numbers and flags as nullable.
    asked = kind in ("create", "update") and schema.get("type") in ("string", "array")
    return _nullable(asked or bool(schema.get("nullable")), strict)


def _required(kind: Kind, schema: Json) -> list[str]:
    if kind == "part":
        return []
    more = [name for name, one in schema["properties"].items() if one.get("x-required-on-updates")]
    return [*schema.get("required", ()), *(more if kind == "update" else ())]


def _nullable(yes: bool, schema: Json) -> Json:
    # Written this way, and not with anyOf, because what is wrong is then told of the value itself.
    return {"if": {"not": {"type": "null"}}, "then": schema} if yes else schema
