"""Subscriptions over WebSocket: the protocol `graphql-transport-ws`. Queries and mutations are refused here: they go by
POST, where statuses, idempotency keys and rate headers are.

Whatever a client sends ends in a message or in a close code of the protocol, and tells nothing of what is inside.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from api import limits
from api.door import Door
from api.errors import coded
from api.operations import Refused
from api.subscriptions.presence import Presence
from api.subscriptions.running import Subscriptions, errors_of
from domain.context import Actor
from domain.errors import ErrorCode

PROTOCOL = "graphql-transport-ws"
MOST = 20  # subscriptions of one connection
PATIENCE = 10.0  # seconds in which a client has to say who it is
_CLOSING = 2.0  # seconds for the last word to somebody who doesn't read
_LONGEST_ID = 128
_LONGEST_REASON = 123  # bytes: what a WebSocket has room for
_GONE = (WebSocketDisconnect, WebSocketDisconnected)


class _Over(Exception):
    """The connection ends, with a code of the protocol or of WebSocket itself."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


class Sockets:
    """`ws://…/graphql`. `origins`: where pages may come from, beside our own."""

    def __init__(
        self, door: Door, presence: Presence, subscriptions: Subscriptions, origins: Sequence[str] = ()
    ) -> None:
        self.door = door
        self.presence = presence
        self.subscriptions = subscriptions
        self._origins = frozenset(origins)

    async def __call__(self, socket: WebSocket) -> None:
        with suppress(OSError, *_GONE):
            if not self._is_welcome(socket.headers.get("origin"), socket.headers.get("host")):
                await socket.close()  # not accepted yet: a 403
            elif PROTOCOL in socket.scope["subprotocols"]:
                await socket.accept(PROTOCOL)
                await _Connection(self, socket).serve()
            else:
                await socket.accept()
                await socket.close(4406, "Subprotocol not acceptable")

    def _is_welcome(self, origin: str | None, host: str | None) -> bool:
        """Programs send no origin. The scheme isn't compared: a proxy may have taken TLS off."""
        return origin is None or origin in self._origins or origin.partition("://")[2] == host


class _Connection:
    def __init__(self, sockets: Sockets, socket: WebSocket) -> None:
        self._sockets = sockets
        self._socket = socket
        self._request_id: str = socket.state.request_id
        self._base_url = str(socket.base_url).replace("ws", "http", 1)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        end: _Over | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._converse(tasks)
        except* _GONE:
            pass
        except* _Over as over:
            end = next(error for error in over.exceptions if isinstance(error, _Over))
        except* Refused as refused:
            end = next(_over(error) for error in refused.exceptions if isinstance(error, Refused))
        except* Exception as failed:
            errors_of(failed, self._request_id)  # logs it
            end = _Over(1013, "Something went wrong on our side. Try again later.")
        if end is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING):
                    await self._socket.close(end.code, end.reason)

    async def _converse(self, tasks: asyncio.TaskGroup) -> None:
        presence = self._sockets.presence
        try:
            async with asyncio.timeout(PATIENCE):
                authorization, actor = await self._introduced()
        except TimeoutError:
            raise _Over(4408, "Connection initialisation timeout") from None
        with presence.connected(actor):
            await self._send({"type": "connection_ack"})
            tasks.create_task(self._watch(authorization, actor))
            while True:
                await self._obey(*await self._next(), actor, tasks)

    async def _introduced(self) -> tuple[str, Actor]:
        """The token that came with `connection_init`, or when the socket was opened; and whom it stands for."""
        message, _ = await self._next()
        if message["type"] == "subscribe":
            raise _Over(4401, "Unauthorized")
        if message["type"] != "connection_init":
            raise _Over(4400, "The first message is connection_init")
        said = {name.lower(): value for name, value in (message.get("payload") or {}).items()}
        authorization = said.get("authorization", self._socket.headers.get("authorization", ""))
        if not isinstance(authorization, str):
            raise _Over(4400, "authorization must be a text")
        address = self._socket.client.host if self._socket.client else ""
        return authorization, await self._sockets.door.admit(authorization, address)

    async def _watch(self, authorization: str, actor: Actor) -> None:
        await self._sockets.presence.ended(authorization, actor)
        raise _Over(4403, "The token is no longer valid, or stands for somebody else now")

    async def _obey(self, message: dict[str, Any], sent: bytes, actor: Actor, tasks: asyncio.TaskGroup) -> None:
        id, type_ = message.get("id"), message["type"]
        if type_ == "connection_init":
            raise _Over(4429, "Too many initialisation requests")
        if type_ not in ("subscribe", "complete"):
            raise _Over(4400, "Unknown type of message")
        if not isinstance(id, str) or not 0 < len(id) <= _LONGEST_ID:
            raise _Over(4400, f"id must be a text of 1 to {_LONGEST_ID} characters")
        if type_ == "complete":
            if (task := self._running.pop(id, None)) is not None:
                task.cancel()
        elif id in self._running:
            raise _Over(4409, f"Subscriber for {id} already exists")
        elif len(self._running) < MOST:
            self._running[id] = tasks.create_task(self._run(id, message.get("payload"), sent, actor))
        else:
            limit = f"A connection has at most {MOST} subscriptions. Complete one, or open another connection."
            await self._send({"type": "error", "id": id, "payload": [coded(ErrorCode.LIMIT_EXCEEDED, limit)]})

    async def _run(self, id: str, parameters: Any, sent: bytes, actor: Actor) -> None:
        """One subscription, until it ends; cancelled when nobody wants it any more."""
        subscriptions = self._sockets.subscriptions
        last: dict[str, Any] = {"type": "complete", "id": id}
        try:
            asked = subscriptions.understood(parameters, sent, actor)
            async with aclosing(subscriptions.answers(asked, actor, self._request_id, self._base_url)) as answers:
                async for answer in answers:
                    await self._send({"type": "next", "id": id, "payload": answer})
        except _GONE:
            raise
        except Exception as error:
            last = {"type": "error", "id": id, "payload": errors_of(error, self._request_id)}
        del self._running[id]  # before anything is sent: then the client may use the id again
        await self._send(last)

    async def _next(self) -> tuple[dict[str, Any], bytes]:
        """The next message that means something, and what it was read from."""
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received["code"])
            sent = (received.get("text") or "").encode()
            if len(sent) > limits.BODY:
                raise _Over(1009, "Message too big")
            try:
                message = orjson.loads(sent)
            except orjson.JSONDecodeError:
                raise _Over(4400, "A message is JSON, as text") from None
            if not isinstance(message, dict) or not isinstance(message.get("type"), str):
                raise _Over(4400, "A message is an object with a type")
            if not isinstance(message.get("payload"), dict | None):
                raise _Over(4400, "payload must be an object")
            if message["type"] == "ping":
                await self._send({"type": "pong"})
            elif message["type"] != "pong":
                return message, sent

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(orjson.dumps(message).decode())


def _over(refused: Refused) -> _Over:
    return _Over(4429 if refused.status == 429 else 4403, str(refused))
