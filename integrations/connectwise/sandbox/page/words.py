"""Names, values and links as people read them. Everything is escaped here, and nowhere else."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import quote

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.fields import Field
from integrations.connectwise.sandbox.instance import Instance
from integrations.connectwise.sandbox.tables import BY_NAME

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LONG = 300


def spaced(name: str) -> str:
    """primarySalesRep → Primary sales rep"""
    words = _HUMP.sub(" ", name).lower().removesuffix(" flag")
    return words[:1].upper() + words[1:]


def table_name(entity: Entity) -> str:
    """sales/opportunities/statuses → Opportunities › statuses"""
    return " › ".join(spaced(step) if place == 0 else spaced(step).lower() for place, step in enumerate(_below(entity)))


def _below(entity: Entity) -> list[str]:
    return entity.key.split("/")[1:] or [entity.key]


def title(entity: Entity, record: Record) -> str:
    for name in (*entity.label, "name", "identifier", "title", "summary", "description", "poNumber", "value", "url"):
        if record.get(name):
            text = entity.name_of(record) if name in entity.label else str(record[name])
            return text.splitlines()[0][:80]
    parent = record.get(entity.parent_field) or record.get("catalogItem")
    of = (parent.get("name") or parent.get("identifier")) if isinstance(parent, dict) else None
    return f"{of} #{record['id']}" if of else f"#{record['id']}"


def url(instance: Instance, entity: Entity, record_id: int | None = None) -> str:
    company = quote(instance.keys.company_id, safe="")
    return f"/browse/{company}/{entity.key}" + ("" if record_id is None else f"/{record_id}")


def link(instance: Instance, entity: Entity, record_id: int, text: str) -> str:
    return f'<a href="{escape(url(instance, entity, record_id))}">{escape(text)}</a>'


def value(instance: Instance, field: Field | None, given: Any) -> str:
    """HTML of one value; a reference leads to the record it refers to."""
    if isinstance(given, bool):
        return "yes" if given else '<span class="soft">no</span>'
    if isinstance(given, dict):
        return _reference(instance, field, given)
    if isinstance(given, list):
        return "".join(f'<span class="chip">{value(instance, field, one)}</span>' for one in given)
    if given is None:
        return '<span class="soft">nothing</span>'
    text = str(given)
    if field is not None and field.kind == "date":
        text = moment(text)
    return escape(text if len(text) <= LONG else f"{text[:LONG]}…")


def _reference(instance: Instance, field: Field | None, given: Record) -> str:
    text = next((str(given[name]) for name in ("name", "identifier", "value", "caption") if given.get(name)), "")
    target = BY_NAME.get(field.target) if field and field.kind in ("ref", "refs") else None
    if target and target.path and isinstance(given.get("id"), int):
        row = instance.table(target.name).rows.get(given["id"])
        return link(instance, target, given["id"], title(target, row) if row else text or f"#{given['id']}")
    if not text:
        text = ", ".join(f"{spaced(name)}: {one}" for name, one in given.items() if not isinstance(one, dict | list))
    return escape(text[:LONG])


def moment(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")
