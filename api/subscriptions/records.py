"""Changes of records as a subscription, and the cursor that one begins with. How it travels is not known here."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_snake_case

from api.context import Info, RequestContext
from api.node import Node, fetch, models_of
from api.scalars import described
from api.subscriptions.changes import changes
from domain import facts
from domain.access.models import Employee
from domain.context import Actor
from domain.errors import ErrorCode, PermissionDenied, UserError
from domain.events import Event
from domain.facts import Fact
from domain.ids import global_id
from domain.organizations.models import Organization
from domain.products.models import Product
from domain.purchase_orders.models import PurchaseOrder
from domain.quotes.models import Quote
from domain.sales_orders.fulfilment import OrderConfirmation
from domain.sales_orders.models import SalesOrder
from domain.sync.models import SyncError


class RecordType(StrEnum):
    """The values are the kinds of root records, as facts name them."""

    ORGANIZATION = "organization"
    EMPLOYEE = "employee"
    PRODUCT = "product"
    QUOTE = "quote"
    SALES_ORDER = "sales_order"
    ORDER_CONFIRMATION = "order_confirmation"
    PURCHASE_ORDER = "purchase_order"
    SYNC_ERROR = "sync_error"


described(
    RecordType,
    "What kind of record changed. More may be added.",
    ORGANIZATION="An organization, or one of its contacts.",
    EMPLOYEE="An employee.",
    PRODUCT="A product.",
    QUOTE="A quote, or what it consists of.",
    SALES_ORDER="A sales order, or what it consists of.",
    ORDER_CONFIRMATION="The document of a sales order that goes to one contact.",
    PURCHASE_ORDER="A purchase order, or what it consists of.",
    SYNC_ERROR="A sync error.",
)
_MODELS: Mapping[str, Any] = {
    model.__tablename__: model
    for model in (Organization, Employee, Product, Quote, SalesOrder, OrderConfirmation, PurchaseOrder, SyncError)
}


def _events(event: type[Event] = Event) -> Iterator[type[Event]]:
    for inner in event.__subclasses__():
        yield from _events(inner)
        if not inner.__subclasses__() and inner.root in _MODELS:
            yield inner


def _words(name: str) -> str:
    return to_snake_case(name).replace("_", " ").capitalize()


def _sentence(event: type[Event]) -> str:
    doc = event.__doc__
    if doc is None or doc.startswith(f"{event.__name__}("):  # a dataclass makes one up
        return f"{_words(event.__name__)}."
    return f"{_words(event.__name__)}: {' '.join(doc.split())}"


_EVENTS = {to_snake_case(event.__name__).upper(): event for event in _events()}
# Made of `domain.events`, so that a new event needs no second place.
RecordEvent: Any = Enum("RecordEvent", {name: event.__name__ for name, event in _EVENTS.items()})  # type: ignore[misc]
described(
    RecordEvent,
    "What happened to a record. More may be added.",
    **{name: _sentence(event) for name, event in _EVENTS.items()},
)


def fallback(kind: str) -> str:
    """The event that says as little as possible of such a record: that it changed."""
    names = [event.__name__ for event in _EVENTS.values() if event.root == kind]
    return next((name for name in names if name == f"{_MODELS[kind].__name__}Updated"), names[0])


def _event(fact: Fact) -> Any:
    try:
        return RecordEvent(fact.name)
    except ValueError:  # a newer process wrote it
        return RecordEvent(fallback(fact.kind))


async def _node(change: strawberry.Parent[Any], info: Info) -> Node | None:
    found = await fetch(info, models_of(info), _MODELS[change.type.value].__name__, change.key)
    return found  # type: ignore[no-any-return]


@strawberry.type(description="Something that happened to a record.")
class RecordChange:
    reads: ClassVar[None] = None  # which records one is told of depends on the arguments

    key: strawberry.Private[UUID]

    cursor: str = strawberry.field(
        description=f"Its place among all: `recordChanged(after:)` goes on behind it, for {facts.KEPT} days."
    )
    type: RecordType = strawberry.field(description="What kind of record changed.")
    record_id: strawberry.ID = strawberry.field(description="The id of the record: of the quote, if one of its lines.")
    event: str = strawberry.field(graphql_type=RecordEvent, description="What happened.")
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who did it: a token, an employee, or the sync.")
    node: Node | None = strawberry.field(
        resolver=_node,
        description="The record as it is now, which may be later than this change. Empty when it is gone.",
        metadata={"reads": None},
    )


def _change(fact: Fact) -> RecordChange:
    type_, key = RecordType(fact.kind), UUID(fact.key)
    return RecordChange(
        key=key,
        cursor=fact.cursor,
        type=type_,
        record_id=strawberry.ID(global_id(_MODELS[fact.kind].__name__, key)),
        event=_event(fact),
        at=fact.at,
        actor=fact.actor,
    )


def _wanted(types: Sequence[RecordType] | None, actor: Actor) -> frozenset[str]:
    """Kinds of records. Raises PermissionDenied."""
    if types is not None and not types:
        raise UserError(ErrorCode.INVALID, "Name a type, or leave `types` out.", ("types",))
    readable = {kind for kind, model in _MODELS.items() if model.reads in actor.permissions}
    wanted = readable if types is None else {type_.value for type_ in types}
    missing = sorted({_MODELS[kind].reads for kind in wanted - readable})
    if missing:
        raise PermissionDenied(f"The token lacks the scope {', '.join(missing)}.", ("types",))
    if not wanted:
        raise PermissionDenied("The token lacks the scope of every type of record.", ("types",))
    return frozenset(wanted)


After = Annotated[
    str | None,
    strawberry.argument(
        description="Everything behind this cursor first, then what comes: that of the last change one has seen, or one"
        " of `recordCursor`. If not said, only what comes."
    ),
]


def facts_for(context: RequestContext, kinds: frozenset[str], after: str | None) -> AsyncGenerator[Fact, None]:
    assert context.feed is not None  # only who runs subscriptions gets here
    return changes(context.feed, context.read, context.actor.tenant_id, kinds, after)


async def record_changed(
    info: Info,
    types: Annotated[
        list[RecordType] | None,
        strawberry.argument(description="Only such records; if not said, all that the token may read."),
    ] = None,
    after: After = None,
) -> AsyncGenerator[RecordChange, None]:
    kinds = _wanted(types, info.context.actor)
    async with aclosing(facts_for(info.context, kinds, after)) as found:
        async for fact in found:
            yield _change(fact)


async def _cursor(info: Info) -> str:
    _wanted(None, info.context.actor)  # it is of no use to who may be told of nothing
    async with info.context.read() as ctx:
        return await facts.cursor(ctx.session)


RECORD_CURSOR = strawberry.field(
    resolver=_cursor,
    description="Where changes stand now: `recordChanged(after:)` tells all that comes behind it.",
    metadata={"reads": None},
)
