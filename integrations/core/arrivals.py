"""What comes from over there, one row or a page of rows: echo, change of something linked, or something new.

Hints and polls both end here. A linked record is only raised as work: its own run, under its own lease, takes the
change over. Talks to nobody: rows have been read already.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from domain import outbox
from domain.context import Context
from domain.errors import UserError
from domain.sync.models import ExternalLink, SyncError
from integrations.core import errors, merge
from integrations.core.outcome import Need
from integrations.core.provider import Problem, Row

# Read before the links are: the create of an intent is either still open here or linked by the time those are read.
_INTENTS = text("""
    SELECT reference, root, intent_at > now() - make_interval(secs => :settle) AS open FROM external_link
    WHERE provider = :provider AND remote_kind = :kind AND intent_at IS NOT NULL AND remote_id IS NULL
""")


@dataclass(frozen=True)
class Candidate:
    """A record of ours without counterpart that a row may be. `local` is what the vendor needs to look for it."""

    subject: str
    title: str
    local: Any


@dataclass(frozen=True)
class Adopted:
    """A record of ours made out of one of theirs, and the values both hold now."""

    subject: str
    root: str
    remote_kind: str
    remote_id: str
    agreed: dict[str, Any] | None


class Source(ABC):
    """One kind of record over there that can arrive here. `sweeps`: a first poll reads everything that is wanted."""

    remote_kind: str
    part_kind: str = ""
    sweeps: bool

    @abstractmethod
    async def settings(self, ctx: Context) -> Any | None:
        """What is to be taken over, as the tenant chose it; None when nothing is."""

    @abstractmethod
    def scope(self, settings: Any) -> str:
        """When this changes, all is read anew."""

    @abstractmethod
    def pages(
        self, remote: Any, settings: Any, *, since: datetime | None, after_id: int | None
    ) -> AsyncIterator[Sequence[Row]]:
        """What changed `since` then, or, without that, all that is wanted; by id, behind `after_id`."""

    @abstractmethod
    async def fetch(self, remote: Any, remote_id: str) -> Row:
        """Raises `errors.Missing`."""

    @abstractmethod
    def clock(self, remote: Any) -> datetime:
        """What time it was over there at the last answer."""

    @abstractmethod
    def title(self, row: Row) -> str: ...

    @abstractmethod
    def reference(self, row: Row) -> str:
        """What a create of ours would have put there."""

    @abstractmethod
    async def changed(self, ctx: Context, settings: Any, pairs: Sequence[tuple[Row, ExternalLink]]) -> set[str]:
        """Roots of the linked rows that are to be looked at."""

    @abstractmethod
    async def below(self, ctx: Context, rows: Sequence[Row]) -> set[str]:
        """Of unlinked rows that belong under another record: the linked roots of those."""

    @abstractmethod
    def wanted(self, settings: Any, row: Row) -> bool:
        """Whether an unlinked row is to become a root record of ours."""

    @abstractmethod
    async def candidates(self, ctx: Context, settings: Any, rows: Sequence[Row]) -> dict[str, list[Candidate]]:
        """Remote id -> records of ours without counterpart that it may be."""

    @abstractmethod
    async def counterparts(self, remote: Any, candidate: Candidate) -> list[Row]:
        """All rows over there that may be this candidate."""

    @abstractmethod
    async def parts(self, remote: Any, rows: Sequence[Row]) -> dict[str, list[Row]]:
        """Remote id -> what stands under each of these rows, read together."""

    @abstractmethod
    async def adopt(self, ctx: Context, row: Row, parts: Sequence[Row]) -> list[Adopted]:
        """Make a record of ours out of a row, and of its parts as far as they can be. Raises UserError for the row."""

    @abstractmethod
    def several(self, row: Row, ours: Sequence[Candidate], theirs: Sequence[Row]) -> Problem:
        """Which of these is the same? Only a person can say."""

    @abstractmethod
    def explain(self, error: errors.RemoteError) -> Problem:
        """A refusal in words for people."""

    def remote_id(self, row: Row) -> str:
        return str(row["id"])


@dataclass(frozen=True)
class Desk:
    """Where rows of one kind are taken in. `settle`: see `Timing`; `address`: where people open a record."""

    provider: str
    source: Source
    settings: Any
    settle: float
    address: Callable[[str, str], str | None]

    def link(self, adopted: Adopted) -> ExternalLink:
        return ExternalLink(
            provider=self.provider,
            subject=adopted.subject,
            root=adopted.root,
            remote_kind=adopted.remote_kind,
            remote_id=adopted.remote_id,
            agreed=adopted.agreed,
            url=self.address(adopted.remote_kind, adopted.remote_id),
            last_synced_at=None if adopted.agreed is None else func.now(),
        )


@dataclass
class Received:
    """What came of a page: `roots` to look at, `adopted` ones new here; the rest needs a run of its own."""

    roots: set[str] = field(default_factory=set)
    adopted: set[str] = field(default_factory=set)
    waiting: list[Row] = field(default_factory=list)
    matched: list[tuple[Row, list[Candidate]]] = field(default_factory=list)
    refused: list[tuple[Row, UserError]] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)

    @property
    def alone(self) -> list[Row]:
        return [*self.waiting, *(row for row, _ in self.matched), *(row for row, _ in self.refused)]


async def new(ctx: Context, desk: Desk, rows: Sequence[Row]) -> list[Row]:
    """Those that may be taken over: what stands under them is worth reading."""
    rows = [row for row in rows if desk.source.wanted(desk.settings, row)]
    ids = [desk.source.remote_id(row) for row in rows]
    links = await links_there(ctx, desk.provider, desk.source.remote_kind, ids)
    return [row for row in rows if desk.source.remote_id(row) not in links]


async def receive(
    ctx: Context, desk: Desk, rows: Sequence[Row], parts: Mapping[str, Sequence[Row]] | None = None
) -> Received:
    """Sort the rows, take over what is new beyond doubt, and raise the work on what has changed. No call.

    `parts`: what stands under the new ones, where that has been read.
    """
    provider, source, settings, received = desk.provider, desk.source, desk.settings, Received()
    intents = (
        await ctx.session.execute(_INTENTS, {"provider": provider, "kind": source.remote_kind, "settle": desk.settle})
    ).all()
    links = await links_there(ctx, provider, source.remote_kind, [source.remote_id(row) for row in rows])
    linked = [(row, links[source.remote_id(row)]) for row in rows if source.remote_id(row) in links]
    others = [row for row in rows if source.remote_id(row) not in links]
    received.roots = await source.changed(ctx, settings, linked) | await source.below(ctx, others)
    received.roots |= await _in_trouble(ctx, provider, {link.root for _, link in linked})
    ours = {intent.reference.casefold(): intent.root for intent in intents if intent.reference}
    fresh: list[Row] = []
    for row in others:
        root = ours.get(source.reference(row).casefold())
        if root is not None:
            received.roots.add(root)  # a create of ours whose answer was lost: its own run links it
        elif source.wanted(settings, row):
            (received.waiting if any(intent.open for intent in intents) else fresh).append(row)
    candidates = await source.candidates(ctx, settings, fresh) if fresh else {}
    parts = await _free(ctx, desk, parts or {})
    for row in fresh:
        found = candidates.get(source.remote_id(row))
        if found:
            received.matched.append((row, found))
        else:
            await adopt(ctx, desk, row, received, parts.get(source.remote_id(row)))
    await raise_looks(ctx, provider, received.roots | received.adopted)
    return received


async def adopt(ctx: Context, desk: Desk, row: Row, received: Received, parts: Sequence[Row] | None = None) -> None:
    """A new record of ours and its link, in one transaction: of two workers one fails on the link and keeps nothing."""
    try:
        adopted = await desk.source.adopt(ctx, row, parts or ())
    except UserError as error:
        received.refused.append((row, error))
        return
    ctx.session.add_all(desk.link(each) for each in adopted)
    # Without its parts, or with one that couldn't be taken over, its own run sees to them.
    if parts is None or len(adopted) <= len(parts):
        received.adopted.add(adopted[0].subject)


async def links_there(
    ctx: Context, provider: str, remote_kind: str, remote_ids: Collection[str]
) -> dict[str, ExternalLink]:
    """Remote id -> link."""
    if not remote_ids:
        return {}
    found = await ctx.session.scalars(
        select(ExternalLink).where(
            ExternalLink.provider == provider,
            ExternalLink.remote_kind == remote_kind,
            ExternalLink.remote_id.in_(set(remote_ids)),
        )
    )
    return {str(link.remote_id): link for link in found}


async def _free(ctx: Context, desk: Desk, parts: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Those parts that aren't linked. One that was moved from elsewhere still is: its old root's run speaks of it."""
    ids = [str(part["id"]) for each in parts.values() for part in each]
    linked = await links_there(ctx, desk.provider, desk.source.part_kind, ids)
    return {key: [part for part in each if str(part["id"]) not in linked] for key, each in parts.items()}


async def _in_trouble(ctx: Context, provider: str, roots: Collection[str]) -> set[str]:
    """Those with an open error: whatever somebody did over there may have solved it."""
    if not roots:
        return set()
    found = await ctx.session.scalars(
        select(SyncError.root).where(
            SyncError.provider == provider, SyncError.root.in_(roots), SyncError.resolved_at.is_(None)
        )
    )
    return set(found)


async def raise_looks(ctx: Context, provider: str, roots: Collection[str]) -> None:
    if roots:
        ctx.wake |= await outbox.raise_work(ctx.session, ctx.tenant_id, roots, provider=provider, look=True)


def differs(link: ExternalLink, theirs: dict[str, Any]) -> bool:
    return merge.differs(link.agreed, theirs)
