"""The choices of quotes as the API describes them. Taken from here, they are described before they are used."""

from api.scalars import described
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.models import SectionType
from domain.quotes.offer import OfferState
from domain.quotes.papers import ApprovalRuleKind

__all__ = ["ApprovalRuleKind", "OfferState", "QuoteStatus", "SectionType"]

described(
    QuoteStatus,
    "Where a quote stands. A quote whose expiry date has passed is expired whatever its status.",
    DRAFT="It is being written. An edited quote is a draft again.",
    PENDING_APPROVAL="It waits for approval.",
    APPROVED="It may be sent.",
    SENT="The customer has it.",
    VIEWED="The customer has opened it.",
    ACCEPTED="The customer said yes: there is a sales order.",
    DECLINED="The customer said no.",
)

described(
    SectionType,
    "What a section of a quote holds.",
    name="QuoteSectionType",
    PRODUCTS="Products.",
    LABOR="Work.",
    TEXT="Words, and no lines.",
)

described(
    OfferState,
    "How an offer stands with the customer.",
    OPEN="It can be answered.",
    EXPIRED="Its expiry date has passed: it can't be accepted any more.",
    ACCEPTED="It was accepted.",
    DECLINED="It was declined.",
    WITHDRAWN="It is being changed: a new version may follow.",
)

described(
    ApprovalRuleKind,
    "What a rule of approval looks at.",
    TOTAL="The total with tax: more than the threshold, an amount, needs approval.",
    DISCOUNT="All discounts together: more than so many percent of the undiscounted price need approval.",
    MARGIN="The margin: less than so many percent of the subtotal need approval, and so does a line without a cost.",
)
