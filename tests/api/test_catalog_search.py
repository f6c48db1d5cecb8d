"""Searching the catalog as somebody types: through the list of products, with its pages, filters and orders."""

import pytest

from tests.api.conftest import a_product
from tests.api.supplying import a_brand, a_supplier, do, offer

SEARCH = """query ($s: String, $f: ProductFilter, $o: ProductOrder, $n: Int, $a: String) {
  products(search: $s, filter: $f, orderBy: $o, first: $n, after: $a) {
    totalCount nodes { title } pageInfo { hasNextPage endCursor }
  }
}"""


async def search(ask, words, **variables):
    return (await ask(SEARCH, s=words, **variables))["products"]


async def titles(ask, words, **variables):
    return [node["title"] for node in (await search(ask, words, **variables))["nodes"]]


async def test_the_best_comes_first_while_it_is_typed(ask):
    await a_product(ask, title="Wall mount for the FG-40F")
    await a_product(ask, title="Licence, a year", partNumber="FG-40F-LIC")
    await a_product(ask, title="FortiGate firewall", partNumber="FG-40F")
    best = "FortiGate firewall"
    for typed in ("fg", "FG-4", "fg-40f"):
        assert (await titles(ask, typed))[0] == best
    for typed in ("fort", "firewall fo", "fortigate frewall", "  FORTIGATE   fire "):
        assert await titles(ask, typed) == [best]
    assert await titles(ask, "cisco") == []


async def test_a_new_product_a_new_brand_and_a_new_offer_are_found_at_once(ask, ask_other):
    product = await a_product(ask, title="Firewall")
    await do(ask, "updateProduct", "product { id }", productId=product["id"], brandId=(await a_brand(ask))["id"])
    await offer(ask, product, await a_supplier(ask), cost="1", supplierNumber="TD 4711")
    for typed in ("fire", "fortinet", "fortinet fire", "td4711"):
        assert await titles(ask, typed) == ["Firewall"]
        assert await titles(ask_other, typed) == []
    await do(ask, "updateProduct", "product { id }", productId=product["id"], title="Router", brandId=None)
    for typed in ("fire", "fortinet"):
        assert await titles(ask, typed) == []


async def test_pages_filters_and_orders_go_with_it(ask):
    for number in range(5):
        await a_product(ask, title=f"Switch {number}", price=str(10 - number), active=number != 3)
    await a_product(ask, title="Router")
    page = await search(ask, "switch", n=2)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, True)
    seen = [node["title"] for node in page["nodes"]]
    while page["pageInfo"]["hasNextPage"]:
        page = await search(ask, "switch", n=2, a=page["pageInfo"]["endCursor"])
        seen += [node["title"] for node in page["nodes"]]
    assert seen == await titles(ask, "switch") == [f"Switch {number}" for number in (4, 3, 2, 1, 0)]
    active = {"active": {"eq": True}}
    assert await titles(ask, "switch", f=active) == [f"Switch {number}" for number in (4, 2, 1, 0)]
    by_price = {"field": "PRICE"}
    assert await titles(ask, "switch", f=active, o=by_price, n=2) == ["Switch 4", "Switch 2"]


@pytest.mark.parametrize("typed", ["F", "🙂", "\u0301", "ﷺ" * 100, "x " * 50, "'; --", "%_\\", "<b>", "-", "a" * 100])
async def test_whatever_is_typed_is_answered(ask, typed):
    await a_product(ask, title="Firewall")
    assert await titles(ask, typed) == (["Firewall"] if typed == "F" else [])


async def test_nothing_typed_is_the_whole_list_and_too_much_is_said(ask):
    await a_product(ask, title="Firewall")
    assert await titles(ask, "") == await titles(ask, "  \t ") == ["Firewall"]
    assert await ask.code(SEARCH, s="a" * 300) == "TOO_LONG"
