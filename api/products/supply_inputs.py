"""What mutations of brands, suppliers, warehouses and offers take. What is acceptable is for the services to say."""

from decimal import Decimal

import strawberry

from api.mutations import given
from api.node import uuid_of
from api.organizations.inputs import AddressInput
from domain.products import offers

UNSET = strawberry.UNSET
_VERSION = "The version you saw: a newer one is not changed."


@strawberry.input(description="A new brand.")
class CreateBrandInput:
    name: str = strawberry.field(description="Its name, at most 200 characters; no other brand has it.")


@strawberry.input(description="What to change of a brand. What is left out stays; null empties it.")
class UpdateBrandInput:
    brand_id: strawberry.ID = strawberry.field(description="The brand.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")


@strawberry.input(description="A new supplier.")
class CreateSupplierInput:
    name: str = strawberry.field(description="Its name, at most 200 characters; no other supplier has it.")
    account_number: str | None = strawberry.field(default=UNSET, description="The MSP's customer number there.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    website: str | None = strawberry.field(default=UNSET, description="Its website, at most 500 characters.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is; null empties it.")


@strawberry.input(description="What to change of a supplier. What is left out stays; null empties it.")
class UpdateSupplierInput:
    supplier_id: strawberry.ID = strawberry.field(description="The supplier.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    account_number: str | None = strawberry.field(default=UNSET, description="The MSP's customer number there.")
    email: str | None = strawberry.field(default=UNSET, description="E-mail address.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone number.")
    website: str | None = strawberry.field(default=UNSET, description="Its website, at most 500 characters.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is; null empties it.")


@strawberry.input(description="Which supplier to take out of use.")
class ArchiveSupplierInput:
    supplier_id: strawberry.ID = strawberry.field(description="The supplier.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="Which supplier to bring back.")
class RestoreSupplierInput:
    supplier_id: strawberry.ID = strawberry.field(description="The supplier.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A new warehouse.")
class CreateWarehouseInput:
    name: str = strawberry.field(description="Its name, at most 200 characters; no other warehouse has it.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is; null empties it.")


@strawberry.input(description="What to change of a warehouse. What is left out stays; null empties it.")
class UpdateWarehouseInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    version: int | None = strawberry.field(default=None, description=_VERSION)
    name: str | None = strawberry.field(default=UNSET, description="Its name, at most 200 characters.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it is; null empties it.")


@strawberry.input(description="Which warehouse to take out of use.")
class ArchiveWarehouseInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="Which warehouse to bring back.")
class RestoreWarehouseInput:
    warehouse_id: strawberry.ID = strawberry.field(description="The warehouse.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="What a supplier asks for a product: a new offer, or changes of the one that is there.")
class SetSupplierOfferInput:
    product_id: strawberry.ID = strawberry.field(description="What is offered.")
    supplier_id: strawberry.ID = strawberry.field(
        description="Who offers it; a product has one offer of each supplier."
    )
    supplier_number: str | None = strawberry.field(
        default=UNSET, description="The supplier's own number for it, at most 100 characters. What is left out stays."
    )
    cost: Decimal | None = strawberry.field(
        default=UNSET, description="What they ask for one; up to four decimals. A new offer needs it."
    )
    stock: Decimal | None = strawberry.field(default=UNSET, description="How many they have; null: they don't say.")


def offer_entry(input: SetSupplierOfferInput) -> offers.Entry:
    product_id = uuid_of(input.product_id, "Product", "productId")
    supplier_id = uuid_of(input.supplier_id, "Supplier", "supplierId")
    return product_id, supplier_id, given(input, *offers.FIELDS)


@strawberry.input(description="Which offer is gone.")
class RemoveSupplierOfferInput:
    product_id: strawberry.ID = strawberry.field(description="What was offered.")
    supplier_id: strawberry.ID = strawberry.field(description="Who offered it.")
