"""What a remote side can answer when it doesn't do what was asked: one class for each "whose move is it".

The engine decides by these classes alone: park, pause, wait or ask again. Knows no vendor and composes no sentence for
people; it carries the other side's own words.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """One complaint of an answer that complains about several things at once."""

    code: str
    text: str
    field: str | None = None


class RemoteError(Exception):
    """A call that didn't end as wished.

    `status` is None when no answer came. `surely_not_done` is the question a create asks: True means this call changed
    nothing over there; False means nobody knows, so an open intent has to be kept.
    """

    # An answer that refuses has done nothing; only TryLater may leave it open.
    refuses = True

    def __init__(
        self,
        text: str,
        *,
        code: str = "",
        status: int | None = None,
        field: str | None = None,
        details: tuple[Detail, ...] = (),
        surely_not_done: bool | None = None,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.status = status
        self.field = field
        self.details = details
        self.surely_not_done = self.refuses if surely_not_done is None else surely_not_done

    def __str__(self) -> str:
        lead = " ".join(part for part in (str(self.status or ""), self.code) if part)
        return f"{lead}: {self.text}" if lead else self.text


class Rejected(RemoteError):
    """The record as it is will never be accepted: someone edits it, then it may go again."""


class Exists(Rejected):
    """Refused because such a record is there already.

    `surely_not_done` speaks of this call only: an earlier one with a lost answer may be what made it. Find again.
    """


class Missing(RemoteError):
    """The record isn't there (any more)."""


class Forbidden(RemoteError):
    """This kind of record is closed to us. `right` names the permission to give, as the other side calls it."""

    right: str | None = None


class Unauthorized(RemoteError):
    """The connection itself is wrong (keys, address, company): nothing will work, so the connection pauses."""


class TryLater(RemoteError):
    """Not now. `retry_after` is the wait that the other side asked for, in seconds, if it named one."""

    refuses = False

    def __init__(
        self,
        text: str,
        *,
        retry_after: float | None = None,
        code: str = "",
        status: int | None = None,
        field: str | None = None,
        details: tuple[Detail, ...] = (),
        surely_not_done: bool | None = None,
    ) -> None:
        super().__init__(text, code=code, status=status, field=field, details=details, surely_not_done=surely_not_done)
        self.retry_after = retry_after


class OverBudget(TryLater):
    """Our own budget of calls is spent for now. Nothing was sent, and nothing is wrong with anybody."""

    refuses = True
