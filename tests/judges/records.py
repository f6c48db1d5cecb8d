"""The ids that random requests use: of what is really there, found by asking each list of the schema. Asks, no more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

from domain.ids import parse_global_id

_MANY, _FEW = 30, 3


class Records:
    """Global ids by type, and cursors. `apart`: what random requests must not get into their hands."""

    def __init__(self, schema: GraphQLSchema, apart: Collection[UUID] = ()) -> None:
        self._schema = schema
        self._apart = apart
        self._related = _related(schema)
        self.ids: dict[str, list[str]] = {}
        self.cursors: dict[str, list[str]] = {}

    def look(self, ask: Callable[[str], Any]) -> None:
        """What is there now."""
        ids: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for root, question in self._questions():
            answer = ask(question)
            self.cursors[root] = [edge["cursor"] for edge in answer[root]["edges"]]
            for type_, id in _ids(answer):
                if parse_global_id(id)[1] not in self._apart:
                    ids[type_][id] = None
        # Of a kind that is gone altogether, the old ones still open a door that says so.
        self.ids |= {name: list(found) for name, found in sorted(ids.items())}

    def fitting(self, name: str, root: str) -> list[str]:
        """Ids for an argument or input field of that name, below that field of the root: those of the nearest types."""
        stem = name.removesuffix("s").removesuffix("Id")
        types = set(self.ids) if stem == "id" else self._related[stem] | self._related[f"{stem}s"] | {_capital(stem)}
        types = types & self.ids.keys() or set(self.ids)
        for near in (lambda type_: type_, _first_word):
            types = {type_ for type_ in types if near(type_) in _capital(root)} or types
        return [id for type_ in sorted(types) for id in self.ids[type_]]

    def _questions(self) -> Iterator[tuple[str, str]]:
        """A field of the root, and a document that asks it."""
        assert self._schema.query_type
        for name, field in self._schema.query_type.fields.items():
            listed = _listed(field.type)
            if listed is not None and not any(map(is_required_argument, field.args.values())):
                inside = " ".join(self._inside(listed))
                yield name, f"{{ {name}(first: {_MANY}) {{ edges {{ cursor node {{ __typename id {inside} }} }} }} }}"

    def _inside(self, type_: GraphQLObjectType) -> Iterator[str]:
        """What belongs to a record, or is related to it."""
        for name, field in type_.fields.items():
            listed, target = _listed(field.type), get_named_type(field.type)
            if any(map(is_required_argument, field.args.values())):
                continue
            if listed is not None:
                yield f"{name}(first: {_FEW}) {{ nodes {{ __typename id }} }}"
            elif isinstance(target, GraphQLObjectType | GraphQLInterfaceType) and _is_record(target):
                some = f"(first: {_FEW})" if "first" in field.args else ""
                yield f"{name}{some} {{ __typename id }}"


def _related(schema: GraphQLSchema) -> defaultdict[str, set[str]]:
    """The record types that fields of a name lead to: an `ownerId` is that of an Employee, because owners are."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and _is_record(type_):
            for name, field in type_.fields.items():
                target = _listed(field.type) or get_named_type(field.type)
                if isinstance(target, GraphQLObjectType) and _is_record(target):
                    found[name].add(target.name)
    return found


def _listed(type_: Any) -> GraphQLObjectType | None:
    """The record type of a connection."""
    named = get_named_type(type_)
    if not isinstance(named, GraphQLObjectType) or not named.name.endswith("Connection"):
        return None
    nodes = get_named_type(named.fields["nodes"].type)
    return nodes if isinstance(nodes, GraphQLObjectType) and _is_record(nodes) else None


def _is_record(type_: GraphQLObjectType | GraphQLInterfaceType) -> bool:
    return type_.name == "Node" or "Node" in [interface.name for interface in type_.interfaces]


def _ids(answer: Any) -> Iterator[tuple[str, str]]:
    """Type and id of each record in an answer."""
    if isinstance(answer, list):
        for item in answer:
            yield from _ids(item)
    elif isinstance(answer, dict):
        if "id" in answer:
            yield answer["__typename"], answer["id"]
        for value in answer.values():
            yield from _ids(value)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _first_word(name: str) -> str:
    return re.findall("[A-Z][a-z]*", name)[0]
