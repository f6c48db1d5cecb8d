"""The filter grammar: what it finds, that `not` is the opposite, and what it refuses, saying where."""

from typing import Any

import pytest

from api.filters import conditions
from tests.api.conftest import a_quote, an_organization

ORGANIZATIONS = """query ($f: OrganizationFilter) {
  organizations(filter: $f, first: 100) { totalCount nodes { name } }
}"""
QUOTES = "query ($f: QuoteFilter) { quotes(filter: $f) { totalCount nodes { title } } }"


@pytest.fixture
async def names(ask):
    await an_organization(ask, "Acme Dental", accountNumber="A-1", billingAddress={"city": "Graz"})
    await an_organization(ask, "Bob's 50%", accountNumber="A-2", billingAddress={"city": "Wien"})
    await an_organization(ask, "Carla")

    async def names(**filter):
        found = (await ask(ORGANIZATIONS, f=filter))["organizations"]
        assert found["totalCount"] == len(found["nodes"])
        return " ".join(node["name"][0] for node in found["nodes"])

    return names


NUMBER = "accountNumber"


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({}, "A B C"),
        ({"name": None}, "A B C"),
        ({"name": {}}, "A B C"),
        ({"name": {"eq": "acme  DENTAL"}}, "A"),
        ({"name": {"contains": "dent"}}, "A"),
        ({"name": {"contains": "%"}}, "B"),
        ({"name": {"startsWith": "b"}}, "B"),
        ({"city": {"startsWith": "w"}}, "B"),
        ({"city": {"contains": "_"}}, ""),
        ({NUMBER: {"ne": "A-1"}}, "B C"),
        ({NUMBER: {"in": ["A-1", "A-2"]}}, "A B"),
        ({NUMBER: {"in": []}}, ""),
        ({NUMBER: {"notIn": ["A-1"]}}, "B C"),
        ({NUMBER: {"notIn": []}}, "A B C"),
        ({NUMBER: {"isNull": True}}, "C"),
        ({NUMBER: {"isNull": False}}, "A B"),
        ({NUMBER: {"startsWith": "a-", "ne": "A-1"}}, "B"),
        ({NUMBER: {"eq": "A-1"}, "city": {"eq": "Wien"}}, ""),
        ({"and": []}, "A B C"),
        ({"or": []}, ""),
        ({"not": {}}, ""),
        ({"or": [{NUMBER: {"eq": "A-1"}}, {"city": {"eq": "Wien"}}]}, "A B"),
        ({"and": [{NUMBER: {"ne": "A-1"}}, {"city": {"eq": "Wien"}}]}, "B"),
        ({"not": {NUMBER: {"eq": "A-1"}}}, "B C"),
        ({"not": {"not": {NUMBER: {"eq": "A-1"}}}}, "A"),
        ({"not": {"or": [{NUMBER: {"eq": "A-1"}}, {"name": {"eq": "Carla"}}]}}, "B"),
        ({"name": {"startsWith": "a"}, "or": [{"city": {"eq": "Graz"}}]}, "A"),
        ({"source": {"in": ["STAFF"]}, "archivedAt": {"isNull": True}}, "A B C"),
        ({"source": {"ne": "STAFF"}}, ""),
        ({"createdAt": {"between": ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"]}}, ""),
        ({"createdAt": {"gte": "2020-01-01T00:00:00Z"}}, "A B C"),
    ],
    ids=str,
)
async def test_what_is_found(names, filter, found):
    assert await names(**filter) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"eq": "10.01"}, 1),
        ({"eq": "10.011"}, 0),
        ({"in": ["10.01", "10.015"]}, 1),
        ({"gt": "10.009"}, 1),
        ({"gt": "10.01"}, 0),
        ({"gte": "10.011"}, 0),
        ({"lt": "10.011"}, 1),
        ({"lt": "10.01"}, 0),
        ({"lte": "10.019"}, 1),
        ({"between": ["10.001", "10.019"]}, 1),
        ({"between": ["10.011", "10.019"]}, 0),
        ({"gt": "-999999999999999999999999999999"}, 1),
    ],
    ids=str,
)
async def test_amounts_are_compared_exactly(ask, condition, found):
    await a_quote(ask, lines=[{"title": "a", "unitPrice": "10.01"}])
    assert (await ask(QUOTES, f={"total": condition}))["quotes"]["totalCount"] == found


def nested(levels: int):
    filter: dict[str, Any] = {"name": {"eq": "x"}}
    for _ in range(levels - 1):
        filter = {"not": filter}
    return filter


@pytest.mark.parametrize(
    ("filter", "code", "field"),
    [
        ({"name": {"eq": None}}, "INVALID", ["filter", "name", "eq"]),
        ({"or": [{}, {"ownerId": {"in": ["x"]}}]}, "INVALID", ["filter", "or", "1", "ownerId", "in", "0"]),
        ({"not": {"createdAt": {"between": []}}}, "INVALID", ["filter", "not", "createdAt", "between"]),
        ({"name": {"contains": "x" * 201}}, "LIMIT_EXCEEDED", ["filter", "name", "contains"]),
        ({"name": {"in": ["x"] * 101}}, "LIMIT_EXCEEDED", ["filter", "name", "in"]),
        (nested(conditions.DEPTH + 1), "LIMIT_EXCEEDED", ["filter", *["not"] * 5]),
        ({"or": [{"name": {"eq": "x"}}] * 51}, "LIMIT_EXCEEDED", ["filter", "or", "50", "name", "eq"]),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_what_is_wrong_or_too_much_is_told_with_its_place(ask, filter, code, field):
    [error] = await ask.errors(ORGANIZATIONS, f=filter)
    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)
    assert error["message"].endswith(".")


async def test_as_deep_and_as_much_as_is_promised(ask):
    assert await ask(ORGANIZATIONS, f=nested(conditions.DEPTH))
    assert await ask(ORGANIZATIONS, f={"or": [{"name": {"eq": "x"}}] * conditions.CONDITIONS})


@pytest.mark.parametrize("variables", [{"f": nested(900)}, {"f": {"or": [{}] * 6_000}}, {"f": [[]] * 6_000}])
async def test_variables_that_would_hurt_are_not_read(ask, variables):
    assert await ask.code(ORGANIZATIONS, **variables) == "LIMIT_EXCEEDED"


async def test_an_enum_takes_its_own_values_only(ask):
    assert await ask.code(QUOTES, f={"status": {"eq": "NONSENSE"}}) == "BAD_REQUEST"
