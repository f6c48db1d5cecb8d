"""What a sandbox with a state file remembers, in real processes that are really killed."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.connectwise.sandbox import create_app
from tests.sandbox import SandboxServer

NEW = {"name": "1001 New laptops", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path / "state" / "sandbox.jsonl")
    yield server.start()
    server.close()


def _everything(sandbox: SandboxServer) -> list[Any]:
    paths = (
        "/company/companies",
        "/company/contacts",
        "/sales/opportunities",
        "/system/members",
        "/procurement/catalog",
    )
    return [sandbox.records(path) for path in paths]


def test_everything_survives_a_kill(sandbox: SandboxServer) -> None:
    other = sandbox.instance("other", records=False)
    sandbox.permission("Companies / Contacts", "inquire", instance="other")
    with sandbox.client() as api:
        made = api.post("/sales/opportunities", json=NEW).json()
        api.patch("/company/contacts/1", json=[{"op": "remove", "path": "communicationItems/0"}])
        api.delete("/company/contacts/2")
        last = api.post("/sales/stages", json={"name": "Late"}).json()["id"]
        api.delete(f"/sales/stages/{last}")
    before, state = _everything(sandbox), sandbox.state()
    for _ in range(2):  # the second start reads what the first has compacted
        sandbox.kill()
        sandbox.start()
        assert _everything(sandbox) == before
        assert sandbox.state() == state
    with sandbox.client() as api:
        assert api.get(f"/sales/opportunities/{made['id']}").json() == made
        assert api.post("/sales/stages", json={"name": "Later"}).json()["id"] == last + 1
        rename = [{"op": "replace", "path": "name", "value": "Renamed"}]
        api.patch("/company/companies/1", json=rename)
        assert api.get(f"/sales/opportunities/{made['id']}").json()["company"]["name"] == "Renamed"
        recent = api.get("/company/companies", params={"conditions": "lastUpdated > [2020-01-01]", "pageSize": 1000})
        assert len(recent.json()) == 21
    with sandbox.client(other) as neighbour:
        answer = neighbour.post("/company/contacts", json={"firstName": "x"})
        assert answer.status_code == 403


def test_every_answered_write_survives_a_kill_in_the_middle(sandbox: SandboxServer) -> None:
    answered: list[int] = []

    def write() -> None:
        with sandbox.client() as api:
            while True:
                try:
                    answer = api.post("/sales/opportunities", json={**NEW, "name": f"{len(answered)}"})
                except httpx.TransportError:
                    return
                answered.append(answer.json()["id"])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    while len(answered) < 200:
        time.sleep(0.005)
    sandbox.kill()
    for writer in writers:
        writer.join()
    sandbox.start()
    kept = {row["id"] for row in sandbox.records("/sales/opportunities")}
    assert set(answered) <= kept
    assert len(kept - set(answered)) <= 4
    assert len(answered) == len(set(answered))


def test_a_torn_last_line_is_tolerated(sandbox: SandboxServer, tmp_path: Path) -> None:
    with sandbox.client() as api:
        api.post("/sales/opportunities", json=NEW)
        api.post("/sales/opportunities", json=NEW)
    sandbox.kill()
    file = tmp_path / "state" / "sandbox.jsonl"
    whole = file.read_bytes()
    assert whole.endswith(b"\n")
    file.write_bytes(whole[:-10])
    sandbox.start()
    assert [row["id"] for row in sandbox.records("/sales/opportunities")] == [1]
    with sandbox.client() as api:
        api.post("/sales/opportunities", json=NEW)
    sandbox.kill()
    assert all(json.loads(line) for line in file.read_text().splitlines())
    sandbox.start()
    assert [row["id"] for row in sandbox.records("/sales/opportunities")] == [1, 2]


async def test_what_changed_last_is_still_found_after_a_start(tmp_path: Path) -> None:
    now = [1_800_000_000.0]

    async def changed_since(moment: str) -> list[int]:
        app = create_app(state_file=tmp_path / "state", control=True, clock=lambda: now[0])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost/_control/records/quotewright"
        ) as api:
            if now[0] == 1_800_000_000.0:
                now[0] += 60
                answer = await api.patch("/company/companies/4", json=[{"op": "remove", "path": "city"}])
                assert answer.json()["_info"]["lastUpdated"] == "2027-01-15T08:01:00Z"
            answer = await api.get("/company/companies", params={"conditions": f"lastUpdated > [{moment}]"})
        app.store.close()
        return [row["id"] for row in answer.json()]

    for _ in range(3):  # new, replayed, and replayed from a compacted file, where it stands in the order of ids
        assert await changed_since("2027-01-15T08:00:30Z") == [4]
    assert len(await changed_since("2027-01-15T07:59:00Z")) == 21


def test_a_start_compacts_what_was_overwritten(sandbox: SandboxServer, tmp_path: Path) -> None:
    with sandbox.client() as api:
        for number in range(50):
            api.patch("/company/companies/1", json=[{"op": "replace", "path": "city", "value": f"City {number}"}])
    file = tmp_path / "state" / "sandbox.jsonl"
    before = file.read_text().count('"HarborDental","name"')
    sandbox.stop()
    sandbox.start()
    after = file.read_text()
    assert before > after.count('"HarborDental","name"')
    assert "City 49" in after
    assert "City 48" not in after


def test_what_recurs_on_a_line_still_follows_its_cycle_after_a_start(sandbox: SandboxServer) -> None:
    deal = sandbox.person("POST", "/sales/opportunities", NEW)["id"]
    line = {"catalogItem": {"identifier": "LIC-OFFICE-M"}, "billableOption": "Billable", "opportunity": {"id": deal}}
    made = sandbox.person("POST", "/procurement/products", line)
    sandbox.kill()
    sandbox.start()
    assert sandbox.record("/procurement/products/1") == made
    sandbox.person("PATCH", "/finance/billingCycles/1", [{"op": "replace", "path": "name", "value": "Each month"}])
    assert sandbox.record("/procurement/products/1")["recurring"]["billCycle"]["name"] == "Each month"


def test_references_of_any_shape_in_an_older_file_do_not_stop_a_start(sandbox: SandboxServer, tmp_path: Path) -> None:
    file = tmp_path / "state" / "sandbox.jsonl"
    item = sandbox.record("/procurement/catalog/2")
    sandbox.stop()
    with file.open("a") as lines:
        older = {**item, "manufacturer": {"name": "Somebody"}}
        lines.write(json.dumps([["put", "quotewright", "CatalogItem", older]]) + "\n")
        line = {"id": 1, "catalogItem": {"id": 2}, "recurring": "monthly", "_info": item["_info"]}
        lines.write(json.dumps([["put", "quotewright", "ProductItem", line]]) + "\n")
    sandbox.start()
    assert sandbox.record("/procurement/catalog/2")["manufacturer"] == {"name": "Somebody"}
    assert sandbox.record("/procurement/products/1")["recurring"] == "monthly"


def test_references_to_what_was_not_kept_then_stay_and_do_not_stop_a_save(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    company = sandbox.record("/company/companies/1")
    sandbox.stop()
    older = {**company, "billingTerms": {"id": 77, "name": "Old terms"}, "taxCode": {"name": "Nowhere"}}
    with (tmp_path / "state" / "sandbox.jsonl").open("a") as lines:
        lines.write(json.dumps([["put", "quotewright", "Company", older]]) + "\n")
    sandbox.start()
    with sandbox.client() as api:
        rename = [{"op": "replace", "path": "city", "value": "Largo"}]
        changed = api.patch("/company/companies/1", json=rename).json()
    assert (changed["city"], changed["billingTerms"]["name"], changed["taxCode"]) == (
        "Largo",
        "Old terms",
        {"name": "Nowhere"},
    )


def test_a_file_of_an_older_version_gets_what_is_new_since(sandbox: SandboxServer, tmp_path: Path) -> None:
    new = {"CallbackEntry", "Manufacturer", "UserDefinedField", "BillingTerm", "Board", "BoardStatus", "BoardType",
           "BoardSubType", "BoardItem", "Ticket", "ServiceNote"}  # fmt: skip
    file = tmp_path / "state" / "sandbox.jsonl"
    with sandbox.client() as api:
        api.patch("/company/companies/1", json=[{"op": "replace", "path": "city", "value": "Largo"}])
    sandbox.stop()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        line[:] = [operation for operation in line if operation[0] == "company" or operation[2] not in new]
        for operation in line:
            if operation[0] == "company":
                del operation[2]["signing_key"], operation[2]["callback_key_id"]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines if line))
    for _ in range(2):  # the second start reads what the first has made of it
        sandbox.start()
        assert sandbox.record("/company/companies/1")["city"] == "Largo"
        state = sandbox.state()["quotewright"]
        assert (state["company/companies"], state["procurement/manufacturers"]) == (21, 4)
        assert (state["service/boards"], state["service/boards/statuses"]) == (5, 22)
        fields = sandbox.records("/system/userDefinedFields")
        assert [(row["id"], row["caption"]) for row in fields] == [(1, "Quote reference"), (2, "ext_id")]
        assert '"signing_key":"' in file.read_text()
        sandbox.stop()


def test_members_roles_and_documents_survive_a_kill(sandbox: SandboxServer) -> None:
    other = sandbox.instance("other", name="Other MSP", timeZone="GMT Standard Time")
    reporting = sandbox.api_member("reporting", "other")
    sandbox.permission("Companies / Contacts", {"inquire": "mine"}, instance="other", member="reporting")
    with sandbox.client(other) as api:
        form = {"recordType": "Company", "recordId": "1"}
        document = api.post("/system/documents", data=form, files={"file": ("a", bytes(range(256)))}).json()
    sandbox.kill()
    sandbox.start()
    with sandbox.client(other) as api:
        assert api.get(f"/system/documents/{document['id']}/download").content == bytes(range(256))
        assert api.get("/system/info").json()["serverTimeZone"] == "GMT Standard Time"
        assert len(api.get("/company/contacts").json()) > 0
    with sandbox.client(reporting) as api:
        assert api.get("/company/contacts").json() == []
    assert httpx.get(f"{sandbox.url}/login/companyinfo/other").json()["CompanyName"] == "Other MSP"


def test_a_restored_snapshot_survives_a_kill(sandbox: SandboxServer) -> None:
    sandbox.snapshot("before")
    sandbox.person("PATCH", "/company/companies/1", [{"op": "replace", "path": "city", "value": "Largo"}])
    sandbox.restore("before")
    sandbox.person("PATCH", "/company/companies/2", [{"op": "replace", "path": "city", "value": "Largo"}])
    sandbox.kill()
    sandbox.start()
    assert [sandbox.record(f"/company/companies/{one}")["city"] for one in (1, 2)] == ["Tampa", "Largo"]


def test_a_file_from_when_a_right_was_all_or_none_keeps_its_meaning(sandbox: SandboxServer, tmp_path: Path) -> None:
    file = tmp_path / "state" / "sandbox.jsonl"
    sandbox.stop()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        for operation in line:
            if operation[0] == "company":
                details = operation[2]
                del details["members"], details["name"], details["time_zone"]
                details |= {"member": "quotewright-api", "rights": {"Companies / Contacts": ["inquire"]}}
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    sandbox.start()
    with sandbox.client() as api:
        assert api.get("/company/contacts/1").status_code == 200
        assert api.delete("/company/contacts/1").status_code == 403
        assert api.get("/system/info").json()["serverTimeZone"] == "Eastern Standard Time"
