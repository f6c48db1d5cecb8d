"""What opportunities do beyond the protocol: defaults of a new one, dates of closing, the right to touch a closed one.

What they forecast is in `forecast.py`, what they become in `conversion.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation, denied
from integrations.connectwise.sandbox.manners.setup import default_row, own_location_and_department

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def opportunity_defaults(call: Call, record: Record, stored: Record | None) -> None:
    if not record.get("status"):
        record["status"] = default_row(call, "OpportunityStatus")
    if stored is not None:
        return
    stages = sorted(call.table("OpportunityStage").rows.values(), key=lambda row: row.get("sequenceNumber", 0))
    if not record.get("stage") and stages:
        record["stage"] = call.table("OpportunityStage").ref(stages[0]["id"])
    stage = call.row("OpportunityStage", record.get("stage"))
    if stage and not record.get("probability"):
        record["probability"] = stage.get("probability")
    company = call.row("Company", record.get("company"))
    if company and not record.get("site"):
        record["site"] = company.get("site")
    record.setdefault("expectedCloseDate", f"{call.now[:10]}T00:00:00Z")
    record["dateBecameLead"] = record["pipelineChangeDate"] = call.now
    own_location_and_department(call, record)


def opportunity_closing(call: Call, record: Record, stored: Record | None) -> None:
    if stored is not None and record.get("stage") is not stored.get("stage"):
        record["pipelineChangeDate"] = call.now
    status = call.row("OpportunityStatus", record.get("status")) or {}
    if not status.get("closedFlag"):
        record["closedDate"] = record["closedBy"] = None
    elif not record.get("closedDate"):
        record["closedDate"] = call.now
        member = call.member_row()
        record["closedBy"] = call.table("Member").ref(member["id"]) if member else None


def closed_opportunity_needs_its_own_right(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    status = call.row("OpportunityStatus", (stored or {}).get("status")) or {}
    if status.get("closedFlag") and not call.may("Sales / Closed Opportunity", "edit"):
        raise denied()
    yield from ()


def opportunity_default(call: Call, record: Record | None, body: Any) -> Record:
    """What a new one would start with."""
    fresh: Record = {}
    opportunity_defaults(call, fresh, None)
    return {name: value for name, value in fresh.items() if value is not None}


def opportunity_contact(call: Call, record: Record, stored: Record | None) -> None:
    contact = call.row("Contact", record.get("contact"))
    if contact:
        record["company"] = contact.get("company")
        record["phoneNumber"] = contact.get("defaultPhoneNbr")
        mail = [one for one in contact["communicationItems"] if one.get("communicationType") == "Email"]
        record["emailAddress"] = mail[0]["value"] if mail else None
