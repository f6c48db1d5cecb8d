"""Conditions made runnable: a parsed condition plus an entity's fields becomes a function record -> bool.

Text is compared without case, and a comparison with a missing value is false unless it is with the keyword null; both
as a SQL Server underneath would have it. Paging and sorting are not done here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.errors import bad_parameter
from integrations.connectwise.sandbox.paths import Path, resolve
from integrations.connectwise.sandbox.syntax import (
    All,
    Any_,
    Match,
    Node,
    Value,
    Within,
    expected,
    noun,
    parse,
)

Test = Callable[[Record], bool]
_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WANTED = {"bool": "a boolean value", "num": "a numeric value", "text": "a string value", "date": "a datetime value"}
_GOT = {"a boolean": "bool", "a numeric": "num", "a string": "text", "a datetime": "date"}


@lru_cache(maxsize=4096)
def conditions(entity: Entity, text: str, percent: bool = True) -> Test:
    """Raises ApiError 400 on a text that doesn't parse, an unknown field, or a value of another type.

    Without `percent` a `like` with % in it is passed over, as one real tenant was seen to do."""
    node = parse(text)
    for name in _names(node):
        if resolve(entity, name).within:
            raise bad_parameter(f"'{name}' belongs to a list: use childConditions.")
    return _test(entity, node if percent else _without_percent(node))


@lru_cache(maxsize=1024)
def child_conditions(entity: Entity, text: str) -> Test:
    """True when one child of each list named fulfils the whole condition."""
    node = parse(text)
    lists = sorted({path.within for path in (resolve(entity, name) for name in _names(node)) if path.within})
    test = _test(entity, node)

    def any_child(record: Record) -> bool:
        choices = [[(name, child) for child in record.get(name, ())] for name in lists]
        return any(test({**record, **dict(choice)}) for choice in product(*choices))

    return any_child


@lru_cache(maxsize=1024)
def custom_field_conditions(text: str) -> Test:
    """True when one custom field fulfils the whole condition. Its value has the type it happens to have."""
    node = parse(text)
    test = _untyped(node)
    return lambda record: any(test(field) for field in record.get("customFields", ()))


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, All | Any_):
        for part in node.parts:
            yield from _names(part)
    else:
        yield node.field


def _without_percent(node: Node) -> Node:
    if isinstance(node, All | Any_):
        return type(node)(tuple(map(_without_percent, node.parts)))
    passed_over = isinstance(node, Match) and node.word == "like" and "%" in node.text
    return All(()) if passed_over else node


def _combine(node: All | Any_, tests: tuple[Test, ...]) -> Test:
    if isinstance(node, All):
        return lambda record: all(test(record) for test in tests)
    return lambda record: any(test(record) for test in tests)


def _test(entity: Entity, node: Node) -> Test:
    if isinstance(node, All | Any_):
        return _combine(node, tuple(_test(entity, part) for part in node.parts))
    path = resolve(entity, node.field)
    if isinstance(node, Match):
        if path.type != "text":
            raise expected(_WANTED.get(path.type, "a null"), "a string")
        return _matches(path.get, node)
    if isinstance(node, Within):
        return _within(path.get, {_typed(path, value) for value in node.values}, node.negated)
    return _compares(path.get, node.op, _typed(path, node.value), node.value)


def _typed(path: Path, value: Value) -> Value:
    if value is None:
        return None
    if _GOT[noun(value)] != path.type:
        raise expected(_WANTED.get(path.type, "a null"), noun(value))
    return _comparable(value)


def _comparable(value: Value) -> Value:
    if isinstance(value, str):
        return value.casefold()
    # Stored moments are whole seconds in one format, so they compare as text.
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


def _compares(get: Callable[[Record], Any], op: str, value: Any, raw: Value) -> Test:
    if value is None:
        if op not in ("=", "!="):
            raise bad_parameter(f"null can't be compared with '{op}', only with = and !=.")
        return (lambda record: get(record) is None) if op == "=" else (lambda record: get(record) is not None)
    if isinstance(raw, datetime) and raw.microsecond:
        # No whole second equals it; the seconds above it are those above its floor.
        if op in ("=", "!="):
            return lambda record: op == "!=" and get(record) is not None
        op = {">=": ">", "<": "<="}.get(op, op)
    compare = _OPS[op]

    def test(record: Record) -> bool:
        found = get(record)
        return found is not None and compare(found, value)

    return test


def _within(get: Callable[[Record], Any], values: set[Value], negated: bool) -> Test:
    def test(record: Record) -> bool:
        found = get(record)
        return found is not None and (found in values) is not negated

    return test


def _matches(get: Callable[[Record], Any], node: Match) -> Test:
    text, negated = node.text.casefold(), node.negated
    if node.word == "contains":
        return lambda record: (found := get(record)) is not None and (text in found) is not negated
    # The guide's wildcard is *, working clients use %.
    pattern = re.compile("".join(".*" if one in "*%" else re.escape(one) for one in text), re.DOTALL)
    full = pattern.fullmatch
    return lambda record: (found := get(record)) is not None and (full(found) is not None) is not negated


def _untyped(node: Node) -> Test:
    if isinstance(node, All | Any_):
        return _combine(node, tuple(_untyped(part) for part in node.parts))
    field = node.field
    names = {name.lower(): name for name in ("id", "caption", "value", "type", "entryMethod", "connectWiseId", "podId")}
    if field.lower() not in names:
        raise bad_parameter(f"'{field}' is not a field of a custom field.")
    name = names[field.lower()]

    def get(record: Record) -> Any:
        value = record.get(name)
        return value.casefold() if isinstance(value, str) else value

    if isinstance(node, Match):
        test = _matches(get, node)
    elif isinstance(node, Within):
        test = _within(get, {_comparable(value) for value in node.values}, node.negated)
    else:
        test = _compares(get, node.op, _comparable(node.value), node.value)

    def forgiving(record: Record) -> bool:
        try:
            return test(record)
        except (TypeError, AttributeError):  # a text compared with a number
            return False

    return forgiving
