"""Front ends don't write types by hand: their generators must be able to read the schema and the examples.

The screens that are compiled here are in screens.ts and relay/. Relay is asked for each record and each list beside
them, as the schema has them.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLScalarType, get_named_type, is_required_argument

from api.schema import schema, sdl
from tests.judges.test_clients import EXAMPLES, SCHEMA
from tests.judges.tools import HERE


@pytest.fixture
def generated(tools, tmp_path) -> Path:
    """A folder with the types, and the screens that use them."""
    texts = tools.ask("types.mjs", str(SCHEMA), *map(str, EXAMPLES))
    for name, text in texts.items():
        (tmp_path / f"{name}.ts").write_text(text)
    shutil.copy(HERE / "screens.ts", tmp_path)
    return tmp_path


def compile(tools, folder: Path) -> str:
    files = sorted(file.name for file in folder.glob("*.ts"))
    return tools.run("typescript/bin/tsc", "--noEmit", "--strict", *files, folder=folder)


def test_generated_typescript_compiles_and_holds_screens_to_it(tools, generated):
    assert compile(tools, generated) == ""


def test_a_screen_that_asks_for_what_it_did_not_select_does_not_compile(tools, generated):
    screens = generated / "screens.ts"
    screens.write_text(screens.read_text().replace("row.total.amount", "row.total.amuont"))
    with pytest.raises(AssertionError, match=r"screens\.ts.*amuont"):
        compile(tools, generated)


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of Relay with the screens, and a screen of everything."""
    shutil.copytree(HERE / "relay", tmp_path / "src")
    (tmp_path / "schema.graphql").write_text(sdl())
    (tmp_path / "src/Everything.ts").write_text("\n".join([*refetched(), *paged()]))
    (tmp_path / "made").mkdir()
    scalars = [type_.name for type_ in schema.core.type_map.values() if isinstance(type_, GraphQLScalarType)]
    config = {
        "src": "src",
        "schema": "schema.graphql",
        "language": "typescript",
        "artifactDirectory": "made",
        "customScalarTypes": {name: "string" for name in scalars if name not in {"Int", "Float", "Boolean"}},
    }
    (tmp_path / "relay.config.json").write_text(json.dumps(config))
    return tmp_path


def tagged(text: str) -> str:
    return f"graphql`{text}`;"


def refetched() -> Iterator[str]:
    """Each record, fetched anew by its id."""
    for name in schema.models:
        yield tagged(
            f'fragment Everything_{name} on {name} @refetchable(queryName: "Everything{name}Query") {{ __typename }}'
        )


def paged() -> Iterator[str]:
    """Each list of the root, a page at a time."""
    for name, field in schema.core.query_type.fields.items():
        is_list = get_named_type(field.type).name.endswith("Connection")
        if is_list and not any(is_required_argument(argument) for argument in field.args.values()):
            yield tagged(
                f"fragment Everything_{name} on Query"
                ' @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })'
                f' @refetchable(queryName: "Everything{name}PageQuery") {{'
                f' {name}(first: $first, after: $after) @connection(key: "Everything_{name}") {{'
                " edges { node { __typename } } } }"
            )


def relay(tools, project: Path) -> str:
    return tools.run("relay-compiler/cli.js", "relay.config.json", folder=project)


def test_relay_takes_every_record_and_every_list(tools, project):
    assert "Compilation completed" in relay(tools, project)
    made = {file.name.removesuffix(".graphql.ts") for file in (project / "made").iterdir()}
    assert made >= {f"Everything{name}Query" for name in schema.models}
    assert made >= {"EverythingquotesPageQuery", "QuoteListNextPageQuery", "CustomerFieldCreateMutation"}


def test_relay_refuses_a_screen_of_what_isnt_there(tools, project):
    card = project / "src/QuoteCard.ts"
    card.write_text(card.read_text().replace("netTotal", "netTotl"))
    with pytest.raises(AssertionError, match="netTotl"):
        relay(tools, project)
