"""A field path (`company/id`, `LastUpdated`, `communicationItems/value`) looked up among an entity's fields.

Names are matched without case. It reads records, it never changes one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.errors import bad_parameter
from integrations.connectwise.sandbox.tables import BY_NAME

TYPES = {"int": "num", "num": "num", "bool": "bool", "date": "date", "str": "text", "uuid": "text", "enum": "text"}
INFO = {"lastupdated": "lastUpdated", "dateentered": "dateEntered"}
IN_A_REFERENCE = {"id": "num", "identifier": "text", "name": "text", "summary": "text"}


@dataclass(frozen=True, slots=True)
class Path:
    type: str
    """num, bool, date, text, or ref for a whole reference, which compares with null only"""
    get: Callable[[Record], Any]
    within: str = ""
    """The list field it leads into. `get` then expects that field to hold one child instead of the list."""
    index: str = ""
    """How the store's indexes call it, when it can be indexed."""


@lru_cache(maxsize=8192)
def resolve(entity: Entity, path: str) -> Path:
    """Raises ApiError 400 when there is no such field."""
    head, _, tail = path.lower().partition("/")
    if not tail and head == "id":
        return Path("num", lambda record: record["id"], index="id")
    field = entity.by_lower_name.get(head)
    if field is None:
        if not tail and head in INFO:  # filterable everywhere although only `_info` shows it
            key = INFO[head]
            return Path("date", lambda record: record["_info"].get(key), index=key)
        raise _unknown(entity, path)
    name = field.name
    if field.kind == "ref":
        if not tail:
            return Path("ref", lambda record: record.get(name))
        if tail not in IN_A_REFERENCE:
            raise _unknown(entity, path)
        return _inside(name, tail, index=f"{name}/id" if tail == "id" else "")
    if field.kind == "refs" and tail in IN_A_REFERENCE:
        return _inside(name, tail, within=name)
    if field.kind == "items" and tail:
        inner = resolve(BY_NAME[field.target], tail)
        return Path(inner.type, lambda record: inner.get(record[name]), within=name)
    if field.kind == "item" and tail:
        part = resolve(BY_NAME[field.target], tail)
        return Path(part.type, lambda record: part.get(record[name]) if record.get(name) else None)
    if tail or field.kind not in TYPES:
        raise _unknown(entity, path)
    kind = TYPES[field.kind]
    if kind == "text":
        return Path(kind, lambda record: _folded(record.get(name)), index=name)
    return Path(kind, lambda record: record.get(name), index=name)


def _inside(name: str, key: str, within: str = "", index: str = "") -> Path:
    def get(record: Record) -> Any:
        value = record.get(name)
        return None if value is None else _folded(value.get(key))

    return Path(IN_A_REFERENCE[key], get, within, index)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _unknown(entity: Entity, path: str) -> Exception:
    return bad_parameter(f"'{path}' is not a field of {entity.resource} that can be used here.")
