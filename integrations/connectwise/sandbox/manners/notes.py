"""What notes on companies, contacts, opportunities and purchase orders do beyond the protocol: who wrote them, and
which type they have. Those on tickets are in `tickets.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.manners.setup import default_row

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def note_author(call: Call, record: Record, stored: Record | None) -> None:
    record["enteredBy"] = (stored or {}).get("enteredBy") or call.member
    record["type"] = record.get("type") or default_row(call, "CompanyNoteType")
