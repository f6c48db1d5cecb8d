"""The client over real sockets, against a server that answers whatever a test wants."""

import asyncio
import json
import logging
import traceback
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectwise.client import Call, Client, Connection
from integrations.core import errors, http
from tests.connectwise.raw_server import PRIVATE, Request, answer, talking

NOT_FOUND = {"code": "ConnectWiseApi", "message": "The endpoint does not exist."}
INFO = {"version": "v2025.1", "isCloud": True}
COMPANIES = "/company/companies"


def test_constructor_and_repr_keep_the_key_to_themselves() -> None:
    connection = Connection("na.myconnectwise.net", "acme", "public", PRIVATE, "client")
    assert PRIVATE not in repr(connection)
    assert PRIVATE not in repr(vars(Client(connection)))
    for bad in (
        {"company_id": "a+b"},
        {"company_id": ".."},
        {"public_key": "a:b"},
        {"client_id": "a\r\nx: y"},
        {"site": "x"},
    ):
        with pytest.raises(ValueError, match=r"\.$") as caught:
            Client(Connection(**{**vars(connection), **bad}))
        assert PRIVATE not in str(caught.value)


async def test_what_goes_over_the_wire() -> None:
    async with talking(lambda request: answer(201, {"id": 7, "price": 1})) as (client, server):
        at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
        made = await client.create("/procurement/products", {"price": Decimal("19.90"), "at": at, "note": "ä\"'"})
    discovery, post = server.requests
    assert discovery.target == "/login/companyinfo/acme"
    assert "authorization" not in discovery.headers
    assert post.target == "/v2025_1/apis/3.0/procurement/products"
    assert post.headers["authorization"].startswith("Basic ")
    assert post.headers["clientid"] == "11111111-2222-3333-4444-555555555555"
    assert post.headers["accept"] == "application/vnd.connectwise.com+json; version=2025.1"
    assert post.headers["content-type"] == "application/json"
    assert post.body == '{"price":19.90,"at":"2026-03-01T09:30:00Z","note":"ä\\"\'"}'.encode()
    assert made == {"id": 7, "price": 1}
    assert server.connections == 1, "keep-alive"


async def test_numbers_arrive_exactly_and_unknown_fields_are_kept() -> None:
    async with talking(lambda request: answer(200, b'{"id": 1, "price": 0.1, "brandNew": {"x": 1e2}}')) as (client, _):
        row = await client.get("/procurement/products/1")
    assert row == {"id": 1, "price": Decimal("0.1"), "brandNew": {"x": Decimal("1E+2")}}


async def test_before_and_on_every_call() -> None:
    calls: list[Call] = []
    leases: list[int] = []

    async def renew() -> None:
        leases.append(len(calls))

    async with talking(lambda request: answer(200, {"id": 5}), before_call=renew, on_call=calls.append) as (client, _):
        await client.update(f"{COMPANIES}/5", {})
        await client.get(f"{COMPANIES}/5")
    assert leases == [0, 1, 2]
    assert [(call.method, call.route, call.status) for call in calls] == [
        ("GET", "/login/companyinfo", 200),
        ("GET", "/company/companies/{id}", 200),
        ("GET", "/company/companies/{id}", 200),
    ]
    assert all(call.seconds >= 0 and call.error is None for call in calls)


async def test_a_lost_lease_stops_before_anything_is_sent() -> None:
    class LeaseLost(Exception):
        pass

    async def renew() -> None:
        raise LeaseLost

    async with talking(lambda request: answer(200, {}), before_call=renew) as (client, server):
        with pytest.raises(LeaseLost):
            await client.create(COMPANIES, {"name": "x"})
    assert server.requests == []


async def test_concurrent_first_calls_discover_once() -> None:
    async with talking(lambda request: answer(200, {"id": 1})) as (client, server):
        await asyncio.gather(*(client.get(f"{COMPANIES}/1") for _ in range(10)))
    assert sum(call.startswith("GET /login") for call in server.calls) == 1


