"""Every period of the sync engine, in one place. Seconds. Tests shorten them together; nothing here waits."""

from collections.abc import Callable
from dataclasses import dataclass

Random = Callable[[], float]
"""Uniform in [0, 1)."""


@dataclass(frozen=True)
class Timing:
    http_timeout: float = 10.0
    """A call ends within this, whatever happens."""
    lease: float = 30.0
    """Who doesn't renew it has lost the record."""
    settle: float = 67.0
    """How long after its intent a create whose answer was lost may still show up there."""
    send_within: float = 2.0
    """A create is not sent when its intent is older than this: the process may have been asleep."""
    sweep: float = 2.0
    """How often the worker looks for work without a bell."""
    pace: float = 1.0
    """A record that was just written is written again this much later at the earliest, so that quick edits gather."""
    blocked: float = 60.0
    """How often a record that waits for another is looked at although nobody woke it."""
    first_retry: float = 0.5
    longest_retry: float = 15 * 60.0
    longest_hold: float = 40.0
    """An outage is probed at least this often, so that a backlog starts within a minute of the recovery."""
    unreachable_after: int = 4
    """Failures in a row after which the connection is shown as unreachable. Work goes on all the same."""
    poll: float = 60.0
    """How often changes over there are asked for."""
    overlap: float = 300.0
    """A poll begins this much before the last one did: clocks differ, and what commits late is dated back."""
    watch: float = 15 * 60.0
    """How often registered callbacks are looked after."""
    intent: float = 1.0
    """How often an arrival asks whether the creates that are on their way have ended."""
    attempts: int = 20
    give_up_after: float = 72 * 3600.0

    @property
    def renew_after(self) -> float:
        """A lease older than this is renewed before the next call; what is left still outlasts the call."""
        return min(self.lease / 6, self.lease - self.http_timeout - 1)

    def retry(self, attempt: int, random: Random) -> float:
        """Full jitter: any time up to first_retry x 2^(attempt-1), at most longest_retry. `attempt` counts from 1."""
        return random() * min(self.longest_retry, self.first_retry * 2.0 ** min(attempt - 1, 20))

    def hold(self, failures: int, random: Random) -> float:
        """How long a connection rests after its n-th failure in a row (from 1): doubled each time, spread a bit."""
        return (0.8 + 0.2 * random()) * min(self.longest_hold, self.first_retry * 2.0 ** min(failures - 1, 20))
