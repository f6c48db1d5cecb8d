"""Bringing one root record into agreement with a provider: read, decide, talk, write down.

No transaction is open while the other side is talked to. The engine knows no vendor; retries, leases and pacing are the
dispatcher's.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.context import Actor
from domain.db import Database
from domain.errors import UserError
from domain.ids import keyed_subject, split_subject
from domain.sync.models import ErrorKind
from integrations.core import errors, merge
from integrations.core.chores import Job, attempt
from integrations.core.lease import Lease, LeaseLost
from integrations.core.ledger import Ledger
from integrations.core.outcome import Later, Need, Outcome
from integrations.core.provider import (
    Direction,
    Gathering,
    Link,
    Mapping,
    Neighbours,
    Plan,
    Problem,
    Provider,
    Reading,
    Record,
    Row,
)
from integrations.core.timing import Timing

log = logging.getLogger(__name__)


class _Settling(Exception):
    """An earlier create of this record may still show up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


@dataclass
class Engine:
    """One for a worker process; it keeps nothing between runs."""

    database: Database
    timing: Timing
    monotonic: Callable[[], float] = time.monotonic

    async def reconcile(self, provider: Provider, actor: Actor, root: str, lease: Lease, *, look: bool) -> Outcome:
        """Everything `root` needs with this provider, once."""
        kind, key = split_subject(root)
        chore = provider.chores.get(kind)
        if chore is not None:
            return await attempt(chore, Job(self.database, provider, root, key, lease, self.timing))
        plan = provider.plans.get(kind)
        if plan is None:
            # Raised by a newer version while this one still runs: it stays due until one that knows it takes it.
            log.warning("%s is left to a newer worker: this one knows no %s of %s", root, kind, provider.title)
            return Outcome(wait=self.timing.blocked)
        async with self.database.transaction(actor) as ctx:
            try:
                reading = await plan.read(ctx, key)
            except Problem as problem:
                return Outcome(problems=[problem.about(problem.subject or root, problem.title or root)])
            if reading is None:
                return Outcome()
            remote = await provider.remote(ctx)
        if remote is None:
            return Outcome()
        ledger = Ledger(self.database, provider.name, root, lease)
        run = _Run(self, provider, plan, remote, reading, ledger, lease, look)
        return await run.all()


