"""The protocol graphql-transport-ws, spoken well and badly: each mistake has its code, and none tells anything."""

import json
import random
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from api import app, limits, rates
from api.subscriptions import presence, websocket
from tests.api.conftest import an_organization
from tests.api.subscribing import RECORDS, greeted, opened_socket
from tests.rig import served

PLAIN = "subscription { recordChanged { cursor } }"


@pytest.fixture
async def address(db, asker):
    async with served(app.create(db, asker, origins=["https://app.example.com"])) as address:
        yield address


@pytest.fixture
async def socket(address, msp):
    async with greeted(address, msp.token) as socket:
        yield socket


@pytest.fixture
async def start(ask) -> str:
    return (await ask("{ recordCursor }"))["recordCursor"]


async def test_the_token_may_come_with_the_handshake(address, msp):
    async with opened_socket(address, additional_headers={"Authorization": f"Bearer {msp.token}"}) as socket:
        await socket.greet()


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
async def test_the_token_may_come_with_the_first_message(address, msp, name):
    async with opened_socket(address) as socket:
        await socket.send(type="connection_init", payload={name: f"Bearer {msp.token}"})
        assert await socket.receive() == {"type": "connection_ack"}


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"authorization": ""}, {"authorization": "Bearer qw_x"}, {"token": "x"}, {"authorization": "x"}],
)
async def test_nobody_gets_in_without_a_valid_token(address, payload):
    async with opened_socket(address) as socket:
        await socket.send(type="connection_init", payload=payload)
        code, reason = await socket.closed()
        assert (code, reason.partition(":")[0]) == (4403, "A valid token is needed")


async def test_whoever_guesses_tokens_is_slowed_down(address, monkeypatch):
    monkeypatch.setattr(rates, "_PERIOD", 100_000)  # however slow this machine is
    codes = []
    for _ in range(70):
        async with opened_socket(address) as socket:
            await socket.send(type="connection_init")
            codes.append((await socket.closed())[0])
    assert codes[:60] == [4403] * 60
    assert 4429 in codes[60:]


async def test_nothing_can_be_asked_before_one_is_known(address):
    async with opened_socket(address) as socket:
        await socket.subscribe(PLAIN)
        assert await socket.closed() == (4401, "Unauthorized")


async def test_whoever_says_nothing_is_not_waited_for(db, asker, monkeypatch):
    monkeypatch.setattr(websocket, "PATIENCE", 0.1)
    async with served(app.create(db, asker)) as address, opened_socket(address) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_one_introduces_oneself_once(socket, msp):
    await socket.send(type="connection_init", payload={"authorization": f"Bearer {msp.token}"})
    assert await socket.closed() == (4429, "Too many initialisation requests")


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"], ["something"]])
async def test_another_protocol_is_not_spoken(address, protocols):
    async with opened_socket(address, subprotocols=protocols) as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_a_ping_is_answered_before_and_after_the_introduction(address, msp):
    async with opened_socket(address) as socket:
        await socket.send(type="ping", payload={"at": 1})
        assert await socket.receive() == {"type": "pong"}
        await socket.send(type="pong")
        await socket.greet(msp.token)
        await socket.send(type="pong")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_an_id_is_for_one_subscription_at_a_time(socket, start, ask):
    await socket.subscribe(PLAIN, id="é")
    await socket.send(type="complete", id="é")
    await socket.send(type="complete", id="never there")
    await socket.subscribe(RECORDS, id="é", after=start)
    organization = await an_organization(ask)
    assert (await socket.change("é"))["recordId"] == organization["id"]
    await socket.subscribe(PLAIN, id="é")
    assert await socket.closed() == (4409, "Subscriber for é already exists")


