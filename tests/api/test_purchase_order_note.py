"""The note of a purchase order may hold licence keys: who may read the order reads it, and it is nowhere else."""

import asyncio
import json
import subprocess
from functools import partial

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from domain import events
from domain.access import service as access
from domain.access.scopes import GRANTABLE
from domain.ids import uuid7
from domain.permissions import Permission
from domain.purchase_orders import notes
from domain.purchase_orders.models import PurchaseOrder
from domain.secrets import SecretUnreadable
from runtime import binaries
from runtime.settings import libpq_url
from tests.api.conftest import Client
from tests.api.purchasing import a_purchase_order, do, made
from tests.domain.purchasing import a_stage

CANARY = "Licence ZXQJ-4711-CANARY"
AGAIN = "Licence ZXQJ-4712-CANARY"
READ = "query ($id: ID!) { node(id: $id) { ... on PurchaseOrder { number note } } }"


@pytest.fixture
async def stage(msp):
    return await a_stage(msp)


async def noted(ask, stage) -> str:
    order = await a_purchase_order(ask, stage, (stage.cable, 1), note=f"  {CANARY}\n")
    return order["id"]


async def test_it_is_read_by_who_may_read_the_order(ask, ask_other, http, msp, stage):
    id = await noted(ask, stage)
    assert (await ask(READ, id=id))["node"]["note"] == CANARY
    assert (await ask("{ purchaseOrders { nodes { note } } }"))["purchaseOrders"]["nodes"] == [{"note": CANARY}]
    assert (await ask_other(READ, id=id))["node"] is None
    async with msp.transaction() as ctx:
        others = GRANTABLE - {Permission.PURCHASE_ORDERS_READ}
        _, token = await access.create_token(ctx, name="writer", scopes=sorted(others))
    assert await Client(http, token).code(READ, id=id) == "FORBIDDEN"
    payload = await do(ask, "updatePurchaseOrder", "purchaseOrder { note version }", purchaseOrderId=id, note=None)
    assert payload["purchaseOrder"] == {"note": None, "version": 2}


async def test_the_same_note_again_is_no_change(ask, stage):
    id = await noted(ask, stage)
    same = await made(ask, "updatePurchaseOrder", purchaseOrderId=id, note=CANARY)
    assert same["version"] == 1
    assert (await made(ask, "updatePurchaseOrder", purchaseOrderId=id, note=AGAIN))["version"] == 2
    assert (await ask(READ, id=id))["node"]["note"] == AGAIN


async def test_it_is_nowhere_in_a_dump_of_the_database(ask, stage, postgres, db):
    """pg_dump as superuser, after all that can be done with a purchase order: facts, audit trail and keys included."""
    id = await noted(ask, stage)
    key = {"Idempotency-Key": "one"}
    mutation = """mutation ($id: ID!, $note: String) {
      updatePurchaseOrder(input: {purchaseOrderId: $id, note: $note}) { purchaseOrder { note } } }"""
    answer = (await ask.post(mutation, {"id": id, "note": AGAIN}, **key)).json()
    assert answer["data"]["updatePurchaseOrder"]["purchaseOrder"] == {"note": AGAIN}
    assert (await ask.post(mutation, {"id": id, "note": AGAIN}, **key)).json() == answer
    await made(ask, "approvePurchaseOrder", purchaseOrderId=id)
    assert (await made(ask, "receivePurchaseOrder", purchaseOrderId=id))["status"] == "RECEIVED"
    program = binaries.postgres_for(binaries.account_for_postgres()) / "bin" / "pg_dump"
    url = libpq_url(postgres.url_for("postgres", db.engine.url.database))
    run = partial(subprocess.run, [program, "--inserts", url], capture_output=True, text=True, check=True)
    dump = (await asyncio.to_thread(run)).stdout
    assert "ING-FW40" in dump  # else its silence would prove nothing
    assert "PurchaseOrderReceived" in dump
    for part in ("ZXQJ", "4711-CANARY", "4712-CANARY"):
        assert part not in dump


async def test_it_is_in_no_log_no_fact_and_no_search(ask, http, stage, msp, db, caplog):
    caplog.set_level("DEBUG")
    with capture_logs() as logs:
        id = await noted(ask, stage)
        await made(ask, "updatePurchaseOrder", purchaseOrderId=id, note=AGAIN)
        assert (await ask(READ, id=id))["node"]["note"] == AGAIN
        too_long = await do(ask, "updatePurchaseOrder", purchaseOrderId=id, note=CANARY * 1000)
        nul = await ask.errors(READ, id=f"{CANARY}\x00")
        found = await ask('{ purchaseOrders(search: "ZXQJ") { totalCount } }')
    assert [error["code"] for error in too_long["userErrors"]] == ["TOO_LONG"]
    assert found["purchaseOrders"]["totalCount"] == 0
    assert "ZXQJ" not in json.dumps([too_long, nul, logs], default=str) + caplog.text
    async with msp.transaction() as ctx:
        facts = (await ctx.session.execute(text("SELECT payload::text FROM outbox"))).scalars().all()
    assert facts
    assert "ZXQJ" not in str(facts)


async def test_it_opens_in_its_own_row_only(ask, stage, msp, other):
    await noted(ask, stage)
    async with msp.transaction() as ctx:
        order = (await ctx.session.scalars(select(PurchaseOrder))).one()
        assert notes.read(ctx.keyring, order) == CANARY
        for tenant, row in ((msp.id, uuid7()), (other.id, order.id)):
            copy = PurchaseOrder(id=row, tenant_id=tenant, sealed_note=order.sealed_note)
            with pytest.raises(SecretUnreadable):
                notes.read(ctx.keyring, copy)


async def test_a_note_whose_key_is_gone_can_still_be_replaced(ask, stage, msp):
    id = await noted(ask, stage)
    async with msp.transaction() as ctx:
        order = (await ctx.session.scalars(select(PurchaseOrder))).one()
        order.sealed_note = order.sealed_note.replace("v1.test.", "v1.gone.")
        ctx.emit(events.PurchaseOrderUpdated(order.id))
    [error] = await ask.errors(READ, id=id)
    assert error["extensions"]["code"] == "INTERNAL"
    await made(ask, "updatePurchaseOrder", purchaseOrderId=id, note="New key")
    assert (await ask(READ, id=id))["node"]["note"] == "New key"
