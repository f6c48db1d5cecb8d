"""How large a parsed document is, judged before anything is executed, in time linear in its length.

Each fragment is measured once, so that fragments within fragments can't multiply the work. What is wrong with a
document is not said here: validation does that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)
from graphql.type import GraphQLField, GraphQLOutputType, is_non_null_type

from api import cost
from api.cost import Cost, Points
from api.limits import within
from api.permissions import Rules
from domain.permissions import Permission

FRAGMENTS = 100
OPERATIONS = 20
VARIABLES = 100  # of one operation
DEPTH = 12
INTROSPECTION_DEPTH = 20  # GraphiQL's own query is 15 deep
ALIASES = 30
ROOT_FIELDS = 20
FIELDS = 2_000  # with every fragment written out
REPEATS = 10_000  # pairs of equal names side by side: validation compares each with each
_FRAGMENT_PAIR = 5  # and all fragments of one place, which is dearer
INTROSPECTION_COST = 300_000  # values of the schema in an answer: GraphiQL's own query comes to about a third
_LIST = 10  # how many items a list is taken to have that isn't paged
_SCHEMA_LISTS = {"types": 100, "fields": 8, "args": 3, "inputFields": 4, "possibleTypes": 5}
_SCHEMA_LIST = 2
_INTROSPECTION = {"__schema": "__Schema", "__type": "__Type"}
_TO_INTROSPECT = frozenset({Permission.SCHEMA_READ})


class Size(NamedTuple):
    """What selecting something comes to, all fragments written out."""

    depth: int = 0
    introspection: int = 0
    aliases: int = 0
    fields: int = 0
    width: int = 0
    """Fields at this very level."""
    points: Points = cost.FREE
    introspected: int = 0
    needs: frozenset[Permission] = frozenset()

    def plus(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            max(self.introspection, other.introspection),
            self.aliases + other.aliases,
            self.fields + other.fields,
            self.width + other.width,
            cost.plus(self.points, other.points),
            self.introspected + other.introspected,
            self.needs | other.needs if other.needs else self.needs,
        )

    def above(self, aliases: int, **more: Any) -> "Size":
        """The size of a field whose selections come to this."""
        return self._replace(
            depth=self.depth + 1, aliases=self.aliases + aliases, fields=self.fields + 1, width=1, **more
        )


class Operation(NamedTuple):
    """What is known of an operation before it runs."""

    size: Size
    cost: Cost
    mutations: tuple[str, ...]
    """Its mutation fields; none if it is a query."""
    streams: bool
    """Whether it is a subscription."""


class Measuring:
    """One walk over a document. Unknown names count as fields, no more: saying what is wrong is for validation."""

    def __init__(self, schema: GraphQLSchema, rules: Rules, document: DocumentNode) -> None:
        self._schema = schema
        self._rules = rules
        fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
        self._fragments = {node.name.value: node for node in fragments}
        self._operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self._known: dict[str, Size] = {}
        self._open: set[str] = set()
        self.unmeasured = len(self._fragments) < len(fragments)
        within(len(fragments), FRAGMENTS, "The document has more than {most} fragments.")
        within(len(self._operations), OPERATIONS, "The document has more than {most} operations.")

    def check(self) -> dict[str | None, Operation]:
        """Each operation, by name. Raises LimitExceeded when one is too large.

        `unmeasured` is true afterwards if something has no size: fragments that are cyclic, unused, or two of one name.
        Such a document is wrong anyway; it is only good for being told that, by rules that can't be made to hang.
        """
        found: dict[str | None, Operation] = {}
        for operation in self._operations:
            variables = len(operation.variable_definitions or ())
            within(variables, VARIABLES, "The operation has more than {most} variables.")
            root = self._schema.get_root_type(operation.operation)
            size = self._selected(operation.selection_set, root)
            _check(size)
            if self.unmeasured:
                continue
            # Only now: these two write fragments out, which is safe for as many fields as that.
            roots = self._side_by_side([operation.selection_set])[0]
            within(sum(map(len, roots.values())), ROOT_FIELDS, "The operation has more than {most} fields at its root.")
            repeats = sum(self._repeats([operation.selection_set]))
            within(repeats, REPEATS, "The operation repeats the same fields too often. Select each once.")
            mutating = operation.operation is OperationType.MUTATION
            parts = {name: self._points(nodes, root, mutating) for name, nodes in roots.items()}
            called = [nodes[0].name.value for nodes in roots.values()] if mutating else []
            found[operation.name.value if operation.name else None] = Operation(
                size,
                Cost(parts, size.introspected, cost.defaults_of(operation)),
                tuple(name for name in called if not name.startswith("__")),
                operation.operation is OperationType.SUBSCRIPTION,
            )
        self.unmeasured |= len(self._known) < len(self._fragments)
        return found

    def _points(self, nodes: list[FieldNode], root: GraphQLNamedType | None, mutating: bool) -> Points:
        total = cost.points(cost.MUTATION if mutating else 0)
        for node in nodes:
            total = cost.plus(total, self._field(node, root).points)
        return total

    def _selected(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Size:
        total = Size()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total = total.plus(self._field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inside = self._schema.get_type(condition.name.value) if condition else parent
                total = total.plus(self._selected(node.selection_set, inside))
            elif isinstance(node, FragmentSpreadNode):
                total = total.plus(self._fragment(node.name.value))
        return total

    def _fragment(self, name: str) -> Size:
        fragment = self._fragments.get(name)
        if name in self._open:
            self.unmeasured = True
        if fragment is None or name in self._open:
            return Size()
        if name not in self._known:
            self._open.add(name)
            condition = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self._selected(fragment.selection_set, condition)
            self._open.remove(name)
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Size:
        name, aliases = node.name.value, int(node.alias is not None)
        if name.startswith("__"):
            inner = self._selected(node.selection_set, self._schema.get_type(_INTROSPECTION.get(name, "")))
            return Size(
                introspection=inner.depth + 1,
                aliases=inner.aliases + aliases,
                fields=inner.fields + 1,
                width=1,
                introspected=inner.introspected + 1,
                needs=frozenset() if name == "__typename" else _TO_INTROSPECT,
            )
        known = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        if known is None or parent is None:
            return self._selected(node.selection_set, None).above(aliases)
        result = get_named_type(known.type)
        inner = self._selected(node.selection_set, result)
        if parent.name.startswith("__"):
            times = _SCHEMA_LISTS.get(name, _SCHEMA_LIST) if _is_list(known.type) else 1
            return inner.above(aliases, introspected=times * (inner.introspected + 1))
        points = cost.plus(cost.points(self._own(result, inner.width)), inner.points)
        return inner.above(
            aliases,
            points=_times(node, known, parent, points),
            needs=inner.needs.union(self._rules.needed(parent.name, name, result)),
        )

    def _own(self, result: GraphQLNamedType, fields: int) -> int:
        """The points of one such object; values that hold nothing of a tenant by themselves, and pages, are free."""
        if not is_composite_type(result) or self._rules.is_wrapper(result.name):
            return 0
        return cost.of_object(fields)

    def _repeats(self, scopes: list[SelectionSetNode]) -> Iterator[int]:
        fields, fragments = self._side_by_side(scopes)
        yield _FRAGMENT_PAIR * (fragments * (fragments - 1) // 2)
        for nodes in fields.values():
            yield len(nodes) * (len(nodes) - 1) // 2
            yield from self._repeats([node.selection_set for node in nodes if node.selection_set])

    def _side_by_side(self, scopes: Iterable[SelectionSetNode]) -> tuple[dict[str, list[FieldNode]], int]:
        """The fields that end up in one object of the answer, by the name they have there; from how many fragments."""
        found: defaultdict[str, list[FieldNode]] = defaultdict(list)
        spread: set[str] = set()
        waiting = list(scopes)
        while waiting:
            for node in waiting.pop().selections:
                if isinstance(node, FieldNode):
                    found[(node.alias or node.name).value].append(node)
                elif isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self._fragments.get(node.name.value)
                    if fragment is not None:
                        waiting.append(fragment.selection_set)
        return found, len(spread)


def _check(size: Size) -> None:
    within(size.depth, DEPTH, "The operation is {value} levels deep; at most {most} are allowed.")
    within(size.introspection, INTROSPECTION_DEPTH, "The introspection is {value} levels deep; {most} are allowed.")
    within(size.aliases, ALIASES, "The operation uses more than {most} aliases.")
    within(
        size.fields, FIELDS, "The operation selects more than {most} fields, counting fragments where they are used."
    )
    within(size.introspected, INTROSPECTION_COST, "The introspection asks for too much. Ask for fewer levels.")


def _times(node: FieldNode, field: GraphQLField, parent: GraphQLNamedType, points: Points) -> Points:
    """The points of all objects that the field may lead to, for each one it is selected on."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    metadata = field.extensions["strawberry-definition"].metadata
    if metadata.get("items"):
        each = cost.plus(cost.points(cost.MUTATION), points)
        return cost.times(cost.items_of(given.get("input"), metadata["items"]), each)
    if "first" in field.args:
        pages = cost.pages_of([given[size] for size in ("first", "last") if size in given])
        return cost.plus(cost.points(1), cost.times(pages, points))
    if "ids" in field.args and _is_list(field.type):
        return cost.times(cost.pages_of([given[name] for name in ("ids",) if name in given]), points)
    # The items of a page, or of many changes at once, are counted where these are asked for.
    counted = parent.name.endswith("Connection") or metadata.get("one_for_each_item")
    return cost.times((_LIST,), points) if _is_list(field.type) and not counted else points


def _is_list(type_: GraphQLOutputType) -> bool:
    return is_list_type(type_.of_type if is_non_null_type(type_) else type_)
