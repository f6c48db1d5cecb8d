"""Security roles: what each API member may do, with all records, its own, or none; and companies apart."""

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
DEALS = "Sales / Opportunity"
MESSAGE = "You do not have security permission to perform this action."
DEAL = {"name": "Theirs", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"identifier": "apatel"}}
RENAME = [{"op": "replace", "path": "name", "value": "Renamed"}]


@pytest.fixture
def deals(sandbox: SandboxServer) -> list[int]:
    """One of somebody else, one somebody else entered for the API member, one the API member entered."""
    mine = {**DEAL, "name": "Mine", "primarySalesRep": {"identifier": "quotewright-api"}}
    ids = [sandbox.person("POST", "/sales/opportunities", deal)["id"] for deal in (DEAL, mine)]
    with sandbox.client() as api:
        ids.append(api.post("/sales/opportunities", json={**DEAL, "name": "Entered"}).json()["id"])
    return ids


def test_mine_shows_what_one_is_named_in_or_has_entered(
    sandbox: SandboxServer, api: httpx.Client, deals: list[int]
) -> None:
    sandbox.permission(DEALS, {"inquire": "mine"})
    assert [row["name"] for row in api.get("/sales/opportunities").json()] == ["Mine", "Entered"]
    assert api.get("/sales/opportunities/count").json() == {"count": 2}
    answers = [api.get(f"/sales/opportunities/{one}") for one in deals]
    assert [answer.status_code for answer in answers] == [403, 200, 200]
    assert answers[0].json()["message"] == MESSAGE
    bundle = {"requests": [{"resourceType": "opportunity", "apiRequest": {}}]}
    assert api.post("/system/bundles", json=bundle).json()["results"][0]["count"] == 2


@pytest.mark.parametrize(("right", "method"), [("edit", "PATCH"), ("edit", "PUT"), ("delete", "DELETE")])
def test_mine_changes_what_is_ones_own(
    sandbox: SandboxServer, api: httpx.Client, deals: list[int], right: str, method: str
) -> None:
    sandbox.permission(DEALS, {"inquire": "all", right: "mine"})

    def status(one: int) -> int:
        body = None if method == "DELETE" else RENAME
        if method == "PUT":
            stored = api.get(f"/sales/opportunities/{one}").json()
            return api.put(f"/sales/opportunities/{one}", json={**stored, "name": "Renamed"}).status_code
        return api.request(method, f"/sales/opportunities/{one}", json=body).status_code

    done = 204 if method == "DELETE" else 200
    assert [status(one) for one in deals] == [403, done, done]


def test_a_right_left_out_is_none(sandbox: SandboxServer, api: httpx.Client, deals: list[int]) -> None:
    sandbox.permission(DEALS, {"inquire": "all"})
    assert api.get(f"/sales/opportunities/{deals[0]}").status_code == 200
    assert api.post("/sales/opportunities", json=DEAL).status_code == 403
    assert api.delete(f"/sales/opportunities/{deals[0]}").status_code == 403


@pytest.mark.parametrize("rights", [{"inquire": "some"}, {"approve": "all"}])
def test_what_is_no_right_is_refused(sandbox: SandboxServer, rights: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="rights are inquire, add, edit, delete, each one of none, mine, all"):
        sandbox.permission(DEALS, rights)


def test_each_api_member_has_keys_and_a_role_of_its_own(sandbox: SandboxServer, api: httpx.Client) -> None:
    other = sandbox.api_member("reporting")
    sandbox.permission(DEALS, "inquire", member="reporting")
    with sandbox.client(other) as reporting:
        assert reporting.post("/sales/opportunities", json=DEAL).status_code == 403
        patched = reporting.patch("/company/companies/1", json=RENAME)
        assert (patched.status_code, patched.json()["_info"]["updatedBy"]) == (200, "reporting")
    assert api.post("/sales/opportunities", json=DEAL).status_code == 201
    assert sandbox.records("/system/members", "identifier = 'reporting'")[0]["licenseClass"] == "A"
    with pytest.raises(ValueError, match="no API member nobody there"):
        sandbox.permission(DEALS, "inquire", member="nobody")


def test_companies_differ_in_name_time_zone_and_custom_fields(sandbox: SandboxServer) -> None:
    other = sandbox.instance("northwind", name="Northwind MSP", timeZone="GMT Standard Time")
    sandbox.custom_field("Company", "Region", instance="northwind")
    with sandbox.client(other) as neighbour:
        assert neighbour.get("/system/info").json()["serverTimeZone"] == "GMT Standard Time"
        captions = [field["caption"] for field in neighbour.get("/company/companies/1").json()["customFields"]]
        assert "Region" in captions
    found = httpx.get(f"{sandbox.url}/login/companyinfo/northwind").json()
    assert (found["CompanyName"], found["CompanyID"]) == ("Northwind MSP", "northwind")
    with sandbox.client() as api:
        assert api.get("/system/info").json()["serverTimeZone"] == "Eastern Standard Time"
        assert "Region" not in str(api.get("/company/companies/1").json())
