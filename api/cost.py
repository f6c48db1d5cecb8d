"""What a request costs: points for the records that its answer may hold, known from the document and its variables.

A record is a point, and one more for each further ten fields asked of it; a page costs as many as it may have records,
and what is below it that many times. Values such as money and addresses are free. A document is looked at once: what
depends on variables is kept as a sum of products, so that a request only puts its page sizes in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
)

from api.paging import DEFAULT, MOST
from domain.bulk import MOST as MOST_ITEMS
from domain.errors import LimitExceeded

LIMIT = 20_000  # points of one request
MUTATION = 10  # points of one mutation field, beside those of what it answers
_FIELDS = 10  # that one point pays for
_INTROSPECTED = 1_000  # values of the schema that one point pays for
_PRODUCTS = 100  # how many different ones are kept; beyond, variables count as what they may be at most


@dataclass(frozen=True)
class Items:
    """How many items stand in a variable, or in the list of this name in it."""

    variable: str
    list: str | None = None


Pages = tuple[str | int | Items, ...]
"""A page size: the largest of what is given by `first` and `last`, numbers or names of variables."""
Points = Mapping[tuple[Pages, ...], int]
"""A sum: how many points, times the page sizes that belong to each."""

FREE: Points = {}


def points(number: int) -> Points:
    return {(): number} if number else FREE


def of_object(fields: int) -> int:
    """A record of which so many fields are asked for."""
    return max(1, -(-fields // _FIELDS))


def plus(some: Points, more: Points) -> Points:
    if not some or not more:
        return some or more
    total = dict(some)
    for pages, number in more.items():
        total[pages] = total.get(pages, 0) + number
    return total if len(total) <= _PRODUCTS else points(_at_most(total))


def times(pages: Pages, inner: Points) -> Points:
    if all(isinstance(size, int) for size in pages):
        size = _size(pages, {})
        return {more: size * number for more, number in inner.items()}
    return {(pages, *more): number for more, number in inner.items()}


def pages_of(values: list[ValueNode]) -> Pages:
    """What `first` and `last`, or `ids`, say about how many there may be."""
    found: list[str | int] = []
    for value in values:
        if isinstance(value, VariableNode):
            found.append(value.name.value)
        elif not isinstance(value, NullValueNode):
            found.append(_written(value))
    return tuple(found)


def items_of(input: ValueNode | None, name: str) -> Pages:
    """How many items the list `name` of an input has: that many times its mutation does something."""
    if isinstance(input, VariableNode):
        return (Items(input.name.value, name),)
    fields = input.fields if isinstance(input, ObjectValueNode) else ()
    value = next((field.value for field in fields if field.name.value == name), None)
    if isinstance(value, VariableNode):
        return (Items(value.name.value),)
    return (min(len(value.values), MOST_ITEMS) if isinstance(value, ListValueNode) else 1,)


@dataclass(frozen=True)
class Cost:
    """What an operation costs, by the fields at its root."""

    parts: Mapping[str, Points]
    introspected: int
    defaults: Mapping[str, Any]

    def of(self, variables: Mapping[str, Any] | None) -> int:
        """At least 1. Raises LimitExceeded."""
        given = {**self.defaults, **(variables or {})} if self.defaults else variables or {}
        costs = {name: _at(part, given) for name, part in self.parts.items()}
        total = max(1, sum(costs.values()) + self.introspected // _INTROSPECTED)
        if total > LIMIT:
            dearest = max(costs, key=lambda name: costs[name])
            raise LimitExceeded(
                f"The request costs {total:,} points; at most {LIMIT:,} are allowed. `{dearest}` alone costs"
                f" {costs[dearest]:,}: ask it for a smaller page, for smaller lists inside, or for fewer levels."
            )
        return total


def defaults_of(operation: OperationDefinitionNode) -> Mapping[str, Any]:
    """What variables are when they are not given, as far as page sizes go."""
    return {
        definition.variable.name.value: _written(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None and not isinstance(definition.default_value, NullValueNode)
    }


def _written(value: ValueNode) -> int:
    """What a page size may come to: at most what the resolver lets pass, whatever is written."""
    if isinstance(value, ListValueNode):
        return min(len(value.values), MOST)
    if isinstance(value, IntValueNode) and value.value.isdecimal() and len(value.value) < 4:
        return min(int(value.value), MOST)
    return MOST


def _at(sum_: Points, variables: Mapping[str, Any]) -> int:
    total = 0
    for product, number in sum_.items():
        for pages in product:
            number *= _size(pages, variables)
        total += number
    return total


def _size(pages: Pages, variables: Mapping[str, Any]) -> int:
    given = [size if isinstance(size, int) else _known(size, variables) for size in pages]
    return max((size for size in given if size is not None), default=DEFAULT)


def _known(size: str | Items, variables: Mapping[str, Any]) -> int | None:
    if isinstance(size, str):
        return _given(variables.get(size))
    value = variables.get(size.variable)
    if size.list is not None and isinstance(value, dict):
        value = value.get(size.list)
    return min(len(value), MOST_ITEMS) if isinstance(value, list) else 1


def _given(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, list):
        return min(len(value), MOST)
    return min(value, MOST) if type(value) is int and value >= 0 else MOST


def _at_most(sum_: Points) -> int:
    return sum(number * MOST ** len(product) for product, number in sum_.items())
