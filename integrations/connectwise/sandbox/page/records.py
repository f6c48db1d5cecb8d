"""The pages of one table and of one record. Which fields are telling is decided here, no more."""

from __future__ import annotations

from html import escape
from itertools import islice

import orjson

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.instance import Instance
from integrations.connectwise.sandbox.page import words
from integrations.connectwise.sandbox.page.shell import Content
from integrations.connectwise.sandbox.tables import ENTITIES

ROWS = 100
COLUMNS = 6
# What tells most about a row, where it has it.
TELLING = (
    "identifier", "name", "firstName", "lastName", "summary", "title", "description", "poNumber", "caption", "url",
    "catalogItem", "company", "vendorCompany", "contact", "status", "stage", "type", "forecastType", "product",
    "quantity", "price", "cost", "total", "receivedQuantity", "receivedStatus", "opportunity", "primarySalesRep",
    "salesRep", "owner", "expectedCloseDate", "value", "text", "city", "category", "subcategory", "inactiveFlag",
)  # fmt: skip


def listed(instance: Instance, entity: Entity, place: int) -> Content:
    table = instance.table(entity.name)
    newest = list(islice(reversed(table.newest), place, place + ROWS))
    rows = [table.rows[record_id] for record_id in newest]
    name = words.table_name(entity)
    more = ""
    if place + ROWS < len(table.rows):
        more = f'<p><a href="?before={place + ROWS}">Older ones</a></p>'
    count = f"{len(table.rows)} record{'' if len(table.rows) == 1 else 's'}, the last written first"
    return Content(
        name,
        f'{trail(instance)}<h1>{escape(name)}</h1><p class="soft">{count} · <code>/{escape(entity.path)}</code></p>'
        f'<div class="card">{grid(instance, entity, rows)}</div>{more}',
    )


def grid(instance: Instance, entity: Entity, rows: list[Record]) -> str:
    if not rows:
        return '<span class="soft">Nothing here yet.</span>'
    present = [name for name in TELLING if name in entity.fields and any(row.get(name) for row in rows)]
    others = (name for name in entity.fields if name not in TELLING and any(row.get(name) for row in rows))
    columns = (present + list(islice(others, max(0, 3 - len(present)))))[:COLUMNS]
    heads = "".join(f"<th>{escape(words.spaced(name))}</th>" for name in ("id", *columns))
    lines = "".join(f"<tr>{_cells(instance, entity, row, columns)}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}<th>Last written</th></tr></thead><tbody>{lines}</tbody></table>"


def _cells(instance: Instance, entity: Entity, row: Record, columns: list[str]) -> str:
    cells = [f"<td>{words.link(instance, entity, row['id'], str(row['id']))}</td>"]
    for place, name in enumerate(columns):
        field, given = entity.fields[name], row.get(name)
        shown = "" if given is None else words.value(instance, field, given)
        if place == 0 and shown and field.kind == "str":
            shown = words.link(instance, entity, row["id"], str(given)[:80])
        number = ' class="number"' if field.kind in ("num", "int") else ""
        cells.append(f"<td{number}>{shown}</td>")
    return "".join(cells) + f'<td class="soft">{written(row)}</td>'


def written(row: Record) -> str:
    return escape(f"{words.moment(row['_info']['lastUpdated'])} by {row['_info']['updatedBy']}")


def shown(instance: Instance, entity: Entity, record: Record, *, changeable: bool) -> Content:
    title = words.title(entity, record)
    lines = [
        f"<tr><th>{escape(words.spaced(name))}</th><td>{words.value(instance, field, record[name])}</td></tr>"
        for name, field in entity.fields.items()
        if record.get(name) not in (None, "", [], False)
    ]
    custom = [
        f"<tr><th>{escape(str(one['caption']))}</th><td>{words.value(instance, None, one.get('value'))}</td></tr>"
        for one in record.get("customFields", ())
    ]
    visible = {name: part for name, part in record.items() if not name.startswith("_") or name == "_info"}
    json = orjson.dumps(visible, option=orjson.OPT_INDENT_2).decode()
    live = (
        f"{trail(instance, entity)}<h1>{escape(title)}</h1>"
        f'<p class="soft">{escape(entity.name)} {record["id"]} · written {written(record)}</p>'
        f'<div class="card"><table>{"".join(lines)}</table></div>'
        + (f'<div class="card"><h2>Custom fields</h2><table>{"".join(custom)}</table></div>' if custom else "")
        + "".join(_below(instance, entity, record))
        + f'<details class="card"><summary>As the API answers it</summary><pre>{escape(json)}</pre></details>'
    )
    return Content(title, live, _form(instance, entity, record) if changeable else "")


def gone(instance: Instance, entity: Entity, record_id: int) -> Content:
    live = f"{trail(instance, entity)}<h1>{escape(entity.name)} {record_id}</h1><p>There is none, or no longer.</p>"
    return Content(f"{entity.name} {record_id}", live)


def _below(instance: Instance, entity: Entity, record: Record) -> list[str]:
    """The sub-resources of this record."""
    found = []
    for other in ENTITIES:
        if other.path and other.parent_key == entity.key:
            field = other.fields[other.parent_field]
            path = field.name if field.kind == "int" else f"{field.name}/id"
            rows = instance.table(other.name).where(path, record["id"])
            if rows:
                name = escape(words.table_name(other).rpartition(" › ")[2].capitalize())
                found.append(f'<div class="card"><h2>{name}</h2>{grid(instance, other, rows[-ROWS:])}</div>')
    return found


def _form(instance: Instance, entity: Entity, record: Record) -> str:
    """To change a field as somebody who works there."""
    kinds = ("str", "int", "num", "bool", "date", "enum")
    fields = [f.name for f in entity.fields.values() if f.kind in kinds and not (f.read_only or f.post_only)]
    if not fields or "PATCH" not in entity.verbs:
        return ""
    parent = record.get(entity.parent_field) if entity.parent_field else None
    parent_id = parent["id"] if isinstance(parent, dict) else parent
    path = entity.path.replace("{" + entity.parent_field + "}", str(parent_id))
    target = f"/_control/records/{instance.keys.company_id}/{path}/{record['id']}"
    names = "".join(f'<option value="{name}">{escape(words.spaced(name))}</option>' for name in fields)
    return (
        f'<section class="still"><form class="card" data-record="{escape(target)}">'
        f'<label>Change as somebody there <select name="field">{names}</select></label>'
        '<input name="value" aria-label="New value" placeholder="new value, empty for none">'
        '<button>Change</button><output class="soft"></output></form></section>'
    )


def trail(instance: Instance, entity: Entity | None = None) -> str:
    """The way back."""
    company = escape(instance.keys.company_id)
    table = ""
    if entity is not None:
        table = f' › <a href="{escape(words.url(instance, entity))}">{escape(words.table_name(entity))}</a>'
    return f'<p class="small"><a href="/?company={company}">{escape(instance.name)}</a>{table}</p>'
