"""The control door: journal, people's changes, further companies, resets."""

import time

import httpx
import pytest

from integrations.connectwise.sandbox import Options, create_app
from integrations.connectwise.sandbox.journal import Journal
from tests.sandbox import API, SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


def _patch(city: str) -> list[dict[str, str]]:
    return [{"op": "replace", "path": "city", "value": city}]


def test_the_journal_tells_each_request(sandbox: SandboxServer, api: httpx.Client) -> None:
    before = time.time()
    api.get("/company/companies", params={"conditions": "id = 1"})
    api.patch("/company/companies/4", json=[*_patch("Largo"), {"op": "replace", "path": "state", "value": "FL"}])
    api.post("/sales/stages", json={"name": "Late"})
    api.get("/company/nothing")
    read, changed, made, lost = sandbox.journal()
    assert (read["method"], read["entity"], read["status"]) == ("GET", "company/companies", 200)
    assert (read["query"], read["instance"]) == ("conditions=id+%3D+1", "quotewright")
    assert (changed["record_id"], changed["changed"]) == (4, {"city": "Largo"})
    assert (made["record_id"], made["changed"], made["status"]) == (7, {"name": "Late"}, 201)
    assert (lost["path"], lost["status"]) == (f"{API}/company/nothing", 404)
    assert before <= read["at"] <= changed["at"] <= time.time()
    assert [entry["seq"] for entry in sandbox.journal(after=made["seq"])] == [lost["seq"]]


def test_the_journal_takes_the_time_of_the_first_byte(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="delay", seconds=0.2)
    before = time.time()
    api.get("/system/info")
    assert sandbox.journal()[-1]["at"] - before < 0.15


def test_numbers_go_on_after_the_journal_is_cleared(sandbox: SandboxServer, api: httpx.Client) -> None:
    api.get("/system/info")
    last = sandbox.journal()[-1]["seq"]
    sandbox.clear_journal()
    assert sandbox.journal() == []
    api.get("/system/info")
    assert [entry["seq"] for entry in sandbox.journal(after=last)] == [last + 1]


def test_the_journal_is_bounded() -> None:
    journal = Journal(3)
    for number in range(5):
        journal.enter(0.0, "GET", str(number), "")
    assert [entry["path"] for entry in journal.after(0)] == ["2", "3", "4"]


