"""What service tickets do beyond the protocol: what the board gives them, closing by a status, their first notes.

Nobody is e-mailed, and no service level is timed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation
from integrations.connectwise.sandbox.manners.setup import default_row

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

NOTES = {
    "initialDescription": "detailDescriptionFlag",
    "initialInternalAnalysis": "internalAnalysisFlag",
    "initialResolution": "resolutionFlag",
}
ON_BOARD = {"status": "BoardStatus", "type": "BoardType", "subType": "BoardSubType", "item": "BoardItem"}


def ticket_on_a_board(call: Call, record: Record, stored: Record | None) -> None:
    """Without a board it comes on the member's own or the first; taken to another board, it starts there anew."""
    board = call.row("Board", record.get("board") or _own_board(call))
    if board is None:
        return
    record["board"] = call.table("Board").ref(board["id"])
    if stored is not None and stored.get("board") is not record["board"]:
        for name in ON_BOARD:
            if record.get(name) is stored.get(name):
                record.pop(name, None)
    for name, table in (("status", "BoardStatus"), ("type", "BoardType")):
        if not record.get(name) and (stored is None or name == "status" or stored["board"] is not record["board"]):
            record[name] = _default_on(call, table, board)
    if stored is None:
        for name in ("location", "department"):
            record.setdefault(name, board[name])


def _own_board(call: Call) -> Record | None:
    own = (call.member_row() or {}).get("serviceDefaultBoard")
    boards = (row for row in call.table("Board").rows.values() if not (row.get("inactiveFlag") or row["projectFlag"]))
    return own or next(boards, None)


def _default_on(call: Call, table: str, board: Record) -> Record | None:
    rows = [row for row in call.table(table).where("board/id", board["id"]) if row.get("defaultFlag")]
    return call.table(table).ref(rows[0]["id"]) if rows else None


def ticket_defaults(call: Call, record: Record, stored: Record | None) -> None:
    if stored is not None:
        return
    record["recordType"] = "ServiceTicket"
    for name, table in (("priority", "Priority"), ("source", "Source")):
        record[name] = record.get(name) or default_row(call, table)
    company = call.row("Company", record.get("company")) or {}
    contact = call.row("Contact", record.get("contact"))
    record["site"] = record.get("site") or (contact or {}).get("site") or company.get("site")
    site = call.row("CompanySite", record["site"]) or {}
    record["siteName"] = record.get("siteName") or site.get("name")
    for name in ("addressLine1", "addressLine2", "city", "zip", "country"):
        record[name] = record.get(name) or site.get(name)
    if contact:
        record["contactName"] = record.get("contactName") or (record["contact"].get("name") or "")[:62]
        record["contactPhoneNumber"] = record.get("contactPhoneNumber") or (contact.get("defaultPhoneNbr") or "")[:20]
        mail = [one for one in contact["communicationItems"] if one.get("communicationType") == "Email"]
        record["contactEmailAddress"] = record.get("contactEmailAddress") or (mail[0]["value"] if mail else None)


def ticket_closing(call: Call, record: Record, stored: Record | None) -> None:
    """Closed is a ticket by its status, never by its flag."""
    closed = bool((call.row("BoardStatus", record.get("status")) or {}).get("closedStatus"))
    record["closedFlag"] = closed
    record["closedDate"] = (record.get("closedDate") or call.now) if closed else None
    record["closedBy"] = (record.get("closedBy") or call.member) if closed else None


def ticket_fits_its_board(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    board = record.get("board")
    for name, table in ON_BOARD.items():
        row = call.row(table, record.get(name))
        if row and board and row["board"] is not board:
            text = f"The {name} {row['name']} is not one of the board {board['name']}."
            yield Violation("InvalidObject", text, name)


def first_notes(call: Call, record: Record, stored: Record | None) -> None:
    """What was said on creation becomes the first notes and is never answered."""
    if stored is not None or not any(name in record for name in NOTES):
        return
    call.save("Ticket", {name: value for name, value in record.items() if name not in NOTES})
    for name, flag in NOTES.items():
        if text := record.get(name):
            note: Record = {"ticketId": record["id"], "text": text, **dict.fromkeys(NOTES.values(), False), flag: True}
            note |= {"issueFlag": False, "customerUpdatedFlag": False, "processNotifications": False}
            note_author(call, note, None)
            call.insert("ServiceNote", note)


# --- notes ---


def note_author(call: Call, record: Record, stored: Record | None) -> None:
    source = stored or {"dateCreated": call.now, "createdBy": call.member}
    record["dateCreated"], record["createdBy"] = source.get("dateCreated"), source.get("createdBy")
    member = call.member_row()
    if stored is None and member and not record.get("contact"):
        record["member"] = record.get("member") or call.table("Member").ref(member["id"])
    record["internalFlag"] = bool(record.get("internalAnalysisFlag"))
    record["externalFlag"] = bool(record.get("detailDescriptionFlag") or record.get("resolutionFlag"))


def note_has_a_place(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if not any(record.get(flag) for flag in NOTES.values()):
        text = "At least one of detailDescriptionFlag, internalAnalysisFlag or resolutionFlag is required to be true."
        yield Violation("MissingRequiredField", text, "detailDescriptionFlag")


def ticket_was_noted_on(call: Call, record: Record, stored: Record | None) -> None:
    """A note is a change of its ticket, which callbacks and polling can see."""
    if ticket := call.row("Ticket", record["ticketId"]):
        call.save("Ticket", ticket)


def all_notes(call: Call, ticket: Record | None, body: Any) -> list[Record]:
    flags = (*NOTES.values(), "issueFlag")
    return [
        {
            "id": note["id"],
            "noteType": "TicketNote",
            "ticket": call.table("Ticket").ref(note["ticketId"]),
            "text": note.get("text", ""),
            "isMarkdownFlag": False,
            "bundledFlag": False,
            "mergedFlag": False,
            "createdByParentFlag": False,
            "originalAuthor": note.get("createdBy"),
            **{flag: bool(note.get(flag)) for flag in flags},
            **{name: note[name] for name in ("member", "contact") if name in note},
            "_info": note["_info"],
        }
        for note in (call.table("ServiceNote").where("ticketId", ticket["id"]) if ticket else ())
    ]


# --- products ---


def products_of_ticket(call: Call, ticket: Record | None, body: Any) -> list[Record]:
    """A list to look at: a product gets onto a ticket where products are made."""
    rows = call.table("ProductItem").where("ticket/id", ticket["id"]) if ticket else []
    href = f"{call.api_root}/procurement/products"
    return [
        {"id": row["id"], "description": row.get("description"), "_info": {"product_href": f"{href}/{row['id']}"}}
        for row in rows
    ]


def product_count(call: Call, ticket: Record | None, body: Any) -> Record:
    return {"count": len(products_of_ticket(call, ticket, body))}
