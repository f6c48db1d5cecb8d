"""Runs the sandbox as `integrations.connectwise.sandbox.serve` does, and writes what went through it to a file.

    python -m tests.connectwise.recorder FILE --control --port 8310

One JSON line an exchange, there before the answer is. Judges nothing: `judge.py` reads the file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

import orjson

from integrations.connectwise.sandbox import serve
from integrations.connectwise.sandbox.faults import Fault
from integrations.connectwise.sandbox.request import Request

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
PUBLIC = ("/apis/3.0", "/login/companyinfo/")
"""What is of the vendor; all else is the sandbox's own."""
_ORDERED: ContextVar[bool] = ContextVar("ordered")
"""Whether the answer under way is one that a test ordered word by word, at the control door."""


class Recorder:
    """Wraps the sandbox's ASGI application."""

    def __init__(self, app: Any, file: int) -> None:
        self._app, self._file = app, file
        strike = app.faults.strike

        def noted(request: Request) -> Fault | None:
            fault: Fault | None = strike(request)
            _ORDERED.set(fault is not None and fault.effect in ("status", "html_502"))
            return fault

        app.faults.strike = noted

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(part in scope["path"].lower() for part in PUBLIC):
            await self._app(scope, receive, send)
            return
        _ORDERED.set(False)
        asked, told = bytearray(), bytearray()
        start: Message = {}

        async def received() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return  # kept back: an answer without a body is complete with its head
            told.extend(message["body"])
            if not message.get("more_body"):
                self._write(scope, bytes(asked), start, bytes(told))
                await send(start)
                await send({**message, "body": bytes(told)})

        await self._app(scope, received, sent)

    def _write(self, scope: Message, asked: bytes, start: Message, told: bytes) -> None:
        exchange = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "headers": _readable(scope["headers"], without=b"authorization"),
            "body": asked.decode("latin-1"),  # bytes that are no text survive it
            "status": start["status"],
            "answer_headers": _readable(start["headers"]),
            "answer": told.decode("latin-1"),
            "ordered": _ORDERED.get(),
        }
        os.write(self._file, orjson.dumps(exchange) + b"\n")


def _readable(headers: Any, without: bytes = b"") -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers if name != without}


def main() -> None:
    file = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    config = serve.config
    with patch.object(serve, "config", lambda app, *more: config(Recorder(app, file), *more)):  # type: ignore[arg-type]
        serve.main()


if __name__ == "__main__":
    main()
