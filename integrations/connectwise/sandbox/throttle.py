"""The request budget of a company: so many a minute, then 429 until the minute is over. Off unless switched on."""

from __future__ import annotations

import math


class Throttle:
    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def wait(self, company_id: str, now: float, per_minute: int) -> int:
        """Seconds until the next request is welcome; 0 when this one is, which is then counted."""
        if per_minute <= 0:
            return 0
        start, used = self._windows.get(company_id, (now, 0))
        if now - start >= 60:
            start, used = now, 0
        if used >= per_minute:
            return max(1, math.ceil(start + 60 - now))
        self._windows[company_id] = start, used + 1
        return 0

    def clear(self) -> None:
        self._windows.clear()
