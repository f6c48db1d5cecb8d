"""The steps of selling: products, a quote of them, quick changes, the customer's yes."""

from __future__ import annotations

from decimal import Decimal

from runtime.tour.looks import QUOTE, equal_to_the_cent, opportunity, synced
from runtime.tour.stage import Answer, Stage

PRODUCTS = 9
FREE_TEXT = 3
LINES = PRODUCTS + FREE_TEXT


def products(stage: Stage) -> None:
    """Nine products, two of them with one part number in different spelling; nothing is sent before one is used"""
    before = stage.last_request()
    made = []
    for number in range(1, PRODUCTS + 1):
        part = f"QW-{stage.mark}-{min(number, PRODUCTS - 1)}"
        result = stage.do(
            "createProduct",
            "product { id partNumber title recurringPeriod }",
            title=f"Item {number} {stage.mark}",
            partNumber=part if number < PRODUCTS else part.lower(),
            price=str(Decimal("19.99") + number),
            cost=str(10 + number),
            **({"recurringPeriod": "MONTHLY"} if number == 4 else {}),
        )
        made.append(result["product"])
    stage.check(not _writes(stage, before, "/procurement"), "a product was sent although nobody uses it")
    stage.memory["products"] = made


def quote(stage: Stage) -> None:
    """A quote of nine products and three free texts: one opportunity, one catalog item a part number, to the cent"""
    owner = next(
        employee
        for employee in stage.ask("{ employees { nodes { id email } } }")["employees"]["nodes"]
        if employee["email"].startswith("apatel")
    )
    goods: list[Answer] = [
        {
            "productId": product["id"],
            "quantity": str(number if number % 4 else Decimal("1.5")),
            "taxRate": "7.5",
            **({"discountPercent": "33.3333"} if number % 3 == 0 else {}),
        }
        for number, product in enumerate(stage.memory["products"], start=1)
    ]
    labor: list[Answer] = [
        {"title": f"Installation {stage.mark}", "quantity": "6.5", "unitPrice": "95", "quantityEditable": True},
        {"title": f"Documentation {stage.mark}", "unitPrice": "240", "discountAmount": "39.99"},
        {"title": f"Training {stage.mark}", "quantity": "2", "unitPrice": "150", "optional": True},
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
        sections=[
            {"type": "PRODUCTS", "title": "Hardware", "lines": goods},
            {"type": "LABOR", "title": "Work", "lines": labor},
        ],
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
    parts = sorted({product["partNumber"].upper() for product in stage.memory["products"]})
    items = stage.there("procurement/catalog", f'manufacturerPartNumber contains "QW-{stage.mark}-"')
    found = sorted(item["manufacturerPartNumber"].upper() for item in items)
    stage.check(found == parts, f"catalog items {found} for the part numbers {parts}")
    stage.note(f"{len(items)} catalog items for {PRODUCTS} products with {len(parts)} part numbers")


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
    """The customer accepts without an option, with more of another line: won there, that line gone, an order here"""
    made = stage.memory["quote"]
    stage.do("sendQuote", "quote { status }", quoteId=made["id"])
    optional = next(line for line in made["lines"] if line["optional"])
    editable = next(line for line in made["lines"] if line["quantityEditable"])
    before = stage.last_request()
    result = stage.do(
        "acceptQuote",
        f"{QUOTE} salesOrder {{ id number status total {{ amount }} }}",
        quoteId=made["id"],
        choices=[{"lineId": optional["id"], "selected": False}, {"lineId": editable["id"], "quantity": "8"}],
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


def _writes(stage: Stage, after: int, path: str) -> list[Answer]:
    calls = stage.requests(after)
    return [call for call in calls if path in call["path"] and call["method"] in ("POST", "PATCH", "PUT", "DELETE")]
