"""The customer's link: made, shown again, taken back; and what its token opens, which is one offer."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
from graphql import get_named_type, is_composite_type, is_non_null_type
from sqlalchemy import text

from api import app, auth
from api.ask import Asker
from api.schema import schema
from domain.access.tokens import well_formed
from tests.api.conftest import Client, a_quote, with_scopes
from tests.api.offering import LINK, OFFER, linked, offered
from tests.api.test_permissions import mutation_text, required

REVOKE = """mutation ($id: ID!) {
  revokeOfferLink(input: {quoteId: $id}) { quote { offerLink { token } } userErrors { code field message } }
}"""
_EXPIRE = text("UPDATE credential SET expires_at = now() - interval '1 second' WHERE kind = 'OFFER'")
_ROWS = text("SELECT * FROM credential WHERE kind = 'OFFER'")
SHOW = "query ($id: ID!) { node(id: $id) { ... on Quote { offerLink { token url expiresAt lastUsedAt } } } }"


async def create(ask, quote, **more):
    return (await ask(LINK, input={"quoteId": quote["id"], **more}))["createOfferLink"]


async def shown(ask, quote):
    return (await ask(SHOW, id=quote["id"]))["node"]["offerLink"]


def soon(**later) -> str:
    moment = (datetime.now(UTC) + timedelta(**later)).replace(microsecond=0)
    return moment.isoformat().replace("+00:00", "Z")


async def test_a_quote_has_one_link_that_is_shown_again(ask):
    quote = await a_quote(ask)
    assert await shown(ask, quote) is None
    made = await create(ask, quote)
    token = made["offerLink"]["token"]
    assert well_formed(token)
    assert made["quote"] == {"number": "Q-1001", "offerLink": {"token": token}}
    assert await shown(ask, quote) == {"token": token, "url": None, "expiresAt": None, "lastUsedAt": None}
    until = soon(days=30)
    assert (await create(ask, quote, expiresAt=until))["offerLink"] == {
        **made["offerLink"], "token": token, "expiresAt": until
    }  # fmt: skip
    assert (await create(ask, quote))["offerLink"]["expiresAt"] == until, "asking for it makes it last no longer"
    assert (await create(ask, quote, expiresAt=None))["offerLink"] == made["offerLink"]


async def test_two_who_make_it_at_once_get_the_same(ask, msp):
    quote = await a_quote(ask)
    made = await asyncio.gather(*(create(ask, quote) for _ in range(4)))
    assert len({one["offerLink"]["token"] for one in made}) == 1
    async with msp.transaction() as ctx:
        assert len((await ctx.session.execute(_ROWS)).all()) == 1


async def test_a_repeated_request_answers_the_same_link(ask):
    quote = await a_quote(ask)
    body = {"input": {"quoteId": quote["id"]}}
    first, again = [(await ask.post(LINK, body, **{"Idempotency-Key": "k1"})).json()["data"] for _ in range(2)]
    assert first == again


async def test_its_address_is_the_page_of_the_deployment(db, msp):
    application = app.create(db, Asker(None), offer_url="https://quotes.example/offers#{token}")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://x.test") as http:
        ask = Client(http, msp.token)
        made = (await create(ask, await a_quote(ask)))["offerLink"]
    assert made["url"] == f"https://quotes.example/offers#{made['token']}"


async def test_it_opens_nothing_once_it_is_revoked_or_over(ask, msp, http, monkeypatch):
    monkeypatch.setattr(auth, "_KEPT", 0.0)
    ask = Client(http, msp.token)
    quote, customer = await offered(ask)
    assert (await customer(OFFER))["offer"]["state"] == "OPEN"
    revoked = (await ask(REVOKE, id=quote["id"]))["revokeOfferLink"]
    assert revoked == {"quote": {"offerLink": None}, "userErrors": []}
    assert (await customer.post(OFFER)).status_code == 401
    [error] = (await ask(REVOKE, id=quote["id"]))["revokeOfferLink"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["quoteId"])
    again = await linked(ask, quote["id"])
    assert again.token != customer.token
    async with msp.transaction() as ctx:
        await ctx.session.execute(_EXPIRE)
    assert (await again.post(OFFER)).status_code == 401
    assert await shown(ask, quote) is None
    assert (await linked(ask, quote["id"])).token != again.token


async def test_a_link_that_is_over_at_once_is_not_made(ask):
    [error] = (await create(ask, await a_quote(ask), expiresAt=soon(minutes=-1)))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["expiresAt"])


async def test_who_may_only_read_quotes_does_not_see_the_link(ask, http, msp):
    quote = await a_quote(ask)
    await create(ask, quote)
    reader = await with_scopes(http, msp, "quotes:read")
    assert await reader.code(SHOW, id=quote["id"]) == "FORBIDDEN"


async def test_the_token_says_what_it_is(ask):
    _, customer = await offered(ask)
    viewer = (await customer("{ viewer { name scopes authentication role tenant { name } } }"))["viewer"]
    assert viewer == {
        "name": "offer Q-1001",
        "scopes": ["offer:answer"],
        "authentication": "OFFER_LINK",
        "role": None,
        "tenant": {"name": "Northwind IT"},
    }


def query_text(name: str, quote_id: str) -> str:
    field = schema.core.query_type.fields[name]
    needed = {
        key: required(argument.type, key) for key, argument in field.args.items() if is_non_null_type(argument.type)
    }
    needed |= {"node": {"id": f'"{quote_id}"'}, "nodes": {"ids": f'["{quote_id}"]'}}.get(name, {})
    arguments = f"({', '.join(f'{key}: {value}' for key, value in needed.items())})" if needed else ""
    return f"{{ {name}{arguments}{' { __typename }' if is_composite_type(get_named_type(field.type)) else ''} }}"


async def test_it_reads_nothing_else(ask):
    quote, customer = await offered(ask)
    for name in set(schema.core.query_type.fields) - {"offer", "viewer"}:
        assert (name, await customer.code(query_text(name, quote["id"]))) == (name, "FORBIDDEN")


async def test_it_changes_nothing_else(ask):
    _, customer = await offered(ask)
    own = {"viewOffer", "acceptOffer", "declineOffer"}
    for name in set(schema.core.mutation_type.fields) - own:
        assert (name, await customer.code(mutation_text(name))) == (name, "FORBIDDEN")


async def test_it_subscribes_to_nothing_and_sees_no_schema(ask):
    _, customer = await offered(ask)
    assert await customer.code("{ __schema { queryType { name } } }") == "FORBIDDEN"
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {customer.token}"}
    answer = await ask.http.post(
        "/graphql", json={"query": "subscription { recordChanged { cursor } }"}, headers=headers
    )
    assert "FORBIDDEN" in answer.text
    assert "cursor" not in answer.text


async def test_it_leads_to_its_own_quote_only(ask, ask_other):
    _, one = await offered(ask, title="first")
    _, two = await offered(ask, title="second")
    _, elsewhere = await offered(ask_other, title="elsewhere")
    seen = [await customer("{ offer { content { title } } }") for customer in (one, two, elsewhere)]
    assert [answer["offer"]["content"]["title"] for answer in seen] == ["first", "second", "elsewhere"]


async def test_staff_have_no_offer(ask):
    """Their tokens have no such scope, and can't be given one."""
    assert await ask.code("{ offer { state } }") == "FORBIDDEN"
    await a_quote(ask)
    answer = await ask(
        'mutation { createApiToken(input: {name: "x", scopes: ["offer:answer"]}) { token userErrors { field } } }'
    )
    assert answer["createApiToken"] == {"token": None, "userErrors": [{"field": ["scopes", "0"]}]}


async def test_the_token_is_kept_as_a_hash_and_sealed(ask, msp):
    _, customer = await offered(ask)
    async with msp.transaction() as ctx:
        [row] = (await ctx.session.execute(_ROWS)).all()
    assert customer.token is not None
    assert customer.token not in str(row)
    assert row.hint == customer.token[-4:]
    assert row.sealed.startswith("v1.")
