"""`Idempotency-Key`: the same request twice changes once, whatever came in between."""

import asyncio
import dataclasses
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.schema import schema
from domain.access import service as access
from tests.api.conftest import CREATE_ORGANIZATION, Client, a_quote, an_organization

COUNT = "{ organizations { totalCount } }"


def create(name: str = "Acme", **more):
    return {"input": {"name": name, **more}}


async def send(client, key, query=CREATE_ORGANIZATION, variables=None):
    return await client.post(query, variables or create(), **{"Idempotency-Key": key})


async def count(ask) -> int:
    return (await ask(COUNT))["organizations"]["totalCount"]


async def test_a_repeated_request_creates_one_record(ask):
    key = str(uuid4())
    first, again = await send(ask, key), await send(ask, key)
    assert first.status_code == 200
    assert first.json() == again.json()
    assert first.json()["data"]["createOrganization"]["organization"]["id"]
    assert await count(ask) == 1
    other = await send(ask, str(uuid4()))
    assert other.json() != first.json()
    assert await count(ask) == 2


async def test_two_at_once_create_one_record(ask):
    key = str(uuid4())
    answers = await asyncio.gather(*(send(ask, key) for _ in range(8)))
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["data"]["createOrganization"]["organization"]
    assert await count(ask) == 1


async def test_an_answer_that_was_lost_is_given_again(ask, monkeypatch):
    """The connection breaks after the commit: the caller knows nothing, and asks again."""
    from api import http

    def lost(*_args, **_kwargs):
        raise ConnectionResetError

    key = str(uuid4())
    with monkeypatch.context() as patched:
        patched.setattr(http, "_response", lost)
        with pytest.raises(ConnectionResetError):
            await send(ask, key)
    assert await count(ask) == 1
    answer = (await send(ask, key)).json()
    assert answer["data"]["createOrganization"]["organization"]["id"]
    assert await count(ask) == 1


