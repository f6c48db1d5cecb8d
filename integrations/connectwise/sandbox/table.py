"""The rows of one entity in one company, with the indexes that find them.

A saved record is never changed in place; a write puts a new dict. The one thing shared and changed in place is the
little dict that references to a row consist of, so a renamed company is renamed wherever it is referred to. Knows
nothing of files.
"""

from __future__ import annotations

from integrations.connectwise.sandbox.entity import Entity, Record


class Table:
    """The rows of one entity in one company, in the order of their ids."""

    def __init__(self, entity: Entity, api_root: str) -> None:
        self.entity = entity
        self.rows: dict[int, Record] = {}
        self.next_id = 1
        self.newest: dict[int, None] = {}
        """Ids in the order of their last write, the newest last."""
        self._api_root = api_root
        self._refs: dict[tuple[int, tuple[str, ...]], Record] = {}
        self._shapes: set[tuple[str, ...]] = {entity.refer}
        self._indexes: dict[str, dict[object, dict[int, None]]] = {}

    def ref(self, record_id: int, parts: tuple[str, ...] = ()) -> Record:
        """The one reference to that row, or the one of those that carry these parts."""
        key = record_id, parts or self.entity.refer
        shared = self._refs.get(key)
        if shared is None:
            shared = self._refs[key] = {"id": record_id}
            self._shapes.add(key[1])
            if record_id in self.rows:
                self._describe(shared, self.rows[record_id], key[1])
        return shared

    def put(self, record: Record) -> None:
        record_id = record["id"]
        before = self.rows.get(record_id)
        self.rows[record_id] = record
        self.next_id = max(self.next_id, record_id + 1)
        self.newest.pop(record_id, None)
        self.newest[record_id] = None
        for parts in self._shapes:
            if parts == self.entity.refer or (record_id, parts) in self._refs:
                self._describe(self.ref(record_id, parts), record, parts)
        for path, index in self._indexes.items():
            if before is not None:
                index.get(index_value(before, path), {}).pop(record_id, None)
            index.setdefault(index_value(record, path), {})[record_id] = None

    def drop(self, record_id: int) -> None:
        record = self.rows.pop(record_id)
        self.newest.pop(record_id, None)
        for path, index in self._indexes.items():
            index.get(index_value(record, path), {}).pop(record_id, None)

    def where(self, path: str, value: object) -> list[Record]:
        """The rows whose field (`identifier`, `company/id`) equals the value, text compared without case."""
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = {}
            for record_id, record in self.rows.items():
                index.setdefault(index_value(record, path), {})[record_id] = None
        found = index.get(value.casefold() if isinstance(value, str) else value, {})
        return [self.rows[record_id] for record_id in sorted(found)]

    def sort_newest(self) -> None:
        """After a replay, whose order is another one."""
        self.newest = dict.fromkeys(sorted(self.rows, key=lambda one: str(self.rows[one]["_info"]["lastUpdated"])))

    def _describe(self, shared: Record, record: Record, parts: tuple[str, ...]) -> None:
        entity = self.entity
        for part in parts:
            if part == "name" or part not in entity.fields:
                shared[part] = entity.name_of(record)
            elif record.get(part) is not None:
                shared[part] = record[part]
        if entity.href and "_info" not in shared:
            path = entity.path.replace("{" + entity.parent_field + "}", str(index_value(record, entity.parent_field)))
            shared["_info"] = {f"{entity.href}_href": f"{self._api_root}/{path}/{record['id']}"}


def index_value(record: Record, path: str) -> object:
    head, _, tail = path.partition("/")
    value = record.get(head)
    if isinstance(value, dict):
        value = value.get(tail or "id")
    return value.casefold() if isinstance(value, str) else value
