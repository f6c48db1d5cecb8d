"""The life of a sales order, as one table of allowed steps.

It does not hold fulfilment, which runs beside the status, nor the lock that fulfilment puts on an order: the service
knows those, and may refuse a step that is allowed here.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ImpossibleStep


class SalesOrderStatus(StrEnum):
    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    PROCESSED = "PROCESSED"
    CANCELLED = "CANCELLED"


class Fulfilment(StrEnum):
    """How much of an order has come in or gone out; it runs beside the status."""

    NONE = "NONE"
    PARTIAL = "PARTIAL"
    FULFILLED = "FULFILLED"


class Step(StrEnum):
    EDIT = "EDIT"
    APPROVE = "APPROVE"
    """By somebody, or by itself."""
    HOLD = "HOLD"
    """What was edited needs a new approval."""
    DELIVER = "DELIVER"
    PAY = "PAY"
    """Money comes in, or goes back."""
    PROCESS = "PROCESS"
    CANCEL = "CANCEL"


_O, _S = SalesOrderStatus, Step

STEPS: Mapping[tuple[SalesOrderStatus, Step], SalesOrderStatus] = MappingProxyType(
    {
        # Editing by itself moves no order: what approval goes by is judged anew, and that holds or approves it.
        (_O.DRAFT, _S.EDIT): _O.DRAFT,
        (_O.APPROVED, _S.EDIT): _O.APPROVED,
        (_O.DRAFT, _S.APPROVE): _O.APPROVED,
        (_O.APPROVED, _S.HOLD): _O.DRAFT,
        (_O.APPROVED, _S.DELIVER): _O.APPROVED,
        # Processed is done with for the office; the last box may still be on its way, and the last payment too.
        (_O.PROCESSED, _S.DELIVER): _O.PROCESSED,
        (_O.DRAFT, _S.PAY): _O.DRAFT,
        (_O.APPROVED, _S.PAY): _O.APPROVED,
        (_O.PROCESSED, _S.PAY): _O.PROCESSED,
        (_O.APPROVED, _S.PROCESS): _O.PROCESSED,
        (_O.DRAFT, _S.CANCEL): _O.CANCELLED,
        (_O.APPROVED, _S.CANCEL): _O.CANCELLED,
    }
)

_AN_ORDER = {
    _O.DRAFT: "A draft order",
    _O.APPROVED: "An approved order",
    _O.PROCESSED: "A processed order",
    _O.CANCELLED: "A cancelled order",
}
_DONE = {
    _S.EDIT: "edited",
    _S.APPROVE: "approved",
    _S.HOLD: "held for approval",
    _S.DELIVER: "delivered",
    _S.PAY: "paid",
    _S.PROCESS: "processed",
    _S.CANCEL: "cancelled",
}
_ALREADY = {
    (_O.DRAFT, _S.HOLD): "This order waits for approval already.",
    (_O.APPROVED, _S.APPROVE): "This order is approved already.",
    (_O.PROCESSED, _S.PROCESS): "This order is processed already.",
    (_O.CANCELLED, _S.CANCEL): "This order is cancelled already.",
}
# What to do instead; the entry of the pair, else of the status.
_INSTEAD: Mapping[tuple[SalesOrderStatus, Step] | SalesOrderStatus, str] = {
    _O.DRAFT: "Approve it first.",
    (_O.PROCESSED, _S.EDIT): "Enter a new order for what has changed.",
    (_O.PROCESSED, _S.CANCEL): "Enter a new order that credits it.",
    _O.PROCESSED: "It was approved before it was processed.",
    _O.CANCELLED: "Enter a new order instead.",
}


def step(status: SalesOrderStatus, wanted: Step) -> SalesOrderStatus:
    """The status after the step. Raises ImpossibleStep, which says what to do instead."""
    after = STEPS.get((status, wanted))
    if after is None:
        raise ImpossibleStep(_refusal(status, wanted))
    return after


def _refusal(status: SalesOrderStatus, wanted: Step) -> str:
    if (status, wanted) in _ALREADY:
        return _ALREADY[status, wanted]
    instead = _INSTEAD.get((status, wanted)) or _INSTEAD[status]
    return f"{_AN_ORDER[status]} can't be {_DONE[wanted]}. {instead}"
