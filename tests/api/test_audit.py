"""The audit trail: whatever changes is written down with who did it, and nobody can change what was written."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.access import service as access
from domain.ids import global_id, uuid7
from domain.outbox import Lane
from domain.sync.models import SyncError
from tests.api.conftest import LINES, Client, a_product, a_quote, an_organization
from tests.api.purchasing import a_purchase_order, made
from tests.api.test_sales_settings import encoded, png
from tests.domain.purchasing import a_stage

TRAIL = """
query ($filter: AuditFilter, $direction: OrderDirection! = ASC) {
  auditTrail(filter: $filter, direction: $direction, first: 100) {
    nodes { actor action type rowId recordId requestId origin employee { id } record { id }
            changes { field before after } }
  }
}
"""


async def trail(ask, **filter):
    return (await ask(TRAIL, filter=filter))["auditTrail"]["nodes"]


def changes(entry):
    return {change["field"]: (change["before"], change["after"]) for change in entry["changes"]}


async def test_a_change_says_who_what_from_what_to_what(ask):
    organization = await an_organization(ask, "Acme Dental", phone="1")
    answer = await ask.post(
        'mutation ($id: ID!) { updateOrganization(input: {organizationId: $id, phone: "2"}) { organization { id } } }',
        {"id": organization["id"]},
        **{"X-Request-Id": "the-change"},
    )
    assert answer.status_code == 200
    made, changed = await trail(ask, recordId={"eq": organization["id"]})
    assert (made["action"], made["type"], made["actor"]) == ("CREATED", "Organization", "token test")
    assert changes(made)["name"] == (None, "Acme Dental")
    assert changed["action"] == "CHANGED"
    assert changed["requestId"] == "the-change"
    assert changes(changed) == {"phone": ("1", "2")}
    assert changed["record"] == {"id": organization["id"]}


async def test_a_record_has_the_history_of_its_parts(ask):
    organization = await an_organization(ask)
    quote = await a_quote(ask, organization["id"])
    await ask(
        "mutation ($id: ID!) { removeQuoteLine(input: {lineId: $id}) { quote { id } } }", id=quote["lines"][0]["id"]
    )
    entries = await trail(ask, recordId={"eq": quote["id"]})
    removed = [entry for entry in entries if entry["action"] == "REMOVED"]
    assert [entry["type"] for entry in removed] == ["QuoteLine"]
    assert removed[0]["rowId"] == quote["lines"][0]["id"]
    assert changes(removed[0])["title"] == (LINES[0]["title"], None)
    own = await trail(ask, rowId={"eq": quote["id"]})
    assert {entry["type"] for entry in own} == {"Quote"}


async def test_records_in_a_change_are_named_by_the_ids_that_the_api_knows(ask):
    quote = await a_quote(ask)
    grace = 'mutation { createEmployee(input: {name: "Grace", email: "grace@msp.test"}) { employee { id } } }'
    owner = (await ask(grace))["createEmployee"]["employee"]["id"]
    change = "mutation ($id: ID!, $o: ID) { updateQuote(input: {quoteId: $id, ownerId: $o}) { quote { id } } }"
    await ask(change, id=quote["id"], o=owner)
    await ask(change, id=quote["id"], o=None)
    *_, given, taken = await trail(ask, rowId={"eq": quote["id"]})
    assert changes(given)["ownerId"] == (None, owner)
    assert changes(taken)["ownerId"] == (owner, None)


async def test_an_id_of_no_record_of_ours_is_refused(ask):
    for name in ("A" + "aA" * 31, "Aa" * 32):
        [error] = await ask.errors(TRAIL, filter={"recordId": {"eq": global_id(name, uuid7())}})
        assert error["extensions"] == {"code": "INVALID", "field": ["filter", "recordId", "eq"]}


async def test_amounts_are_written_down_to_the_last_digit(ask):
    product = await a_product(ask, price="123456789012.3456")
    [made] = await trail(ask, recordId={"eq": product["id"]})
    assert changes(made)["price"] == (None, "123456789012.3456")


async def test_what_was_refused_leaves_no_entry(ask):
    organization = await an_organization(ask)
    before = await trail(ask)
    answer = await ask(
        'mutation ($id: ID!) { updateOrganization(input: {organizationId: $id, name: ""}) { userErrors { code } } }',
        id=organization["id"],
    )
    assert answer["updateOrganization"]["userErrors"]
    assert await trail(ask) == before


async def test_who_acts_for_an_employee_is_told(ask, msp, http):
    employee = await ask(
        'mutation { createEmployee(input: {name: "Grace", email: "grace@msp.test"}) { employee { id } } }'
    )
    async with msp.transaction() as ctx:
        person = (
            await ctx.session.execute(text("SELECT id FROM employee WHERE email = 'grace@msp.test'"))
        ).scalar_one()
        _, token = await access.create_token(
            ctx, name="grace", scopes=["organizations:write", "organizations:read"], employee_id=person
        )
    theirs = await an_organization(Client(http, token))
    own = await trail(ask, employeeId={"eq": employee["createEmployee"]["employee"]["id"]})
    assert [entry["recordId"] for entry in own] == [theirs["id"]]


async def test_the_trail_needs_its_scope_and_shows_no_record_that_the_token_may_not_read(ask, msp, http):
    organization = await an_organization(ask)
    async with msp.transaction() as ctx:
        _, without = await access.create_token(ctx, name="without", scopes=["organizations:read"])
        _, only = await access.create_token(ctx, name="only", scopes=["audit:read"])
    assert await Client(http, without).code("{ auditTrail { nodes { action } } }") == "FORBIDDEN"
    answer = await Client(http, only)(
        "query ($id: ID!) { auditTrail(filter: {recordId: {eq: $id}}) { nodes { action record { id } } } }",
        id=organization["id"],
    )
    assert answer["auditTrail"]["nodes"] == [{"action": "CREATED", "record": None}]


async def test_another_tenant_sees_nothing_of_it(ask, ask_other):
    organization = await an_organization(ask, "CANARY")
    assert await trail(ask_other, recordId={"eq": organization["id"]}) == []
    assert "CANARY" not in json.dumps(await trail(ask_other))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
async def test_what_was_written_down_can_not_be_changed(ask, msp, statement):
    await an_organization(ask)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with msp.transaction() as ctx:
            await ctx.session.execute(text(statement))


async def test_what_was_tried_again_or_dismissed_is_written_down(ask, msp):
    async with msp.transaction() as ctx:
        about = {"provider": "CONNECTWISE", "subject": "quote:1", "root": "quote:1"}
        error = SyncError(**about, title="Q-1001", kind="REJECTED", message="No.")
        once = datetime(2020, 1, 1, tzinfo=UTC)
        lane = Lane(provider="CONNECTWISE", subjects=["quote"], next_at=once, held_until=once, failures=0)
        ctx.session.add_all([error, lane])
    id = global_id("SyncError", error.id)
    await ask("mutation ($id: ID!) { retrySyncError(input: {id: $id}) { userErrors { code } } }", id=id)
    await ask("mutation ($id: ID!) { retrySyncError(input: {id: $id}) { userErrors { code } } }", id=id)
    await ask(
        'mutation ($id: ID!) { dismissSyncError(input: {id: $id, reason: "A test."}) { userErrors { code } } }', id=id
    )
    first, second, dismissed = await trail(ask, recordId={"eq": id})
    assert [changes(entry).keys() for entry in (first, second)] == [{"retriedAt"}] * 2
    assert changes(dismissed)["dismissReason"] == (None, "A test.")
    assert first["record"] == {"id": id}


async def test_a_token_and_a_customers_link_are_called_what_they_are(ask, msp):
    quote = await a_quote(ask)
    async with msp.transaction() as ctx:
        token, _ = await access.create_token(ctx, name="partner", scopes=["quotes:read"])
    id = global_id("ApiToken", token.id)
    [made] = await trail(ask, recordId={"eq": id})
    assert (made["type"], made["rowId"], made["record"]) == ("ApiToken", id, {"id": id})
    await ask("mutation ($id: ID!) { createOfferLink(input: {quoteId: $id}) { userErrors { code } } }", id=quote["id"])
    last = (await trail(ask, recordId={"eq": quote["id"]}))[-1]
    assert (last["type"], last["action"], last["record"]) == ("OfferLink", "CREATED", {"id": quote["id"]})


async def test_that_a_picture_or_a_secret_was_changed_is_told_and_not_what_it_is(ask, msp):
    for logo in (encoded(png()), None):
        await ask("mutation ($logo: String) { setLogo(input: {logo: $logo}) { userErrors { message } } }", logo=logo)
    entries = [changes(entry) for entry in await trail(ask) if entry["type"] == "SalesSettings"]
    assert [entry.get("logo") for entry in entries[-2:]] == [(None, "(not shown)"), ("(not shown)", None)]

    stage = await a_stage(msp)
    order = (await a_purchase_order(ask, stage, (stage.cable, 1)))["id"]
    for note in ("KEY-1", "KEY-2"):
        await made(ask, "updatePurchaseOrder", purchaseOrderId=order, note=note)
    *_, first, second = [changes(entry) for entry in await trail(ask, rowId={"eq": order})]
    assert (first, second) == ({"note": (None, "(not shown)")}, {"note": ("(not shown)", "(not shown)")})
    assert "KEY-" not in json.dumps(await trail(ask))


async def test_secrets_are_not_written_down(ask, msp):
    async with msp.transaction() as ctx:
        credential, token = await access.create_token(ctx, name="partner", scopes=["quotes:read"])
    async with msp.transaction() as ctx:
        await access.revoke_token(ctx, credential.id)
        rows = (await ctx.session.execute(text("SELECT changes::text FROM audit_entry"))).scalars().all()
    whole = " ".join(rows)
    assert "revoked_at" in whole
    assert token not in whole
    assert credential.hash.hex() not in whole
    assert '"hash"' not in whole


async def test_changes_of_requests_at_once_each_have_their_own_actor(ask, msp, http):
    async with msp.transaction() as ctx:
        _, second = await access.create_token(ctx, name="second", scopes=["organizations:write", "organizations:read"])
    asks = [ask, Client(http, second)]
    await asyncio.gather(*(an_organization(asks[n % 2], f"Organization {n}") for n in range(20)))
    entries = [entry for entry in await trail(ask) if entry["type"] == "Organization"]
    by = {changes(entry)["name"][1]: entry["actor"] for entry in entries}
    assert by == {f"Organization {n}": ("token test", "token second")[n % 2] for n in range(20)}
