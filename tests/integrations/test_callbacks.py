"""Changes made in ConnectWise come by callbacks, and by polling when those are off. No echo on either road."""

import asyncio
import logging

import httpx
import pytest
from sqlalchemy import text

from api import app, callbacks
from api.ask import Asker
from domain.integration_settings import service as settings
from domain.integration_settings.connectwise import PROVIDER, OrganizationSync
from domain.organizations import service as organizations
from domain.organizations.models import Contact, Organization
from runtime.ports import choose
from tests.integrations.arriving import (
    CALLBACKS,
    CONTACTS,
    QUICK,
    SLOW,
    change,
    company,
    every,
    hint,
    listening,
    poll,
    until,
)
from tests.integrations.road import open_road
from tests.rig import make_msp, open_database
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


@pytest.fixture
def port():
    return choose(port=0)[0]


@pytest.fixture
async def called(database, sandbox, port):
    """With the api, which ConnectWise calls; no second poll."""
    url = f"http://127.0.0.1:{port}"
    async with (
        open_road(database, sandbox, timing=SLOW, public_url=url) as road,
        listening(road.msp.database, port) as road.url,
    ):
        yield road


async def test_a_change_by_a_person_there_arrives_by_callback(called, sandbox):
    organization = await called.organization()
    await called.quiet()
    assert {row["type"] for row in sandbox.records(CALLBACKS)} == {"company", "contact"}
    change(sandbox, company(sandbox), phoneNumber="555")

    async def arrived():
        [row] = await every(called, Organization)
        return row.phone == "555"

    await until(called, arrived)
    assert [row["outcome"] for row in await asyncio.to_thread(sandbox.settled_deliveries)] == ["delivered"]
    assert (await every(called, Organization))[0].id == organization.id


async def test_a_change_by_a_person_there_arrives_by_polling_when_callbacks_are_off(database, sandbox, port):
    sandbox.callbacks_off()
    async with open_road(database, sandbox, timing=QUICK, public_url=f"http://127.0.0.1:{port}") as road:
        await road.organization()
        await road.quiet()
        change(sandbox, company(sandbox), phoneNumber="555")

        async def arrived():
            [row] = await every(road, Organization)
            return row.phone == "555"

        await until(road, arrived)
        ada = sandbox.records(CONTACTS, 'firstName="Ada"')[0]
        change(sandbox, ada, title="Owner")

        async def so_did_ada():
            [row] = await every(road, Contact)
            return row.title == "Owner"

        await until(road, so_did_ada)
    assert {row["outcome"] for row in sandbox.deliveries()} == {"lost"}


async def test_our_own_edit_does_not_come_back(called, sandbox):
    organization = await called.organization()
    await called.quiet()
    async with called.msp.transaction() as ctx:
        await organizations.update(ctx, organization.id, {"phone": "777"})
    await called.quiet()
    assert await asyncio.to_thread(sandbox.settled_deliveries) == []
    [before] = await every(called, Organization)
    facts = "SELECT count(*) FROM outbox"
    async with called.msp.transaction() as ctx:
        told = await ctx.session.scalar(text(facts))

    sandbox.clear_journal()
    await hint(called, "company", company(sandbox)["id"])  # it comes nevertheless
    assert [(call["method"], call["path"].rpartition("/")[2]) for call in sandbox.journal()] == [
        ("GET", str(company(sandbox)["id"]))
    ]
    sandbox.clear_journal()
    await poll(called)
    assert [call["path"].rpartition("/")[2] for call in sandbox.journal()].count("companies") == 1
    assert len(sandbox.journal()) == 2, "one page of companies, one of contacts"
    [after] = await every(called, Organization)
    assert after.version == before.version
    async with called.msp.transaction() as ctx:
        assert await ctx.session.scalar(text(facts)) == told


async def test_callbacks_that_are_deleted_changed_or_doubled_are_put_right(database, sandbox, port):
    async with open_road(database, sandbox, timing=QUICK, public_url=f"http://127.0.0.1:{port}") as road:
        await road.quiet()
        right = sandbox.records(CALLBACKS)
        assert len(right) == 2
        company_one, contact_one = sorted(right, key=lambda row: row["type"])
        assert company_one["isSelfSuppressedFlag"]
        sandbox.person("DELETE", f"{CALLBACKS}/{company_one['id']}")
        flag = [{"op": "replace", "path": "inactiveFlag", "value": True}]
        sandbox.person("PATCH", f"{CALLBACKS}/{contact_one['id']}", flag)

        async def right_again():
            rows = sandbox.records(CALLBACKS)
            return len(rows) == 2 and not any(row.get("inactiveFlag") for row in rows)

        await until(road, right_again)
        assert {row["url"] for row in sandbox.records(CALLBACKS)} == {row["url"] for row in right}
        async with road.msp.transaction() as ctx:
            await settings.save(ctx, OrganizationSync, {"enabled": False})

        async def gone():
            return not sandbox.records(CALLBACKS)

        await until(road, gone)
        await road.quiet()
        async with road.msp.transaction() as ctx:
            due = "SELECT count(*) FROM sync_task WHERE due_at IS NOT NULL"
            assert await ctx.session.scalar(text(due)) == 0, "nothing recurs any more"


