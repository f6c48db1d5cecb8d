"""The sales settings: what stands on documents, who is told of orders, what approves itself. It checks no values."""

import base64
import binascii
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import strawberry

from api.context import Info
from api.mutations import Payload, given, mutation
from api.organizations.inputs import AddressInput
from api.organizations.types import Address
from api.scalars import described
from domain.access.models import Tenant
from domain.documents.logo import MOST_BYTES
from domain.documents.models import DocumentType
from domain.errors import ErrorCode, UserError
from domain.organizations.models import ADDRESS_FIELDS
from domain.permissions import Permission
from domain.sales_settings import models
from domain.sales_settings import service as settings

UNSET = strawberry.UNSET
_VERSION = "The version that you saw: newer settings are not changed."
_KINDS = "Choose SALES_ORDER when invoices are made in ConnectWise: customers then get one invoice, not two."

described(
    DocumentType,
    f"What the document of a sales order is called. {_KINDS}",
    TAX_INVOICE="A tax invoice: the customer pays by it.",
    SALES_ORDER="A sales order: it confirms, and the invoice is made elsewhere.",
)


def _seller_field(name: str, description: str) -> Any:
    def resolve(row: strawberry.Parent[models.SalesSettings]) -> str | None:
        value: str | None = getattr(row, f"seller_{name}")
        return value

    return strawberry.field(resolver=resolve, description=description)


def _address(row: strawberry.Parent[models.SalesSettings]) -> Address:
    return Address(**{name: getattr(row, f"seller_{name}") for name in ADDRESS_FIELDS})


@strawberry.type(description="The MSP as its documents show it.")
class Seller:
    """Its source is the row of the settings."""

    reads: ClassVar[Permission] = Permission.SETTINGS_READ

    name: str | None = _seller_field("name", "Its name; that of the tenant if empty.")
    address: Address = strawberry.field(resolver=_address, description="Where it is.")
    tax_number: str | None = _seller_field("tax_number", "Its tax or registration number.")
    phone: str | None = _seller_field("phone", "Its phone number.")
    email: str | None = _seller_field("email", "Its e-mail address.")
    website: str | None = _seller_field("website", "Its website.")


def _seller(row: strawberry.Parent[models.SalesSettings]) -> Any:
    return row


def _logo(row: strawberry.Parent[models.SalesSettings]) -> str | None:
    return None if row.logo is None else base64.b64encode(row.logo).decode()


def _of_tenant(column: str, description: str) -> Any:
    async def resolve(info: Info) -> str:
        value: str = getattr(await info.context.loaders.row(Tenant, info.context.actor.tenant_id), column)
        return value

    return strawberry.field(resolver=resolve, description=description)


@strawberry.type(description="How the MSP sells.")
class SalesSettings:
    reads: ClassVar[Permission] = Permission.SETTINGS_READ

    document_type: DocumentType = strawberry.field(
        description=f"What the document of a sales order is called. {_KINDS}"
    )
    send_order_confirmation: bool = strawberry.field(
        description="Whether the document of each order goes by mail to the contacts that get invoices, when it is"
        " entered."
    )
    auto_approval_limit: Decimal | None = strawberry.field(
        description="Orders of at most this total approve themselves, unless their margin is negative; in the currency"
        " of the tenant. Empty: none does."
    )
    seller: Seller = strawberry.field(resolver=_seller, description="The MSP as its documents show it.")
    logo: str | None = strawberry.field(resolver=_logo, description="The picture on its documents, in base64.")
    payment_terms: str | None = strawberry.field(description="When and how to pay, as documents say it.")
    footer: str | None = strawberry.field(description="What stands at the end of documents.")
    locale: str = _of_tenant("locale", "How numbers, amounts and dates are written on documents: `en-US`, `de-DE`.")
    time_zone: str = _of_tenant("time_zone", "Where the days of the MSP begin and end: `Europe/Berlin`.")
    version: int = strawberry.field(description="Counts the changes; 0 until something was set.")


