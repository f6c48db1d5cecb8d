"""Clients that others wrote, unchanged but for the address they call, do their work against the sandbox.

What the sandbox answers is judged elsewhere; here only whether such a client is content with it.
"""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from connectwise import ConnectWiseClient as ConnectPyse  # type: ignore[import-untyped]
from connectwise.exceptions import ConnectWiseAuthenticationError  # type: ignore[import-untyped]
from pyconnectwise import ConnectWiseManageAPIClient
from pyconnectwise.exceptions import (
    AuthenticationFailedException,
    MalformedRequestException,
    NotFoundException,
    ObjectExistsError,
)

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


class Local(ConnectWiseManageAPIClient):
    """It knows https addresses only, and where its two calls go is all that differs here."""

    def _get_url(self) -> str:
        return f"http://{self.manage_url}/{self.codebase.strip('/')}/apis/3.0"

    def _try_get_codebase_from_api(self, manage_url: str, company_name: str, headers: dict[str, str]) -> str:
        answer = self._make_request("GET", f"http://{manage_url}/login/companyinfo/{company_name}", headers=headers)
        return str(answer.json()["Codebase"])


def _pyconnectwise(sandbox: SandboxServer, **other: str) -> Local:
    keys = sandbox.keys
    return Local(
        keys.company_id,
        f"127.0.0.1:{sandbox.port}",
        keys.client_id,
        keys.public_key,
        other.get("private_key", keys.private_key),
    )


@pytest.fixture
def client(sandbox: SandboxServer) -> Local:
    return _pyconnectwise(sandbox)


@pytest.fixture
def connectpyse(sandbox: SandboxServer) -> ConnectPyse:
    keys = sandbox.keys
    return ConnectPyse(sandbox.url, keys.company_id, keys.public_key, keys.private_key, keys.client_id)


def _replace(**values: Any) -> list[Any]:
    return [{"op": "replace", "path": path, "value": value} for path, value in values.items()]


# --- pyconnectwise 0.6.1.2 ---


def test_it_finds_the_codebase_and_lists_companies(client: Any) -> None:
    assert client.codebase
    companies = client.company.companies.get(params={"pageSize": 3, "orderBy": "id desc"})
    assert len(companies) == 3
    assert [one.id for one in companies] == sorted([one.id for one in companies], reverse=True)
    assert client.system.info.get().version.startswith("v")


