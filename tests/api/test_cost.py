"""What a request costs: known before it runs, from the document and its variables, and said in every answer."""

import pytest

from api import cost
from api.documents import Documents
from api.schema import schema

PAGES = """query ($n: Int, $m: Int = 4, $last: Int, $ids: [ID!] = []) {
  quotes(first: $n, last: $last) { nodes { id organization { contacts(first: $m) { id } } } }
  nodes(ids: $ids) { id }
}"""


def costs(query: str, **variables) -> int:
    [operation] = Documents(schema.core, schema.rules).ready(query).operations.values()
    return operation.cost.of(variables)


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ __typename }", 1),
        ("{ viewer { scopes } }", 1),
        ("{ quotes { totalCount } }", 1),
        ("{ quotes(first: 10) { nodes { id } } }", 1 + 10),
        ("{ quotes { nodes { id total { amount currencyCode } } pageInfo { endCursor } } }", 1 + 25),
        ("{ quotes(last: 3) { edges { cursor node { id } } } }", 1 + 3),
        ("{ quotes(first: 10) { nodes { id organization { name } lines { title } } } }", 1 + 10 * (1 + 1 + 10)),
        ("{ quotes(first: 2) { nodes { ...Q } } } fragment Q on Quote { owner { name } }", 1 + 2 * 2),
        ("{ a: quotes(first: 2) { nodes { id } } b: quotes(first: 3) { nodes { id } } }", 1 + 2 + 1 + 3),
        ("{ quotes(first: 1) { nodes {" + " ".join(f"a{n}: id" for n in range(21)) + " } } }", 1 + 3),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ("{ quotes(first: 1000) { nodes { id } } }", 1 + 100),  # refused by the list itself
        ('mutation { createEmployee(input: {name: "x", email: "x"}) { employee { id } } }', 10 + 1),
    ],
)
def test_points(query, points):
    assert costs(query) == points


@pytest.mark.parametrize(
    ("variables", "points"),
    [
        ({"n": 10}, 1 + 10 * (1 + 1 + 1 + 4)),
        ({"n": 10, "m": 1}, 1 + 10 * (1 + 1 + 1 + 1)),
        ({}, 1 + 25 * 7),
        ({"n": None, "last": 2}, 1 + 2 * 7),
        ({"n": 5, "last": 7}, 1 + 7 * 7),
        ({"n": 0, "ids": ["x"] * 9}, 1 + 9),
        ({"n": -5}, 1 + 100 * 7),
        ({"n": "nonsense"}, 1 + 100 * 7),
        ({"n": 10**30, "m": 0}, 1 + 100 * 3),
    ],
)
def test_points_with_variables(variables, points):
    assert costs(PAGES, **variables) == points


async def test_too_much_is_refused_and_says_what_and_how(ask):
    query = "query ($n: Int) { few: quotes(first: 1) { totalCount } quotes(first: $n) { nodes { lines { quote {"
    query += " organization { contacts(first: 20) { id } } } } } } }"
    answer = await ask.post(query, {"n": 100})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "costs 24,102 points; at most 20,000" in error["message"]
    assert "`quotes` alone costs 24,101" in error["message"]
    answer = await ask.post(query, {"n": 10})
    assert (answer.status_code, answer.json()["extensions"]["cost"]["requested"]) == (200, 2_412)


async def test_every_answer_says_what_it_came_to(ask):
    for query, status in (("{ viewer { scopes } }", 200), ('{ node(id: "x") { id } viewer { scopes } }', 294)):
        answer = await ask.post(query)
        assert answer.status_code == status
        assert answer.json()["extensions"] == {"cost": {"requested": 1, "limit": cost.LIMIT}}


def test_many_variables_in_many_places_stay_few_products():
    """Each level multiplies by two more variables: written out they would be 2 ** 20 products."""
    some = cost.points(1)
    for level in range(20):
        some = cost.plus(cost.times((f"a{level}",), some), cost.times((f"b{level}",), some))
        assert len(some) <= 100
