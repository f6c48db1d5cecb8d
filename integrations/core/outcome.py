"""How a run on one root record ended: what the dispatcher settles. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.core.errors import OverBudget, TryLater
from integrations.core.provider import Problem


@dataclass(frozen=True)
class Outcome:
    """`problems` stay open as sync errors. Empty everywhere: both sides agree.

    `later`: the other side didn't answer; `later.hold` when the whole connection seems dead. `wait`: seconds until it
    is due again, unfinished: an earlier create has to settle, or a newer worker knows what this one doesn't. `needs`:
    records that wait until another root is linked; linking it wakes this one.
    """

    title: str = ""
    problems: Sequence[Problem] = ()
    wrote: bool = False
    called: bool = False
    linked: bool = False
    wait: float | None = None
    needs: "Sequence[Need]" = ()
    later: "Later | None" = None
    unauthorized: str | None = None
    again_in: float | None = None
    """Seconds after which the same is to be done anew, finished or given up: a poll, a watch."""


@dataclass(frozen=True)
class Need:
    """The record `subject` couldn't be written before `root` is linked."""

    root: str
    subject: str
    title: str


@dataclass(frozen=True)
class Later:
    """Try again by itself. `subject` and `title` name the record that failed, should it be given up one day."""

    text: str
    retry_after: float | None
    hold: bool
    subject: str
    title: str
    remote_code: str | None = None
    over_budget: bool = False
    """We held ourselves back: the connection rests, but nothing has failed."""

    @classmethod
    def of(cls, error: TryLater, subject: str, title: str) -> "Later":
        return cls(
            text=error.text,
            retry_after=error.retry_after,
            # No answer at all, or "too many": every other record would fare the same.
            hold=error.status is None or error.status in (429, 502, 503, 504),
            subject=subject,
            title=title,
            remote_code=error.code or None,
            over_budget=isinstance(error, OverBudget),
        )
