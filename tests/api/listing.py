"""All that can be asked of a list: pages, orders, each operator of each filter. From the schema, so that a new list or
filter is asked too; what to ask for is taken from the rows that are there.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLNamedType, get_named_type
from sqlalchemy import func, select

from api.filters.fields import Where, declared
from api.schema import schema
from domain.ids import global_id, split_subject, uuid7
from tests.rig import Msp

Variables = dict[str, Any]
_NOBODY = "zzzz nobody has this"
_NUMBERS = ("number", "account_number", "email")
_NAMES = ("title", "name", "first_name", "customer_reference", "supplier_reference")  # what a search looks at


@dataclass(frozen=True)
class Asked:
    """One question to a list. `field`, `operator`: of its filter.

    `narrow`: it looks for few rows, perhaps for one that isn't there: a reference, a choice, how a text is or begins.
    Conditions of other kinds are true of many rows more often than not.
    """

    name: str
    variables: Variables
    field: str = ""
    operator: str = ""
    narrow: bool = True


class List:
    """A connection among the root fields of queries."""

    def __init__(self, name: str) -> None:
        field = schema.core.query_type.fields[name]
        self.name, self.arguments = name, {name: get_named_type(one.type) for name, one in field.args.items()}
        nodes = get_named_type(field.type).fields["nodes"].type
        self.model: Any = schema.models[get_named_type(nodes).name]
        self._declared = {name: str(one.type) for name, one in field.args.items()}

    def query(self, variables: Variables) -> str:
        """For `nodes` and `pageInfo`; the list itself is `list`."""
        head = ", ".join(f"${name}: {self._declared[name]}" for name in variables)
        given = ", ".join(f"{name}: ${name}" for name in variables)
        head, given = (f"({text})" if text else "" for text in (head, given))
        return f"query {head} {{ list: {self.name}{given} {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}"

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

    async def searches(self, msp: Msp) -> list[Asked]:
        """A word that many rows have, the beginning of a number, a word with a slip; with and without an order."""
        if "search" not in self.arguments:
            return []
        names = [getattr(self.model, name) for name in _NAMES if hasattr(self.model, name)]
        numbers = [getattr(self.model, name) for name in _NUMBERS if hasattr(self.model, name)]
        word = (await _commonest(msp, func.split_part(names[0], " ", 1)))[:20]
        number = (await _commonest(msp, (numbers or names)[0]))[:5]
        slip = word[:2] + word[3:4] + word[2:3] + word[4:]
        [order] = [get_named_type(self.arguments["orderBy"].fields["field"].type)]
        orders = [{}, {"orderBy": {"field": next(iter(order.values))}}]
        texts = {"a common word": word, "a number's beginning": number, "a slip": slip, "nothing": _NOBODY}
        return [
            Asked(f"search for {what} {more}", {"search": text, **more})
            for what, text in texts.items()
            for more in orders
        ]

    async def filters(self, msp: Msp) -> AsyncIterator[Asked]:
        """Each operator with what the most rows have; those that look for few rows with what none has, too."""
        for name, where, operators in self.fields:
            common = _written(where, await _commonest(msp, where.column))
            for operator, field in operators.fields.items():
                type_ = get_named_type(field.type)
                narrow = _is_narrow(where, operator, type_)
                values = [common]
                if type_.name == "Boolean":
                    values = [True, False]
                elif isinstance(type_, GraphQLEnumType):
                    values = [*type_.values]
                elif narrow:
                    values.append(_written(where, uuid7()) if type_.name == "ID" else _NOBODY)
                for value in values:
                    begun = value[:4] if operator in ("startsWith", "contains") and value is common else value
                    yield self._filtered(name, operator, begun, narrow=narrow)

    def _filtered(self, field: str, operator: str, value: Any, *, narrow: bool) -> Asked:
        given = {"in": [value], "notIn": [value], "between": [value, value]}.get(operator, value)
        name = f"{field} {operator} {json.dumps(given)}"
        return Asked(name, {"filter": {field: {operator: given}}}, field, operator, narrow)


def _is_narrow(where: Where, operator: str, type_: GraphQLNamedType) -> bool:
    if isinstance(type_, GraphQLEnumType):
        return operator == "eq"  # of several choices no index has the rows in the list's order
    if type_.name not in ("ID", "String"):
        return False
    if operator == "startsWith":  # other columns compare in a language, and without case only by looking at each row
        return getattr(where.column.type, "collation", None) == "C"
    return operator in ("eq", "in", "under")


def lists() -> dict[str, List]:
    fields = schema.core.query_type.fields.items()
    return {
        name: List(name) for name, field in fields if "pageInfo" in getattr(get_named_type(field.type), "fields", ())
    }


async def _commonest(msp: Msp, column: Any) -> Any:
    statement = select(column).where(column.is_not(None)).group_by(column).order_by(func.count().desc()).limit(1)
    async with msp.transaction() as ctx:
        return (await ctx.session.scalars(statement)).one()


def _written(where: Where, value: Any) -> Any:
    """As it stands in a request."""
    column = where.column
    if column.key in ("subject", "root"):
        return global_id("Quote", value if isinstance(value, UUID) else UUID(split_subject(value)[1]))
    if isinstance(value, UUID):
        types = {model.__tablename__: name for name, model in schema.models.items()}
        named = types.get(column.key.removesuffix("_id")) or types[column.class_.__tablename__]
        return global_id(next((types[key.column.table.name] for key in column.foreign_keys), named), value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
