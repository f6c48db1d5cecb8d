"""Lists and records: conditions over HTTP, paging, fields, sorting, counting."""

import re
from typing import Any

import httpx
import pytest

from tests.sandbox import API, SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


def _ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()]


def _ask(api: httpx.Client, path: str, conditions: str, **more: Any) -> list[dict[str, Any]]:
    answer = api.get(path, params={"conditions": conditions, "pageSize": "1000", **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def test_a_page_has_25_rows_unless_asked_otherwise(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.grow(10, contacts_each=0)
    assert _ids(api.get("/company/companies")) == list(range(1, 26))
    assert _ids(api.get("/company/companies", params={"page": 2})) == list(range(26, 32))
    assert _ids(api.get("/company/companies", params={"pageSize": 7, "page": 3})) == list(range(15, 22))
    assert _ids(api.get("/company/companies", params={"page": 9})) == []


@pytest.mark.parametrize("size", ["1001", "0", "many"])
def test_a_page_size_out_of_range_is_400(api: httpx.Client, size: str) -> None:
    answer = api.get("/company/companies", params={"pageSize": size})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


def _rels(link: str) -> dict[str, str]:
    """As pyconnectwise reads them: cut at commas, page last."""
    found = {}
    for part in filter(None, link.split(",")):
        match = re.fullmatch(r'\s*<(.*[?&]page=(\d+))>; rel="(\w+)"', part)
        assert match, part
        found[match[3]] = match[2]
    return found


def test_the_link_header_names_first_prev_next_last(sandbox: SandboxServer, api: httpx.Client) -> None:
    def link(page: int) -> dict[str, str]:
        params = {"conditions": "id in (1, 2, 3, 4, 5)", "pagesize": "2", "page": str(page)}
        return _rels(api.get("/company/companies", params=params).headers["link"])

    assert link(1) == {"next": "2", "last": "3"}
    assert link(2) == {"first": "1", "prev": "1", "next": "3", "last": "3"}
    assert link(3) == {"first": "1", "prev": "2"}


def test_the_link_header_repeats_the_request_and_leads_on(sandbox: SandboxServer, api: httpx.Client) -> None:
    conditions = "name contains 'a' and id in (1, 2, 3, 4)"
    answer = api.get("/company/companies", params={"conditions": conditions, "fields": "id", "pageSize": "2"})
    first = answer.headers["link"].split(">")[0].lstrip("<")
    escaped = "name+contains+%27a%27+and+id+in+%281%2c+2%2c+3%2c+4%29"
    assert first == f"{sandbox.url}{API}/company/companies/?conditions={escaped}&fields=id&pageSize=2&page=2"
    assert _ids(api.get(first)) == [4]


def test_the_link_header_is_there_even_when_empty(api: httpx.Client) -> None:
    for params in ({}, {"conditions": "id = 0"}):
        assert api.get("/sales/stages", params=params).headers["link"] == ""


def test_forward_only_paging_survives_deletions(sandbox: SandboxServer, api: httpx.Client) -> None:
    headers = {"pagination-type": "forward-only"}
    page = api.get("/company/contacts", params={"pageSize": 10, "page": 5}, headers=headers)
    assert _ids(page) == list(range(1, 11))
    assert re.search(r'pageSize=10&pageId=10>; rel="next"$', page.headers["link"])
    sandbox.person("DELETE", "/company/contacts/2")
    sandbox.person("DELETE", "/company/contacts/11")
    page = api.get("/company/contacts", params={"pageSize": 10, "pageId": 10}, headers=headers)
    assert _ids(page) == list(range(12, 22))
    page = api.get("/company/contacts", params={"pageSize": 10, "pageId": 21}, headers=headers)
    assert (_ids(page), page.headers["link"]) == ([22, 23], "")


def test_forward_only_paging_takes_no_order(api: httpx.Client) -> None:
    answer = api.get("/company/contacts", params={"orderBy": "id desc"}, headers={"pagination-type": "forward-only"})
    assert answer.status_code == 400


def test_page_id_without_the_header_does_nothing(api: httpx.Client) -> None:
    assert _ids(api.get("/company/companies", params={"pageId": 10}))[0] == 1


def test_parameter_names_have_no_case_and_unknown_ones_are_ignored(api: httpx.Client) -> None:
    params = {"CONDITIONS": "id > 3", "PageSize": "2", "ORDERBY": "id desc", "whatever": "1"}
    assert _ids(api.get("/company/companies", params=params)) == [21, 20]


def test_count_honours_conditions(api: httpx.Client) -> None:
    assert api.get("/company/companies/count").json() == {"count": 21}
    assert api.get("/company/companies/count", params={"conditions": "state = 'FL'"}).json() == {"count": 7}
    assert api.get("/company/companies/1/sites/count").json() == {"count": 1}


def test_fields_prune_nested_objects_on_get_and_post(api: httpx.Client) -> None:
    params = {"fields": "id,Status/name,site/id"}
    assert api.get("/company/companies/1", params=params).json() == {
        "id": 1,
        "status": {"name": "Active"},
        "site": {"id": 1},
    }
    listed = api.get("/company/contacts", params={"fields": "communicationItems/value", "conditions": "id = 2"})
    assert listed.json() == [{"communicationItems": [{"value": "victor@harbordental.example"}]}]
    made = api.post("/company/companies", params={"fields": "id"}, json={"identifier": "P", "name": "P"})
    assert (made.status_code, list(made.json())) == (201, ["id"])


def test_order_by_sorts_without_case_and_by_several_fields(api: httpx.Client) -> None:
    def names(order: str) -> list[str]:
        return [row["name"] for row in api.get("/company/companies", params={"orderBy": order}).json()]

    assert names("name asc") == sorted(names("id"), key=str.casefold)
    assert names("name desc") == names("name asc")[::-1]
    rows = api.get("/company/companies", params={"orderBy": "state desc, name"}).json()
    keys = [(row["state"].casefold(), row["name"].casefold()) for row in rows]
    assert keys == sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)
    assert names("status/name desc")[-1] != "Old Mill Savings Bank"
    assert names("status/name asc")[-1] == "Old Mill Savings Bank"


@pytest.mark.parametrize("order", ["nothing", "name sideways", "status"])
def test_order_by_something_impossible_is_400(api: httpx.Client, order: str) -> None:
    assert api.get("/company/companies", params={"orderBy": order}).status_code == 400


def test_null_keys_are_left_out(api: httpx.Client) -> None:
    assert "yearEstablished" not in api.get("/company/companies/1").json()
    assert None not in api.get("/company/companies/1").json().values()


def test_a_member_is_found_by_identifier_in_the_path(api: httpx.Client) -> None:
    member = api.get("/system/members/APatel").json()
    assert (member["identifier"], member["officeEmail"]) == ("apatel", "apatel@quotewright.example")
    assert "password" not in member


def test_references_carry_names_and_hrefs_and_follow_a_rename(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.person("PATCH", "/company/companies/1", [{"op": "replace", "path": "name", "value": "Harbor Dental LLC"}])
    company = api.get("/company/contacts/1").json()["company"]
    assert (company["identifier"], company["name"]) == ("HarborDental", "Harbor Dental LLC")
    assert company["_info"]["company_href"].endswith("/v4_6_release/apis/3.0/company/companies/1")
    assert len(_ask(api, "/company/contacts", "company/name = 'harbor dental llc'")) == 2


def test_last_updated_finds_what_changed_since(sandbox: SandboxServer, api: httpx.Client) -> None:
    before = api.get("/company/companies/5").json()["_info"]["lastUpdated"]
    assert _ask(api, "/company/companies", "LastUpdated > [2999-01-01T00:00:00Z]") == []
    assert len(_ask(api, "/company/companies", f"lastUpdated >= [{before}]")) == 21
    assert len(_ask(api, "/company/companies", "lastUpdated > [2020-01-01T10:00:00.123456]")) == 21
    assert len(_ask(api, "/company/companies", f"dateEntered >= [{before}] and state = 'FL'")) == 7


def test_child_conditions_want_one_child_that_fulfils_all(api: httpx.Client) -> None:
    def found(text: str) -> list[int]:
        return _ids(api.get("/company/contacts", params={"childConditions": text}))

    assert found('communicationItems/value like "grace@*" AND communicationItems/communicationType="Email"') == [1]
    assert found('communicationItems/value like "grace@%" AND communicationItems/communicationType="Phone"') == []
    assert found("types/name = 'Technical Contact'") == [6, 17]
    assert _ids(api.get("/company/companies", params={"childconditions": "types/name='Vendor'"})) == [19, 20, 21]


def test_a_list_field_in_plain_conditions_is_400(api: httpx.Client) -> None:
    answer = api.get("/company/contacts", params={"conditions": "communicationItems/value = 'x'"})
    assert (answer.status_code, "childConditions" in answer.json()["message"]) == (400, True)


def test_custom_field_conditions_look_at_caption_and_value(sandbox: SandboxServer, api: httpx.Client) -> None:
    field = api.get("/company/contacts/1").json()["customFields"][0]
    api.patch(
        "/company/contacts/4",
        json=[{"op": "replace", "path": "customFields", "value": [{"id": field["id"], "value": 77}]}],
    )

    def found(text: str) -> list[int]:
        return _ids(api.get("/company/contacts", params={"customFieldConditions": text}))

    assert found('caption="ext_id" AND value != null') == [4]
    assert found("caption='EXT_ID' and value = 77") == [4]
    assert found("caption='ext_id' and value = 'seventy'") == []
    assert found("caption='other' and value != null") == []


REAL = {
    "(status/id in (1,2) or dateAcquired>[2026-10-01 00:00:00+00:00] and territory/id in (1))": 20,
    "(deletedFlag=False and status/id not in (3,4))": 20,
    "(state='FL' OR state='GA')": 10,
    "website contains 'http://x/'": 0,
    '(name like "H%" and deletedFlag = false) and lastUpdated > [2015-12-23T05:53:27Z] or city contains "tampa"': 2,
    "id in (1,2,3)": 3,
    "website=null": 21,
    "State!=null": 21,
    "name = 'BLUE PINE LAW LLP'": 1,
    "name like '*bank*'": 1,
    "name like 'bank'": 0,
    "name contains '&'": 2,
    "name not contains 'a'": 3,
    "name contains 'café'": 1,
    "country/identifier = \"CA\"": 1,
}  # fmt: skip


@pytest.mark.parametrize("text", REAL)
def test_conditions_as_seen_in_working_clients(api: httpx.Client, text: str) -> None:
    assert len(_ask(api, "/company/companies", text)) == REAL[text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("deletedFlag = 5", "Expected a boolean value, not a numeric. String values should be enclosed"),
        ("id = 'five'", "Expected a numeric value, not a string."),
        ("name = 5", "Expected a string value, not a numeric."),
        ("lastUpdated > '2026-01-01'", "Expected a datetime value, not a string."),
        ("name = Fred", "Expected a value at position 8, not 'Fred'."),
        ("lastUpdated > [yesterday]", "'[yesterday]' is not a date and time."),
        ("id < null", "null can't be compared with '<'"),
        ("nothing = 1", "'nothing' is not a field of company"),
        ("status/nothing = 1", "'status/nothing' is not a field of company"),
        ("_info/lastUpdated > [2026-01-01]", "is not a field of company"),
        ("id = 1 and", "Expected a field name at position 11, not the end."),
        ("(id = 1", "Expected ')' at position 8, not the end."),
        ("id = 1)", "Expected and, or, or the end of the condition at position 7, not ')'."),
        ("id in 1", "Expected '(' at position 7, not '1'."),
        ("not id = 1", "Expected an operator at position 5, not 'id'."),
        ("id ~ 1", "can't be read from position 3 on: ' ~ 1'"),
        ("name = \"it's", "can't be read from position 7"),
        ("id contains 'x'", "Expected a numeric value, not a string."),
        ("name contains 5", "Expected a string value, not a numeric."),
        ("id = 1 id = 2", "Expected and, or, or the end of the condition at position 8, not 'id'."),
        ("status = 1", "not a numeric."),
    ],
)
def test_a_condition_that_makes_no_sense_is_400_and_says_why(api: httpx.Client, text: str, message: str) -> None:
    answer = api.get("/company/companies", params={"conditions": text})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
    assert message in answer.json()["message"]
