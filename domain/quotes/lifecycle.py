"""The life of a quote, as one table of allowed steps.

It does not know who takes a step or why (permissions, approval rules, expiry): a step that is allowed here may still be
refused by the service. An expired quote is one whose expiry date has passed; that is no status.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ImpossibleStep


class QuoteStatus(StrEnum):
    DRAFT = "DRAFT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    APPROVED = "APPROVED"
    SENT = "SENT"
    VIEWED = "VIEWED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class Step(StrEnum):
    EDIT = "EDIT"
    """Change what the customer would see: lines, prices, dates, texts."""
    SUBMIT = "SUBMIT"
    """Ask for approval."""
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    """Refuse approval: back to the author."""
    SEND = "SEND"
    """Send to the customer, for the first time or again."""
    VIEW = "VIEW"
    """The customer opens it."""
    ACCEPT = "ACCEPT"
    """By the customer, or by staff on the customer's behalf."""
    DECLINE = "DECLINE"


_Q, _S = QuoteStatus, Step

STEPS: Mapping[tuple[QuoteStatus, Step], QuoteStatus] = MappingProxyType(
    {
        # Whatever changes needs a new approval and goes out again.
        (_Q.DRAFT, _S.EDIT): _Q.DRAFT,
        (_Q.PENDING_APPROVAL, _S.EDIT): _Q.DRAFT,
        (_Q.APPROVED, _S.EDIT): _Q.DRAFT,
        (_Q.SENT, _S.EDIT): _Q.DRAFT,
        (_Q.VIEWED, _S.EDIT): _Q.DRAFT,
        (_Q.DRAFT, _S.SUBMIT): _Q.PENDING_APPROVAL,
        (_Q.PENDING_APPROVAL, _S.APPROVE): _Q.APPROVED,
        (_Q.PENDING_APPROVAL, _S.REJECT): _Q.DRAFT,
        (_Q.DRAFT, _S.SEND): _Q.SENT,
        (_Q.APPROVED, _S.SEND): _Q.SENT,
        # Sending again is a reminder: it doesn't undo that the customer has seen the quote.
        (_Q.SENT, _S.SEND): _Q.SENT,
        (_Q.VIEWED, _S.SEND): _Q.VIEWED,
        (_Q.SENT, _S.VIEW): _Q.VIEWED,
        (_Q.VIEWED, _S.VIEW): _Q.VIEWED,
        # The customer's link goes on working after the decision, and changes nothing any more.
        (_Q.ACCEPTED, _S.VIEW): _Q.ACCEPTED,
        (_Q.DECLINED, _S.VIEW): _Q.DECLINED,
        (_Q.SENT, _S.ACCEPT): _Q.ACCEPTED,
        (_Q.VIEWED, _S.ACCEPT): _Q.ACCEPTED,
        (_Q.SENT, _S.DECLINE): _Q.DECLINED,
        (_Q.VIEWED, _S.DECLINE): _Q.DECLINED,
    }
)

_A_QUOTE = {
    _Q.DRAFT: "A draft quote",
    _Q.PENDING_APPROVAL: "A quote that waits for approval",
    _Q.APPROVED: "An approved quote",
    _Q.SENT: "A sent quote",
    _Q.VIEWED: "A quote that the customer has seen",
    _Q.ACCEPTED: "An accepted quote",
    _Q.DECLINED: "A declined quote",
}
_DONE = {
    _S.EDIT: "edited",
    _S.SUBMIT: "submitted for approval",
    _S.APPROVE: "approved",
    _S.REJECT: "rejected",
    _S.SEND: "sent",
    _S.VIEW: "shown to the customer",
    _S.ACCEPT: "accepted",
    _S.DECLINE: "declined",
}
_ALREADY = {
    (_Q.PENDING_APPROVAL, _S.SUBMIT): "This quote waits for approval already.",
    (_Q.APPROVED, _S.APPROVE): "This quote is approved already.",
    (_Q.ACCEPTED, _S.ACCEPT): "This quote is accepted already.",
    (_Q.DECLINED, _S.DECLINE): "This quote is declined already.",
}
# What to do instead; the first entry that fits: for the pair, else for the status.
_INSTEAD: Mapping[tuple[QuoteStatus, Step] | QuoteStatus, str] = {
    (_Q.DRAFT, _S.APPROVE): "Submit it for approval first.",
    (_Q.DRAFT, _S.REJECT): "It has not been submitted for approval.",
    _Q.DRAFT: "Send it first.",
    (_Q.PENDING_APPROVAL, _S.SEND): "It has to be approved first.",
    _Q.PENDING_APPROVAL: "It has to be approved and sent first.",
    (_Q.APPROVED, _S.SUBMIT): "It is approved: send it.",
    (_Q.APPROVED, _S.REJECT): "Edit it to make it a draft again.",
    _Q.APPROVED: "Send it first.",
    _Q.SENT: "Edit it to make it a draft again.",
    _Q.VIEWED: "Edit it to make it a draft again.",
    _Q.ACCEPTED: "Copy it to make a new one.",
    _Q.DECLINED: "Copy it to make a new one.",
}


def step(status: QuoteStatus, wanted: Step) -> QuoteStatus:
    """The status after the step. Raises ImpossibleStep, which says what to do instead."""
    after = STEPS.get((status, wanted))
    if after is None:
        raise ImpossibleStep(_refusal(status, wanted))
    return after


def _refusal(status: QuoteStatus, wanted: Step) -> str:
    already = _ALREADY.get((status, wanted))
    instead = _INSTEAD.get((status, wanted)) or _INSTEAD[status]
    return already or f"{_A_QUOTE[status]} can't be {_DONE[wanted]}. {instead}"
