"""What is wrong with an answer of the API, whatever was asked. Knows HTTP and the error codes, no operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLSchema, get_named_type, get_nullable_type

from domain.errors import ErrorCode

TYPE = "application/graphql-response+json; charset=utf-8"
STATUSES = {200, 294, 400, 422}
"""What a request with a good token may lead to."""
CODES = {code.value for code in ErrorCode} - {ErrorCode.INTERNAL, ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN}
# What only somebody sees who reads our code, our database or our disk.
_INSIDE = re.compile(
    r"Traceback|\bFile \"|\.py\b|site-packages|psycopg|sqlalchemy|asyncpg|strawberry|pydantic|graphql-core"
    r"|\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) \w|\brelation \"|\bcolumn \"|violates|constraint|SQLSTATE"
    r"|<[\w.]+ object|<class|NoneType"
    r"|\b(?:Assertion|Attribute|Data|Index|Integrity|Key|OS|Operational|Programming|Recursion|Runtime|Type|Unicode|Value)"
    r"(?:\w+)?Error\b|0x[0-9a-f]{6,}|/(?:home|root|usr|work|tmp)/",
)

Json = dict[str, Any]


def faults(schema: GraphQLSchema, status: int, kind: str, body: bytes) -> Iterator[str]:
    if status not in STATUSES:
        yield f"status {status}"
    if kind != TYPE:
        yield f"content type {kind}"
    try:
        answer: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        yield "no JSON"
        return
    data, errors = answer.get("data"), answer.get("errors", [])
    if (status == 200) != (not errors) or (status in (200, 294)) != ("data" in answer):
        yield f"status {status} with {sorted(answer)}"
    for error in errors:
        yield from _error(error)
    for name, payload in (data or {}).items():
        for told in (payload or {}).get("userErrors", []) if isinstance(payload, dict) else []:
            yield from _user_error(schema, name, told)


def _error(error: Json) -> Iterator[str]:
    more = error.get("extensions", {})
    if more.get("code") not in CODES:
        yield f"code {more.get('code')}: {error['message']}"
    if "requestId" in more:
        yield f"masked, so it is our fault: {error['message']}"
    yield from _message(error["message"])


def _user_error(schema: GraphQLSchema, mutation: str, told: Json) -> Iterator[str]:
    if told["code"] not in CODES:
        yield f"userErrors: code {told['code']}: {told['message']}"
    yield from _message(told["message"])
    argument = schema.mutation_type.fields[mutation].args.get("input") if schema.mutation_type else None
    type_: Any = argument.type if argument else None
    for step in told["field"]:
        type_ = get_nullable_type(type_)
        inner = get_named_type(type_)
        if isinstance(type_, GraphQLList) and step.isdecimal():
            type_ = type_.of_type
        elif isinstance(inner, GraphQLInputObjectType) and type_ is inner and step in inner.fields:
            type_ = inner.fields[step].type
        else:
            yield f"userErrors: {mutation} has no input at {'.'.join(told['field'])}: {told['message']}"
            return


def _message(message: str) -> Iterator[str]:
    if not message.strip():
        yield "an error without a sentence"
    if found := _INSIDE.search(message):
        yield f"tells of our inside ({found[0]}): {message}"
