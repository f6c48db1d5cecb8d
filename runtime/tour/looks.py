"""What the steps look at: is a record SYNCED, which opportunity is there, and does it add up. Changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from runtime.tour.stage import Answer, Stage

SYNC = "sync { state externalId externalUrl lastSyncedAt lastError { kind message } }"
QUOTE = (
    f"quote {{ id number status version subtotal {{ amount }} lines {{ id title optional quantityEditable }} {SYNC} }}"
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