async def test_without_the_right_to_callbacks_there_is_one_notice_and_polling_goes_on(database, sandbox, port):
    sandbox.faults(
        effect="status",
        path_contains="/system/callbacks",
        times=0,
        status=403,
        body={"code": "Unauthorized", "message": "You do not have security permission to perform this action."},
    )
    async with open_road(database, sandbox, timing=QUICK, public_url=f"http://127.0.0.1:{port}") as road:
        await road.organization()
        await road.quiet()
        [error] = await road.errors()
        assert (error.kind, error.title) == ("UNAUTHORIZED", "Callbacks from ConnectWise")
        assert error.setting in error.message
        change(sandbox, company(sandbox), phoneNumber="555")

        async def arrived():
            [row] = await every(road, Organization)
            return row.phone == "555"

        await until(road, arrived)
        sandbox.clear_faults()

        async def solved():
            return not await road.errors()

        await until(road, solved)


async def test_calls_that_nobody_registered_open_nothing(called, sandbox):
    await called.quiet()
    [url] = [row["url"] for row in sandbox.records(CALLBACKS) if row["type"] == "company"]
    token = url.partition("?")[0].rpartition("/")[2]
    async with httpx.AsyncClient(base_url=called.url) as http:

        async def status(path, **request):
            return (await http.post(path, **request)).status_code

        good = f"/callbacks/connectwise/company/{token}"
        assert await status(f"{good}?recordId=5&action=updated", json={"ID": 6}) == 204
        assert await status(f"{good}?recordId=5&action=updated", content=b"no { json") == 204
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        assert await status(f"/callbacks/connectwise/company/{wrong}?recordId=5") == 410
        assert await status(f"/callbacks/connectwise/company/{called.msp.token}?recordId=5") == 410
        assert await status(f"/callbacks/connectwise/company/{'x' * 5000}?recordId=5") == 410
        assert await status(f"/callbacks/autotask/company/{token}?recordId=5") == 410
        assert await status(f"/callbacks/connectwise/quote/{token}?recordId=5") == 410
        for id in ("", "x", "-1", "5;DROP", "٥", "5" * 11, "5%00"):
            assert await status(f"{good}?recordId={id}") == 400, id
        assert await status(f"{good}?recordId=5", content=b"x" * 70_000) == 413
        assert (await http.get(f"{good}?recordId=5")).status_code == 405
        answer = await http.post("/graphql", json={"query": "{ viewer { id } }"}, headers={"Authorization": token})
        assert answer.status_code == 401
        answer = await http.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401
        async with called.msp.transaction() as ctx:
            found = "SELECT subject FROM sync_task WHERE subject LIKE 'remote_%'"
            assert (await ctx.session.scalars(text(found))).all() == ["remote_company:5"]
            await settings.disconnect(ctx, PROVIDER)
        assert await status(f"{good}?recordId=5") == 410


async def test_a_callback_is_work_for_its_own_tenant_only(called, sandbox):
    other = await make_msp(called.msp.database, "Elsewhere IT")
    async with other.transaction() as ctx:
        await settings.install(ctx, PROVIDER)
        lane = "INSERT INTO lane (id, tenant_id, provider, subjects) VALUES (gen_random_uuid(), :t, :p, :s)"
        await ctx.session.execute(text(lane), {"t": other.id, "p": PROVIDER, "s": ["remote_company"]})
    await called.organization()
    await called.quiet()
    change(sandbox, company(sandbox), phoneNumber="555")
    # In a thread: the api answers in this loop.
    [delivery] = await asyncio.to_thread(sandbox.settled_deliveries)
    assert delivery["attempts"][0]["status"] == 204
    for msp, expected in ((called.msp, 1), (other, 0)):
        async with msp.transaction() as ctx:
            found = "SELECT count(*) FROM sync_task WHERE subject LIKE 'remote_company:%'"
            assert await ctx.session.scalar(text(found)) == expected


async def test_what_can_not_be_taken_in_is_asked_to_come_again_and_the_token_is_in_no_log(called, sandbox, caplog):
    await called.quiet()
    [url] = [row["url"] for row in sandbox.records(CALLBACKS) if row["type"] == "company"]
    token = url.partition("?")[0].rpartition("/")[2]
    caplog.set_level(logging.DEBUG)
    async with called.msp.transaction() as ctx:
        sealed = await ctx.session.scalar(text("SELECT sealed FROM credential WHERE kind = 'CALLBACK'"))
        assert token not in sealed
    path = httpx.URL(f"{url}5").raw_path.decode()
    away = open_database("postgresql+psycopg://qw_app@127.0.0.1:1/nowhere")
    transport = httpx.ASGITransport(app.create(away, Asker(None)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as http:
        answer = await http.post(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    async with httpx.AsyncClient(base_url=called.url) as http:
        assert {(await http.post(path)).status_code, (await http.post(path, content=b"x" * 99_999)).status_code} == {
            204,
            413,
        }
    await away.dispose()
    # The api keeps no access log; pytest listens to it all the same.
    others = ("httpx", "httpcore", "uvicorn.access")
    ours = [entry.getMessage() for entry in caplog.records if not entry.name.startswith(others)]
    assert token not in "".join(ours)


async def test_more_calls_than_can_be_taken_in_at_once_are_asked_to_come_again(called, sandbox, monkeypatch):
    await called.quiet()
    [url] = [row["url"] for row in sandbox.records(CALLBACKS) if row["type"] == "company"]
    monkeypatch.setattr(callbacks, "_AT_ONCE", 4)
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=200)) as http:
        answers = await asyncio.gather(*(http.post(f"{url}{number}") for number in range(1, 61)))
    assert {answer.status_code for answer in answers} == {204, 429}
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 429} == {"5"}
