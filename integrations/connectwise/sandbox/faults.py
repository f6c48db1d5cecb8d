"""Faults ordered through the control door: what they apply to, how often, and what they do.

The rules are here; carrying an effect out (sleeping, cutting, answering) is `app.py`'s part.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, get_args
from typing import Literal as L

from integrations.connectwise.sandbox.request import Request

Effect = L["status", "delay", "reset_before", "reset_after", "late_commit", "false_200", "html_502", "stale_search"]
EFFECTS = get_args(Effect)
HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(slots=True)
class Fault:
    effect: Effect
    instance: str = ""
    entity: str = ""
    """companies, company/companies or Company"""
    method: str = ""
    path_contains: str = ""
    nth: int = 1
    """The first matching request it strikes, counted from 1."""
    times: int = 1
    """How many it strikes; 0 is all."""
    rate: float = 1.0
    """How likely it strikes each of them: 0.1 is one of ten."""
    status: int = 500
    body: Any = None
    """JSON, or a text sent as it is. None is the transient time-out real tenants answer."""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How long a delay is, how late a commit comes, how old a search is."""
    id: int = 0
    seen: int = 0
    struck: int = 0

    def matches(self, request: Request) -> bool:
        route = request.route
        names = (request.entity, request.entity.rpartition("/")[2], route.entity.name if route else "")
        return (
            (not self.instance or self.instance.casefold() == request.company_id.casefold())
            and (not self.entity or self.entity.strip("/").casefold() in [name.casefold() for name in names])
            and (not self.method or self.method.upper() == request.method)
            and self.path_contains in f"{request.path}?{request.query}"
        )


class Faults:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._active: dict[int, Fault] = {}
        self._numbers = count(1)

    def order(self, details: dict[str, Any]) -> Fault:
        """Raises ValueError on a detail that doesn't exist or an unknown effect."""
        details = {name: value for name, value in details.items() if value is not None}
        unknown = set(details) - set(Fault.__slots__) | set(details) & {"id", "seen", "struck"}
        if unknown:
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
        if details.get("effect") not in EFFECTS:
            raise ValueError(f"effect must be one of {', '.join(EFFECTS)}")
        fault = Fault(**details)
        fault.id = next(self._numbers)
        self._active[fault.id] = fault
        return fault

    def all(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._active.values()]

    def strike(self, request: Request) -> Fault | None:
        """The fault that befalls this request, if any. The oldest one first."""
        for fault in list(self._active.values()):
            if fault.matches(request):
                fault.seen += 1
                if fault.seen >= fault.nth and self._rng.random() < fault.rate:
                    fault.struck += 1
                    if fault.struck == fault.times:
                        del self._active[fault.id]
                    return fault
        return None

    def cancel(self, fault_id: int | None = None) -> None:
        if fault_id is None:
            self._active.clear()
        else:
            self._active.pop(fault_id, None)
