"""What the random requests are judged by can be broken: each kind of bad answer is told from a good one."""

import json
from typing import Any

import pytest
from graphql import build_schema

from tests.judges.answers import TYPE, faults

SCHEMA = build_schema(
    """type Query { quotes: [Int] }
    type Mutation { updateQuote(input: UpdateQuoteInput!): Int }
    input UpdateQuoteInput { title: String, lines: [LineInput!] }
    input LineInput { unitPrice: Int }"""
)


def told(*field: str, message: str = "title must not be empty.", code: str = "REQUIRED") -> dict[str, Any]:
    return {"data": {"updateQuote": {"userErrors": [{"code": code, "field": list(field), "message": message}]}}}


def refused(message: str, code: str = "INVALID", **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code, **more}}]}


GOOD = [
    (200, {"data": {"quotes": [1]}}),
    (200, {"data": {"updateQuote": None}}),
    (200, told()),
    (200, told("title")),
    (200, told("lines", "3", "unitPrice")),
    (200, told("lines")),
    (200, told(message="This id is of the type SyncError; select one of another type.")),
    (294, {"data": None, **refused("There is no such quote.", "NOT_FOUND")}),
    (422, refused("Argument 'Mutation.retrySyncError(input:)' is required.", "BAD_REQUEST")),
]
BAD = [
    (500, refused("Something went wrong.", "UNAVAILABLE"), "status 500"),
    (401, refused("A valid token is needed.", "UNAUTHENTICATED"), "status 401"),
    (200, {"data": None, **refused("There is no such quote.", "NOT_FOUND")}, "status 200 with"),
    (422, {"data": None, **refused("The list is too long.")}, "status 422 with"),
    (294, {"data": None, **refused("Something went wrong.", "INTERNAL")}, "code INTERNAL"),
    (294, {"data": None, "errors": [{"message": "division by zero"}]}, "code None"),
    (294, {"data": None, **refused("It does not answer.", "UNAVAILABLE", requestId="1")}, "masked"),
    (422, refused(" "), "without a sentence"),
    (422, refused("SELECT name FROM quote"), "inside"),
    (422, refused('null value in column "name" of relation "quote"'), "inside"),
    (422, refused("'NoneType' object has no attribute 'id'"), "inside"),
    (422, refused("ValueError: could not convert"), "inside"),
    (422, refused("not found: /usr/lib/python3/quotes"), "inside"),
    (200, told("titel"), "no input at titel"),
    (200, told("lines", "unitPrice"), "no input at lines.unitPrice"),
    (200, told("title", "0"), "no input at title.0"),
    (200, told("title", code="INTERNAL"), "code INTERNAL"),
    (200, told("title", message="<Quote object at 0x7f21>"), "inside"),
]


def judged(status: int, answer: Any, kind: str = TYPE) -> list[str]:
    return list(faults(SCHEMA, status, kind, json.dumps(answer).encode()))


@pytest.mark.parametrize(("status", "answer"), GOOD)
def test_a_good_answer_has_no_fault(status, answer):
    assert judged(status, answer) == []


@pytest.mark.parametrize(("status", "answer", "fault"), BAD)
def test_a_bad_answer_has_one(status, answer, fault):
    assert any(fault in found for found in judged(status, answer)), judged(status, answer)


def test_an_answer_is_json_of_its_own_media_type():
    assert judged(200, {"data": {}}, "text/html") == ["content type text/html"]
    assert list(faults(SCHEMA, 200, TYPE, b"<html>")) == ["no JSON"]
