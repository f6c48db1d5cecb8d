"""Callbacks: registering them, what is delivered to whom, how it is signed, and what happens when nobody takes it."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integrations.connectwise.sandbox import Options, create_app
from integrations.connectwise.sandbox.callbacks import signature
from integrations.connectwise.sandbox.manners.callbacks import LEVELS
from integrations.connectwise.sandbox.tables import ENTITIES
from tests.connectwise.receiver import Receiver
from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
COMPANY = "/company/companies/1"
RENAME = [{"op": "replace", "path": "city", "value": "Largo"}]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def _entry(url: str, type: str = "company", level: str = "owner", object_id: int = 1, **more: Any) -> dict[str, Any]:
    return {"url": url, "type": type, "level": level, "objectId": object_id, **more}


def _register(api: httpx.Client, url: str, **entry: Any) -> dict[str, Any]:
    answer = api.post("/system/callbacks", json=_entry(url, **entry))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _told(entries: list[dict[str, Any]]) -> set[tuple[str, str, int]]:
    return {(entry["type"], entry["action"], entry["record_id"]) for entry in entries}


def test_a_callback_is_registered_as_a_real_one(api: httpx.Client) -> None:
    sent = _entry("https://cb.example/webhook?recordId=", "Contact", object_id=0, id=0, memberId=7, connectWiseID="")
    made = api.post("/system/callbacks", json=sent).json()
    assert made.pop("connectWiseID")
    assert made.pop("_info")["updatedBy"] == "quotewright-api"
    assert made == {
        "id": 1,
        "url": "https://cb.example/webhook?recordId=",
        "objectId": 1,
        "type": "contact",
        "level": "owner",
        "memberId": 1,
        "payloadVersion": "3.0.0",
        "inactiveFlag": False,
        "isSoapCallbackFlag": False,
        "isSelfSuppressedFlag": False,
    }
    assert api.get("/system/callbacks/count").json() == {"count": 1}
    changed = api.patch("/system/callbacks/1", json=[{"op": "replace", "path": "memberId", "value": 9}])
    assert changed.json()["memberId"] == 1
    assert api.delete("/system/callbacks/1").status_code == 204


def test_a_bad_url_and_level_are_two_errors_at_once(api: httpx.Client) -> None:
    answer = api.post("/system/callbacks", json=_entry("nowhere", level="board"))
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "InvalidObject",
        "message": "callbackEntry object is invalid",
        "errors": [
            {"code": "InvalidField", "message": "Invalid URL", "resource": "callbackEntry", "field": "url"},
            {
                "code": "InvalidObject",
                "message": "Unrecognized level for type, see documentation for supported levels for each type",
                "resource": "callbackEntry",
                "field": "level",
            },
        ],
    }
    missing = api.post("/system/callbacks", json={}).json()["errors"]
    assert [error["field"] for error in missing] == ["url", "objectId", "type", "level"]
    unknown = api.post("/system/callbacks", json=_entry("http://x.example/?id=", "invoices"))
    assert [error["field"] for error in unknown.json()["errors"]] == ["type"]


def test_the_same_callback_twice_is_refused(api: httpx.Client) -> None:
    url = "http://x.example/?id="
    _register(api, url)
    again = api.post("/system/callbacks", json=_entry(url, object_id=0))
    errors = [(error["code"], error["message"], error["field"]) for error in again.json()["errors"]]
    assert errors == [("ObjectExists", "A matching callback entry already exists", "objectId")]
    _register(api, url, type="contact")
    _register(api, url + "2")
    assert api.patch("/system/callbacks/1", json=[{"op": "replace", "path": "inactiveFlag", "value": True}]).is_success


def test_what_tables_declare_is_what_the_guide_lists() -> None:
    for entity in ENTITIES:
        if entity.callback:
            assert {level for level, _ in entity.levels} <= set(LEVELS[entity.callback]), entity
            assert {field for _, field in entity.levels} <= {"id", *entity.fields}, entity


def test_creating_changing_and_deleting_is_told(sandbox: SandboxServer, api: httpx.Client, receiver: Receiver) -> None:
    callback = _register(api, receiver.url, type="contact")
    made = sandbox.person("POST", "/company/contacts", {"firstName": "Ida", "title": "CFO"}, member="lfischer")
    path = f"/company/contacts/{made['id']}"
    sandbox.person("PATCH", path, [{"op": "replace", "path": "title", "value": "CEO"}], member="lfischer")
    sandbox.person("DELETE", path, member="lfischer")
    entries = sandbox.settled_deliveries()
    assert [entry["outcome"] for entry in entries] == ["delivered"] * 3
    assert [[attempt["status"] for attempt in entry["attempts"]] for entry in entries] == [[204]] * 3
    assert {path for path, _, _ in receiver.taken} == {
        f"/hook?recordId={made['id']}&action={action}" for action in ("added", "updated", "deleted")
    }
    bodies = {body["Action"]: body for body in (json.loads(body) for _, _, body in receiver.taken)}
    updated = bodies["updated"]
    assert (updated["Type"], updated["ID"], updated["MemberId"]) == ("contact", made["id"], "lfischer")
    assert (updated["CompanyId"], updated["CallbackObjectRecId"]) == ("quotewright", callback["id"])
    entity = json.loads(updated["Entity"])
    assert (entity["title"], set(entity["_info"])) == ("CEO", {"lastUpdated", "updatedBy", "dateEntered", "enteredBy"})
    assert not {"communicationItems", "customFields", "types"} & set(entity)
    assert (bodies["deleted"]["Entity"], bodies["deleted"]["PartnerId"]) == (None, None)
    assert len({body["MessageId"] for body in bodies.values()}) == 3


def test_a_delivery_is_signed_with_the_key_it_names(
    sandbox: SandboxServer, api: httpx.Client, receiver: Receiver
) -> None:
    assert signature("test-signing-key", b'{"MessageId":"1","Action":"updated","Type":"company","ID":42}') == (
        "scd+0MexVa9im6mrM6QnkVAFs3iSQi3tDY1XYu5Aet8="
    )
    _register(api, receiver.url)
    sandbox.person("PATCH", COMPANY, RENAME)
    sandbox.settled_deliveries()
    _, headers, body = receiver.taken[0]
    key_url = json.loads(body)["Metadata"]["key_url"]
    assert key_url.startswith(f"{sandbox.url}/v2025_1//system/callbackkey/index.rails?companyName=quotewright&id=")
    key = httpx.get(key_url, trust_env=False).json()["signing_key"]
    digest = hmac.digest(hashlib.sha256(key.encode()).digest(), body, "sha256")
    assert headers["x-content-signature"] == base64.b64encode(digest).decode()
    assert httpx.get(key_url[:-1], trust_env=False).status_code == 404
    assert httpx.get(key_url.replace("quotewright", "nobody"), trust_env=False).status_code == 404


def test_one_change_is_told_once_however_often_it_saves(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.callbacks_off()
    _register(api, "http://127.0.0.1:9/?id=")
    made = api.post("/company/companies", json={"identifier": "New", "name": "New", "types": [{"id": 1}]}).json()
    assert [(entry["action"], entry["record_id"]) for entry in sandbox.deliveries()] == [("added", made["id"])]
    assert json.loads(sandbox.deliveries()[0]["body"]["Entity"])["site"]["name"] == "Main"


def test_a_company_only_marked_deleted_is_told_as_deleted(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.callbacks_off()
    _register(api, "http://127.0.0.1:9/?id=")
    sandbox.person("DELETE", COMPANY)
    entry = sandbox.deliveries()[0]
    assert (entry["action"], entry["body"]["Entity"]) == ("deleted", None)
    assert api.get(COMPANY).json()["deletedFlag"] is True


@pytest.mark.parametrize(
    ("level", "object_id", "told"),
    [
        ("owner", 1, {"updated 1", "updated 2", "updated 19"}),
        ("company", 2, {"updated 2"}),
        ("status", 2, set()),
        ("type", 6, {"updated 19"}),  # the vendor
        ("territory", 2, set()),
    ],
)
def test_a_level_tells_of_some_records_only(
    sandbox: SandboxServer, api: httpx.Client, level: str, object_id: int, told: set[str]
) -> None:
    sandbox.callbacks_off()
    _register(api, "http://127.0.0.1:9/?id=", level=level, object_id=object_id)
    for company in (1, 2, 19):
        sandbox.person("PATCH", f"/company/companies/{company}", RENAME)
    assert {f"{entry['action']} {entry['record_id']}" for entry in sandbox.deliveries()} == told


def test_other_tables_tell_as_soon_as_they_declare_a_type(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.callbacks_off()
    for kind in ("opportunity", "productcatalog", "member", "contact"):
        _register(api, "http://127.0.0.1:9/?id=", type=kind)
    deal = {"name": "1001 x", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}
    api.post("/sales/opportunities", json=deal)
    api.patch("/procurement/catalog/2", json=[{"op": "replace", "path": "price", "value": 5}])
    sandbox.person("PATCH", "/system/members/3", [{"op": "replace", "path": "title", "value": "x"}])
    api.post("/procurement/categories", json={"name": "Has no callbacks"})
    api.post("/company/contacts/1/communications", json={"type": {"name": "Mobile"}, "value": "1"})
    assert _told(sandbox.deliveries()) == {
        ("opportunity", "added", 1),
        ("productcatalog", "updated", 2),
        ("member", "updated", 3),
        ("contact", "updated", 1),
    }


def test_self_suppression_spares_a_member_its_own_changes(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.callbacks_off()
    _register(api, "http://127.0.0.1:9/a?id=", isSelfSuppressedFlag=True)
    _register(api, "http://127.0.0.1:9/b?id=")
    sandbox.person("POST", "/system/callbacks", _entry("http://127.0.0.1:9/c?id=", isSelfSuppressedFlag=True))
    api.patch(COMPANY, json=RENAME)
    assert [entry["url"][19:20] for entry in sandbox.deliveries()] == ["b", "c"]
    sandbox.clear_deliveries()
    sandbox.person("PATCH", COMPANY, RENAME, member="jmiller")  # who has registered c
    assert [entry["url"][19:20] for entry in sandbox.deliveries()] == ["a", "b"]


def test_a_refused_write_and_an_inactive_callback_tell_nothing(sandbox: SandboxServer, api: httpx.Client) -> None:
    callback = _register(api, "http://127.0.0.1:9/?id=")
    assert api.patch(COMPANY, json=[{"op": "remove", "path": "name"}]).status_code == 400
    sandbox.faults(effect="false_200", entity="companies")
    api.patch(COMPANY, json=RENAME)
    api.patch(f"/system/callbacks/{callback['id']}", json=[{"op": "replace", "path": "inactiveFlag", "value": True}])
    api.patch(COMPANY, json=RENAME)
    assert sandbox.deliveries() == []


@pytest.mark.parametrize(
    ("statuses", "attempts", "outcome"),
    [
        ([404, 429, 200], [404, 429, 200], "delivered"),
        ([409], [409, 409, 409], "failed"),
        ([419, 500], [419, 500], "failed"),
        ([500], [500], "failed"),
        ([301], [301], "failed"),
        ([202], [202], "delivered"),
        ([0], [0], "failed"),
    ],
)
def test_only_some_answers_are_tried_again_and_only_twice(
    sandbox: SandboxServer,
    api: httpx.Client,
    receiver: Receiver,
    statuses: list[int],
    attempts: list[int],
    outcome: str,
) -> None:
    sandbox.options(callback_retry=0.01, callback_timeout=0.5)
    receiver.statuses = list(statuses)
    _register(api, receiver.url)
    api.patch(COMPANY, json=RENAME)
    (entry,) = sandbox.settled_deliveries()
    assert [attempt["status"] for attempt in entry["attempts"]] == attempts
    assert entry["outcome"] == outcome
    sandbox.options(callback_retry=2.0, callback_timeout=5.0)


def test_nobody_there_to_take_it_is_a_failure(sandbox: SandboxServer, api: httpx.Client) -> None:
    _register(api, "http://127.0.0.1:9/?id=")
    _register(api, "http://127.0.0.1:9/%zz\n?id=")
    api.patch(COMPANY, json=RENAME)
    assert [entry["outcome"] for entry in sandbox.settled_deliveries()] == ["failed", "failed"]


def test_no_answer_waits_for_a_delivery(sandbox: SandboxServer, api: httpx.Client, receiver: Receiver) -> None:
    receiver.statuses = [0]
    sandbox.delay_callbacks(0.2)
    _register(api, receiver.url)
    assert api.patch(COMPANY, json=RENAME).status_code == 200
    assert [entry["outcome"] for entry in sandbox.deliveries()] == ["waiting"]
    assert receiver.taken == []
    assert [entry["outcome"] for entry in sandbox.settled_deliveries()] == ["delivered"]


def test_lost_callbacks_are_listed_and_can_be_sent_after_all(
    sandbox: SandboxServer, api: httpx.Client, receiver: Receiver
) -> None:
    _register(api, receiver.url)
    sandbox.callbacks_off()
    api.patch(COMPANY, json=RENAME)
    (lost,) = sandbox.deliveries()
    assert (lost["outcome"], lost["attempts"], receiver.taken) == ("lost", [], [])
    sandbox.callbacks_on()
    sandbox.deliver_again(lost["seq"])
    sandbox.deliver_again(lost["seq"])
    again = sandbox.settled_deliveries(after=lost["seq"])
    assert [entry["outcome"] for entry in again] == ["delivered", "delivered"]
    assert len(receiver.taken) == 2
    assert len({body for _, _, body in receiver.taken}) == 1
    with pytest.raises(ValueError, match="no delivery 999"):
        sandbox.deliver_again(999)
    sandbox.clear_deliveries()
    api.patch(COMPANY, json=RENAME)
    assert [entry["seq"] for entry in sandbox.deliveries()] == [again[-1]["seq"] + 1]


def test_a_late_commit_tells_when_it_commits(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.callbacks_off()
    _register(api, "http://127.0.0.1:9/?id=")
    sandbox.faults(effect="late_commit", entity="companies", method="PATCH", seconds=0.3)
    with pytest.raises(httpx.TransportError):
        api.patch(COMPANY, json=RENAME)
    assert sandbox.deliveries() == []
    deadline = time.monotonic() + 10
    while not sandbox.deliveries() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _told(sandbox.deliveries()) == {("company", "updated", 1)}


async def test_three_days_of_nothing_but_failure_switch_a_callback_off(receiver: Receiver) -> None:
    now = [1_800_000_000.0]
    app = create_app(control=True, options=Options(callback_retry=0.0), clock=lambda: now[0])
    base = "http://localhost/_control/records/quotewright"
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=base) as api:

        async def inactive_after(hours: float, status: int) -> bool:
            now[0] += hours * 3600
            receiver.statuses = [status]
            await api.patch(COMPANY, json=RENAME)
            for _ in range(2000):
                await asyncio.sleep(0.005)
                if app.postman.after(0)[-1]["outcome"] != "waiting":
                    break
            return bool((await api.get("/system/callbacks/1")).json()["inactiveFlag"])

        await api.post("/system/callbacks", json=_entry(receiver.url))
        assert not await inactive_after(0, 500)
        assert not await inactive_after(71, 404)
        assert not await inactive_after(0.9, 204)  # a success in between counts them anew
        assert not await inactive_after(24, 500)
        assert not await inactive_after(71, 500)
        assert await inactive_after(1, 500)
        switched = (await api.get("/system/callbacks/1")).json()["_info"]["lastUpdated"]
        assert switched == "2027-01-22T07:54:00Z"
        await api.patch("/system/callbacks/1", json=[{"op": "replace", "path": "inactiveFlag", "value": False}])
        assert not await inactive_after(1, 500)  # and so does switching it on again
    await app.postman.close()


def test_callbacks_survive_and_their_key_too(tmp_path: Any, receiver: Receiver) -> None:
    sandbox = SandboxServer(tmp_path / "state.jsonl").start()
    try:
        with sandbox.client() as api:
            _register(api, receiver.url)
            sandbox.person("PATCH", COMPANY, RENAME)
            sandbox.settled_deliveries()
            sandbox.kill()
            sandbox.start()
            sandbox.person("PATCH", COMPANY, RENAME)
            sandbox.settled_deliveries()
        first, second = (json.loads(body)["Metadata"] for _, _, body in receiver.taken)
        assert first == second
        assert httpx.get(first["key_url"], trust_env=False).json()["signing_key"]
    finally:
        sandbox.close()
