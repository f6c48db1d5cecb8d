"""From a path below the API root to an entity, a parent, a record or an action.

Written for IIS manners: names match without case, double and trailing slashes don't matter. Answers no request.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.errors import no_endpoint
from integrations.connectwise.sandbox.tables import ENTITIES

ACTIONS = ("count", "search")


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    by_id: _Node | None = None
    entity: Entity | None = None
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    entity: Entity
    parent_id: str = ""
    record_id: str = ""
    action: str = ""


def _tree() -> _Node:
    root = _Node()
    for entity in ENTITIES:
        for path in (entity.path, *entity.also):
            if path:
                _grow(root, path, entity)
    return root


def _grow(node: _Node, path: str, entity: Entity) -> None:
    for step in path.lower().split("/"):
        if step.startswith("{"):
            node.by_id = node.by_id or _Node()
            node = node.by_id
        else:
            node = node.children.setdefault(step, _Node())
    node.entity = entity
    node.by_id = node.by_id or _Node()
    node.by_id.entity, node.by_id.is_record = entity, True


_ROOT = _tree()


def find(steps: list[str]) -> Route:
    """`steps` without empty ones. Raises 404 when nothing is there."""
    node, last = _ROOT, len(steps) - 1
    ids: list[str] = []
    for place, step in enumerate(steps):
        child = node.children.get(step.lower())
        if child is None and place == last and node.entity and not node.is_record and step.lower() in ACTIONS:
            return Route(node.entity, ids[0] if ids else "", action=step.lower())
        if child is None:
            child = node.by_id
            ids.append(step)
        if child is None:
            raise no_endpoint()
        node = child
    if node.entity is None:
        raise no_endpoint()
    record_id = ids.pop() if node.is_record else ""
    return Route(node.entity, ids[0] if ids else "", record_id)
