"""How records stand with a provider, for many records in three statements. It changes nothing and raises no work.

Who may know is declared on the api's type, as for every read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, Text, any_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from domain.context import Context
from domain.outbox import SyncTask
from domain.sync.models import ExternalLink, SyncError, SyncState

Subject = tuple[str, str]
"""A record's subject, and that of the root whose lease covers it: the same one for a root."""


@dataclass(frozen=True)
class Standing:
    state: SyncState
    external_id: str | None = None
    external_url: str | None = None
    last_synced_at: datetime | None = None
    last_error: SyncError | None = None


async def states(ctx: Context, provider: str, subjects: Sequence[Subject]) -> list[Standing]:
    """One standing a subject, in their order.

    An open error comes first, for a root also one of its parts; then work that waits or runs; then what is linked.
    """
    own = [subject for subject, _ in subjects]
    roots = sorted({root for _, root in subjects})
    links = {
        link.subject: link
        for link in await ctx.session.scalars(
            select(ExternalLink).where(ExternalLink.provider == provider, _among(ExternalLink.subject, own))
        )
    }
    errors: dict[str, SyncError] = {}
    for error in await ctx.session.scalars(
        select(SyncError)
        .where(SyncError.provider == provider, _among(SyncError.root, roots), SyncError.resolved_at.is_(None))
        .order_by(SyncError.last_at, SyncError.id)
    ):
        # The newest wins; what a root has itself failed at says more than what one of its parts failed at.
        root_itself = errors.get(error.root)
        if root_itself is None or root_itself.subject != error.root:
            errors[error.root] = error
        errors[error.subject] = error
    busy = set(
        await ctx.session.scalars(
            select(SyncTask.subject).where(
                SyncTask.provider == provider,
                _among(SyncTask.subject, roots),
                or_(SyncTask.due_at.is_not(None), SyncTask.wanted > SyncTask.done, SyncTask.lease_until > func.now()),
            )
        )
    )
    return [_standing(links.get(subject), errors.get(subject), root in busy) for subject, root in subjects]


def _standing(link: ExternalLink | None, error: SyncError | None, busy: bool) -> Standing:
    linked = link is not None and link.remote_id is not None
    state = SyncState.SYNCED if linked else SyncState.NOT_SYNCED
    if busy:
        state = SyncState.PENDING
    if error is not None:
        state = SyncState.ERROR
    if link is None:
        return Standing(state, last_error=error)
    return Standing(state, link.remote_id, link.url, link.last_synced_at, error)


def _among(column: InstrumentedAttribute[str], values: list[str]) -> ColumnElement[bool]:
    """`= ANY (array)`: one statement text however many values, so that it is prepared once."""
    return column == any_(literal(values, ARRAY(Text)))
