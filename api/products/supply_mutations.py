"""Brands, suppliers, warehouses and offers, entered and changed. What may be written is for the domain to say."""

from types import ModuleType
from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.context import Info
from api.mutations import Payload, given, mutation, record
from api.node import uuid_of
from api.organizations.inputs import address_values, nested_address
from api.products import supply_inputs as inputs
from api.products.mutations import ProductPayload
from api.products.supply import Supplier, Warehouse
from api.products.types import Brand, SupplierOffer
from domain.organizations.models import ADDRESS_FIELDS
from domain.products import brands, models, offers, suppliers, supply, warehouses

_WHICH = "Which one."


@strawberry.type(description="The outcome for a brand.")
class BrandPayload(Payload):
    brand_id: strawberry.Private[UUID | None] = None

    brand: Brand | None = record(models.Brand, "brand_id", "The brand as it is now.")


@strawberry.type(description="The outcome of `createBrand`.")
class CreateBrandPayload(BrandPayload):
    pass


@strawberry.type(description="The outcome of `updateBrand`.")
class UpdateBrandPayload(BrandPayload):
    pass


@strawberry.type(description="The outcome for a supplier.")
class SupplierPayload(Payload):
    supplier_id: strawberry.Private[UUID | None] = None

    supplier: Supplier | None = record(supply.Supplier, "supplier_id", "The supplier as it is now.")


@strawberry.type(description="The outcome of `createSupplier`.")
class CreateSupplierPayload(SupplierPayload):
    pass


@strawberry.type(description="The outcome of `updateSupplier`.")
class UpdateSupplierPayload(SupplierPayload):
    pass


@strawberry.type(description="The outcome of `archiveSupplier`.")
class ArchiveSupplierPayload(SupplierPayload):
    pass


@strawberry.type(description="The outcome of `restoreSupplier`.")
class RestoreSupplierPayload(SupplierPayload):
    pass


@strawberry.type(description="The outcome for a warehouse.")
class WarehousePayload(Payload):
    warehouse_id: strawberry.Private[UUID | None] = None

    warehouse: Warehouse | None = record(supply.Warehouse, "warehouse_id", "The warehouse as it is now.")


@strawberry.type(description="The outcome of `createWarehouse`.")
class CreateWarehousePayload(WarehousePayload):
    pass


@strawberry.type(description="The outcome of `updateWarehouse`.")
class UpdateWarehousePayload(WarehousePayload):
    pass


@strawberry.type(description="The outcome of `archiveWarehouse`.")
class ArchiveWarehousePayload(WarehousePayload):
    pass


@strawberry.type(description="The outcome of `restoreWarehouse`.")
class RestoreWarehousePayload(WarehousePayload):
    pass


@strawberry.type(description="The outcome for a supplier's offer.")
class SetSupplierOfferPayload(ProductPayload):
    offer_id: strawberry.Private[UUID | None] = None

    supplier_offer: SupplierOffer | None = record(supply.SupplierOffer, "offer_id", "The offer as it is now.")


@strawberry.type(description="The outcome of `removeSupplierOffer`.")
class RemoveSupplierOfferPayload(ProductPayload):
    pass


@mutation(brands.create, "Enters a brand.")
async def create_brand(
    info: Info, input: Annotated[inputs.CreateBrandInput, strawberry.argument(description="The brand.")]
) -> CreateBrandPayload:
    async with info.context.transaction() as ctx:
        row = await brands.create(ctx, given(input, "name"))
    return CreateBrandPayload(brand_id=row.id)


@mutation(brands.update, "Changes a brand.")
async def update_brand(
    info: Info, input: Annotated[inputs.UpdateBrandInput, strawberry.argument(description="What to change.")]
) -> UpdateBrandPayload:
    id = uuid_of(input.brand_id, "Brand", "brandId")
    async with info.context.transaction() as ctx:
        await brands.update(ctx, id, given(input, "name"), version=input.version)
    return UpdateBrandPayload(brand_id=id)


@mutation(suppliers.create, "Enters a supplier.")
async def create_supplier(
    info: Info, input: Annotated[inputs.CreateSupplierInput, strawberry.argument(description="The supplier.")]
) -> CreateSupplierPayload:
    return CreateSupplierPayload(supplier_id=await _create(info, suppliers, input))


@mutation(suppliers.update, "Changes a supplier.")
async def update_supplier(
    info: Info, input: Annotated[inputs.UpdateSupplierInput, strawberry.argument(description="What to change.")]
) -> UpdateSupplierPayload:
    id = uuid_of(input.supplier_id, "Supplier", "supplierId")
    await _update(info, suppliers, id, input)
    return UpdateSupplierPayload(supplier_id=id)


