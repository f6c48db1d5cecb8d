"""The twenty manners of a faithful ConnectWise, each shown in a few lines; what goes deeper is in the other files."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.connectwise.receiver import Receiver
from tests.sandbox import API, SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
DEAL = {"name": "1001 New laptops", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}
CATALOG_RULE = "recurringBillCycle or recurringOneTimeFlag is required."


def _set(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _names(api: httpx.Client, **params: Any) -> list[str]:
    return [row["name"] for row in api.get("/company/companies", params=params).raise_for_status().json()]


def _error(answer: httpx.Response) -> tuple[str, str]:
    """Code and field of the only violation."""
    assert answer.status_code == 400, answer.text
    [one] = answer.json()["errors"]
    return one["code"], one["field"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_point_01_companyinfo_without_credentials_and_null_for_an_unknown_company(sandbox: SandboxServer) -> None:
    found = httpx.get(f"{sandbox.url}/login/companyinfo/quotewright").json()
    assert (found["CompanyID"], found["Codebase"]) == ("quotewright", "v2025_1/")
    unknown = httpx.get(f"{sandbox.url}/login/companyinfo/nobody")
    assert (unknown.status_code, unknown.json()) == (200, None)


def test_point_02_basic_and_client_id_with_401_or_404_on_wrong_keys(sandbox: SandboxServer) -> None:
    url, right = f"{sandbox.url}{API}/system/info", (sandbox.keys.username, sandbox.keys.private_key)
    known = {"clientId": sandbox.keys.client_id}
    assert httpx.get(url, auth=right, headers=known).status_code == 200
    assert httpx.get(url, auth=right).status_code == 401  # no clientId
    wrong = httpx.get(url, auth=(sandbox.keys.username, "wrong"), headers=known)
    assert (wrong.status_code, wrong.json()["message"]) == (401, "UserNotAuthenticated")
    sandbox.options(bad_auth_status=404)
    assert httpx.get(url, auth=(sandbox.keys.username, "wrong"), headers=known).status_code == 404
    sandbox.options(bad_auth_status=401)


def test_point_03_conditions_without_case_and_400_with_the_real_text(api: httpx.Client) -> None:
    one = ["Harbor Dental Group"]
    assert _names(api, CONDITIONS="NAME Like 'harbor*' AND (Id in (1,2) or deletedflag = True)") == one
    assert _names(api, conditions="identifier='HarborDental' and lastUpdated > [2020-01-01T00:00:00Z]") == one
    children = 'communicationItems/value like "grace@*" AND communicationItems/communicationType="Email"'
    found = api.get("/company/contacts", params={"childconditions": children}).json()
    assert [row["firstName"] for row in found] == ["Grace"]
    refused = api.get("/company/companies", params={"conditions": "deletedFlag = 1"})
    assert refused.status_code == 400
    assert refused.json()["code"] == "InvalidParameter"
    assert refused.json()["message"].startswith("Expected a boolean value, not a numeric. String values should be")


def test_point_04_navigable_and_forward_only_pages(sandbox: SandboxServer, api: httpx.Client) -> None:
    assert len(api.get("/company/contacts").json()) == 23
    sandbox.grow(1_000, contacts_each=0)
    first = api.get("/company/companies", params={"conditions": "id > 0"})
    root = f"<{sandbox.url}{API}/company/companies/?conditions=id+%3e+0&pageSize=25"
    assert len(first.json()) == 25
    assert first.headers["link"] == f'{root}&page=2>; rel="next", {root}&page=41>; rel="last"'
    assert len(api.get("/company/companies?pageSize=1000").json()) == 1000
    assert api.get("/company/companies?pageSize=1001").status_code == 400
    forward = {"pagination-type": "forward-only"}
    page = api.get("/company/companies?pageSize=1000&pageId=20", headers=forward)
    assert [page.json()[0]["id"], page.json()[-1]["id"]] == [21, 1020]
    assert page.headers["link"].endswith('pageSize=1000&pageId=1020>; rel="next"')
    end = api.get("/company/companies?pageSize=1000&pageId=1020", headers=forward)
    assert (end.json()[-1]["id"], end.headers["link"]) == (1021, "")


def test_point_05_fields_order_count_and_search(api: httpx.Client) -> None:
    few = {"fields": "id,status/name", "orderBy": "name desc", "pageSize": "1"}
    assert api.get("/company/companies", params=few).json() == [{"id": 13, "status": {"name": "Active"}}]
    made = api.post("/company/companies?fields=name", json={"identifier": "New", "name": "New"})
    assert made.json() == {"name": "New"}
    assert api.get("/company/companies/count", params={"conditions": "id <= 3"}).json() == {"count": 3}
    ticket = _made(api.post("/service/tickets", json={"summary": "Printer", "company": {"id": 1}}))
    asked = {"conditions": f"id in ({','.join(map(str, range(1, 3_000)))})", "orderBy": "id desc"}
    assert api.post("/service/tickets/search", json=asked).json()[0]["id"] == ticket["id"]


def test_point_06_every_write_says_when_and_by_whom_and_is_found_by_it(
    sandbox: SandboxServer, api: httpx.Client
) -> None:
    before = api.get("/company/companies/4").json()["_info"]
    time.sleep(1.1)  # moments are whole seconds
    after = api.patch("/company/companies/4", json=_set("city", "Largo")).json()["_info"]
    assert after["lastUpdated"] > before["lastUpdated"]
    assert (before["updatedBy"], after["updatedBy"]) == ("jmiller", "quotewright-api")
    assert _names(api, conditions=f"lastUpdated >= [{after['lastUpdated']}]") == ["Oak Ridge School District"]


def test_point_07_post_patch_put_delete(sandbox: SandboxServer, api: httpx.Client) -> None:
    made = api.post("/company/companies", json={"identifier": "New", "name": "New", "city": "Tampa"})
    new = f"/company/companies/{_made(made)['id']}"
    assert made.headers["location"].endswith(new)
    assert api.patch(new, json=_set("/city", "Largo")).json()["city"] == "Largo"
    assert api.patch(new, json=_set("city/name", "Ocala")).status_code == 200  # and nothing has changed
    assert api.get(new).json()["city"] == "Largo"
    grace = api.patch("/company/contacts/1", json=_set("/communicationItems/1/value", "813-555-0000")).json()
    assert grace["communicationItems"][1]["value"] == "813-555-0000"
    sandbox.person("PATCH", new, _set("yearEstablished", 10), unchecked=True)
    assert _error(api.patch(new, json=_set("city", "Tampa"))) == ("OutOfRange", "yearEstablished")
    put = api.put(new, json={"identifier": "New", "name": "Newer"}).json()
    assert (put["name"], "city" in put) == ("Newer", False)
    assert api.delete(new).status_code == 204
    assert api.get(new).json()["deletedFlag"] is True
    assert api.delete("/company/contacts/2").status_code == 204
    assert api.get("/company/contacts/2").status_code == 404


def test_point_08_all_violations_at_once_in_indented_json(api: httpx.Client) -> None:
    answer = api.post("/company/companies", json={"identifier": "HarborDental", "yearEstablished": 10})
    body = answer.json()
    assert (answer.status_code, body["code"], body["message"]) == (
        400,
        "InvalidObject",
        "company object is invalid",
    )
    assert {(one["code"], one["field"]) for one in body["errors"]} == {
        ("MissingRequiredField", "name"),
        ("ObjectExists", "identifier"),
        ("OutOfRange", "yearEstablished"),
    }
    assert answer.text.startswith('{\r\n  "code": "InvalidObject",\r\n')
    lost = api.patch("/company/companies/1", json=_set("status", {"name": "Nowhere"}))
    assert (lost.status_code, lost.json()) == (400, {"code": "NotFound", "message": "status Nowhere not found"})


def test_point_09_dates_in_one_format_only(api: httpx.Client) -> None:
    for wrong in ("2026-09-01T10:00:00", "2026-09-01T10:00:00.000Z", "2026-09-01", "2026-02-30T10:00:00Z"):
        answer = api.patch("/company/companies/1", json=_set("dateAcquired", wrong))
        assert (answer.status_code, answer.json()["code"]) == (400, "UnsupportedFormat"), wrong
    right = "2026-09-01T10:00:00Z"
    assert api.patch("/company/companies/1", json=_set("dateAcquired", right)).json()["dateAcquired"] == right


def test_point_10_lengths_are_those_of_the_version(sandbox: SandboxServer, api: httpx.Client) -> None:
    def refused(length: int) -> bool:
        return api.patch("/company/companies/1", json=_set("identifier", "x" * length)).status_code == 400

    assert [refused(156), refused(157)] == [False, True]
    sandbox.reset()
    sandbox.options(profile="2025.1")
    assert [refused(30), refused(31)] == [False, True]
    sandbox.options(profile="2026.4")


def test_point_11_types_of_a_company_are_set_once_and_then_associated(api: httpx.Client) -> None:
    ids = {row["name"]: row["id"] for row in api.get("/company/companies/types").json()}
    vendor = {"id": ids["Vendor"]}
    new = _made(api.post("/company/companies", json={"identifier": "N", "name": "N", "types": [{"name": "Client"}]}))
    path = f"/company/companies/{new['id']}"
    ignored = api.patch(path, json=_set("types", [vendor]))
    assert (ignored.status_code, [one["name"] for one in ignored.json()["types"]]) == (200, ["Client"])
    _made(api.post(f"{path}/typeAssociations", json={"type": vendor, "company": {"id": new["id"]}}))
    assert [one["name"] for one in api.get(path).json()["types"]] == ["Client", "Vendor"]


def test_point_12_a_new_default_of_a_kind_unsets_the_old(api: httpx.Client) -> None:
    item = {"type": {"name": "Email"}, "value": "new@harbor.example", "defaultFlag": True}
    add = [{"op": "add", "path": "/communicationItems", "value": item}]
    items = api.patch("/company/contacts/1", json=add).json()["communicationItems"]
    emails = {one["value"]: one["defaultFlag"] for one in items if one["communicationType"] == "Email"}
    assert emails == {"grace@harbordental.example": False, "new@harbor.example": True}


def test_point_13_receiving_clones_or_cancels_the_rest_and_a_status_closes(api: httpx.Client) -> None:
    statuses = api.get("/procurement/purchaseorderstatuses").json()
    closed = next(row for row in statuses if row.get("closedFlag"))
    terms = api.get("/finance/billingTerms").json()[0]
    new = {"vendorCompany": {"id": 19}, "terms": {"id": terms["id"]}, "status": {"id": statuses[0]["id"]}}
    order = _made(api.post("/procurement/purchaseorders", json=new))
    path = f"/procurement/purchaseorders/{order['id']}"

    def line(number: int, *, received: int, status: str) -> list[tuple[float, str]]:
        unit = api.get("/procurement/unitOfMeasures").json()[0]
        body = {"lineNumber": number, "product": {"id": 1}, "quantity": 5, "description": "Laptop"}
        new = _made(api.post(f"{path}/lineitems", json={**body, "unitOfMeasure": {"id": unit["id"]}}))
        got = [*_set("receivedQuantity", received), *_set("receivedStatus", status)]
        assert api.patch(f"{path}/lineitems/{new['id']}", json=got).status_code == 200
        rows = api.get(f"{path}/lineitems").json()
        return [(row["quantity"], row["receivedStatus"]) for row in rows if row["id"] >= new["id"]]

    assert line(1, received=5, status="FullyReceived") == [(5, "FullyReceived")]
    clone = line(2, received=2, status="PartiallyReceiveCloneRest")
    assert [quantity for quantity, _ in clone] == [2, 3]
    assert clone[1][1] == "Waiting"
    assert len(line(3, received=2, status="PartiallyReceiveCancelRest")) == 1
    assert api.patch(path, json=_set("closedFlag", True)).json()["closedFlag"] is False
    assert api.patch(path, json=_set("status", {"id": closed["id"]})).json()["closedFlag"] is True


def test_point_14_a_product_makes_a_forecast_line_and_an_order_takes_it(api: httpx.Client) -> None:
    deal = _made(api.post("/sales/opportunities", json=DEAL))
    product = {"catalogItem": {"id": 1}, "quantity": 2, "price": 100, "cost": 60, "billableOption": "Billable"}
    of_deal = {**product, "opportunity": {"id": deal["id"]}}
    made = _made(api.post("/procurement/products", json=of_deal))
    answer = api.get(f"/sales/opportunities/{deal['id']}/forecast").json()
    forecast = answer[0] if isinstance(answer, list) else answer
    lines = {line["id"]: line for line in forecast["forecastItems"]}
    assert (lines[made["forecastDetailId"]]["forecastType"], lines[made["forecastDetailId"]]["revenue"]) == (
        "Product",
        200,
    )
    bypassing = _made(api.post("/procurement/products", json={**of_deal, "bypassForecastUpdate": True}))
    assert "forecastDetailId" not in bypassing
    convert = {"includeAllProductsFlag": True, "includeAllNotesFlag": True, "includeAllDocumentsFlag": True}
    order = _made(api.post(f"/sales/opportunities/{deal['id']}/convertToSalesOrder", json=convert))
    assert order["opportunity"]["id"] == deal["id"]
    assert len(order["productIds"]) == 2


def test_point_15_a_recurring_catalog_item_needs_its_cycle(api: httpx.Client) -> None:
    refused = api.patch("/procurement/catalog/1", json=_set("recurringFlag", True)).json()
    assert {(one["message"], one["field"]) for one in refused["errors"]} == {
        (CATALOG_RULE, "recurringOneTimeFlag"),
        (CATALOG_RULE, "recurringBillCycle/id"),
    }
    both = [*_set("recurringFlag", True), *_set("recurringOneTimeFlag", True)]
    assert api.patch("/procurement/catalog/1", json=both).status_code == 200


def test_point_16_callbacks_are_checked_signed_and_tried_again(
    sandbox: SandboxServer, api: httpx.Client, receiver: Receiver
) -> None:
    sandbox.options(callback_retry=0.01)
    entry = {"url": receiver.url, "type": "company", "level": "owner", "objectId": 0, "isSelfSuppressedFlag": True}
    assert _made(api.post("/system/callbacks", json=entry))["objectId"] == 1
    assert _error(api.post("/system/callbacks", json=entry)) == ("ObjectExists", "objectId")
    wrong = api.post("/system/callbacks", json={**entry, "url": "nowhere", "level": "nobody"}).json()["errors"]
    assert [one["field"] for one in wrong] == ["url", "level"]

    api.patch("/company/companies/4", json=_set("city", "Ocala"))  # its own change: suppressed
    receiver.statuses = [404, 204]
    sandbox.person("PATCH", "/company/companies/4", _set("city", "Largo"))
    [delivery] = sandbox.settled_deliveries()
    assert [one["status"] for one in delivery["attempts"]] == [404, 204]
    path, headers, body = receiver.taken[-1]
    told = json.loads(body)
    assert path == "/hook?recordId=4&action=updated"
    assert json.loads(told["Entity"])["city"] == "Largo"
    key = httpx.get(told["Metadata"]["key_url"], trust_env=False).json()["signing_key"]
    digest = hmac.digest(hashlib.sha256(key.encode()).digest(), body, "sha256")
    assert headers["x-content-signature"] == base64.b64encode(digest).decode()

    receiver.statuses = [500]
    sandbox.person("DELETE", "/company/companies/5")
    gone = sandbox.settled_deliveries()[-1]
    assert [one["status"] for one in gone["attempts"]] == [500]  # a 500 loses the event
    assert gone["body"]["Entity"] is None
    sandbox.options(callback_retry=2)


def test_point_17_limits_and_bad_days(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.options(rate_per_minute=1)
    [_, limited] = [api.get("/system/info") for _ in range(2)]
    sandbox.options(rate_per_minute=0)
    assert (limited.status_code, limited.json()["error"]) == (429, "ConnectWiseAPI")
    assert 0 < int(limited.headers["retry-after"]) <= 60
    assert api.get("/company/companies", params={"x": "y" * 2_000}).status_code == 414
    sandbox.faults(effect="status")
    assert api.get("/system/info").json()["message"] == "A timeout has occured. Please try again."
    sandbox.faults(effect="html_502")
    proxy = api.get("/system/info")
    assert (proxy.status_code, proxy.headers["content-type"]) == (502, "text/html")
    bug = api.post("/company/companies", json={"identifier": "N", "name": "N", "leadFlag": "perhaps"})
    assert bug.status_code == 500
    assert bug.json()["message"].startswith("Error converting value \"perhaps\" to type 'System.Boolean'. Path")
    sandbox.faults(effect="delay", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        api.get("/system/info", timeout=httpx.Timeout(30, read=0.05))


def test_point_18_documents_come_as_forms(sandbox: SandboxServer, api: httpx.Client) -> None:
    bytes_ = bytes(range(256)) + b"\r\n--not-the-boundary\r\n"
    form = {"recordType": "Company", "recordId": "1", "title": "Signed quote"}
    made = _made(api.post("/system/documents", data=form, files={"file": ("quote 1001.pdf", bytes_)}))
    assert (made["title"], made["fileName"], made["size"]) == ("Signed quote", "quote 1001.pdf", len(bytes_))
    got = api.get(f"/system/documents/{made['id']}/download")
    assert got.content == bytes_
    assert got.headers["content-disposition"] == 'attachment; filename="quote 1001.pdf"'
    listed = api.get("/system/documents", params={"recordType": "Company", "recordId": 1}).json()
    assert [row["id"] for row in listed] == [made["id"]]
    assert api.get("/system/documents").status_code == 400  # of everything there is no list
    assert api.post("/system/documents", json=form).status_code == 415
    sandbox.options(max_body=1_000)
    big = api.post("/system/documents", data=form, files={"file": ("big", b"x" * 1_001)})
    sandbox.options(max_body=10_000_000)
    assert big.status_code == 413


def test_point_19_a_bundle_asks_several_lists_at_once(api: httpx.Client) -> None:
    def asked(number: int, kind: str, **request: Any) -> dict[str, Any]:
        return {"Version": "2019.5", "SequenceNumber": number, "ResourceType": kind, "ApiRequest": request}

    requests = [
        asked(1, "company", filters={"conditions": "name like '%harbor%'", "orderBy": "id desc"}, fields="id,name"),
        asked(2, "contact", id=1),
        asked(3, "companysite", parentId=4, page={"page": 1, "pageSize": 1}),
        asked(4, "company", filters={"conditions": "nothing = 1"}),
    ]
    results = api.post("/system/bundles", json={"requests": requests}).raise_for_status().json()["results"]
    assert results[0]["entities"] == [
        {"id": 21, "name": "CloudHarbor Licensing"},
        {"id": 1, "name": "Harbor Dental Group"},
    ]
    assert [one["entities"][0]["id"] for one in results[1:3]] == [1, 4]
    assert [(one["sequenceNumber"], one["success"], one["statusCode"], one["count"]) for one in results] == [
        (1, True, 200, 2),
        (2, True, 200, 1),
        (3, True, 200, 1),
        (4, False, 400, 0),
    ]
    counted = api.post("/system/bundles/count", json={"requests": requests[:1]}).json()["results"]
    assert counted[0]["count"] == 2


def test_point_20_double_slashes_and_a_codebase_that_changes(sandbox: SandboxServer, api: httpx.Client) -> None:
    paths = ("/v2025_1//apis/3.0//company/companies/", "/apis/3.0//Company/Companies", f"{API}/company/companies")
    assert {len(api.get(sandbox.url + path).json()) for path in paths} == {21}
    sandbox.instance("quotewright", codebase="v2026_4")  # upgraded while clients are at work
    assert api.get(f"{sandbox.url}/v2025_1/apis/3.0/system/info").status_code == 404
    assert httpx.get(f"{sandbox.url}/login/companyinfo/quotewright").json()["Codebase"] == "v2026_4/"
    assert api.get(f"{sandbox.url}/v2026_4/apis/3.0/system/info").json()["version"].startswith("v2026.4")
