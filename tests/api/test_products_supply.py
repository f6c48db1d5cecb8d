"""Brands, suppliers, warehouses, offers and bundles through GraphQL: entered, changed, refused, listed, filtered."""

from typing import Any

import pytest

from tests.api.conftest import Client, a_product
from tests.api.supplying import a_brand, a_supplier, a_warehouse, do, offer
from tests.api.test_statements import counted

PRODUCTS = """query ($f: ProductFilter, $o: ProductOrder) {
  products(filter: $f, orderBy: $o) { totalCount nodes { title } }
}"""


async def a_category(ask: Client, name: str) -> dict[str, Any]:
    return (await do(ask, "createProductCategory", "productCategory { id }", name=name))["productCategory"]


LISTS = {"brands": a_brand, "productCategories": a_category, "suppliers": a_supplier, "warehouses": a_warehouse}
ADDRESS = {"line1": "1 Main Street", "city": "Springfield", "country": "US"}


async def titles(ask, filter=None, **order) -> str:
    found = (await ask(PRODUCTS, f=filter, o=order or None))["products"]
    assert found["totalCount"] == len(found["nodes"])
    names = [node["title"] for node in found["nodes"]]
    return " ".join(names if order else sorted(names))


async def test_a_supplier_is_entered_and_changed(ask):
    given = {"name": "Tech Data", "accountNumber": "C-1", "email": "sales@td.test", "website": "https://td.test"}
    supplier = await a_supplier(ask, **given, address=ADDRESS)
    query = """query ($id: ID!) { node(id: $id) { ... on Supplier {
      name accountNumber email phone website address { line1 city country zip } archivedAt version } } }"""
    found = (await ask(query, id=supplier["id"]))["node"]
    assert found == {
        **given, "phone": None, "address": {**ADDRESS, "zip": None}, "archivedAt": None, "version": 1
    }  # fmt: skip
    change = {"supplierId": supplier["id"], "version": 1, "email": None, "address": {"zip": "62701"}}
    await do(ask, "updateSupplier", "supplier { id }", **change)
    found = (await ask(query, id=supplier["id"]))["node"]
    assert (found["email"], found["address"], found["version"]) == (None, {**ADDRESS, "zip": "62701"}, 2)
    assert await do(ask, "updateSupplier", "supplier { id }", refused=True, **change) == [("CONFLICT", "version")]


async def test_what_is_refused_is_named(ask):
    await a_supplier(ask, name="Tech Data")
    other = await a_supplier(ask, name="Ingram")
    for values, error in (
        ({"name": "TECH data"}, ("TAKEN", "name")),
        ({"name": " "}, ("REQUIRED", "name")),
        ({"email": "nonsense"}, ("INVALID", "email")),
        ({"address": {"zip": "x" * 31}}, ("TOO_LONG", "address", "zip")),
    ):
        change = {"supplierId": other["id"], **values}
        assert await do(ask, "updateSupplier", "supplier { id }", refused=True, **change) == [error]
    other = await a_warehouse(ask)
    change = {"warehouseId": other["id"], "address": {"city": "x" * 101}}
    assert await do(ask, "updateWarehouse", "warehouse { id }", refused=True, **change) == [
        ("TOO_LONG", "address", "city")
    ]


@pytest.mark.parametrize("name", LISTS)
async def test_they_are_listed_by_name_and_found_by_its_beginning(ask, name):
    for each in ("Éclair", "acme", "Tech Data", "TechOne"):
        await LISTS[name](ask, name=each)
    query = f"""query ($s: String, $o: NamedOrder, $n: Int, $a: String) {{
      {name}(search: $s, orderBy: $o, first: $n, after: $a) {{ nodes {{ name }} pageInfo {{ endCursor }} }} }}"""

    async def names(**variables):
        found = (await ask(query, **variables))[name]
        return [node["name"] for node in found["nodes"]]

    assert await names() == ["acme", "Tech Data", "TechOne", "Éclair"]
    assert await names(s="tech ") == ["Tech Data", "TechOne"]
    assert await names(s="TECHD") == ["Tech Data"]
    assert await names(s="data") == []
    assert await names(s="%") == []
    assert await names(o={"field": "NAME", "direction": "DESC"}) == ["Éclair", "TechOne", "Tech Data", "acme"]
    assert await names(o={"field": "CREATED_AT"}) == ["Éclair", "acme", "Tech Data", "TechOne"]
    page = (await ask(query, n=2))[name]
    assert await names(a=page["pageInfo"]["endCursor"]) == ["TechOne", "Éclair"]


