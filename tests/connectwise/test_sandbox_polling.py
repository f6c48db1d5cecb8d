"""Asking for what changed since: the conditions and pages that a poll is made of."""

import time
from typing import Any

import httpx

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
FORWARD = {"pagination-type": "forward-only"}


def _patch(sandbox: SandboxServer, path: str, field: str, value: Any) -> dict[str, Any]:
    return dict(sandbox.person("PATCH", path, [{"op": "replace", "path": field, "value": value}]))


def _changed_after_now(sandbox: SandboxServer) -> str:
    """Stamps are whole seconds: whatever is done from here on is later than this moment."""
    mark = max(row["_info"]["lastUpdated"] for row in sandbox.records("/company/companies"))
    time.sleep(1.05)
    return f"lastUpdated > [{mark}]"


def _swept(api: httpx.Client, path: str, conditions: str, size: int) -> Any:
    """Page by page, forward only."""
    after = 0
    while True:
        params: dict[str, str | int] = {"conditions": conditions, "pageSize": size, "pageId": after}
        answer = api.get(path, params=params, headers=FORWARD)
        assert answer.status_code == 200, answer.text
        rows = answer.json()
        yield rows
        if not answer.headers["link"]:
            return
        after = rows[-1]["id"]


def test_companies_and_contacts_changed_since_are_found(sandbox: SandboxServer, api: httpx.Client) -> None:
    since = _changed_after_now(sandbox)
    _patch(sandbox, "/company/companies/5", "city", "Largo")
    _patch(sandbox, "/company/companies/3", "city", "Largo")
    _patch(sandbox, "/company/contacts/4", "title", "CFO")
    for path, ids in (("/company/companies", [3, 5]), ("/company/contacts", [4])):
        assert [row["id"] for page in _swept(api, path, since, 1) for row in page] == ids
        assert [row["id"] for row in api.get(path, params={"conditions": since}).json()] == ids
        assert api.get(f"{path}/count", params={"conditions": since}).json() == {"count": len(ids)}
    newest = api.get("/company/companies", params={"conditions": since, "orderBy": "lastUpdated desc, id desc"})
    assert [row["id"] for row in newest.json()] == [5, 3]


def test_rows_changed_while_paging_are_met_on_the_way_or_at_the_next_poll(
    sandbox: SandboxServer, api: httpx.Client
) -> None:
    since = _changed_after_now(sandbox)
    for company in (1, 2, 3, 4):
        _patch(sandbox, f"/company/companies/{company}", "city", "Largo")
    pages = _swept(api, "/company/companies", since, 2)
    met = {row["id"]: row["city"] for row in next(pages)}
    mark = max(row["_info"]["lastUpdated"] for row in sandbox.records("/company/companies"))
    time.sleep(1.05)
    _patch(sandbox, "/company/companies/1", "city", "Again")  # behind us
    _patch(sandbox, "/company/companies/4", "city", "Again")  # ahead of us
    _patch(sandbox, "/company/companies/9", "city", "Again")  # newly among what changed
    sandbox.person("POST", "/company/companies", {"identifier": "New", "name": "New", "city": "Again"})
    for page in pages:
        met |= {row["id"]: row["city"] for row in page}
    assert met == {1: "Largo", 2: "Largo", 3: "Largo", 4: "Again", 9: "Again", 22: "Again"}
    later = [row["id"] for page in _swept(api, "/company/companies", f"lastUpdated > [{mark}]", 2) for row in page]
    assert later == [1, 4, 9, 22]


def test_a_deleted_company_is_found_with_its_mark(sandbox: SandboxServer, api: httpx.Client) -> None:
    since = _changed_after_now(sandbox)
    sandbox.person("DELETE", "/company/companies/7", member="lfischer")
    (row,) = api.get("/company/companies", params={"conditions": since}).json()
    assert (row["id"], row["deletedFlag"], row["deletedBy"]) == (7, True, "lfischer")
    assert api.get("/company/companies", params={"conditions": f"deletedFlag = false and {since}"}).json() == []


def test_a_custom_field_defined_meanwhile_hides_no_change(sandbox: SandboxServer, api: httpx.Client) -> None:
    _changed_after_now(sandbox)
    _patch(sandbox, "/company/companies/8", "city", "Largo")
    since = _changed_after_now(sandbox)
    _patch(sandbox, "/company/companies/3", "city", "Largo")
    sandbox.custom_field("Company", "Region")
    assert [row["id"] for row in api.get("/company/companies", params={"conditions": since}).json()] == [3]
