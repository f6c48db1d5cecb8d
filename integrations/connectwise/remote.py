"""One tenant's ConnectWise as the mappings see it: the client, and what rarely changes there, remembered for a minute.

It knows no record of ours.
"""

import time
from collections.abc import Callable
from typing import Any

from integrations.connectwise import conditions
from integrations.connectwise.client import Client, Record
from integrations.core import errors
from integrations.core.limiter import Budget

_FRESH = 60.0


class Remote:
    """`budget`: the calls this connection may make; None: any number. `monotonic` measures how old the remembered
    tables are."""

    def __init__(
        self, client: Client, *, budget: Budget | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.client = client
        self.budget = budget
        self._monotonic = monotonic
        self._tables: dict[str, tuple[float, list[Record]]] = {}

    async def table(self, path: str, *, refresh: bool = False) -> list[Record]:
        """All rows of a small set-up table, at most a minute old."""
        known = self._tables.get(path)
        if known is not None and not refresh and self._monotonic() - known[0] < _FRESH:
            return known[1]
        rows = [row async for page in self.client.pages(path) for row in page]
        self._tables[path] = (self._monotonic(), rows)
        return rows

    async def member_id(self, *, email: str | None, name: str | None) -> int | None:
        """The active member who is this employee: by e-mail, then by full name. None when nobody or several are."""
        active = [row for row in await self.table("/system/members") if not row.get("inactiveFlag")]
        for wanted, values in (
            (email, lambda row: (row.get("officeEmail"), row.get("primaryEmail"), row.get("mobileEmail"))),
            (name, lambda row: (f"{row.get('firstName', '')} {row.get('lastName', '')}",)),
        ):
            if not wanted:
                continue
            hits = {
                int(row["id"])
                for row in active
                if any(value and conditions.folded(str(value)) == conditions.folded(wanted) for value in values(row))
            }
            if len(hits) == 1:
                return hits.pop()
        return None

    async def billing_cycle_id(self, period: str) -> int | None:
        """The billing cycle of that length: MONTHLY, QUARTERLY or YEARLY. None when there is none."""
        fitting = [
            row
            for row in await self.table("/finance/billingCycles")
            if str(row.get("billingOptions", "")).upper() == period
        ]
        best = next((row for row in fitting if row.get("defaultFlag")), next(iter(fitting), None))
        return None if best is None else int(best["id"])

    async def communication_type(self, channel: str) -> dict[str, Any]:
        """The type to write an e-mail address, a phone or a mobile number under. `channel`: email, phone, mobile."""
        rows = await self.table("/company/communicationTypes")
        flag = "emailFlag" if channel == "email" else "phoneFlag"
        fitting = [row for row in rows if row.get(flag)]
        if channel != "email":
            fitting = [
                row for row in fitting if is_mobile(str(row.get("description"))) is (channel == "mobile")
            ] or fitting
        if not fitting:
            raise errors.Rejected(f"ConnectWise has no communication type for {channel}.", code="NoCommunicationType")
        best = next((row for row in fitting if row.get("defaultFlag")), fitting[0])
        return {"id": best["id"]}


def is_mobile(type_name: str) -> bool:
    return any(word in type_name.casefold() for word in ("mobile", "cell"))
