"""POST, PATCH, PUT and DELETE of any entity.

Everything is checked before anything is saved, so a refused write leaves no trace. Which operations of a PATCH change
something is decided in `patching.py`.
"""

from __future__ import annotations

from typing import Any

from integrations.connectwise.sandbox import patching
from integrations.connectwise.sandbox.call import Call
from integrations.connectwise.sandbox.checking import Checker
from integrations.connectwise.sandbox.entity import Entity, Owner, Record
from integrations.connectwise.sandbox.errors import Violation, in_use, invalid, unreadable_body
from integrations.connectwise.sandbox.tables import ENTITIES


def create(call: Call, entity: Entity, body: Any, owner: Owner | None = None) -> Record:
    call.demand(entity, "add")
    if not isinstance(body, dict):
        raise unreadable_body()
    call.changed = body
    # Nobody may say what a read-only field is, and an unset one gets its default.
    given = {name: value for name, value in body.items() if not _fixed(entity, name)}
    return _save(call, entity, {**given, **_of_owner(entity, owner)}, None, body)


def patch(call: Call, entity: Entity, stored: Record, operations: Any) -> Record:
    call.demand(entity, "edit", stored)
    document = dict(stored)
    call.changed = patching.apply(entity, document, operations)
    if call.options.refuse_read_only and (fixed := [name for name in call.changed if _fixed(entity, name)]):
        wrong = [Violation("InvalidField", f"The field {name} is read-only.", name) for name in fixed]
        raise invalid(entity.resource, wrong)
    for name in call.changed:
        if _fixed(entity, name) or (name in entity.fields and entity.fields[name].post_only):
            document[name] = stored.get(name)
    return _save(call, entity, document, stored, document)


def replace(call: Call, entity: Entity, stored: Record, body: Any, owner: Owner | None = None) -> Record:
    call.demand(entity, "edit", stored)
    if not isinstance(body, dict):
        raise unreadable_body()
    call.changed = body
    document = {name: value for name, value in body.items() if not _fixed(entity, name)}
    document.update(_of_owner(entity, owner))
    for field in entity.fields.values():
        if field.read_only or field.post_only:
            document[field.name] = stored.get(field.name)
    # PUT leaves custom fields alone (seen on a real tenant).
    return _save(call, entity, {**document, "id": stored["id"]}, stored, {})


def delete(call: Call, entity: Entity, stored: Record) -> None:
    call.demand(entity, "delete", stored)
    if call.dry:
        return
    if any(hook(call, stored) for hook in entity.remove):
        call.note(entity.name, stored, "deleted")  # what is only marked is announced as if it were gone
        return
    user = _user_of(call, entity, stored)
    if user is not None:
        raise in_use(call.options.in_use_status, entity.name, stored["id"], user)
    _drop(call, entity, stored)


def _save(call: Call, entity: Entity, document: Record, stored: Record | None, custom: Record) -> Record:
    checker = Checker(call, entity, stored)
    if call.unchecked:
        record = {**(stored or {}), **document}
    else:
        record = checker.read(document)
        for name, default in entity.defaults.items():
            record.setdefault(name, default)
        if stored is not None:
            record["id"] = stored["id"]
        for prepare in entity.prepare:
            prepare(call, record, stored)
        checker.finish(record)
    for field in entity.fields.values():
        if field.write_only:
            record.pop(field.name, None)
    if entity.custom:
        record["customFields"] = _custom_fields(call, entity, stored, custom)
    record.pop("_info", None)
    if call.dry:
        made = {name: value for name, value in record.items() if value is not None}
        return stored if stored is not None else {"id": call.table(entity.name).next_id, **made}
    saved = call.save(entity.name, record) if stored is not None else call.insert(entity.name, record)
    call.record_id = saved["id"]
    if stored is not None:
        call.changed = {name: saved.get(name) for name in call.changed if saved.get(name) != stored.get(name)}
    for hook in entity.after:
        hook(call, saved, stored)
    return call.table(entity.name).rows[saved["id"]]


def _custom_fields(call: Call, entity: Entity, stored: Record | None, given: Record) -> list[Record]:
    """All defined fields are always listed, with or without a value."""
    defined = call.instance.custom_fields.get(entity.name, [])
    if not defined:
        return []
    values = {one["id"]: one.get("value") for one in (stored or {}).get("customFields", ())}
    fields = [{**one, "value": values.get(one["id"])} for one in defined]
    named = given.get("customFields")
    return patching.merged(fields, named if isinstance(named, list) else [])


def _fixed(entity: Entity, name: str) -> bool:
    field = entity.by_lower_name.get(name.lower())
    return name.lower() in ("id", "_info") or (field is not None and field.read_only)


def _of_owner(entity: Entity, owner: Owner | None) -> Record:
    if owner is None:
        return {}
    field, owner_id = entity.fields[owner.field], owner.record["id"]
    return {field.name: owner_id if field.kind == "int" else {"id": owner_id}}


def _user_of(call: Call, entity: Entity, stored: Record) -> str | None:
    """Who still refers to the record: rows of its own sub-resources go with it and don't count."""
    for other in ENTITIES:
        if other.parent_key == entity.key or not other.path:
            continue
        for field in other.linked:
            if field.target == entity.name and field.kind == "ref":
                users = call.table(other.name).where(f"{field.name}/id", stored["id"])
                users = [user for user in users if not (other is entity and user["id"] == stored["id"])]
                if users:
                    return f"{other.resource} {users[0]['id']}"
    return None


def _drop(call: Call, entity: Entity, stored: Record) -> None:
    for other in ENTITIES:
        if other.parent_key == entity.key and other.path:
            field = other.fields[other.parent_field]
            path = field.name if field.kind == "int" else f"{field.name}/id"
            for row in call.table(other.name).where(path, stored["id"]):
                _drop(call, other, row)
    call.drop(entity.name, stored["id"])
    for gone in entity.gone:
        gone(call, stored)
    if entity.parent_field:
        for hook in entity.after:
            hook(call, stored, stored)