@dataclass
class _Run:
    """One pass over the records of one root."""

    engine: Engine
    provider: Provider
    plan: Plan
    remote: object
    reading: Reading
    ledger: Ledger
    lease: Lease
    look: bool
    near: Neighbours = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    wrote: bool = False
    called: bool = False
    gone: bool = False
    wait: float | None = None
    later: Later | None = None

    def __post_init__(self) -> None:
        self.near = Neighbours(dict(self.reading.links))

    async def all(self) -> Outcome:
        failing = None
        for record in self.reading.records:
            if record.mapping.kind in self.closed or not self._parent_is_linked(record):
                continue
            if record.needs:
                self.needs += [Need(root, record.subject, record.title) for root in record.needs]
                continue
            try:
                await self._one(record)
                if record.subject == self.ledger.root and not await self._go_on_below(record):
                    break
            except errors.Unauthorized as error:
                return self._outcome(unauthorized=error.text)
            except errors.TryLater as error:
                self.later = self.later or self._later(error, record)
                # A server that answers 5xx to one record may take the others; a second failure says it won't.
                if self.later.hold or failing is not None:
                    break
                failing = record
        else:
            await self._take_over()
        unfinished = self.problems or self.needs or self.later or self.wait is not None
        if not unfinished and (self.wrote or self.look):
            try:
                self.problems += await self.plan.verify(self.remote, self.reading, self.near)
            except errors.Unauthorized as error:
                return self._outcome(unauthorized=error.text)
            except errors.TryLater as error:
                self.later = self._later(error, self.reading.records[0])
            except errors.RemoteError as error:
                self.problems.append(self._explain(error, self.reading.records[0]))
        return self._outcome()

    async def _go_on_below(self, root: Record) -> bool:
        """The root is done. Its parts follow, unless its counterpart is gone; for a look they are read together."""
        if self.gone:
            return False
        link = self.near.links.get(root.subject)
        if self.look and isinstance(self.plan, Gathering) and link is not None and link.remote_id is not None:
            try:
                await self.plan.gather(self.remote, self.reading, self.near)
            except (errors.Unauthorized, errors.TryLater):
                raise
            except errors.RemoteError as error:
                self.problems.append(self._explain(error, root))
                return False
        return True

    async def _take_over(self) -> None:
        """What people made over there under this root becomes ours."""
        if not self.look or not isinstance(self.plan, Gathering):
            return
        newcomers = self.plan.newcomers(self.reading, self.near)
        taken = await self.ledger.taken(
            {(one.mapping.remote_kind, one.mapping.remote_id(one.row)) for one in newcomers}
        )
        for one in newcomers:
            remote_id = one.mapping.remote_id(one.row)
            if (one.mapping.remote_kind, remote_id) in taken:
                continue
            try:
                url = self.provider.address(self.remote, one.mapping.remote_kind, remote_id)
                async with self.ledger.transaction() as ctx:
                    subject = await one.mapping.adopt(ctx, self.ledger.root, one.row)
                    if subject is not None:
                        agreed = merge.agreement(one.mapping.theirs(one.row))
                        await self.ledger.adopt(ctx, subject, one.mapping.remote_kind, remote_id, agreed, url)
            except UserError as error:
                subject = keyed_subject(f"remote_{one.mapping.remote_kind}", remote_id)
                self.problems.append(Problem.unfit(self.provider.title, error).about(subject, one.title))

    def _outcome(self, *, unauthorized: str | None = None) -> Outcome:
        root = self.near.links.get(self.ledger.root)
        return Outcome(
            title=self.reading.title,
            problems=self.problems,
            needs=self.needs,
            wrote=self.wrote,
            called=self.called,
            linked=root is not None and root.remote_id is not None,
            wait=self.wait,
            later=self.later,
            unauthorized=unauthorized,
        )

    async def _one(self, record: Record) -> None:
        try:
            await self._agree(record)
        except (errors.Unauthorized, errors.TryLater, LeaseLost):
            raise
        except _Settling as settling:
            self.wait = min(settling.seconds, self.wait or settling.seconds)
        except Problem as problem:
            self.problems.append(problem.about(record.subject, record.title))
        except UserError as error:
            self.problems.append(Problem.unfit(self.provider.title, error).about(record.subject, record.title))
        except errors.RemoteError as error:
            self.problems.append(self._explain(error, record))
            if isinstance(error, errors.Forbidden):
                # The same right would be missing for every other record of this kind.
                self.closed.add(record.mapping.kind)
        except Exception:
            log.exception("reconciling %s failed", record.subject)
            self.problems.append(Problem.fault().about(record.subject, record.title))

    async def _agree(self, record: Record) -> None:
        link = self.near.links.get(record.subject)
        if record.local is None:
            await self._remove(record, link)
            return
        ours = record.mapping.ours(record.local, self.near)
        if link is None or link.remote_id is None:
            await self._create_or_link(record, link, ours)
        elif record.mapping.direction is Direction.CREATE_ONLY:
            if self.look:
                await self._still_there(record, link, ours)
        elif self.look or merge.changes(link.agreed, ours):
            await self._update(record, link, ours)

    async def _create_or_link(self, record: Record, link: Link | None, ours: dict[str, object]) -> None:
        mapping = record.mapping
        # The reference of an open intent stays: our record may have been renamed since that create was sent.
        reference = link.reference if link and link.intent_at and link.reference else mapping.reference(record.local)
        self.called = True
        found = await mapping.find(self.remote, record.local, reference, self.near)
        if len(found) > 1:
            names = "; ".join(_name(row) for row in found[:5])
            raise Problem(
                ErrorKind.CONFLICT,
                f"{len(found)} records in {self.provider.title} match {record.title}: {names}."
                " Remove or rename all but one there, then retry.",
            )
        if found:
            await self._first_link(record, found[0], ours)
            return
        if link is not None and link.intent_at is not None:
            left = await self.ledger.unsettled_for(link.intent_at, self.engine.timing.settle)
            if left > 0:
                raise _Settling(left)
        draft = await mapping.draft(self.remote, record.local, reference, self.near)
        # Waited for before the intent: after it, nothing may delay the create.
        await self.provider.ready(self.remote)
        await self.ledger.intend(record, reference)
        sent_until = self.engine.monotonic() + self.engine.timing.send_within
        await self.lease.hold()
        if self.engine.monotonic() > sent_until:
            raise errors.TryLater("The worker was asleep; the create was not sent.", surely_not_done=True)
        try:
            created = await mapping.create(self.remote, draft, self.near)
        except errors.RemoteError as error:
            if error.surely_not_done:
                await self.ledger.withdraw(record.subject)
            # Somebody was quicker, between our look and our create: then it can be found now.
            if not isinstance(error, errors.Exists):
                raise
            found = await mapping.find(self.remote, record.local, reference, self.near)
            if len(found) != 1:
                raise
            await self._first_link(record, found[0], ours)
            return
        self.wrote = True
        await self._write_down(record, mapping.remote_id(created.row), merge.agreement(ours))
        if created.lost:
            raise Problem(
                ErrorKind.REJECTED,
                f"{self.provider.title} made {record.title}, but not as it was sent: {', '.join(created.lost)}."
                " Look at it there, then retry.",
                remote_code="FalseSuccess",
            )

    async def _first_link(self, record: Record, row: Row, ours: dict[str, object]) -> None:
        """It stands there already: an earlier create of ours, or a record that people made."""
        mapping = record.mapping
        remote_id = mapping.remote_id(row)
        if await self.ledger.is_taken(mapping.remote_kind, remote_id, record.subject):
            raise Problem(
                ErrorKind.CONFLICT,
                f"{_name(row)} in {self.provider.title} is already linked with another record of ours."
                " Two of our records describe the same one there: merge or rename one of them, then retry.",
            )
        if mapping.direction is Direction.CREATE_ONLY:
            await self._write_down(record, remote_id, merge.agreement(ours))
            return
        # Linked without an agreement first: should the rest fail, nobody creates a second one.
        await self._write_down(record, remote_id, None)
        await self._update(record, self.near.links[record.subject], ours, row)

    async def _still_there(self, record: Record, link: Link, ours: dict[str, object]) -> None:
        """What is created once is created again when somebody has deleted it."""
        assert link.remote_id is not None
        self.called = True
        try:
            await record.mapping.fetch(self.remote, link.remote_id)
        except errors.Missing:
            await self.ledger.forget(record.subject)
            self.near.links.pop(record.subject, None)
            await self._create_or_link(record, None, ours)

    async def _update(self, record: Record, link: Link, ours: dict[str, object], found: Row | None = None) -> None:
        mapping, remote_id = record.mapping, link.remote_id
        assert remote_id is not None
        self.called = True
        if mapping.direction is Direction.TWO_WAY:
            row = await self._row(mapping, remote_id)
            try:
                mapping.check(row, record.local, self.near)
            except Problem:
                self.gone = self.gone or record.subject == self.ledger.root
                raise
            decision = merge.decide(link.agreed, ours, mapping.theirs(row), ours_win_first=self.reading.ours_win_first)
        else:
            if self.look:
                await mapping.fetch(self.remote, remote_id)
            decision = merge.Decision(push=merge.changes(link.agreed, ours), agreed=merge.agreement(ours))
        if decision.push and mapping.replaces(decision.push, found):
            await self._replace(record, remote_id, ours)
            return
        if decision.push:
            await mapping.update(self.remote, remote_id, decision.push, record.local, self.near)
            self.wrote = True
        await self._write_down(record, remote_id, decision.agreed, pull=decision.pull)
        if decision.conflicts:
            raise Problem(ErrorKind.CONFLICT, merge.both_changed(self.provider.title, decision.conflicts))

    async def _replace(self, record: Record, remote_id: str, ours: dict[str, object]) -> None:
        """The old one goes first and is forgotten, so whoever finds this half done makes the new one, and only one."""
        await record.mapping.remove(self.remote, remote_id)
        self.wrote = True
        await self.ledger.forget(record.subject)
        self.near.links.pop(record.subject, None)
        await self._create_or_link(record, None, ours)

    async def _row(self, mapping: Mapping, remote_id: str) -> Row:
        name = (mapping.remote_kind, remote_id)
        if name not in self.near.rows:
            self.near.rows[name] = await mapping.fetch(self.remote, remote_id)
        return self.near.rows[name]

    async def _remove(self, record: Record, link: Link | None) -> None:
        if link is None:
            return
        self.called = True
        if link.remote_id is None:
            # A create was on its way when our record went: wait until it can't appear any more.
            found = await record.mapping.find_created(self.remote, link.reference or "", self.near)
            for row in found:
                await record.mapping.remove(self.remote, record.mapping.remote_id(row))
                self.wrote = True
            if not found and link.intent_at is not None:
                left = await self.ledger.unsettled_for(link.intent_at, self.engine.timing.settle)
                if left > 0:
                    raise _Settling(left)
        else:
            await record.mapping.remove(self.remote, link.remote_id)
            self.wrote = True
        await self.ledger.forget(record.subject)
        self.near.links.pop(record.subject, None)

    async def _write_down(
        self, record: Record, remote_id: str, agreed: dict[str, object] | None, *, pull: dict[str, object] | None = None
    ) -> None:
        mapping = record.mapping
        url = self.provider.address(self.remote, mapping.remote_kind, remote_id)
        async with self.ledger.transaction() as ctx:
            if pull:
                await mapping.pull(ctx, record.local, pull)
            await self.ledger.agree(ctx, record, remote_id=remote_id, agreed=agreed, url=url)
        self.near.links[record.subject] = Link(record.subject, mapping.remote_kind, remote_id, None, None, agreed)

    def _parent_is_linked(self, record: Record) -> bool:
        if record.parent is None:
            return True
        parent = self.near.links.get(record.parent)
        return parent is not None and parent.remote_id is not None

    def _later(self, error: errors.TryLater, record: Record) -> Later:
        return Later.of(error, record.subject, record.title)

    def _explain(self, error: errors.RemoteError, record: Record) -> Problem:
        return self.provider.explain(error, record).about(record.subject, record.title)


def _name(row: Row) -> str:
    label = row.get("name") or row.get("identifier") or row.get("description") or "?"
    return f"{label} (id {row.get('id')})"
