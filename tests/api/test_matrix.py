"""Role × operation × own or foreign record, generated from the schema: a new field or mutation is in it by itself."""

import json
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
    parse,
)

from api.schema import schema
from domain.access import service as access
from domain.access.roles import ROLES, Role
from domain.access.scopes import GRANTABLE
from domain.ids import global_id, uuid7
from tests.api import canary
from tests.api.conftest import Client

CORE = schema.core
assert CORE.query_type is not None
assert CORE.mutation_type is not None
QUERIES, MUTATIONS = CORE.query_type.fields, CORE.mutation_type.fields
OPERATIONS = [("query", name) for name in QUERIES] + [("mutation", name) for name in MUTATIONS]
VALUES = {
    "ID": lambda: global_id("Quote", uuid7()),
    "String": lambda: "x",
    "Int": lambda: 1,
    "Float": lambda: 1.5,
    "Boolean": lambda: False,
    "Decimal": lambda: "1",
    "Date": lambda: "2026-01-31",
    "DateTime": lambda: "2026-01-31T09:30:00Z",
}


def value(kind: GraphQLInputType, *, ids: bool = False) -> Any:
    """Some value of a type: what is required of an input, and with `ids` all ids as well."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type, ids=ids)
    if isinstance(kind, GraphQLList):
        return [value(kind.of_type, ids=ids)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLScalarType):
        return VALUES[kind.name]()
    assert isinstance(kind, GraphQLInputObjectType)
    if kind.is_one_of:
        name, field = next(iter(kind.fields.items()))
        return {name: value(field.type, ids=ids)}
    return {
        name: value(field.type, ids=ids)
        for name, field in kind.fields.items()
        if is_required_input_field(field) or (ids and str(get_named_type(field.type)) == "ID")
    }


def operation(kind: str, name: str, *, ids: bool = False) -> tuple[str, dict[str, Any]]:
    """A document that asks for nothing but that field, and its variables."""
    field: GraphQLField = (QUERIES if kind == "query" else MUTATIONS)[name]
    wanted = {argument: given for argument, given in field.args.items() if is_required_argument(given)}
    declared = ", ".join(f"${argument}: {given.type}" for argument, given in wanted.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in wanted)
    below = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    if kind == "mutation":
        below = " { __typename userErrors { code field message } }"
    text = f"{kind} {f'({declared})' if declared else ''} {{ {name}{f'({passed})' if passed else ''}{below} }}"
    return text, {argument: value(given.type, ids=ids) for argument, given in wanted.items()}


def needed(text: str) -> set[str]:
    """The permissions that the schema declares for a document."""
    selection = parse(text).definitions[0].selection_set.selections[0]  # type: ignore[attr-defined]
    kind = "Query" if selection.name.value in QUERIES else "Mutation"
    field = CORE.type_map[kind].fields[selection.name.value]  # type: ignore[attr-defined]
    found = schema.rules.needed(kind, selection.name.value, get_named_type(field.type))
    return {permission.value for permission in found}


@pytest.fixture
async def acting(msp, http):
    """A client for each role: a token with the role's permissions."""
    clients = {}
    async with msp.transaction() as ctx:
        for role in Role:
            scopes = [permission.value for permission in ROLES[role].permissions]
            _, token = await access.create_token(ctx, name=role.value, scopes=scopes)
            clients[role] = Client(http, token)
    return clients


@pytest.mark.parametrize(("kind", "name"), OPERATIONS)
async def test_a_role_may_do_what_its_permissions_say_and_nothing_else(acting, kind, name):
    text, variables = operation(kind, name)
    for role, client in acting.items():
        allowed = needed(text) <= {permission.value for permission in ROLES[role].permissions}
        answer = await client.post(text, variables)
        refused = _refused(answer.json())
        assert refused is not allowed, f"{role} was {'' if refused else 'not '}refused {name}: {answer.text}"


@pytest.mark.parametrize(("kind", "name"), OPERATIONS)
async def test_without_a_token_nothing_is_answered(http, kind, name):
    text, variables = operation(kind, name)
    answer = await Client(http, None).post(text, variables)
    assert answer.status_code == 401
    assert "data" not in answer.json()


def takes_an_id(name: str) -> bool:
    _, variables = operation("mutation", name, ids=True)
    return global_id("Quote", uuid7())[:8] in json.dumps(variables)


@pytest.mark.parametrize("name", [name for name in sorted(MUTATIONS) if takes_an_id(name)])
async def test_another_tenants_record_is_answered_like_one_that_does_not_exist(ask, name):
    text, variables = operation("mutation", name, ids=True)
    missing = await _settled(ask, text, variables, lambda type_name: global_id(type_name, uuid7()))
    foreign = await _settled(ask, text, variables, _foreign)
    assert foreign == missing


def test_every_permission_opens_something():
    """A scope that nothing asks for would be a promise without content."""
    asked = set().union(*(needed(operation(kind, name)[0]) for kind, name in OPERATIONS))
    unused = {permission.value for permission in GRANTABLE} - asked - {"schema:read"}
    assert unused <= {model.reads.value for model in schema.models.values()}


def _refused(answer: dict[str, Any]) -> bool:
    return any(error["extensions"]["code"] == "FORBIDDEN" for error in answer.get("errors", ()))


def _foreign(type_name: str) -> str:
    return global_id(type_name, canary.row_id(schema.models[type_name].__tablename__))


async def _settled(ask, text: str, variables: dict[str, Any], id_of) -> Any:
    """The answer once every id is of the type that is wanted there: the complaints say which.

    In it ids are blanked, since they differ by themselves.
    """
    variables = json.loads(json.dumps(variables))
    for _ in range(20):
        answer = (await ask.post(text, variables)).json()
        wrong = [
            (error["field"], error["message"].rpartition(" ")[0].rpartition(" type ")[2].partition(" ")[0])
            for payload in (answer.get("data") or {}).values()
            for error in (payload or {}).get("userErrors", ())
            if "the id of a record of type" in error["message"]
        ]
        if not wrong:
            return _blanked(answer, variables)
        for path, type_name in wrong:
            _put(variables["input"], path, id_of(type_name.rstrip(".")))
    raise AssertionError(f"the ids of {variables} never got right: {answer}")


def _put(inside: Any, path: list[str], new: str) -> None:
    *way, last = path
    for step in way:
        inside = inside[int(step)] if isinstance(inside, list) else inside[step]
    if isinstance(inside, list):
        inside[int(last)] = new
    else:
        inside[last] = new


def _blanked(answer: dict[str, Any], variables: dict[str, Any]) -> str:
    text = json.dumps({key: part for key, part in answer.items() if key != "extensions"}, sort_keys=True)
    for id in _ids(variables):
        text = text.replace(id, "<id>")
    return text


def _ids(inside: Any) -> list[str]:
    if isinstance(inside, dict):
        return [id for part in inside.values() for id in _ids(part)]
    if isinstance(inside, list):
        return [id for part in inside for id in _ids(part)]
    return [inside] if isinstance(inside, str) and len(inside) > 30 else []
