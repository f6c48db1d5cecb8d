"""A subscription as the answer to a POST that accepts an event stream: GraphQL over SSE, one stream a subscription.

What refuses the operation is said in the stream, as that protocol wants it; who asks is judged before, by status.
"""

import asyncio
from contextlib import aclosing, suppress
from typing import Any, NoReturn

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.errors import coded
from api.operations import Asked
from api.subscriptions.presence import Presence
from api.subscriptions.running import Subscriptions, errors_of
from domain.context import Actor
from domain.errors import ErrorCode

EVENTS = "text/event-stream"
_COMPLETE = b"event: complete\ndata:\n\n"
_BREATH = 15.0  # seconds after which a proxy, and we, want to see that the other side is still there
_CLOSING = 2.0  # seconds for the last word to somebody who doesn't read
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class _Over(Exception):
    """The stream ends. `last`: what is still said; nothing where the client had better come back by itself."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__()
        self.last = last


def as_events(answer: Any) -> bytes:
    """One answer that is all there is."""
    return _next(answer) + _COMPLETE


class Streams:
    def __init__(self, presence: Presence, subscriptions: Subscriptions) -> None:
        self.presence = presence
        self.subscriptions = subscriptions
        self.closing = asyncio.Event()
        """Set when the process stops: streams would go on for as long as it lets them."""

    def response(self, request: Request, asked: Asked, actor: Actor) -> Response:
        return _Stream(self, request, asked, actor)


class _Stream(Response):
    def __init__(self, streams: Streams, request: Request, asked: Asked, actor: Actor) -> None:
        super().__init__(headers=_HEADERS, media_type=EVENTS)
        del self.headers["content-length"]
        self._streams = streams
        self._request = request
        self._request_id: str = request.state.request_id
        self._asked = asked
        self._actor = actor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        last = b""
        try:
            with self._streams.presence.connected(self._actor):
                async with asyncio.TaskGroup() as tasks:
                    for watching in (self._listen(receive), self._watch(), self._close(), self._breathe(send)):
                        tasks.create_task(watching)
                    await self._tell(send)
        except* _Over as over:
            last = next(error.last for error in over.exceptions if isinstance(error, _Over))
        except* OSError:
            pass  # the client is gone
        except* Exception as failed:
            last = as_events({"errors": errors_of(failed.exceptions[0], self._request_id)})
        with suppress(OSError):  # gone, or in no mood to read
            async with asyncio.timeout(_CLOSING):
                await send({"type": "http.response.body", "body": last})

    async def _tell(self, send: Send) -> NoReturn:
        subscriptions, base_url = self._streams.subscriptions, str(self._request.base_url)
        async with aclosing(subscriptions.answers(self._asked, self._actor, self._request_id, base_url)) as answers:
            async for answer in answers:
                await send({"type": "http.response.body", "body": _next(answer), "more_body": True})
        raise _Over(_COMPLETE)

    async def _listen(self, receive: Receive) -> NoReturn:
        while (await receive())["type"] != "http.disconnect":
            pass
        raise _Over

    async def _watch(self) -> NoReturn:
        await self._streams.presence.ended(self._request.headers.get("authorization", ""), self._actor)
        message = "The token is no longer valid, or stands for somebody else now."
        raise _Over(as_events({"errors": [coded(ErrorCode.UNAUTHENTICATED, message)]}))

    async def _close(self) -> NoReturn:
        await self._streams.closing.wait()
        raise _Over

    async def _breathe(self, send: Send) -> NoReturn:
        while True:
            await asyncio.sleep(_BREATH)
            await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})


def _next(answer: Any) -> bytes:
    return b"event: next\ndata: " + orjson.dumps(answer) + b"\n\n"
