"""Records found by what people type: a page of them, the best first. Who may read them is checked by the caller.

The search itself is a function of the database, one a kind of record (`search_quotes` …): trigrams are no index
condition under row-level security, so these functions have a role of their own and look at the tenant themselves. They
answer at most 1,000 ids: a number that is exactly the text, then what begins with it, then what has it, then what is
like it; newer first among equals. Products, of which there are many, are found by words: their numbers first, then
titles that have all words, the last one perhaps unfinished; what is only like it, where that finds few. A place among
these is the cursor: it holds as long as the records found don't change.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BadCursor, ErrorCode, UserError
from domain.paging import Page, Window, decode, encode

MOST = 1_000
LONGEST = 100  # characters


@dataclass(frozen=True)
class Search:
    """`function` of the database, and what it is asked. `flags` are its further arguments."""

    function: str
    text: str
    flags: tuple[bool, ...] = ()

    @cached_property
    def mark(self) -> str:
        name = f"{self.function} {self.text}"
        return hashlib.sha256(name.encode()).hexdigest()[:8]

    @property
    def ids(self) -> Select[Any]:
        """The ids that are found, as a statement."""
        return select(getattr(func, self.function)(self.text, *self.flags))

    def cursor(self, place: int) -> str:
        return encode(self.mark, place)

    def place(self, cursor: str) -> int:
        """Raises BadCursor."""
        match decode(self.mark, cursor):
            case [int(place)] if 0 <= place < MOST and not isinstance(place, bool):
                return place
        raise BadCursor


Hits = list[tuple[int, UUID]]
"""Places and ids of what was found, the best first."""


def typed(text: str) -> str:
    """What was typed, in one line; empty when nothing was. Raises UserError when it is longer than any name."""
    line = " ".join(text.split())
    if len(line) > LONGEST:
        message = f"search has {len(line)} characters; at most {LONGEST} are looked for."
        raise UserError(ErrorCode.TOO_LONG, message, ("search",))
    return line


async def hits(session: AsyncSession, statement: Select[Any], search: Search) -> Hits:
    """What is found among the rows of `statement`, which selects one entity."""
    ids = list(await session.scalars(search.ids))
    found = list(enumerate(ids))
    if statement.whereclause is None:
        return found
    id = _id_of(statement)
    kept = set(await session.scalars(statement.with_only_columns(id).where(_among(id, ids))))
    return [(place, id) for place, id in found if id in kept]


async def page(session: AsyncSession, statement: Select[Any], found: Hits, window: Window) -> tuple[list[int], Page]:
    """The rows of a window whose positions are places, and the place of each."""
    after = window.after[0] if window.after else -1
    before = window.before[0] if window.before else MOST
    part = [(place, id) for place, id in found if after < place < before]
    more = len(part) > window.size
    part = part[max(0, len(part) - window.size) :] if window.backward else part[: window.size]
    id = _id_of(statement)
    rows = {row.id: row for row in await session.scalars(statement.where(_among(id, [id for _, id in part])))}
    # A row may have gone between the two statements.
    part = [(place, id) for place, id in part if id in rows]
    return [place for place, _ in part], Page(
        [rows[id] for _, id in part],
        has_next=window.before is not None if window.backward else more,
        has_previous=more if window.backward else window.after is not None,
    )


def _id_of(statement: Select[Any]) -> Any:
    return statement.column_descriptions[0]["entity"].id


def _among(id: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    return id == any_(literal(list(ids), ARRAY(Uuid)))  # type: ignore[no-any-return]
