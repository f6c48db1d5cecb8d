"""From a filter as it was sent to SQL: the one place where that happens. What can be filtered is said by the lists.

The caller's values only ever become bound parameters. How deep and how much is limited, and each complaint has the
path of what it is about.
"""

from functools import cache
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, and_, false, or_, true

from api.context import Info
from api.filters import fields
from api.filters.fields import Path, Where
from api.filters.operators import MOST_VALUES, SQL
from domain.errors import ErrorCode, LimitExceeded, UserError

DEPTH = 5
CONDITIONS = 50
TEXT = 200  # characters

Condition = ColumnElement[bool]


async def filtered(info: Info, statement: Select[Any], filter: Any) -> Select[Any]:
    """The statement with the conditions of `filter`, the argument of that name. Raises UserError, LimitExceeded."""
    if filter is None:
        return statement
    return statement.where(*await _Filtering(info).all_of(filter, ("filter",), 1))


class _Filtering:
    """One filter of one request: counts its conditions as it goes."""

    def __init__(self, info: Info) -> None:
        self._info = info
        self._conditions = 0

    async def all_of(self, filter: Any, path: Path, depth: int) -> list[Condition]:
        if depth > DEPTH:
            raise LimitExceeded(f"{'.'.join(path)} is nested too deeply: at most {DEPTH} levels of filters.", path)
        found: list[Condition] = []
        for attribute, name, where in _declared(type(filter)):  # type: ignore[arg-type]
            value = getattr(filter, attribute)
            if value is strawberry.UNSET or value is None:
                continue
            here = (*path, name)
            if where is not None:
                found += [condition async for condition in self._operators(where, value, here)]
            elif attribute == "not_":
                found.append(_all(await self.all_of(value, here, depth + 1)).is_not(true()))
            else:
                joined = [_all(await self.all_of(one, (*here, str(n)), depth + 1)) for n, one in enumerate(value)]
                found.append(_all(joined) if attribute == "and_" else or_(false(), *joined))
        return found

    async def _operators(self, where: Where, operators: Any, path: Path) -> Any:
        for operator, name, _ in _declared(type(operators)):  # type: ignore[arg-type]
            value = getattr(operators, operator)
            if value is strawberry.UNSET:
                continue
            here = (*path, name)
            self._conditions += 1
            if self._conditions > CONDITIONS:
                raise LimitExceeded(f"The filter has more than {CONDITIONS} conditions; leave out some.", here)
            condition = SQL[operator](where.column, await self._read(where, operator, value, here))
            yield condition if where.wrap is None else where.wrap(condition)

    async def _read(self, where: Where, operator: str, value: Any, path: Path) -> Any:
        """The value as the column has it."""
        if value is None:
            # Taken for "everything", an empty variable would show what nobody asked for.
            raise UserError(
                ErrorCode.INVALID, f"{'.'.join(path)} can't be null. Leave it out, or ask with isNull.", path
            )
        if operator == "is_null":
            return value
        if operator == "between":
            if len(value) != 2:
                raise UserError(ErrorCode.INVALID, f"{'.'.join(path)} takes two values, from and to.", path)
            ends = zip(("gte", "lte"), value, ("0", "1"), strict=True)
            return [await where.read(self._info, end, one, (*path, place)) for end, one, place in ends]
        if isinstance(value, list):
            if len(value) > MOST_VALUES:
                raise LimitExceeded(f"{'.'.join(path)} has {len(value)} values; at most {MOST_VALUES}.", path)
            return [await self._one(where, operator, one, (*path, str(n))) for n, one in enumerate(value)]
        return await self._one(where, operator, value, path)

    async def _one(self, where: Where, operator: str, value: Any, path: Path) -> Any:
        if isinstance(value, str) and len(value) > TEXT:
            raise LimitExceeded(f"{'.'.join(path)} has {len(value)} characters; at most {TEXT}.", path)
        return await where.read(self._info, operator, value, path)


def _all(conditions: list[Condition]) -> Condition:
    return and_(true(), *conditions)


@cache
def _declared(filter: Any) -> list[tuple[str, str, Where | None]]:
    return fields.declared(filter)
