"""How a record stands with an app, and the sync errors of a tenant: listed, retried, dismissed. Syncs nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, select

from api.context import Info
from api.filters import (
    DateTimeFilter,
    EnumFilter,
    IDFilter,
    IntFilter,
    StringFilter,
    filtered,
    filters,
    identified,
    plain,
    read_by,
)
from api.mutations import Payload, mutation, record
from api.node import Node, readable, type_name, uuid_of
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from api.scalars import described
from domain.errors import ErrorCode, UserError
from domain.ids import parse_global_id, split_subject, subject
from domain.integration_settings.apps import MAIL
from domain.integration_settings.connectwise import PROVIDER, TITLE
from domain.paging import Order
from domain.permissions import Permission
from domain.sync import models
from domain.sync import service as sync

described(
    models.SyncState,
    "How a record stands with an app, or a mail with the mail server.",
    NOT_SYNCED="It was never sent: its sync is off, or nothing asked for it yet.",
    PENDING="There is work to do, and it is done without anybody's help.",
    SYNCED="Both sides agree as far as we know.",
    ERROR="It needs somebody: see `lastError`.",
)
described(
    models.ErrorKind,
    "Whose move it is.",
    name="SyncErrorKind",
    REJECTED="The other side refused the record as it is: edit the record, or what it refers to.",
    UNMAPPED="A setting or a mapping is missing.",
    UNAUTHORIZED="The keys are wrong (everything pauses), or a right is missing (this record waits).",
    CONFLICT="Both sides disagree, or several candidates match: somebody has to choose.",
    BLOCKED="Another record has to be solved first; this one then runs by itself.",
    UNAVAILABLE="The other side did not answer until the last automatic attempt.",
    INTERNAL="A fault of ours. It is logged.",
)
described(
    models.Resolution,
    "How a sync error ended.",
    name="SyncErrorResolution",
    SYNCED="A later sync of the record succeeded.",
    DISMISSED="Somebody closed it without solving it.",
)


class ErrorState(Enum):
    OPEN = strawberry.enum_value("OPEN", description="It still needs somebody.")
    RESOLVED = strawberry.enum_value("RESOLVED", description="A later sync succeeded.")
    DISMISSED = strawberry.enum_value("DISMISSED", description="Somebody closed it.")


strawberry.enum(ErrorState, name="SyncErrorState", description="Where a sync error stands.")

_TITLES = {PROVIDER: TITLE, MAIL.provider: "the mail server"}
# Type -> kind of the records that sync errors are about: `standing` adds those that have a field `sync`.
_KINDS: dict[str, str] = {}
_ROOTS: set[str] = set()  # the types of those with a field `sync` that are synced by themselves


async def _record(row: strawberry.Parent[models.SyncError], info: Info) -> Node | None:
    kind, key = split_subject(row.subject)
    # A catalog item or an arrival is no record here.
    name = type_name(kind)
    return await readable(info, name, UUID(key)) if name in _KINDS else None


@strawberry.type(description="A failure to sync that a person must know. It clears itself when a later sync succeeds.")
class SyncError(Node):
    model: ClassVar[Any] = models.SyncError

    provider: str = strawberry.field(description="The other side: `CONNECTWISE`, or `MAIL` for the mail server.")
    kind: models.ErrorKind = strawberry.field(description="Whose move it is.")
    title: str = strawberry.field(description="The record as people know it.")
    message: str = strawberry.field(description="What to change, and where.")
    setting: str | None = strawberry.field(description="The setting or mutation that solves it, when one does.")
    remote_code: str | None = strawberry.field(description="The code that the other side gave.")
    remote_text: str | None = strawberry.field(description="What the other side said, in its own words.")
    attempts: int = strawberry.field(description="How often it was tried.")
    first_at: datetime = strawberry.field(description="When it failed first.")
    last_at: datetime = strawberry.field(description="When it failed last.")
    retried_at: datetime | None = strawberry.field(
        description="When somebody last asked for another try; empty: nobody has."
    )
    resolved_at: datetime | None = strawberry.field(description="When it ended; empty while it is open.")
    resolution: models.Resolution | None = strawberry.field(description="How it ended; empty while it is open.")
    dismiss_reason: str | None = strawberry.field(description="Why it was dismissed.")
    record: Node | None = strawberry.field(
        resolver=_record,
        description="The record that failed; empty when the connection itself did, or the token may not read it.",
        metadata={"reads": None},
    )


@strawberry.type(description="How one record stands with an app, or a mail with the mail server.")
class RecordSync:
    reads: ClassVar[Permission] = Permission.SYNC_READ

    state: models.SyncState = strawberry.field(description="In one word.")
    external_id: str | None = strawberry.field(
        description="The id of its counterpart over there; of a mail, its Message-ID."
    )
    external_url: str | None = strawberry.field(
        description="Where its counterpart can be opened; empty where it can't."
    )
    last_synced_at: datetime | None = strawberry.field(description="When both sides agreed last.")
    last_error: SyncError | None = strawberry.field(description="What needs somebody, when something does.")


def standing(kind: str, *, root: Callable[[Any], str] | None = None, provider: str = PROVIDER) -> Any:
    """The `sync` field of a record. `root` names the record whose lease covers it; without one it is a root."""

    _KINDS[type_name(kind)] = kind
    if root is None:
        _ROOTS.add(type_name(kind))

    async def resolve(row: strawberry.Parent[Any], info: Info) -> RecordSync:
        own = subject(kind, row.id)
        found = await info.context.loaders.standing(provider, own, root(row) if root else own)
        return found  # type: ignore[return-value]  # the source of the type

    return strawberry.field(resolver=resolve, description=f"How the record stands with {_TITLES[provider]}.")


async def _subject(_info: Info, _operator: str, value: Any, path: tuple[str, ...]) -> str:
    return subject(*_synced(value, path))


def root_of(id: str, *field: str) -> tuple[str, UUID]:
    """Kind and key of a record that is synced by itself. Raises UserError, about what stands in `field`."""
    kind, key = _synced(id, field)
    if type_name(kind) not in _ROOTS:
        raise UserError(ErrorCode.INVALID, "This record is synced with another one, which it is a part of.", field)
    return kind, key


def _synced(id: str, field: tuple[str, ...]) -> tuple[str, UUID]:
    try:
        name, key = parse_global_id(id)
    except UserError as error:
        raise error.under(*field) from None
    if name not in _KINDS:
        raise UserError(ErrorCode.INVALID, f"Records of the type {name} are not synced.", field)
    return _KINDS[name], key


_error = models.SyncError


@filters("Which sync errors to list.")
class SyncErrorFilter:
    id: IDFilter | None = identified(_error.id, "SyncError", "The sync error itself.")
    kind: EnumFilter[models.ErrorKind] | None = plain(_error.kind, "Whose move it is.")
    provider: StringFilter | None = plain(_error.provider, "The other side: `CONNECTWISE` or `MAIL`.")
    record_id: IDFilter | None = read_by(_error.subject, _subject, "The record that failed.")
    title: StringFilter | None = plain(_error.title, "The record as people know it.")
    remote_code: StringFilter | None = plain(_error.remote_code, "The code that the other side gave.")
    attempts: IntFilter | None = plain(_error.attempts, "How often it was tried.")
    first_at: DateTimeFilter | None = plain(_error.first_at, "When it failed first.")
    last_at: DateTimeFilter | None = plain(_error.last_at, "When it failed last.")
    resolved_at: DateTimeFilter | None = plain(_error.resolved_at, "When it ended; empty while it is open.")


class SyncErrorOrderField(Enum):
    LAST_AT = strawberry.enum_value("LAST_AT", description="By when they failed last.")


strawberry.enum(SyncErrorOrderField, description="What sync errors can be ordered by.")


@strawberry.input(description="The order of sync errors.")
class SyncErrorOrder:
    field: SyncErrorOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


State = Annotated[
    ErrorState | None, strawberry.argument(description="Where they stand; open ones if not said, all if null.")
]


async def sync_errors(
    info: Info,
    state: State = ErrorState.OPEN,
    filter: Annotated[SyncErrorFilter | None, strawberry.argument(description="Which to list.")] = None,
    order_by: Annotated[
        SyncErrorOrder | None, strawberry.argument(description="In which order; the latest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[SyncError]:
    descending = order_by is None or order_by.direction is OrderDirection.DESC
    order = Order(_error.last_at, _error.id, descending)
    statement = await filtered(info, select(_error).where(*_IN_STATE.get(state, ())), filter)
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


_IN_STATE: Mapping[ErrorState | None, Sequence[ColumnElement[bool]]] = {
    ErrorState.OPEN: [_error.resolved_at.is_(None)],
    ErrorState.RESOLVED: [_error.resolved_at.is_not(None), _error.resolution == models.Resolution.SYNCED.value],
    ErrorState.DISMISSED: [_error.resolved_at.is_not(None), _error.resolution == models.Resolution.DISMISSED.value],
}


@strawberry.type(description="What is needed to try again.")
class SyncErrorPayload(Payload):
    error_id: strawberry.Private[UUID | None] = None

    sync_error: SyncError | None = record(models.SyncError, "error_id", "The sync error as it is now.")


@strawberry.type(description="The outcome of `retrySyncError`.")
class RetrySyncErrorPayload(SyncErrorPayload):
    pass


@strawberry.type(description="The outcome of `retrySyncErrors`.")
class RetrySyncErrorsPayload(Payload):
    retried: int | None = strawberry.field(default=None, description="For how many sync errors work begins again.")


@strawberry.type(description="The outcome of `dismissSyncError`.")
class DismissSyncErrorPayload(SyncErrorPayload):
    pass


@strawberry.input(description="Which sync error to try again.")
class RetrySyncErrorInput:
    id: strawberry.ID = strawberry.field(description="The sync error.")


@strawberry.input(description="Which sync errors to try again.")
class RetrySyncErrorsInput:
    filter: SyncErrorFilter | None = strawberry.field(
        default=None, description="Which of the open ones; all of them if not said."
    )


@strawberry.input(description="Which sync error to close, and why.")
class DismissSyncErrorInput:
    id: strawberry.ID = strawberry.field(description="The sync error.")
    reason: str = strawberry.field(description="Why it needs no solution. At most 1,000 characters.")


@mutation(sync.retry, "Works on the record again, at once. The error stays open until the record is in step.")
async def retry_sync_error(
    info: Info, input: Annotated[RetrySyncErrorInput, strawberry.argument(description="What to try again.")]
) -> RetrySyncErrorPayload:
    async with info.context.transaction() as ctx:
        error = await sync.retry(ctx, uuid_of(input.id, "SyncError", "id"))
    return RetrySyncErrorPayload(error_id=error.id)


@mutation(
    sync.retry_all,
    f"Works on many records again, at once: once the other side is back, say, or after a setting is mended. At most"
    f" {sync.MOST:,} open errors; those of what is not connected are left alone.",
)
async def retry_sync_errors(
    info: Info, input: Annotated[RetrySyncErrorsInput, strawberry.argument(description="What to try again.")]
) -> RetrySyncErrorsPayload:
    which = await filtered(info, select(_error.id), input.filter)
    async with info.context.transaction() as ctx:
        return RetrySyncErrorsPayload(retried=await sync.retry_all(ctx, which))


@mutation(sync.dismiss, "Closes a sync error without solving it. The next failure of the record opens a new one.")
async def dismiss_sync_error(
    info: Info, input: Annotated[DismissSyncErrorInput, strawberry.argument(description="What to close.")]
) -> DismissSyncErrorPayload:
    async with info.context.transaction() as ctx:
        error = await sync.dismiss(ctx, uuid_of(input.id, "SyncError", "id"), reason=input.reason)
    return DismissSyncErrorPayload(error_id=error.id)
