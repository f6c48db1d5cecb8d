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
    PROCESS = "PROCESS"
    CANCEL = "CANCEL"


_O, _S = SalesOrderStatus, Step

STEPS: Mapping[tuple[SalesOrderStatus, Step], SalesOrderStatus] = MappingProxyType(
    {
        # Editing never moves an order. What may be edited after approval, the service judges by the approval rules.
        (_O.DRAFT, _S.EDIT): _O.DRAFT,
        (_O.APPROVED, _S.EDIT): _O.APPROVED,
        (_O.DRAFT, _S.APPROVE): _O.APPROVED,
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
_DONE = {_S.EDIT: "edited", _S.APPROVE: "approved", _S.PROCESS: "processed", _S.CANCEL: "cancelled"}
_ALREADY = {
    (_O.APPROVED, _S.APPROVE): "This order is approved already.",
    (_O.PROCESSED, _S.PROCESS): "This order is processed already.",
    (_O.CANCELLED, _S.CANCEL): "This order is cancelled already.",
}
_INSTEAD = {
    (_O.DRAFT, _S.PROCESS): "Approve it first.",
    (_O.PROCESSED, _S.EDIT): "Enter a new order for what has changed.",
    (_O.PROCESSED, _S.APPROVE): "It was approved before it was processed.",
    (_O.PROCESSED, _S.CANCEL): "Enter a new order that credits it.",
    (_O.CANCELLED, _S.EDIT): "Enter a new order instead.",
    (_O.CANCELLED, _S.APPROVE): "Enter a new order instead.",
    (_O.CANCELLED, _S.PROCESS): "Enter a new order instead.",
}


def step(status: SalesOrderStatus, wanted: Step) -> SalesOrderStatus:
    """The status after the step. Raises ImpossibleStep, which says what to do instead."""
    after = STEPS.get((status, wanted))
    if after is None:
        raise ImpossibleStep(_refusal(status, wanted))
    return after


def _refusal(status: SalesOrderStatus, wanted: Step) -> str:
    already = _ALREADY.get((status, wanted))
    return already or f"{_AN_ORDER[status]} can't be {_DONE[wanted]}. {_INSTEAD[status, wanted]}"
