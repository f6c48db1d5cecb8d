"""A server of a few lines that answers any bytes, or none: for what a real ConnectWise does when it isn't well.

Knows no ConnectWise except that a client first asks for the version path.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integrations.connectwise.client import Client, Connection

PRIVATE = "canary-private-key-8f2a"
COMPANY = {
    "CompanyName": "Acme",
    "Codebase": "v2025_1/",
    "VersionCode": "v2025.1",
    "CompanyID": "acme",
    "IsCloud": "True",
}


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Below /apis/3.0, or the whole path."""
        return urlsplit(self.target).path.split("/apis/3.0")[-1]

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}


#: Bytes to write, or None to cut the connection with a reset.
Handler = Callable[[Request], Awaitable[bytes | None] | bytes | None]


def answer(status: int, body: Any = b"", **headers: str) -> bytes:
    """A complete HTTP answer; anything but bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{''.join(lines)}\r\n".encode() + content


@dataclass
class RawServer:
    handler: Handler
    port: int = 0
    company: Any = field(default_factory=lambda: dict(COMPANY))
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    tasks: list[asyncio.Task[Any] | None] = field(default_factory=list)

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.tasks.append(asyncio.current_task())
        try:
            while True:
                request = await read(reader)
                self.requests.append(request)
                if request.path.startswith("/login/companyinfo/"):
                    reply: Any = answer(200, self.company)
                else:
                    reply = self.handler(request)
                    if asyncio.iscoroutine(reply):
                        reply = await reply
                if reply is None:
                    writer.transport.abort()
                    return
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # swallowed, the cancellation too: asyncio's streams of Python 3.11 print a traceback for one
        finally:
            writer.close()


async def read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Request(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


@asynccontextmanager
async def raw_server(handler: Handler) -> AsyncIterator[RawServer]:
    raw = RawServer(handler)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        for task in raw.tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in raw.tasks if task is not None))


@asynccontextmanager
async def talking(handler: Handler, **arguments: Any) -> AsyncIterator[tuple[Client, RawServer]]:
    async with raw_server(handler) as server:
        connection = Connection(server.site, "acme", "public", PRIVATE, "11111111-2222-3333-4444-555555555555")
        client = Client(connection, allow_loopback=True, **arguments)
        yield client, server
        await client.aclose()
