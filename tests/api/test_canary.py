"""The canary itself: that what is another tenant's would be heard in an answer. All tests of the api listen for it."""

import pytest

from api.schema import schema
from domain.access import service as access
from domain.context import Actor
from domain.ids import global_id, uuid7
from tests.api import canary

LISTS = sorted(name for name, field in schema.core.query_type.fields.items() if str(field.type).endswith("Connection!"))


@pytest.fixture
async def its_own(db, http):
    """Asks as the canary's tenant, without listening."""
    async with db.transaction(Actor.system(canary.TENANT)) as ctx:
        _, token = await access.create_token(ctx, name="its own", scopes=["quotes:read", "organizations:read"])

    async def ask(query):
        return (await http.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})).text

    return ask


async def test_what_its_own_tenant_is_answered_holds_the_canary(its_own):
    with pytest.raises(AssertionError, match="canary"):
        await its_own("{ organizations { nodes { name } } }")
    with pytest.raises(AssertionError, match="canary"):
        await its_own("{ quotes { nodes { id } } }")


async def test_an_answer_about_nothing_does_not(its_own):
    assert "organizations" in await its_own("{ organizations { totalCount } }")


@pytest.mark.parametrize("type_name", sorted(schema.models))
def test_each_of_its_ids_is_recognised(type_name):
    table = schema.models[type_name].__tablename__
    assert canary.heard(f'"{global_id(type_name, canary.row_id(table))}"')
    assert not canary.heard(f'"{global_id(type_name, uuid7())}"')


@pytest.mark.parametrize("field", LISTS)
async def test_no_list_shows_it(ask, field):
    assert await ask(f"{{ {field}(first: 100) {{ totalCount nodes {{ id }} }} }}")  # the client listens


@pytest.mark.parametrize("type_name", sorted(schema.models))
async def test_its_records_are_not_there(ask, type_name):
    table = schema.models[type_name].__tablename__
    answer = await ask("query ($id: ID!) { node(id: $id) { id } }", id=global_id(type_name, canary.row_id(table)))
    assert answer == {"node": None}
