"""The ASGI application: reads the request, lets faults and outages happen, answers at the pace set.

`create_app` puts a sandbox together. What a request means is decided in `protocol.py`, what the control door does in
`control.py`.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from integrations.connectwise.sandbox import control, page, seed
from integrations.connectwise.sandbox.connection import ARRIVAL, Receive, Scope, cut
from integrations.connectwise.sandbox.faults import HTML_502, Fault, Faults
from integrations.connectwise.sandbox.instance import Instance, Keys
from integrations.connectwise.sandbox.journal import Entry, Journal
from integrations.connectwise.sandbox.options import Options
from integrations.connectwise.sandbox.postman import Postman
from integrations.connectwise.sandbox.protocol import Protocol
from integrations.connectwise.sandbox.reply import ANSWER, Reply
from integrations.connectwise.sandbox.request import Request
from integrations.connectwise.sandbox.store import Store

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
TIMEOUT = {"code": "ConnectWiseApi", "message": "A timeout has occured. Please try again."}


class Sandbox:
    def __init__(
        self,
        store: Store,
        options: Options,
        controlled: bool,
        clock: Callable[[], float],
        guid: Callable[[], str],
        rng: random.Random,
    ) -> None:
        self.store = store
        self.options = options
        self.postman = Postman(store, options, clock)
        self.protocol = Protocol(store, options, clock, guid, self.postman.announce)
        self.journal = Journal(options.journal_size)
        self.faults = Faults(rng)
        self.clock = clock
        self.down_until = 0.0
        self.thawed = asyncio.Event()
        self.thawed.set()
        self.snapshots: dict[str, list[bytes]] = {}
        self.first_keys: tuple[Keys, ...] = ()
        self.controlled = controlled
        self._rng = rng
        self._later: set[asyncio.TimerHandle] = set()

    def add_instance(self, keys: Keys, *, records: bool = True) -> Instance:
        """A further company. With `records=False` it has its setup tables and members, but no companies."""
        instance = self.store.add(keys)
        seed.fill(self.protocol, instance, records=records)
        self.store.commit()
        self.store.forget_changes(instance)
        return instance

    def reset(self) -> None:
        """Back to the first day: the first companies with their first records, no faults, no journal, no callbacks
        under way, and new ones delivered at once."""
        self.store.clear()
        self.faults.cancel()
        self.journal.clear()
        self.postman.stop()
        self.options.callbacks, self.options.callback_delay = True, 0.0
        self.protocol.throttle.clear()
        self.down_until = 0.0
        self.thawed.set()
        for handle in self._later:
            handle.cancel()
        self._later.clear()
        for keys in self.first_keys:
            self.add_instance(keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        request = await _request(scope, receive, self.clock)
        if self.controlled and request.path.startswith("/_control"):
            await _send(send, control.answer(self, request, scope["client"]))
            return
        if request.path == "/" or request.path.startswith("/browse"):
            await _send(send, page.answer(self, request))
            return
        if not self.thawed.is_set():
            await self.thawed.wait()
        self.protocol.locate(request)
        entry = self.journal.enter(request.at, request.method, request.path, request.query)
        if self.clock() < self.down_until:
            _complete(entry, request, 0)
            await cut(scope, receive)
            return
        fault = self.faults.strike(request)
        reply = await self._befall(fault, request) if fault else self.protocol.answer(request)
        _complete(entry, request, reply.status if reply else 0)
        if fault and fault.effect == "late_commit":
            self._commit_later(fault.seconds, request, entry)
        if reply is None or (fault and fault.effect == "reset_after"):
            await cut(scope, receive)
            return
        options = self.options
        if options.answer_max > 0:
            await asyncio.sleep(self._rng.uniform(options.answer_min, options.answer_max))
        await _send(send, reply)

    async def _befall(self, fault: Fault, request: Request) -> Reply | None:
        """The answer under this fault; None when the connection is to be cut before anything is done."""
        if fault.effect in ("reset_before", "late_commit"):
            return None
        if fault.effect == "html_502":
            return Reply(502, HTML_502, (("content-type", "text/html"),))
        if fault.effect == "status":
            text = fault.body if isinstance(fault.body, str) else None
            body = text.encode() if text is not None else orjson.dumps(TIMEOUT if fault.body is None else fault.body)
            return Reply(fault.status, body, (*ANSWER, *fault.headers.items()))
        if fault.effect == "delay":
            await asyncio.sleep(fault.seconds)
        stale = fault.seconds if fault.effect == "stale_search" else 0.0
        return self.protocol.answer(request, dry=fault.effect == "false_200", stale=stale)

    def _commit_later(self, seconds: float, request: Request, entry: Entry) -> None:
        def commit() -> None:
            self._later.discard(handle)
            _complete(entry, request, self.protocol.answer(request).status)

        handle = asyncio.get_running_loop().call_later(seconds, commit)
        self._later.add(handle)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.postman.close()
                self.store.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def create_app(
    instances: Sequence[Keys] = (seed.DEMO,),
    *,
    state_file: Path | None = None,
    control: bool = False,
    options: Options | None = None,
    api_root: str = "http://127.0.0.1/v4_6_release/apis/3.0",
    clock: Callable[[], float] = time.time,
    guid: Callable[[], str] = lambda: str(uuid.uuid4()),
    rng: random.Random | None = None,
) -> Sandbox:
    """A sandbox with these companies, or with those of `state_file` when it holds any.

    `api_root` is how links in records begin; `control` opens the control door, for loopback only: nothing guards it.
    """
    sandbox = Sandbox(Store(api_root, state_file), options or Options(), control, clock, guid, rng or random.Random())  # noqa: S311
    sandbox.first_keys = tuple(instances)
    sandbox.store.load()
    for known in sandbox.store.instances.values():
        seed.complete(sandbox.protocol, known)
    sandbox.store.commit()
    for keys in instances:
        if sandbox.store.get(keys.company_id) is None:
            sandbox.add_instance(keys)
    return sandbox


async def _request(scope: Scope, receive: Receive, clock: Callable[[], float]) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=dict(scope["headers"]),
        body=body,
        at=scope.get(ARRIVAL) or clock(),
    )


async def _send(send: Send, reply: Reply) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if reply.status != 204:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _complete(entry: Entry, request: Request, status: int) -> None:
    entry["entity"], entry["instance"] = request.entity, request.company_id
    entry["record_id"], entry["changed"], entry["status"] = request.record_id, request.changed, status
