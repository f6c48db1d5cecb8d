"""The tools of the judges, and the api at an address that they can reach. Holds no test."""

import sys
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from api import app
from api.ask import Asker
from runtime.embedded import EmbeddedPostgres
from tests.conftest import fresh_database
from tests.judges.tools import NoNetwork, Tools
from tests.rig import make_msp, missing, opened, served


class Served(NamedTuple):
    """Where GraphQL is asked, and a token for everything."""

    url: str
    token: str


@pytest.fixture(scope="session")
def tools(pytestconfig: pytest.Config) -> Tools:
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def say(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{text}", file=sys.stderr, flush=True)

    try:
        return Tools.fetched(say=say)
    except NoNetwork as error:
        missing(f"no judges of the API: {error}")


@pytest.fixture(scope="module")
async def api(postgres: EmbeddedPostgres) -> AsyncIterator[Served]:
    with fresh_database(postgres) as database:
        async with opened(database.app_url) as db, served(app.create(db, Asker(None))) as address:
            msp = await make_msp(db)
            yield Served(f"{address}/graphql", msp.token)
