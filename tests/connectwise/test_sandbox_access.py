"""The sandbox's front door: discovery, credentials, paths, rights, limits."""

import base64
import time

import httpx
import pytest

from integrations.connectwise.sandbox import DEMO
from tests.sandbox import API, SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
NOT_AUTHENTICATED = {"code": "ConnectWiseApi", "message": "UserNotAuthenticated"}
NO_RIGHT = {
    "code": "Unauthorized",
    "message": "You do not have security permission to perform this action.",
    "errors": None,
}


def _basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_companyinfo_needs_no_authentication(sandbox: SandboxServer) -> None:
    found = httpx.get(f"{sandbox.url}/login/companyinfo/quotewright").json()
    assert found["Codebase"] == "v2025_1/"
    assert found["CompanyID"] == "quotewright"
    assert found["SiteUrl"] == f"127.0.0.1:{sandbox.port}"


def test_companyinfo_of_an_unknown_company_is_null_with_200(sandbox: SandboxServer) -> None:
    answer = httpx.get(f"{sandbox.url}/login/companyinfo/nobody")
    assert (answer.status_code, answer.json()) == (200, None)


def test_system_info_says_the_version(api: httpx.Client) -> None:
    info = api.get("/system/info").json()
    assert info["version"].startswith("v2025.1")
    assert info["isCloud"] is True
    assert "sandbox" not in str(info)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("quotewright+wrong", DEMO.private_key),
        (f"nobody+{DEMO.public_key}", DEMO.private_key),
        (DEMO.username, "wrong"),
        (DEMO.public_key, DEMO.private_key),
    ],
)
def test_wrong_keys_are_401_or_404_by_choice(sandbox: SandboxServer, user: str, password: str) -> None:
    headers = {**_basic(user, password), "clientId": "x"}
    answer = httpx.get(f"{sandbox.url}{API}/system/info", headers=headers)
    assert (answer.status_code, answer.json()) == (401, NOT_AUTHENTICATED)
    sandbox.options(bad_auth_status=404)
    assert httpx.get(f"{sandbox.url}{API}/system/info", headers=headers).status_code == 404
    sandbox.options(bad_auth_status=401)


def test_without_authorization_it_is_401(sandbox: SandboxServer) -> None:
    assert httpx.get(f"{sandbox.url}{API}/system/info", headers={"clientId": "x"}).status_code == 401


def test_without_client_id_it_is_401(sandbox: SandboxServer) -> None:
    keys = _basic(DEMO.username, DEMO.private_key)
    assert httpx.get(f"{sandbox.url}{API}/system/info", headers=keys).json()["code"] == "Unauthorized"
    assert httpx.get(f"{sandbox.url}{API}/system/info?clientId=abc", headers=keys).status_code == 200
    assert httpx.get(f"{sandbox.url}{API}/system/info", headers={**keys, "CLIENTID": "abc"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v4_6_release/apis/3.0/company/companies",
        "/v2025_1/apis/3.0/company/companies",
        "/v2025_1//apis/3.0/company/companies/",
        "/v4_6_release/apis/3.0//Company/Companies",
        "/apis/3.0//company/companies",
    ],
)
def test_paths_are_tolerated_as_by_the_vendor(sandbox: SandboxServer, path: str) -> None:
    with sandbox.client() as client:
        answer = client.get(sandbox.url + path)
    assert (answer.status_code, len(answer.json())) == (200, 21)


