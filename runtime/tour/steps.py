"""The journey: from installing the app to an accepted quote that stands in ConnectWise. Each function is one step.

A step does what a person or a partner would do over GraphQL, then looks into ConnectWise whether it is true. The bad
days that follow are `bad_days.py`.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from runtime.tour.stage import Answer, Stage

SYNC = "sync { state externalId externalUrl lastSyncedAt lastError { kind message } }"
QUOTE = f"quote {{ id number status version subtotal {{ amount }} lines {{ id title optional }} {SYNC} }}"
LINES = 12


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
    )
    listed = " ".join(f"{kind} {{ id name active recommended }}" for kind in kinds)
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
    stage.do(
        "updateConnectWiseProductSync",
        "connectWise { status }",
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


def quote(stage: Stage) -> None:
    """A quote with 12 lines: one opportunity, right stage, status and owner, equal to the cent"""
    owner = next(
        employee
        for employee in stage.ask("{ employees { nodes { id email } } }")["employees"]["nodes"]
        if employee["email"].startswith("apatel")
    )
    lines: list[Answer] = [
        {
            "title": f"Item {number} {stage.mark}",
            "quantity": str(number if number % 4 else Decimal("1.5")),
            "unitPrice": str(Decimal("19.99") + number),
            "taxRate": "7.5",
            **({"discountPercent": "33.3333"} if number % 3 == 0 else {}),
            **({"optional": True} if number == LINES else {}),
        }
        for number in range(1, LINES + 1)
    ]
    ours = stage.memory["organization"]
    before = stage.last_request()
    made = stage.do(
        "createQuote",
        QUOTE,
        organizationId=ours["id"],
        contactId=ours["contacts"][0]["id"],
        ownerId=owner["id"],
        title="Network refresh",
        lines=lines,
    )["quote"]
    stage.memory["quote"] = made
    synced(stage, "quote", made["id"])
    stage.arrival(before)
    theirs = opportunity(stage)
    chosen = stage.memory["chosen"]
    stage.check(theirs["stage"]["id"] == chosen["newStageId"], f"the stage is {theirs['stage']}")
    stage.check(theirs["status"]["id"] == chosen["newStatusId"], f"the status is {theirs['status']}")
    stage.check(theirs["primarySalesRep"]["identifier"] == "apatel", f"the owner is {theirs['primarySalesRep']}")
    equal_to_the_cent(stage, LINES)


def quick_changes(stage: Stage) -> None:
    """Ten quick changes: at most three writes on the opportunity, one for each changed line"""
    made, before = stage.memory["quote"], stage.last_request()
    for number in range(5):
        stage.do("updateQuote", "quote { id }", quoteId=made["id"], title=f"Network refresh, draft {number + 1}")
        stage.do("updateQuoteLine", "quote { id }", lineId=made["lines"][number]["id"], quantity=str(20 + number))
    synced(stage, "quote", made["id"])
    writes = [call for call in stage.requests(before) if call["method"] in ("POST", "PATCH", "PUT", "DELETE")]
    on_opportunity = [call for call in writes if "/opportunities" in call["path"]]
    on_lines = [call["path"] for call in writes if "/products" in call["path"]]
    stage.check(1 <= len(on_opportunity) <= 3, f"{len(on_opportunity)} writes on the opportunity")
    stage.check(len(on_lines) == len(set(on_lines)) == 5, f"writes on lines: {on_lines}")
    stage.check(opportunity(stage)["name"].endswith("draft 5"), "the last title is not there")
    equal_to_the_cent(stage, LINES)
    stage.note(f"{len(on_opportunity)} writes on the opportunity, {len(on_lines)} on 5 changed lines")


def accept(stage: Stage) -> None:
    """The customer accepts with one optional line off: won there, that line gone, the sales order exists here"""
    made = stage.memory["quote"]
    stage.do("sendQuote", "quote { status }", quoteId=made["id"])
    optional = next(line for line in made["lines"] if line["optional"])
    before = stage.last_request()
    result = stage.do(
        "acceptQuote",
        f"{QUOTE} salesOrder {{ id number status total {{ amount }} }}",
        quoteId=made["id"],
        choices=[{"lineId": optional["id"], "selected": False}],
        acceptedBy="Ada Okafor",
    )
    stage.check(result["salesOrder"] is not None, "there is no sales order")
    synced(stage, "quote", made["id"])
    stage.arrival(before)
    theirs, chosen = opportunity(stage), stage.memory["chosen"]
    stage.check(theirs["stage"]["id"] == chosen["wonStageId"], f"the stage is {theirs['stage']}")
    stage.check(theirs["status"]["id"] == chosen["wonStatusId"], f"the status is {theirs['status']}")
    equal_to_the_cent(stage, LINES - 1)
    stage.note(f"sales order {result['salesOrder']['number']}")


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
    quote,
    quick_changes,
    accept,
    second_tenant,
)


def synced(stage: Stage, kind: str, record: str, *, seconds: float | None = None) -> Answer:
    """Wait until the record is SYNCED, or say which error stopped it."""

    def look() -> Any:
        query = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind.title()} {{ {SYNC} }} }} }}"
        state = stage.ask(query, {"id": record})["node"]["sync"]
        stage.check(state["state"] != "ERROR", f"a sync error: {(state['lastError'] or {}).get('message')}")
        return state if state["state"] == "SYNCED" else None

    found: Answer = stage.until(f"the {kind} is SYNCED", look, seconds=seconds)
    return found


def opportunity(stage: Stage) -> Answer:
    """The one opportunity of the tour's quote, as it stands in ConnectWise."""
    number = stage.memory["quote"]["number"]
    rows = stage.there("sales/opportunities", f'company/id={stage.memory["company"]} and name contains "{number} "')
    stage.check(len(rows) == 1, f"{len(rows)} opportunities for {number} in ConnectWise")
    return rows[0]


def equal_to_the_cent(stage: Stage, lines: int) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Quote { subtotal { amount } } } }"
    ours = Decimal(stage.ask(query, {"id": stage.memory["quote"]["id"]})["node"]["subtotal"]["amount"])
    theirs = opportunity(stage)
    products = [
        row
        for row in stage.there("procurement/products", f"opportunity/id={theirs['id']}")
        if row["description"] != "Rounding"
    ]
    total = sum(
        (
            Decimal(str(row["extPrice"]))
            for row in stage.there("procurement/products", f"opportunity/id={theirs['id']}")
        ),
        Decimal(0),
    )
    stage.check(len(products) == lines, f"{len(products)} lines in ConnectWise, not {lines}")
    stage.check(total == ours, f"{total} in ConnectWise, {ours} here")
    stage.note(f"opportunity {theirs['id']} “{theirs['name']}”, {theirs['stage']['name']}, {lines} lines, {total}")


def _keys(stage: Stage) -> Answer:
    keys = stage.running["connectwise"]
    return {name: keys[name] for name in ("site", "companyId", "publicKey", "privateKey")}


def _pick(choices: list[Answer], name: str = "") -> int:
    """The choice of that name, else the first recommended one, else the first."""
    active = [choice for choice in choices if choice["active"]]
    named = [choice for choice in active if choice["name"] == name]
    best = named or [choice for choice in active if choice["recommended"]] or active
    return int(best[0]["id"])
