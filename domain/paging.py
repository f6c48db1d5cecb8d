"""Keyset pages of any list: which rows come next, in both directions, however many rows come or go meanwhile.

It does not know GraphQL, and it chooses no order: the caller names columns that an index serves. A cursor holds the
values of the row it stands for, so a page costs the same wherever it is.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from domain.errors import BadCursor

Column = InstrumentedAttribute[Any]
Position = tuple[Any, ...]

_LONGEST_CURSOR = 8_000


@dataclass(frozen=True)
class Order:
    """Rows by `column`, those with equal values by `id`, both in one direction, so that one index serves both ways.

    The column must not be empty in any row: an empty value is neither before nor after another one.
    """

    column: Column
    id: Column
    descending: bool = False

    @cached_property
    def keys(self) -> tuple[Column, ...]:
        return (self.id,) if self.column is self.id else (self.column, self.id)

    @cached_property
    def mark(self) -> str:
        """Tells cursors of different lists and orders apart."""
        name = f"{self.column} {'desc' if self.descending else 'asc'}"
        return hashlib.sha256(name.encode()).hexdigest()[:8]

    def position(self, row: Any) -> Position:
        return tuple(getattr(row, key.key) for key in self.keys)


@dataclass(frozen=True)
class Window:
    """What part of a list: `size` rows from its beginning or, `backward`, its end; between `after` and `before`."""

    size: int
    backward: bool = False
    after: Position | None = None
    before: Position | None = None


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    has_next: bool
    has_previous: bool


def cursor_of(order: Order, row: Any) -> str:
    return encode(order.mark, *(_written(value) for value in order.position(row)))


def read_cursor(order: Order, text: str) -> Position:
    """The position that a cursor stands for. Raises BadCursor for whatever this order did not write."""
    try:
        written = decode(order.mark, text)
        return tuple(_read(key, value) for key, value in zip(order.keys, written, strict=True))
    except (ValueError, TypeError, OverflowError):
        raise BadCursor from None


def encode(mark: str, *values: str | int) -> str:
    """A cursor: opaque, and told by its mark from those of other lists."""
    text = json.dumps([mark, *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(mark: str, text: str) -> list[Any]:
    """What `encode` was given with that mark. Raises BadCursor; the values themselves are not checked."""
    if len(text) > _LONGEST_CURSOR:
        raise BadCursor
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found, *written = list(json.loads(decoded))
    except (ValueError, TypeError, RecursionError):
        raise BadCursor from None
    if found != mark:
        raise BadCursor
    return written


async def page(session: AsyncSession, statement: Select[Any], order: Order, window: Window) -> Page:
    """The rows of a window. `statement` selects one entity, filtered, without an order of its own."""
    statement = _between(statement, order, window)
    downwards = order.descending is not window.backward
    ordered = statement.order_by(*(key.desc() if downwards else key.asc() for key in order.keys))
    # One row more than asked for tells whether there are more.
    rows = list((await session.scalars(ordered.limit(window.size + 1))).all())
    more = len(rows) > window.size
    rows = rows[: window.size]
    if window.backward:
        return Page(rows[::-1], has_next=window.before is not None, has_previous=more)
    return Page(rows, has_next=more, has_previous=window.after is not None)


async def count(session: AsyncSession, statement: Select[Any]) -> int:
    """How many rows the whole list has."""
    counting = statement.with_only_columns(func.count(), maintain_column_froms=True)
    return (await session.execute(counting)).scalar_one()


def _between(statement: Select[Any], order: Order, window: Window) -> Select[Any]:
    """Row comparison, (a, id) > (x, y), is what lets PostgreSQL start the index scan right at the cursor."""
    keys = tuple_(*order.keys)
    if window.after is not None:
        after = _values(order, window.after)
        statement = statement.where(keys < after if order.descending else keys > after)
    if window.before is not None:
        before = _values(order, window.before)
        statement = statement.where(keys > before if order.descending else keys < before)
    return statement


def _values(order: Order, position: Position) -> Any:
    return tuple_(*(literal(value, key.type) for key, value in zip(order.keys, position, strict=True)))


def _written(value: Any) -> str | int:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case str() | int():
            return value
    raise TypeError(f"a list can't be ordered by {type(value).__name__}")


def _read(key: Column, value: Any) -> Any:
    kind = key.type.python_type
    if kind is int:
        if type(value) is not int or not -(2**63) <= value < 2**63:
            raise ValueError("not a number of ours")
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text of ours")
    read: Any = value
    if kind is datetime:
        read = datetime.fromisoformat(value)
    elif kind is date:
        read = date.fromisoformat(value)
    elif kind is UUID:
        read = UUID(value)
    if _written(read) != value:  # also: a time without its zone, a lone surrogate stays what it is
        raise ValueError("another spelling")
    return read
