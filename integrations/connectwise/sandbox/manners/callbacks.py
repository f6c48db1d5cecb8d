"""What a registered callback does beyond the protocol: whose it is, and which types and levels it may name.

Which table sends which type is declared there (`Entity.callback`), not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

# As the vendor's guide lists them. Of expense and site it names no levels; owner and their own are our guess.
LEVELS: dict[str, tuple[str, ...]] = {
    "activity": ("owner", "status", "type", "company", "activity"),
    "agreement": ("owner", "type", "company", "agreement"),
    "company": ("owner", "status", "type", "territory", "company", "integratorTag"),
    "contact": ("owner", "type", "territory", "company", "contact"),
    "configuration": ("owner", "type", "status", "configuration"),
    "expense": ("owner", "expense"),
    "invoice": ("owner", "status", "company", "invoice"),
    "member": ("owner", "location", "securityRole", "member"),
    "opportunity": ("owner", "statusId", "company", "opportunity"),
    "productcatalog": ("owner",),
    "project": ("owner", "status", "board", "project"),
    "purchaseorder": ("owner", "status", "vendor", "company", "purchaseorder"),
    "schedule": ("owner", "status", "type", "location", "member", "schedule"),
    "site": ("owner", "site"),
    "ticket": ("owner", "board", "project", "phase", "status", "ticket", "integratorTag"),
    "time": ("owner", "company", "time"),
}


def callback_belongs_to_its_member(call: Call, record: Record, stored: Record | None) -> None:
    source = stored or {"memberId": (call.member_row() or {}).get("id"), "connectWiseID": call.guid()}
    record["memberId"], record["connectWiseID"] = source.get("memberId"), source.get("connectWiseID")


def callback_in_stored_form(call: Call, record: Record, stored: Record | None) -> None:
    """Types are lower case on the wire, whatever was sent; the owner's objectId is 1 even when 0 was sent (real)."""
    if record.get("type"):
        record["type"] = record["type"].lower()
    for level in LEVELS.get(record.get("type", ""), ()):
        if level.lower() == str(record.get("level")).lower():
            record["level"] = level
    if record.get("level") == "owner" and record.get("objectId") == 0:
        record["objectId"] = 1


def callback_is_possible(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    """Both texts about url and level are real; about an unknown type none is known."""
    if record.get("url") and not _is_url(record["url"]):
        yield Violation("InvalidField", "Invalid URL", "url")
    kind, level = record.get("type"), record.get("level")
    if kind and kind not in LEVELS:
        yield Violation("InvalidObject", "Unrecognized type, see documentation for supported types", "type")
    elif kind and level and level not in LEVELS[kind]:
        text = "Unrecognized level for type, see documentation for supported levels for each type"
        yield Violation("InvalidObject", text, "level")


def callback_is_new(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    def same(other: Record) -> bool:
        return all(other.get(name) == record.get(name) for name in ("url", "type", "objectId", "level"))

    if any(same(one) and one["id"] != record.get("id") for one in call.table("CallbackEntry").rows.values()):
        yield Violation("ObjectExists", "A matching callback entry already exists", "objectId")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
