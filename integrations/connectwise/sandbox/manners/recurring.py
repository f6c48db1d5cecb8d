"""What recurs on a product line: a line of a recurring catalog item starts with that item's cycle and amounts, and its
end follows from its start. Bills nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

MONTHS = {"Monthly": 1, "BiMonthly": 2, "Quarterly": 3, "SemiAnnual": 6, "Yearly": 12}
DAYS = {"Weekly": 7, "BiWeekly": 14}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def line_of_a_recurring_item(call: Call, record: Record, stored: Record | None) -> None:
    item = call.row("CatalogItem", record.get("catalogItem"))
    recurring = record.get("recurring")
    if stored is None and item and item.get("recurringFlag"):
        own = recurring or {}
        recurring = {**_of_item(call, item, record), **own}
        if "billCycleId" in own and "billCycle" not in own:
            del recurring["billCycle"]
    if not recurring:
        return
    recurring = {**recurring, "endDate": _end(call, recurring)}
    if cycle := call.row("BillingCycle", recurring.get("billCycle") or recurring.get("billCycleId")):
        recurring |= {"billCycle": call.table("BillingCycle").ref(cycle["id"]), "billCycleId": cycle["id"]}
    record["recurring"] = {name: value for name, value in recurring.items() if value is not None}


def line_says_how_often(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    recurring = record.get("recurring")
    if not recurring:
        return
    cycle, start = recurring.get("billCycle"), recurring.get("startDate")
    if recurring.get("billCycleId") and not cycle:
        yield Violation("NotFound", f"billCycle {recurring['billCycleId']} not found", "recurring/billCycle")
    if start and _day(start) is None:
        text = "The field recurring/startDate must be in the format yyyy-MM-ddTHH:mm:ssZ."
        yield Violation("UnsupportedFormat", text, "recurring/startDate")
    if recurring.get("cycles", 1) < 1:
        yield Violation("OutOfRange", "The field recurring/cycles must be 1 or more.", "recurring/cycles")


def _of_item(call: Call, item: Record, record: Record) -> Record:
    return {
        "recurringRevenue": item.get("recurringRevenue", record.get("price")),
        "recurringCost": item.get("recurringCost", record.get("cost")),
        "startDate": f"{call.now[:10]}T00:00:00Z",
        "billCycle": item.get("recurringBillCycle"),
        "cycleType": item.get("recurringCycleType"),
        "agreementType": item.get("agreementType"),
    }


def _end(call: Call, recurring: Record) -> str | None:
    """The last day of the last cycle. That it is calculated is documented, how it is not."""
    cycle = call.row("BillingCycle", recurring.get("billCycle") or recurring.get("billCycleId"))
    start, cycles = _day(recurring.get("startDate")), recurring.get("cycles")
    if cycle is None or start is None or not cycles or not 0 < cycles <= 1200:
        return None
    after = _after(start, cycle["billingOptions"], cycles)
    return f"{after - timedelta(days=1)}T00:00:00Z" if after else None


def _after(start: date, option: str, cycles: int) -> date | None:
    try:
        if option in DAYS:
            return start + timedelta(days=DAYS[option] * cycles)
        if option in MONTHS:
            year, month = divmod(start.year * 12 + start.month - 1 + MONTHS[option] * cycles, 12)
            return _in_month(year, month + 1, start.day)
    except (ValueError, OverflowError):  # beyond the calendar
        pass
    return None


def _in_month(year: int, month: int, day: int) -> date:
    """That day, or the month's last one."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(first_of_next - timedelta(days=1), date(year, month, 1) + timedelta(days=day - 1))


def _day(moment: object) -> date | None:
    if not isinstance(moment, str) or not _MOMENT.fullmatch(moment):
        return None
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
