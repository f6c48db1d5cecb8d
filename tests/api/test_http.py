"""The door: who is let in, what is understood, and what an answer looks like from outside."""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from graphql import get_introspection_query
from sqlalchemy import text
from structlog.testing import capture_logs

from api import app, auth, limits
from api.ask import Asker
from domain.access import service as access
from domain.access.tokens import new_token
from domain.db import Database
from tests.api.conftest import Client, an_organization
from tests.rig import open_database

VIEWER = "{ viewer { tenant { name currency timeZone } employee { name } scopes } }"
NEW, OLD = "application/graphql-response+json", "application/json"


def content_type(response: httpx.Response) -> str:
    return response.headers["content-type"].partition(";")[0]


async def test_viewer_says_who_asks(ask):
    viewer = (await ask(VIEWER))["viewer"]
    assert viewer["tenant"] == {"name": "Northwind IT", "currency": "USD", "timeZone": "UTC"}
    assert viewer["employee"] is None
    assert "quotes:read" in viewer["scopes"]


UNKNOWN = new_token(lambda below: 7 % below)  # well-formed, and nobody's


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer nonsense", "Basic qw_x", f"Bearer {UNKNOWN}", f"Token {UNKNOWN}"]
)
@pytest.mark.parametrize("query", [VIEWER, "{ __typename }", get_introspection_query(), "{ nonsense", "not json"])
async def test_nothing_is_readable_without_a_valid_token(http, header, query):
    headers = {} if header is None else {"Authorization": header}
    body = b"{" if query == "not json" else json.dumps({"query": query}).encode()
    answer = await http.post("/graphql", content=body, headers={"Content-Type": "application/json", **headers})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert set(answer.json()) == {"errors"}


async def test_an_expired_token_opens_nothing(http, msp):
    async with msp.transaction() as ctx:
        _, token = await access.create_token(
            ctx, name="old", scopes=["quotes:read"], expires_at=datetime.now(UTC) + timedelta(hours=1)
        )
        await ctx.session.execute(text("UPDATE credential SET expires_at = now() - interval '1 s' WHERE name = 'old'"))
    assert (await Client(http, token).post(VIEWER)).status_code == 401


async def test_a_revoked_token_is_dead_when_what_is_remembered_has_run_out(http, msp, monkeypatch):
    monkeypatch.setattr(auth, "_KEPT", 0.2)
    async with msp.transaction() as ctx:
        credential, token = await access.create_token(ctx, name="short", scopes=["quotes:read"])
    client = Client(http, token)
    assert (await client.post("{ viewer { scopes } }")).status_code == 200
    async with msp.transaction() as ctx:
        await access.revoke_token(ctx, credential.id)
    await asyncio.sleep(0.25)
    assert (await client.post("{ viewer { scopes } }")).status_code == 401


def test_a_token_is_remembered_for_less_than_five_seconds():
    assert auth._KEPT <= 3


async def test_only_post_is_taken(http, ask):
    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        answer = await http.request(
            method, "/graphql?query={__typename}", headers={"Authorization": f"Bearer {ask.token}"}
        )
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/graphql", ""])
async def test_only_json_is_taken(http, ask, kind):
    headers = {"Authorization": f"Bearer {ask.token}", "Content-Type": kind}
    answer = await http.post("/graphql", content=b'{"query":"{__typename}"}', headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (415, "BAD_REQUEST")


async def test_a_compressed_body_is_not_guessed_at(http, ask):
    headers = {"Authorization": f"Bearer {ask.token}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await http.post("/graphql", content=gzip.compress(b'{"query":"{__typename}"}'), headers=headers)
    assert answer.status_code == 415


async def test_a_page_of_another_origin_may_ask_only_when_it_is_named(msp):
    async def preflight(*origins):
        transport = httpx.ASGITransport(app.create(msp.database, Asker(None), origins=origins))
        wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as http:
            return await http.options("/graphql", headers={"Origin": "https://app.example.com", **wanted})

    named = await preflight("https://app.example.com")
    assert named.headers["access-control-allow-origin"] == "https://app.example.com"
    for origins in ((), ("https://other.example.com",)):
        assert "access-control-allow-origin" not in (await preflight(*origins)).headers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'[{"query":"{__typename}"}]',
        b"{}",
        b'{"query":""}',
        b'{"query":1}',
        b'{"query":"{__typename}","variables":[]}',
        b'{"query":"{__typename}","operationName":1}',
        b'{"query":"{__typename}","extensions":1}',
        b'{"query":"{__typename}","variables":{"a":"\\ud800"}}',
        b'{"query":"{__typename}","variables":{"a":"\\u0000"}}',
        b'{"query":"{node(id:\\"\\\\u0000\\"){id}}"}',
        b'{"query":"{node(id:\\"\\\\u{0}\\"){id}}"}',
        b'{"query":"{node(id:\\"\\u005cu0000\\"){id}}"}',
        b"\xff\xfe",
        b"[" * 2000,
    ],
)
@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_what_is_no_request_is_refused(http, ask, body, accept):
    headers = {"Authorization": f"Bearer {ask.token}", "Content-Type": "application/json", "Accept": accept}
    answer = await http.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert "data" not in answer.json()


async def test_a_backslash_before_zeros_is_a_text_like_any_other(ask):
    await an_organization(ask, name=r"C:\u0000")
    [found] = (await ask("query ($s: String) { organizations(search: $s) { nodes { name } } }", s=r"C:\u0000"))[
        "organizations"
    ]["nodes"]
    assert found["name"] == r"C:\u0000"


