"""All that can be asked of a list: pages, orders, each operator of each filter. From the schema, so that a new list or
filter is asked too; what to ask for is taken from the rows that are there.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type
from sqlalchemy import func, select

from api.filters.fields import Where, declared
from api.schema import schema
from domain.ids import global_id, split_subject, uuid7
from tests.rig import Msp

Variables = dict[str, Any]
POINTS = ("eq", "in", "startsWith", "under")
"""Operators with which people look for single rows."""
_NOBODY = "zzzz nobody has this"


@dataclass(frozen=True)
class Asked:
    """One question to a list. `field`: of its filter. `found`: whether there is such a row."""

    name: str
    variables: Variables
    field: str = ""
    operator: str = ""
    found: bool = True

    @property
    def narrow(self) -> bool:
        """Whether it looks for few rows, or none, so that it needn't read many."""
        return not self.found


class List:
    """A connection among the root fields of queries."""

    def __init__(self, name: str) -> None:
        field = schema.core.query_type.fields[name]
        self.name, self.arguments = name, {name: get_named_type(one.type) for name, one in field.args.items()}
        nodes = get_named_type(field.type).fields["nodes"].type
        self.model: Any = schema.models[get_named_type(nodes).name]
        head = ", ".join(f"${name}: {one.type}" for name, one in field.args.items())
        given = ", ".join(f"{name}: ${name}" for name in field.args)
        self.query = f"query ({head}) {{ list: {name}({given}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"

    @property
    def fields(self) -> Iterator[tuple[str, Where, GraphQLInputObjectType]]:
        """Of its filter: name, column, and operators."""
        type_ = self.arguments["filter"]
        for _, name, where in declared(type_.extensions["strawberry-definition"].origin):
            if where is not None:
                yield name, where, get_named_type(type_.fields[name].type)

    def orders(self) -> Iterator[Asked]:
        """Each choice that an argument has, and each order from both ends."""
        for name, type_ in self.arguments.items():
            if isinstance(type_, GraphQLEnumType):
                values: list[Any] = [*type_.values]
            elif name == "orderBy":
                columns, directions = (get_named_type(type_.fields[part].type) for part in ("field", "direction"))
                values = [{"field": column, "direction": way} for column in columns.values for way in directions.values]
            else:
                continue
            for value in values:
                for end in ("first", "last"):
                    yield Asked(f"{name} {value} {end}", {name: value, end: 25})

    async def filters(self, msp: Msp) -> AsyncIterator[Asked]:
        """Each operator with what the most rows have, and those of POINTS also with what none has."""
        for name, where, operators in self.fields:
            common = _written(where, await _commonest(msp, where))
            for operator, field in operators.fields.items():
                type_ = get_named_type(field.type)
                if operator == "isNull" or type_.name == "Boolean":
                    values = [True, False]
                elif isinstance(type_, GraphQLEnumType):
                    values = [common, *[value for value in type_.values if value != common][:1]]
                else:
                    values = [common]
                for value in values:
                    yield self._filtered(name, operator, value)
                if operator in POINTS and type_.name in ("ID", "String"):
                    nobody = _written(where, uuid7()) if type_.name == "ID" else _NOBODY
                    yield self._filtered(name, operator, nobody, found=False)

    def _filtered(self, field: str, operator: str, value: Any, *, found: bool = True) -> Asked:
        given = {"in": [value], "notIn": [value], "between": [value, value]}.get(operator, value)
        if operator in ("startsWith", "contains") and found:
            given = value[:4]
        name = f"{field} {operator} {json.dumps(given)}"
        return Asked(name, {"filter": {field: {operator: given}}}, field, operator, found)


def lists() -> dict[str, List]:
    fields = schema.core.query_type.fields.items()
    return {name: List(name) for name, field in fields if "pageInfo" in getattr(get_named_type(field.type), "fields", ())}


async def _commonest(msp: Msp, where: Where) -> Any:
    column = where.column
    statement = select(column).where(column.is_not(None)).group_by(column).order_by(func.count().desc()).limit(1)
    async with msp.transaction() as ctx:
        return (await ctx.session.scalars(statement)).one()


def _written(where: Where, value: Any) -> Any:
    """As it stands in a request."""
    column = where.column
    if column.key in ("subject", "root"):
        return global_id("Quote", value if isinstance(value, UUID) else UUID(split_subject(value)[1]))
    if isinstance(value, UUID):
        table = next((key.column.table.name for key in column.foreign_keys), column.class_.__tablename__)
        return global_id(next(name for name, model in schema.models.items() if model.__tablename__ == table), value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
