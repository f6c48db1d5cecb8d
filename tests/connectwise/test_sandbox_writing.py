"""POST, PATCH, PUT and DELETE as every entity does them, and the errors they answer."""

import time
from typing import Any

import httpx
import pytest

from tests.sandbox import API, SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
COMPANY = "/company/companies/1"


def _replace(path: str, value: Any, op: str = "replace") -> list[dict[str, Any]]:
    return [{"op": op, "path": path, "value": value}]


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["code"], error["field"]) for error in answer.json()["errors"]]


def test_post_is_201_with_the_whole_record_and_its_location(sandbox: SandboxServer, api: httpx.Client) -> None:
    answer = api.post("/company/companies", json={"identifier": "New", "name": "New Ltd", "id": 7, "_info": {}})
    record = answer.json()
    assert (answer.status_code, record["id"], record["name"]) == (201, 22, "New Ltd")
    assert answer.headers["location"] == f"{sandbox.url}{API}/company/companies/22"
    assert record == api.get(answer.headers["location"]).json()
    assert record["deletedFlag"] is False
    assert record["status"]["name"] == "Active"


def test_every_write_says_when_and_by_whom(sandbox: SandboxServer, api: httpx.Client) -> None:
    first = api.get(COMPANY).json()["_info"]
    assert first["updatedBy"] == "jmiller"
    time.sleep(1.05)
    api.patch(COMPANY, json=_replace("city", "Largo"))
    second = api.get(COMPANY).json()["_info"]
    assert second["updatedBy"] == "quotewright-api"
    assert second["lastUpdated"] > first["lastUpdated"]
    assert second["dateEntered"] == first["dateEntered"]
    assert len(second["lastUpdated"]) == len("2026-01-01T00:00:00Z")
    sandbox.person("PUT", COMPANY, {"identifier": "HarborDental", "name": "Harbor"}, member="lfischer")
    assert api.get(COMPANY).json()["_info"]["updatedBy"] == "lfischer"


def test_all_violations_come_at_once(api: httpx.Client) -> None:
    body = {"name": "x" * 157, "zip": "1" * 13, "yearEstablished": 5, "status": {"id": 2}, "territory": {"id": 99}}
    answer = api.post("/company/companies", json=body)
    assert answer.json()["code"] == "InvalidObject"
    assert answer.json()["message"] == "company object is invalid"
    assert {error["resource"] for error in answer.json()["errors"]} == {"company"}
    assert sorted(_errors(answer)) == [
        ("InvalidField", "name"),
        ("InvalidField", "status"),
        ("InvalidField", "zip"),
        ("MissingRequiredField", "identifier"),
        ("NotFound", "territory"),
        ("OutOfRange", "yearEstablished"),
    ]
    messages = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert messages["identifier"] == "The identifier field is required."
    assert messages["yearEstablished"] == "The field yearEstablished must be between 1900 and 9999."
    assert "maximum length of 156" in messages["name"]
    assert messages["status"] == "The status Inactive is inactive."
    assert api.get("/company/companies/count").json() == {"count": 21}


@pytest.mark.parametrize(("field", "limit"), [("name", 156), ("addressLine1", 50), ("zip", 12), ("phoneNumber", 30)])
def test_maximum_lengths_are_checked(api: httpx.Client, field: str, limit: int) -> None:
    assert api.patch(COMPANY, json=_replace(field, "x" * limit)).json()[field] == "x" * limit
    assert _errors(api.patch(COMPANY, json=_replace(field, "x" * (limit + 1)))) == [("InvalidField", field)]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05+00:00",
        "2026-02-30T00:00:00Z",
    ],
)
def test_a_date_in_another_format_is_unsupported(api: httpx.Client, moment: str) -> None:
    answer = api.patch(COMPANY, json=_replace("dateAcquired", moment))
    assert (answer.status_code, answer.json()["code"]) == (400, "UnsupportedFormat")
    accepted = api.patch(COMPANY, json=_replace("dateAcquired", "2026-01-02T03:04:05Z"))
    assert accepted.json()["dateAcquired"] == "2026-01-02T03:04:05Z"


