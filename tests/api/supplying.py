"""What tests of the catalog enter through GraphQL: brands, suppliers, warehouses, offers. Holds no assertions but one:
that what is meant to succeed does.
"""

from typing import Any

from tests.api.conftest import Client


async def do(ask: Client, mutation: str, fields: str, *, refused: bool = False, **input: Any) -> Any:
    """The payload of a mutation; of one that is to be refused, the codes and paths of its errors."""
    capital = mutation[0].upper() + mutation[1:]
    query = f"mutation ($input: {capital}Input!) {{ {mutation}(input: $input) {{"
    answer = (await ask(f"{query} {fields} userErrors {{ code field message }} }} }}", input=input))[mutation]
    errors = [(error["code"], *error["field"]) for error in answer.pop("userErrors")]
    assert bool(errors) is refused, errors
    return errors if refused else answer


async def a_brand(ask: Client, name: str = "Fortinet") -> dict[str, Any]:
    return (await do(ask, "createBrand", "brand { id name }", name=name))["brand"]


async def a_supplier(ask: Client, name: str = "Tech Data", **more: Any) -> dict[str, Any]:
    return (await do(ask, "createSupplier", "supplier { id name }", name=name, **more))["supplier"]


async def a_warehouse(ask: Client, name: str = "Main", **more: Any) -> dict[str, Any]:
    return (await do(ask, "createWarehouse", "warehouse { id name }", name=name, **more))["warehouse"]


async def offer(ask: Client, product: dict[str, Any], supplier: dict[str, Any], **values: Any) -> Any:
    ids = {"productId": product["id"], "supplierId": supplier["id"]}
    fields = "supplierOffer { supplier { name } supplierNumber cost stock } product { id stock }"
    return await do(ask, "setSupplierOffer", fields, **ids, **values)


async def a_catalog(ask: Client, text: str, organization_id: str, product: dict[str, Any]) -> dict[str, str]:
    """The id of one record of each kind that the catalog knows, by the name of its type; the text is in each."""
    brand, supplier, warehouse = await a_brand(ask, text), await a_supplier(ask, text), await a_warehouse(ask, text)
    await offer(ask, product, supplier, cost="1", supplierNumber=text)
    parts = [{"productId": product["id"], "quantity": "1"}]
    made = {"title": text, "price": "1", "type": "BUNDLE", "brandId": brand["id"], "components": parts}
    bundle = (await do(ask, "createProduct", "product { components { id } }", **made))["product"]
    address = await do(
        ask, "createDeliveryAddress", "deliveryAddress { id }", organizationId=organization_id, name=text
    )
    query = "query ($id: ID!) { node(id: $id) { ... on Product { offers { id } } } }"
    [offered] = (await ask(query, id=product["id"]))["node"]["offers"]
    return {
        "Brand": brand["id"],
        "Supplier": supplier["id"],
        "Warehouse": warehouse["id"],
        "SupplierOffer": offered["id"],
        "ProductComponent": bundle["components"][0]["id"],
        "DeliveryAddress": address["deliveryAddress"]["id"],
    }
