"""How a tenant sells: read, and changed by whoever administers it. What follows from it is decided where it is used."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.access import dates
from domain.access.models import Tenant
from domain.checks import ADDRESS, Check, decimal_in, email_or_none, flag_of, member_of, text_of
from domain.context import Context
from domain.documents.figures import locale_of
from domain.documents.logo import check_logo
from domain.documents.models import DocumentType
from domain.errors import ErrorCode, UserError
from domain.ids import uuid7
from domain.money import minor_units
from domain.organizations.models import ADDRESS_FIELDS
from domain.permissions import Permission, requires
from domain.sales_settings import reads
from domain.sales_settings.models import SalesSettings
from domain.versions import changed, check_version

_HIGHEST = Decimal(10) ** 12

FIELDS: Mapping[str, Check] = {
    "document_type": lambda value: member_of(DocumentType, value, field="documentType").value,
    "send_order_confirmation": flag_of("sendOrderConfirmation"),
    "payment_terms": text_of("paymentTerms", 2000),
    "footer": text_of("footer", 2000),
}
SELLER_FIELDS: Mapping[str, Check] = {
    "name": text_of("name", 200),
    "tax_number": text_of("taxNumber", 100),
    "phone": text_of("phone", 60),
    "email": email_or_none,
    "website": text_of("website", 200),
}


@requires(Permission.SETTINGS_READ)
async def get(ctx: Context) -> SalesSettings:
    return await reads.current(ctx)


@requires(Permission.SETTINGS_ADMIN)
async def update(ctx: Context, values: Mapping[str, Any], *, version: int | None = None) -> SalesSettings:
    """Change what was given: FIELDS, `auto_approval_limit`, `seller` with its `address`, the tenant's `locale` and
    `time_zone`.
    """
    settings = await _locked(ctx)
    check_version(settings, version)
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    for name, value in values.items():
        if name == "seller":
            _fill_seller(settings, value)
        elif name == "auto_approval_limit":
            settings.auto_approval_limit = _limit(value, tenant.currency)
        elif name == "locale":
            tenant.locale = _locale(value)
        elif name == "time_zone":
            tenant.time_zone = await dates.time_zone(ctx, value, field="timeZone")
        elif name in FIELDS:
            setattr(settings, name, FIELDS[name](value))
        else:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
    return await _written(ctx, settings)


@requires(Permission.SETTINGS_ADMIN)
async def set_logo(ctx: Context, logo: bytes | None, *, version: int | None = None) -> SalesSettings:
    """The picture on documents; None: there is none."""
    if logo is not None:
        await asyncio.to_thread(check_logo, logo)
    settings = await _locked(ctx)
    check_version(settings, version)
    settings.logo = logo
    return await _written(ctx, settings)


async def _locked(ctx: Context) -> SalesSettings:
    """The tenant's row. Made when it is first changed: two who do that at once find the same one."""
    new = insert(SalesSettings).values(id=uuid7(), tenant_id=ctx.tenant_id, version=0)
    await ctx.session.execute(new.on_conflict_do_nothing())
    return (await ctx.session.scalars(select(SalesSettings).with_for_update())).one()


async def _written(ctx: Context, settings: SalesSettings) -> SalesSettings:
    if any(ctx.session.is_modified(row) for row in ctx.session.dirty):
        changed(settings)
        await ctx.session.flush()
    return settings


def _fill_seller(settings: SalesSettings, values: Mapping[str, Any] | None) -> None:
    given = dict.fromkeys((*SELLER_FIELDS, "address")) if values is None else values
    try:
        for name, value in given.items():
            if name == "address":
                _fill_address(settings, dict.fromkeys(ADDRESS_FIELDS) if value is None else value)
            elif name in SELLER_FIELDS:
                setattr(settings, f"seller_{name}", SELLER_FIELDS[name](value))
            else:
                raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
    except UserError as error:
        raise error.under("seller") from None


def _fill_address(settings: SalesSettings, values: Mapping[str, Any]) -> None:
    try:
        for name, value in values.items():
            if name not in ADDRESS_FIELDS:
                raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
            setattr(settings, f"seller_{name}", ADDRESS[name](value))
    except UserError as error:
        raise error.under("address") from None


def _limit(value: Decimal | None, currency: str) -> Decimal | None:
    if value is None:
        return None
    places = minor_units(currency)
    return decimal_in(value, field="autoApprovalLimit", low=Decimal(0), high=_HIGHEST, places=places)


def _locale(value: str | None) -> str:
    """As the standard spells it: en-US."""
    locale = locale_of((value or "").strip())
    if not locale.territory:
        message = f"locale {value} names no country. Give one too, such as {locale.language}-US."
        raise UserError(ErrorCode.INVALID, message, ("locale",))
    return str(locale).replace("_", "-")
