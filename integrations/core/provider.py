"""What a vendor has to say about itself so that the engine can bring records into agreement with it.

A *provider* has a *plan* for each kind of root record; a plan reads our side and names the records under it; a
*mapping* says how one kind of record is found, made, changed and removed over there. Nothing here does anything.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from uuid import UUID

from domain.context import Context
from domain.errors import UserError
from domain.integration_settings.service import Keys
from domain.questions import Answer
from domain.sync.models import ErrorKind
from integrations.core.errors import RemoteError

if TYPE_CHECKING:
    from integrations.core.chores import Chore

Row = dict[str, Any]
"""A record as the other side shows it."""


class Direction(StrEnum):
    TWO_WAY = "TWO_WAY"
    """`agreed` holds our field values; their changes are taken over."""
    ONE_WAY = "ONE_WAY"
    """`agreed` holds what we last wrote; what people change over there is left alone until our side changes."""
    CREATE_ONLY = "CREATE_ONLY"
    """Found or created once, and never changed by us afterwards."""


@dataclass(frozen=True)
class Link:
    """What the ledger knows of one record's counterpart."""

    subject: str
    remote_kind: str
    remote_id: str | None
    reference: str | None
    intent_at: datetime | None
    agreed: dict[str, Any] | None


@dataclass(frozen=True)
class Record:
    """One record under a root. `local` is a snapshot of ours; None: it is gone here, so it shall be gone there."""

    subject: str
    mapping: "Mapping"
    title: str
    local: Any
    parent: str | None = None
    """Another record under this root that must be linked first."""
    needs: Sequence[str] = ()
    """Other roots that aren't linked yet and have to be before this record can be written. The rest goes ahead."""


@dataclass(frozen=True)
class Reading:
    """Our side of one root, read in one short transaction. `records` are in the order they have to be written in."""

    title: str
    records: Sequence[Record]
    links: dict[str, Link]
    ours_win_first: bool = False


@dataclass(eq=False)  # not frozen: whatever passes an exception on sets its traceback
class Problem(Exception):
    """A failure that a person has to know. `message` names the thing to change and where."""

    kind: ErrorKind
    message: str
    subject: str = ""
    title: str = ""
    setting: str | None = None
    remote_code: str | None = None
    remote_text: str | None = None
    look_at: str | None = None
    """Another root whose counterpart over there may be gone: it is looked at."""

    @classmethod
    def unfit(cls, vendor: str, error: UserError) -> "Problem":
        """Something over there that our own rules refuse."""
        text = f"{vendor} has a value that can't be taken over here: {error.message} Change it there."
        return cls(ErrorKind.REJECTED, text)

    @classmethod
    def fault(cls) -> "Problem":
        """Ours; whoever says so has logged it."""
        text = "Something went wrong on our side; it is in our log. Retry after the next update."
        return cls(ErrorKind.INTERNAL, text)

    def about(self, subject: str, title: str) -> "Problem":
        return replace(self, subject=subject, title=title)


@dataclass(frozen=True)
class Created:
    """A create that was answered. `lost` names fields that the answer shows otherwise than they were sent."""

    row: Row
    lost: Sequence[str] = ()


@dataclass(frozen=True)
class Neighbours:
    """What a mapping may look at beside its own record: the links of this root and of what it needs.

    `memo` lasts for one run, so that what is asked for once need not be asked for again by the next record.
    """

    links: dict[str, Link] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    """(remote kind, remote id) -> what this run has read over there already."""

    def remote_id(self, subject: str) -> str:
        link = self.links.get(subject)
        if link is None or link.remote_id is None:
            raise LookupError(f"{subject} is not linked")
        return link.remote_id


