"""The journey: from installing the app to an accepted quote that stands in ConnectWise. Each function is one step.

A step does what a person or a partner would do over GraphQL, then looks into ConnectWise whether it is true. The bad
days that follow are `bad_days.py`.
"""

from __future__ import annotations

import time

from runtime.tour.looks import synced
from runtime.tour.quoting import accept, products, quick_changes, quote
from runtime.tour.stage import Answer, Stage


def install(stage: Stage) -> None:
    """Install the ConnectWise app"""
    result = stage.do("installApp", "app { key installed }", app="CONNECTWISE")
    stage.check(result["app"]["installed"], "the app is not installed")
    stage.do("disconnectConnectWise", "connectWise { status }")
    for name in ("Organization", "Opportunity"):
        stage.do(f"updateConnectWise{name}Sync", "connectWise { status }", enabled=False)


def connect_with_wrong_keys(stage: Stage) -> None:
    """Connect with wrong keys: a clear error, and nothing is connected"""
    keys = _keys(stage)
    result = stage.attempt("connectConnectWise", "connectWise { status }", **{**keys, "privateKey": "wrong"})
    stage.check(bool(result["userErrors"]), "wrong keys were accepted")
    stage.note(result["userErrors"][0]["message"])
    status = stage.ask("{ connectWise { status } }")["connectWise"]["status"]
    stage.check(status == "INSTALLED", f"the status is {status}, not INSTALLED")


def connect(stage: Stage) -> None:
    """Connect: CONNECTED, every sync off, the keys never readable"""
    result = stage.do("connectConnectWise", "connectWise { status companyId }", **_keys(stage))
    stage.check(result["connectWise"]["status"] == "CONNECTED", f"the status is {result['connectWise']['status']}")
    settings = stage.ask("{ connectWise { settings { organizations { enabled } opportunities { enabled } } } }")
    on = [name for name, each in settings["connectWise"]["settings"].items() if each["enabled"]]
    stage.check(not on, f"already on: {on}")


def syncs_are_off(stage: Stage) -> None:
    """A new organization makes no call while the syncs are off"""
    before = stage.last_request()
    stage.do("createOrganization", "organization { id }", name=f"Quiet Bakery {stage.mark}")
    time.sleep(2.5)  # long enough for a bell, a sweep and a call
    calls = stage.requests(before)
    stage.check(not calls, f"{len(calls)} calls were made: {[call['path'] for call in calls[:3]]}")


def choose(stage: Stage) -> None:
    """Choose settings from ConnectWise's live choices; a missing required choice is refused by name"""
    kinds = (
        *("companyTypes", "companyStatuses", "contactTypes"),
        *("opportunityStages", "opportunityStatuses", "opportunityTypes", "probabilities"),
        *("locations", "departments", "members", "catalogItems"),
        *("productTypes", "billingCycles", "categories", "subcategories"),
    )
    listed = " ".join(f"{kind} {{ id name active recommended parentId }}" for kind in kinds)
    choices = stage.ask(f"{{ connectWise {{ choices {{ {listed} }} }} }}")["connectWise"]["choices"]
    refused = stage.attempt(
        "updateConnectWiseOrganizationSync", "connectWise { status }", enabled=True, companyTypeId=None
    )
    named = [".".join(error["field"]) for error in refused["userErrors"]]
    stage.check(any("companyTypeId" in name for name in named), f"the missing choices are not named: {named}")
    stage.note(f"refused, naming {', '.join(named)}")
    company_type, status = _pick(choices["companyTypes"]), _pick(choices["companyStatuses"], "Active")
    stage.do(
        "updateConnectWiseOrganizationSync",
        "connectWise { status }",
        enabled=True,
        companyTypeId=company_type,
        companyStatusId=status,
        contactTypeId=_pick(choices["contactTypes"]),
        takeOverTypeIds=[company_type],
        takeOverStatusIds=[status],
    )
    category = _pick(choices["categories"], "Hardware")
    stage.do(
        "updateConnectWiseProductSync",
        "connectWise { status }",
        productTypeId=_pick(choices["productTypes"], "Hardware"),
        productClass="NON_INVENTORY",
        billingCycleId=_pick(choices["billingCycles"], "Monthly"),
        defaultCategoryId=category,
        defaultSubcategoryId=_pick([each for each in choices["subcategories"] if each["parentId"] == category]),
        catchAllItemId=_pick(choices["catalogItems"], "QUOTE-LINE"),
    )
    stages, statuses = choices["opportunityStages"], choices["opportunityStatuses"]
    chosen = {
        "newStageId": _pick(stages, "Quote"),
        "newStatusId": _pick(statuses, "Open"),
        "locationId": _pick(choices["locations"]),
        "departmentId": _pick(choices["departments"], "Sales"),
        "typeId": _pick(choices["opportunityTypes"]),
        "defaultMemberId": _pick(choices["members"], "Lena Fischer"),
        "probabilityId": _pick(choices["probabilities"]),
        "wonStageId": _pick(stages, "Won"),
        "wonStatusId": _pick(statuses, "Open"),
        "lostStageId": _pick(stages, "Lost"),
        "lostStatusId": _pick(statuses, "Lost"),
    }
    stage.do("updateConnectWiseOpportunitySync", "connectWise { status }", enabled=True, **chosen)
    stage.memory["chosen"] = chosen


