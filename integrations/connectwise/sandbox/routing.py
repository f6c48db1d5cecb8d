"""From a path below the API root to an entity, a parent, a record or an action.

Written for IIS manners: names match without case, double and trailing slashes don't matter. Answers no request.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.errors import no_endpoint
from integrations.connectwise.sandbox.tables import ENTITIES

ACTIONS = ("count", "search")


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    by_id: _Node | None = None
    entity: Entity | None = None
    path: str = ""
    """The one of the entity's paths that leads here."""
    is_record: bool = False
    actions: dict[str, tuple[Entity, Action]] = field(default_factory=dict)
    """By verb."""


@dataclass(frozen=True, slots=True)
class Route:
    entity: Entity
    parent_id: str = ""
    record_id: str = ""
    action: str = ""
    parent_key: str = ""
    """The key of the table `parent_id` is of."""
    parent_field: str = ""
    """The entity's field that holds that id."""
    shown: tuple[str, ...] = ()
    actions: dict[str, tuple[Entity, Action]] = field(default_factory=dict)
    """What is done here instead of the usual, by verb."""
    ids: tuple[str, ...] = ()
    """All in the path, for those."""
    usual: bool = True
    """Whether there is anything but actions here."""


def _tree() -> _Node:
    root = _Node()
    for entity in ENTITIES:
        for path in (entity.path, *entity.also):
            if path:
                _grow(root, path, entity)
        for action in entity.actions:
            _descend(root, action.path).actions[action.verb] = entity, action
    return root


def _descend(root: _Node, path: str) -> _Node:
    node = root
    for step in path.lower().split("/"):
        if step.startswith("{"):
            node.by_id = node.by_id or _Node()
            node = node.by_id
        else:
            node = node.children.setdefault(step, _Node())
    return node


def _grow(root: _Node, path: str, entity: Entity) -> None:
    node = _descend(root, path)
    node.entity, node.path = entity, path
    node.by_id = node.by_id or _Node()
    node.by_id.entity, node.by_id.path, node.by_id.is_record = entity, path, True


_ROOT = _tree()


def find(steps: list[str]) -> Route:
    """`steps` without empty ones. Raises 404 when nothing is there."""
    node, last = _ROOT, len(steps) - 1
    ids: list[str] = []
    for place, step in enumerate(steps):
        child = node.children.get(step.lower())
        if child is None and place == last and node.entity and not node.is_record and step.lower() in ACTIONS:
            return _route(node, ids, action=step.lower())
        if child is None:
            child = node.by_id
            ids.append(step)
        if child is None:
            raise no_endpoint()
        node = child
    everything = tuple(ids)
    if node.entity is None and node.actions:
        entity = next(iter(node.actions.values()))[0]
        return Route(entity, actions=node.actions, ids=everything, usual=False)
    record_id = ids.pop() if node.is_record else ""
    found = _route(node, ids, record_id)
    return replace(found, actions=node.actions, ids=everything) if node.actions else found


def _route(node: _Node, ids: list[str], record_id: str = "", action: str = "") -> Route:
    if node.entity is None:
        raise no_endpoint()
    shown = dict(node.entity.shown).get(node.path, ()) if node.entity.shown else ()
    if not ids:
        return Route(node.entity, "", record_id, action, shown=shown)
    key, _, rest = node.path.partition("/{")
    return Route(node.entity, ids[0], record_id, action, key, rest.partition("}")[0], shown)
