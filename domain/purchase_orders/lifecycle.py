"""The life of a purchase order, as one table of allowed steps.

It does not count what has come in: the service does, and takes the step RECEIVE_ALL when nothing is missing any more.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ImpossibleStep


class PurchaseOrderStatus(StrEnum):
    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    EDIT = "EDIT"
    APPROVE = "APPROVE"
    RECEIVE = "RECEIVE"
    """Some of it comes in."""
    RECEIVE_ALL = "RECEIVE_ALL"
    """The last of it comes in."""
    CANCEL = "CANCEL"


_P, _S = PurchaseOrderStatus, Step

STEPS: Mapping[tuple[PurchaseOrderStatus, Step], PurchaseOrderStatus] = MappingProxyType(
    {
        (_P.DRAFT, _S.EDIT): _P.DRAFT,
        # What was approved is what the supplier got: changing it needs a new approval.
        (_P.APPROVED, _S.EDIT): _P.DRAFT,
        (_P.DRAFT, _S.APPROVE): _P.APPROVED,
        (_P.APPROVED, _S.RECEIVE): _P.APPROVED,
        (_P.APPROVED, _S.RECEIVE_ALL): _P.RECEIVED,
        (_P.DRAFT, _S.CANCEL): _P.CANCELLED,
        (_P.APPROVED, _S.CANCEL): _P.CANCELLED,
    }
)

_AN_ORDER = {
    _P.DRAFT: "A draft purchase order",
    _P.APPROVED: "An approved purchase order",
    _P.RECEIVED: "A received purchase order",
    _P.CANCELLED: "A cancelled purchase order",
}
_DONE = {
    _S.EDIT: "edited",
    _S.APPROVE: "approved",
    _S.RECEIVE: "received",
    _S.RECEIVE_ALL: "received",
    _S.CANCEL: "cancelled",
}
_ALREADY = {
    (_P.APPROVED, _S.APPROVE): "This purchase order is approved already.",
    (_P.RECEIVED, _S.RECEIVE): "All of this purchase order has been received already.",
    (_P.RECEIVED, _S.RECEIVE_ALL): "All of this purchase order has been received already.",
    (_P.CANCELLED, _S.CANCEL): "This purchase order is cancelled already.",
}
_INSTEAD: Mapping[PurchaseOrderStatus, str] = {
    _P.DRAFT: "Approve it first.",
    _P.RECEIVED: "Enter a new purchase order for what has changed.",
    _P.CANCELLED: "Enter a new purchase order instead.",
}


def step(status: PurchaseOrderStatus, wanted: Step) -> PurchaseOrderStatus:
    """The status after the step. Raises ImpossibleStep, which says what to do instead."""
    after = STEPS.get((status, wanted))
    if after is None:
        raise ImpossibleStep(_refusal(status, wanted))
    return after


def _refusal(status: PurchaseOrderStatus, wanted: Step) -> str:
    already = _ALREADY.get((status, wanted))
    return already or f"{_AN_ORDER[status]} can't be {_DONE[wanted]}. {_INSTEAD[status]}"
