"""What clients rely on, judged by their own tools: the schema breaks nobody, and the examples fit it.

`schema.released.graphql` is the schema of the last release.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house.source import ROOT
from tests.judges.tools import Tools

SCHEMA, RELEASED = ROOT / "schema.graphql", ROOT / "schema.released.graphql"
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.graphql"))
ACCEPTED = tomllib.loads((Path(__file__).parent / "breaking.toml").read_text("utf-8"))


def breaking(tools: Tools, released: Path, schema: Path) -> dict[str, str]:
    """What would break a client, and GraphQL Inspector's sentence about it."""
    changes = inspected(tools, released, schema)["changes"]
    return {f"{one['type']} {one['path']}": one["message"] for one in changes if one["level"] == "BREAKING"}


def inspected(tools: Tools, released: Path, schema: Path, *operations: Path) -> Any:
    return tools.ask("inspect.mjs", str(released), str(schema), *map(str, operations))


def test_the_schema_breaks_no_client_of_the_last_release(tools):
    found = breaking(tools, RELEASED, SCHEMA)
    unlisted = [f'"{change}" = "…"  # {found[change]}' for change in found.keys() - ACCEPTED.keys()]
    assert not unlisted, "keep the old, deprecated, or say why not in tests/judges/breaking.toml:\n" + "\n".join(
        unlisted
    )
    assert ACCEPTED.keys() <= found.keys(), "strike from tests/judges/breaking.toml what is no change any more"
    assert all(ACCEPTED.values()), "a reason for each"


def test_the_examples_are_valid_and_use_nothing_deprecated(tools):
    assert EXAMPLES
    assert inspected(tools, RELEASED, SCHEMA, *EXAMPLES)["invalid"] == []


OLD = """type Query { quote(id: ID!): Quote, quotes: [Quote!]! @deprecated(reason: "ask quote") }
type Quote { id: ID! title: String! color: Color }
enum Color { RED BLUE }"""


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ("title: String!", "", "FIELD_REMOVED Quote.title"),
        ("title: String!", "title: String", "FIELD_TYPE_CHANGED Quote.title"),
        ("(id: ID!)", "(id: ID!, tenant: ID!)", "FIELD_ARGUMENT_ADDED Query.quote.tenant"),
        ("BLUE", "", "ENUM_VALUE_REMOVED Color.BLUE"),
        ("title: String!", "title: String! number: Int", None),
        ('quotes: [Quote!]! @deprecated(reason: "ask quote")', "", None),
    ],
)
def test_what_breaks_a_client_is_told_from_what_doesnt(tools, tmp_path, old, new, broken):
    (tmp_path / "old").write_text(OLD)
    (tmp_path / "new").write_text(OLD.replace(old, new))
    assert list(breaking(tools, tmp_path / "old", tmp_path / "new")) == ([broken] if broken else [])


def test_an_example_that_asks_for_what_isnt_there_is_named(tools, tmp_path):
    (tmp_path / "schema").write_text(OLD)
    (tmp_path / "wrong.graphql").write_text("{ quotes { id } quote(id: 1) { titel } }")
    [invalid] = inspected(tools, tmp_path / "schema", tmp_path / "schema", tmp_path / "wrong.graphql")["invalid"]
    assert (len(invalid["errors"]), len(invalid["deprecated"])) == (1, 1)
