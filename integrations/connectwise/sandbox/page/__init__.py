"""The web page of the sandbox: what is in this ConnectWise now, and what was asked of it last. For people.

    /                              every table of a company (?company=...), the last requests, the last changes
    /browse/{company}/{table}      the rows of a table, the last written first
    /browse/{company}/{table}/{id} one record

It changes nothing itself: what a person changes on it goes through the control door, and only where that is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from integrations.connectwise.sandbox.page import overview, records, shell
from integrations.connectwise.sandbox.reply import Reply
from integrations.connectwise.sandbox.request import Request
from integrations.connectwise.sandbox.tables import ENTITIES

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.app import Sandbox

_BY_KEY = {entity.key: entity for entity in ENTITIES if entity.path}


def answer(sandbox: Sandbox, request: Request) -> Reply:
    if request.method not in ("GET", "HEAD"):
        return Reply(405, b"", (("allow", "GET, HEAD"),))
    host = request.headers.get(b"host", b"").decode("latin-1")
    steps = [unquote(step) for step in request.path.split("/") if step]
    query = parse_qs(request.query)
    if not steps:
        company = query.get("company", [""])[0]
        instance = sandbox.store.get(company) if company else next(iter(sandbox.store.instances.values()), None)
        return shell.page(overview.shown(sandbox, instance, host), 200 if instance else 404)
    instance, place = sandbox.store.get(steps[1] if len(steps) > 1 else ""), steps[2:]
    record_id = int(place.pop()) if place and place[-1].isdecimal() and len(place[-1]) <= 18 else None
    entity = _BY_KEY.get("/".join(place))
    if instance is None or entity is None:
        return shell.nothing()
    if record_id is None:
        first = query.get("before", [""])[0]
        return shell.page(records.listed(instance, entity, int(first) if first.isdecimal() else 0))
    record = instance.table(entity.name).rows.get(record_id)
    if record is None:
        return shell.page(records.gone(instance, entity, record_id), 404)
    return shell.page(records.shown(instance, entity, record, changeable=sandbox.controlled))
