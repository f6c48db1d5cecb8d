"""The connection below the request: when its first byte arrived, and how to cut it without an answer.

Both are beyond ASGI, so uvicorn is given a protocol class of its own that puts them into the scope. Decides nothing.
"""

from __future__ import annotations

import socket
import struct
import time
from asyncio import Transport
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ARRIVAL = "sandbox.arrival"
TRANSPORT = "sandbox.transport"
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Wire(HttpToolsProtocol):
    """The parser calls `on_message_begin` while it reads a request's first byte."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Scope = self.scope  # type: ignore[assignment]  # two keys more than the specification knows
        scope[ARRIVAL] = time.time()
        scope[TRANSPORT] = self.transport


async def cut(scope: Scope, receive: Receive) -> None:
    """Reset the connection, so that the client sees neither an answer nor a clean end."""
    transport: Transport | None = scope.get(TRANSPORT)
    if transport is None:
        raise RuntimeError("to cut connections the sandbox must run under uvicorn with http=connection.Wire")
    sock = transport.get_extra_info("socket")
    # Lingering for zero seconds makes the close a reset (RST) instead of an orderly end.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
