"""A client of graphql-transport-ws over real sockets: waits as long as it takes, and hears what is really sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.subscriptions.websocket import PROTOCOL
from domain.ids import global_id
from domain.organizations import service as organizations
from tests.api import canary

ENOUGH = 30  # seconds: a guard against waiting for ever, no measurement
CURSOR = "{ recordCursor }"
RECORDS = """subscription ($types: [RecordType!], $after: String) {
  recordChanged(types: $types, after: $after) { cursor type recordId event actor node { id } }
}"""


class Socket:
    """One connection. What comes for other subscriptions than the one that is asked about is kept for later."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._kept: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(ENOUGH):
            text = await self.connection.recv(decode=True)
        assert canary.heard(text) is None, "the canary was heard: another tenant's data"
        return json.loads(text)

    async def greet(self, token: str | None = None) -> "Socket":
        payload = {} if token is None else {"payload": {"authorization": f"Bearer {token}"}}
        await self.send(type="connection_init", **payload)
        assert await self.receive() == {"type": "connection_ack"}
        return self

    async def subscribe(self, query: str = RECORDS, id: str = "1", **variables: Any) -> None:
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables})

    async def message(self, id: str = "1") -> dict[str, Any]:
        """The next message for a subscription."""
        for place, message in enumerate(self._kept):
            if message["id"] == id:
                return self._kept.pop(place)
        while (message := await self.receive())["id"] != id:
            self._kept.append(message)
        return message

    async def change(self, id: str = "1") -> dict[str, Any]:
        """The next change that it is told of."""
        message = await self.message(id)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]["recordChanged"]

    async def changes(self, number: int, id: str = "1") -> list[dict[str, Any]]:
        return [await self.change(id) for _ in range(number)]

    async def error(self, id: str = "1") -> dict[str, Any]:
        """The only error, with which the subscription ended."""
        message = await self.message(id)
        assert message["type"] == "error", message
        [error] = message["payload"]
        return error

    async def closed(self) -> tuple[int, str]:
        """How the other side closed the connection; what it still said before is passed over."""
        async with asyncio.timeout(ENOUGH):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def opened_socket(address: str, **options: Any) -> AsyncIterator[Socket]:
    options = {"subprotocols": [PROTOCOL], "proxy": None, **options}
    async with connect(f"{address.replace('http', 'ws', 1)}/graphql", **options) as connection:
        yield Socket(connection)


@asynccontextmanager
async def greeted(address: str, token: str) -> AsyncIterator[Socket]:
    async with opened_socket(address) as socket:
        yield await socket.greet(token)


async def many(msp, number: int, name: str = "Acme") -> list[str]:
    """Organizations made in one transaction."""
    async with msp.transaction() as ctx:
        made = [await organizations.create(ctx, {"name": f"{name} {n}"}) for n in range(number)]
    return [global_id("Organization", row.id) for row in made]


def ids(changes: list[dict[str, Any]]) -> list[str]:
    return [change["recordId"] for change in changes]


async def eventually(condition) -> None:
    async with asyncio.timeout(ENOUGH):
        while not condition():  # noqa: ASYNC110  # nobody rings
            await asyncio.sleep(0.01)


async def told_live(socket, msp) -> None:
    """From here on a subscription without a cursor is told what happens as it happens, and reads nothing of before."""
    # The first change may be read from the past, the second may be what happened while the subscription joined.
    seen: list[str] = []
    while len(seen) < 2:
        made = await many(msp, 1)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                seen += ids([await socket.change()])
    while seen[-1] != made[0]:
        seen += ids([await socket.change()])