# -- when nothing, or not enough, comes back -------------------------------------------------------------------------


async def test_slow_answers_end_in_time_and_nobody_knows() -> None:
    async def drip(request: Request) -> bytes:
        await asyncio.sleep(30)
        return b""

    async with talking(drip, timeout=0.3) as (client, _):
        started = asyncio.get_running_loop().time()
        with pytest.raises(errors.TryLater) as caught:
            await client.create(COMPANIES, {"name": "x"})
        assert asyncio.get_running_loop().time() - started < 20
    assert not caught.value.surely_not_done
    assert caught.value.status is None


async def test_the_time_out_is_for_the_whole_call_not_for_each_byte() -> None:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b" ")
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    site = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    client = Client(Connection(site, "acme", "public", PRIVATE, "client"), timeout=0.4, allow_loopback=True)
    started = asyncio.get_running_loop().time()
    with pytest.raises(errors.TryLater) as caught:
        await client.discover()
    assert asyncio.get_running_loop().time() - started < 20
    assert caught.value.code == "TimeOut"
    await client.aclose()
    server.close()


async def test_refused_is_surely_not_done_reset_is_not() -> None:
    async with talking(lambda request: None) as (client, server):
        await client.discover()
        with pytest.raises(errors.TryLater) as reset:
            await client.create(COMPANIES, {"name": "x"})
        assert not reset.value.surely_not_done
    nobody = Client(Connection(server.site, "acme", "public", PRIVATE, "client"), allow_loopback=True)
    with pytest.raises(errors.TryLater) as refused:
        await nobody.create(COMPANIES, {"name": "x"})
    assert refused.value.surely_not_done
    await nobody.aclose()


async def test_a_create_that_never_got_past_discovery_is_surely_not_done() -> None:
    async with talking(lambda request: answer(201, {"id": 1})) as (client, server):
        server.company = None
        with pytest.raises(errors.Unauthorized, match='knows no company "acme"') as unknown:
            await client.create(COMPANIES, {"name": "x"})
        assert unknown.value.surely_not_done
        server.company = "maintenance"
        with pytest.raises(errors.TryLater) as odd:
            await client.create(COMPANIES, {"name": "x"})
        assert odd.value.surely_not_done
    assert all(call.startswith("GET /login") for call in server.calls)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer(200, b"<html><title>We are back soon</title></html>"), "NotJson"),
        (answer(200, b""), "NotJson"),
        (answer(200, [1, 2]), "NotJson"),
        (answer(302, b"", location="https://login.example/"), "Redirect"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}", "TimeOut"),
        (b"this is not http\r\n\r\n", "RemoteProtocolError"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "DecodingError"),
    ],
)
async def test_success_that_is_none(reply: bytes, code: str) -> None:
    async with talking(lambda request: reply, timeout=1) as (client, _):
        with pytest.raises(errors.TryLater) as caught:
            await client.create(COMPANIES, {"name": "x"})
    assert caught.value.code == code
    assert not caught.value.surely_not_done


async def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    async with talking(lambda request: answer(200, b" " * 5000)) as (client, _):
        with pytest.raises(errors.TryLater) as caught:
            await client.get(f"{COMPANIES}/1")
    assert caught.value.code == "TooLarge"


async def test_throttling_names_the_wait() -> None:
    body = {"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 30 seconds."}
    async with talking(lambda request: answer(429, body, Retry_After="12")) as (client, _):
        with pytest.raises(errors.TryLater) as caught:
            await client.create(COMPANIES, {"name": "x"})
    assert caught.value.retry_after == 12
    assert caught.value.surely_not_done