STATUSES = [
    # query, variables, status in the new media type, code
    ("{ viewer { scopes } }", None, 200, None),
    ("{ viewer {", None, 400, "BAD_REQUEST"),
    ("{ nonsense }", None, 422, "BAD_REQUEST"),
    ("query ($id: ID!) { node(id: $id) { id } }", None, 422, "BAD_REQUEST"),
    ("query ($n: Int) { quotes(first: $n) { totalCount } }", {"n": "x"}, 422, "BAD_REQUEST"),
    ("query a { viewer { scopes } } query b { viewer { scopes } }", None, 422, "BAD_REQUEST"),
    ('{ viewer { scopes } node(id: "x") { id } }', None, 294, "INVALID"),
    ("{ a0: viewer { scopes } " + " ".join(f"a{n}: __typename" for n in range(40)) + "}", None, 422, "LIMIT_EXCEEDED"),
]


@pytest.mark.parametrize(("query", "variables", "status", "code"), STATUSES)
async def test_the_status_follows_the_media_type(ask, query, variables, status, code):
    for accept, wanted, kind in (
        (None, status, NEW),
        (NEW, status, NEW),
        ("text/html, */*;q=0.1", status, NEW),
        (OLD, 200, OLD),
        (f"{OLD}, {NEW}", status, NEW),
        (f"{NEW}, {OLD};q=0.9", status, NEW),
        (f"{OLD}, {NEW};q=0.5", 200, OLD),
        (f"{OLD}, text/plain, */*; q=0.01", 200, OLD),
        (f"{OLD}, text/plain, */*", status, NEW),
        (f"{NEW};q=0, application/*", 200, OLD),
    ):
        answer = await ask.post(query, variables, **({"Accept": accept} if accept else {}))
        assert (answer.status_code, content_type(answer)) == (wanted, kind)
        assert len(answer.headers["x-request-id"]) == 32
        assert ("data" in answer.json()) == (status in (200, 294))
        assert [e["extensions"]["code"] for e in answer.json().get("errors", [])] == ([code] if code else [])


async def test_an_answer_that_nobody_understands_is_not_given(ask):
    for accept in ("text/html", "text/html, */*;q=0", f"{NEW};q=0"):
        assert (await ask.post("{ __typename }", Accept=accept)).status_code == 406


async def test_one_of_several_operations_runs(http, ask):
    body = {"query": "query a { viewer { scopes } } query b { __typename }", "operationName": "b"}
    headers = {"Authorization": f"Bearer {ask.token}"}
    assert (await http.post("/graphql", json=body, headers=headers)).json()["data"] == {"__typename": "Query"}
    body["operationName"] = "c"
    assert (await http.post("/graphql", json=body, headers=headers)).status_code == 422


async def test_a_large_body_is_refused_unread(http, ask):
    answer = await ask.post("{ __typename }", {"x": "y" * 5_000_000})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "LIMIT_EXCEEDED")


async def test_a_large_body_without_a_length_is_refused_when_it_is_too_much(http, ask):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 64 * 1024
            yield b"x" * 64 * 1024
            if sent > 50_000_000:
                pytest.fail("it was read on and on")

    headers = {"Authorization": f"Bearer {ask.token}", "Content-Type": "application/json"}
    transport_answer = await asyncio.wait_for(_streamed(http, endless(), headers), 10)
    assert transport_answer.status_code == 413
    assert sent <= limits.BODY + 3 * 64 * 1024


async def _streamed(http: httpx.AsyncClient, content, headers) -> httpx.Response:
    return await http.post("/graphql", content=content, headers=headers)


async def test_a_request_id_is_taken_over_or_made(ask, http):
    assert (await ask.post("{ __typename }", **{"X-Request-Id": "abc-1.2:3"})).headers["x-request-id"] == "abc-1.2:3"
    for hostile in ("x" * 65, "a b", "<script>"):
        made = (await ask.post("{ __typename }", **{"X-Request-Id": hostile})).headers["x-request-id"]
        assert made != hostile
        assert len(made) == 32
    assert len((await http.get("/livez")).headers["x-request-id"]) == 32


async def test_health(http, db, postgres):
    assert ((await http.get("/livez")).status_code, (await http.get("/livez")).json()) == (200, {"status": "alive"})
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "database": "ok", "redis": "away"})


async def test_health_without_a_database(postgres):
    away: Database = open_database("postgresql+psycopg://qw_app@127.0.0.1:1/none")
    transport = httpx.ASGITransport(app.create(away, Asker(None)))
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as http:
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "away")
        assert (await http.get("/livez")).status_code == 200
        with capture_logs():
            answer = await Client(http, new_token()).post(VIEWER)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
        assert "127.0.0.1" not in answer.text
    await away.dispose()


async def test_the_guide_is_there_for_everybody(http, ask):
    url = (await ask("{ apps { setupGuideUrl } }"))["apps"][0]["setupGuideUrl"]
    assert url == "http://quotewright.test/guides/connectwise"
    page = await http.get(url)
    assert page.status_code == 200
    assert "not a paid user" in page.text


async def test_a_busy_token_is_looked_up_once(http, ask, db, monkeypatch):
    looked_up = 0
    from domain.access import tenants

    real = tenants.authenticate

    async def counting(*args):
        nonlocal looked_up
        looked_up += 1
        return await real(*args)

    monkeypatch.setattr(tenants, "authenticate", counting)
    answers = await asyncio.gather(*(ask.post("{ __typename }") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert looked_up == 1
    assert await an_organization(ask)
    assert looked_up == 1
