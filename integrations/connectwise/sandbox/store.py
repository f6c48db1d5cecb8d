"""The memory: companies (instances), their tables, and the append-only file that lets both survive a kill -9.

Nothing here checks anything: what is put is kept.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.fields import Field
from integrations.connectwise.sandbox.journal_file import JournalFile
from integrations.connectwise.sandbox.table import Table
from integrations.connectwise.sandbox.tables import BY_NAME, ENTITIES

RIGHTS = frozenset({"inquire", "add", "edit", "delete"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What a client needs to be let in."""

    company_id: str
    public_key: str
    private_key: str
    client_id: str

    @property
    def username(self) -> str:
        return f"{self.company_id}+{self.public_key}"


@dataclass(slots=True)
class Instance:
    """One company with its keys, roles and records."""

    keys: Keys
    api_root: str
    codebase: str = "v2025_1"
    member: str = "quotewright-api"
    callback_key_id: str = ""
    signing_key: str = ""
    """What callbacks are signed with, and the id under which a receiver asks for it."""
    rights: dict[str, frozenset[str]] = field(default_factory=dict)
    """By module; a module not named here is allowed in full."""
    custom_fields: dict[str, list[Record]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {entity.name: Table(entity, self.api_root) for entity in ENTITIES}

    def table(self, name: str) -> Table:
        return self.tables[name]

    def may(self, module: str, right: str) -> bool:
        return right in self.rights.get(module, RIGHTS)


class Store:
    """All companies of one server. Every change goes through it, so that it reaches the file."""

    def __init__(self, api_root: str, path: Path | None = None) -> None:
        self.api_root = api_root
        self.instances: dict[str, Instance] = {}
        self._file = JournalFile(path) if path else None
        self._pending: dict[tuple[str, str, int], list[Any]] = {}
        """By record: of several writes in one commit only the last is kept."""

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
        instance.tables[name].put(record)
        self._note(name, record["id"], ["put", instance.keys.company_id, name, record])

    def drop(self, instance: Instance, name: str, record_id: int) -> None:
        instance.tables[name].drop(record_id)
        self._note(name, record_id, ["drop", instance.keys.company_id, name, record_id])

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
        for line in self._file.lines():
            for operation in line:
                self._replay(operation)
        gc.enable()
        for instance in self.instances.values():
            for table in instance.tables.values():
                table.sort_newest()
        self._file.rewrite(self._snapshot())
        self._pending.clear()

    def clear(self) -> None:
        self.instances.clear()
        self._pending.clear()
        if self._file:
            self._file.rewrite(())

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _replay(self, operation: list[Any]) -> None:
        what, company_id, *rest = operation
        if what == "company":
            details = dict(rest[0])
            instance = self.get(company_id) or Instance(Keys(**details["keys"]), self.api_root)
            self.instances[company_id.casefold()] = instance
            instance.keys = Keys(**details["keys"])
            instance.codebase, instance.member = details["codebase"], details["member"]
            instance.callback_key_id = details.get("callback_key_id", "")  # older files have none
            instance.signing_key = details.get("signing_key", "")
            instance.rights = {module: frozenset(rights) for module, rights in details["rights"].items()}
            instance.custom_fields = details["custom_fields"]
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

        def link(target: str, value: Record) -> Record:
            if "id" not in value:  # from before that table was kept here, when any reference was taken
                return value
            shared = instance.tables[target].ref(value["id"])
            if len(shared) == 1:
                shared.update((key, part) for key, part in value.items() if key != "_info")
            return shared

        for each in entity.linked:
            value = record.get(each.name)
            if value is None or not _has_shape_of(each, value):
                continue  # absent, or in an older file where anything was taken
            if each.kind == "ref":
                record[each.name] = link(each.target, value)
            elif each.kind == "refs":
                record[each.name] = [link(each.target, one) for one in value]
            elif each.kind == "item":
                record[each.name] = self._relink(instance, BY_NAME[each.target], value)
            elif each.kind == "items":
                record[each.name] = [self._relink(instance, BY_NAME[each.target], one) for one in value]
        return record

    def _snapshot(self) -> Iterator[Iterable[Any]]:
        for instance in self.instances.values():
            company_id = instance.keys.company_id
            yield [_description(instance)]
            for name, table in instance.tables.items():
                yield from ([["put", company_id, name, record]] for record in table.rows.values())
                yield [["next", company_id, name, table.next_id]]


def _has_shape_of(field: Field, value: object) -> bool:
    return isinstance(value, list if field.kind in ("refs", "items") else dict)


def _description(instance: Instance) -> list[Any]:
    details = {
        "keys": asdict(instance.keys),
        "codebase": instance.codebase,
        "member": instance.member,
        "callback_key_id": instance.callback_key_id,
        "signing_key": instance.signing_key,
        "rights": {module: sorted(rights) for module, rights in instance.rights.items()},
        "custom_fields": instance.custom_fields,
    }
    return ["company", instance.keys.company_id, details]
