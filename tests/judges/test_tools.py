"""The judges need a network once, and say so when there is none."""

import pytest

from tests.judges.tools import NoNetwork, Tools

NOWHERE = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}


def test_without_a_network_the_reason_is_said_and_nothing_half_stays(tmp_path):
    nowhere = {**NOWHERE, "npm_config_cache": str(tmp_path / "cache")}
    for _ in range(2):
        with pytest.raises(NoNetwork, match="the npm registry gave no packages \\(ECONNREFUSED\\)"):
            Tools.fetched(tmp_path / "judges", environment=nowhere)


def test_what_was_fetched_is_not_fetched_again(tools):
    said: list[str] = []
    Tools.fetched(tools.folder, say=said.append, environment=NOWHERE)
    assert said == []


def test_a_script_that_fails_fails_the_test_with_its_words(tools, tmp_path):
    with pytest.raises(AssertionError, match=r"ENOENT.*nothing\.graphql"):
        tools.ask("inspect.mjs", str(tmp_path / "nothing.graphql"), str(tmp_path))
