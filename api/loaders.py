"""Rows that belong to other rows, fetched in batches: one statement a level, however many rows the level has.

It filters by nothing but keys: tenants are kept apart by the session and by PostgreSQL, permissions are checked before.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, RelationshipDirection, aliased
from strawberry.dataloader import DataLoader

from domain.context import Context
from domain.sync import reads as sync

Reading = Callable[[], AbstractAsyncContextManager[Context]]
Attribute = InstrumentedAttribute[Any]


class Loaders:
    """The loaders of one request. Each batch opens a transaction of its own."""

    def __init__(self, read: Reading) -> None:
        self._read = read
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def row(self, model: type[Any], id: UUID | None) -> Any:
        """The row with that id, or None. Never tells a foreign row from a missing one."""
        if id is None:
            return None

        async def load(ctx: Context, ids: list[UUID]) -> list[Any]:
            found = {row.id: row for row in await ctx.session.scalars(select(model).where(_among(model.id, ids)))}
            return [found.get(id) for id in ids]

        return await self._loader(model.__tablename__, load).load(id)

    async def related(self, relationship: Attribute, row: Any) -> Any:
        """What a mapped relationship of `row` leads to."""
        mapped = relationship.property
        target = mapped.mapper.class_
        here, there = mapped.local_remote_pairs[0]
        if mapped.direction is RelationshipDirection.MANYTOONE:
            return await self.row(target, getattr(row, here.name))
        return await self.children(getattr(target, there.name), row.id, order=mapped.order_by)

    async def children(
        self, parent: Attribute, id: UUID, *, order: Sequence[Any] = (), limit: int | None = None
    ) -> list[Any]:
        """The rows whose column `parent` is `id`, in order; at most `limit` of each parent."""
        model = parent.class_

        async def load(ctx: Context, ids: list[UUID]) -> list[list[Any]]:
            children: defaultdict[UUID, list[Any]] = defaultdict(list)
            for row in await ctx.session.scalars(_children_of(parent, ids, order, limit)):
                children[getattr(row, parent.key)].append(row)
            return [children[id] for id in ids]

        return await self._loader((model, parent.key, limit), load).load(id)  # type: ignore[no-any-return]

    async def column(self, attribute: Attribute, id: UUID) -> Any:
        """The value of a column that rows are fetched without, in the row with that id."""
        model = attribute.class_

        async def load(ctx: Context, ids: list[UUID]) -> list[Any]:
            rows = await ctx.session.execute(select(model.id, attribute).where(_among(model.id, ids)))
            found = {row_id: value for row_id, value in rows}
            return [found.get(id) for id in ids]

        return await self._loader((model, attribute.key), load).load(id)

    async def standing(self, provider: str, subject: str, root: str) -> sync.Standing:
        """How a record stands with a provider."""

        async def load(ctx: Context, subjects: list[sync.Subject]) -> list[sync.Standing]:
            return await sync.states(ctx, provider, subjects)

        return await self._loader(("standing", provider), load).load((subject, root))  # type: ignore[no-any-return]

    def _loader(self, key: Hashable, load: Callable[[Context, list[Any]], Any]) -> DataLoader[Any, Any]:
        if key not in self._loaders:

            async def batch(keys: list[Any]) -> list[Any]:
                async with self._read() as ctx:
                    return list(await load(ctx, keys))

            self._loaders[key] = DataLoader(batch)
        return self._loaders[key]


def _among(column: Attribute, ids: list[UUID]) -> Any:
    # = ANY (array): one statement text however many ids, so that it is prepared once.
    return column == any_(literal(ids, ARRAY(Uuid)))


def _children_of(parent: Attribute, ids: list[UUID], order: Sequence[Any], limit: int | None) -> Select[Any]:
    model = parent.class_
    statement = select(model).where(_among(parent, ids))
    if limit is None:
        return statement.order_by(*order, model.id)
    place = func.row_number().over(partition_by=parent, order_by=(*order, model.id))
    ranked = statement.add_columns(place.label("place")).subquery()
    child = aliased(model, ranked)
    return select(child).where(ranked.c.place <= limit).order_by(ranked.c.place)
