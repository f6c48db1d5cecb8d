"""What a list can be filtered by: each field of a filter names its column, and how a value becomes one of that column.

It builds no conditions: `conditions.py` does, from what is declared here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import ColumnElement, select
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from api.context import Info
from api.filters.operators import Column
from api.node import uuid_of
from domain.access.models import Tenant
from domain.money import minor_units
from domain.text import fold

T = TypeVar("T", bound=type)
Path = tuple[str, ...]
Read = Callable[[Info, str, Any, Path], Awaitable[Any]]
"""From (operator, value, path of the value in the arguments) to what the column is compared with."""

_LARGEST = 2**63 - 1
_NEVER = -(2**63)  # no amount: what `eq` half a cent is compared with


@dataclass(frozen=True)
class Where:
    """The column of a field, and how its values are read. `wrap`: around the condition, when it is of another table."""

    column: Column
    read: Read
    wrap: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None


def _field(where: Where, description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, metadata={"where": where})


async def _as_it_is(_info: Info, _operator: str, value: Any, _path: Path) -> Any:
    return value.value if isinstance(value, Enum) else value


async def _folded(_info: Info, _operator: str, value: Any, _path: Path) -> Any:
    return fold(value)


async def _minor(info: Info, operator: str, value: Any, _path: Path) -> Any:
    tenant = await info.context.loaders.row(Tenant, info.context.actor.tenant_id)
    return _whole(value.scaleb(minor_units(tenant.currency)), operator)


def _whole(amount: Decimal, operator: str) -> int:
    """The whole number with which the operator says the same of whole numbers."""
    whole = int(amount.to_integral_value(ROUND_CEILING if operator in ("gte", "lt") else ROUND_FLOOR))
    if operator in ("eq", "in_") and whole != amount:
        return _NEVER
    return max(-_LARGEST, min(_LARGEST, whole))


def plain(column: Column, description: str) -> Any:
    """A field compared as it is."""
    return _field(Where(column, _as_it_is), description)


def folded(column: Column, description: str) -> Any:
    """A text compared without case and spaces: `column` holds `domain.text.fold` of it."""
    return _field(Where(column, _folded), f"{description} Case and spaces don't matter.")


def minor(column: Column, description: str) -> Any:
    """An amount; `column` holds it in minor units: numerics can't use an index under row-level security."""
    return _field(Where(column, _minor), description)


def exact(column: Column, places: int, description: str) -> Any:
    """The same, where the amount has more places than the currency: `column` counts in the last of them."""

    async def read(_info: Info, operator: str, value: Any, _path: Path) -> Any:
        return _whole(value.scaleb(places), operator)

    return _field(Where(column, read), description)


def some(own: Column, of: Column, column: Column, type_name: str, description: str) -> Any:
    """A list that a record has: `column` refers to one of its members, in rows whose `of` is the record's `own` id."""

    async def read(_info: Info, _operator: str, value: Any, path: Path) -> Any:
        return uuid_of(value, type_name, *path)

    def wrap(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return own.in_(select(of).where(condition))

    return _field(Where(column, read, wrap), description)


def identified(column: Column, type_name: str, description: str) -> Any:
    """A reference to a record of that type."""

    async def read(_info: Info, _operator: str, value: Any, path: Path) -> Any:
        return uuid_of(value, type_name, *path)

    return _field(Where(column, read), description)


def read_by(column: Column, read: Read, description: str) -> Any:
    """A field whose values are read in a way of their own."""
    return _field(Where(column, read), description)


@dataclass_transform(kw_only_default=True, field_specifiers=(plain, folded, minor, exact, some, identified, read_by))
def filters(description: str) -> Callable[[T], T]:
    """A class of such fields as the filter of a list: `and`, `or` and `not` come along."""

    def mark(cls: T) -> T:
        itself = cls.__name__
        nested = {
            "and_": (f"list[{itself}] | None", "All of these hold; none of none: an empty list always does."),
            "or_": (f"list[{itself}] | None", "At least one of these holds; an empty list never does."),
            "not_": (f"{itself} | None", "This does not hold."),
        }
        for attribute, (type_, sentence) in nested.items():
            cls.__annotations__[attribute] = type_
            field = strawberry.field(name=attribute[:-1], default=strawberry.UNSET, description=sentence)
            setattr(cls, attribute, field)
        return strawberry.input(cls, description=f"{description} All that is said must hold.")

    return mark


def declared(filter: type) -> list[tuple[str, str, Where | None]]:
    """The fields of a filter, or operators of one field: attribute, name in the API, and column if it has one."""
    definition = get_object_definition(filter, strict=True)
    return [
        (field.python_name, field.graphql_name or to_camel_case(field.python_name), field.metadata.get("where"))
        for field in definition.fields
    ]
