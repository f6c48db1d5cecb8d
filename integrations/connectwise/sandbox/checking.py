"""From a JSON body to a record that may be saved: conversion, references, lengths, ranges, required fields.

Every violation is collected before any is raised, as ConnectWise reports them. Rules that concern one entity alone are
its `check` hooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.connectwise.sandbox import digits, profiles
from integrations.connectwise.sandbox.call import Call
from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.errors import Violation, conversion, invalid
from integrations.connectwise.sandbox.fields import Field
from integrations.connectwise.sandbox.tables import BY_NAME

LARGEST = 10**15
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_WHOLE = re.compile(r"[+-]?\d{1,18}")


class Checker:
    """Reads one body for one entity and gathers what is wrong with it."""

    def __init__(self, call: Call, entity: Entity, stored: Record | None) -> None:
        self.call = call
        self.entity = entity
        self.stored = stored
        self.violations: list[Violation] = []
        self.record: Record = {}

    def blame(self, code: str, message: str, field: str) -> None:
        self.violations.append(Violation(code, message, field))

    def read(self, body: Record) -> Record:
        """The declared fields of `body` in stored form. Unknown ones are dropped, as the vendor's parser does."""
        record = self.record
        names = self.entity.fields
        if any(name not in names for name in body):
            # The vendor's parser forgives case in names, except in the paths of a PATCH.
            lower = self.entity.by_lower_name
            body = {lower[name.lower()].name if name.lower() in lower else name: body[name] for name in body}
        for field in self.entity.fields.values():
            value = body.get(field.name)
            if value is not None:
                record[field.name] = self.value(field, value, field.name)
        return record

    def value(self, field: Field, value: object, path: str) -> Any:
        return _READERS[field.kind](self, field, value, path)

    def finish(self, record: Record) -> None:
        """Everything that concerns the record as a whole. Raises the answer when anything is wrong."""
        blamed = {violation.field for violation in self.violations}
        for field in self.entity.required_on_update if self.stored else self.entity.required:
            if record.get(field.name) in (None, "") and field.name not in blamed:
                self.blame("MissingRequiredField", f"The {field.name} field is required.", field.name)
        for name in self.entity.unique:
            if any(other["id"] != record.get("id") for other in self._same(name, record.get(name))):
                self.blame("ObjectExists", f"A matching {self.entity.resource} already exists", name)
        for check in self.entity.check:
            self.violations.extend(check(self.call, record, self.stored))
        if self.violations:
            raise invalid(self.entity.resource, self.violations)

    def _same(self, name: str, value: object) -> list[Record]:
        return [] if value is None else self.call.table(self.entity.name).where(name, value)

    def text(self, field: Field, value: object, path: str) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise conversion(value, "System.String", path)
        if field.limit is not None:
            limit = profiles.limit(self.call.options.profile, self.entity.name, field.name, field.limit)
            if len(value) > limit:
                self.blame("InvalidField", f"The field {path} must be a string with a maximum length of {limit}.", path)
        return value

    def whole(self, field: Field, value: object, path: str) -> int:
        # Ids sent as strings work on real tenants.
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**31 - 1:
            raise conversion(value, "System.Int32", path)
        if field.low is not None and field.high is not None and not field.low <= value <= field.high:
            self.blame("OutOfRange", f"The field {path} must be between {field.low} and {field.high}.", path)
        return value

    def number(self, field: Field, value: object, path: str) -> float:
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise conversion(value, "System.Double", path) from None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise conversion(value, "System.Double", path)
        if not abs(value) < LARGEST:  # also says no to NaN
            self.blame("OutOfRange", f"The field {path} must be between -{LARGEST} and {LARGEST}.", path)
            return 0
        return value

    def flag(self, field: Field, value: object, path: str) -> bool:
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise conversion(value, "System.Boolean", path)
        return value

    def moment(self, field: Field, value: object, path: str) -> str:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            try:
                datetime.fromisoformat(value)
            except ValueError:
                pass
            else:
                return value
        self.blame("UnsupportedFormat", f"The field {path} must be in the format yyyy-MM-ddTHH:mm:ssZ.", path)
        return ""

    def guid(self, field: Field, value: object, path: str) -> str:
        try:
            return str(UUID(str(value)))
        except ValueError:
            raise conversion(value, "System.Guid", path) from None

    def choice(self, field: Field, value: object, path: str) -> str:
        for one in field.choices:
            if isinstance(value, str) and value.lower() == one.lower():
                return one
        self.blame("InvalidField", f"The field {path} must be one of {', '.join(field.choices)}.", path)
        return ""

    def reference(self, field: Field, value: object, path: str) -> Record | None:
        if not isinstance(value, dict):
            raise conversion(value, field.target or "Reference", path)
        if not field.target:
            return {key: part for key, part in value.items() if key != "_info" and part is not None} or None
        if self.stored is not None and value is self.stored.get(field.name):
            return value  # left as it is, also when it is from before that table was kept here
        found = self._find(field, value, path)
        if found is None:
            named = value.get("name") or value.get("identifier") or value.get("id")
            if not named:
                return None  # {} and {"id": 0} mean nothing is referred to
            self.blame("NotFound", f"{path.rpartition('.')[2]} {named} not found", path)
            return None
        shared = self.call.table(field.target).ref(found["id"], field.parts)
        newly = self.stored is None or self.stored.get(field.name) is not shared
        if newly and field.active_only and (found.get("inactiveFlag") or found.get("inactive")):
            self.blame("InvalidField", f"The {path} {shared.get('name', shared['id'])} is inactive.", path)
        if newly and found.get("deletedFlag"):
            self.blame("NotFound", f"{path} {shared.get('name', shared['id'])} not found", path)
        return shared

    def _find(self, field: Field, value: Record, path: str) -> Record | None:
        """By id, otherwise by identifier or name where those are unique."""
        target = field.target
        table = self.call.table(target)
        if value.get("id") not in (None, 0, "0"):
            return table.rows.get(self.whole(_ID, value["id"], f"{path}.id"))
        entity = BY_NAME[target]
        named = entity.label[0] if len(entity.label) == 1 else ""
        for key, name in (("identifier", "identifier"), ("name", named)):
            if value.get(key) and name in entity.fields:
                if not isinstance(value[key], str | int):
                    raise conversion(value[key], "System.String", f"{path}.{key}")
                found = table.where(name, _as_stored(entity, name, value[key]))
                if field.within:
                    found = [one for one in found if one.get(field.within) is self.record.get(field.within)]
                if len(found) == 1:
                    return found[0]
        return None

    def references(self, field: Field, value: object, path: str) -> list[Record]:
        found = [self.reference(field, one, path) for one in self._list(value, path)]
        return [one for one in found if one is not None]

    def items(self, field: Field, value: object, path: str) -> list[Record]:
        items: list[Record] = []
        for number, one in enumerate(self._list(value, path)):
            if not isinstance(one, dict):
                raise conversion(one, field.target, f"{path}[{number}]")
            inner = Checker(self.call, BY_NAME[field.target], None)
            item = inner.read(one)
            self.violations.extend(Violation(v.code, v.message, f"{path}/{v.field}") for v in inner.violations)
            if one.get("id"):
                item["id"] = self.whole(_ID, one["id"], f"{path}[{number}].id")
            items.append(item)
        return items

    def item(self, field: Field, value: object, path: str) -> Record:
        if not isinstance(value, dict):
            raise conversion(value, field.target, path)
        inner = Checker(self.call, BY_NAME[field.target], None)
        item = inner.read(value)
        self.violations.extend(Violation(one.code, one.message, f"{path}/{one.field}") for one in inner.violations)
        return item

    def wholes(self, field: Field, value: object, path: str) -> list[int]:
        return [self.whole(field, one, path) for one in self._list(value, path)]

    def texts(self, field: Field, value: object, path: str) -> list[str]:
        return [self.text(field, one, path) for one in self._list(value, path)]

    def anything(self, field: Field, value: object, path: str) -> object:
        return value

    def _list(self, value: object, path: str) -> list[object]:
        if not isinstance(value, list):
            raise conversion(value, "System.Collections.Generic.List", path)
        return value


def _as_stored(entity: Entity, name: str, value: object) -> object:
    return digits.whole(value) if entity.fields[name].kind == "int" and isinstance(value, str) else value


_ID = Field("id", "int")
_READERS: dict[str, Callable[[Checker, Field, object, str], Any]] = {
    "str": Checker.text,
    "int": Checker.whole,
    "num": Checker.number,
    "bool": Checker.flag,
    "date": Checker.moment,
    "uuid": Checker.guid,
    "enum": Checker.choice,
    "ref": Checker.reference,
    "refs": Checker.references,
    "items": Checker.items,
    "item": Checker.item,
    "ints": Checker.wholes,
    "strs": Checker.texts,
    "any": Checker.anything,
}
