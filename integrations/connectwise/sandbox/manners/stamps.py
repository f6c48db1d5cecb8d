"""What a record gets when it is first saved: its guids, and who entered it. Takes no notice of what the record is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def connectwise_id(call: Call, record: Record, stored: Record | None) -> None:
    record["connectWiseId"] = (stored or {}).get("connectWiseId") or call.guid()


def mobile_guid(call: Call, record: Record, stored: Record | None) -> None:
    record["mobileGuid"] = (stored or {}).get("mobileGuid") or call.guid()


def entered_by(call: Call, record: Record, stored: Record | None) -> None:
    record["enteredBy"] = (stored or {}).get("enteredBy") or call.member
    record["dateEntered"] = (stored or {}).get("dateEntered") or call.now
