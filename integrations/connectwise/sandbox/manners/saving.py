"""Saving further records on behalf of one request, with the same defaults and checks as a request of their own.

It adds no rule. Everything else in this package writes single rows with `call.insert` and `call.save`, unchecked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Owner, Record

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def create(call: Call, name: str, body: Any, parent: Record | None = None) -> Record:
    # The protocol imports the tables, and they import this package.
    from integrations.connectwise.sandbox import tables, writing

    entity = tables.BY_NAME[name]
    with _aside(call):
        return writing.create(call, entity, body, Owner(entity.parent_field, parent) if parent else None)


def replace(call: Call, name: str, stored: Record, body: Any, parent: Record | None = None) -> Record:
    from integrations.connectwise.sandbox import tables, writing

    entity = tables.BY_NAME[name]
    with _aside(call):
        return writing.replace(call, entity, stored, body, Owner(entity.parent_field, parent) if parent else None)


def delete(call: Call, name: str, stored: Record) -> None:
    from integrations.connectwise.sandbox import tables, writing

    writing.delete(call, tables.BY_NAME[name], stored)


def patched(name: str, document: Record, operations: Any) -> Record:
    """A copy of `document` with the operations of a PATCH applied, neither checked nor saved."""
    from integrations.connectwise.sandbox import patching, tables

    copy = dict(document)
    patching.apply(tables.BY_NAME[name], copy, operations)
    return copy


@contextmanager
def _aside(call: Call) -> Iterator[None]:
    """What the journal says about the request stays about the request."""
    changed, record_id = call.changed, call.record_id
    yield
    call.changed, call.record_id = changed, record_id