@strawberry.input(description="The MSP as its documents show it. What is left out stays; null empties it.")
class SellerInput:
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is.")
    tax_number: str | None = strawberry.field(default=UNSET, description="Its tax or registration number.")
    phone: str | None = strawberry.field(default=UNSET, description="Its phone number.")
    email: str | None = strawberry.field(default=UNSET, description="Its e-mail address.")
    website: str | None = strawberry.field(default=UNSET, description="Its website, at most 200 characters.")


@strawberry.input(description="What to change of the sales settings. What is left out stays; null empties it.")
class UpdateSalesSettingsInput:
    version: int | None = strawberry.field(default=None, description=_VERSION)
    document_type: DocumentType | None = strawberry.field(
        default=UNSET, description=f"What the document of a sales order is called. {_KINDS}"
    )
    send_order_confirmation: bool | None = strawberry.field(
        default=UNSET, description="Whether orders are confirmed by mail. It is about orders entered from now on."
    )
    auto_approval_limit: Decimal | None = strawberry.field(
        default=UNSET, description="Orders of at most this total approve themselves; null: none does."
    )
    seller: SellerInput | None = strawberry.field(default=UNSET, description="The MSP as its documents show it.")
    payment_terms: str | None = strawberry.field(default=UNSET, description="When and how to pay, 2,000 characters.")
    footer: str | None = strawberry.field(default=UNSET, description="The end of documents, 2,000 characters.")
    locale: str | None = strawberry.field(
        default=UNSET, description="How numbers and dates are written: a language and a country, `en-US`."
    )
    time_zone: str | None = strawberry.field(
        default=UNSET,
        description="Where days begin and end: a name such as `Europe/Berlin`. What was dated already keeps its date.",
    )


@strawberry.input(description="The picture on documents.")
class SetLogoInput:
    version: int | None = strawberry.field(default=None, description=_VERSION)
    logo: str | None = strawberry.field(
        description=f"A PNG, JPEG or SVG file of at most {MOST_BYTES:,} bytes, in base64; null: none."
    )


async def sales_settings(info: Info) -> SalesSettings:
    async with info.context.read() as ctx:
        return await settings.get(ctx)  # type: ignore[return-value]  # its source is the row


async def _after(payload: strawberry.Parent["SalesSettingsPayload"], info: Info) -> Any:
    return await sales_settings(info) if payload.done else None


@strawberry.type(description="The outcome for the sales settings.")
class SalesSettingsPayload(Payload):
    done: strawberry.Private[bool] = False

    sales_settings: SalesSettings | None = strawberry.field(
        resolver=_after, description="The settings as they are now."
    )


@strawberry.type(description="The outcome of `updateSalesSettings`.")
class UpdateSalesSettingsPayload(SalesSettingsPayload):
    pass


@strawberry.type(description="The outcome of `setLogo`.")
class SetLogoPayload(SalesSettingsPayload):
    pass


@mutation(settings.update, "Changes how the MSP sells.")
async def update_sales_settings(
    info: Info, input: Annotated[UpdateSalesSettingsInput, strawberry.argument(description="What to change.")]
) -> UpdateSalesSettingsPayload:
    values = given(input, *settings.FIELDS, "auto_approval_limit", "seller", "locale", "time_zone")
    if values.get("seller") is not None:
        seller = given(values["seller"], *settings.SELLER_FIELDS, "address")
        if seller.get("address") is not None:
            seller["address"] = given(seller["address"], *ADDRESS_FIELDS)
        values["seller"] = seller
    async with info.context.transaction() as ctx:
        await settings.update(ctx, values, version=input.version)
    return UpdateSalesSettingsPayload(done=True)


@mutation(settings.set_logo, "Puts a picture on documents, or takes it away.")
async def set_logo(
    info: Info, input: Annotated[SetLogoInput, strawberry.argument(description="The picture.")]
) -> SetLogoPayload:
    logo = None if input.logo is None else _decoded(input.logo)
    async with info.context.transaction() as ctx:
        await settings.set_logo(ctx, logo, version=input.version)
    return SetLogoPayload(done=True)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UserError(
            ErrorCode.INVALID, "logo is not base64. Encode the file itself, without a prefix.", ("logo",)
        ) from None
