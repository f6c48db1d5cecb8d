"""Waiting for something outside of us: for a while, and never in silence. Does not know what it waits for."""

from __future__ import annotations

import time
from collections.abc import Callable

Say = Callable[[str], None]
_LONG = 2.0  # seconds after which a person wants to know why nothing happens


def silent(text: str) -> None:
    """Nobody listens."""


class Patience:
    """At most `seconds`; once it takes long, `say` hears what `why` is then.

    patience = Patience(60, lambda: "Waiting for PostgreSQL …", say)
    while not ready():
        if patience.over():
            raise …
    """

    def __init__(self, seconds: float, why: Callable[[], str], say: Say = silent) -> None:
        self._why, self._say = why, say
        began = time.monotonic()
        self._end, self._long = began + seconds, began + _LONG
        self._told = False

    def over(self, pause: float = 0.01) -> bool:
        """Whether the time is up; if not, returns after a moment."""
        now = time.monotonic()
        if now > self._end:
            return True
        if now > self._long and not self._told:
            self._told = True
            self._say(f"  {self._why()} …")
        time.sleep(pause)
        return False
