"""GET of any entity: one record, a list, a count; and POST .../search, the way to ask long questions.

Finds the rows an index or the order of last writes can give before it tests any; writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from integrations.connectwise.sandbox import paging
from integrations.connectwise.sandbox.call import Call
from integrations.connectwise.sandbox.conditions import child_conditions, conditions, custom_field_conditions
from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Entity, Owner, Record
from integrations.connectwise.sandbox.errors import bad_parameter, not_found
from integrations.connectwise.sandbox.paths import resolve
from integrations.connectwise.sandbox.syntax import All, Compare, Node, Within, parse
from integrations.connectwise.sandbox.table import Table

Tree = dict[str, Any]


def one(call: Call, entity: Entity, key: str, owner: Owner | None) -> Record:
    """Raises 404 with the text real tenants send."""
    table = call.table(entity.name)
    number = whole(key)
    row = None if number is None else table.rows.get(number)
    if row is None and entity.by_identifier:
        row = next(iter(table.where("identifier", key)), None)
    if row is None or (owner is not None and _owner_id(owner, row) != owner.record["id"]):
        raise not_found(entity.name, key)
    return row


def matching(call: Call, entity: Entity, owner: Owner | None) -> list[Record]:
    """The rows that fulfil the conditions, in the order of their ids."""
    text = call.params.get("conditions", "").strip()
    if call.stale:
        rows: Iterable[Record] = call.store.as_of(call.instance, entity.name, call.stale)
    else:
        rows = _candidates(call.table(entity.name), entity, text)
    if owner is not None:
        rows = [row for row in rows if _owner_id(owner, row) == owner.record["id"]]
    if not entity.setup and call.level(entity.module, "inquire") == "mine":
        rows = [row for row in rows if call.is_mine(entity, row)]
    for name in entity.asks_for:
        wanted = call.params.get(name.lower(), "")
        if not wanted:
            raise bad_parameter(f"{name} is required.")
        rows = [row for row in rows if str(row.get(name)).lower() == wanted.lower()]
    if text:
        test = conditions(entity, text, call.options.percent_is_wildcard)
        rows = [row for row in rows if test(row)]
    if child := call.params.get("childconditions", "").strip():
        rows = list(filter(child_conditions(entity, child), rows))
    if custom := call.params.get("customfieldconditions", "").strip():
        rows = list(filter(custom_field_conditions(custom), rows))
    return list(rows)


def page(call: Call, entity: Entity, owner: Owner | None, url: str) -> tuple[list[Record], str]:
    """The page asked for, and its Link header."""
    rows = matching(call, entity, owner)
    if call.forward_only:  # only the request header makes it so; pageId alone does nothing
        return paging.forward(call, rows, url)
    if order := call.params.get("orderby", "").strip():
        rows = _sorted(entity, rows, order)
    return paging.navigable(call, rows, url)


def _owner_id(owner: Owner, row: Record) -> object:
    value = row.get(owner.field)
    return value["id"] if isinstance(value, dict) else value


def _candidates(table: Table, entity: Entity, text: str) -> Iterable[Record]:
    """The rows worth testing: those of one indexed equality, or those written lately, or all."""
    if text:
        node = parse(text)
        for part in node.parts if isinstance(node, All) else (node,):
            found = _narrowed(table, entity, part)
            if found is not None:
                return found
    return table.rows.values()


def _narrowed(table: Table, entity: Entity, node: Node) -> list[Record] | None:
    if not isinstance(node, Compare | Within):
        return None
    index = resolve(entity, node.field).index
    if isinstance(node, Within):
        if index != "id" or node.negated:
            return None
        return [table.rows[i] for i in sorted({v for v in node.values if isinstance(v, int)}) if i in table.rows]
    value = node.value
    if index == "lastUpdated" and node.op in (">", ">=") and isinstance(value, datetime):
        return _written_since(table, value.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if node.op != "=" or not index or value is None or isinstance(value, datetime | bool):
        return None
    if index == "id":
        return [table.rows[value]] if isinstance(value, int) and value in table.rows else []
    return table.where(index, value)


def _written_since(table: Table, moment: str) -> list[Record]:
    recent: list[int] = []
    for record_id in reversed(table.newest):
        if table.rows[record_id]["_info"]["lastUpdated"] < moment:
            break
        recent.append(record_id)
    return [table.rows[record_id] for record_id in sorted(recent)]


def _sorted(entity: Entity, rows: list[Record], order: str) -> list[Record]:
    for part in reversed(order.split(",")):
        name, _, direction = part.strip().partition(" ")
        direction = direction.strip().lower() or "asc"
        if direction not in ("asc", "desc"):
            raise bad_parameter(f"orderBy wants asc or desc after a field, not '{direction}'.")
        path = resolve(entity, name)
        if path.within or path.type == "ref":
            raise bad_parameter(f"'{name}' can't be sorted by.")
        rows.sort(key=_key(path.get), reverse=direction == "desc")
    return rows


def _key(get: Callable[[Record], Any]) -> Callable[[Record], Any]:
    def key(record: Record) -> Any:
        value = get(record)
        return (value is not None, value if value is not None else 0)

    return key


def pruned(call: Call, value: Any, shown: tuple[str, ...] = ()) -> Any:
    """Only what `fields=id,name,status/id` asks for, and of that only what is `shown` at this path at all."""
    if shown:
        value = _prune(value, {name.lower(): {} for name in shown})
    fields = call.params.get("fields", "").strip()
    return _prune(value, _wanted(fields)) if fields else value


@lru_cache(maxsize=512)
def _wanted(fields: str) -> Tree:
    tree: Tree = {}
    for path in fields.lower().split(","):
        node = tree
        for step in path.strip().split("/"):
            node = node.setdefault(step, {})
    return tree


def _prune(value: Any, tree: Tree) -> Any:
    if isinstance(value, list):
        return [_prune(item, tree) for item in value]
    if not isinstance(value, dict) or not tree:
        return value
    return {key: _prune(part, tree[key.lower()]) for key, part in value.items() if key.lower() in tree}
