"""The addresses of GraphiQL and what stands in their headers. A browser uses it in tests/browser."""

import httpx
import pytest

from api import app
from api.graphiql import page


@pytest.fixture
def dist(tmp_path, monkeypatch):
    """What a build leaves behind, as far as serving it goes."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>GraphiQL</title>", "utf-8")
    (tmp_path / "assets" / "index-1a2b3c4d.js").write_text("export {}", "utf-8")
    monkeypatch.setattr(page, "DIST", tmp_path)
    return tmp_path


@pytest.fixture
async def visit(db, asker, dist):
    transport = httpx.ASGITransport(app.create(db, asker, graphiql=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as visit:
        yield visit


async def test_the_page_is_found_with_and_without_a_slash(visit):
    answer = await visit.get("/graphiql")
    assert (answer.status_code, answer.headers["location"]) == (307, "graphiql/"), "relative: right behind any proxy"
    answer = await visit.get("/graphiql", follow_redirects=True)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/graphiql/", "/graphiql/assets/index-1a2b3c4d.js"])
async def test_the_browser_may_ask_nobody_else(visit, path):
    headers = (await visit.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_assets_are_kept_and_the_page_is_not(visit):
    asset = await visit.get("/graphiql/assets/index-1a2b3c4d.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    first = await visit.get("/graphiql/")
    again = await visit.get("/graphiql/", headers={"If-None-Match": first.headers["etag"]})
    assert (first.headers["cache-control"], again.status_code) == ("no-cache", 304)
    assert (await visit.get("/graphiql/assets/gone.js")).status_code == 404


@pytest.mark.parametrize("path", ["/graphiql/../page.py", "/graphiql/%2e%2e/page.py", "/graphiql//etc/passwd"])
async def test_nothing_else_is_served(visit, path):
    assert (await visit.get(path)).status_code == 404


async def test_where_it_was_not_built_it_says_so(db, asker, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "DIST", tmp_path / "none")
    transport = httpx.ASGITransport(app.create(db, asker, graphiql=True))
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as visit:
        for path in ("/graphiql", "/graphiql/"):
            answer = await visit.get(path)
            assert (answer.status_code, "was not built" in answer.text) == (404, True)


async def test_switched_off_it_is_not_there(http):
    assert (await http.get("/graphiql/")).status_code == 404
