"""Subscriptions as event streams, over a plain POST: what curl, a proxy and GraphiQL see."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import parse, print_ast, separate_operations
from sqlalchemy import text

from api import app
from api.subscriptions import event_stream, presence
from domain import events
from domain.ids import parse_global_id
from tests.api import canary
from tests.api.conftest import Client, a_product, a_quote, an_organization
from tests.api.subscribing import ENOUGH, RECORDS, eventually
from tests.rig import served

EVENTS = {"Accept": "text/event-stream"}


class Stream:
    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def event(self) -> tuple[str, Any]:
        """The next event and its data; comments are passed over."""
        lines: list[str] = []
        async with asyncio.timeout(ENOUGH):
            async for line in self._lines:
                if line and not line.startswith(":"):
                    assert canary.heard(line) is None, "the canary was heard: another tenant's data"
                    lines.append(line)
                elif lines:
                    break
        fields = dict(line.split(":", 1) for line in lines)
        return fields["event"].strip(), json.loads(fields["data"]) if fields["data"].strip() else None

    async def change(self) -> dict[str, Any]:
        event, answer = await self.event()
        assert (event, "errors" in answer) == ("next", False), answer
        return answer["data"]["recordChanged"]

    async def refusal(self) -> dict[str, Any]:
        """The only error, after which nothing comes."""
        event, answer = await self.event()
        assert event == "next"
        [error] = answer["errors"]
        assert await self.event() == ("complete", None)
        assert await self.rest() == []
        return error

    async def rest(self) -> list[str]:
        async with asyncio.timeout(ENOUGH):
            return [line async for line in self._lines]


@pytest.fixture
async def application(db, asker):
    return app.create(db, asker)


@pytest.fixture
async def http(application) -> AsyncIterator[httpx.AsyncClient]:
    async with served(application) as address, httpx.AsyncClient(base_url=address) as http:
        yield http


@asynccontextmanager
async def streamed(
    ask: Client, query: str, accept: str = "text/event-stream", **variables: Any
) -> AsyncIterator[Stream]:
    headers = {"Accept": accept, "Authorization": f"Bearer {ask.token}"}
    body = {"query": query, "variables": variables}
    async with ask.http.stream("POST", "/graphql", json=body, headers=headers, timeout=ENOUGH) as answer:
        yield Stream(answer)


async def cursor(ask: Client) -> str:
    return (await ask("{ recordCursor }"))["recordCursor"]


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json, text/event-stream;q=0.5"])
async def test_a_post_is_told_what_happens_as_it_happens(ask, accept):
    async with streamed(ask, RECORDS, accept, after=await cursor(ask)) as stream:
        assert stream.answer.status_code == 200
        assert stream.answer.headers["content-type"].startswith("text/event-stream")
        assert stream.answer.headers["cache-control"] == "no-store"
        for _ in range(2):
            organization = await an_organization(ask)
            assert (await stream.change())["recordId"] == organization["id"]


async def test_the_example_runs(ask):
    examples = (Path(__file__).parents[2] / "docs" / "examples" / "partner-app.graphql").read_text("utf-8")
    document = separate_operations(parse(examples))["Changes"]
    async with streamed(ask, print_ast(document), since=await cursor(ask)) as stream:
        quote = await a_quote(ask)
        change = await stream.change()
        assert (change["event"], change["node"]["id"]) == ("QUOTE_CREATED", quote["id"])


async def test_a_subscription_without_a_stream_is_refused_and_told_how(ask):
    answer = await ask.post(RECORDS)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (422, "BAD_REQUEST")
    assert "graphql-transport-ws" in error["message"]
    assert "text/event-stream" in error["message"]
    assert (await ask.post(RECORDS, Accept="application/json")).status_code == 200


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ viewer { scopes } }", {}, "BAD_REQUEST"),
        ("subscription { nothing }", {}, "BAD_REQUEST"),
        (RECORDS, {"types": 1}, "BAD_REQUEST"),
        (RECORDS, {"after": "x"}, "BAD_CURSOR"),
        (RECORDS, {"types": []}, "INVALID"),
    ],
)
async def test_what_is_refused_is_said_in_the_stream(ask, query, variables, code):
    async with streamed(ask, query, **variables) as stream:
        assert stream.answer.status_code == 200
        assert (await stream.refusal())["extensions"]["code"] == code


async def test_who_is_nobody_is_told_by_the_status(http):
    async with streamed(Client(http, "qw_x"), RECORDS) as stream:
        assert stream.answer.status_code == 401


async def test_a_token_that_is_no_longer_good_ends_the_stream(ask, msp):
    async with streamed(ask, RECORDS) as stream:
        async with msp.transaction() as ctx:
            await ctx.session.execute(text("UPDATE credential SET revoked_at = now()"))
        assert (await stream.refusal())["extensions"]["code"] == "UNAUTHENTICATED"


async def test_streams_count_as_connections_until_they_are_left(ask, monkeypatch):
    monkeypatch.setattr(presence, "MOST", 1)
    for _ in range(3):
        async with streamed(ask, RECORDS, after=await cursor(ask)) as stream:
            await an_organization(ask)
            await stream.change()
            async with streamed(ask, RECORDS) as second:
                assert (await second.refusal())["extensions"]["code"] == "LIMIT_EXCEEDED"
        await gone(ask)


async def gone(ask: Client) -> None:
    """Until the process has seen that the stream was left."""
    async with asyncio.timeout(ENOUGH):
        while True:
            async with streamed(ask, RECORDS, after="x") as stream:
                if (await stream.refusal())["extensions"]["code"] == "BAD_CURSOR":
                    return


async def test_whoever_reads_nothing_can_not_keep_a_stream_open(http, ask, msp, monkeypatch):
    monkeypatch.setattr(event_stream, "_CLOSING", 0.1)
    product = await a_product(ask, description="x" * 4_000)
    id = parse_global_id(product["id"])[1]
    fields = " ".join(f"a{number}: description" for number in range(29))
    query = "subscription ($after: String) { recordChanged(types: [PRODUCT], after: $after)"
    body = {"query": query + f" {{ node {{ ... on Product {{ {fields} }} }} }} }}", "variables": {}}
    body["variables"] = {"after": await cursor(ask)}
    content = json.dumps(body).encode()
    lines = ["POST /graphql HTTP/1.1", "Host: x", f"Authorization: Bearer {ask.token}", "Accept: text/event-stream"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(content)}", "", ""]
    before = running()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect((http.base_url.host, http.base_url.port))
        client.sendall("\r\n".join(lines).encode() + content)
        for _ in range(10):  # more than fits into what lies between
            async with msp.transaction() as ctx:
                for _ in range(10):
                    ctx.emit(events.ProductUpdated(id))
        await eventually(lambda: running() > before)
        async with msp.transaction() as ctx:
            await ctx.session.execute(text("UPDATE credential SET revoked_at = now()"))
        await eventually(lambda: running() == before)


def running() -> int:
    """How many requests are being answered."""
    return sum("run_asgi" in getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())


async def test_a_stream_breathes_while_nothing_happens(ask, monkeypatch):
    monkeypatch.setattr(event_stream, "_BREATH", 0.01)
    async with streamed(ask, RECORDS) as stream, asyncio.timeout(ENOUGH):
        assert await anext(stream.answer.aiter_lines()) == ":"


async def test_a_process_that_stops_lets_go_of_its_streams(application, ask):
    async with streamed(ask, RECORDS) as stream:
        application.state.closing.set()
        assert await stream.rest() == [], "not completed: the client comes back to another process"