async def test_who_has_completed_is_told_no_more(socket, start, ask):
    await socket.subscribe(RECORDS, id="1", after=start)
    await socket.subscribe(RECORDS, id="2", after=start)
    await an_organization(ask)
    await socket.change("1")
    await socket.send(type="complete", id="1")
    await socket.send(type="ping")
    while (await socket.receive())["type"] != "pong":
        pass
    organization = await an_organization(ask)
    told = [await socket.receive()]
    while told[-1]["payload"]["data"]["recordChanged"]["recordId"] != organization["id"]:
        told.append(await socket.receive())
    assert {message["id"] for message in told} == {"2"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ viewer { scopes } }", "BAD_REQUEST"),
        ("mutation { installApp(input: {app: CONNECTWISE}) { userErrors { code } } }", "BAD_REQUEST"),
        ("subscription { nothing }", "BAD_REQUEST"),
        ("subscription {", "BAD_REQUEST"),
        ("", "BAD_REQUEST"),
        ("subscription { recordChanged { cursor } other: recordChanged { cursor } }", "BAD_REQUEST"),
        ("subscription { recordChanged(types: [NOTHING]) { cursor } }", "BAD_REQUEST"),
        ("subscription ($types: [RecordType!]) { recordChanged(types: $types) { cursor } }", "BAD_REQUEST"),
        ("subscription ($types: Boolean! = false) { recordChanged @include(if: $types) { cursor } }", "BAD_REQUEST"),
        ("subscription { recordChanged @skip(if: true) { cursor } }", "BAD_REQUEST"),
        ("subscription { ... @skip(if: true) { recordChanged { cursor } } }", "BAD_REQUEST"),
        ("subscription { __typename }", "BAD_REQUEST"),
        ("subscription a { recordChanged { cursor } } subscription b { recordChanged { at } }", "BAD_REQUEST"),
        ("subscription { recordChanged { " + "cursor " * 4_000 + "} }", "LIMIT_EXCEEDED"),
        ("subscription { recordChanged { node { ...A } } } "
         + "".join(f"fragment {a} on Quote {{ organization {{ contacts {{ organization {{ contacts {{"
                   f" organization {{ ...{b} }} }} }} }} }} }}" for a, b in ("AB", "BC"))
         + "fragment C on Organization { id }", "LIMIT_EXCEEDED"),
    ],
    ids=lambda value: value[:30],
)  # fmt: skip
async def test_what_can_not_be_subscribed_to_is_told_so(socket, text, code):
    await socket.subscribe(text, types="x")
    error = await socket.error()
    assert error["extensions"]["code"] == code
    await socket.subscribe(PLAIN)  # neither the connection nor the id is lost
    await socket.send(type="ping")
    assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize("text", ["{ recordCursor }", 'mutation { retrySyncError(input: {id: "x"}) { __typename } }'])
async def test_queries_and_mutations_are_sent_elsewhere(socket, text):
    await socket.subscribe(text)
    assert "send others by POST" in (await socket.error())["message"]


async def test_a_connection_has_no_more_subscriptions_than_allowed(socket):
    for number in range(websocket.MOST + 1):
        await socket.subscribe(PLAIN, id=str(number))
    error = await socket.error(str(websocket.MOST))
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    await socket.send(type="complete", id="0")
    await socket.subscribe(PLAIN, id="one more")
    await socket.send(type="ping")
    assert await socket.receive() == {"type": "pong"}


async def test_a_token_has_no_more_connections_than_allowed(address, msp, other, monkeypatch):
    monkeypatch.setattr(presence, "MOST", 2)
    async with greeted(address, msp.token), greeted(address, other.token):
        async with greeted(address, msp.token), opened_socket(address) as socket:
            await socket.send(type="connection_init", payload={"authorization": f"Bearer {msp.token}"})
            assert (await socket.closed())[0] == 4429
        for _ in range(3):  # who left makes room
            async with greeted(address, msp.token):
                pass


@pytest.mark.parametrize("size", [limits.BODY + 1, 2_000_000])
async def test_what_is_too_large_is_not_read(socket, size):
    await socket.connection.send("x" * size)
    assert (await socket.closed())[0] == 1009


async def test_a_page_of_another_origin_gets_nowhere(address, msp):
    for origin in ("https://evil.example.com", "null", "https://app.example.com.evil.example", "http://[", "//", "é"):
        with pytest.raises(InvalidStatus) as refused:
            async with opened_socket(address, origin=origin):
                pass
        assert refused.value.response.status_code == 403
    for origin in ("https://app.example.com", address):
        async with opened_socket(address, origin=origin) as socket:
            await socket.greet(msp.token)


