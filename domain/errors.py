"""What can be told to the caller when something can't be done: one list of codes, one family of exceptions.

It does not cover our own failures: an exception from outside this family is hidden behind `INTERNAL` by whoever faces
the caller. A message here is therefore written for people, and holds nothing that they may not see.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import ClassVar, Self


class ErrorCode(StrEnum):
    """Every code an answer can carry. Programs branch on these, so a code is never renamed or reused."""

    INVALID = "INVALID"
    """A value is not acceptable; the message says which, and what would be."""
    REQUIRED = "REQUIRED"
    """A value is missing."""
    TOO_LONG = "TOO_LONG"
    """A text has more characters than there is room for."""
    TAKEN = "TAKEN"
    """A value that must be unique belongs to another record already."""
    NOT_FOUND = "NOT_FOUND"
    """No such record, or one of another tenant: the two must look the same."""
    CONFLICT = "CONFLICT"
    """The record has changed since the caller read it. Read it again, then decide."""
    IMPOSSIBLE_STEP = "IMPOSSIBLE_STEP"
    """The record's status doesn't allow this now; nothing was changed."""
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """No credential, or one that is unknown, expired or revoked."""
    FORBIDDEN = "FORBIDDEN"
    """We know who asks, and they lack the permission."""
    BAD_REQUEST = "BAD_REQUEST"
    """The request itself can't be understood: syntax, unknown fields, variables of the wrong type."""
    BAD_CURSOR = "BAD_CURSOR"
    """A page was asked for with a cursor that this list did not give out."""
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    """Too much at once (depth, cost, page size, body) or too often."""
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    """The idempotency key was used lately for something else; nothing was changed."""
    UNAVAILABLE = "UNAVAILABLE"
    """Something that we depend on doesn't answer at the moment. The same request may succeed later."""
    INTERNAL = "INTERNAL"
    """Our fault. The details are in our log, under the request id that comes with the answer."""


class UserError(Exception):
    """Something the caller can mend.

    `field` is the path of the offending value in the caller's input, in the API's spelling of names, such as
    `("lines", "3", "unitPrice")`; empty if no single value is to blame.
    """

    def __init__(self, code: ErrorCode, message: str, field: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field

    def under(self, *path: str) -> Self:
        """The same error, seen from further out: `path` is put before `field`.

        So code that checks one line needs no idea of where the line stands in the input.
        """
        self.field = (*path, *self.field)
        return self


class UserErrors(Exception):
    """Several things to mend, told at once instead of one per attempt."""

    def __init__(self, errors: Iterable[UserError]) -> None:
        self.errors = list(errors)
        if not self.errors:
            raise ValueError("UserErrors needs at least one error")
        super().__init__(" ".join(error.message for error in self.errors))


@contextmanager
def below(*path: str | int) -> Iterator[None]:
    """What is refused in here is told with this path in front: the place of a part in the input."""
    try:
        yield
    except UserError as error:
        raise error.under(*map(str, path)) from None
    except UserErrors as several:
        raise UserErrors([error.under(*map(str, path)) for error in several.errors]) from None


class _Coded(UserError):
    """Base of the errors whose class says the code already."""

    CODE: ClassVar[ErrorCode]

    def __init__(self, message: str, field: tuple[str, ...] = ()) -> None:
        super().__init__(self.CODE, message, field)


class Conflict(_Coded):
    CODE = ErrorCode.CONFLICT


class ImpossibleStep(_Coded):
    """Refused by a table of allowed steps (the `lifecycle.py` files)."""

    CODE = ErrorCode.IMPOSSIBLE_STEP


class NotFound(_Coded):
    """Must not tell a missing record from another tenant's: the sentence depends on what was asked, never on why."""

    CODE = ErrorCode.NOT_FOUND

    def __init__(self, message: str = "There is no such record.", field: tuple[str, ...] = ()) -> None:
        super().__init__(message, field)


class PermissionDenied(_Coded):
    CODE = ErrorCode.FORBIDDEN

    def __init__(self, message: str = "You lack the permission for this.", field: tuple[str, ...] = ()) -> None:
        super().__init__(message, field)


class Unauthenticated(_Coded):
    """Must not tell an unknown credential from an expired or a revoked one."""

    CODE = ErrorCode.UNAUTHENTICATED

    def __init__(self, message: str = "A valid token is needed.", field: tuple[str, ...] = ()) -> None:
        super().__init__(message, field)


class LimitExceeded(_Coded):
    """The request as a whole asks for too much. What exceeds a limit inside an input is a plain UserError."""

    CODE = ErrorCode.LIMIT_EXCEEDED


class BadCursor(_Coded):
    """Must not tell what is wrong with the cursor: its inside is nobody's business but ours."""

    CODE = ErrorCode.BAD_CURSOR

    def __init__(
        self,
        message: str = "This is not a cursor of this list in this order. Pass cursors on exactly as the API gave them.",
        field: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, field)


class KeyReused(_Coded):
    """About the request, not about its input: an idempotency key stands for one request."""

    CODE = ErrorCode.IDEMPOTENCY_KEY_REUSED


class Unavailable(_Coded):
    """Something that we depend on doesn't answer. The sentence says that trying again may help."""

    CODE = ErrorCode.UNAVAILABLE