def test_it_pages_through_a_thousand_companies(sandbox: SandboxServer, client: Any) -> None:
    sandbox.grow(1000, contacts_each=0)
    count = client.company.companies.count.get().count
    assert count > 1000
    pages = client.company.companies.paginated(1, 100)
    assert (pages.has_prev_page, pages.has_next_page, pages.last_page) == (False, True, -(-count // 100))
    ids = [one.id for one in pages.all()]
    assert (len(ids), len(set(ids))) == (count, count)


def test_it_pages_where_a_condition_has_commas(client: Any) -> None:
    found = client.company.companies.paginated(1, 1, params={"conditions": "id in (1, 2, 3)"})
    assert [one.id for one in found.all()] == [1, 2, 3]


def test_it_asks_with_conditions(client: Any) -> None:
    first = client.company.companies.get(params={"pageSize": 1})[0]
    companies = client.company.companies.get(params={"conditions": f"identifier = '{first.identifier}'"})
    assert [one.id for one in companies] == [first.id]
    contacts = client.company.contacts.get(params={"conditions": f"company/id={first.id} and inactiveFlag=False"})
    assert contacts
    assert {contact.company.id for contact in contacts} == {first.id}
    with pytest.raises(MalformedRequestException):
        client.company.companies.get(params={"conditions": "name = "})


def test_it_creates_patches_and_deletes(client: Any) -> None:
    made = client.company.companies.post(data={"identifier": "Public", "name": "Public Client", "city": "Tampa"})
    assert (made.identifier, made.city) == ("Public", "Tampa")
    company = client.company.companies.id(made.id)
    assert company.patch(data=_replace(city="Largo", name="Public Client Ltd.")).city == "Largo"
    assert company.get().name == "Public Client Ltd."
    site = company.sites.post(data={"name": "Annex"})
    assert site.id in [one.id for one in company.sites.get()]
    with pytest.raises(ObjectExistsError):
        client.company.companies.post(data={"identifier": "Public", "name": "Twice"})
    company.delete()
    assert company.get().deleted_flag is True


def test_it_creates_and_deletes_a_contact(client: Any) -> None:
    email = {"type": {"id": 1}, "value": "public@example.com", "communicationType": "Email", "defaultFlag": True}
    made = client.company.contacts.post(data={"firstName": "Pia", "company": {"id": 1}, "communicationItems": [email]})
    contact = client.company.contacts.id(made.id)
    assert contact.patch(data=_replace(lastName="Berg")).last_name == "Berg"
    contact.delete()
    with pytest.raises(NotFoundException):
        contact.get()


def test_it_registers_callbacks(client: Any) -> None:
    told = {"url": "http://127.0.0.1:9/x?recordId=", "type": "company", "level": "owner", "objectId": 0}
    made = client.system.callbacks.post(data=told)
    assert made.object_id == 1
    assert [one.id for one in client.system.callbacks.get()] == [made.id]
    with pytest.raises(ObjectExistsError):
        client.system.callbacks.post(data=told)
    callback = client.system.callbacks.id(made.id)
    assert callback.patch(data=_replace(inactiveFlag=True)).inactive_flag is True
    callback.delete()
    assert client.system.callbacks.get() == []


def test_it_works_with_what_a_quote_becomes(client: Any) -> None:
    company = client.company.companies.get(params={"pageSize": 1})[0]
    contact = client.company.contacts.get(params={"conditions": f"company/id={company.id}", "pageSize": 1})[0]
    made = client.sales.opportunities.post(
        data={
            "name": "A new firewall",
            "company": {"id": company.id},
            "contact": {"id": contact.id},
            "primarySalesRep": {"id": 1},
        }
    )
    assert client.sales.opportunities.id(made.id).get().name == "A new firewall"
    item = client.procurement.catalog.get(params={"conditions": "inactiveFlag=false", "pageSize": 1})[0]
    product = client.procurement.products.post(
        data={
            "catalogItem": {"id": item.id},
            "quantity": 2,
            "price": 10.5,
            "cost": 7,
            "billableOption": "Billable",
            "opportunity": {"id": made.id},
        }
    )
    assert (product.quantity, product.price) == (2, 10.5)


def test_wrong_keys_are_told_as_such(sandbox: SandboxServer) -> None:
    client = _pyconnectwise(sandbox, private_key="wrong")
    with pytest.raises(AuthenticationFailedException):
        client.system.info.get()


# --- ConnectPyse-Manage 0.0.7: no Accept, parameters in lower case, pages until one is short ---


def test_connectpyse_lists_counts_and_reads(
    sandbox: SandboxServer, connectpyse: ConnectPyse, api: httpx.Client
) -> None:
    sandbox.grow(1000, contacts_each=0)
    count = connectpyse.get_count("company/companies")
    assert count == api.get("/company/companies/count").json()["count"]
    assert len({one["id"] for one in connectpyse.get_all("company/companies", pagesize=300, orderby="id")}) == count
    assert connectpyse.get("company/companies/999999") is None
    condition = 'communicationItems/communicationType="Email"'
    assert connectpyse.get("company/contacts", childconditions=condition, fields="id,firstName")


def test_connectpyse_waits_out_a_429_and_knows_wrong_keys(sandbox: SandboxServer, connectpyse: ConnectPyse) -> None:
    told = {"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 1 seconds."}
    sandbox.faults(effect="status", status=429, body=told, headers={"Retry-After": "1"})
    assert connectpyse.get("system/info")["version"]
    user = f"{sandbox.keys.username}:wrong"
    with pytest.raises(ConnectWiseAuthenticationError):
        connectpyse.get("system/info", run_as=f"Basic {base64.b64encode(user.encode()).decode()}")
