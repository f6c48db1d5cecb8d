"""A quote as the customer sees it: frozen, typed, and nothing of it that isn't the customer's business.

No cost, no margin, no private note comes in here: these classes name each value that goes out. They are kept as JSON
with each version that was sent, so a name is never changed, and what is added has a default.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from domain.organizations.models import ADDRESS_FIELDS
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.models import Quote, QuoteLine, QuoteSection


class OfferState(StrEnum):
    """How an offer stands with the customer."""

    OPEN = "OPEN"
    EXPIRED = "EXPIRED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    """The quote is being edited: a new version may follow."""


class OfferLine(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    part_number: str | None
    title: str
    description: str | None
    quantity: Decimal
    quantity_editable: bool
    unit_price: Decimal
    discount_percent: Decimal | None
    discount_amount: Decimal | None
    tax_rate: Decimal
    recurring_period: str | None
    recurring_cycles: int | None
    optional: bool
    selected: bool
    counted: bool
    net_total: Decimal
    tax_total: Decimal
    total: Decimal


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Before tax but for `total`; recurring amounts are those of one period, and all of them make up `subtotal`."""

    subtotal: Decimal
    one_off_subtotal: Decimal
    monthly_subtotal: Decimal
    quarterly_subtotal: Decimal
    yearly_subtotal: Decimal
    tax_total: Decimal
    total: Decimal


class OfferSection(Sums, frozen=True, kw_only=True):
    id: UUID
    type: str
    title: str
    text: str | None
    multi_choice: bool
    selected: bool
    lines: tuple[OfferLine, ...]


class Offer(Sums, frozen=True, kw_only=True):
    """`lines` are those that stand in no section."""

    number: str
    title: str
    organization_name: str
    contact_name: str | None
    expiry_date: date | None
    currency: str
    discount_total: Decimal
    delivery_amount: Decimal
    delivery_tax_rate: Decimal
    delivery_tax: Decimal
    delivery_line1: str | None
    delivery_line2: str | None
    delivery_city: str | None
    delivery_state: str | None
    delivery_zip: str | None
    delivery_country: str | None
    lines: tuple[OfferLine, ...]
    sections: tuple[OfferSection, ...]


def of(quote: Quote, *, organization_name: str, contact_name: str | None) -> Offer:
    """What the customer sees of the quote as it is now."""
    lines: dict[UUID | None, list[OfferLine]] = {}
    for line in quote.lines:
        lines.setdefault(line.section_id, []).append(_line(line))
    return Offer(
        number=quote.number,
        title=quote.title,
        organization_name=organization_name,
        contact_name=contact_name,
        expiry_date=quote.expiry_date,
        currency=quote.currency,
        discount_total=quote.discount_total,
        delivery_amount=quote.delivery_amount,
        delivery_tax_rate=quote.delivery_tax_rate,
        delivery_tax=quote.delivery_tax,
        **{f"delivery_{name}": getattr(quote, f"delivery_{name}") for name in ADDRESS_FIELDS},
        lines=tuple(lines.get(None, ())),
        sections=tuple(_section(section, lines.get(section.id, [])) for section in quote.sections),
        **_sums(quote),
    )


def accepted(sent: Offer, quote: Quote) -> Offer:
    """What was sent, with what the customer chose of it. The names stay as they were shown."""
    return of(quote, organization_name=sent.organization_name, contact_name=sent.contact_name)


def state(status: QuoteStatus, *, expired: bool) -> OfferState:
    if status is QuoteStatus.ACCEPTED:
        return OfferState.ACCEPTED
    if status is QuoteStatus.DECLINED:
        return OfferState.DECLINED
    if status in (QuoteStatus.SENT, QuoteStatus.VIEWED):
        return OfferState.EXPIRED if expired else OfferState.OPEN
    return OfferState.WITHDRAWN


def dump(offer: Offer) -> dict[str, Any]:
    """As JSON holds it: decimals and dates are texts."""
    content: dict[str, Any] = msgspec.to_builtins(offer)
    return content


def load(content: dict[str, Any]) -> Offer:
    return msgspec.convert(content, Offer)


def _section(section: QuoteSection, lines: list[OfferLine]) -> OfferSection:
    return OfferSection(
        id=section.id,
        type=section.type,
        title=section.title,
        text=section.text,
        multi_choice=section.multi_choice,
        selected=section.selected,
        lines=tuple(lines),
        **_sums(section),
    )


def _line(line: QuoteLine) -> OfferLine:
    return OfferLine(**{name: getattr(line, name) for name in OfferLine.__struct_fields__})


def _sums(row: Quote | QuoteSection) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Sums.__struct_fields__}
