"""Work that is about no record of ours: what arrives, polls, registrations. It takes the same road as records do: a
root under a lease, settled by its outcome.

What went wrong becomes an outcome here, as the engine does it for records. Does nothing by itself.
"""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from domain.db import Database
from domain.errors import UserError
from integrations.core import errors
from integrations.core.arrivals import Desk, Source
from integrations.core.lease import Lease, LeaseLost
from integrations.core.outcome import Later, Outcome
from integrations.core.provider import Problem, Provider
from integrations.core.timing import Timing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One run of a chore. `key` is what follows the kind in the subject `root`."""

    database: Database
    provider: Provider
    root: str
    key: str
    lease: Lease
    timing: Timing

    def transaction(self) -> Any:
        """For taking values over: the events of this transaction raise no work for the provider they came from."""
        return self.database.transaction(self.lease.actor, origin=self.provider.name)

    def desk(self, source: Source, settings: Any, remote: Any) -> Desk:
        address = partial(self.provider.address, remote)
        return Desk(self.provider.name, source, settings, self.timing.settle, address)


class Chore(Protocol):
    """One kind of such work."""

    async def run(self, job: Job) -> Outcome:
        """May raise what `attempt` knows: Problem, RemoteError, UserError."""

    def title(self, key: str) -> str:
        """What people read above an error of it."""

    def again_in(self, timing: Timing) -> float | None:
        """After a failure: seconds until the next go, however often it failed. None: only when it is raised again."""

    def explain(self, error: errors.RemoteError, key: str) -> Problem:
        """A refusal in words for people."""


async def attempt(chore: Chore, job: Job) -> Outcome:
    """Run it, whatever comes of it. Raises LeaseLost only."""
    again, title = chore.again_in(job.timing), chore.title(job.key)
    try:
        return await chore.run(job)
    except LeaseLost:
        raise
    except errors.Unauthorized as error:
        return Outcome(unauthorized=error.text, called=True)
    except errors.TryLater as error:
        return Outcome(later=Later.of(error, job.root, title), called=True, again_in=again)
    except Problem as found:
        problem = found
    except errors.RemoteError as error:
        problem = chore.explain(error, job.key)
    except UserError as error:
        problem = Problem.unfit(job.provider.title, error)
    except Exception:
        log.exception("the run on %s failed", job.root)
        problem = Problem.fault()
    return Outcome(problems=[problem.about(job.root, problem.title or title)], called=True, again_in=again)
