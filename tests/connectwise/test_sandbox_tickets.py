"""What service tickets and the tables below their boards do beyond the protocol."""

from typing import Any

import httpx
import pytest

from tests.sandbox import SandboxServer, sandbox_fixtures

server, sandbox, api = sandbox_fixtures()
NEW = {"summary": "Order 1001", "company": {"id": 1}}


def _set(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def _ticket(api: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = api.post("/service/tickets", json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(error["code"], error["field"]) for error in answer.json()["errors"]]


def _notes(api: httpx.Client, ticket: int) -> list[dict[str, Any]]:
    return list(api.get(f"/service/tickets/{ticket}/notes").json())


def test_the_board_gives_a_ticket_its_status_type_and_place(api: httpx.Client) -> None:
    made = _ticket(api, board={"name": "Product Orders"})
    assert (made["status"]["name"], made["type"]["name"]) == ("Order received", "Hardware order")
    assert (made["location"]["name"], made["department"]["identifier"]) == ("Tampa Office", "Sales")
    assert (made["priority"]["name"], made["source"]["name"]) == ("Priority 3 - Normal", "Call")
    assert (made["severity"], made["impact"], made["recordType"]) == ("Medium", "Medium", "ServiceTicket")
    assert (made["siteName"], made["city"], made["closedFlag"]) == ("Main", "Tampa", False)


def test_without_a_board_it_comes_on_the_first(api: httpx.Client) -> None:
    assert _ticket(api)["board"]["name"] == "Help Desk"


def test_a_ticket_needs_a_summary_of_at_most_100_characters_and_a_company(api: httpx.Client) -> None:
    missing = _errors(api.post("/service/tickets", json={}))
    assert sorted(missing) == [("MissingRequiredField", "company"), ("MissingRequiredField", "summary")]
    assert _errors(api.post("/service/tickets", json={**NEW, "summary": "x" * 101})) == [("InvalidField", "summary")]


def test_what_was_said_first_becomes_notes_and_is_never_answered(api: httpx.Client) -> None:
    made = _ticket(api, initialDescription="It hums.", initialInternalAnalysis="A fan.", initialResolution="Oiled.")
    assert not {"initialDescription", "initialInternalAnalysis", "initialResolution"} & set(made)
    notes = _notes(api, made["id"])
    assert [(note["text"], note["detailDescriptionFlag"], note["internalAnalysisFlag"], note["resolutionFlag"])
            for note in notes] == [
        ("It hums.", True, False, False), ("A fan.", False, True, False), ("Oiled.", False, False, True)
    ]  # fmt: skip
    assert (notes[0]["createdBy"], notes[0]["member"]["identifier"]) == ("quotewright-api", "quotewright-api")
    changed = api.patch(f"/service/tickets/{made['id']}", json=_set("initialDescription", "Again"))
    assert "initialDescription" not in changed.json()
    assert len(_notes(api, made["id"])) == 3


def test_a_status_closes_a_ticket_and_the_flag_does_not(api: httpx.Client) -> None:
    path = f"/service/tickets/{_ticket(api)['id']}"
    assert api.patch(path, json=_set("closedFlag", True)).json()["closedFlag"] is False
    closed = api.patch(path, json=_set("status", {"name": "Closed"})).json()
    assert (closed["closedFlag"], closed["closedBy"]) == (True, "quotewright-api")
    assert closed["closedDate"] == closed["_info"]["lastUpdated"]
    opened = api.patch(path, json=_set("status", {"name": "New"})).json()
    assert (opened["closedFlag"], "closedDate" in opened) == (False, False)


def test_a_status_is_one_of_the_board(api: httpx.Client) -> None:
    elsewhere = api.get("/service/boards/2/statuses").json()[0]["id"]
    assert _errors(api.post("/service/tickets", json={**NEW, "board": {"id": 1}, "status": {"id": elsewhere}})) == [
        ("InvalidObject", "status")
    ]
    unknown = api.post("/service/tickets", json={**NEW, "board": {"id": 1}, "status": {"name": "Ordered"}})
    assert unknown.json() == {"code": "NotFound", "message": "status Ordered not found"}
    old = api.post("/service/tickets", json={**NEW, "board": {"id": 1}, "status": {"name": "Escalated (old)"}})
    assert _errors(old) == [("InvalidField", "status")]
    assert _errors(api.post("/service/tickets", json={**NEW, "board": {"name": "Telephony (old)"}})) == [
        ("InvalidField", "board")
    ]


def test_on_another_board_a_ticket_starts_anew(api: httpx.Client) -> None:
    made = _ticket(api, board={"id": 1}, status={"name": "Assigned"})
    moved = api.patch(f"/service/tickets/{made['id']}", json=_set("board", {"id": 2})).json()
    assert (moved["status"]["name"], moved["type"]["name"]) == ("Order received", "Hardware order")


def test_names_are_told_apart_on_their_board(api: httpx.Client) -> None:
    again = api.post("/service/boards/1/statuses", json={"name": "new"})
    assert _errors(again) == [("ObjectExists", "name")]
    made = api.post("/service/boards/2/statuses", json={"name": "New", "defaultFlag": True}).json()
    assert (made["board"]["id"], made["parentId"]) == (2, 2)
    defaults = [row["name"] for row in api.get("/service/boards/2/statuses").json() if row["defaultFlag"]]
    others = [row["name"] for row in api.get("/service/boards/1/statuses").json() if row["defaultFlag"]]
    assert (defaults, others) == (["New"], ["New"])


def test_a_note_says_where_it_belongs(api: httpx.Client) -> None:
    path = f"/service/tickets/{_ticket(api)['id']}/notes"
    assert _errors(api.post(path, json={"text": "Nowhere"})) == [("MissingRequiredField", "detailDescriptionFlag")]
    made = api.post(path, json={"text": "Inside", "internalAnalysisFlag": True}).json()
    assert (made["internalFlag"], made["externalFlag"]) == (True, False)
    assert api.delete(f"{path}/{made['id']}").status_code == 204


def test_a_note_counts_as_a_change_of_its_ticket(sandbox: SandboxServer, api: httpx.Client) -> None:
    sandbox.person("POST", "/service/tickets/1/notes", {"text": "Done", "resolutionFlag": True}, member="tnguyen")
    assert api.get("/service/tickets/1").json()["_info"]["updatedBy"] == "tnguyen"
    notes = api.get("/service/tickets/1/allNotes").json()
    assert [(note["noteType"], note["text"]) for note in notes] == [
        ("TicketNote", "Twice this morning."),
        ("TicketNote", "Done"),
    ]


def test_products_of_a_ticket_are_a_list_to_look_at(api: httpx.Client) -> None:
    made = _ticket(api)
    path = f"/service/tickets/{made['id']}"
    body = {"catalogItem": {"identifier": "NB-14-PRO"}, "billableOption": "Billable", "ticket": {"id": made["id"]}}
    product = api.post("/procurement/products", json=body).json()
    assert (product["company"]["id"], product["ticket"]["summary"], product["locationId"]) == (1, "Order 1001", 1)
    assert [(row["id"], row["description"]) for row in api.get(f"{path}/products").json()] == [
        (product["id"], "14 inch business notebook")
    ]
    assert api.get(f"{path}/products/count").json() == {"count": 1}
    assert api.post(f"{path}/products", json=body).status_code == 405
    found = api.get("/procurement/products", params={"conditions": "ticket/summary = 'Order 1001'"}).json()
    assert [row["id"] for row in found] == [product["id"]]
    assert api.delete(path).status_code == 409
    api.delete(f"/procurement/products/{product['id']}")
    assert api.delete(path).status_code == 204


def test_our_reference_on_a_ticket_is_found(api: httpx.Client) -> None:
    made = _ticket(api, externalXRef="SO-1001")
    found = api.get("/service/tickets", params={"conditions": "externalXRef = 'SO-1001' and closedFlag = false"})
    assert [row["id"] for row in found.json()] == [made["id"]]


@pytest.mark.parametrize(("level", "object_id"), [("board", 1), ("status", 1), ("ticket", 6)])
def test_tickets_call_back_by_board_status_and_ticket(
    sandbox: SandboxServer, api: httpx.Client, level: str, object_id: int
) -> None:
    entry = {"url": "http://127.0.0.1:9/?recordId=", "type": "ticket", "level": level, "objectId": object_id}
    assert api.post("/system/callbacks", json=entry).status_code == 201
    sandbox.callbacks_off()
    _ticket(api)
    _ticket(api, board={"id": 2})
    assert [(told["body"]["Type"], told["body"]["ID"]) for told in sandbox.deliveries()] == [("ticket", 6)]


def test_what_a_ticket_needs_can_be_chosen_from(api: httpx.Client) -> None:
    assert [row["name"] for row in api.get("/service/boards").json() if not row["inactiveFlag"]] == [
        "Help Desk", "Product Orders", "Managed Services", "Projects"
    ]  # fmt: skip
    below = ("statuses", "types", "subtypes", "items")
    assert [len(api.get(f"/service/boards/1/{part}").json()) for part in below] == [7, 4, 4, 3]
    assert {row["level"] for row in api.get("/service/priorities").json()} == {"Critical", "High", "Medium", "Low"}
    assert len(api.get("/service/sources").json()) == 3
    open_ones = api.get("/service/tickets", params={"conditions": "closedFlag = false and board/id in (1,2)"}).json()
    assert [row["summary"] for row in open_ones][:2] == ["Reception PC restarts by itself", "Order of 12 notebooks"]
