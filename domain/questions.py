"""What the api may ask a worker and wait for, and how it is written. Who carries it (arq) is not known here.

Answers are JSON objects: `{"ok": true, ...}` or `{"ok": false, "code", "message", "field"}` with a sentence for people.
"""

from typing import Any

import orjson

Answer = dict[str, Any]

QUEUE = "quotewright"
PATIENCE = 15.0
"""Seconds an asker waits at most."""

DRAIN = "drain"
"""(tenant id, provider): there is work. The bell; nobody waits for it."""
TRY_CONNECTION = "try_connection"
"""(tenant id, provider): are the candidate keys good? -> {"ok": true, "version": "v2025.1.1"}"""
CHOICES = "choices"
"""(tenant id, provider, kind, refresh) -> {"ok": true, "choices": [{"id", "name", "active", "recommended"}]}.

A subcategory also has "parent_id", the id of its category."""


def refused(code: str, message: str, field: str | None = None) -> Answer:
    """An answer that says why not. `code` is one of `domain.errors.ErrorCode`."""
    return {"ok": False, "code": code, "message": message, "field": field}


def dumps(job: dict[str, Any]) -> bytes:
    # A job that failed carries an exception: its kind is enough. Its words may be secret; the worker's log has them.
    return orjson.dumps(job, default=lambda value: type(value).__name__)


def loads(data: bytes) -> dict[str, Any]:
    return orjson.loads(data)  # type: ignore[no-any-return]
