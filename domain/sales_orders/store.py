"""The online store: a contact orders from the catalog, or changes the account. It doesn't ask who the contact is.

What is done here is done in the contact's name: facts and the audit trail say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.access.models import Tenant
from domain.context import Context
from domain.db import act_as
from domain.errors import ErrorCode, NotFound, UserError, UserErrors, below
from domain.organizations import addresses
from domain.organizations import service as organizations
from domain.organizations.models import ADDRESS_FIELDS, Contact, DeliveryAddress, Organization
from domain.permissions import Permission, requires
from domain.pricing.catalog import products_of
from domain.pricing.lines import Products, Values
from domain.sales_orders import drafting, entering
from domain.sales_orders.models import SalesOrder
from domain.sales_orders.service import FIELDS

# What a customer may say about the own account; the rest is the MSP's business.
ORGANIZATION = frozenset({"name", "tax_number", "phone", *ADDRESS_FIELDS})
CONTACT = frozenset({"first_name", "last_name", "email", "phone", "mobile", "title"})


@dataclass(frozen=True)
class Wanted:
    """So many of a product, at the catalog's price. The catalog knows no taxes: the store says the rate."""

    product_id: UUID
    quantity: Decimal
    tax_rate: Decimal | None = None


@dataclass(frozen=True)
class AddressChange:
    """A delivery address of the organization to change or to remove; without an id, a new one."""

    address_id: UUID | None
    values: Mapping[str, Any]
    remove: bool = False


@requires(Permission.STORE_WRITE)
async def place_order(ctx: Context, contact_id: UUID, wanted: Sequence[Wanted], values: Values) -> SalesOrder:
    """`values`: `customer_reference`, `delivery`, `coupon`, `surcharge`, as `service.create` takes them."""
    contact, organization = await _customer(ctx, contact_id)
    if not wanted:
        raise UserError(ErrorCode.REQUIRED, "lines must not be empty: an order has at least one.", ("lines",))
    lines = [{"product_id": each.product_id, "quantity": each.quantity, "tax_rate": each.tax_rate} for each in wanted]
    products = await products_of(ctx, lines)
    _check(wanted, products)
    tenant = await ctx.session.get_one(Tenant, ctx.tenant_id)
    order = drafting.new(
        tenant.currency,
        organization_id=organization.id,
        contact_id=contact.id,
        owner_id=organization.owner_id,
        entered_by="CUSTOMER",
    )
    drafting.put(order, values, {"customer_reference": FIELDS["customer_reference"]})
    drafting.append(order, lines, products)
    await act_as(ctx, _named(contact))
    return await entering.enter(ctx, order)


@requires(Permission.STORE_WRITE)
async def change_account(
    ctx: Context,
    contact_id: UUID,
    *,
    organization: Mapping[str, Any] | None = None,
    contact: Mapping[str, Any] | None = None,
    delivery_addresses: Sequence[AddressChange] = (),
) -> Contact:
    """Change what was given of ORGANIZATION and CONTACT. It goes the road of every such change, so it syncs."""
    if len(delivery_addresses) > addresses.MOST:
        message = f"deliveryAddresses has {len(delivery_addresses)} entries; at most {addresses.MOST} go at once."
        raise UserError(ErrorCode.LIMIT_EXCEEDED, message, ("deliveryAddresses",))
    who, where = await _customer(ctx, contact_id, lock=True)
    await act_as(ctx, _named(who))
    allowed = ctx.permitting(Permission.ORGANIZATIONS_WRITE)
    if organization:
        with below("organization"):
            _only(organization, ORGANIZATION)
            await organizations.update(allowed, where.id, organization)
    if contact:
        with below("contact"):
            _only(contact, CONTACT)
            await organizations.update_contact(allowed, who.id, contact)
    for place, change in enumerate(delivery_addresses):
        with below("deliveryAddresses", place):
            await _change_address(allowed, where, change)
    return who


async def _change_address(ctx: Context, organization: Organization, change: AddressChange) -> None:
    if change.address_id is None:
        await addresses.create(ctx, organization.id, change.values)
        return
    row = await ctx.session.get(DeliveryAddress, change.address_id)
    if row is None or row.organization_id != organization.id:
        raise NotFound("There is no such delivery address.", field=("deliveryAddressId",))
    if change.remove:
        await addresses.remove(ctx, row.id)
    else:
        await addresses.update(ctx, row.id, change.values)


def _named(contact: Contact) -> str:
    return f"{contact.full_name}, online store"


async def _customer(ctx: Context, contact_id: UUID, *, lock: bool = False) -> tuple[Contact, Organization]:
    """`lock`: as they are once whoever is changing them now has ended."""
    contact = await ctx.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("There is no such contact.", field=("contactId",))
    organization = await ctx.session.get_one(Organization, contact.organization_id)
    for row in (organization, contact) if lock else ():
        await ctx.session.refresh(row, with_for_update=True)
    if not contact.active or organization.archived_at is not None:
        name = organization.name if contact.active else contact.full_name
        raise UserError(ErrorCode.INVALID, f"{name} is no customer any more.", ("contactId",))
    return contact, organization


def _check(wanted: Sequence[Wanted], products: Products) -> None:
    """All that can't be ordered, at once: a basket is filled by machines."""
    errors: list[UserError] = []
    for place, each in enumerate(wanted):
        product = products.get(each.product_id)
        if product is None:
            errors.append(NotFound("There is no such product.", field=("lines", str(place), "productId")))
        elif not product.active:
            message = f"{product.number} “{product.title}” is not sold any more."
            errors.append(UserError(ErrorCode.INVALID, message, ("lines", str(place), "productId")))
        elif not each.quantity > 0:
            message = f"The quantity of “{product.title}” must be more than 0."
            errors.append(UserError(ErrorCode.INVALID, message, ("lines", str(place), "quantity")))
    if errors:
        raise UserErrors(errors)


def _only(values: Mapping[str, Any], allowed: frozenset[str]) -> None:
    for name in values:
        if name not in allowed:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