def organization(stage: Stage) -> None:
    """An organization with two contacts: one company and two contacts there"""
    name, before = f"Acme Dental {stage.mark}", stage.last_request()
    people = [
        {
            "firstName": "Ada",
            "lastName": "Okafor",
            "email": f"ada.{stage.mark}@acme.example",
            "phone": "+1 813 555 0101",
        },
        {"firstName": "Ben", "lastName": "Lindqvist", "email": f"ben.{stage.mark}@acme.example"},
    ]
    made = stage.do(
        "createOrganization",
        "organization { id contacts { id } }",
        name=name,
        billingAddress={"line1": "12 Bay Street", "city": "Tampa", "state": "FL", "zip": "33602"},
        contacts=people,
    )["organization"]
    stage.until("the company is in ConnectWise", lambda: stage.there("company/companies", f'name="{name}"'))
    synced(stage, "organization", made["id"])
    stage.arrival(before)
    companies = stage.there("company/companies", f'name="{name}"')
    contacts = stage.there("company/contacts", f"company/id={companies[0]['id']}")
    stage.check(len(companies) == 1, f"{len(companies)} companies in ConnectWise")
    stage.check(len(contacts) == 2, f"{len(contacts)} contacts in ConnectWise")
    stage.memory["organization"] = made
    stage.memory["company"] = companies[0]["id"]
    stage.note(f"company {companies[0]['id']} “{companies[0]['name']}” with {len(contacts)} contacts")


def arrives(stage: Stage) -> None:
    """Somebody changes the company over there and adds a contact: both are here, and nothing goes back"""
    ours, company = stage.memory["organization"]["id"], stage.memory["company"]
    phone, began = f"+1 813 555 {int(stage.mark, 16) % 10_000:04}", time.monotonic()
    before = stage.last_request()
    stage.person("PATCH", f"company/companies/{company}", [{"op": "replace", "path": "phoneNumber", "value": phone}])
    stage.person("POST", "company/contacts", {"firstName": "Cleo", "lastName": "Duarte", "company": {"id": company}})

    def here() -> bool:
        query = "query($id: ID!) { node(id: $id) { ... on Organization { phone contacts { firstName } } } }"
        found = stage.ask(query, {"id": ours})["node"]
        return found["phone"] == phone and "Cleo" in [contact["firstName"] for contact in found["contacts"]]

    stage.until("the change is here", here)
    took = time.monotonic() - began
    synced(stage, "organization", ours)
    writes = [call for call in stage.requests(before) if call["method"] != "GET" and "/callbacks" not in call["path"]]
    stage.check(not writes, f"an echo: {[(call['method'], call['path']) for call in writes]}")
    stage.note(f"here after {took:.1f} s")


def second_tenant(stage: Stage) -> None:
    """A second tenant sees none of it"""
    other, ours = stage.running["otherToken"], stage.memory["quote"]["id"]
    if other is None:
        stage.note("not looked at: give a token of a second tenant with --other-token")
        return
    found = stage.ask(
        "query($id: ID!) { node(id: $id) { id } quotes { nodes { id } } organizations { nodes { id } }"
        " salesOrders { nodes { id } } connectWise { status } }",
        {"id": ours},
        token=other,
    )
    stage.check(found["node"] is None, "the second tenant can read the quote")
    seen = [item for name in ("quotes", "organizations", "salesOrders") for item in found[name]["nodes"]]
    stage.check(not seen, f"the second tenant sees {seen[:2]}")
    stage.check(found["connectWise"]["status"] == "NOT_INSTALLED", "the second tenant is connected")


STEPS = (
    install,
    connect_with_wrong_keys,
    connect,
    syncs_are_off,
    choose,
    organization,
    products,
    quote,
    quick_changes,
    accept,
    arrives,
    second_tenant,
)


def _keys(stage: Stage) -> Answer:
    keys = stage.running["connectwise"]
    return {name: keys[name] for name in ("site", "companyId", "publicKey", "privateKey")}


def _pick(choices: list[Answer], name: str = "") -> int:
    """The choice of that name, else the first recommended one, else the first."""
    active = [choice for choice in choices if choice["active"]]
    named = [choice for choice in active if choice["name"] == name]
    best = named or [choice for choice in active if choice["recommended"]] or active
    return int(best[0]["id"])