async def test_a_server_that_echoes_the_keys_does_not_bring_them_into_errors(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def echo(request: Request) -> bytes:
        told = f"bad login {PRIVATE} {request.headers['authorization']}"
        if request.method == "POST":
            return answer(302, b"", location=f"https://x.example/?{PRIVATE}")
        return answer(401, {"code": "Unauthorized", "message": told})

    async with talking(echo) as (client, server):
        with pytest.raises(errors.Unauthorized) as caught:
            await client.info()
        with pytest.raises(errors.TryLater) as redirected:
            await client.create(COMPANIES, {})
        token = server.requests[-1].headers["authorization"].split()[1]
    for error in (caught.value, redirected.value):
        told = f"{error!r} {error} {''.join(traceback.format_exception(error))} {vars(error)}"
        assert PRIVATE not in told
        assert token not in told
    assert PRIVATE not in caplog.text
    assert token not in caplog.text


async def test_errors_carry_no_httpx_exception_with_the_request_in_it() -> None:
    async with talking(lambda request: None) as (client, _):
        await client.discover()
        with pytest.raises(errors.TryLater) as caught:
            await client.get(f"{COMPANIES}/1")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# -- what a 404 means --------------------------------------------------------------------------------------------------


async def test_a_record_named_as_missing_is_missing_without_further_ado() -> None:
    async with talking(lambda request: answer(404, {"code": "NotFound", "message": "Company 57 not found"})) as (
        client,
        s,
    ):
        with pytest.raises(errors.Missing):
            await client.get(f"{COMPANIES}/57")
        await client.delete(f"{COMPANIES}/57")
    assert s.calls[1:] == [f"GET {COMPANIES}/57", f"DELETE {COMPANIES}/57"]


async def test_keys_taken_away_do_not_look_like_deleted_records() -> None:
    """The cloud may answer wrong keys with 404: then /system/info isn't there either."""
    for body in (NOT_FOUND, {"code": "NotFound", "message": "Not found"}, b"<html>404</html>"):
        async with talking(lambda _request, body=body: answer(404, body)) as (client, _):  # type: ignore[misc]
            for call in (client.get(f"{COMPANIES}/57"), client.delete(f"{COMPANIES}/57"), client.info()):
                with pytest.raises(errors.Unauthorized) as caught:
                    await call
                assert caught.value.surely_not_done


async def test_a_path_that_does_not_exist_is_rejected_when_the_keys_are_good() -> None:
    def handler(request: Request) -> bytes:
        return answer(200, INFO) if request.path == "/system/info" else answer(404, NOT_FOUND)

    async with talking(handler) as (client, _):
        with pytest.raises(errors.Rejected, match="endpoint does not exist"):
            await client.create("/company/kompanies", {"name": "x"})


async def test_the_version_path_is_read_again_after_an_upgrade() -> None:
    def handler(request: Request) -> bytes:
        return answer(200, {"id": 5}) if "/v2025_2/" in request.target else answer(404, NOT_FOUND)

    async with talking(handler) as (client, server):
        await client.discover()
        server.company["Codebase"] = "v2025_2/"
        assert await client.create(f"{COMPANIES}", {"name": "x"}) == {"id": 5}
        assert await client.get(f"{COMPANIES}/5") == {"id": 5}
    assert [request.target.split("/")[1] for request in server.requests] == [
        "login",
        "v2025_1",
        "login",
        "v2025_2",
        "v2025_2",
    ]


@pytest.mark.parametrize("told", ["True", "true", True])
async def test_the_cloud_is_told_in_words_or_as_a_flag(told: object) -> None:
    async with talking(lambda request: answer(200, INFO)) as (client, server):
        server.company["IsCloud"] = told
        assert (await client.discover()).is_cloud
        for none in ("False", False, None):
            server.company["IsCloud"] = none
            assert not (await client.discover()).is_cloud


async def test_discovery() -> None:
    async with talking(lambda request: answer(200, INFO)) as (client, server):
        company = await client.discover()
        assert (company.company_id, company.name, company.codebase, company.is_cloud) == (
            "acme",
            "Acme",
            "v2025_1/",
            True,
        )
        server.company = {"Codebase": "../../evil/", "SiteUrl": "evil.example"}
        assert (await client.discover()).codebase == "v4_6_release/"
        assert await client.info() == INFO
    assert server.requests[-1].target == "/v4_6_release/apis/3.0/system/info"


# -- writing -----------------------------------------------------------------------------------------------------------


async def test_an_update_is_read_back() -> None:
    stored: dict[str, Any] = {"id": 5, "name": "old", "phone": "1"}

    def handler(request: Request) -> bytes:
        if request.method == "PATCH":
            stored.update({operation["path"]: operation["value"] for operation in json.loads(request.body)})
            return answer(200, b"")
        return answer(200, stored)

    async with talking(handler) as (client, server):
        assert (await client.update(f"{COMPANIES}/5", {"name": "new", "phone": None}))["name"] == "new"
    assert server.calls[1:] == [f"PATCH {COMPANIES}/5", f"GET {COMPANIES}/5"]
    assert json.loads(server.requests[1].body) == [
        {"op": "replace", "path": "name", "value": "new"},
        {"op": "replace", "path": "phone", "value": None},
    ]


async def test_a_success_that_changed_nothing_is_told_field_by_field() -> None:
    async with talking(lambda request: answer(200, {"id": 5, "name": "old", "phone": "1"})) as (client, _):
        with pytest.raises(errors.Rejected, match="answered success but did not change: name, company") as caught:
            await client.update(f"{COMPANIES}/5", {"name": "new", "phone": "1", "company": {"id": 3}})
    assert caught.value.code == "FalseSuccess"
    assert [detail.field for detail in caught.value.details] == ["name", "company"]
    assert not caught.value.surely_not_done


async def test_a_reading_back_that_fails_does_not_undo_the_change() -> None:
    def handler(request: Request) -> bytes:
        return answer(200, {"id": 5}) if request.method == "PATCH" else answer(429, {})

    async with talking(handler) as (client, _):
        with pytest.raises(errors.TryLater) as caught:
            await client.update(f"{COMPANIES}/5", {"name": "new"})
    assert not caught.value.surely_not_done


async def test_delete() -> None:
    there: list[dict[str, Any]] = [{"id": 5, "name": "x"}]

    def handler(request: Request) -> bytes:
        if request.method == "DELETE":
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        return answer(200, there[0]) if there else answer(404, {"code": "NotFound", "message": "Company 5 not found"})

    async with talking(handler) as (client, _):
        with pytest.raises(errors.Rejected, match="did not delete") as caught:
            await client.delete(f"{COMPANIES}/5")
        assert not caught.value.surely_not_done
        there[0]["deletedFlag"] = True
        await client.delete(f"{COMPANIES}/5")
        there.clear()
        await client.delete(f"{COMPANIES}/5")
    conflict = answer(409, {"code": "ConnectWiseApi", "message": "in use"})
    async with talking(lambda request: conflict) as (client, _):
        with pytest.raises(errors.TryLater, match="in use"):
            await client.delete(f"{COMPANIES}/5")


async def test_paths_come_from_us_but_are_checked_all_the_same() -> None:
    async with talking(lambda request: answer(200, {})) as (client, server):
        for path in ("company", "/a/../b", "/a?x=1", "/a#b", "//evil.example/x", "/a b"):
            with pytest.raises(ValueError, match="is not a path"):
                await client.get(path)
    assert server.requests == []


def test_links_for_people() -> None:
    client = Client(Connection("na.myconnectwise.net", "acme", "public", PRIVATE, "client"))
    assert client.link("opportunity", 5) == (
        "https://na.myconnectwise.net/v4_6_release/services/system_io/router/openrecord.rails"
        "?locale=en_US&companyName=acme&recordType=OpportunityFV&recid=5"
    )
    assert client.link("catalog_item", 5) is None