async def test_the_handshake_has_a_request_id(address):
    async with opened_socket(address, additional_headers={"X-Request-Id": "abc"}) as socket:
        assert socket.connection.response.headers["X-Request-Id"] == "abc"


async def test_a_fault_of_ours_is_masked_and_logged(socket, monkeypatch):
    async def broken(*_):
        raise RuntimeError("SECRET")

    monkeypatch.setattr("domain.facts.cursor", broken)
    with capture_logs() as logs:
        await socket.subscribe(PLAIN)
        error = await socket.error()
    assert error["extensions"]["code"] == "INTERNAL"
    assert "SECRET" not in json.dumps(error)
    assert [log["request_id"] for log in logs if "SECRET" in log.get("traceback", "")] == [
        error["extensions"]["requestId"]
    ]


async def test_a_fault_of_ours_while_somebody_comes_in_says_to_come_back(address, msp, monkeypatch):
    async def broken(*_):
        raise RuntimeError("SECRET")

    monkeypatch.setattr("api.auth.Authentication.actor", broken)
    async with opened_socket(address) as socket:
        await socket.send(type="connection_init", payload={"authorization": f"Bearer {msp.token}"})
        code, reason = await socket.closed()
        assert (code, "SECRET" in reason) == (1013, False)


MESSAGES = [
    {"type": "connection_init"},
    {"type": "subscribe", "id": "1", "payload": {"query": PLAIN, "variables": {}, "operationName": None}},
    {"type": "complete", "id": "1"},
    {"type": "ping", "payload": {}},
    {"type": "pong"},
]
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "x" * 500,
    "\x00",
    "\ud800",
    [],
    {},
    [[[]]],
    {"a": {"b": []}},
    "subscribe",
    PLAIN,
]


def mangled(chance: random.Random) -> str | bytes:
    """A message with something wrong in it, mostly."""
    message = json.loads(json.dumps(chance.choice(MESSAGES)))
    for _ in range(chance.randrange(3)):
        place = chance.choice([message, message["payload"]] if isinstance(message.get("payload"), dict) else [message])
        name = chance.choice([*place, "id", "payload", "type", "query", "variables", "extensions", "é"])
        if chance.random() < 0.3:
            place.pop(name, None)
        else:
            place[name] = chance.choice(JUNK)
    text = json.dumps(message)
    for _ in range(chance.choice([0, 0, 0, 1, 5])):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(["", '"', "{", "[" * 2_000, "\\u0000", "é", "\x00", "1e999"]) + text[at + 1 :]
    return text.encode() if chance.random() < 0.05 else text


@pytest.mark.parametrize("seed", range(4))
async def test_no_message_does_any_harm(address, msp, caplog, seed):
    chance = random.Random(seed)
    codes: set[int] = set()
    with capture_logs() as logs:
        for _ in range(60):
            async with opened_socket(address) as socket:
                if chance.random() < 0.9:
                    await socket.greet(msp.token)
                for _ in range(chance.randrange(1, 6)):
                    await socket.connection.send(mangled(chance))
                await socket.connection.send("over")  # no JSON: in the end every connection is closed
                code, reason = await socket.closed()
                codes.add(code)
                assert len(reason) < 124
                assert not any(word in reason for word in ("Traceback", "Error", "/", "orjson", "line "))
    assert codes <= {4400, 4401, 4403, 4409, 4429}
    assert {log["log_level"] for log in logs} <= {"info", "debug"}
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


async def test_frames_that_are_none_end_the_connection_only(address, msp, caplog):
    chance = random.Random(1)
    for _ in range(30):
        async with greeted(address, msp.token) as socket:
            socket.connection.transport.write(chance.randbytes(chance.randrange(1, 200)))
            socket.connection.transport.close()
    async with greeted(address, msp.token) as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
    assert not [record for record in caplog.records if "ASGI" in record.getMessage()]
