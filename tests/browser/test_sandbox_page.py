"""The sandbox's page as a person sees it in a real Chromium: tables, records, requests, kept up by itself."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, expect

from tests.sandbox import SandboxServer, running_sandbox

RENAME = [{"op": "replace", "path": "name", "value": "Oak <b>Ridge</b> Schools"}]
COMPANY = "/browse/quotewright/company/companies/4"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    server.reset()
    return server


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Fails when the page asks another host for anything, or its script breaks."""
    page = await browser.new_page()
    troubles: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error" and "status of 400" not in said.text:  # a refused change is told by the page itself
            troubles.append(said.text)

    def see(request: Request) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            troubles.append(request.url)

    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", hear)
    page.on("request", see)
    yield page
    await page.close()
    assert troubles == []


async def test_the_first_page_leads_through_tables_to_records(sandbox: SandboxServer, page: Page) -> None:
    await page.goto(sandbox.url)
    await page.get_by_role("link", name="Contacts", exact=True).click()
    await expect(page.get_by_role("heading", name="Contacts")).to_be_visible()
    await expect(page.get_by_text("23 records")).to_be_visible()
    await page.get_by_role("link", name="Peter", exact=True).click()
    await expect(page.get_by_role("heading", name="Peter Whitfield")).to_be_visible()
    await page.get_by_role("row", name="Company").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Oak Ridge School District")).to_be_visible()
    await expect(page.get_by_role("heading", name="Sites")).to_be_visible()


async def test_requests_and_what_they_changed_appear_by_themselves(sandbox: SandboxServer, page: Page) -> None:
    await page.goto(sandbox.url)
    await expect(page.get_by_text("Nobody has asked anything yet.")).to_be_visible()
    with sandbox.client() as api:
        api.patch("/company/companies/4", json=RENAME).raise_for_status()
        api.get("/company/companies", params={"conditions": 'name contains "oak"'}).raise_for_status()
        api.get("/company/nothing")
    await expect(page.get_by_text('conditions=name contains "oak"')).to_be_visible()
    patch = page.get_by_role("row", name="PATCH")
    await expect(patch).to_contain_text("200")
    await expect(patch).to_contain_text("Name: Oak <b>Ridge</b> Schools")  # as text, not as markup
    await expect(page.get_by_role("row", name="company/nothing")).to_contain_text("404")


async def test_what_somebody_changes_there_shows_on_the_record_and_on_the_first_page(
    sandbox: SandboxServer, page: Page
) -> None:
    await page.goto(sandbox.url + COMPANY)
    sandbox.person("PATCH", "/company/companies/4", RENAME)
    await expect(page.get_by_role("heading", name="Oak <b>Ridge</b> Schools")).to_be_visible()
    await page.goto(sandbox.url)
    await expect(page.get_by_role("row", name="Oak <b>Ridge</b> Schools")).to_contain_text("by jmiller")
    sandbox.person("DELETE", "/company/contacts/2")
    await expect(page.get_by_role("row", name="Victor Lam Contacts deleted")).to_be_visible()


async def test_a_person_changes_a_field_on_the_page(sandbox: SandboxServer, page: Page) -> None:
    await page.goto(sandbox.url + COMPANY)
    await page.get_by_label("Change as somebody there").select_option("City")
    await page.get_by_label("New value").fill("Largo")
    await page.get_by_role("button", name="Change").click()
    await expect(page.get_by_role("row", name="City Largo")).to_be_visible()
    assert sandbox.record("/company/companies/4")["city"] == "Largo"
    await page.get_by_label("New value").fill("x" * 51)
    await page.get_by_role("button", name="Change").click()
    await expect(page.get_by_text("maximum length of 50")).to_be_visible()


async def test_every_company_has_its_own_pages(sandbox: SandboxServer, page: Page) -> None:
    sandbox.instance("northwind", records=False, name="Northwind MSP")
    await page.goto(sandbox.url)
    await page.get_by_role("link", name="Northwind MSP").click()
    await expect(page.get_by_role("heading", name="Northwind MSP")).to_be_visible()
    await page.get_by_role("link", name="Companies", exact=True).click()
    await expect(page.get_by_text("Nothing here yet.")).to_be_visible()


async def test_it_says_when_the_sandbox_is_gone(browser: Browser) -> None:
    page = await browser.new_page()
    with running_sandbox() as passing:
        await page.goto(passing.url)
        await expect(page.get_by_text("live", exact=True)).to_be_visible()
    await expect(page.get_by_text("not answering")).to_be_visible()
    await page.close()
