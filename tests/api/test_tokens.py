"""API tokens: made, shown once, listed, revoked; and nobody makes one that may do more than they may."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from api import auth
from domain.access import service as access
from domain.access.models import Credential, CredentialKind
from domain.access.scopes import GRANTABLE
from domain.access.tokens import well_formed
from domain.ids import global_id
from runtime.settings import libpq_url
from tests.api.conftest import Client, an_organization, with_scopes

CREATE = """mutation ($input: CreateApiTokenInput!) {
  createApiToken(input: $input) {
    token
    apiToken { id name hint scopes employee { name } createdAt expiresAt revokedAt lastUsedAt }
    userErrors { code field message }
  }
}"""
REVOKE = """mutation ($id: ID!) {
  revokeApiToken(input: {apiTokenId: $id}) { apiToken { id revokedAt } userErrors { code field } }
}"""
LIST = "{ apiTokens { totalCount nodes { name hint scopes lastUsedAt expiresAt revokedAt createdAt } } }"


async def create(ask: Client, **input):
    return (await ask(CREATE, input={"name": "billing", "scopes": ["quotes:read"], **input}))["createApiToken"]


async def an_employee(msp, name: str = "Kim Berg", **more):
    async with msp.transaction() as ctx:
        return await access.create_employee(ctx, name=name, email=f"{name.split()[0].lower()}@x.test", **more)


async def test_a_new_token_opens_what_its_scopes_say(ask, http):
    expires = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    made = await create(ask, name=" billing ", scopes=["quotes:read", "sync:read", "quotes:read"], expiresAt=expires)
    token, api_token = made["token"], made["apiToken"]
    assert well_formed(token)
    assert (api_token["name"], api_token["hint"]) == ("billing", token[-4:])
    assert (api_token["scopes"], api_token["expiresAt"]) == (["quotes:read", "sync:read"], expires)
    assert api_token["revokedAt"] is api_token["lastUsedAt"] is api_token["employee"] is None
    assert (await Client(http, token)("{ viewer { scopes } quotes { totalCount } }"))["viewer"]["scopes"] == [
        "quotes:read",
        "sync:read",
    ]
    assert await Client(http, token).code("{ organizations { totalCount } }") == "FORBIDDEN"


async def test_tokens_are_listed_the_newest_first_and_never_shown_again(ask, http):
    first, second = await create(ask, name="first"), await create(ask, name="second")
    await Client(http, second["token"])("{ viewer { scopes } }")
    answer = await ask.post(LIST)
    listed = answer.json()["data"]["apiTokens"]
    assert [node["name"] for node in listed["nodes"]] == ["second", "first", "test"]
    assert [bool(node["lastUsedAt"]) for node in listed["nodes"]] == [True, False, True]
    for token in (first["token"], second["token"], ask.token):
        assert token not in answer.text


async def test_tokens_are_found_by_what_they_are(ask, msp):
    kim = await an_employee(msp)
    made = await create(ask, employeeId=global_id("Employee", kim.id))
    assert made["apiToken"]["employee"] == {"name": "Kim Berg"}
    for filter in (
        {"id": {"eq": made["apiToken"]["id"]}},
        {"hint": {"eq": made["apiToken"]["hint"]}},
        {"employeeId": {"eq": global_id("Employee", kim.id)}},
        {"name": {"startsWith": "bill"}, "revokedAt": {"isNull": True}},
    ):
        found = await ask("query ($filter: ApiTokenFilter) { apiTokens(filter: $filter) { nodes { name } } }",
                          filter=filter)  # fmt: skip
        assert found["apiTokens"]["nodes"] == [{"name": "billing"}]


async def test_a_callback_of_a_provider_is_no_api_token(ask, msp):
    """They lie in one table; whoever manages tokens neither sees nor ends the others."""
    async with msp.transaction() as ctx:
        other = Credential(kind=CredentialKind.CALLBACK.value, name="X", hash=b"x", hint="x", scopes=[])
        ctx.session.add(other)
        await ctx.session.flush()
    id = global_id("ApiToken", other.id)
    assert (await ask("{ apiTokens { totalCount } }"))["apiTokens"]["totalCount"] == 1
    assert await ask("query ($id: ID!) { node(id: $id) { id } }", id=id) == {"node": None}
    revoked = (await ask(REVOKE, id=id))["revokeApiToken"]
    assert revoked["userErrors"] == [{"code": "NOT_FOUND", "field": ["apiTokenId"]}]


async def test_a_revoked_token_is_dead_when_what_is_remembered_has_run_out(ask, http, monkeypatch):
    monkeypatch.setattr(auth, "_KEPT", 0.2)
    made = await create(ask)
    client = Client(http, made["token"])
    assert (await client.post("{ viewer { scopes } }")).status_code == 200
    revoked = (await ask(REVOKE, id=made["apiToken"]["id"]))["revokeApiToken"]["apiToken"]["revokedAt"]
    again = (await ask(REVOKE, id=made["apiToken"]["id"]))["revokeApiToken"]["apiToken"]["revokedAt"]
    assert revoked == again
    assert revoked is not None
    await asyncio.sleep(0.25)
    assert (await client.post("{ viewer { scopes } }")).status_code == 401


async def test_a_token_ends_with_its_employee_and_comes_back_with_them(ask, http, msp, monkeypatch):
    monkeypatch.setattr(auth, "_KEPT", 0.0)
    kim = await an_employee(msp)
    made = await create(ask, employeeId=global_id("Employee", kim.id))
    client = Client(http, made["token"])
    for active, status in ((True, 200), (False, 401), (True, 200)):
        async with msp.transaction() as ctx:
            await access.update_employee(ctx, kim.id, {"active": active})
        assert (await client.post("{ viewer { scopes } }")).status_code == status


async def test_a_token_in_somebodys_name_has_its_own_scopes_and_not_their_role(ask, http, msp):
    kim = await an_employee(msp, role="ADMINISTRATOR")
    made = await create(ask, employeeId=global_id("Employee", kim.id), scopes=["employees:read"])
    viewer = await Client(http, made["token"])("{ viewer { scopes role authentication employee { name role } } }")
    assert viewer["viewer"] == {
        "scopes": ["employees:read"],
        "role": None,
        "authentication": "API_TOKEN",
        "employee": {"name": "Kim Berg", "role": "ADMINISTRATOR"},
    }


async def test_nobody_grants_a_scope_they_do_not_have(http, msp):
    manager = await with_scopes(http, msp, "access:admin", "employees:read", "quotes:read")
    assert (await create(manager, scopes=["access:admin", "quotes:read"]))["token"]
    refused = await create(manager, scopes=["quotes:read", "quotes:write"])
    assert refused == {
        "token": None,
        "apiToken": None,
        "userErrors": [
            {
                "code": "FORBIDDEN",
                "field": ["scopes", "1"],
                "message": "You can't grant quotes:write: you don't have it yourself.",
            }
        ],
    }


@pytest.mark.parametrize("scope", ["offer:answer", "quotes:everything", "", "QUOTES:READ", "x" * 5_000])
async def test_what_is_no_scope_is_not_granted(ask, scope):
    [error] = (await create(ask, scopes=["quotes:read", scope]))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["scopes", "1"])
    assert "quotes:write" in error["message"]
    assert len(error["message"]) < 1_000


async def test_a_scope_that_is_never_granted_does_not_open_even_when_it_is_written_down(http, msp):
    """By an older version, or by hand."""
    client = await with_scopes(http, msp, "quotes:read")
    async with msp.transaction() as ctx:
        for api_token in await access.list_tokens(ctx):
            api_token.scopes = ["quotes:read", "offer:answer", "gone:since"]
    assert (await client("{ viewer { scopes } }"))["viewer"]["scopes"] == ["quotes:read"]


async def test_the_token_of_up_and_of_the_first_tenant_may_do_all_that_can_be_granted(ask):
    assert (await ask("{ viewer { scopes } }"))["viewer"]["scopes"] == sorted(GRANTABLE)
    assert "schema:read" in GRANTABLE
    assert "offer:answer" not in GRANTABLE


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"name": " "}, "REQUIRED", ["name"]),
        ({"name": "x" * 101}, "TOO_LONG", ["name"]),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "INVALID", ["expiresAt"]),
        ({"employeeId": "x"}, "INVALID", ["employeeId"]),
        ({"employeeId": global_id("Quote", uuid4())}, "INVALID", ["employeeId"]),
        ({"employeeId": global_id("Employee", uuid4())}, "NOT_FOUND", ["employeeId"]),
    ],
)
async def test_what_makes_no_sense_is_told_where(ask, input, code, field):
    made = await create(ask, **input)
    assert [(error["code"], error["field"]) for error in made["userErrors"]] == [(code, field)]
    assert made["token"] is None


async def test_somebody_inactive_gets_no_token(ask, msp):
    kim = await an_employee(msp)
    async with msp.transaction() as ctx:
        await access.update_employee(ctx, kim.id, {"active": False})
    [error] = (await create(ask, employeeId=global_id("Employee", kim.id)))["userErrors"]
    assert (error["code"], error["message"]) == (
        "INVALID",
        "Kim Berg is not active, so a token of theirs would open nothing.",
    )


async def test_repeating_the_request_makes_one_token_and_shows_it_once(ask, http):
    key = {"Idempotency-Key": str(uuid4())}
    variables = {"input": {"name": "billing", "scopes": ["quotes:read"]}}
    first = (await ask.post(CREATE, variables, **key)).json()["data"]["createApiToken"]
    again = (await ask.post(CREATE, variables, **key)).json()["data"]["createApiToken"]
    assert (await Client(http, first["token"]).post("{ __typename }")).status_code == 200
    assert again == {**first, "token": None}
    assert (await ask("{ apiTokens { totalCount } }"))["apiTokens"]["totalCount"] == 2


async def test_two_at_once_make_one_token_and_one_of_them_shows_it(ask):
    key, variables = {"Idempotency-Key": str(uuid4())}, {"input": {"name": "billing", "scopes": []}}
    answers = await asyncio.gather(*(ask.post(CREATE, variables, **key) for _ in range(5)))
    payloads = [answer.json()["data"]["createApiToken"] for answer in answers]
    assert len({payload["apiToken"]["id"] for payload in payloads}) == 1
    assert len([payload for payload in payloads if payload["token"]]) == 1


async def test_the_token_itself_stands_nowhere_in_the_database(ask, db, postgres):
    """Not with its idempotency key either, where answers are kept."""
    made = await ask.post(CREATE, {"input": {"name": "canary", "scopes": []}}, **{"Idempotency-Key": str(uuid4())})
    token = made.json()["data"]["createApiToken"]["token"]
    url = libpq_url(postgres.url_for("postgres", db.engine.url.database))
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        rows = [
            row
            for (table,) in tables.fetchall()
            for (row,) in connection.execute(f'SELECT CAST(t AS text) FROM "{table}" AS t')
        ]
    assert any("canary" in row for row in rows)
    assert not [row for row in rows if token in row or token[3:33] in row]


async def test_facts_tell_of_tokens_made_and_revoked(ask, msp):
    made = await create(ask)
    for _ in range(2):
        await ask(REVOKE, id=made["apiToken"]["id"])
    async with msp.transaction() as ctx:
        facts = await ctx.session.scalars(text("SELECT name FROM outbox WHERE actor = 'token test' ORDER BY id"))
        assert list(facts) == ["ApiTokenCreated", "ApiTokenRevoked"]


async def test_only_whoever_manages_access_sees_and_makes_tokens(http, msp):
    async with msp.transaction() as ctx:
        msp_token_id = (await access.list_tokens(ctx))[0].id
    client = await with_scopes(http, msp, *(GRANTABLE - {"access:admin"}))
    for query, variables in (
        (LIST, {}),
        (CREATE, {"input": {"name": "x", "scopes": []}}),
        (REVOKE, {"id": "x"}),
    ):
        [error] = await client.errors(query, **variables)
        assert error["extensions"] == {"code": "FORBIDDEN", "scopes": ["access:admin"]}
    there, nowhere = global_id("ApiToken", msp_token_id), global_id("ApiToken", uuid4())
    for id in (there, nowhere):
        assert await client.code("query ($id: ID!) { node(id: $id) { id } }", id=id) == "FORBIDDEN"


async def test_tokens_of_another_tenant_are_not_there(ask, ask_other, http):
    made = await create(ask_other)
    assert (await ask("{ apiTokens { totalCount } }"))["apiTokens"]["totalCount"] == 1
    assert (await ask(REVOKE, id=made["apiToken"]["id"]))["revokeApiToken"]["userErrors"]
    assert await an_organization(ask_other)
    assert (await Client(http, made["token"]).post("{ __typename }")).status_code == 200
