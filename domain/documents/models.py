"""What an order document says: who sells what to whom, and what it comes to.

It adds nothing up and looks nothing up: whoever makes a Document gives every figure that is printed.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class DocumentType(StrEnum):
    """What the document is called in its title."""

    TAX_INVOICE = "TAX_INVOICE"
    SALES_ORDER = "SALES_ORDER"


@dataclass(frozen=True, slots=True)
class Seller:
    """`logo` is a PNG, JPEG or SVG file; one that `logo.check_logo` refuses is left out. Addresses are whole lines."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    logo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Buyer:
    name: str
    contact: str | None = None
    address: tuple[str, ...] = ()
    account_number: str | None = None
    tax_number: str | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """Off one line: a percentage (0 to 100) or an amount, the way it was agreed. Both are positive."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`net` is what the line comes to after its discount and before tax; of a recurring line, for one period."""

    title: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    part_number: str | None = None
    description: str | None = None
    discount: Discount | None = None
    tax_rate: Decimal = Decimal(0)
    """In percent: 19 is 19 %."""
    recurring_period: str | None = None
    """MONTHLY, QUARTERLY or YEARLY."""


@dataclass(frozen=True, slots=True)
class Section:
    """Without a title it has no heading."""

    lines: tuple[Line, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """Something beside the lines. `amount` is before tax and signed as it counts: a coupon's is negative."""

    amount: Decimal
    label: str | None = None


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What is taxed at one rate (in percent), and the tax on it."""

    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """`subtotal` is the sum of the lines' nets; `discount`, positive, is what their discounts took off before.

    `subtotal + coupon + surcharge + delivery + every tax = total`.
    """

    subtotal: Decimal
    total: Decimal
    discount: Decimal = Decimal(0)
    coupon: Charge | None = None
    surcharge: Charge | None = None
    delivery: Charge | None = None
    taxes: tuple[TaxShare, ...] = ()
    paid: Decimal = Decimal(0)

    @property
    def outstanding(self) -> Decimal:
        return self.total - self.paid


@dataclass(frozen=True, slots=True)
class Document:
    """`currency` is an ISO 4217 code. Words, numbers and paper follow `locale`, a language and a country: en-US."""

    type: DocumentType
    number: str
    date: datetime.date
    currency: str
    locale: str
    seller: Seller
    buyer: Buyer
    sections: tuple[Section, ...]
    totals: Totals
    delivery_address: tuple[str, ...] = ()
    customer_reference: str | None = None
    due_date: datetime.date | None = None
    payment_terms: str | None = None
    footer_note: str | None = None
    """At the foot of every page, such as the company's registration and bank account; a long one at the end."""
