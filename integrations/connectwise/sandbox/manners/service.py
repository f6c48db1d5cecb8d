"""What the tables below a service board do beyond the protocol: they know their board, and names are told apart on it.

Tickets are in `tickets.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def place_on_a_board(call: Call, record: Record, stored: Record | None) -> None:
    board = call.row("Board", record.get("board"))
    if board:
        record["parentId"], record["parentConnectWiseId"] = board["id"], board.get("connectWiseId")


def name_is_new_on_its_board(name: str) -> Callable[[Call, Record, Record | None], Iterator[Violation]]:
    def check(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
        for other in call.table(name).where("name", record.get("name")):
            if other["board"] is record.get("board") and other["id"] != record.get("id"):
                yield Violation("ObjectExists", f"A matching {name[0].lower()}{name[1:]} already exists", "name")

    return check
