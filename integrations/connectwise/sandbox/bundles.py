"""POST /system/bundles: several lists asked for in one request, each answered with its own status.

Reads only; which records a list holds is decided in `reading.py`.
"""

from __future__ import annotations

from typing import Any

from integrations.connectwise.sandbox import reading
from integrations.connectwise.sandbox.call import Call
from integrations.connectwise.sandbox.entity import Entity, Owner, Record
from integrations.connectwise.sandbox.errors import ApiError, bad_parameter, no_endpoint, unreadable_body
from integrations.connectwise.sandbox.tables import BY_NAME, ENTITIES

PATHS = frozenset({"system/bundles", "system/bundles/count"})
MOST = 50
"""Requests in one bundle. The vendor's figure isn't known."""
_BY_TYPE = {entity.name.lower(): entity for entity in ENTITIES if entity.path}


def answered(call: Call, body: Any, *, counting: bool) -> Record:
    """Raises 400 when the bundle itself can't be read; what is wrong with one request is said in its result."""
    requests = _lower(body).get("requests")
    if not isinstance(requests, list) or not all(isinstance(one, dict) for one in requests):
        raise unreadable_body()
    if len(requests) > MOST:
        raise bad_parameter(f"A bundle holds at most {MOST} requests.")
    return {"results": [_result(call, one, counting) for one in map(_lower, requests)]}


def _result(call: Call, request: Record, counting: bool) -> Record:
    named = ("sequenceNumber", "resourceType", "version")
    result = {name: request[name.lower()] for name in named if request.get(name.lower()) is not None}
    try:
        rows, count = _found(call, request, counting)
    except ApiError as error:
        return {**result, "entities": [], "count": 0, "success": False, "statusCode": error.status, "error": error.body}
    return {**result, "entities": rows, "count": count, "success": True, "statusCode": 200}


def _found(call: Call, request: Record, counting: bool) -> tuple[list[Any], int]:
    entity = _BY_TYPE.get(str(request.get("resourcetype")).lower())
    if entity is None:
        raise no_endpoint()
    call.demand(entity, "inquire")
    asked = _lower(request.get("apirequest") or {})
    filters, place = _lower(asked.get("filters") or {}), _lower(asked.get("page") or {})
    call.params = {name: str(value) for name, value in {**filters, **place}.items() if value is not None}
    if fields := asked.get("fields"):
        call.params["fields"] = ",".join(map(str, fields)) if isinstance(fields, list) else str(fields)
    owner = _owner(call, entity, asked.get("parentid"))
    fields_shown = dict(entity.shown).get(entity.path, ())
    if asked.get("id"):
        row = reading.one(call, entity, str(asked["id"]), owner)
        call.demand(entity, "inquire", row)
        return [reading.pruned(call, row, fields_shown)], 1
    rows = reading.matching(call, entity, owner)
    if counting:
        return [], len(rows)
    page = reading.pruned(call, reading.page(call, entity, owner, call.url)[0], fields_shown)
    return page, len(page)


def _owner(call: Call, entity: Entity, parent_id: object) -> Owner | None:
    if not parent_id or not entity.parent_key:
        return None
    above = next(one for one in BY_NAME.values() if one.path == entity.parent_key)
    return Owner(entity.parent_field, reading.one(call, above, str(parent_id), None))


def _lower(value: Any) -> Record:
    """The vendor's own samples write these names in several ways."""
    if not isinstance(value, dict):
        raise unreadable_body()
    return {str(name).lower(): part for name, part in value.items()}
