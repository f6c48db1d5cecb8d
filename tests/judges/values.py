"""What random requests put into their arguments: mostly what somebody might mean, sometimes what nobody should send.

Schemathesis makes the requests; left to itself it knows no id and no amount, and would be refused at the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from tests.judges.records import Records

WORDS = ("Firewall", "acme", "Q-1", "network refresh", "C-2041", "+1 555 0100", "USD", "en-US", "DE", "PRODUCTS", "1")
HOSTILE = (
    "",
    " ",
    "\0",
    "\n\t",
    "\ufeff",
    "\u202eabc",
    "👩‍👩‍👧",
    "NaN",
    "%",
    "_%\\",
    "'; DROP TABLE quote; --",
    "a" * 5_000,
)
AMOUNTS = ("1", "0", "12.50", "499.90", "100", "1000000")
NO_AMOUNTS = ("-1", "99.999", "0.0000000001", "99999999999999999999.99", "1e5")
DAYS = ("2026-03-31", "2024-02-29", "0001-01-01", "9999-12-31")
MOMENTS = tuple(f"{day}T{time}" for day in DAYS for time in ("09:30:00Z", "23:59:59.999999Z", "12:00:00+05:30"))
NO_MOMENTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-31", "yesterday")
NO_IDS = ("", "id", "UXVvdGU6MQ", "-1", "x" * 200)
_USER_ERRORS = graphql.FieldNode(
    name=graphql.NameNode(value="userErrors"),
    selection_set=graphql.SelectionSetNode(
        selections=tuple(graphql.FieldNode(name=graphql.NameNode(value=name)) for name in ("code", "field", "message"))
    ),
)
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")


def mostly(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One bad value spoils a request of fifty."""
    return st.sampled_from([usual] * 19 + [rare]).flatmap(lambda chosen: chosen)


def register(schema: graphql.GraphQLSchema) -> None:
    """Tell Schemathesis what the values of each scalar look like."""
    written, hostile = st.text(_CHARACTERS, max_size=40), st.sampled_from(HOSTILE)
    texts = st.sampled_from([st.sampled_from(WORDS)] * 4 + [written] * 4 + [hostile]).flatmap(lambda chosen: chosen)
    amounts = st.one_of(st.sampled_from(AMOUNTS), st.decimals(0, 1_000, places=2).map(str))
    known: dict[str, st.SearchStrategy[Any]] = {
        "Int": mostly(st.integers(0, 30), st.sampled_from((-1, 101, 2**31 - 1, -(2**31)))).map(nodes.Int),
        "String": texts.map(nodes.String),
        "Decimal": mostly(amounts, st.sampled_from(NO_AMOUNTS)).map(nodes.String),
        "DateTime": mostly(st.sampled_from(MOMENTS), st.sampled_from(NO_MOMENTS)).map(nodes.String),
        "Date": mostly(st.one_of(st.sampled_from(DAYS), st.dates().map(str)), texts).map(nodes.String),
        "EmailAddress": mostly(st.emails(), texts).map(nodes.String),
        "URL": mostly(st.just("https://acme.example/a?b=c"), texts).map(nodes.String),
    }
    for name, type_ in schema.type_map.items():
        if isinstance(type_, graphql.GraphQLScalarType) and name not in ("ID", "Boolean", "Float"):
            schemathesis.graphql.scalar(name, known.get(name, known["String"]))


def real(schema: graphql.GraphQLSchema, records: Records, document: graphql.DocumentNode) -> Any:
    """The document with ids and cursors of what is there, with one page size where two are too many, with no stale
    version, and asking what the user is told: mostly."""

    @st.composite
    def made(draw: st.DrawFn) -> graphql.DocumentNode:
        info = graphql.TypeInfo(schema)
        visitor = graphql.TypeInfoVisitor(info, _Meaning(draw, info, schema, records))
        changed: graphql.DocumentNode = graphql.visit(document, visitor)
        return changed

    return made()


class _Meaning(graphql.Visitor):
    def __init__(
        self, draw: st.DrawFn, info: graphql.TypeInfo, schema: graphql.GraphQLSchema, records: Records
    ) -> None:
        super().__init__()
        self._draw, self._info, self._schema, self._records = draw, info, schema, records
        self._root = ""

    def _mostly(self) -> bool:
        return self._draw(st.sampled_from((True,) * 9 + (False,)))

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> Any:
        changes: dict[str, Any] = {}
        parent = self._info.get_parent_type()
        if parent in (self._schema.query_type, self._schema.mutation_type):
            self._root = node.name.value
        if parent is self._schema.mutation_type:
            assert node.selection_set
            changes["selection_set"] = replace(
                node.selection_set, selections=(*node.selection_set.selections, _USER_ERRORS)
            )
        arguments = {argument.name.value: argument for argument in node.arguments or ()}
        if {"first", "last"} <= arguments.keys() and self._mostly():
            for dropped in self._draw(st.sampled_from((("last", "before"), ("first", "after")))):
                del arguments[dropped]
            changes["arguments"] = tuple(arguments.values())
        return replace(node, **changes) if changes else None

    def enter_object_field(self, node: graphql.ObjectFieldNode, *_: Any) -> Any:
        stale = node.name.value == "version" and self._mostly()
        return replace(node, value=nodes.Null) if stale else None

    def enter_string_value(self, node: Any, _key: Any, parent: Any, _path: Any, ancestors: Any) -> Any:
        name = next(each.name.value for each in (parent, *reversed(ancestors)) if hasattr(each, "name"))
        if graphql.get_named_type(self._info.get_input_type()) is graphql.GraphQLID:
            fitting: Sequence[str] = self._records.fitting(name, self._root) if self._mostly() else NO_IDS
        elif name in ("after", "before"):
            fitting = self._records.cursors.get(self._root, []) if self._mostly() else []
        elif name == "email":
            fitting = (f"{self._draw(st.integers(0, 10**6))}@acme.example",) if self._mostly() else []
        else:
            fitting = []
        return nodes.String(self._draw(st.sampled_from(fitting))) if fitting else None

    enter_int_value = enter_string_value