@pytest.mark.parametrize(("kind", "make"), [("supplier", a_supplier), ("warehouse", a_warehouse)])
async def test_what_is_out_of_use_is_archived(ask, kind, make):
    row, capital = await make(ask), kind.capitalize()
    await make(ask, name="In use")
    ids = {f"{kind}Id": row["id"]}
    archived = await do(ask, f"archive{capital}", f"{kind} {{ archivedAt version }}", **ids)
    assert archived[kind]["archivedAt"]
    assert archived[kind]["version"] == 2
    again = await do(ask, f"archive{capital}", f"{kind} {{ id }}", refused=True, **ids)
    assert again == [("IMPOSSIBLE_STEP", f"{kind}Id")]
    query = f"query ($f: {capital}Filter) {{ {kind}s(filter: $f) {{ nodes {{ name }} }} }}"
    found = await ask(query, f={"archivedAt": {"isNull": True}})
    assert found[f"{kind}s"]["nodes"] == [{"name": "In use"}]
    restored = await do(ask, f"restore{capital}", f"{kind} {{ archivedAt }}", **ids, version=2)
    assert restored[kind] == {"archivedAt": None}


async def test_offers_stand_at_the_product_with_the_stock_of_all(ask):
    product = await a_product(ask)
    first, second = await a_supplier(ask, name="First"), await a_supplier(ask, name="Second")
    await offer(ask, product, first, cost="310.1234", stock="3", supplierNumber="F-1")
    await offer(ask, product, second, cost="300")
    answer = await offer(ask, product, first, cost="305.5")
    assert answer["supplierOffer"] == {
        "supplier": {"name": "First"}, "supplierNumber": "F-1", "cost": "305.5", "stock": "3"
    }  # fmt: skip
    query = """query ($id: ID!) { node(id: $id) { ... on Product {
      stock version offers { supplier { name } cost product { title } } } } }"""
    found = (await ask(query, id=product["id"]))["node"]
    assert [(one["supplier"]["name"], one["cost"]) for one in found["offers"]] == [
        ("First", "305.5"),
        ("Second", "300"),
    ]
    assert (found["stock"], found["version"]) == ("3", 1)
    gone = {"productId": product["id"], "supplierId": first["id"]}
    left = await do(ask, "removeSupplierOffer", "product { stock offers { cost } }", **gone)
    assert left["product"] == {"stock": None, "offers": [{"cost": "300"}]}
    again = await do(ask, "removeSupplierOffer", "product { id }", refused=True, **gone)
    assert again == [("NOT_FOUND", "supplierId")]


async def test_a_bundle_is_entered_with_what_it_is_made_of(ask):
    parts = [await a_product(ask, title=title, cost=cost) for title, cost in (("Switch", "10"), ("Cable", "1.5"))]
    components = [{"productId": part["id"], "quantity": quantity} for part, quantity in zip(parts, "14", strict=True)]
    fields = (
        "product { id price cost componentCost components { position quantity component { title } product { title } } }"
    )
    made: dict[str, Any] = {"title": "Rack", "price": "50", "type": "BUNDLE", "components": components}
    bundle = (await do(ask, "createProduct", fields, **made))["product"]
    assert (bundle["price"], bundle["cost"], bundle["componentCost"]) == ("50", None, "16")
    assert [(one["position"], one["quantity"], one["component"]["title"]) for one in bundle["components"]] == [
        (1, "1", "Switch"), (2, "4", "Cable")
    ]  # fmt: skip
    change = {"productId": bundle["id"], "components": [{"productId": bundle["id"]}]}
    assert await do(ask, "updateProduct", "product { id }", refused=True, **change) == [
        ("INVALID", "components", "0", "productId")
    ]
    change["components"] = [{"productId": "nonsense"}]
    assert await do(ask, "updateProduct", "product { id }", refused=True, **change) == [
        ("INVALID", "components", "0", "productId")
    ]
    change = {"productId": bundle["id"], "title": "Empty rack"}
    kept = (await do(ask, "updateProduct", "product { components { id } }", **change))["product"]
    assert len(kept["components"]) == 2
    emptied = await do(ask, "updateProduct", "product { components { id } componentCost }", **change, components=None)
    assert emptied["product"] == {"components": [], "componentCost": None}


async def test_only_what_comes_in_pieces_has_serial_numbers_and_anything_may_recur(ask):
    for kind in ("NON_PHYSICAL", "SERVICE", "BUNDLE"):
        given = {"title": "x", "price": "1", "type": kind}
        assert await do(ask, "createProduct", "product { id }", refused=True, **given, serialized=True) == [
            ("INVALID", "serialized")
        ]
    for kind in ("PHYSICAL", "NON_PHYSICAL", "SERVICE", "BUNDLE"):
        await do(ask, "createProduct", "product { id }", title="x", price="1", type=kind, recurringPeriod="MONTHLY")
    phone = await a_product(ask, serialized=True)
    change = {"productId": phone["id"], "type": "SERVICE"}
    assert await do(ask, "updateProduct", "product { id }", refused=True, **change) == [("INVALID", "serialized")]
    await do(ask, "updateProduct", "product { id }", **change, serialized=False)


