"""What members do beyond the protocol. Deactivating one changes nothing elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def member_primary_email(call: Call, record: Record, stored: Record | None) -> None:
    record["primaryEmail"] = record.get(f"{str(record.get('defaultEmail', 'Office')).lower()}Email")
