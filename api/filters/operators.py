"""The operators that a field of a filter can have, by the kind of its value, and the SQL of each. Checks no value."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from sqlalchemy import ARRAY, ColumnElement, any_, literal, true
from sqlalchemy.orm import InstrumentedAttribute

from domain.text import next_prefix

UNSET = strawberry.UNSET
MOST_VALUES = 100

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
Column = InstrumentedAttribute[Any]


def _operator(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=UNSET, name=name, description=description)


_IN = f"One of these, at most {MOST_VALUES}. None of none: an empty list finds nothing."
_NOT_IN = f"None of these, at most {MOST_VALUES}. An empty field is none of them."
_IS_NULL = "True: the field is empty. False: it is not."


@strawberry.input(description="Conditions on a text. Several operators: all must hold.")
class StringFilter:
    eq: str | None = _operator("Exactly this text.")
    ne: str | None = _operator("Not this text; also true of an empty field.")
    in_: list[str] | None = _operator(_IN, "in")
    not_in: list[str] | None = _operator(_NOT_IN)
    contains: str | None = _operator("Has this text somewhere; case doesn't matter. `search` is faster on long lists.")
    starts_with: str | None = _operator("Begins with this text; case doesn't matter.")
    is_null: bool | None = _operator(_IS_NULL)


@strawberry.input(description="Conditions on a reference to a record. Several operators: all must hold.")
class IDFilter:
    eq: strawberry.ID | None = _operator("This record.")
    in_: list[strawberry.ID] | None = _operator(_IN, "in")
    is_null: bool | None = _operator(_IS_NULL)


@strawberry.input(description="Conditions on a list of records. Several operators: all must hold.")
class SomeFilter:
    eq: strawberry.ID | None = _operator("This record is in the list.")
    in_: list[strawberry.ID] | None = _operator(f"At least one of these is, at most {MOST_VALUES}.", "in")


@strawberry.input(description="A condition on where a record stands in a tree.")
class TreeFilter:
    under: strawberry.ID | None = _operator("Right here, or anywhere below.")


@strawberry.input(description="A condition on what is either true or false.")
class BooleanFilter:
    eq: bool | None = _operator("True or false, as it is here.")


# Named after what it is about: QuoteStatusFilter.
@strawberry.input(name="Filter", description="Conditions on a choice. Several operators: all must hold.")
class EnumFilter(Generic[E]):
    eq: E | None = _operator("This value.")
    ne: E | None = _operator("Not this value.")
    in_: list[E] | None = _operator(_IN, "in")
    not_in: list[E] | None = _operator(_NOT_IN)


@strawberry.input(name="Filter", description="Conditions on what has an order.")
class _Ordered(Generic[T]):
    eq: T | None = _operator("Exactly this.")
    in_: list[T] | None = _operator(_IN, "in")
    gt: T | None = _operator("More, or later, than this.")
    gte: T | None = _operator("This, or more, or later.")
    lt: T | None = _operator("Less, or earlier, than this.")
    lte: T | None = _operator("This, or less, or earlier.")
    between: list[T] | None = _operator("From the first to the second of two values, both included.")
    is_null: bool | None = _operator(_IS_NULL)


@strawberry.input(description="Conditions on a whole number. Several operators: all must hold.")
class IntFilter(_Ordered[int]):
    pass


@strawberry.input(description="Conditions on an amount, in the tenant's currency. Several operators: all must hold.")
class DecimalFilter(_Ordered[Decimal]):
    pass


@strawberry.input(description="Conditions on a calendar date. Several operators: all must hold.")
class DateFilter(_Ordered[date]):
    pass


@strawberry.input(description="Conditions on a moment. Several operators: all must hold.")
class DateTimeFilter(_Ordered[datetime]):
    pass


def _among(column: Column, values: list[Any]) -> ColumnElement[bool]:
    # = ANY (array): one statement text however many values, so that it is prepared once.
    return column == any_(literal(values, ARRAY(column.type)))


def _begins(column: Column, prefix: str) -> ColumnElement[bool]:
    if getattr(column.type, "collation", None) != "C":
        return column.istartswith(prefix, autoescape=True)
    # A range, not LIKE: under row-level security only that can use the index.
    end = next_prefix(prefix)
    return column >= prefix if end is None else (column >= prefix) & (column < end)


# Each is true or false, never unknown, of an empty field where it says so: that keeps `not` the opposite.
SQL: Mapping[str, Callable[[Column, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column.is_distinct_from(value),
    "in_": _among,
    "under": _among,
    "not_in": lambda column, values: _among(column, values).is_not(true()),
    "contains": lambda column, value: column.icontains(value, autoescape=True),
    "starts_with": _begins,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "between": lambda column, ends: column.between(*ends),
    "is_null": lambda column, empty: column.is_(None) if empty else column.is_not(None),
}
