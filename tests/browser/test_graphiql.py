"""GraphiQL as somebody uses it, in a real browser: token, examples, an answer, completion, documentation."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from domain.access import service as access
from domain.events import QuoteSent
from domain.ids import uuid7
from tests.rig import Msp

TABS = ["FrontEnd", "Quoting", "Customer", "Purchasing", "Catalog", "PartnerApp", "Administrator", "Automation"]


class Visit:
    """One visitor's page. `hosts`: who was asked for anything; `complaints`: what the console showed in red."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.hosts: set[str] = set()
        self.questions = 0
        self.complaints: list[str] = []
        page.context.on("request", lambda request: self._asked(request.url))  # those of workers, too
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _asked(self, url: str) -> None:
        self.questions += url.endswith("/graphql")
        if urlsplit(url).scheme not in ("data", "blob"):
            self.hosts.add(urlsplit(url).netloc)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    async def enter(self, token: str) -> None:
        await self.page.get_by_label("API token").fill(token)
        await self.page.get_by_role("button", name="Use it").click()

    async def run(self, operation: str) -> None:
        await self.page.get_by_role("button", name="Execute query").click()
        await self.page.get_by_role("menuitem", name=operation, exact=True).click()

    @property
    def answer(self):
        return self.page.get_by_label("Result Window").locator(".view-lines")


@pytest.fixture
async def visit(browser: Browser, address: str) -> AsyncIterator[Visit]:
    async with await browser.new_context(viewport={"width": 1400, "height": 900}) as context:
        visit = Visit(await context.new_page(), address)
        await visit.page.goto(f"{address}/graphiql")
        yield visit
        assert visit.hosts == {urlsplit(address).netloc}, "another host was asked"
        assert visit.complaints == []


async def test_somebody_enters_a_token_and_runs_an_example(visit: Visit, msp: Msp):
    page = visit.page
    await expect(page.get_by_role("tab")).to_contain_text(TABS)
    assert visit.questions == 0, "nothing is asked before there is a token"

    await visit.enter(msp.token)
    await expect(page.get_by_text("You work as Northwind IT")).to_be_visible()

    await visit.run("FrontEnd")
    await expect(visit.answer).to_contain_text('"name": "Northwind IT"')


async def test_every_tab_has_its_variables(visit: Visit, msp: Msp):
    await visit.enter(msp.token)
    known = ["quoteId", "templateName", "yes", "buyForId", "typed", "ids", "connection", "accountNumber"]
    for tab, variable in zip(TABS, known, strict=True):
        await visit.page.get_by_role("tab", name=tab).click()
        variables = visit.page.get_by_label("Variables").locator(".view-lines").first  # behind it: the headers
        await expect(variables).to_contain_text(f'"{variable}"')


async def test_what_is_typed_is_completed_from_the_schema(visit: Visit, msp: Msp):
    page = visit.page
    await visit.enter(msp.token)
    await expect(page.get_by_text("You work as")).to_be_visible()
    await page.get_by_role("button", name="New tab").click()
    editor = page.get_by_label("Operation Editor")
    await editor.locator(".view-lines").click()
    await page.keyboard.press("Control+A")
    # The schema may still be on its way to the worker: asked again until it has arrived.
    await page.keyboard.type("{ view", delay=30)
    suggestion = editor.locator(".suggest-widget").get_by_role("option", name="viewer")

    async def suggested() -> None:
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+Space")
        await expect(suggestion).to_be_visible(timeout=2_000)

    await _eventually(suggested)
    await suggestion.click()
    await page.keyboard.type(" { tenant { currency } ")
    await expect(editor.locator(".view-lines")).to_contain_text("viewer")
    await page.get_by_role("button", name="Execute query").click()
    await expect(visit.answer).to_contain_text('"currency": "USD"')


async def test_a_subscription_shows_what_happens_until_it_is_stopped(visit: Visit, msp: Msp):
    page = visit.page
    await visit.enter(msp.token)
    await expect(page.get_by_text("You work as")).to_be_visible()
    await page.get_by_role("tab", name="PartnerApp").click()
    await visit.run("Changes")
    stop = page.get_by_role("button", name="Stop query")
    await expect(stop).to_be_visible()

    # Nothing says when it has begun, so this goes on until it has.
    async def told() -> None:
        async with msp.transaction() as ctx:
            ctx.emit(QuoteSent(uuid7()))
        await expect(visit.answer).to_contain_text('"event": "QUOTE_SENT"', timeout=2_000)

    await _eventually(told)
    await stop.click()
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_the_documentation_explains_a_type(visit: Visit, msp: Msp):
    page = visit.page
    await visit.enter(msp.token)
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.locator(".graphiql-plugin")
    await docs.get_by_role("combobox").fill("QuoteLine")
    await docs.get_by_role("option", name="QuoteLine", exact=True).click()
    await expect(docs).to_contain_text("Its amounts are in the currency of the quote")
    await expect(docs.get_by_role("link", name="unitPrice")).to_be_visible()


async def test_a_wrong_token_is_refused_in_words(visit: Visit, msp: Msp):
    await visit.enter(msp.token[:-1] + "~")
    await expect(visit.page.get_by_text("This token is unknown, expired or revoked.")).to_be_visible()
    assert visit.questions == 1, "the schema isn't asked for in vain"
    [complaint] = visit.complaints  # the browser's own line about the answer
    assert "401" in complaint
    visit.complaints.clear()


async def test_a_token_without_the_scope_for_the_schema_runs_operations_all_the_same(visit: Visit, msp: Msp):
    async with msp.transaction() as ctx:
        _, token = await access.create_token(ctx, name="partner", scopes=["employees:read"])
    await visit.enter(token)
    await expect(visit.page.get_by_role("status")).to_contain_text("the token lacks schema:read")
    assert visit.questions == 1, "the schema isn't asked for in vain"
    await visit.run("FrontEnd")
    await expect(visit.answer).to_contain_text('"name": "Northwind IT"')


async def test_a_reload_keeps_the_token_and_forget_drops_it(visit: Visit, msp: Msp):
    page = visit.page
    await visit.enter(msp.token)
    await expect(page.get_by_text("You work as")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("You work as")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0, "nothing stays on the disk"

    await page.get_by_role("button", name="Forget").click()
    await expect(page.get_by_label("API token")).to_have_value("")
    assert msp.token not in await page.evaluate("JSON.stringify(sessionStorage)")


async def _eventually(check, times: int = 15) -> None:
    for _ in range(times - 1):
        try:
            return await check()
        except AssertionError:
            continue
    await check()
