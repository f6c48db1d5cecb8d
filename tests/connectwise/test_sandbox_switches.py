"""What is not established of ConnectWise is a switch here: each of them thrown once."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


@contextmanager
def _thrown(sandbox: SandboxServer, **options: object) -> Iterator[None]:
    usual = sandbox.options()
    sandbox.options(**options)
    yield
    sandbox.options(**{name: usual[name] for name in options})


def test_a_page_may_be_clamped_to_a_thousand(sandbox: SandboxServer, api: httpx.Client) -> None:
    assert api.get("/company/companies?pageSize=1001").status_code == 400
    with _thrown(sandbox, page_size_clamped=True):
        answer = api.get("/company/contacts?pageSize=5000&page=1")
        assert (answer.status_code, len(answer.json())) == (200, 23)


def test_a_like_with_percent_may_be_passed_over(sandbox: SandboxServer, api: httpx.Client) -> None:
    params = {"conditions": "name like '%harbor%' and id < 5"}
    assert len(api.get("/company/companies", params=params).json()) == 1
    with _thrown(sandbox, percent_is_wildcard=False):
        assert len(api.get("/company/companies", params=params).json()) == 4
        starred = {"conditions": "name like '*harbor*' and id < 5"}
        assert len(api.get("/company/companies", params=starred).json()) == 1


def test_a_patch_of_what_is_read_only_may_be_refused(sandbox: SandboxServer, api: httpx.Client) -> None:
    patch = [{"op": "replace", "path": "dateDeleted", "value": "2026-01-01T00:00:00Z"}]
    assert "dateDeleted" not in api.patch("/company/companies/1", json=patch).raise_for_status().json()
    with _thrown(sandbox, refuse_read_only=True):
        answer = api.patch("/company/companies/1", json=patch)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "dateDeleted")


def test_deleting_what_is_referred_to_may_be_400(sandbox: SandboxServer, api: httpx.Client) -> None:
    assert api.delete("/company/companies/statuses/1").status_code == 409
    with _thrown(sandbox, in_use_status=400):
        assert api.delete("/company/companies/statuses/1").status_code == 400


def test_the_callback_key_may_need_credentials(sandbox: SandboxServer, api: httpx.Client) -> None:
    api.post(
        "/system/callbacks", json={"url": "http://127.0.0.1:9/", "type": "company", "level": "owner", "objectId": 1}
    )
    sandbox.callbacks_off()
    api.patch("/company/companies/1", json=[{"op": "replace", "path": "city", "value": "Largo"}])
    key_url = sandbox.deliveries()[0]["body"]["Metadata"]["key_url"]
    assert httpx.get(key_url).status_code == 200
    with _thrown(sandbox, callback_key_needs_auth=True):
        assert httpx.get(key_url).status_code == 401
        assert api.get(key_url).status_code == 200
    sandbox.callbacks_on()