@mutation(suppliers.archive, "Takes a supplier out of use: no new offers and purchase orders.")
async def archive_supplier(
    info: Info, input: Annotated[inputs.ArchiveSupplierInput, strawberry.argument(description=_WHICH)]
) -> ArchiveSupplierPayload:
    id = uuid_of(input.supplier_id, "Supplier", "supplierId")
    async with info.context.transaction() as ctx:
        await suppliers.archive(ctx, id, version=input.version)
    return ArchiveSupplierPayload(supplier_id=id)


@mutation(suppliers.restore, "Brings an archived supplier back.")
async def restore_supplier(
    info: Info, input: Annotated[inputs.RestoreSupplierInput, strawberry.argument(description=_WHICH)]
) -> RestoreSupplierPayload:
    id = uuid_of(input.supplier_id, "Supplier", "supplierId")
    async with info.context.transaction() as ctx:
        await suppliers.restore(ctx, id, version=input.version)
    return RestoreSupplierPayload(supplier_id=id)


@mutation(warehouses.create, "Enters a warehouse.")
async def create_warehouse(
    info: Info, input: Annotated[inputs.CreateWarehouseInput, strawberry.argument(description="The warehouse.")]
) -> CreateWarehousePayload:
    return CreateWarehousePayload(warehouse_id=await _create(info, warehouses, input))


@mutation(warehouses.update, "Changes a warehouse.")
async def update_warehouse(
    info: Info, input: Annotated[inputs.UpdateWarehouseInput, strawberry.argument(description="What to change.")]
) -> UpdateWarehousePayload:
    id = uuid_of(input.warehouse_id, "Warehouse", "warehouseId")
    await _update(info, warehouses, id, input)
    return UpdateWarehousePayload(warehouse_id=id)


@mutation(warehouses.archive, "Takes a warehouse out of use: nothing new is ordered into it.")
async def archive_warehouse(
    info: Info, input: Annotated[inputs.ArchiveWarehouseInput, strawberry.argument(description=_WHICH)]
) -> ArchiveWarehousePayload:
    id = uuid_of(input.warehouse_id, "Warehouse", "warehouseId")
    async with info.context.transaction() as ctx:
        await warehouses.archive(ctx, id, version=input.version)
    return ArchiveWarehousePayload(warehouse_id=id)


@mutation(warehouses.restore, "Brings an archived warehouse back.")
async def restore_warehouse(
    info: Info, input: Annotated[inputs.RestoreWarehouseInput, strawberry.argument(description=_WHICH)]
) -> RestoreWarehousePayload:
    id = uuid_of(input.warehouse_id, "Warehouse", "warehouseId")
    async with info.context.transaction() as ctx:
        await warehouses.restore(ctx, id, version=input.version)
    return RestoreWarehousePayload(warehouse_id=id)


@mutation(offers.put, "Says what a supplier asks for a product, and how many they have. The product's version stays.")
async def set_supplier_offer(
    info: Info, input: Annotated[inputs.SetSupplierOfferInput, strawberry.argument(description="The offer.")]
) -> SetSupplierOfferPayload:
    entry = inputs.offer_entry(input)
    async with info.context.transaction() as ctx:
        offer = await offers.put(ctx, *entry)
    return SetSupplierOfferPayload(product_id=offer.product_id, offer_id=offer.id)


@mutation(offers.remove, "Takes away what a supplier offered.")
async def remove_supplier_offer(
    info: Info, input: Annotated[inputs.RemoveSupplierOfferInput, strawberry.argument(description=_WHICH)]
) -> RemoveSupplierOfferPayload:
    product_id = uuid_of(input.product_id, "Product", "productId")
    async with info.context.transaction() as ctx:
        await offers.remove(ctx, product_id, uuid_of(input.supplier_id, "Supplier", "supplierId"))
    return RemoveSupplierOfferPayload(product_id=product_id)


async def _create(info: Info, drawer: ModuleType, input: Any) -> UUID:
    async with info.context.transaction() as ctx:
        with nested_address("address"):
            row = await drawer.create(ctx, _values(input, drawer.FIELDS))
    id: UUID = row.id
    return id


async def _update(info: Info, drawer: ModuleType, id: UUID, input: Any) -> None:
    async with info.context.transaction() as ctx:
        with nested_address("address"):
            await drawer.update(ctx, id, _values(input, drawer.FIELDS), version=input.version)


def _values(input: Any, names: Any) -> dict[str, Any]:
    return given(input, *(name for name in names if name not in ADDRESS_FIELDS)) | address_values(input.address)