def test_a_reference_that_leads_nowhere_is_not_found(api: httpx.Client) -> None:
    answer = api.patch(COMPANY, json=_replace("territory", {"name": "Atlantis"}))
    assert (answer.status_code, answer.json()) == (400, {"code": "NotFound", "message": "territory Atlantis not found"})


@pytest.mark.parametrize("reference", [{"id": 2}, {"id": "2"}, {"name": "Boston Office"}, {"name": "boston office"}])
def test_references_are_given_by_id_or_unique_name(api: httpx.Client, reference: dict[str, Any]) -> None:
    territory = api.patch(COMPANY, json=_replace("territory", reference)).json()["territory"]
    assert (territory["id"], territory["name"]) == (2, "Boston Office")
    assert territory["_info"]["location_href"].endswith("/system/locations/2")


def test_a_member_is_referred_to_by_identifier(api: httpx.Client) -> None:
    answer = api.patch(COMPANY, json=_replace("territoryManager", {"identifier": "apatel"}))
    assert answer.json()["territoryManager"]["name"] == "Asha Patel"


def test_a_value_of_another_type_fails_in_the_parser_with_500(api: httpx.Client) -> None:
    answer = api.patch(COMPANY, json=_replace("numberOfEmployees", "many"))
    assert (answer.status_code, answer.json()["code"]) == (500, "ConnectWiseApi")
    assert answer.json()["message"].startswith('Error converting value "many" to type')
    assert api.patch(COMPANY, json=_replace("numberOfEmployees", "12")).json()["numberOfEmployees"] == 12


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"null"])
def test_a_body_that_cannot_be_read_is_400(api: httpx.Client, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert api.post("/company/companies", content=body, headers=headers).status_code == 400
    assert api.put(COMPANY, content=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "body", [{"name": "x"}, {"op": "replace"}, ["x"], [{"op": "replace"}], [{"op": "move", "path": "a"}]]
)
def test_a_patch_is_a_bare_array_of_operations(api: httpx.Client, body: Any) -> None:
    assert api.patch(COMPANY, json=body).status_code == 400


@pytest.mark.parametrize("op", ["replace", "Replace", "ADD"])
@pytest.mark.parametrize("path", ["city", "/city"])
def test_patch_takes_any_case_of_op_and_a_path_with_or_without_slash(api: httpx.Client, op: str, path: str) -> None:
    answer = api.patch(COMPANY, json=_replace(path, "Largo", op))
    assert (answer.status_code, answer.json()["city"]) == (200, "Largo")


def test_patch_remove_and_null_both_clear(api: httpx.Client) -> None:
    assert "city" not in api.patch(COMPANY, json=[{"op": "Remove", "path": "city"}]).json()
    assert "state" not in api.patch(COMPANY, json=_replace("state", None)).json()
    assert [error[1] for error in _errors(api.patch(COMPANY, json=_replace("name", None)))] == ["name"]


@pytest.mark.parametrize("path", ["City", "company/identifier", "status/name", "status/id", "nothing", "id", "_info/x"])
def test_a_path_that_leads_nowhere_is_a_false_200(api: httpx.Client, path: str) -> None:
    before = api.get(COMPANY).json()
    answer = api.patch(COMPANY, json=_replace(path, "Largo"))
    after = answer.json()
    assert answer.status_code == 200
    before.pop("_info"), after.pop("_info")
    assert after == before


def test_patch_revalidates_the_whole_stored_record(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.person("PATCH", COMPANY, _replace("yearEstablished", 12), unchecked=True)
    assert _errors(api.patch(COMPANY, json=_replace("city", "Largo"))) == [("OutOfRange", "yearEstablished")]
    assert api.get(COMPANY).json()["city"] == "Tampa"
    mended = [*_replace("city", "Largo"), *_replace("yearEstablished", 1990)]
    assert api.patch(COMPANY, json=mended).json()["city"] == "Largo"


def test_put_sets_what_is_missing_to_null_or_its_default(api: httpx.Client) -> None:
    api.patch(COMPANY, json=_replace("leadFlag", True))
    before = api.get(COMPANY).json()
    answer = api.put(COMPANY, json={"identifier": "HarborDental", "name": "Harbor"})
    after = answer.json()
    assert answer.status_code == 200
    assert {"city", "country", "site", "phoneNumber"} & set(after) == set()
    assert (after["leadFlag"], after["name"]) == (False, "Harbor")
    assert (after["mobileGuid"], after["types"]) == (before["mobileGuid"], before["types"])
    assert after["_info"]["dateEntered"] == before["_info"]["dateEntered"]


def test_put_validates_as_post_does(api: httpx.Client) -> None:
    assert _errors(api.put(COMPANY, json={"name": "Harbor"})) == [("MissingRequiredField", "identifier")]


def test_delete_is_204_without_a_body_and_then_404(api: httpx.Client) -> None:
    answer = api.delete("/company/contacts/2")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get("/company/contacts/2").status_code == 404
    assert api.delete("/company/contacts/2").status_code == 404


def test_an_id_is_never_given_twice(api: httpx.Client) -> None:
    made = api.post("/sales/stages", json={"name": "Late"}).json()["id"]
    api.delete(f"/sales/stages/{made}")
    assert api.post("/sales/stages", json={"name": "Later"}).json()["id"] == made + 1


def test_a_record_still_referred_to_is_409(api: httpx.Client) -> None:
    answer = api.delete("/company/companies/statuses/4")
    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "CompanyStatus 4 cannot be deleted because company 16 still refers to it.",
    )


def test_unknown_fields_are_ignored_and_names_have_no_case_in_bodies(api: httpx.Client) -> None:
    made = api.post("/company/companies", json={"Identifier": "Cased", "NAME": "Cased", "nonsense": 1}).json()
    assert (made["identifier"], made["name"], "nonsense" in made) == ("Cased", "Cased", False)


def test_read_only_fields_in_a_body_are_ignored(api: httpx.Client) -> None:
    made = api.post(
        "/company/companies", json={"identifier": "RO", "name": "RO", "isVendorFlag": True, "deletedBy": "me"}
    )
    assert (made.json()["isVendorFlag"], "deletedBy" in made.json()) == (False, False)
    assert api.patch(COMPANY, json=_replace("isVendorFlag", True)).json()["isVendorFlag"] is False
    assert "deletedBy" not in api.patch(COMPANY, json=_replace("deletedBy", "me")).json()


def test_an_unknown_enum_value_is_refused_and_case_forgiven(api: httpx.Client) -> None:
    assert (
        api.patch("/procurement/catalog/2", json=_replace("productClass", "inventory")).json()["productClass"]
        == "Inventory"
    )
    answer = api.patch("/procurement/catalog/2", json=_replace("productClass", "Widget"))
    assert _errors(answer) == [("InvalidField", "productClass")]


def test_one_default_row_in_a_setup_table(api: httpx.Client) -> None:
    api.post("/company/companies/statuses", json={"name": "Fresh", "defaultFlag": True})
    rows = api.get("/company/companies/statuses", params={"conditions": "defaultFlag = true"}).json()
    assert [row["name"] for row in rows] == ["Fresh"]
    made = api.post("/company/companies", json={"identifier": "Dflt", "name": "Dflt"}).json()
    assert made["status"]["name"] == "Fresh"


def test_custom_fields_are_always_listed_and_keep_what_is_not_named(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.custom_field("Contact", "colour")
    contact = "/company/contacts/1"
    number, colour = (field["id"] for field in api.get(contact).json()["customFields"])

    def values() -> list[Any]:
        return [field["value"] for field in api.get(contact).json()["customFields"]]

    assert values() == [None, None]
    api.patch(contact, json=_replace("customFields", [{"id": number, "value": 5}, {"id": colour, "value": "red"}]))
    assert values() == [5, "red"]
    api.patch(contact, json=_replace("customFields", [{"id": colour, "value": "blue"}]))
    api.patch(contact, json=_replace("/customFields", []))
    api.patch(contact, json=_replace("firstName", "Greta"))
    assert values() == [5, "blue"]
    api.patch(contact, json=_replace("customFields/1/value", "green"))
    assert values() == [5, "green"]
    api.put(contact, json={"firstName": "G", "customFields": []})
    assert values() == [5, "green"]
    made = api.post("/company/contacts", json={"firstName": "N", "customFields": [{"id": colour, "value": "x"}]}).json()
    assert [field["value"] for field in made["customFields"]] == [None, "x"]
    assert [field["caption"] for field in made["customFields"]] == ["ext_id", "colour"]
