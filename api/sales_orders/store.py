"""The online store: orders and account changes of contacts. What a contact may do is said in the domain."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, mutation, record
from api.node import uuid_of
from api.organizations.inputs import (
    AddressInput,
    contact_values,
    delivery_address_values,
    in_addresses,
    organization_values,
)
from api.organizations.types import Contact, Organization
from api.quotes.delivery import DeliveryInput
from api.sales_orders.extras import CouponInput, SurchargeInput
from api.sales_orders.mutations import SalesOrderPayload, parts_of
from domain.errors import UserError
from domain.organizations import models
from domain.organizations.models import ADDRESS_FIELDS
from domain.sales_orders import store
from domain.sales_orders.store import AddressChange, Wanted

UNSET = strawberry.UNSET
_WHO = "Who is signed in at the store."


@strawberry.input(description="A product in the basket.")
class StoreOrderLineInput:
    product_id: strawberry.ID = strawberry.field(description="The product, at the catalog's price.")
    quantity: Decimal = strawberry.field(description="How many: more than 0.")
    tax_rate: Decimal | None = strawberry.field(
        default=None, description="The tax in percent, 0 to 100; none if not said: the catalog knows no taxes."
    )


@strawberry.input(description="An order from the online store.")
class PlaceStoreOrderInput:
    contact_id: strawberry.ID = strawberry.field(description=_WHO)
    lines: list[StoreOrderLineInput] = strawberry.field(description="What is ordered: at least one, at most 500.")
    customer_reference: str | None = strawberry.field(
        default=None, description="The customer's own number for it, at most 100 characters."
    )
    delivery: DeliveryInput | None = strawberry.field(default=UNSET, description="What delivery costs, and where to.")
    coupon: CouponInput | None = strawberry.field(default=UNSET, description="What a coupon takes off.")
    surcharge: SurchargeInput | None = strawberry.field(
        default=UNSET, description="What is asked beside the goods: for paying by card, say."
    )


@strawberry.input(description="What to change of the own organization. What is left out stays; null empties it.")
class StoreOrganizationInput:
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    tax_number: str | None = strawberry.field(default=UNSET, description="Its tax or registration number.")
    phone: str | None = strawberry.field(default=UNSET, description="Its main phone number.")
    billing_address: AddressInput | None = strawberry.field(default=UNSET, description="Where invoices go.")


@strawberry.input(description="What to change of the contact. What is left out stays; null empties it.")
class StoreContactInput:
    first_name: str | None = strawberry.field(default=UNSET, description="First name, at most 100 characters.")
    last_name: str | None = strawberry.field(default=UNSET, description="Last name, at most 100 characters.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    mobile: str | None = strawberry.field(default=UNSET, description="Mobile phone number.")
    title: str | None = strawberry.field(default=UNSET, description="What the person does there.")


@strawberry.input(description="A place where goods may go: a new one, or what to change of one.")
class StoreDeliveryAddressInput:
    delivery_address_id: strawberry.ID | None = strawberry.field(
        default=None, description="The one to change or to remove; a new one if not said."
    )
    name: str | None = strawberry.field(
        default=UNSET, description="What people choose it by, at most 200 characters; a new one needs it."
    )
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is.")
    remove: bool = strawberry.field(default=False, description="Remove it. Orders keep their copies.")


@strawberry.input(description="An account that a customer changes in the online store.")
class ChangeStoreAccountInput:
    contact_id: strawberry.ID = strawberry.field(description=_WHO)
    organization: StoreOrganizationInput | None = strawberry.field(default=None, description="Of the organization.")
    contact: StoreContactInput | None = strawberry.field(default=None, description="Of the contact.")
    delivery_addresses: list[StoreDeliveryAddressInput] = strawberry.field(
        default_factory=list, description="Of the places where goods may go, at most 100; those not named stay."
    )


@strawberry.type(description="The outcome of `placeStoreOrder`.")
class PlaceStoreOrderPayload(SalesOrderPayload):
    number: str | None = strawberry.field(
        default=None, description="Its number, for the customer: a store needs no permission to see orders for that."
    )


@strawberry.type(description="The outcome of `changeStoreAccount`.")
class ChangeStoreAccountPayload(Payload):
    contact_id: strawberry.Private[UUID | None] = None
    organization_id: strawberry.Private[UUID | None] = None

    contact: Contact | None = record(models.Contact, "contact_id", "The contact as it is now.")
    organization: Organization | None = record(models.Organization, "organization_id", "The organization as it is now.")


@mutation(
    store.place_order,
    "A contact orders in the online store, at the catalog's prices. It is approved like an order that staff enters.",
)
async def place_store_order(
    info: Info, input: Annotated[PlaceStoreOrderInput, strawberry.argument(description="The order.")]
) -> PlaceStoreOrderPayload:
    contact_id = uuid_of(input.contact_id, "Contact", "contactId")
    lines = [
        Wanted(uuid_of(line.product_id, "Product", "lines", str(place), "productId"), line.quantity, line.tax_rate)
        for place, line in enumerate(input.lines)
    ]
    values = {"customer_reference": input.customer_reference, **parts_of(input)}
    async with info.context.transaction() as ctx:
        order = await store.place_order(ctx, contact_id, lines, values)
    return PlaceStoreOrderPayload(sales_order_id=order.id, number=order.number)


@mutation(
    store.change_account,
    "A contact changes the own account in the online store. It goes the road of changes by staff, to ConnectWise where"
    " that is on; the audit trail has the contact's name.",
)
async def change_store_account(
    info: Info, input: Annotated[ChangeStoreAccountInput, strawberry.argument(description="What to change.")]
) -> ChangeStoreAccountPayload:
    contact_id = uuid_of(input.contact_id, "Contact", "contactId")
    contact = contact_values(input.contact) if input.contact else None
    organization = organization_values(input.organization) if input.organization else None
    addresses = [_address(address, place) for place, address in enumerate(input.delivery_addresses)]
    async with info.context.transaction() as ctx:
        try:
            row = await store.change_account(
                ctx, contact_id, organization=organization, contact=contact, delivery_addresses=addresses
            )
        except UserError as error:
            if error.field[:1] == ("organization",) and error.field[1:2] and error.field[1] in ADDRESS_FIELDS:
                error.field = ("organization", "billingAddress", *error.field[1:])
            in_addresses(error)
            raise
    return ChangeStoreAccountPayload(contact_id=row.id, organization_id=row.organization_id)


def _address(input: StoreDeliveryAddressInput, place: int) -> AddressChange:
    id = input.delivery_address_id
    at = ("deliveryAddresses", str(place), "deliveryAddressId")
    return AddressChange(
        None if id is None else uuid_of(id, "DeliveryAddress", *at), delivery_address_values(input), input.remove
    )
