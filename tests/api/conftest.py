"""The application over a real database and ASGI: what every test of the api asks through."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api import app
from api.ask import Asker
from domain.access import service as access
from domain.db import Database
from runtime import database as databases
from tests.api import canary
from tests.api.issuer import Issuer, running
from tests.conftest import TEMPLATE
from tests.rig import Msp, make_msp, opened


@dataclass
class Client:
    """Asks as one token. `__call__` gives the data of an answer without errors; `errors` those of one with."""

    http: httpx.AsyncClient
    token: str | None = field(repr=False)

    async def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def __call__(self, query: str, /, **variables: Any) -> Any:
        answer = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def errors(self, query: str, /, **variables: Any) -> list[dict[str, Any]]:
        return (await self.post(query, variables)).json()["errors"]

    async def code(self, query: str, /, **variables: Any) -> str:
        """The code of the only error."""
        [error] = await self.errors(query, **variables)
        return error["extensions"]["code"]


@pytest.fixture(scope="session")
async def db(postgres) -> AsyncIterator[Database]:
    """One database for the whole room: each test has tenants of its own, and sees nothing of what others left."""
    name = f"test_api_{os.getpid()}"
    databases.create_from_template(postgres.url, TEMPLATE, name)
    canary.release(postgres.url_for("postgres", name))
    async with opened(postgres.url_for(databases.APP, name)) as db:
        yield db
    databases.drop(postgres.url, name)


@pytest.fixture
def asker() -> Asker:
    return Asker(None)


@pytest.fixture
async def http(db, asker) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app.create(db, asker))
    listening = {"response": [_listen]}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://quotewright.test", event_hooks=listening
    ) as http:
        yield http


async def _listen(response: httpx.Response) -> None:
    """No answer of any test may hold anything of the canary, who is another tenant of the same database."""
    await response.aread()
    heard = canary.heard(response.text)
    assert heard is None, f"The canary was heard in an answer: {heard}"


@pytest.fixture(scope="session")
async def running_issuer() -> AsyncIterator[Issuer]:
    async with running() as issuer:
        yield issuer


@pytest.fixture
def issuer(running_issuer) -> Issuer:
    """An OIDC issuer with one key."""
    running_issuer.begin_anew()
    return running_issuer


@pytest.fixture
async def msp(db) -> Msp:
    return await make_msp(db)


@pytest.fixture
async def other(db) -> Msp:
    """Another tenant, who must see nothing of the first."""
    return await make_msp(db, name="Elsewhere IT")


@pytest.fixture
def ask(http, msp) -> Client:
    return Client(http, msp.token)


@pytest.fixture
def ask_other(http, other) -> Client:
    return Client(http, other.token)


async def with_scopes(http: httpx.AsyncClient, msp: Msp, *scopes: str) -> Client:
    """Who asks with a token of these scopes alone."""
    async with msp.transaction() as ctx:
        _, token = await access.create_token(ctx, name="some", scopes=scopes)
    return Client(http, token)


CREATE_ORGANIZATION = """mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { id contacts { id } } userErrors { code field message } }
}"""
CREATE_QUOTE = """mutation ($input: CreateQuoteInput!) {
  createQuote(input: $input) {
    quote { id number lines { id } sections { id lines { id } } } userErrors { code field message }
  }
}"""
CREATE_PRODUCT = """mutation ($input: CreateProductInput!) {
  createProduct(input: $input) { product { id number version } userErrors { code field message } }
}"""
LINES: list[dict[str, Any]] = [
    {"title": "Firewall", "quantity": "2", "unitPrice": "499.90", "taxRate": "20"},
    {"title": "Support", "quantity": "12", "unitPrice": "89", "discountPercent": "10", "optional": True},
]


async def an_organization(ask: Client, name: str = "Acme Dental", **more: Any) -> dict[str, Any]:
    return (await ask(CREATE_ORGANIZATION, input={"name": name, **more}))["createOrganization"]["organization"]


async def a_product(ask: Client, **more: Any) -> dict[str, Any]:
    input = {"title": "Firewall F-40", "price": "499.90", **more}
    return (await ask(CREATE_PRODUCT, input=input))["createProduct"]["product"]


async def a_quote(ask: Client, organization_id: str | None = None, **more: Any) -> dict[str, Any]:
    organization_id = organization_id or (await an_organization(ask))["id"]
    input = {"organizationId": organization_id, "title": "New network", "lines": LINES, **more}
    return (await ask(CREATE_QUOTE, input=input))["createQuote"]["quote"]
