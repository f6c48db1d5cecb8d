"""Records by global id: the Node interface, `node` and `nodes`. It knows no record type: each says its own model."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy.orm import InstrumentedAttribute

from api.context import Info
from domain.errors import ErrorCode, LimitExceeded, PermissionDenied, UserError
from domain.ids import global_id, parse_global_id

MOST = 100


def _id(row: strawberry.Parent[Any]) -> strawberry.ID:
    return strawberry.ID(global_id(type(row).__name__, row.id))


@strawberry.interface(description="A record that can be fetched by its id alone.")
class Node:
    """The source of a type that implements this is the mapped row itself; the type carries the model's name."""

    model: ClassVar[Any]

    id: strawberry.ID = strawberry.field(resolver=_id, description="The record's id: opaque, and stable for good.")

    @classmethod
    def is_type_of(cls, obj: Any, _info: Any) -> bool:
        return isinstance(obj, cls.model)

    @classmethod
    def resolve_type(cls, obj: Any, *_: Any) -> str:
        return type(obj).__name__


def related(relationship: InstrumentedAttribute[Any], description: str) -> Any:
    """A field that is a mapped relationship of the row. `metadata` names it, for whoever compiles reads to SQL."""

    async def resolve(row: strawberry.Parent[Any], info: Info) -> Any:
        return await info.context.loaders.related(relationship, row)

    return strawberry.field(resolver=resolve, description=description, metadata={"relationship": relationship})


def uuid_of(id: str, type_name: str, *field: str) -> UUID:
    """The UUID in a global id of that type. `field` is where the id stands in the caller's input."""
    try:
        found, uuid = parse_global_id(id)
    except UserError as error:
        raise error.under(*field) from None
    if found != type_name:
        raise UserError(
            ErrorCode.INVALID,
            f"This id is of the type {found}; the id of a record of type {type_name} is needed.",
            field,
        )
    return uuid


async def fetch(info: Info, models: Mapping[str, Any], type_name: str, id: UUID) -> Any:
    """The row, or None. Refused when the token may not read such records: that tells nothing of this one."""
    model = models.get(type_name)
    if model is None:
        return None
    if model.reads not in info.context.actor.permissions:
        raise PermissionDenied(f"This needs the permission {model.reads.value}.")
    return await info.context.loaders.row(model, id)


async def readable(info: Info, type_name: str, id: UUID) -> Any:
    """The row that something else is about, or None: also where the token may read that, but no such rows."""
    try:
        return await fetch(info, models_of(info), type_name, id)
    except PermissionDenied:
        return None


def type_name(kind: str) -> str:
    """The type of such records: `quote_line` is the kind of the type QuoteLine."""
    return "".join(part.title() for part in kind.split("_"))


def models_of(info: Info) -> Mapping[str, Any]:
    """The model of each type that is a Node."""
    schema: Any = info.schema
    return schema.models  # type: ignore[no-any-return]


Id = Annotated[strawberry.ID, strawberry.argument(description="The record's id.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description=f"The records' ids, at most {MOST}.")]


async def node(info: Info, id: Id) -> Node | None:
    return await fetch(info, models_of(info), *parse_global_id(id))  # type: ignore[no-any-return]


async def nodes(info: Info, ids: Ids) -> list[Node | None]:
    if len(ids) > MOST:
        raise LimitExceeded(f"At most {MOST} ids can be asked for at once; these are {len(ids)}.")
    wanted = [parse_global_id(id) for id in ids]
    models = models_of(info)
    # Started together, so that records of one type are fetched in one batch.
    found: list[Node | None] = await asyncio.gather(*(fetch(info, models, name, id) for name, id in wanted))
    return found


NODE = strawberry.field(
    resolver=node, description="A record by its id; empty when there is none.", metadata={"reads": None}
)
NODES = strawberry.field(
    resolver=nodes,
    description="Records by their ids, in the same order; empty where there is none.",
    metadata={"reads": None},
)
