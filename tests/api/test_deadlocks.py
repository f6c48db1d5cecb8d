"""Two that wait for each other's rows: neither the caller nor the change notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from domain.ids import parse_global_id
from tests.api.conftest import an_organization

CHANGE = """mutation ($input: ChangeStoreAccountInput!) {
  changeStoreAccount(input: $input) { organization { name } contact { title } userErrors { code } }
}"""
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def elsewhere(postgres, db):
    """Opens a connection of somebody who is never the one that the database ends: it waits too long for that."""
    url = postgres.url_for("postgres", db.engine.url.database).replace("+psycopg", "")

    @asynccontextmanager
    async def connect() -> AsyncIterator[psycopg.AsyncConnection]:
        async with await psycopg.AsyncConnection.connect(url, options="-c deadlock_timeout=1min") as connection:
            yield connection

    return connect


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "account-1"}])
async def test_a_mutation_that_waits_in_a_ring_goes_again(ask, elsewhere, headers):
    made = await an_organization(ask, contacts=[{"firstName": "Ada"}])
    organization, contact = (parse_global_id(id)[1] for id in (made["id"], made["contacts"][0]["id"]))
    input = {"contactId": made["contacts"][0]["id"], "organization": {"name": "Acme"}, "contact": {"title": "Owner"}}
    async with elsewhere() as other, elsewhere() as watching:
        await watching.set_autocommit(True)
        await other.execute("SELECT FROM contact WHERE id = %s FOR UPDATE", [contact])
        changing = asyncio.create_task(ask.post(CHANGE, {"input": input}, **headers))
        while not await (await watching.execute(WAITS)).fetchone():  # noqa: ASYNC110  # it rings no bell
            await asyncio.sleep(0.01)
        await other.execute("SELECT FROM organization WHERE id = %s FOR UPDATE", [organization])  # the ring is closed
        await other.commit()
        answer = (await changing).json()
    assert answer["data"]["changeStoreAccount"] == {
        "organization": {"name": "Acme"},
        "contact": {"title": "Owner"},
        "userErrors": [],
    }
