"""The type of a clock, and the real one.

Stored times come from the database's own `now()`; this file does not replace that. It serves the code that has to run
under simulated time too, and takes its clock as an argument.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, always with a time zone."""


def utc_now() -> datetime:
    """The real clock: now, in UTC."""
    return datetime.now(UTC)
