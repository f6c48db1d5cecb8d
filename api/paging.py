"""Connections as Relay knows them, over keyset pages or what a search found. Their SQL is elsewhere: `domain.paging`,
`domain.search`.

Nothing is fetched before a field asks for it: `totalCount` alone counts, and reads no row.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from sqlalchemy import Select
from strawberry.relay import PageInfo

from api.context import Info, RequestContext
from api.filters.operators import SQL
from domain import paging
from domain import search as searching
from domain.errors import ErrorCode, LimitExceeded, UserError
from domain.paging import Column, Order, Window
from domain.search import Search
from domain.text import fold

T = TypeVar("T")

DEFAULT = 25
MOST = 100

First = Annotated[
    int | None,
    strawberry.argument(description=f"How many records from the beginning, at most {MOST}; {DEFAULT} if not said."),
]
After = Annotated[str | None, strawberry.argument(description="Only records behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description=f"How many records from the end, at most {MOST}.")]
Before = Annotated[str | None, strawberry.argument(description="Only records before this cursor.")]


class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Smallest, earliest, or A first.")
    DESC = strawberry.enum_value("DESC", description="Largest, latest, or Z first.")


strawberry.enum(OrderDirection, description="Which end of a list comes first.")


@dataclass
class Listing:
    """One asked-for part of a list: the page and the count are each read once, when the first field wants them."""

    context: RequestContext
    statement: Select[Any]
    order: Order
    window: Window

    @cached_property
    def page(self) -> "asyncio.Task[paging.Page]":
        return asyncio.ensure_future(self._read())

    async def _read(self) -> paging.Page:
        async with self.context.read() as ctx:
            return await paging.page(ctx.session, self.statement, self.order, self.window)

    def cursor(self, index: int) -> str:
        """That of a row of the page, once this is read."""
        return paging.cursor_of(self.order, self.page.result().rows[index])

    async def count(self) -> int:
        async with self.context.read() as ctx:
            return await paging.count(ctx.session, self.statement)


@dataclass
class Found:
    """The same for what a search finds, the best first. Page and count share what was found."""

    context: RequestContext
    statement: Select[Any]
    search: Search
    window: Window

    @cached_property
    def hits(self) -> "asyncio.Task[searching.Hits]":
        return asyncio.ensure_future(self._find())

    @cached_property
    def _rows(self) -> "asyncio.Task[tuple[list[int], paging.Page]]":
        return asyncio.ensure_future(self._read())

    @property
    async def page(self) -> paging.Page:
        return (await self._rows)[1]

    def cursor(self, index: int) -> str:
        return self.search.cursor(self._rows.result()[0][index])

    async def count(self) -> int:
        return len(await self.hits)

    async def _find(self) -> searching.Hits:
        async with self.context.read() as ctx:
            return await searching.hits(ctx.session, self.statement, self.search)

    async def _read(self) -> tuple[list[int], paging.Page]:
        found = await self.hits
        async with self.context.read() as ctx:
            return await searching.page(ctx.session, self.statement, found, self.window)


@strawberry.type(description="A record of a list, and its place there.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The record.")
    cursor: str = strawberry.field(description="The place of the record in this list, for `after` and `before`.")


async def _edges(connection: strawberry.Parent[Any]) -> Any:
    page, cursor = await connection.listing.page, connection.listing.cursor
    return [Edge(node=row, cursor=cursor(index)) for index, row in enumerate(page.rows)]


async def _nodes(connection: strawberry.Parent[Any]) -> Any:
    return (await connection.listing.page).rows


async def _page_info(connection: strawberry.Parent[Any]) -> PageInfo:
    page, cursor = await connection.listing.page, connection.listing.cursor
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursor(0) if page.rows else None,
        end_cursor=cursor(len(page.rows) - 1) if page.rows else None,
    )


async def _total_count(connection: strawberry.Parent[Any]) -> int:
    listing: Listing | Found = connection.listing
    return await listing.count()


@strawberry.type(description="A part of a list.")
class Connection(Generic[T]):
    listing: strawberry.Private[Listing | Found]

    edges: list[Edge[T]] = strawberry.field(
        resolver=_edges, description="The records of this part, with their cursors."
    )
    nodes: list[T] = strawberry.field(resolver=_nodes, description="The records of this part.")
    page_info: PageInfo = strawberry.field(
        resolver=_page_info, description="Where this part begins and ends, and whether there is more."
    )
    total_count: int = strawberry.field(
        resolver=_total_count, description="How many records the whole list has. Counted only when asked for."
    )


def connection(
    info: Info,
    statement: Select[Any],
    order: Order,
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    search: Search | None = None,
) -> Connection[Any]:
    """The asked-for part of the list; with a `search`, of what that finds, in its own order.

    Raises BadCursor, LimitExceeded, or says that the arguments don't go together.
    """
    if first is not None and last is not None:
        raise UserError(ErrorCode.INVALID, "Ask for first or for last, not for both.", ("last",))
    size, name = (first, "first") if last is None else (last, "last")
    if size is not None and size < 0:
        raise UserError(ErrorCode.INVALID, f"{name} can't be negative.", (name,))
    if size is not None and size > MOST:
        raise LimitExceeded(f"{name} is {size}; a page has at most {MOST} records.", (name,))
    window = Window(
        size=DEFAULT if size is None else size,
        backward=last is not None,
        after=_position(order, search, after) if after is not None else None,
        before=_position(order, search, before) if before is not None else None,
    )
    if search is not None:
        return Connection(listing=Found(info.context, statement, search, window))
    return Connection(listing=Listing(info.context, statement, order, window))


def _position(order: Order, search: Search | None, cursor: str) -> paging.Position:
    return paging.read_cursor(order, cursor) if search is None else (search.place(cursor),)


SearchFor = Annotated[
    str | None,
    strawberry.argument(
        description="What people type: finds numbers, names and titles that are, begin with, have, or are like this"
        f" text, the best first, at most {searching.MOST:,}. With `orderBy`, those in that order."
    ),
]

Beginning = Annotated[
    str | None, strawberry.argument(description="What people type: how the name begins; case and spaces don't matter.")
]


def beginning(statement: Select[Any], column: Column, text: str | None) -> Select[Any]:
    """The rows whose folded name begins with what was typed: for lists of names, where that is search enough."""
    typed = fold(searching.typed(text or ""))
    return statement.where(SQL["starts_with"](column, typed)) if typed else statement


def searched(
    statement: Select[Any], text: str | None, function: str, *flags: bool, ordered: bool
) -> tuple[Select[Any], Search | None]:
    """The list, and the search whose order it has: none when nothing was typed, or when an order is asked for."""
    if text is None or not (typed := searching.typed(text)):
        return statement, None
    search = Search(function, typed, flags)
    if not ordered:
        return statement, search
    return statement.where(statement.column_descriptions[0]["entity"].id.in_(search.ids)), None
