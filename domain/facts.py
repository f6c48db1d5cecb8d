"""Facts read in order, for whoever tells others of them: nothing is lost and nothing comes twice, wherever one resumes.

The order is (txid, id), below the oldest transaction that still runs: whatever commits later stands later in it, which
ids alone don't promise. Readers keep their place themselves; it writes no fact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import BadCursor
from domain.paging import decode, encode

KEPT = 7  # days that one can resume from. Facts stay an hour longer: `at` is when their transaction began.
_MARK = "facts"
_TOO_OLD = (
    f"This cursor is older than the {KEPT} days that changes are kept for, so some may be gone. Take a new cursor, read"
    " the lists again, and go on behind it."
)
_NOT_OURS = "This is not a cursor of changes. Pass cursors on exactly as the API gave them."


class Place(NamedTuple):
    """Between two facts. The later of two places is the greater one."""

    txid: int
    id: int


@dataclass(frozen=True)
class Fact:
    """`kind` and `key` are those of its root record. `name`: a class in `domain.events`, perhaps of a newer version."""

    place: Place
    tenant_id: UUID
    name: str
    kind: str
    key: str
    actor: str
    at: datetime

    @property
    def cursor(self) -> str:
        """What one resumes behind this fact with."""
        return encode(_MARK, *self.place, int(self.at.timestamp()))


@dataclass(frozen=True)
class Batch:
    """`upto`: where to go on. `is_last`: there was no more when it was read."""

    facts: Sequence[Fact]
    upto: Place
    is_last: bool


# One statement, and so one snapshot: what is below its xmin is all there. Its parameters are texts, since drivers know
# no xid8.
_READ = text("""
    SELECT CAST(settled.xmin AS text) AS xmin, fact.*
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) AS settled
    LEFT JOIN LATERAL (
      SELECT id, CAST(txid AS text) AS txid, tenant_id, name, subject, actor, at
      FROM outbox
      WHERE tenant_id = ANY (:tenants) AND txid < settled.xmin
        AND (txid, id) > (CAST(CAST(:txid AS text) AS xid8), :id)
        AND (txid, id) <= (CAST(CAST(:last_txid AS text) AS xid8), :last_id)
      ORDER BY outbox.txid, id LIMIT :limit
    ) AS fact ON true
""").bindparams(bindparam("tenants", type_=ARRAY(Uuid)))
_NOW = text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text), CAST(extract(epoch FROM now()) AS bigint)")
_LOOK = text("""
    SELECT CAST(CAST(:txid AS text) AS xid8) <= pg_snapshot_xmin(pg_current_snapshot()) AS is_known,
      to_timestamp(:at) > now() - make_interval(days => :kept) AS is_kept
""")
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(hashtext('forgetting facts'))")
_FORGET = text("""
    DELETE FROM outbox WHERE id IN (
      SELECT id FROM outbox WHERE at < now() - make_interval(days => :kept, hours => 1) ORDER BY at LIMIT :at_once
    )
""")
END = Place(2**64 - 1, 2**63 - 1)


async def now(session: AsyncSession) -> Place:
    """Behind all that is settled."""
    return (await _now(session))[0]


async def cursor(session: AsyncSession) -> str:
    """What one resumes with from now on."""
    place, at = await _now(session)
    return encode(_MARK, *place, at)


async def read(
    session: AsyncSession, after: Place, *, tenants: Collection[UUID], limit: int, upto: Place = END
) -> Batch:
    """The next facts of these tenants. Facts of others are passed over: a place is one for all."""
    parameters = {"tenants": list(tenants), "txid": str(after.txid), "id": after.id, "limit": limit}
    rows = (await session.execute(_READ, {**parameters, "last_txid": str(upto.txid), "last_id": upto.id})).all()
    facts = [_fact(row) for row in rows if row.id is not None]
    if len(facts) == limit:
        return Batch(facts, facts[-1].place, is_last=False)
    return Batch(facts, min(upto, max(after, Place(int(rows[0].xmin), 0))), is_last=True)


async def place_of(session: AsyncSession, cursor: str) -> Place:
    """The place that a cursor stands for. Raises BadCursor when it isn't one of ours, or is older than what is kept."""
    try:
        values = decode(_MARK, cursor)
    except BadCursor:
        raise BadCursor(_NOT_OURS) from None
    match values:
        case [txid, id, at] if _is_below(txid, 63) and _is_below(id, 63) and _is_below(at, 40):
            look = (await session.execute(_LOOK, {"txid": str(txid), "at": at, "kept": KEPT})).one()
            if look.is_known and look.is_kept:
                return Place(txid, id)
            if look.is_known:
                raise BadCursor(_TOO_OLD)
    raise BadCursor(_NOT_OURS)


async def forget(session: AsyncSession, *, at_once: int = 5_000) -> bool:
    """Delete some of the facts that are not kept any more, of all tenants. Whether there may be more of them.

    For `Database.system`. False also while another process does it.
    """
    if not await session.scalar(_ONE_AT_A_TIME):
        return False
    gone = await session.execute(_FORGET, {"kept": KEPT, "at_once": at_once})
    return gone.rowcount == at_once  # type: ignore[attr-defined, no-any-return]  # a statement that changes rows


def _is_below(value: Any, bits: int) -> bool:
    return type(value) is int and 0 <= value < 1 << bits


def _fact(row: Any) -> Fact:
    # Not `split_subject`, which raises: one bad subject would stop everybody who reads.
    kind, _, key = row.subject.partition(":")
    return Fact(Place(int(row.txid), row.id), row.tenant_id, row.name, kind, key, row.actor, row.at)


async def _now(session: AsyncSession) -> tuple[Place, int]:
    xmin, at = (await session.execute(_NOW)).one()
    return Place(int(xmin), 0), at
