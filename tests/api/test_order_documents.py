"""The PDF of a sales order by its address: for whoever has it, for a while, and for that order alone."""

import time
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from api import order_documents
from domain.ids import parse_global_id, uuid7
from domain.sales_orders import document as documents
from tests.api.conftest import an_organization, with_scopes

CREATE = """mutation ($input: CreateSalesOrderInput!) {
  createSalesOrder(input: $input) { salesOrder { id number document { url expiresAt } } }
}"""


@pytest.fixture
async def order(ask):
    lines = [{"title": "Cable", "quantity": "3", "unitPrice": "50"}]
    input = {"organizationId": (await an_organization(ask))["id"], "lines": lines}
    return (await ask(CREATE, input=input))["createSalesOrder"]["salesOrder"]


@pytest.fixture
def path(order) -> str:
    return urlsplit(order["document"]["url"]).path


def key_of(order):
    return parse_global_id(order["id"])[1]


async def test_whoever_has_the_address_sees_the_pdf(http, order, path):
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == f'inline; filename="{order["number"]}.pdf"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_an_address_is_given_to_those_only_who_may_see_orders(http, msp, order):
    client = await with_scopes(http, msp, "quotes:read")
    query = "query ($id: ID!) { node(id: $id) { ... on SalesOrder { document { url } } } }"
    assert await client.code(query, id=order["id"]) == "FORBIDDEN"


async def test_an_address_stops_working(http, msp, order):
    now = int(time.time())
    for expires, status in ((now + 5, 200), (now - 1, 404)):
        token = order_documents.signed(msp.database.keyring, msp.id, key_of(order), expires)
        assert (await http.get(f"/documents/{token}")).status_code == status


async def test_what_is_signed_for_one_order_opens_no_other(http, msp, other, order, path):
    keyring, later = msp.database.keyring, int(time.time()) + 60
    place, _, seal = path.removeprefix("/documents/").partition(".")
    for tenant, key in ((other.id, key_of(order)), (msp.id, uuid7())):
        elsewhere = order_documents.signed(keyring, tenant, key, later).partition(".")[0]
        assert (await http.get(f"/documents/{elsewhere}.{seal}")).status_code == 404
    # Signed by us, but there is no such order in that tenant.
    foreign = order_documents.signed(keyring, other.id, key_of(order), later)
    assert (await http.get(f"/documents/{foreign}")).json() == {"error": "There is no such document any more."}
    # A secret of the same tenant and row, sealed for something else.
    sealed = keyring.seal(str(later), tenant=msp.id, table="integration", row=key_of(order))
    assert (await http.get(f"/documents/{place}.{sealed}")).status_code == 404


@pytest.mark.parametrize("noise", ["x", ".", "..", "a.b.c", "%00", "é", "A" * 43 + ".v1.test.A.A", "9" * 5_000])
async def test_noise_is_no_address(http, noise):
    answer = await http.get(f"/documents/{noise}")
    assert answer.status_code == 404


async def test_so_many_at_once_are_made_and_no_more(http, path, monkeypatch):
    monkeypatch.setattr(order_documents, "_AT_ONCE", 1)
    assert {(await http.get(path)).status_code for _ in range(3)} == {200}
    monkeypatch.setattr(order_documents, "_AT_ONCE", 0)
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


async def test_a_fault_of_ours_is_masked_and_can_be_looked_up(http, path, monkeypatch):
    async def broken(*_):
        raise RuntimeError("SECRET")

    monkeypatch.setattr(documents, "content", broken)
    with capture_logs() as logs:
        answer = await http.get(path)
    assert (answer.status_code, "SECRET" in answer.text) == (500, False)
    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    assert [log["request_id"] for log in logs if "SECRET" in log.get("traceback", "")] == [answer.json()["requestId"]]
