"""Where the goods of a purchase order go: to a warehouse, straight to a customer, or nowhere said yet."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.checks import ADDRESS, Check, text_of
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError
from domain.organizations.models import ADDRESS_FIELDS, Organization
from domain.products.supply import Warehouse
from domain.purchase_orders.models import PurchaseOrder
from domain.sales_orders.models import SalesOrder

FIELDS = ("warehouse_id", "drop_ship", "delivery_address")
SHIPPED_TO: Mapping[str, Check] = {"name": text_of("name", 200), **ADDRESS}


async def settle(ctx: Context, order: PurchaseOrder, values: Mapping[str, Any]) -> None:
    """Set what was given of FIELDS. A warehouse ends drop shipping, and the other way round.

    Drop shipping without an address of its own goes where the sales order goes.
    """
    warehouse_id, drop_ship = values.get("warehouse_id"), values.get("drop_ship")
    if warehouse_id is not None and drop_ship:
        message = "Goods go to a warehouse or straight to the customer: leave out warehouseId or dropShip."
        raise UserError(ErrorCode.INVALID, message, ("dropShip",))
    if "warehouse_id" in values:
        order.warehouse_id = await _warehouse(ctx, warehouse_id)
    if warehouse_id is not None or drop_ship is False:
        order.drop_ship = False
        _address(order, {})
    elif drop_ship:
        order.warehouse_id = None
        if not order.drop_ship:
            order.drop_ship = True
            _address(order, await _of_sale(ctx, order))
    if values.get("delivery_address") is not None:
        if not order.drop_ship:
            message = "An address of its own is for drop shipping: give dropShip, or leave it out."
            raise UserError(ErrorCode.INVALID, message, ("deliveryAddress",))
        try:
            _address(order, values["delivery_address"])
        except UserError as error:
            raise error.under("deliveryAddress", *(["address"] if error.field[0] in ADDRESS_FIELDS else [])) from None
    if order.drop_ship and not any(getattr(order, f"delivery_{name}") for name in ADDRESS_FIELDS):
        message = (
            "Nothing says where the goods are shipped to: give a deliveryAddress, or enter the customer's address."
        )
        raise UserError(ErrorCode.REQUIRED, message, ("deliveryAddress",))


async def _warehouse(ctx: Context, id: UUID | None) -> UUID | None:
    if id is None:
        return None
    warehouse = await ctx.session.get(Warehouse, id)
    if warehouse is None:
        raise NotFound("There is no such warehouse.", field=("warehouseId",))
    if warehouse.archived_at is not None:
        message = f"{warehouse.name} is archived; restore it, or choose another warehouse."
        raise UserError(ErrorCode.INVALID, message, ("warehouseId",))
    return warehouse.id


async def _of_sale(ctx: Context, order: PurchaseOrder) -> dict[str, Any]:
    """Where the sales order is delivered to: its own address, or failing that the one of its organization."""
    sale = await ctx.session.get(SalesOrder, order.sales_order_id) if order.sales_order_id else None
    if sale is None:
        return {}
    organization = await ctx.session.get_one(Organization, sale.organization_id)
    own = {name: getattr(sale, f"delivery_{name}") for name in ADDRESS_FIELDS}
    address = own if any(own.values()) else {name: getattr(organization, name) for name in ADDRESS_FIELDS}
    return {"name": organization.name, **address}


def _address(order: PurchaseOrder, values: Mapping[str, str | None]) -> None:
    """The whole address: what isn't given is empty."""
    unknown = set(values) - set(SHIPPED_TO)
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} can't be set here.", (min(unknown),))
    for name in SHIPPED_TO:
        setattr(order, f"delivery_{name}", SHIPPED_TO[name](values.get(name)))
