"""The memory: companies (instances), their tables, and the append-only file that lets both survive a kill -9.

Nothing here checks anything: what is put is kept.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.fields import Field
from integrations.connectwise.sandbox.instance import Instance, Keys, described, take_description
from integrations.connectwise.sandbox.journal_file import JournalFile
from integrations.connectwise.sandbox.tables import BY_NAME

REMEMBERED = 1_000
"""Changes that can be looked behind."""


class Store:
    """All companies of one server. Every change goes through it, so that it reaches the file."""

    def __init__(self, api_root: str, path: Path | None = None) -> None:
        self.api_root = api_root
        self.instances: dict[str, Instance] = {}
        self._file = JournalFile(path) if path else None
        self._pending: dict[tuple[str, str, int], list[Any]] = {}
        """By record: of several writes in one commit only the last is kept."""
        self._before: deque[tuple[float, Instance, str, int, Record | None]] = deque(maxlen=REMEMBERED)

    def get(self, company_id: str) -> Instance | None:
        return self.instances.get(company_id.casefold())

    def add(self, keys: Keys) -> Instance:
        instance = Instance(keys, self.api_root)
        self.instances[keys.company_id.casefold()] = instance
        self.describe(instance)
        return instance

    def describe(self, instance: Instance) -> None:
        """Note everything about the company that isn't a record."""
        self._note("", 0, _description(instance))

    def put(self, instance: Instance, name: str, record: Record) -> None:
        table = instance.tables[name]
        self._before.append((time.monotonic(), instance, name, record["id"], table.rows.get(record["id"])))
        table.put(record)
        self._note(name, record["id"], ["put", instance.keys.company_id, name, record])

    def drop(self, instance: Instance, name: str, record_id: int) -> None:
        table = instance.tables[name]
        self._before.append((time.monotonic(), instance, name, record_id, table.rows[record_id]))
        table.drop(record_id)
        self._note(name, record_id, ["drop", instance.keys.company_id, name, record_id])

    def as_of(self, instance: Instance, name: str, seconds: float) -> list[Record]:
        """The rows as they were so long ago, or `REMEMBERED` changes ago when that is later."""
        rows: dict[int, Record] = dict(instance.tables[name].rows)
        since = time.monotonic() - seconds
        for at, of, table, record_id, before in reversed(self._before):
            if at < since:
                break
            if of is instance and table == name:
                rows.pop(record_id, None)
                if before is not None:
                    rows[record_id] = before
        return [rows[record_id] for record_id in sorted(rows)]

    def changes(self, instance: Instance) -> Iterator[tuple[str, int, Record | None]]:
        """(table, id, what it was) of every record changed lately, the last one first."""
        seen: set[tuple[str, int]] = set()
        for _, of, name, record_id, before in reversed(self._before):
            if of is instance and (name, record_id) not in seen:
                seen.add((name, record_id))
                yield name, record_id, before

    def forget_changes(self, instance: Instance) -> None:
        """What it is made of at first isn't news."""
        self._before = deque((one for one in self._before if one[1] is not instance), maxlen=REMEMBERED)

    def _note(self, name: str, record_id: int, operation: list[Any]) -> None:
        if self._file:
            self._pending[operation[1], name, record_id] = operation

    def commit(self) -> None:
        """Everything since the last commit becomes one line: all of it survives, or none."""
        if self._file and self._pending:
            self._file.append(list(self._pending.values()))
        self._pending.clear()

    def load(self) -> None:
        """Replay the file, then write it anew without what has been overwritten since."""
        if self._file is None:
            return
        # Hundreds of thousands of dicts that stay: looking for garbage among them again and again doubles the time.
        gc.disable()
        self._replay_all(self._file.lines())
        gc.enable()
        self._file.rewrite(self.snapshot())
        self._pending.clear()

    def restore(self, lines: Iterable[Any]) -> None:
        """Back to what `snapshot` gave, after a way through JSON: what is replayed becomes the store's own."""
        self.clear()
        self._replay_all(lines)
        if self._file:
            self._file.rewrite(self.snapshot())
        self._pending.clear()

    def _replay_all(self, lines: Iterable[Any]) -> None:
        for line in lines:
            for operation in line:
                self._replay(operation)
        for instance in self.instances.values():
            for table in instance.tables.values():
                table.sort_newest()

    def clear(self) -> None:
        self.instances.clear()
        self._before.clear()
        self._pending.clear()
        if self._file:
            self._file.rewrite(())

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _replay(self, operation: list[Any]) -> None:
        what, company_id, *rest = operation
        if what == "company":
            details = rest[0]
            instance = self.get(company_id) or Instance(Keys(**details["keys"]), self.api_root)
            self.instances[company_id.casefold()] = instance
            take_description(instance, details)
            return
        instance = self.instances[company_id.casefold()]
        if what == "put":
            instance.tables[rest[0]].put(self._relink(instance, BY_NAME[rest[0]], rest[1]))
        elif what == "drop":
            # One that came and went within a commit was never put here.
            if rest[1] in instance.tables[rest[0]].rows:
                instance.tables[rest[0]].drop(rest[1])
        elif what == "next":
            instance.tables[rest[0]].next_id = rest[1]

    def _relink(self, instance: Instance, entity: Entity, record: Record) -> Record:
        """References read from the file become the shared ones again."""

        def link(field: Field, value: Record) -> Record:
            if "id" not in value:  # from before that table was kept here, when any reference was taken
                return value
            shared = instance.tables[field.target].ref(value["id"], field.parts)
            if len(shared) == 1:
                kept = field.parts or tuple(value)
                shared.update((key, part) for key, part in value.items() if key != "_info" and key in kept)
            return shared

        for each in entity.linked:
            value = record.get(each.name)
            if value is None or not _has_shape_of(each, value):
                continue  # absent, or in an older file where anything was taken
            if each.kind == "ref":
                record[each.name] = link(each, value)
            elif each.kind == "refs":
                record[each.name] = [link(each, one) for one in value]
            elif each.kind == "item":
                record[each.name] = self._relink(instance, BY_NAME[each.target], value)
            elif each.kind == "items":
                record[each.name] = [self._relink(instance, BY_NAME[each.target], one) for one in value]
        return record

    def snapshot(self) -> Iterator[Iterable[Any]]:
        for instance in self.instances.values():
            company_id = instance.keys.company_id
            yield [_description(instance)]
            for name, table in instance.tables.items():
                yield from ([["put", company_id, name, record]] for record in table.rows.values())
                yield [["next", company_id, name, table.next_id]]


def _has_shape_of(field: Field, value: object) -> bool:
    return isinstance(value, list if field.kind in ("refs", "items") else dict)


def _description(instance: Instance) -> list[Any]:
    return ["company", instance.keys.company_id, described(instance)]