async def test_a_change_and_its_key_are_both_there_or_neither(ask, monkeypatch):
    from api import context

    async def broken(*_args):
        raise RuntimeError

    key = str(uuid4())
    with monkeypatch.context() as patched:
        patched.setattr(context, "finish", broken)
        answer = (await send(ask, key)).json()
    assert answer["data"] == {"createOrganization": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL"]
    assert await count(ask) == 0
    assert (await send(ask, key)).json()["data"]["createOrganization"]["organization"]
    assert await count(ask) == 1


async def test_a_key_stands_for_one_request(ask):
    key = str(uuid4())
    await send(ask, key)
    differently = CREATE_ORGANIZATION.replace("mutation (", "mutation Other(")
    for query, variables in ((CREATE_ORGANIZATION, create("Bob")), (differently, create())):
        answer = await send(ask, key, query, variables)
        assert answer.status_code == 422
        assert set(answer.json()) == {"errors", "extensions"}
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert "path" not in error
    assert await count(ask) == 1


async def test_keys_of_others_are_others(http, msp, ask, ask_other):
    key = str(uuid4())
    async with msp.transaction() as ctx:
        _, token = await access.create_token(ctx, name="second", scopes=["organizations:write", "organizations:read",
                                                                         "sync:read", "employees:read"])  # fmt: skip
    ids = set()
    for client in (ask, ask_other, Client(http, token)):
        answer = await send(client, key)
        ids.add(answer.json()["data"]["createOrganization"]["organization"]["id"])
    assert len(ids) == 3
    assert (await count(ask), await count(ask_other)) == (2, 1)


async def test_what_failed_may_be_repeated(ask):
    key = str(uuid4())
    refused = (await send(ask, key, variables=create(" "))).json()["data"]["createOrganization"]
    assert [error["code"] for error in refused["userErrors"]] == ["REQUIRED"]
    assert await count(ask) == 0
    mended = (await send(ask, key)).json()["data"]["createOrganization"]
    assert mended["organization"]


async def test_a_key_is_forgotten_after_a_day(ask, msp):
    key, old = str(uuid4()), [str(uuid4()) for _ in range(3)]
    for one in (key, *old):
        await send(ask, one)
    async with msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE idempotency_key SET created_at = now() - interval '25 hours'"))
    assert (await send(ask, key, variables=create("Bob"))).status_code == 200
    assert await count(ask) == 5
    async with msp.transaction() as ctx:
        kept = list(await ctx.session.scalars(text("SELECT key FROM idempotency_key")))
    assert kept == [key]  # the others went along


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb", "é".encode().decode("latin-1")])
async def test_a_key_is_short_and_plain(ask, key):
    headers = {"Authorization": f"Bearer {ask.token}", "Idempotency-Key": key.encode("latin-1")}
    body = {"query": CREATE_ORGANIZATION, "variables": create()}
    answer = await ask.http.post("/graphql", json=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (422, "BAD_REQUEST")
    assert await count(ask) == 0


ONE = 'createOrganization(input: {name: "x"}) { organization { id } }'


async def test_two_keys_are_no_key(ask):
    headers = [("Authorization", f"Bearer {ask.token}"), ("Idempotency-Key", "one"), ("Idempotency-Key", "two")]
    body = {"query": CREATE_ORGANIZATION, "variables": create()}
    answer = await ask.http.post("/graphql", json=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (422, "BAD_REQUEST")
    assert await count(ask) == 0


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { scopes } }",
        f"mutation {{ a: {ONE} b: {ONE} }}",
        f"mutation {{ ...M a: {ONE} }} fragment M on Mutation {{ b: {ONE} }}",
        "mutation { __typename }",
        'mutation { connectConnectWise(input: {site: "x", companyId: "x", publicKey: "x", privateKey: "x"})'
        " { userErrors { code } } }",
    ],
)
async def test_a_key_goes_with_one_mutation_that_is_one_transaction(ask, query):
    answer = await send(ask, str(uuid4()), query)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (422, "BAD_REQUEST")
    assert await count(ask) == 0


async def test_the_records_of_an_answer_are_read_as_they_are_now(ask):
    quote = await a_quote(ask)
    key, query = str(uuid4()), "mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { quote { status version } } }"
    first = (await send(ask, key, query, {"id": quote["id"]})).json()["data"]["sendQuote"]["quote"]
    await ask('mutation ($id: ID!) { updateQuote(input: {quoteId: $id, title: "x"}) { quote { id } } }', id=quote["id"])
    again = (await send(ask, key, query, {"id": quote["id"]})).json()["data"]["sendQuote"]["quote"]
    assert first["status"] == "SENT"
    assert (again["status"], again["version"]) == ("DRAFT", first["version"] + 1)


async def test_the_facts_of_a_change_are_written_once(ask, msp):
    key = str(uuid4())
    for _ in range(2):
        await send(ask, key, variables=create(contacts=[{"firstName": "Ada"}]))
    async with msp.transaction() as ctx:
        written = text("SELECT name FROM outbox WHERE subject LIKE 'organization:%' ORDER BY id")
        facts = list(await ctx.session.scalars(written))
    assert facts == ["OrganizationCreated", "ContactCreated"]


def test_every_payload_can_be_kept():
    """A payload is made with ids and errors; whatever else one is given must be known to `api.idempotency` too."""
    kinds = set()
    for field in schema.core.mutation_type.fields.values():
        payload = field.type.extensions["strawberry-definition"].origin
        kinds |= {str(one.type) for one in dataclasses.fields(payload) if one.init and one.name != "user_errors"}
    assert all("UUID" in kind or "str" in kind or "list" in kind for kind in kinds), kinds


async def test_a_mutation_without_a_key_leaves_nothing_behind(ask, msp):
    await an_organization(ask)
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(text("SELECT count(*) FROM idempotency_key")) == 0