def test_a_person_has_every_right_and_leaves_no_trace_in_the_journal(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.permission("Companies / Company Maintenance", "none")
    sandbox.person("PATCH", "/company/companies/1", _patch("Largo"))
    assert sandbox.record("/company/companies/1")["_info"]["updatedBy"] == "jmiller"
    assert sandbox.record("/company/companies/1")["city"] == "Largo"
    assert sandbox.person("DELETE", "/company/contacts/2") is None
    assert sandbox.person("POST", "/sales/stages", {"name": "Late"})["id"] == 7
    assert sandbox.journal() == []
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.person("POST", "/sales/stages", {"name": "x" * 51})


def test_records_reads_everything_that_fulfils_a_condition(sandbox: SandboxServer) -> None:
    sandbox.grow(1_100, contacts_each=1)
    assert len(sandbox.records("/company/companies")) == 1_121
    assert [row["id"] for row in sandbox.records("company/companies", "name contains 'harbor'")] == [1, 21]


def test_companies_are_apart(sandbox: SandboxServer, api: httpx.Client) -> None:
    other = sandbox.instance("Other-MSP", records=False)
    with sandbox.client(other) as neighbour:
        assert neighbour.get("/company/companies").json() == []
        assert len(neighbour.get("/sales/stages").json()) == 6
        made = neighbour.post("/company/companies", json={"identifier": "HarborDental", "name": "Mine"}).json()
        assert made["id"] == 1
    assert api.get("/company/companies/1").json()["name"] == "Harbor Dental Group"
    assert sandbox.state()["Other-MSP"]["company/companies"] == 1
    assert sandbox.state()["quotewright"]["company/companies"] == 21
    assert httpx.get(f"{sandbox.url}/login/companyinfo/other-msp").json()["CompanyID"] == "Other-MSP"
    mixed = httpx.get(f"{sandbox.url}{API}/system/info", auth=(other.username, sandbox.keys.private_key))
    assert mixed.status_code == 401


def test_rights_of_one_company_are_not_those_of_another(sandbox: SandboxServer, api: httpx.Client) -> None:
    other = sandbox.instance("other")
    sandbox.permission("Companies / Contacts", "none", instance="other")
    with sandbox.client(other) as neighbour:
        assert neighbour.get("/company/contacts").status_code == 403
    assert api.get("/company/contacts").status_code == 200


def test_keys_can_be_replaced(sandbox: SandboxServer, api: httpx.Client) -> None:
    fresh = sandbox.instance("quotewright", privateKey="rotated")
    assert api.get("/system/info").status_code == 401
    with sandbox.client(fresh) as client:
        assert client.get("/system/info").status_code == 200


def test_reset_brings_the_first_day_back(sandbox: SandboxServer, api: httpx.Client) -> None:
    first = sandbox.state()
    sandbox.instance("other")
    api.delete("/company/contacts/2")
    sandbox.permission("Companies / Contacts", "none")
    sandbox.faults(effect="status", times=0)
    sandbox.down(30)
    sandbox.reset()
    assert sandbox.state() == first
    assert api.get("/company/contacts/2").status_code == 200


@pytest.mark.parametrize(
    ("option", "value"), [("nothing", 1), ("rate_per_minute", "many"), ("require_address", 1), ("profile", "2019.1")]
)
def test_an_option_that_does_not_exist_is_refused(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        Options().update({option: value})


def test_what_the_control_door_does_not_know(sandbox: SandboxServer) -> None:
    assert httpx.get(f"{sandbox.url}/_control/nothing").status_code == 404
    assert httpx.post(f"{sandbox.url}/_control/down", json={}).status_code == 400
    assert httpx.get(f"{sandbox.url}/_control/records/nobody/company/companies").status_code == 400


@pytest.mark.parametrize(("control", "status"), [(False, 404), (True, 200)])
async def test_the_control_door_is_closed_unless_asked_for(control: bool, status: int) -> None:
    transport = httpx.ASGITransport(create_app(control=control))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/_control/state")).status_code == status


def test_a_snapshot_brings_every_company_back(sandbox: SandboxServer, api: httpx.Client) -> None:
    other = sandbox.instance("other", records=False)
    sandbox.snapshot("before")
    api.patch("/company/companies/1", json=_patch("Largo"))
    api.delete("/company/contacts/2")
    made = api.post("/sales/stages", json={"name": "Late"}).json()
    sandbox.permission("Companies / Contacts", "none", instance="other")
    sandbox.restore("before")
    assert api.get("/company/companies/1").json()["city"] == "Tampa"
    assert api.get("/company/companies/1").json()["status"]["name"] == "Active"
    assert api.get("/company/contacts/2").status_code == 200
    assert api.post("/sales/stages", json={"name": "Late"}).json()["id"] == made["id"]
    with sandbox.client(other) as neighbour:
        assert neighbour.get("/company/contacts").status_code == 200
    sandbox.restore("before")  # it can be gone back to again
    assert api.get("/sales/stages/count").json() == {"count": 6}
    with pytest.raises(ValueError, match="no snapshot after"):
        sandbox.restore("after")


def test_frozen_it_answers_nobody_and_then_everybody(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.freeze()
    with pytest.raises(httpx.ReadTimeout):
        api.patch("/company/companies/1", json=_patch("Largo"), timeout=httpx.Timeout(30, read=0.2))
    assert sandbox.record("/company/companies/1")["city"] == "Tampa"
    sandbox.thaw()
    assert api.get("/company/companies/1").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://{host}"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "rebound.example:8100"}, 403),
    ],
)
def test_the_control_door_is_shut_to_pages_from_elsewhere(
    sandbox: SandboxServer, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.format(host=f"127.0.0.1:{sandbox.port}") for name, value in headers.items()}
    assert httpx.get(f"{sandbox.url}/_control/state", headers=sent).status_code == status


async def test_the_control_door_is_shut_to_other_machines() -> None:
    transport = httpx.ASGITransport(create_app(control=True), client=("192.0.2.7", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/_control/state")).status_code == 403
