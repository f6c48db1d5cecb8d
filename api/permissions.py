"""Who may read what: declared once, on the model or on a type or field that has none, and checked before execution.

What mutations need is said by the service function that they call; here it is only looked up, to refuse early.
"""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLSchema, get_named_type
from strawberry import relay
from strawberry.types.base import StrawberryObjectDefinition

from api.paging import Connection, Edge
from domain.permissions import Permission


class Undeclared(Exception):
    """Something can be read, and nobody has said by whom."""


class Rules:
    """The permission of every object type, and of every field that has one of its own."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._roots = {
            root.name for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root
        }
        self._types: dict[str, Permission | None] = {}
        self._priced: set[str] = set()
        self._in_steps: set[str] = set()
        self._fields: dict[tuple[str, str], Permission | None] = {}
        for type_ in _objects(schema):
            if type_.name not in self._roots:
                self._types[type_.name] = _declared(type_)
                if getattr(type_.extensions["strawberry-definition"].origin, "has_records", False):
                    self._priced.add(type_.name)
            for name, field in type_.fields.items():
                metadata = field.extensions["strawberry-definition"].metadata
                if metadata.get("in_steps"):
                    self._in_steps.add(name)
                if "reads" in metadata:
                    self._fields[type_.name, name] = metadata["reads"]
                elif type_.name in self._roots and not isinstance(get_named_type(field.type), GraphQLObjectType):
                    raise Undeclared(f"{type_.name}.{name}: say in its metadata which permission reading it needs")

    def needed(self, parent: str, field: str, result: GraphQLNamedType) -> Iterator[Permission]:
        """What selecting this field needs: its own permission, and that of the type it leads to."""
        for permission in (self._fields.get((parent, field)), self._types.get(result.name)):
            if permission is not None:
                yield permission

    def in_steps(self, mutation: str) -> bool:
        """Whether a mutation is more than one transaction."""
        return mutation in self._in_steps

    def is_wrapper(self, name: str) -> bool:
        """Whether a type is only the shape around what it holds: an amount, a page, the outcome of a mutation.

        A type without a permission of its own can say `has_records`: who may read it depends on where it is reached.
        """
        if name in self._priced:
            return False
        return self._types.get(name, self) is None or name.endswith(("Connection", "Edge"))

    def of_type(self, name: str) -> Permission | None:
        return self._types[name]

    def of_field(self, parent: str, field: str) -> Permission | None:
        return self._fields.get((parent, field))


def _objects(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            yield type_


def _declared(type_: GraphQLObjectType) -> Permission | None:
    definition: StrawberryObjectDefinition = type_.extensions["strawberry-definition"]
    origin: Any = definition.origin
    if origin is relay.PageInfo:
        return None
    # A list tells how many there are: it needs what its records need.
    for wrapper, field in ((Connection, "nodes"), (Edge, "node")):
        if issubclass(origin, wrapper):
            wrapped = get_named_type(type_.fields[field].type)
            assert isinstance(wrapped, GraphQLObjectType)
            return _declared(wrapped)
    declaring = getattr(origin, "model", origin)
    if not hasattr(declaring, "reads"):
        raise Undeclared(f"{type_.name}: name its model, or the permission that reading it needs (`reads`)")
    return declaring.reads  # type: ignore[no-any-return]
