"""What the document of a sales order says: from the order and the sales settings to the data that is printed.

It prints nothing: `domain.documents` does, and neither mails nor serves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import joinedload, selectinload

from domain.access.models import Tenant
from domain.context import Context
from domain.documents.models import (
    Buyer,
    Charge,
    Discount,
    Document,
    DocumentType,
    Line,
    Section,
    Seller,
    TaxShare,
    Totals,
)
from domain.errors import NotFound
from domain.money import arithmetic, minor_units
from domain.organizations.models import ADDRESS_FIELDS, Organization
from domain.permissions import Permission, requires
from domain.pricing.totals import LineInput, line_totals
from domain.sales_orders.models import SalesOrder, SalesOrderLine
from domain.sales_settings import reads as sales_settings
from domain.sales_settings.models import SalesSettings

_ONE = Decimal(1)


@requires(Permission.SALES_ORDERS_READ)
async def content(ctx: Context, order_id: UUID) -> Document:
    """The document as it would be printed now."""
    parts = (selectinload(SalesOrder.lines), joinedload(SalesOrder.organization), joinedload(SalesOrder.contact))
    order = await ctx.session.get(SalesOrder, order_id, options=parts)
    if order is None:
        raise NotFound("There is no such sales order.", field=("salesOrderId",))
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    return document(order, tenant, await sales_settings.current(ctx))


def document(order: SalesOrder, tenant: Tenant, settings: SalesSettings) -> Document:
    return Document(
        type=DocumentType(settings.document_type),
        number=order.number,
        date=_date(order, tenant),
        currency=order.currency,
        locale=tenant.locale,
        seller=_seller(tenant, settings),
        buyer=_buyer(order),
        sections=(Section(tuple(_line(line) for line in order.lines)),),
        totals=_totals(order),
        delivery_address=_address(order, "delivery_"),
        customer_reference=order.customer_reference,
        payment_terms=settings.payment_terms,
        footer_note=settings.footer,
    )


def _date(order: SalesOrder, tenant: Tenant) -> date:
    return order.created_at.astimezone(ZoneInfo(tenant.time_zone)).date()


def _seller(tenant: Tenant, settings: SalesSettings) -> Seller:
    return Seller(
        settings.seller_name or tenant.name,
        address=_address(settings, "seller_"),
        tax_number=settings.seller_tax_number,
        phone=settings.seller_phone,
        email=settings.seller_email,
        website=settings.seller_website,
        logo=settings.logo,
    )


def _buyer(order: SalesOrder) -> Buyer:
    organization: Organization = order.organization
    return Buyer(
        organization.name,
        contact=order.contact.full_name if order.contact else None,
        address=_address(organization, ""),
        account_number=organization.account_number,
        tax_number=organization.tax_number,
    )


def _address(row: Any, prefix: str) -> tuple[str, ...]:
    """As lines: city, state and zip stand in one."""
    values = {name: getattr(row, f"{prefix}{name}") or "" for name in ADDRESS_FIELDS}
    place = " ".join(filter(None, (values["city"], values["state"], values["zip"])))
    return tuple(filter(None, (values["line1"], values["line2"], place, values["country"])))


def _line(line: SalesOrderLine) -> Line:
    discount = Discount(line.discount_percent, line.discount_amount)
    return Line(
        title=line.title,
        quantity=line.quantity,
        unit_price=line.unit_price,
        net=line.net_total,
        part_number=line.part_number,
        description=line.description,
        discount=discount if discount.percent or discount.amount else None,
        tax_rate=line.tax_rate,
        recurring_period=line.recurring_period,
    )


def _totals(order: SalesOrder) -> Totals:
    shares = [*_shares(order)]
    with arithmetic():
        return Totals(
            subtotal=sum((line.net_total for line in order.lines), Decimal(0)),
            total=order.total,
            discount=order.discount_total,
            coupon=_charge(-order.coupon_amount, order.coupon_code),
            surcharge=_charge(order.surcharge_amount, order.surcharge_title),
            delivery=_charge(order.delivery_amount, None),
            taxes=_by_rate(shares),
            paid=order.paid_total,
        )


def _charge(amount: Decimal, label: str | None) -> Charge | None:
    return Charge(amount, label) if amount else None


def _shares(order: SalesOrder) -> Iterator[TaxShare]:
    for line in order.lines:
        yield TaxShare(line.tax_rate, line.net_total, line.tax_total)
    units = minor_units(order.currency)
    for amount, rate in (
        (order.delivery_amount, order.delivery_tax_rate),
        (order.surcharge_amount, order.surcharge_tax_rate),
        (-order.coupon_amount, order.coupon_tax_rate),
    ):
        totals = line_totals(LineInput(_ONE, amount, tax_rate=rate), units)
        yield TaxShare(rate, totals.net, totals.tax)


def _by_rate(shares: Iterable[TaxShare]) -> tuple[TaxShare, ...]:
    """One share a rate, the highest first. What isn't taxed is left out."""
    bases: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    taxes: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for share in shares:
        bases[share.rate] += share.base
        taxes[share.rate] += share.tax
    return tuple(TaxShare(rate, bases[rate], taxes[rate]) for rate in sorted(bases, reverse=True) if rate)