def test_the_version_path_of_yesterday_is_404_after_an_upgrade(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.instance("quotewright", codebase="v2026_1")
    assert httpx.get(f"{sandbox.url}/login/companyinfo/quotewright").json()["Codebase"] == "v2026_1/"
    assert api.get(f"{sandbox.url}/v2025_1/apis/3.0/system/info").status_code == 404
    assert api.get(f"{sandbox.url}/v2026_1/apis/3.0/system/info").json()["version"].startswith("v2026.1")
    assert api.get("/system/info").status_code == 200


def test_an_unknown_path_is_404(api: httpx.Client) -> None:
    expected = {"code": "ConnectWiseApi", "message": "The endpoint does not exist."}
    for path in ("/company/nothing", "/", "/company/companies/1/nothing", "/company/companies/1/sites/1/x"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()) == (404, expected)


def test_an_unknown_id_is_404(api: httpx.Client) -> None:
    answer = api.get("/company/contacts/57919")
    assert (answer.status_code, answer.json()) == (404, {"code": "NotFound", "message": "Contact 57919 not found"})
    assert api.get("/company/companies/999/sites").json()["message"] == "Company 999 not found"
    assert api.get("/company/companies/1/sites/2").status_code == 404  # there, but another company's


def test_a_wrong_verb_is_405(api: httpx.Client) -> None:
    for method, path in (
        ("DELETE", "/system/members/1"),
        ("PUT", "/company/companies"),
        ("POST", "/company/companies/1"),
        ("POST", "/system/info"),
        ("POST", "/company/companies/count"),
    ):
        answer = api.request(method, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (405, "ConnectWiseApi"), path


def test_a_body_that_is_not_json_is_415(api: httpx.Client) -> None:
    answer = api.post("/company/companies", content=b"name=x", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "ConnectWiseApi")


def test_a_long_url_is_414(sandbox: SandboxServer, api: httpx.Client) -> None:
    assert api.get("/company/companies", params={"x": "y" * 1_900}).status_code == 200
    assert api.get("/company/companies", params={"x": "y" * 2_000}).status_code == 414
    sandbox.options(max_url=10_000)
    assert api.get("/company/companies", params={"x": "y" * 9_000}).status_code == 200
    sandbox.options(max_url=2_000)


def test_errors_are_indented_with_crlf_and_records_are_not(api: httpx.Client) -> None:
    assert api.get("/company/contacts/99").text.startswith('{\r\n  "code": "NotFound",\r\n')
    assert "\n" not in api.get("/company/contacts/1").text


def test_a_missing_right_is_403(sandbox: SandboxServer, api: httpx.Client) -> None:
    module = "Companies / Company Maintenance"
    patch = [{"op": "replace", "path": "name", "value": "New"}]

    def statuses() -> list[int]:
        answers = (
            api.get("/company/companies/1"),
            api.get("/company/companies"),
            api.get("/company/companies/count"),
            api.post("/company/companies", json={"identifier": f"N{time.time_ns()}", "name": "New"}),
            api.patch("/company/companies/1", json=patch),
            api.delete("/company/companies/2"),
        )
        assert all(answer.json() == NO_RIGHT for answer in answers if answer.status_code == 403)
        return [answer.status_code for answer in answers]

    levels = {
        "none": [403, 403, 403, 403, 403, 403],
        "inquire": [200, 200, 200, 403, 403, 403],
        "add": [200, 200, 200, 201, 403, 403],
        "edit": [200, 200, 200, 201, 200, 403],
        "all": [200, 200, 200, 201, 200, 204],
    }
    for level, expected in levels.items():
        sandbox.permission(module, level)
        assert statuses() == expected, level
    with pytest.raises(ValueError, match="level must be one of"):
        sandbox.permission(module, "admin")


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("Companies / Contacts", "/company/contacts"),
        ("Sales / Opportunity", "/sales/opportunities"),
        ("Procurement / Products", "/procurement/products"),
        ("Procurement / Product Catalog", "/procurement/catalog"),
        ("System / Member Maintenance", "/system/members"),
    ],
)
def test_each_module_guards_its_entity_alone(sandbox: SandboxServer, api: httpx.Client, module: str, path: str) -> None:
    sandbox.permission(module, "none")
    assert api.get(path).status_code == 403
    assert api.get("/company/companies").status_code == 200


def test_setup_tables_can_be_read_without_the_right(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.permission("System / Table Setup", "none")
    for path in ("/sales/stages", "/company/companies/statuses", "/procurement/types/1", "/system/locations"):
        assert api.get(path).status_code == 200
    assert api.post("/sales/stages", json={"name": "New"}).status_code == 403


def test_past_the_rate_it_is_429_with_retry_after(sandbox: SandboxServer, api: httpx.Client) -> None:
    other = sandbox.instance("other", records=False)
    sandbox.options(rate_per_minute=3)
    statuses = [api.get("/system/info").status_code for _ in range(4)]
    limited = api.get("/system/info")
    with sandbox.client(other) as neighbour:
        neighbours = neighbour.get("/system/info").status_code
    sandbox.options(rate_per_minute=0)
    assert statuses == [200, 200, 200, 429]
    seconds = int(limited.headers["retry-after"])
    assert 0 < seconds <= 60
    assert limited.json() == {
        "error": "ConnectWiseAPI",
        "message": f"Too many requests. Please try again in {seconds} seconds.",
    }
    assert neighbours == 200
    assert api.get("/system/info").status_code == 200
