"""Many of a kind in one transaction, none lost because another one fails. What is done with each is not said here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.context import Context
from domain.db import part
from domain.errors import ErrorCode, PermissionDenied, UserError, UserErrors

MOST = 250

Entry = TypeVar("Entry")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Outcome(Generic[Made]):
    """What became of one: what was made, or what is wrong, with the path within that one."""

    made: Made | None
    error: UserError | UserErrors | None = None


async def each(
    ctx: Context,
    entries: Sequence[Callable[[], Entry]],
    make: Callable[[Context, Entry], Awaitable[Made]],
    *,
    field: str,
) -> list[Outcome[Made]]:
    """The outcomes, in order. An entry is read when its turn comes: what is wrong with it is its own outcome.

    Raises UserError when there are more than MOST; `field` is the name of the list.
    """
    if len(entries) > MOST:
        message = f"{field} has {len(entries)} items; at most {MOST} are taken at once. Send several requests."
        raise UserError(ErrorCode.LIMIT_EXCEEDED, message, (field,))
    return [await _one(ctx, entry, make) for entry in entries]


async def _one(
    ctx: Context, entry: Callable[[], Entry], make: Callable[[Context, Entry], Awaitable[Made]]
) -> Outcome[Made]:
    try:
        async with part(ctx) as inner:
            return Outcome(await make(inner, entry()))
    except PermissionDenied:
        raise
    except (UserError, UserErrors) as error:
        return Outcome(None, error)
