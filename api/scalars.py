"""How times, dates, decimals and money are written and read. Not what is a sensible value: services judge that."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, TypeVar

import strawberry
from graphql import ConstValueNode, FloatValueNode, GraphQLError, IntValueNode, StringValueNode
from strawberry.types.scalar import ScalarDefinition

from domain.money import minor_units

E = TypeVar("E", bound=type[Enum])

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# No exponents: 1E+999999999 is short to write and long to compute with.
_DECIMAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,20})?", re.ASCII)


class Exact(Decimal):
    """A decimal whose trailing zeros say something: cents. Others are written without them."""


def _write_date_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_date_time(value: Any) -> datetime:
    try:
        if isinstance(value, str) and _DATE_TIME.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("A DateTime is written like 2026-03-31T09:30:00Z, with its time zone.")


def _read_date(value: Any) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError("A Date is written like 2026-03-31.")


def _write_decimal(value: Decimal) -> str:
    if isinstance(value, Exact):
        return f"{value:f}"
    return f"{value.normalize() + 0:f}"  # + 0: there is no -0


def _read_decimal(value: Any) -> Decimal:
    # A JSON number has gone through a float: its shortest spelling is what was meant.
    text = repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if isinstance(text, str) and _DECIMAL.fullmatch(text):
        return Decimal(text)
    raise GraphQLError('A Decimal is written as a string like "499.90": digits and a point.')


def _read_decimal_literal(node: ConstValueNode, _variables: Any = None) -> Decimal:
    if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
        return _read_decimal(node.value)
    return _read_decimal(None)


def _scalar(name: str, origin: type, write: Any, read: Any, literal: Any, description: str) -> ScalarDefinition:
    return ScalarDefinition(
        name=name,
        description=description,
        specified_by_url=None,
        serialize=write,
        parse_value=read,
        parse_literal=literal,
        origin=origin,
    )


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: _scalar(
        "DateTime",
        datetime,
        _write_date_time,
        _read_date_time,
        None,
        "A moment, RFC 3339, always given in UTC: `2026-03-31T09:30:00Z`. Any time zone is understood.",
    ),
    date: _scalar("Date", date, date.isoformat, _read_date, None, "A calendar date: `2026-03-31`."),
    Decimal: _scalar(
        "Decimal",
        Decimal,
        _write_decimal,
        _read_decimal,
        _read_decimal_literal,
        'An exact decimal number, as a string: `"499.9"`. Never a float.',
    ),
}


@strawberry.type(description="An amount of money.")
class Money:
    reads: ClassVar[None] = None

    amount: Decimal = strawberry.field(description="The amount, with as many decimals as the currency has.")
    currency_code: str = strawberry.field(description="The currency, ISO 4217: `USD`.")


def money(attribute: str, description: str) -> Any:
    """A field that is the amount `attribute` of a row, in the row's own currency."""

    def resolve(row: strawberry.Parent[Any]) -> Any:
        amount = getattr(row, attribute)
        if amount is None:
            return None
        places = Decimal(1).scaleb(-minor_units(row.currency))
        return Money(amount=Exact(amount.quantize(places)), currency_code=row.currency)

    return strawberry.field(resolver=resolve, description=description, metadata={"amount": attribute})


def described(enum: E, description: str, *, name: str | None = None, **values: str) -> E:
    """A domain enum as a GraphQL enum, with a sentence for each of its values."""
    strawberry.enum(enum, name=name, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        if value.name not in values:
            raise ValueError(
                f'{enum.__name__}.{value.name} has no description for the API: say {value.name}="…" where'
                f" described({enum.__name__}, …) is called"
            )
        value.description = values.pop(value.name)
    if values:
        raise ValueError(f"{enum.__name__} has no value {', '.join(values)}")
    return enum
