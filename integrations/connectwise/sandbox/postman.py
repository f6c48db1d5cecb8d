"""Delivers callbacks in the background, so that no answer waits for them, and keeps the list of what became of each.

Tries again only where the vendor does, and switches a callback off that has done nothing but fail for three days.
What is still under way when the sandbox ends is lost, and so is for how long a callback has been failing.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import orjson

from integrations.connectwise.sandbox import callbacks
from integrations.connectwise.sandbox.call import Call, stamp
from integrations.connectwise.sandbox.instance import Instance
from integrations.connectwise.sandbox.options import Options
from integrations.connectwise.sandbox.store import Store

if TYPE_CHECKING:
    import httpx

Entry = dict[str, Any]
TRIED_AGAIN = frozenset({404, 409, 419, 429})
GIVES_UP_AFTER = 3 * 24 * 3600.0
AT_ONCE = 50


class Postman:
    def __init__(self, store: Store, options: Options, clock: Callable[[], float]) -> None:
        self._store = store
        self._options = options
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=options.journal_size)
        self._numbers = count(1)
        self._under_way: set[asyncio.Task[None]] = set()
        self._failing_since: dict[tuple[str, int], float] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._client: httpx.AsyncClient | None = None

    def announce(self, call: Call) -> None:
        """Send word of what this call has changed, to whoever asked for it."""
        for callback, change in callbacks.concerned(call):
            word: Entry = {
                "instance": call.instance.keys.company_id,
                "callback_id": callback["id"],
                "url": callbacks.url_of(callback, change),
                "type": callback["type"],
                "action": change.action,
                "record_id": change.record["id"],
                "member": call.member,
                "body": callbacks.message(call, callback, change),
            }
            self._enter(word, lost=not self._options.callbacks)

    def again(self, seq: int) -> Entry:
        """Deliver the same message once more, whatever became of it. Raises KeyError when it isn't in the list."""
        entry = next((one for one in self._entries if one["seq"] == seq), None)
        if entry is None:
            raise KeyError(f"no delivery {seq}")
        return self._enter(entry, lost=False)

    def after(self, seq: int) -> list[Entry]:
        return [entry for entry in self._entries if entry["seq"] > seq]

    def clear(self) -> None:
        """Numbers go on. What is under way ends, though no longer to be seen."""
        self._entries.clear()

    def stop(self) -> None:
        """Forget everything, and what is under way too."""
        for task in self._under_way:
            task.cancel()
        self._under_way.clear()
        self._failing_since.clear()
        self._entries.clear()

    async def close(self) -> None:
        self.stop()
        if self._client is not None:
            await self._client.aclose()

    def _enter(self, word: Entry, lost: bool) -> Entry:
        entry = {**word, "seq": next(self._numbers), "at": self._clock(), "attempts": []}
        entry["outcome"] = "lost" if lost else "waiting"
        self._entries.append(entry)
        if not lost:
            task = asyncio.get_running_loop().create_task(self._deliver(entry))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return entry

    async def _deliver(self, entry: Entry) -> None:
        options = self._options
        instance = self._store.get(entry["instance"])
        if instance is None:
            return
        body = orjson.dumps(entry["body"])
        signed = {
            "content-type": "application/json; charset=utf-8",
            "x-content-signature": callbacks.signature(instance.signing_key, body),
        }
        done = False
        for wait in (options.callback_delay, options.callback_retry, 2 * options.callback_retry):
            await asyncio.sleep(wait)
            status = await self._post(entry, body, signed)
            done = 200 <= status < 300
            if status not in TRIED_AGAIN:
                break
        entry["outcome"] = "delivered" if done else "failed"
        self._judge(instance, entry["callback_id"], done)

    async def _post(self, entry: Entry, body: bytes, headers: dict[str, str]) -> int:
        """The status, 0 where there was no answer in time."""
        # Only who registers a callback pays for loading an HTTP client.
        import httpx

        if self._client is None:
            limits = httpx.Limits(max_connections=AT_ONCE)
            self._client = httpx.AsyncClient(trust_env=False, timeout=None, limits=limits)  # noqa: S113
        status = 0
        async with self._slots:
            at, started = self._clock(), time.monotonic()
            try:
                async with asyncio.timeout(self._options.callback_timeout):
                    status = (await self._client.post(entry["url"], content=body, headers=headers)).status_code
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError):
                status = 0
        entry["attempts"].append({"at": at, "status": status, "seconds": round(time.monotonic() - started, 3)})
        return status

    def _judge(self, instance: Instance, callback_id: int, done: bool) -> None:
        key, now = (instance.keys.company_id, callback_id), self._clock()
        if done:
            self._failing_since.pop(key, None)
        elif now - self._failing_since.setdefault(key, now) >= GIVES_UP_AFTER:
            del self._failing_since[key]
            self._switch_off(instance, callback_id)

    def _switch_off(self, instance: Instance, callback_id: int) -> None:
        callback = instance.table("CallbackEntry").rows.get(callback_id)
        if callback is not None:
            info = {**callback["_info"], "lastUpdated": stamp(self._clock())}
            self._store.put(instance, "CallbackEntry", {**callback, "inactiveFlag": True, "_info": info})
            self._store.commit()
