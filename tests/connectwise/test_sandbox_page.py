"""The sandbox's page without a browser: every record of every table has one, and nothing gets out of its frame."""

from __future__ import annotations

import re

import httpx
import pytest

from integrations.connectwise.sandbox import Sandbox, create_app
from integrations.connectwise.sandbox.tables import ENTITIES

LINK = re.compile(r'href="(/[^"]*)"')


@pytest.fixture(params=[True, False], ids=["control", "no-control"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return create_app(control=request.param)


def _client(sandbox: Sandbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://localhost")


async def test_every_table_and_the_first_record_of_each_has_a_page_whose_links_lead_somewhere(sandbox: Sandbox) -> None:
    async with _client(sandbox) as client:
        tables = [f"/browse/quotewright/{entity.key}" for entity in ENTITIES if entity.path]
        records = [
            f"/browse/quotewright/{entity.key}/{next(iter(rows))}"
            for entity in ENTITIES
            if entity.path and (rows := sandbox.store.instances["quotewright"].table(entity.name).rows)
        ]
        links: set[str] = set()
        for path in ["/", *tables, *records]:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            links |= {link.replace("&amp;", "&") for link in LINK.findall(answer.text)}
        for link in links:
            assert (await client.get(link)).status_code == 200, link


async def test_only_where_the_control_door_is_open_is_there_anything_to_change(sandbox: Sandbox) -> None:
    async with _client(sandbox) as client:
        page = await client.get("/browse/quotewright/company/companies/4")
        assert ("<form" in page.text) == sandbox.controlled
        assert (await client.post("/")).status_code == 405


async def test_names_are_shown_as_text_and_nothing_else_may_be_loaded(sandbox: Sandbox) -> None:
    company = sandbox.store.instances["quotewright"].table("Company").rows[1]
    company["name"] = "<script>alert(1)</script>"
    async with _client(sandbox) as client:
        for path in ("/browse/quotewright/company/companies", "/browse/quotewright/company/companies/1"):
            page = await client.get(path)
            assert "&lt;script&gt;alert(1)" in page.text
            assert "<script>alert" not in page.text
            assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize(
    "path",
    ["/browse", "/browse/nobody/company/companies", "/browse/quotewright/nothing", "/?company=nobody",
     "/browse/quotewright/company/companies/999", "/browse/quotewright/company/companies/" + "9" * 40],
)  # fmt: skip
async def test_what_is_not_there_is_a_page_that_says_so(path: str) -> None:
    async with _client(create_app()) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert "sandbox" in answer.text
