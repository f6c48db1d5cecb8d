"""The vendor's JSON Patch: which operation changes what, and which one is answered with 200 and changes nothing.

Works on a plain copy of a record and neither validates nor saves.
"""

from __future__ import annotations

from typing import Any

from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.errors import plain, unreadable_body

OPS = frozenset({"add", "replace", "remove"})


def apply(entity: Entity, document: Record, operations: object) -> Record:
    """Change `document` by a bare array of {op, path, value}, and return which top-level fields were asked for."""
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise unreadable_body()
    changed: Record = {}
    for operation in operations:
        op, path = operation.get("op"), operation.get("path")
        if not isinstance(op, str) or op.lower() not in OPS or not isinstance(path, str):
            raise plain(400, "InvalidObject", f"The patch operation {op!r} on {path!r} is not add, replace or remove.")
        steps = path.strip("/").split("/")
        _operate(entity, document, op.lower(), steps, operation.get("value"))
        changed[steps[0]] = document.get(steps[0])
    return changed


def _operate(entity: Entity, document: Record, op: str, steps: list[str], value: Any) -> None:
    """Unknown names, names in another case and paths into a reference fall through: a false 200."""
    name, inner = steps[0], steps[1:]
    if name == "customFields" and entity.custom:
        _custom_fields(document, op, inner, value)
        return
    field = entity.fields.get(name)
    if field is None:
        return
    if not inner:
        if op == "add" and field.kind in ("items", "refs", "ints", "strs") and not isinstance(value, list):
            document[name] = [*document.get(name, ()), value]
        else:
            document[name] = None if op == "remove" else value
    elif field.kind in ("items", "refs", "ints", "strs"):
        document[name] = _in_list([*document.get(name, ())], op, inner, value)


def _in_list(items: list[Any], op: str, steps: list[str], value: Any) -> list[Any]:
    place, inner = steps[0], steps[1:]
    if place == "-" and op == "add" and not inner:
        return [*items, value]
    index = whole(place)
    if index is None:
        return items
    if not inner:
        if op == "add" and index <= len(items):
            items.insert(index, value)
        elif op == "replace" and index < len(items):
            items[index] = value
        elif op == "remove" and index < len(items):
            del items[index]
    elif len(inner) == 1 and index < len(items) and isinstance(items[index], dict):
        items[index] = {**items[index], inner[0]: None if op == "remove" else value}
    return items


def _custom_fields(document: Record, op: str, steps: list[str], value: Any) -> None:
    """A partial or empty array clears nothing: fields not named keep their values (seen on a real tenant)."""
    fields = [dict(one) for one in document.get("customFields", ())]
    given: list[Any] = []
    if not steps:
        given = value if isinstance(value, list) else [value]
    elif (index := whole(steps[0])) is not None and index < len(fields) and steps[1:] in (["value"], []):
        field = fields[index]
        new = value.get("value") if not steps[1:] and isinstance(value, dict) else value
        given = [{"id": field["id"], "value": None if op == "remove" else new}]
    document["customFields"] = merged(fields, given)


def merged(fields: list[Record], given: list[Any]) -> list[Record]:
    by_id = {str(one.get("id")): one for one in given if isinstance(one, dict)}
    return [
        {**field, "value": by_id[str(field["id"])].get("value")} if str(field["id"]) in by_id else field
        for field in fields
    ]