class Mapping(ABC):
    """How one kind of record stands over there. `remote` is the vendor's client."""

    kind: str
    remote_kind: str
    direction: Direction

    @abstractmethod
    def ours(self, local: Any, near: Neighbours) -> dict[str, Any]:
        """The values to agree on, under this mapping's own names, as the other side would show them (shortened …)."""

    @abstractmethod
    def reference(self, local: Any) -> str:
        """What the record carries over there from its creation on, so that it is found again."""

    @abstractmethod
    async def find(self, remote: Any, local: Any, reference: str, near: Neighbours) -> list[Row]:
        """What may already be this record: by our reference, then by what identifies it for people. Rows re-checked."""

    @abstractmethod
    async def find_created(self, remote: Any, reference: str, near: Neighbours) -> list[Row]:
        """What an earlier create of ours with this `reference` has left, even if our record is gone by now."""

    @abstractmethod
    async def fetch(self, remote: Any, remote_id: str) -> Row:
        """Raises `errors.Missing`."""

    @abstractmethod
    async def draft(self, remote: Any, local: Any, reference: str, near: Neighbours) -> Row:
        """What a create will send. Whatever has to be asked for it is asked here, before the intent is written."""

    @abstractmethod
    async def create(self, remote: Any, draft: Row, near: Neighbours) -> "Created":
        """Exactly one call."""

    @abstractmethod
    async def update(self, remote: Any, remote_id: str, values: dict[str, Any], local: Any, near: Neighbours) -> None:
        """Write `values` (some of `ours`) and read them back; raises `errors.Rejected` when they didn't arrive."""

    def replaces(self, values: dict[str, Any], row: Row | None) -> bool:
        """Whether these changes can't be written into the record as it stands (`row`; None: as both sides agreed), so
        that it is removed and another one made."""
        return False

    async def remove(self, remote: Any, remote_id: str) -> None:
        """Only for records that are removed over there when ours goes, or replaced. Gone already is as good."""
        raise NotImplementedError(f"{self.kind} is never removed")

    def check(self, row: Row, local: Any, near: Neighbours) -> None:  # noqa: B027  # most have nothing to say
        """Raises Problem when this row is no longer the counterpart of `local` (deleted, moved)."""

    def theirs(self, row: Row) -> dict[str, Any]:
        """Two-way: their row under the names of `ours`."""
        raise NotImplementedError(f"{self.kind} is one-way")

    async def pull(self, ctx: Context, local: Any, values: dict[str, Any]) -> None:
        """Two-way: take `values` over through the domain service."""
        raise NotImplementedError(f"{self.kind} is one-way")

    async def adopt(self, ctx: Context, root: str, row: Row) -> str | None:
        """Two-way: make a record of ours out of a row under `root`; its subject. None: one of ours may be it."""
        raise NotImplementedError(f"{self.kind} is not taken over")

    def remote_id(self, row: Row) -> str:
        return str(row["id"])


class Plan(Protocol):
    """One kind of root record."""

    async def read(self, ctx: Context, key: str) -> Reading | None:
        """None: nothing to do (the sync is off, or the record isn't there). Raises Problem for a missing setting.

        `key` is what follows the kind in the subject: the id of a record of ours, or whatever names the root.
        """

    async def verify(self, remote: Any, reading: Reading, near: Neighbours) -> Sequence[Problem]:
        """A last look when everything was written: sums, say."""


@runtime_checkable
class Gathering(Protocol):
    """A plan whose roots have parts that people make over there."""

    async def gather(self, remote: Any, reading: Reading, near: Neighbours) -> None:
        """Once the root is linked and is to be looked at: read its parts together, into `near`."""

    def newcomers(self, reading: Reading, near: Neighbours) -> "Sequence[Newcomer]":
        """What was gathered, is wanted here, and belongs to none of our records under this root."""


@dataclass(frozen=True)
class Newcomer:
    """A record over there that has no counterpart here."""

    mapping: Mapping
    row: Row
    title: str


class Provider(Protocol):
    """A vendor on the shelf. `name` and `title` are those of its app (`domain.integration_settings.apps`)."""

    name: str
    title: str
    plans: Dictionary[str, Plan]
    chores: Dictionary[str, "Chore"]

    async def remote(self, ctx: Context) -> Any:
        """The client of this tenant's connection, or None when it isn't connected. Opens no connection by itself."""

    async def try_connection(self, keys: Keys, tenant_id: UUID) -> Answer:
        """Are these keys good? Asks over there, for real; keeps nothing. The calls count for that tenant."""

    async def choices(self, remote: Any, kind: str, *, refresh: bool) -> Answer:
        """What a setting can point at. `kind` is the vendor's own word; `refresh`: nothing that was read before."""

    async def ready(self, remote: Any) -> None:
        """Wait for whatever paces our calls, so that the next one goes at once. Raises `errors.OverBudget`."""

    def explain(self, error: RemoteError, record: Record) -> Problem:
        """A refusal in words for people."""

    def address(self, remote: Any, remote_kind: str, remote_id: str) -> str | None:
        """Where people open the record."""

    async def aclose(self) -> None:
        """The process ends: let go of connections."""
