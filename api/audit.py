"""The audit trail as it is read: who changed what, from what to what. It is written by the database itself."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import select
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from api.context import Info
from api.employees import Employee
from api.filters import (
    DateTimeFilter,
    EnumFilter,
    IDFilter,
    StringFilter,
    filtered,
    filters,
    identified,
    plain,
    read_by,
)
from api.node import Node, models_of, readable, related, type_name
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from api.scalars import described
from domain import audit
from domain.errors import ErrorCode, UserError
from domain.ids import global_id, parse_global_id, split_subject, subject
from domain.models import Base
from domain.paging import Order
from domain.permissions import Permission

described(
    audit.AuditAction,
    "What happened to a row.",
    CREATED="It was made.",
    CHANGED="It was changed.",
    REMOVED="It was taken away.",
)


@strawberry.type(description="One value that changed, as text; another record as its id.")
class AuditChange:
    reads: ClassVar[Permission] = Permission.AUDIT_READ

    field: str = strawberry.field(description="The field, in the spelling of this API.")
    before: str | None = strawberry.field(description="What it was; empty for a new row and for an empty value.")
    after: str | None = strawberry.field(description="What it is; empty for a removed row and for an empty value.")


def _named(subject: str) -> tuple[str, UUID]:
    """Type and id of what a subject names: `quote_line:…` is of the type QuoteLine."""
    kind, key = split_subject(subject)
    return type_name(kind), UUID(key)


def _global_id(subject: str) -> strawberry.ID:
    return strawberry.ID(global_id(*_named(subject)))


def _type(row: strawberry.Parent[audit.AuditEntry]) -> str:
    return _named(row.subject)[0]


def _row_id(row: strawberry.Parent[audit.AuditEntry]) -> strawberry.ID:
    return _global_id(row.subject)


def _record_id(row: strawberry.Parent[audit.AuditEntry]) -> strawberry.ID:
    return _global_id(row.root)


def _changes(row: strawberry.Parent[audit.AuditEntry], info: Info) -> list[AuditChange]:
    types = {column: name for column, name in _referred(_named(row.subject)[0]).items() if name in models_of(info)}

    def shown(column: str, value: str | None) -> str | None:
        return global_id(types[column], UUID(value)) if value and column in types else value

    return [
        AuditChange(field=to_camel_case(column), before=shown(column, before), after=shown(column, after))
        for column, (before, after) in sorted(row.changes.items())
    ]


@cache
def _referred(name: str) -> Mapping[str, str]:
    """The columns of a type's table that name other rows, with the types of these."""
    table = Base.metadata.tables.get(to_snake_case(name))
    keys = () if table is None else table.foreign_keys
    return {key.parent.name: type_name(key.column.table.name) for key in keys if key.parent.name != "tenant_id"}


async def _record(row: strawberry.Parent[audit.AuditEntry], info: Info) -> Node | None:
    return await readable(info, *_named(row.root))  # type: ignore[no-any-return]


@strawberry.type(description="One row that somebody changed. Entries are never changed or removed.")
class AuditEntry(Node):
    model: ClassVar[Any] = audit.AuditEntry

    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who: a person, a token, or one of our own processes.")
    employee: Employee | None = related(audit.AuditEntry.employee, "The employee, when it was one.")
    origin: str | None = strawberry.field(
        description="The app whose change was taken over; empty when it was made here."
    )
    request_id: str | None = strawberry.field(description="The request (`X-Request-Id`) that did it.")
    action: audit.AuditAction = strawberry.field(description="What happened to the row.")
    type: str = strawberry.field(resolver=_type, description="The type of the row, such as QuoteLine.")
    row_id: strawberry.ID = strawberry.field(resolver=_row_id, description="The id of the row.")
    record_id: strawberry.ID = strawberry.field(
        resolver=_record_id,
        description="The id of the record that the row is part of: of a line, its quote.",
    )
    record: Node | None = strawberry.field(
        resolver=_record,
        description="That record; empty when it is gone, or the token may not read it.",
        metadata={"reads": None},
    )
    changes: list[AuditChange] = strawberry.field(
        resolver=_changes,
        description="What is different, field by field. Of secrets and pictures only that they are: `(not shown)`.",
    )


async def _subject(_info: Info, _operator: str, value: Any, path: tuple[str, ...]) -> str:
    try:
        name, id = parse_global_id(value)
    except UserError as error:
        raise error.under(*path) from None
    try:
        return subject(to_snake_case(name), id)
    except ValueError:  # longer than any kind of ours
        raise UserError(ErrorCode.INVALID, f"There are no records of the type {name}.", path) from None


_entry = audit.AuditEntry


@filters("Which entries of the audit trail to list.")
class AuditFilter:
    id: IDFilter | None = identified(_entry.id, "AuditEntry", "The entry itself.")
    record_id: IDFilter | None = read_by(_entry.root, _subject, "The record, with all that is part of it.")
    row_id: IDFilter | None = read_by(_entry.subject, _subject, "The row itself: of a quote, without its lines.")
    employee_id: IDFilter | None = identified(_entry.employee_id, "Employee", "The employee who did it.")
    actor: StringFilter | None = plain(_entry.actor, "Who did it.")
    action: EnumFilter[audit.AuditAction] | None = plain(_entry.action, "What happened.")
    origin: StringFilter | None = plain(_entry.origin, "The app whose change was taken over.")
    request_id: StringFilter | None = plain(_entry.request_id, "The request that did it.")
    at: DateTimeFilter | None = plain(_entry.at, "When.")


async def audit_trail(
    info: Info,
    filter: Annotated[AuditFilter | None, strawberry.argument(description="Which to list.")] = None,
    direction: Annotated[
        OrderDirection, strawberry.argument(description="DESC: the latest first; ASC: the first that happened.")
    ] = OrderDirection.DESC,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[AuditEntry]:
    order = Order(_entry.at, _entry.id, direction is OrderDirection.DESC)
    statement = await filtered(info, select(_entry), filter)
    return connection(info, statement, order, first=first, after=after, last=last, before=before)
