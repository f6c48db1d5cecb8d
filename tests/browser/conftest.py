"""A real Chromium, and the real api at an address that it can open. Holds no test."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from api import app
from api.ask import Asker
from api.graphiql import page
from tests.conftest import FreshDatabase
from tests.rig import Msp, make_msp, missing, opened, served

expect.set_options(timeout=60_000)  # milliseconds; waiting ends when the thing is there, and machines may be slow


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium of this machine. Debian's is installed when there is none and we may."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if not any(map(shutil.which, names)) and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *words], env=environment, capture_output=True, check=False)
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing("no Chromium: install the package `chromium`")
    assert found
    return found


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    # Root has no sandbox; containers have little /dev/shm. Chromium's own calls home would be no fault of the page.
    arguments = ["--disable-dev-shm-usage", "--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture
async def msp(database: FreshDatabase) -> AsyncIterator[Msp]:
    async with opened(database.app_url) as db:
        yield await make_msp(db)


@pytest.fixture
async def address(msp: Msp) -> AsyncIterator[str]:
    """Where the api listens, GraphiQL included."""
    if not (page.DIST / "index.html").is_file():
        missing("GraphiQL is not built: install the project again where the npm registry can be reached")
    async with served(app.create(msp.database, Asker(None), graphiql=True)) as address:
        yield address
