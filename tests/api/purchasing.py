"""How tests of the api ask about purchase orders, and what they begin with. Holds no assertions."""

from typing import Any

from sqlalchemy import select

from domain.ids import global_id
from domain.products.supply import SerialNumber
from domain.purchase_orders import receiving
from domain.purchase_orders import service as purchases
from tests.api.conftest import Client
from tests.domain.purchasing import Stage, a_product, a_sale, a_supplier, a_warehouse, d
from tests.rig import Msp

ERRORS = "userErrors { code field message }"
LINES = "lines { id title quantity receivedQuantity missingQuantity unitCost total { amount currencyCode } }"
ORDER = f"id number status version locked subtotal {{ amount }} total {{ amount }} costsTotal {{ amount }} {LINES}"


def gid(row: Any) -> str:
    return global_id(type(row).__name__, row.id)


async def do(ask: Client, mutation: str, selection: str = f"purchaseOrder {{ {ORDER} }}", /, **input: Any) -> Any:
    """The payload of a mutation."""
    name = mutation[0].upper() + mutation[1:]
    query = f"mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
    return (await ask(query, input=input))[mutation]


async def refused(ask: Client, mutation: str, selection: str = "purchaseOrder { id }", /, **input: Any) -> Any:
    """(code, path) of each of its errors."""
    payload = await do(ask, mutation, selection, **input)
    return [(error["code"], ".".join(error["field"])) for error in payload["userErrors"]]


async def made(ask: Client, mutation: str, /, **input: Any) -> Any:
    """The purchase order that a mutation leaves, or what it complains of."""
    payload = await do(ask, mutation, **input)
    return payload["purchaseOrder"] or payload["userErrors"]


async def a_purchase_order(ask: Client, stage: Stage, *lines: tuple[Any, Any], **more: Any) -> Any:
    given = [{"productId": gid(product), "quantity": str(quantity)} for product, quantity in lines]
    return await made(ask, "createPurchaseOrder", supplierId=gid(stage.supplier), lines=given, **more)


async def sold(stage: Stage, *lines: tuple[Any, Any], number: str = "SO-1001") -> tuple[str, list[str]]:
    """The ids of an approved sales order and of its lines."""
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, list(lines), number=number)
    return gid(sale), [gid(line) for line in sale.lines]


async def a_bit_of_all(msp: Msp, text: str) -> dict[str, str]:
    """The id of one record of each kind that buying knows, by the name of its type; the text is in each."""
    async with msp.transaction() as ctx:
        supplier, warehouse = await a_supplier(ctx, text), await a_warehouse(ctx, text)
        product = await a_product(ctx, text, serialized=True)
        values = {"warehouse_id": warehouse.id, "note": text, "supplier_reference": text}
        line = {"product_id": product.id, "quantity": d(1), "unit_cost": d(1)}
        order = await purchases.create(ctx, supplier.id, values, [line], costs=[{"title": text, "amount": d(1)}])
        await purchases.approve(ctx, order.id)
        arrived = [{"line_id": order.lines[0].id, "serial_numbers": [text]}]
        receipt = await receiving.receive(ctx, order.id, arrived, reference=text)
        pieces = (await ctx.session.scalars(select(SerialNumber))).all()
    rows = (supplier, warehouse, order, *order.lines, *order.costs, receipt, *receipt.lines, *pieces)
    return {type(row).__name__: gid(row) for row in rows}


async def to_buy(ask: Client, organization_id: str) -> dict[str, str]:
    """Through the API alone: an approved sales order that needs a serialized product, and a purchase order of two."""

    async def done(mutation: str, selection: str, /, **input: Any) -> Any:
        return (await do(ask, mutation, f"{selection} {{ id lines {{ id }} }}", **input))[selection]

    product = {"title": "Firewall F-40", "price": "499.90", "serialized": True}
    product_id = (await do(ask, "createProduct", "product { id }", **product))["product"]["id"]
    supplier_id = (await do(ask, "createSupplier", "supplier { id }", name="Ingram"))["supplier"]["id"]
    await do(ask, "setSupplierOffer", "product { id }", productId=product_id, supplierId=supplier_id, cost="350")
    wanted = [{"productId": product_id, "quantity": "2"}]
    place = {"address": {"line1": "1 Main Street", "city": "Troy"}}
    order = await done("createSalesOrder", "salesOrder", organizationId=organization_id, lines=wanted, delivery=place)
    await done("approveSalesOrder", "salesOrder", salesOrderId=order["id"])
    purchase = await done("createPurchaseOrder", "purchaseOrder", supplierId=supplier_id, lines=wanted)
    return {
        "supplierId": supplier_id,
        "stockedId": product_id,
        "buyForId": order["id"],
        "purchaseOrderId": purchase["id"],
        "purchaseLineId": purchase["lines"][0]["id"],
    }