@pytest.fixture
async def catalog(ask):
    """Category A, below it B, below that C, and D; a product in each, each with its price."""
    ids: dict[str, Any] = {}
    for name, parent in (("A", None), ("B", "A"), ("C", "B"), ("D", None)):
        made: dict[str, Any] = {"name": name, "parentId": parent and ids[parent]}
        ids[name] = (await do(ask, "createProductCategory", "productCategory { id }", **made))["productCategory"]["id"]
    brand, supplier = await a_brand(ask), await a_supplier(ask)
    ids |= {"brand": brand["id"], "supplier": supplier["id"]}
    for price, name in (("10.0001", "A"), ("10", "B"), ("9.9999", "C"), ("0", "D")):
        more = {"brandId": brand["id"]} if name in "AB" else {}
        product = await a_product(ask, title=name, price=price, categoryId=ids[name], serialized=name == "C", **more)
        if name in "BC":
            await offer(ask, product, supplier, cost="1")
    await a_product(ask, title="E", price="999999999999.9999", type="SERVICE")
    return ids


async def test_products_are_filtered(ask, catalog):
    def of(name, **condition):
        return {name: condition}

    for filter, found in (
        (of("categoryTree", under=catalog["A"]), "A B C"),
        (of("categoryTree", under=catalog["B"]), "B C"),
        (of("categoryTree", under=catalog["D"]), "D"),
        ({"not": of("categoryTree", under=catalog["B"])}, "A D E"),
        (of("categoryId", eq=catalog["A"]), "A"),
        (of("brandId", eq=catalog["brand"]), "A B"),
        (of("brandId", isNull=True), "C D E"),
        (of("supplierId", eq=catalog["supplier"]), "B C"),
        (of("supplierId", **{"in": [catalog["supplier"]]}), "B C"),
        (of("supplierId", **{"in": []}), ""),
        ({"not": of("supplierId", eq=catalog["supplier"])}, "A D E"),
        ({**of("supplierId", eq=catalog["supplier"]), **of("brandId", eq=catalog["brand"])}, "B"),
        (of("serialized", eq=True), "C"),
        (of("type", eq="SERVICE"), "E"),
        (of("price", eq="10"), "B"),
        (of("price", eq="10.00005"), ""),
        (of("price", gte="10"), "A B E"),
        (of("price", gt="10"), "A E"),
        (of("price", lt="10.00005"), "B C D"),
        (of("price", between=["9.9999", "10.0001"]), "A B C"),
        (of("price", gt="999999999999.9998"), "E"),
    ):
        assert await titles(ask, filter) == found, filter


async def test_products_are_ordered_by_price(ask, catalog):
    assert await titles(ask, field="PRICE") == "D C B A E"
    assert await titles(ask, field="PRICE", direction="DESC") == "E A B C D"
    product = (await ask('{ products(filter: {title: {eq: "D"}}) { nodes { id } } }'))["products"]["nodes"][0]
    await do(ask, "updateProduct", "product { id }", productId=product["id"], price="10.00005", refused=True)
    await do(ask, "updateProduct", "product { id }", productId=product["id"], price="10.0002")
    assert await titles(ask, field="PRICE") == "C B A D E"


async def test_what_a_page_of_the_catalog_costs_does_not_grow_with_its_products(ask, db):
    """One statement for each place that leads to rows."""
    query = """{ products(first: 100) { nodes { title stock componentCost brand { name } category { name }
      components { component { title } } offers { supplier { name } } } } }"""
    brand, supplier, part = await a_brand(ask), await a_supplier(ask), await a_product(ask, title="Part")
    category = (await do(ask, "createProductCategory", "productCategory { id }", name="A"))["productCategory"]["id"]
    counts = []
    for many in (1, 10):
        for _ in range(many):
            more = {"brandId": brand["id"], "categoryId": category, "components": [{"productId": part["id"]}]}
            await offer(ask, await a_product(ask, type="BUNDLE", **more), supplier, cost="1")
        with counted(db) as statements:
            nodes = (await ask(query))["products"]["nodes"]
        assert all(node["offers"] and node["components"] for node in nodes if node["title"] != "Part")
        counts.append(len([text for text in statements if not text.startswith("SELECT set_config")]))
    assert counts[0] == counts[1]


async def test_a_foreign_category_has_nothing_below_it(ask_other, catalog):
    await a_product(ask_other)
    for condition in ({"categoryTree": {"under": catalog["A"]}}, {"supplierId": {"eq": catalog["supplier"]}}):
        assert await titles(ask_other, condition) == ""
