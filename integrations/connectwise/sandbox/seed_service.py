"""The service desk that every seeded company has: boards with their statuses and types, priorities, sources. The first
tickets are in `seed_people.py`."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]


def _board(name: str, location: str, department: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "location": {"name": location}, "department": {"identifier": department}, **more}


def _on(board: str, *rows: dict[str, Any]) -> Rows:
    """In the order in which the board shows them; the first is its default."""
    place = {"board": {"name": board}}
    return [{**row, **place, "sortOrder": number, "defaultFlag": number == 1} for number, row in enumerate(rows, 1)]


def _types(board: str, *names: str) -> Rows:
    return [{"name": name, "board": {"name": board}, "defaultFlag": place == 0} for place, name in enumerate(names)]


_NEW = {"name": "New", "escalationStatus": "NotResponded"}
_IN_PROGRESS = {"name": "In Progress", "escalationStatus": "Responded"}
_WAITING = {"name": "Waiting Customer", "escalationStatus": "Responded"}
_DONE = {"name": "Completed", "escalationStatus": "Resolved", "customerPortalFlag": True}
_CLOSED = {"name": "Closed", "escalationStatus": "Resolved", "closedStatus": True, "timeEntryNotAllowed": True}

TABLES: dict[str, Rows] = {
    "Board": [
        _board("Help Desk", "Tampa Office", "Services"),
        _board("Product Orders", "Tampa Office", "Sales", billProduct="Billable"),
        _board("Managed Services", "Boston Office", "Managed"),
        _board("Projects", "Boston Office", "Services", projectFlag=True),
        _board("Telephony (old)", "Tampa Office", "Services", inactiveFlag=True),
    ],
    "BoardStatus": [
        *_on("Help Desk", _NEW, {"name": "Assigned"}, _IN_PROGRESS, _WAITING, _DONE, _CLOSED,
             {"name": "Escalated (old)", "inactive": True}),
        *_on("Product Orders", {"name": "Order received"}, {"name": "Ordered"}, {"name": "Partly delivered"},
             {"name": "Delivered"}, {"name": "Order closed", "closedStatus": True},
             {"name": "Cancelled", "closedStatus": True}),
        *_on("Managed Services", _NEW, _IN_PROGRESS, _DONE, _CLOSED),
        *_on("Projects", {"name": "Open"}, _IN_PROGRESS, _CLOSED),
        *_on("Telephony (old)", _NEW, _CLOSED),
    ],
    "BoardType": [
        *_types("Help Desk", "Incident", "Request", "Question"),
        *_types("Product Orders", "Hardware order", "Software order", "Return"),
        *_types("Managed Services", "Alert", "Maintenance"),
        *_types("Projects", "Task"),
        {"name": "Fax (old)", "board": {"name": "Help Desk"}, "inactiveFlag": True},
    ],
    "BoardSubType": [
        {"name": name, "board": {"name": "Help Desk"}} for name in ("Workstation", "Server", "Network", "Account")
    ],
    "BoardItem": [{"name": name, "board": {"name": "Help Desk"}} for name in ("Install", "Move", "Change")],
    "Priority": [
        {"name": "Priority 1 - Emergency", "color": "Red", "level": "Critical", "sortOrder": 1},
        {"name": "Priority 2 - Quick", "color": "Orange", "level": "High", "sortOrder": 2},
        {"name": "Priority 3 - Normal", "color": "Yellow", "level": "Medium", "sortOrder": 3, "defaultFlag": True},
        {"name": "Priority 4 - Scheduled", "color": "White", "level": "Low", "sortOrder": 4},
    ],
    "Source": [{"name": "Call", "defaultFlag": True}, *({"name": name} for name in ("Email Connector", "Portal"))],
}  # fmt: skip
