"""How records stand with ConnectWise, and sync errors: seen, retried, dismissed."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from domain.ids import global_id, parse_global_id, uuid7
from domain.outbox import Lane, SyncTask
from domain.sync.models import ExternalLink, SyncError
from tests.api.conftest import a_quote, an_organization, with_scopes

PROVIDER = "CONNECTWISE"
SYNC = "sync { state externalId externalUrl lastSyncedAt lastError { message kind } }"
QUOTE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Quote {{ {SYNC} lines {{ {SYNC} }} }} }} }}"
ORGANIZATION = f"query ($id: ID!) {{ node(id: $id) {{ ... on Organization {{ {SYNC} contacts {{ {SYNC} }} }} }} }}"
ERRORS = """query ($filter: SyncErrorFilter, $state: SyncErrorState = OPEN) {
  syncErrors(filter: $filter, state: $state) { totalCount nodes {
  id kind title message setting remoteCode remoteText attempts firstAt lastAt resolvedAt resolution dismissReason
  record { id __typename }
} } }"""
RETRY = """mutation ($input: RetrySyncErrorInput!) {
  retrySyncError(input: $input) { syncError { id resolvedAt } userErrors { code field } }
}"""
DISMISS = """mutation ($input: DismissSyncErrorInput!) {
  dismissSyncError(input: $input) { syncError { resolution dismissReason resolvedAt } userErrors { code field } }
}"""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOTHING = {"externalId": None, "externalUrl": None, "lastSyncedAt": None, "lastError": None}


def subject(kind: str, id: str) -> str:
    return f"{kind}:{parse_global_id(id)[1]}"


async def add(msp, *rows) -> None:
    async with msp.transaction() as ctx:
        ctx.session.add_all(rows)


def failed(own: str, root: str | None = None, message: str = "m", **more) -> SyncError:
    values = {"title": "Q-1001", "kind": "REJECTED", **more}
    return SyncError(provider=PROVIDER, subject=own, root=root or own, message=message, **values)


def linked(own: str, root: str, remote_id: str | None = "7", **more) -> ExternalLink:
    return ExternalLink(provider=PROVIDER, subject=own, root=root, remote_kind=own.split(":")[0], remote_id=remote_id,
                        **more)  # fmt: skip


def work(root: str, **values) -> SyncTask:
    # psycopg reads no infinity, which is what the database would put in.
    return SyncTask(provider=PROVIDER, subject=root, paced_until=LONG_AGO, **values)


@pytest.fixture
async def quote(ask):
    return await a_quote(ask)


@pytest.fixture
def root(quote):
    return subject("quote", quote["id"])


async def states(ask, quote) -> list[str]:
    """Of the quote, then of its lines."""
    found = (await ask(QUOTE, id=quote["id"]))["node"]
    return [found["sync"]["state"], *(line["sync"]["state"] for line in found["lines"])]


async def test_what_was_never_sent_is_not_synced(ask, quote):
    found = (await ask(QUOTE, id=quote["id"]))["node"]
    assert found == {
        "sync": {"state": "NOT_SYNCED", **NOTHING},
        "lines": [{"sync": {"state": "NOT_SYNCED", **NOTHING}}] * 2,
    }


async def test_what_is_linked_is_synced_and_says_where(ask, msp, quote, root):
    line = subject("quote_line", quote["lines"][0]["id"])
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await add(msp, linked(root, root, url="https://cw.test/7", last_synced_at=at), linked(line, root, None))
    found = (await ask(QUOTE, id=quote["id"]))["node"]
    assert found["sync"] == {
        "state": "SYNCED",
        "externalId": "7",
        "externalUrl": "https://cw.test/7",
        "lastSyncedAt": "2026-03-01T12:00:00Z",
        "lastError": None,
    }
    assert [line["sync"]["state"] for line in found["lines"]] == ["NOT_SYNCED"] * 2  # a link still without its id


@pytest.mark.parametrize(
    ("task", "pending"),
    [
        ({"due_at": datetime(2026, 1, 1, tzinfo=UTC), "wanted": 1, "done": 1}, True),
        ({"wanted": 2, "done": 1}, True),
        ({"wanted": 1, "done": 1, "lease_until": datetime(2999, 1, 1, tzinfo=UTC)}, True),
        ({"wanted": 1, "done": 1, "lease_until": datetime(2020, 1, 1, tzinfo=UTC)}, False),
        ({"wanted": 1, "done": 1}, False),
    ],
)
async def test_work_on_the_root_is_pending_for_all_its_parts(ask, msp, quote, root, task, pending):
    await add(msp, linked(root, root), work(root, **task))
    assert await states(ask, quote) == (["PENDING"] * 3 if pending else ["SYNCED", "NOT_SYNCED", "NOT_SYNCED"])


async def test_an_error_of_a_line_is_one_of_its_quote_and_of_no_other_line(ask, msp, quote, root):
    line = subject("quote_line", quote["lines"][0]["id"])
    await add(msp, linked(root, root), failed(line, root, "the line", kind="UNMAPPED"))
    found = (await ask(QUOTE, id=quote["id"]))["node"]
    assert (found["sync"]["state"], found["sync"]["externalId"]) == ("ERROR", "7")
    assert found["sync"]["lastError"] == {"message": "the line", "kind": "UNMAPPED"}
    assert [line["sync"]["state"] for line in found["lines"]] == ["ERROR", "NOT_SYNCED"]
    await add(msp, failed(root, root, "the quote", last_at=datetime(2020, 1, 1, tzinfo=UTC)))
    found = (await ask(QUOTE, id=quote["id"]))["node"]
    assert found["sync"]["lastError"]["message"] == "the quote"
    assert found["lines"][0]["sync"]["lastError"]["message"] == "the line"


async def test_an_error_outranks_work_and_a_solved_one_counts_no_more(ask, msp, quote, root):
    now = datetime.now(UTC)
    await add(msp, failed(root), work(root, due_at=now, wanted=2, done=1))
    assert (await states(ask, quote))[0] == "ERROR"
    async with msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE sync_error SET resolved_at = now(), resolution = 'SYNCED'"))
    assert (await states(ask, quote))[0] == "PENDING"


async def test_a_contact_stands_under_its_organization(ask, msp):
    organization = await an_organization(ask, contacts=[{"firstName": "Ada"}])
    root, contact = subject("organization", organization["id"]), subject("contact", organization["contacts"][0]["id"])
    await add(msp, linked(root, root), linked(contact, root, "8"))
    found = (await ask(ORGANIZATION, id=organization["id"]))["node"]
    assert (found["sync"]["state"], found["contacts"][0]["sync"]["externalId"]) == ("SYNCED", "8")
    await add(msp, failed(root))
    found = (await ask(ORGANIZATION, id=organization["id"]))["node"]
    assert (found["sync"]["state"], found["contacts"][0]["sync"]["state"]) == ("ERROR", "SYNCED")


async def test_whoever_may_see_errors_needs_no_scope_of_every_record(http, ask, msp, quote, root):
    await add(msp, failed(root))
    client = await with_scopes(http, msp, "sync:read")
    [error] = (await client(ERRORS))["syncErrors"]["nodes"]
    assert (error["title"], error["record"]) == ("Q-1001", None)


async def test_errors_are_listed_with_their_record(ask, msp, quote, root):
    other = failed("connection:" + str(uuid7()), title="The connection", kind="UNAUTHORIZED")
    await add(msp, failed(root, setting="products", remote_code="E1", remote_text="no", attempts=3), other)
    answer = (await ask(ERRORS))["syncErrors"]
    assert answer["totalCount"] == 2
    found = {node["title"]: node for node in answer["nodes"]}
    assert found["The connection"]["record"] is None
    error = found["Q-1001"]
    assert error["record"] == {"id": quote["id"], "__typename": "Quote"}
    assert {name: error[name] for name in ("kind", "setting", "remoteCode", "remoteText", "attempts")} == {
        "kind": "REJECTED", "setting": "products", "remoteCode": "E1", "remoteText": "no", "attempts": 3
    }  # fmt: skip
    assert (error["resolvedAt"], error["resolution"]) == (None, None)
    node = "query ($id: ID!) { node(id: $id) { ... on SyncError { title } } }"
    assert (await ask(node, id=error["id"]))["node"] == {"title": "Q-1001"}


async def test_errors_are_filtered(ask, msp, quote, root):
    line = subject("quote_line", quote["lines"][0]["id"])
    solved: dict[str, Any] = {"resolved_at": datetime.now(UTC)}
    await add(
        msp,
        failed(root, message="open"),
        failed(line, root, "line", kind="UNMAPPED"),
        failed(root, message="solved", resolution="SYNCED", **solved),
        failed(root, message="dismissed", resolution="DISMISSED", **solved),
    )

    async def messages(state="OPEN", **filter):
        found = (await ask(ERRORS, filter=filter, state=state))["syncErrors"]["nodes"]
        return sorted(node["message"] for node in found)

    assert await messages() == ["line", "open"]
    assert await messages(kind={"in": ["UNMAPPED", "CONFLICT"]}) == ["line"]
    assert await messages(state="RESOLVED") == ["solved"]
    assert await messages(state="DISMISSED") == ["dismissed"]
    assert await messages(state=None) == ["dismissed", "line", "open", "solved"]
    assert await messages(state=None, resolvedAt={"isNull": False}) == ["dismissed", "solved"]
    assert await messages(recordId={"eq": quote["id"]}) == ["open"]
    assert await messages(recordId={"eq": quote["lines"][0]["id"]}) == ["line"]
    employee = global_id("Employee", uuid7())
    assert await ask.code(ERRORS, filter={"recordId": {"in": [employee]}}) == "INVALID"


async def test_a_retry_raises_work_that_looks_at_the_other_side(ask, msp, quote, root):
    await add(
        msp,
        failed(root),
        Lane(provider=PROVIDER, subjects=["quote"], next_at=LONG_AGO, held_until=LONG_AGO, failures=0),
    )
    [error] = (await ask(ERRORS))["syncErrors"]["nodes"]
    answer = (await ask(RETRY, input={"id": error["id"]}))["retrySyncError"]
    assert answer == {"syncError": {"id": error["id"], "resolvedAt": None}, "userErrors": []}
    async with msp.transaction() as ctx:
        [(subject_, look, wanted, due)] = (
            await ctx.session.execute(text("SELECT subject, look, wanted, due_at IS NOT NULL FROM sync_task"))
        ).all()
    assert (subject_, look, wanted, due) == (root, 1, 1, True)


@pytest.mark.parametrize("lane", [[], ["organization"]])
async def test_a_retry_that_nobody_would_take_up_is_refused(ask, msp, root, lane):
    await add(msp, failed(root))
    if lane:
        await add(msp, Lane(provider=PROVIDER, subjects=lane, next_at=LONG_AGO, held_until=LONG_AGO, failures=0))
    [error] = (await ask(ERRORS))["syncErrors"]["nodes"]
    answer = (await ask(RETRY, input={"id": error["id"]}))["retrySyncError"]
    assert answer == {"syncError": None, "userErrors": [{"code": "IMPOSSIBLE_STEP", "field": ["id"]}]}


RETRY_ALL = """mutation ($input: RetrySyncErrorsInput!) {
  retrySyncErrors(input: $input) { retried userErrors { code field } }
}"""


async def test_many_errors_are_retried_at_once_and_no_others(ask, msp, quote, root):
    other, organization = f"quote:{uuid7()}", f"organization:{uuid7()}"
    line = subject("quote_line", quote["lines"][0]["id"])
    lane = Lane(provider=PROVIDER, subjects=["quote"], next_at=LONG_AGO, held_until=LONG_AGO, failures=0)
    solved = failed(root, kind="UNAVAILABLE", resolution="SYNCED", resolved_at=datetime.now(UTC))
    away: dict[str, Any] = {"kind": "UNAVAILABLE"}
    await add(
        msp, lane, solved, failed(root, **away), failed(line, root, **away), failed(other), failed(organization, **away)
    )

    async def retried(**input):
        return (await ask(RETRY_ALL, input=input))["retrySyncErrors"]

    async def at_work():
        async with msp.transaction() as ctx:
            return list(await ctx.session.scalars(text("SELECT subject FROM sync_task ORDER BY subject")))

    # A quote and its line are one work; nobody takes up what became of the organization.
    assert await retried(filter={"kind": {"eq": "UNAVAILABLE"}}) == {"retried": 2, "userErrors": []}
    assert await at_work() == [root]
    assert await retried() == {"retried": 3, "userErrors": []}
    assert await at_work() == sorted([root, other])
    assert await retried(filter={"kind": {"eq": "CONFLICT"}}) == {"retried": 0, "userErrors": []}
    refused = await retried(filter={"recordId": {"eq": "nonsense"}})
    assert refused["userErrors"] == [{"code": "INVALID", "field": ["filter", "recordId", "eq"]}]
    asked = (await ask("{ syncErrors(state: null) { nodes { retriedAt resolvedAt } } }"))["syncErrors"]["nodes"]
    assert sorted((error["retriedAt"] is None, error["resolvedAt"] is None) for error in asked) == [
        (False, True), (False, True), (False, True), (True, False), (True, True)
    ]  # fmt: skip


async def test_more_errors_than_can_be_retried_at_once_are_all_left_alone(ask, msp, monkeypatch):
    monkeypatch.setattr("domain.sync.service.MOST", 1)
    lane = Lane(provider=PROVIDER, subjects=["quote"], next_at=LONG_AGO, held_until=LONG_AGO, failures=0)
    await add(msp, lane, *(failed(f"quote:{uuid7()}") for _ in range(2)))
    refused = (await ask(RETRY_ALL, input={}))["retrySyncErrors"]
    assert refused == {"retried": None, "userErrors": [{"code": "LIMIT_EXCEEDED", "field": ["filter"]}]}


async def test_a_retry_while_a_run_ends_waits_for_it_and_neither_fails(ask, msp, root):
    """The end of a run writes its work first and its errors then."""
    lane = Lane(provider=PROVIDER, subjects=["quote"], next_at=LONG_AGO, held_until=LONG_AGO, failures=0)
    await add(msp, failed(root), lane, work(root))
    [error] = (await ask(ERRORS))["syncErrors"]["nodes"]
    async with msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE sync_task SET attempts = 1"))
        retrying = asyncio.create_task(ask(RETRY, input={"id": error["id"]}))
        while not await ctx.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):  # noqa: ASYNC110  # no bell
            await asyncio.sleep(0.02)  # until it waits
        await ctx.session.execute(text("UPDATE sync_error SET attempts = 2"))
    assert (await retrying)["retrySyncError"]["userErrors"] == []


async def test_a_dismissed_error_is_closed_with_its_reason(ask, msp, root):
    await add(msp, failed(root))
    [error] = (await ask(ERRORS))["syncErrors"]["nodes"]
    refused = (await ask(DISMISS, input={"id": error["id"], "reason": " "}))["dismissSyncError"]
    assert refused["userErrors"] == [{"code": "REQUIRED", "field": ["reason"]}]
    answer = (await ask(DISMISS, input={"id": error["id"], "reason": "a test order"}))["dismissSyncError"]
    assert answer["syncError"].pop("resolvedAt")
    assert answer["syncError"] == {"resolution": "DISMISSED", "dismissReason": "a test order"}
    assert (await ask(ERRORS))["syncErrors"]["totalCount"] == 0
    for mutation, more in ((RETRY, {}), (DISMISS, {"reason": "x"})):
        [again] = (await ask(mutation, input={"id": error["id"], **more})).values()
        assert again["userErrors"] == [{"code": "NOT_FOUND", "field": ["id"]}]
