"""One request's surroundings: whose company, which member, what time, and the way to read and save rows.

It checks no rights and validates nothing; `reading.py`, `writing.py` and `manners.py` do, through it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.errors import denied
from integrations.connectwise.sandbox.instance import ApiMember, Instance
from integrations.connectwise.sandbox.options import Options
from integrations.connectwise.sandbox.store import Store
from integrations.connectwise.sandbox.table import Table
from integrations.connectwise.sandbox.tables import BY_NAME


def stamp(seconds: float) -> str:
    """The one format in which moments are stored and answered: whole seconds, Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one record, for its callbacks."""

    entity: str
    action: str
    """added, updated or deleted"""
    record: Record
    """As saved; as it was last when deleted."""


@dataclass(slots=True)
class Call:
    store: Store
    instance: Instance
    member: str
    """The identifier that goes into `_info.updatedBy`."""
    now: str
    guid: Callable[[], str]
    options: Options
    api_root: str
    params: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    raw_params: list[tuple[str, str]] = field(default_factory=list)
    forward_only: bool = False
    role: ApiMember | None = None
    """Whose rights count; None has every right: somebody working there, through the control door."""
    unchecked: bool = False
    """Through the control door: a save is not validated, so that a legacy bad value can be planted."""
    url: str = ""
    """Of this request, without its query."""
    ids: tuple[str, ...] = ()
    """Of an action's path, those after the record's."""
    stale: float = 0.0
    """Lists answer as they were so many seconds ago (the fault stale_search)."""
    dry: bool = False
    """Answer as if saved, save nothing (the fault false_200)."""
    changed: Record = field(default_factory=dict)
    """What the body asked to change, for the journal."""
    record_id: int | None = None
    changes: dict[tuple[str, int], Change] = field(default_factory=dict)
    """By record, of those that have callbacks: however often it was saved in this call, it changed once."""

    def level(self, module: str, right: str) -> str:
        """none, mine or all"""
        return "all" if self.role is None else self.role.level(module, right)

    def may(self, module: str, right: str) -> bool:
        return self.level(module, right) != "none"

    def demand(self, entity: Entity, right: str, record: Record | None = None) -> None:
        """Raises 403. Without a record it asks whether there is any that the right is for."""
        if entity.setup and right == "inquire":
            return
        level = self.level(entity.module, right)
        if level == "none" or (level == "mine" and record is not None and not self.is_mine(entity, record)):
            raise denied()

    def is_mine(self, entity: Entity, record: Record) -> bool:
        """Entered by the caller, or one of its references to a member is the caller."""
        me = (self.member_row() or {}).get("id")
        members = [record.get(field.name) for field in entity.linked if field.target == "Member"]
        return record["_info"].get("enteredBy") == self.member or any(one and one.get("id") == me for one in members)

    def table(self, name: str) -> Table:
        return self.instance.tables[name]

    def row(self, name: str, reference: Record | int | None) -> Record | None:
        if reference is None:
            return None
        record_id: int = reference["id"] if isinstance(reference, dict) else reference
        return self.instance.tables[name].rows.get(record_id)

    def member_row(self) -> Record | None:
        found = self.table("Member").where("identifier", self.member)
        return found[0] if found else None

    def insert(self, name: str, record: Record) -> Record:
        """Give it an id and a stamp, and keep it."""
        return self.save(name, {"id": self.table(name).next_id, **record})

    def save(self, name: str, record: Record) -> Record:
        """Stamp and keep. `record` must be a dict of its own: stored ones are never changed in place."""
        before = self.instance.tables[name].rows.get(record["id"])
        info = {"lastUpdated": self.now, "updatedBy": self.member, "dateEntered": self.now, "enteredBy": self.member}
        if before:
            info |= {key: before["_info"].get(key) for key in ("dateEntered", "enteredBy") if key in before["_info"]}
        for key, path in BY_NAME[name].links:
            info[key] = f"{self.api_root}/{path.replace('{id}', str(record['id']))}"
        record = {key: value for key, value in record.items() if value is not None}
        record["_info"] = info
        self.store.put(self.instance, name, record)
        self.note(name, record, "updated" if before else "added")
        return record

    def drop(self, name: str, record_id: int) -> None:
        self.note(name, self.instance.tables[name].rows[record_id], "deleted")
        self.store.drop(self.instance, name, record_id)

    def note(self, name: str, record: Record, action: str) -> None:
        """Remember for callbacks what happened to it."""
        if BY_NAME[name].callback:
            key = (name, record["id"])
            earlier = self.changes.get(key)
            if earlier is not None and action == "updated":
                action = earlier.action
            self.changes[key] = Change(name, action, record)
