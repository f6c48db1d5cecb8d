"""Introspection: for whoever has the scope, and for nobody else, however it is asked for."""

import pytest
from graphql import get_introspection_query

from domain.access.scopes import GRANTABLE
from tests.api.conftest import with_scopes

WAYS = [
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Quote") { name } }',
    "{ hidden: __schema { queryType { name } } }",
    "{ viewer { scopes } __schema { __typename } }",
    "{ ...F } fragment F on Query { ... { ...G } } fragment G on Query { __schema { types { name } } }",
    '{ ... on Query @include(if: false) { __type(name: "Quote") { name } } }',
    get_introspection_query(),
    get_introspection_query(descriptions=False, specified_by_url=True, input_value_deprecation=True),
]


@pytest.mark.parametrize("query", WAYS)
async def test_without_the_scope_it_is_refused_and_the_scope_is_named(http, msp, query):
    client = await with_scopes(http, msp, *(GRANTABLE - {"schema:read"}))
    answer = await client.post(query)
    assert answer.status_code == 403
    assert answer.json() == {
        "errors": [
            {
                "message": "The token lacks the scope schema:read.",
                "extensions": {"code": "FORBIDDEN", "scopes": ["schema:read"]},
            }
        ]
    }


@pytest.mark.parametrize("query", WAYS)
async def test_with_the_scope_alone_it_is_answered(http, msp, query):
    assert await (await with_scopes(http, msp, "schema:read"))(query) is not None


async def test_the_name_of_a_type_is_for_everybody(http, msp):
    client = await with_scopes(http, msp)
    assert await client("{ __typename viewer { t: __typename } }") == {
        "__typename": "Query",
        "viewer": {"t": "Viewer"},
    }


async def test_only_the_operation_that_runs_is_judged(http, msp):
    client = await with_scopes(http, msp)
    body = {"query": "query a { viewer { scopes } } query b { __schema { __typename } }", "operationName": "a"}
    headers = {"Authorization": f"Bearer {client.token}"}
    assert (await http.post("/graphql", json=body, headers=headers)).status_code == 200
    assert (await http.post("/graphql", json={**body, "operationName": "b"}, headers=headers)).status_code == 403


async def test_a_scope_that_is_lacking_beside_it_is_named_too(http, msp):
    [error] = await (await with_scopes(http, msp)).errors("{ quotes { totalCount } __schema { __typename } }")
    assert error["extensions"]["scopes"] == ["quotes:read", "schema:read"]
