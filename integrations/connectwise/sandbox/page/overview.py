"""The first page: the tables of a company with their counts, what was asked last and what it changed.

How to connect stands there too. It shows one company at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from itertools import groupby, islice
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus

from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.instance import Instance
from integrations.connectwise.sandbox.journal import Entry
from integrations.connectwise.sandbox.page import words
from integrations.connectwise.sandbox.page.records import written
from integrations.connectwise.sandbox.page.shell import Content
from integrations.connectwise.sandbox.tables import BY_NAME, ENTITIES

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.app import Sandbox

REQUESTS = 40
CHANGES = 12
_BY_KEY = {entity.key: entity for entity in ENTITIES if entity.path}


def shown(sandbox: Sandbox, instance: Instance | None, host: str) -> Content:
    if instance is None:
        return Content("No such company", f"{_tabs(sandbox, None)}<h1>No such company here</h1>")
    return Content(
        instance.name,
        f"{_tabs(sandbox, instance)}<h1>{escape(instance.name)}</h1>{_keys(instance, host)}"
        f'<div class="pair"><div class="card"><h2>Last requests</h2>{_requests(sandbox, instance)}</div>'
        f'<div class="card"><h2>Last changes</h2>{_changes(sandbox, instance)}</div></div>'
        f'<div class="areas">{_tables(instance)}</div>',
    )


def _tabs(sandbox: Sandbox, here: Instance | None) -> str:
    if here is not None and len(sandbox.store.instances) == 1:
        return ""
    links = "".join(
        f'<a{" class=here" if one is here else ""} href="/?company={quote(one.keys.company_id, safe="")}">'
        f"{escape(one.name)}</a>"
        for one in sandbox.store.instances.values()
    )
    return f'<nav class="tabs">{links}</nav>'


def _keys(instance: Instance, host: str) -> str:
    """All of it is known to everybody: this is a rehearsal."""
    keys = instance.keys
    pairs = {
        "Site": f"http://{host}",
        "API": f"http://{host}/v4_6_release/apis/3.0",
        "Company id": keys.company_id,
        "Public key": keys.public_key,
        "Private key": keys.private_key,
        "Client id": keys.client_id,
    }
    lines = "".join(f"<dt>{name}</dt><dd><code>{escape(one)}</code></dd>" for name, one in pairs.items())
    return f'<details class="card"><summary>Connect a client</summary><dl class="keys">{lines}</dl></details>'


def _tables(instance: Instance) -> str:
    entities = [entity for entity in ENTITIES if entity.path]
    areas = sorted(entities, key=lambda entity: (entity.key.split("/")[0], entity.key.lower()))
    return "".join(
        f'<div class="card"><h2>{escape(area.capitalize())}</h2><ul>'
        + "".join(_table(instance, entity) for entity in group)
        + "</ul></div>"
        for area, group in groupby(areas, key=lambda entity: entity.key.split("/")[0])
    )


def _table(instance: Instance, entity: Entity) -> str:
    count = len(instance.table(entity.name).rows)
    name = words.table_name(entity)
    classes = " ".join(filter(None, ("child" if "›" in name else "", "" if count else "none")))
    short = name.rpartition("› ")[2] if "›" in name else name
    link = f'<a href="{escape(words.url(instance, entity))}" title="{escape(name)}">{escape(short)}</a>'
    return f'<li class="{classes}">{link}<span class="soft">{count}</span></li>'


def _requests(sandbox: Sandbox, instance: Instance) -> str:
    company = instance.keys.company_id.casefold()
    mine = (one for one in sandbox.journal.newest() if (one["instance"] or "").casefold() in (company, ""))
    lines = "".join(_request(instance, entry) for entry in islice(mine, REQUESTS))
    return f"<table>{lines}</table>" if lines else '<span class="soft">Nobody has asked anything yet.</span>'


def _request(instance: Instance, entry: Entry) -> str:
    status = entry["status"]
    at = datetime.fromtimestamp(entry["at"], UTC).strftime("%H:%M:%S")
    path = entry["path"].partition("/apis/3.0/")[2] or entry["path"].lstrip("/")
    shown, entity, record_id = escape(path.strip("/")), _BY_KEY.get(entry["entity"] or ""), entry["record_id"]
    if entity is not None:
        shown = f'<a href="{escape(words.url(instance, entity, record_id))}">{shown}</a>'
    query = escape(unquote_plus(entry["query"])[: words.LONG])
    changed = ""
    if entry["method"] != "GET" and status is not None and 200 <= status < 300:
        changed = "".join(_chip(instance, entity, name, value) for name, value in entry["changed"].items())
    word = {None: "…", 0: "cut off"}.get(status, str(status))
    return (
        f'<tr><td class="soft">{at}</td><td class="verb">{escape(entry["method"])}</td>'
        f'<td class="s{(status or 0) // 100}">{word}</td>'
        f'<td>{shown}<div class="soft small">{query}</div>{changed}</td></tr>'
    )


def _chip(instance: Instance, entity: Entity | None, name: str, value: object) -> str:
    field = entity.fields.get(name) if entity else None
    return f'<span class="chip">{escape(words.spaced(name))}: {words.value(instance, field, value)}</span>'


def _changes(sandbox: Sandbox, instance: Instance) -> str:
    """Whoever made them: a program, or somebody who works there."""
    latest = islice(sandbox.store.changes(instance), CHANGES)
    lines = "".join(_change(instance, BY_NAME[name], record_id, before) for name, record_id, before in latest)
    return f"<table>{lines}</table>" if lines else '<span class="soft">None since it was started.</span>'


def _change(instance: Instance, entity: Entity, record_id: int, before: Record | None) -> str:
    row = instance.table(entity.name).rows.get(record_id)
    what, of = "new" if before is None else "", escape(words.table_name(entity))
    if row is None:
        name = escape(words.title(entity, before)) if before else f"#{record_id}"
        return f'<tr><td>{name} <span class="soft small">{of}</span><div class="s5 small">deleted</div></td></tr>'
    differing = [name for name in entity.fields if before and row.get(name) != before.get(name)]
    chips = "".join(_chip(instance, entity, name, row.get(name)) for name in differing)
    return (
        f"<tr><td>{words.link(instance, entity, record_id, words.title(entity, row))} "
        f'<span class="soft small">{of}</span><div class="soft small">{what} {written(row)}</div>{chips}</td></tr>'
    )
