"""Faults and outages, seen from a raw client where the connection matters."""

import socket
import time
from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
BODY = {"identifier": "Faulty", "name": "Faulty"}


def _count(sandbox: SandboxServer) -> int:
    return len(sandbox.records("/company/companies", "identifier = 'Faulty'"))


def _wait_for(sandbox: SandboxServer, count: int) -> float:
    start = time.monotonic()
    while _count(sandbox) != count:
        assert time.monotonic() - start < 30
        time.sleep(0.01)
    return time.monotonic() - start


def test_a_status_of_choice(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="status", status=503, body="gone fishing", headers={"Retry-After": "7"})
    answer = api.post("/company/companies", json=BODY)
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (503, "gone fishing", "7")
    assert _count(sandbox) == 0
    assert api.post("/company/companies", json=BODY).status_code == 201


def test_the_usual_500_is_a_transient_timeout(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="status")
    answer = api.get("/company/companies")
    assert (answer.status_code, answer.json()["message"]) == (500, "A timeout has occured. Please try again.")


def test_html_502(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="html_502")
    answer = api.get("/system/info")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert answer.text.startswith("<html>")


def test_reset_before_does_nothing(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="reset_before", entity="companies", method="post")
    with pytest.raises(httpx.ReadError):
        api.post("/company/companies", json=BODY)
    assert _count(sandbox) == 0
    assert sandbox.journal()[-1]["status"] == 0


def test_reset_after_has_done_it_and_loses_the_reply(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="reset_after", entity="company/companies")
    with pytest.raises(httpx.ReadError):
        api.post("/company/companies", json=BODY)
    assert _count(sandbox) == 1
    assert sandbox.journal()[-1]["status"] == 201


def test_a_late_commit_comes_after_the_reset(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="late_commit", seconds=0.8, entity="Company")
    with pytest.raises(httpx.ReadError):
        api.post("/company/companies", json=BODY)
    assert _count(sandbox) == 0
    assert _wait_for(sandbox, 1) > 0.1
    assert sandbox.journal()[-1]["status"] == 201


def test_a_delay_comes_before_the_work(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="delay", seconds=0.8)
    with pytest.raises(httpx.ReadTimeout):
        api.post("/company/companies", json=BODY, timeout=httpx.Timeout(30, read=0.05))
    assert _count(sandbox) == 0
    _wait_for(sandbox, 1)


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST", "DELETE"])
def test_false_200_changes_nothing(sandbox: SandboxServer, api: httpx.Client, method: str) -> None:
    before = sandbox.records("/company/contacts")
    sandbox.faults(effect="false_200", method=method)
    body: Any = {"firstName": "False"}
    path = "/company/contacts" if method == "POST" else "/company/contacts/2"
    if method == "PATCH":
        body = [{"op": "replace", "path": "firstName", "value": "False"}]
    answer = api.request(method, path, json=None if method == "DELETE" else body)
    assert answer.status_code == {"POST": 201, "DELETE": 204}.get(method, 200)
    if method in ("PATCH", "PUT"):
        assert answer.json()["firstName"] == "Victor"
    assert sandbox.records("/company/contacts") == before
    answer = api.request(method, path, json=None if method == "DELETE" else body)
    assert sandbox.records("/company/contacts") != before


def test_a_fault_strikes_where_how_often_and_from_when_it_is_told(sandbox: SandboxServer, api: httpx.Client) -> None:
    other = sandbox.instance("other", records=False)
    sandbox.faults(
        effect="status", status=418, instance="quotewright", entity="stages", method="GET", path_contains="page=2",
        nth=2, times=2,
    )  # fmt: skip
    with sandbox.client(other) as neighbour:
        assert {neighbour.get("/sales/stages?page=2").status_code for _ in range(5)} == {200}
    assert api.get("/sales/stages").status_code == 200
    assert api.get("/sales/probabilities?page=2").status_code == 200
    assert [api.get("/sales/stages?page=2").status_code for _ in range(5)] == [200, 418, 418, 200, 200]


def test_a_fault_without_end_is_cancelled(sandbox: SandboxServer, api: httpx.Client) -> None:
    fault = sandbox.faults(effect="status", times=0)
    assert {api.get("/system/info").status_code for _ in range(3)} == {500}
    sandbox.clear_faults(fault)
    assert api.get("/system/info").status_code == 200
    sandbox.faults(effect="status", times=0)
    sandbox.clear_faults()
    assert api.get("/system/info").status_code == 200


@pytest.mark.parametrize(
    "fault", [{"effect": "explode"}, {}, {"effect": "status", "when": 3}, {"effect": "status", "seen": 1}]
)
def test_a_fault_that_does_not_exist_is_refused(sandbox: SandboxServer, fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"effect must be|a fault has no"):
        sandbox.faults(**fault)


def test_a_cut_connection_is_a_reset_on_the_wire(sandbox: SandboxServer) -> None:
    sandbox.faults(effect="reset_before")
    with socket.create_connection(("127.0.0.1", sandbox.port)) as raw:
        raw.sendall(b"GET /v4_6_release/apis/3.0/system/info HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


def test_down_cuts_everything_but_the_control_door(sandbox: SandboxServer, api: httpx.Client) -> None:
    assert api.get("/system/info").status_code == 200
    sandbox.down(30)
    with pytest.raises(httpx.TransportError):
        api.get("/system/info")
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{sandbox.url}/login/companyinfo/quotewright")
    assert [entry["status"] for entry in sandbox.journal()] == [200, 0, 0]
    sandbox.down(0.1)
    time.sleep(0.15)
    assert api.get("/system/info").status_code == 200


def test_answers_take_as_long_as_told(sandbox: SandboxServer, api: httpx.Client) -> None:
    def took() -> float:
        start = time.monotonic()
        api.get("/system/info")
        return time.monotonic() - start

    sandbox.options(answer_min=0.15, answer_max=0.15)
    fixed = took()
    sandbox.options(answer_min=0.05, answer_max=0.25)
    random = [took() for _ in range(3)]
    sandbox.options(answer_min=0, answer_max=0)
    assert fixed >= 0.15
    assert all(one >= 0.05 for one in random)
    assert max(random) - min(random) > 0.001
    assert min(took() for _ in range(20)) < 0.15


def test_a_stale_search_shows_what_was_and_reading_one_what_is(sandbox: SandboxServer, api: httpx.Client) -> None:
    new = api.post("/company/companies", json=BODY).json()["id"]
    api.patch("/company/companies/1", json=[{"op": "replace", "path": "name", "value": "Renamed"}])
    api.delete("/company/contacts/2")
    sandbox.faults(effect="stale_search", seconds=60, times=0)
    found = {row["id"]: row["name"] for row in api.get("/company/companies", params={"pageSize": 1000}).json()}
    assert new not in found
    assert found[1] == "Harbor Dental Group"
    assert api.get("/company/companies", params={"conditions": "name = 'Renamed'"}).json() == []
    assert api.get("/company/contacts", params={"conditions": "id = 2"}).json()[0]["firstName"] == "Victor"
    assert api.get(f"/company/companies/{new}").json()["name"] == "Faulty"
    assert [fault["effect"] for fault in sandbox.ordered_faults()] == ["stale_search"]
    sandbox.clear_faults()
    assert api.get("/company/companies", params={"conditions": "name = 'Renamed'"}).json()[0]["id"] == 1


def test_a_fault_may_strike_now_and_then(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.faults(effect="status", status=503, times=0, rate=0.5)
    statuses = {api.get("/system/info").status_code for _ in range(60)}
    assert statuses == {200, 503}
