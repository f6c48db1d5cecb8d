"""What companies and contacts do beyond the protocol."""

from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


def _replace(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _company(api: httpx.Client, identifier: str, **more: Any) -> dict[str, Any]:
    answer = api.post("/company/companies", json={"identifier": identifier, "name": identifier, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_taken_company_identifier_is_object_exists(api: httpx.Client) -> None:
    answer = api.post("/company/companies", json={"identifier": "harbordental", "name": "Another"})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "InvalidObject",
        "message": "company object is invalid",
        "errors": [
            {
                "code": "ObjectExists",
                "message": "A matching company already exists",
                "resource": "company",
                "field": "identifier",
            }
        ],
    }
    taken = api.patch("/company/companies/2", json=_replace("identifier", "HarborDental"))
    assert taken.json()["errors"][0]["code"] == "ObjectExists"
    assert api.patch("/company/companies/1", json=_replace("identifier", "HARBORDENTAL")).status_code == 200


def test_a_new_company_comes_with_a_main_site(api: httpx.Client) -> None:
    made = _company(api, "Sited", city="Tampa", country={"name": "Canada"})
    sites = api.get(f"/company/companies/{made['id']}/sites").json()
    assert [(site["name"], site["city"], site["primaryAddressFlag"]) for site in sites] == [("Main", "Tampa", True)]
    assert made["site"]["id"] == sites[0]["id"]
    assert sites[0]["country"]["name"] == "Canada"
    second = api.post(f"/company/companies/{made['id']}/sites", json={"name": "Depot", "company": {"id": 1}}).json()
    assert second["company"]["id"] == made["id"]
    assert api.get(f"/company/companies/{made['id']}/sites/count").json() == {"count": 2}


def test_the_address_rule_is_a_switch(sandbox: SandboxServer, api: httpx.Client) -> None:
    _company(api, "NoAddress1")
    sandbox.options(require_address=True)
    answer = api.post("/company/companies", json={"identifier": "NoAddress2", "name": "x"})
    with_city = api.post("/company/companies", json={"identifier": "NoAddress3", "name": "x", "city": "Tampa"})
    sandbox.options(require_address=False)
    assert answer.json()["errors"][0]["message"].startswith("At least one address field is required")
    assert with_city.status_code == 201


def test_types_count_on_post_only_and_change_through_associations(api: httpx.Client) -> None:
    made = _company(api, "Typed", types=[{"name": "Vendor"}, {"id": 2}])
    path = f"/company/companies/{made['id']}"
    assert [one["name"] for one in made["types"]] == ["Vendor", "Prospect"]
    assert made["isVendorFlag"] is True
    assert [one["name"] for one in api.patch(path, json=_replace("types", [{"id": 1}])).json()["types"]] == [
        "Vendor",
        "Prospect",
    ]
    associations = api.get(f"{path}/typeAssociations").json()
    api.delete(f"{path}/typeAssociations/{associations[0]['id']}")
    assert api.get(path).json()["isVendorFlag"] is False
    both = {"company": {"id": made["id"]}, "type": {"name": "Partner"}}
    assert api.post("/company/companyTypeAssociations", json=both).status_code == 201
    again = api.post("/company/companyTypeAssociations", json=both)
    assert again.json()["errors"][0]["code"] == "ObjectExists"
    assert [one["name"] for one in api.get(path).json()["types"]] == ["Prospect", "Partner"]


def test_without_types_a_company_gets_the_default_one(api: httpx.Client) -> None:
    assert [one["name"] for one in _company(api, "Untyped")["types"]] == ["Client"]


def test_a_deleted_company_stays_with_its_flag(api: httpx.Client) -> None:
    assert api.delete("/company/companies/3").status_code == 204
    company = api.get("/company/companies/3").json()
    assert (company["deletedFlag"], company["deletedBy"]) == (True, "quotewright-api")
    assert company["dateDeleted"] == company["_info"]["lastUpdated"]
    alive = api.get("/company/companies", params={"conditions": "deletedFlag = false", "fields": "id"}).json()
    assert {"id": 3} not in alive
    assert len(alive) == 20
    refused = api.post("/company/contacts", json={"firstName": "A", "company": {"id": 3}})
    assert (refused.status_code, refused.json()["code"]) == (400, "NotFound")


def test_a_status_that_disallows_saving_blocks_saves(sandbox: SandboxServer, api: httpx.Client) -> None:
    path = "/company/companies/1"
    sandbox.person("PATCH", path, _replace("status", {"name": "Not-Approved"}))
    answer = api.patch(path, json=_replace("city", "Largo"))
    assert answer.json()["errors"][0]["code"] == "InvalidObject"
    assert "does not allow saving" in answer.json()["errors"][0]["message"]
    body = {"name": "x", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}
    assert "does not allow saving" in api.post("/sales/opportunities", json=body).text
    assert api.patch(path, json=_replace("status", {"name": "Active"})).status_code == 200
    assert api.patch(path, json=_replace("city", "Largo")).status_code == 200


def test_an_inactive_status_can_stay_but_not_be_chosen(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.person("PATCH", "/company/companies/statuses/4", _replace("inactiveFlag", True))
    assert api.patch("/company/companies/16", json=_replace("city", "Lowell")).status_code == 200
    assert api.patch("/company/companies/1", json=_replace("status", {"id": 4})).status_code == 400


# --- contacts ---


def _items(contact: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(item["communicationType"], item["value"], item["defaultFlag"]) for item in contact["communicationItems"]]


def test_a_contact_needs_a_first_name(api: httpx.Client) -> None:
    answer = api.post("/company/contacts", json={"lastName": "Doe"})
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "code": "InvalidObject",
            "message": "contact object is invalid",
            "errors": [
                {
                    "code": "MissingRequiredField",
                    "message": "The firstName field is required.",
                    "resource": "contact",
                    "field": "firstName",
                }
            ],
        },
    )


def test_a_contact_as_real_tenants_answer_it(api: httpx.Client) -> None:
    body = {
        "firstName": "Estella",
        "lastName": "Mcdowell",
        "company": {"id": 1},
        "communicationItems": [
            {"type": {"id": "1"}, "value": "a@example.com", "defaultFlag": True, "communicationType": "Email"},
            {"type": {"id": 2}, "value": "+380001000"},
        ],
    }
    contact = api.post("/company/contacts", json=body).json()
    email = contact["communicationItems"][0]
    assert (email["domain"], email["type"]["name"], email["communicationType"]) == ("@example.com", "Email", "Email")
    assert _items(contact) == [("Email", "a@example.com", True), ("Phone", "+380001000", True)]
    assert (contact["disablePortalLoginFlag"], contact["portalSecurityLevel"], contact["inactiveFlag"]) == (
        True,
        1,
        False,
    )
    assert contact["site"]["name"] == "Main"
    assert (contact["defaultPhoneNbr"], contact["defaultPhoneType"]) == ("+380001000", "Direct")
    assert [one["name"] for one in contact["types"]] == ["End User"]
    assert "communications_href" in contact["_info"]


def test_a_new_default_takes_the_flag_from_the_old(api: httpx.Client) -> None:
    item = {"type": {"id": 6}, "value": "g@home.example", "defaultFlag": True}
    more = {"op": "add", "path": "/communicationItems/2", "value": item}
    contact = api.patch("/company/contacts/1", json=[more]).json()
    assert _items(contact) == [
        ("Email", "grace@harbordental.example", False),
        ("Phone", "813-555-1101", True),
        ("Email", "g@home.example", True),
    ]


def test_of_two_new_defaults_the_last_stays(api: httpx.Client) -> None:
    items = [{"type": {"id": 1}, "value": f"{name}@x.example", "defaultFlag": True} for name in "ab"]
    contact = api.post("/company/contacts", json={"firstName": "Two", "communicationItems": items}).json()
    assert [item["defaultFlag"] for item in contact["communicationItems"]] == [False, True]


def test_items_are_changed_added_and_removed_by_index(api: httpx.Client) -> None:
    path = "/company/contacts/1"
    before = api.get(path).json()["communicationItems"]
    api.patch(path, json=_replace("/communicationItems/1/value", "813-555-9999"))
    contact = api.get(path).json()
    assert _items(contact)[1] == ("Phone", "813-555-9999", True)
    assert contact["defaultPhoneNbr"] == "813-555-9999"
    assert [item["id"] for item in contact["communicationItems"]] == [item["id"] for item in before]
    api.patch(path, json=[{"op": "remove", "path": "communicationItems/0"}])
    assert _items(api.get(path).json()) == [("Phone", "813-555-9999", True)]
    assert [row["value"] for row in api.get(f"{path}/communications").json()] == ["813-555-9999"]
    api.patch(path, json=_replace("communicationItems/0/type/id", 5))
    assert _items(api.get(path).json()) == [("Phone", "813-555-9999", True)]  # a false 200
    api.patch(path, json=_replace("communicationItems/0", {"type": {"name": "Fax"}, "value": "1"}))
    assert _items(api.get(path).json()) == [("Fax", "1", True)]
    api.patch(path, json=_replace("communicationItems/7", {"type": {"name": "Fax"}, "value": "2"}))
    assert _items(api.get(path).json()) == [("Fax", "1", True)]


def test_an_item_without_value_is_refused(api: httpx.Client) -> None:
    answer = api.patch("/company/contacts/1", json=_replace("communicationItems", [{"type": {"id": 1}}]))
    assert answer.json()["errors"][0]["field"] == "communicationItems/value"


def test_communications_are_a_sub_resource_of_their_own(api: httpx.Client) -> None:
    path = "/company/contacts/1"
    listed = api.get(f"{path}/communications").json()
    assert [(row["value"], row["contactId"]) for row in listed] == [
        ("grace@harbordental.example", 1),
        ("813-555-1101", 1),
    ]
    made = api.post(
        f"{path}/communications", json={"type": {"name": "Mobile"}, "value": "1", "defaultFlag": True}
    ).json()
    assert made["communicationType"] == "Phone"
    assert _items(api.get(path).json())[1:] == [("Phone", "813-555-1101", False), ("Phone", "1", True)]
    api.patch(f"{path}/communications/{listed[0]['id']}", json=_replace("value", "new@harbordental.example"))
    assert _items(api.get(path).json())[0] == ("Email", "new@harbordental.example", True)
    api.delete(f"{path}/communications/{made['id']}")
    assert _items(api.get(path).json())[1:] == [("Phone", "813-555-1101", True)]
    assert api.get(f"/company/contacts/2/communications/{listed[0]['id']}").status_code == 404
    too_long = api.post(f"{path}/communications", json={"type": {"id": 1}, "value": "x" * 251})
    assert too_long.json()["errors"][0]["field"] == "value"


def test_contact_types_come_with_post_and_change_through_associations(api: httpx.Client) -> None:
    made = api.post("/company/contacts", json={"firstName": "T", "typeIds": [2, 3]}).json()
    path = f"/company/contacts/{made['id']}"
    assert [one["name"] for one in made["types"]] == ["Approver", "Decision Maker"]
    assert "typeIds" not in made
    api.post(f"{path}/typeAssociations", json={"type": {"id": 4}})
    api.patch(path, json=_replace("types", []))
    assert [one["id"] for one in api.get(path).json()["types"]] == [2, 3, 4]


def test_a_default_contact_becomes_the_companys(api: httpx.Client) -> None:
    assert api.get("/company/companies/1").json()["defaultContact"]["name"] == "Grace Holloway"
    api.patch("/company/contacts/2", json=_replace("defaultFlag", True))
    assert api.get("/company/companies/1").json()["defaultContact"]["name"] == "Victor Lam"
    assert api.get("/company/contacts/1").json()["defaultFlag"] is False


def test_a_contact_in_use_can_hand_over_its_records(api: httpx.Client) -> None:
    body = {"name": "x", "company": {"id": 1}, "contact": {"id": 1}, "primarySalesRep": {"id": 3}}
    opportunity = api.post("/sales/opportunities", json=body).json()["id"]
    assert api.delete("/company/contacts/1").status_code == 409
    assert api.delete("/company/contacts/1", params={"transferContactId": 2}).status_code == 204
    assert api.get(f"/sales/opportunities/{opportunity}").json()["contact"]["name"] == "Victor Lam"
    assert "defaultContact" not in api.get("/company/companies/1").json()
    assert api.get("/company/contacts/1/communications").status_code == 404


def test_a_communication_type_is_for_something(api: httpx.Client) -> None:
    assert api.post("/company/communicationTypes", json={"description": "Smoke"}).status_code == 400


@pytest.mark.parametrize("path", ["/company/contacts", "/company/companies"])
def test_seeded_rows_have_guids_and_custom_fields(api: httpx.Client, path: str) -> None:
    rows = api.get(path).json()
    assert rows
    assert all(row["mobileGuid"] and isinstance(row["customFields"], list) for row in rows)
