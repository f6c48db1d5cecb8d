"""Many at once: a result for each, none lost because another one fails, and no twins."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from api.cost import LIMIT, MUTATION
from tests.api.conftest import a_product, an_organization
from tests.api.supplying import a_supplier, do, offer
from tests.api.test_cost import costs

CREATE = """mutation ($input: CreateProductsInput!) { createProducts(input: $input) {
  results { index product { id number title } userErrors { code field message } }
  userErrors { code field message } } }"""
IMPORT = """mutation ($input: ImportOrganizationsInput!) { importOrganizations(input: $input) {
  results { index matched organization { id name version } userErrors { code field message } }
  userErrors { code field message } } }"""
COUNT = "{ products { totalCount } organizations { totalCount } contacts { totalCount } }"
PEOPLE = """query ($id: ID!) { node(id: $id) { ... on Organization {
  name phone accountNumber contacts { firstName lastName email title }
  deliveryAddresses { name address { city } } } } }"""


async def create(ask, *products):
    answer = (await ask(CREATE, input={"products": products}))["createProducts"]
    assert answer["userErrors"] == []
    return answer["results"]


async def bring(ask, *organizations, **more):
    answer = (await ask(IMPORT, input={"organizations": organizations, **more}))["importOrganizations"]
    assert answer["userErrors"] == []
    return answer["results"]


def errors(results):
    return [[(error["code"], *error["field"]) for error in result["userErrors"]] for result in results]


async def count(ask, what):
    return (await ask(COUNT))[what]["totalCount"]


async def test_each_product_has_its_result_and_none_is_lost_for_another(ask):
    results = await create(
        ask,
        {"title": "One", "price": "1", "number": "A"},
        {"title": "Two", "price": "-1"},
        {"title": "Three", "price": "3", "number": "A"},
        {"title": "Four", "price": "4", "categoryId": "nonsense"},
        {"title": "Five", "price": "5", "type": "BUNDLE", "components": [{"productId": "x", "quantity": "1"}]},
        {"title": "Six", "price": "6"},
    )
    assert [result["index"] for result in results] == list(range(6))
    assert errors(results) == [
        [],
        [("INVALID", "products", "1", "price")],
        [("TAKEN", "products", "2", "number")],
        [("INVALID", "products", "3", "categoryId")],
        [("INVALID", "products", "4", "components", "0", "productId")],
        [],
    ]
    assert [result["product"] and result["product"]["title"] for result in results] == ["One", *[None] * 4, "Six"]
    assert "“One”" in results[2]["userErrors"][0]["message"]
    assert results[5]["product"]["number"] == "P-1001"  # those that failed have taken none
    assert await count(ask, "products") == 2


async def test_nothing_of_a_refused_bundle_is_left(ask):
    [part] = await create(ask, {"title": "Part", "price": "1"})
    components = [{"productId": part["product"]["id"], "quantity": "1"}, {"productId": part["product"]["id"]}]
    results = await create(
        ask,
        {"title": "Twice", "price": "1", "type": "BUNDLE", "components": components},
        {"title": "Once", "price": "1", "type": "BUNDLE", "components": components[:1]},
    )
    assert errors(results) == [[("INVALID", "products", "0", "components", "1", "productId")], []]
    assert await count(ask, "products") == 2


@pytest.mark.parametrize(("query", "name"), [(CREATE, "products"), (IMPORT, "organizations")])
async def test_too_many_are_one_error_and_none_is_nothing(ask, query, name):
    one = {"products": {"title": "x", "price": "1"}, "organizations": {"name": "x"}}[name]
    [answer] = (await ask(query, input={name: [one] * 251})).values()
    assert answer["results"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("LIMIT_EXCEEDED", [name])]
    assert "251" in answer["userErrors"][0]["message"]
    [answer] = (await ask(query, input={name: []})).values()
    assert answer == {"results": [], "userErrors": []}
    assert await count(ask, name) == 0


async def test_as_many_as_are_promised_fit_into_one_request(ask):
    results = await create(
        ask, *({"title": f"Product {number}", "price": "1", "partNumber": f"PN-{number}"} for number in range(250))
    )
    assert len({result["product"]["number"] for result in results}) == 250
    people = [{"firstName": "Ada", "email": "ada@acme.test"}, {"firstName": "Bob"}]
    addresses = [{"name": "North", "address": {"city": "Graz"}}]
    given = ({"name": f"Acme {number}", "contacts": people, "deliveryAddresses": addresses} for number in range(250))
    results = await bring(ask, *given)
    assert len({result["organization"]["id"] for result in results}) == 250
    assert await count(ask, "contacts") == 500


async def test_a_price_list_is_taken_line_by_line(ask):
    firewall, switch = await a_product(ask), await a_product(ask, title="Switch")
    supplier = await a_supplier(ask)
    await offer(ask, switch, supplier, cost="9", stock="1")

    async def take(*lines):
        fields = "results { index supplierOffer { cost stock product { id stock } } userErrors { code field message } }"
        offers = [{"supplierId": supplier["id"], **line} for line in lines]
        return (await do(ask, "setSupplierOffers", fields, offers=offers))["results"]

    results = await take(
        {"productId": firewall["id"], "cost": "390", "stock": "4"},
        {"productId": firewall["id"], "supplierId": "nonsense", "cost": "1"},
        {"productId": firewall["id"], "cost": "-1"},
        {"productId": switch["id"], "stock": "7"},
    )
    assert [result["index"] for result in results] == [0, 1, 2, 3]
    assert errors(results) == [
        [], [("INVALID", "offers", "1", "supplierId")], [("INVALID", "offers", "2", "cost")], []
    ]  # fmt: skip
    assert [result["supplierOffer"] for result in results] == [
        {"cost": "390", "stock": "4", "product": {"id": firewall["id"], "stock": "4"}},
        None,
        None,
        {"cost": "9", "stock": "7", "product": {"id": switch["id"], "stock": "7"}},
    ]
    # Two lists that name the same products the other way round.
    lines = [{"productId": product["id"], "cost": "8"} for product in (firewall, switch)]
    for results in await asyncio.gather(take(*lines), take(*reversed(lines)), take(*lines), take(*reversed(lines))):
        assert errors(results) == [[], []]
    many = [{**lines[0], "supplierId": supplier["id"]}] * 251
    refused = await do(ask, "setSupplierOffers", "results { index }", refused=True, offers=many)
    assert refused == [("LIMIT_EXCEEDED", "offers")]


async def test_a_repeated_request_makes_nothing_twice_and_answers_the_same(ask):
    key, products = str(uuid4()), [{"title": "One", "price": "1"}, {"title": "", "price": "1"}]
    for query, input, name in (
        (CREATE, {"products": products}, "products"),
        (IMPORT, {"organizations": [{"name": "Acme"}, {"name": ""}]}, "organizations"),
    ):
        answers = [(await ask.post(query, {"input": input}, **{"Idempotency-Key": key + name})).json() for _ in "ab"]
        assert answers[0] == answers[1]
        [payload] = answers[0]["data"].values()
        assert errors(payload["results"]) == [[], [("REQUIRED", name, "1", "title" if name == "products" else "name")]]
        assert await count(ask, name) == 1


def test_it_costs_by_the_number_of_items():
    many = [{"title": "x", "price": "1"}] * 9
    each = MUTATION + 1  # the product that is asked for
    assert costs(CREATE, input={"products": many}) == MUTATION + 9 * each
    assert costs(CREATE, input={"products": many * 100}) == MUTATION + 250 * each < LIMIT  # refused by the mutation
    assert costs(CREATE, input={"products": many[0]}) == MUTATION + each  # GraphQL makes a list of one
    assert costs(CREATE, input={}) == costs(CREATE) == MUTATION + each
    selected = "{ results { product { id category { id } components { id } } } }"
    for query, variables in (
        ("mutation ($p: [CreateProductInput!]!) { createProducts(input: {products: $p}) %s }", {"p": many}),
        ("mutation { createProducts(input: {products: [%s]}) %%s }" % ('{title: "x", price: 1} ' * 9), {}),
    ):
        assert costs(query % selected, **variables) == MUTATION + 9 * (MUTATION + 1 + 1 + 10)


async def test_who_is_there_already_is_matched_by_number_then_by_name(ask):
    number = (await an_organization(ask, "By number", accountNumber="C-1"))["id"]
    name = (await an_organization(ask, "By  Name"))["id"]
    results = await bring(
        ask,
        {"name": "Another name", "accountNumber": "C-1", "phone": "1"},
        {"name": "BYNAME", "accountNumber": "C-2", "contacts": [{"firstName": "Ada"}]},
        {"name": "by number"},
        {"name": "New"},
        {"name": "new", "phone": "2"},
    )
    assert [result["matched"] for result in results] == [True, True, True, False, True]
    ids = [result["organization"]["id"] for result in results]
    assert ids[:3] == [number, name, number]
    assert ids[3] == ids[4]
    # Unless it is asked for, nothing of them changes.
    assert {result["organization"]["version"] for result in results} == {1}
    assert await count(ask, "contacts") == 0
    assert await count(ask, "organizations") == 3


async def test_several_that_match_are_a_conflict_that_names_them(ask):
    for number in ("C-1", "C-2"):
        await an_organization(ask, "Acme", accountNumber=number)
    await an_organization(ask, "Zebra", accountNumber="C-2")
    results = await bring(ask, {"name": "acme"}, {"name": "x", "accountNumber": "C-2"}, {"name": "New"})
    assert errors(results) == [
        [("CONFLICT", "organizations", "0", "name")], [("CONFLICT", "organizations", "1", "accountNumber")], []
    ]  # fmt: skip
    message = results[1]["userErrors"][0]["message"]
    assert "Acme (C-2)" in message
    assert "Zebra (C-2)" in message


async def test_a_match_takes_what_is_given_when_that_is_asked_for(ask):
    ada = {"firstName": "Ada", "lastName": "Lovelace", "email": "ADA@acme.test", "title": "CEO"}
    made: dict[str, Any] = {
        "name": "Acme",
        "accountNumber": "C-1",
        "phone": "1",
        "contacts": [ada, {"firstName": "Bob"}],
        "deliveryAddresses": [{"name": "North", "address": {"city": "Graz"}}],
    }
    id = (await an_organization(ask, **made))["id"]
    given = {
        "name": "ACME",
        "phone": "2",
        "contacts": [
            {"firstName": "Augusta", "email": "ada@acme.test"},
            {"firstName": "Someone", "email": "ada@acme.test"},
            {"firstName": "BOB", "title": "CTO"},
        ],
        "deliveryAddresses": [{"name": "north", "address": {"city": "Linz"}}, {"name": "South"}],
    }
    [result] = await bring(ask, given, onMatch="UPDATE")
    assert (result["matched"], result["organization"]["id"]) == (True, id)
    assert (await ask(PEOPLE, id=id))["node"] == {
        "name": "ACME", "phone": "2", "accountNumber": "C-1",
        "contacts": [
            {"firstName": "Augusta", "lastName": "Lovelace", "email": "ada@acme.test", "title": "CEO"},
            {"firstName": "BOB", "lastName": None, "email": None, "title": "CTO"},
            {"firstName": "Someone", "lastName": None, "email": "ada@acme.test", "title": None},
        ],
        "deliveryAddresses": [
            {"name": "north", "address": {"city": "Linz"}}, {"name": "South", "address": {"city": None}}
        ],
    }  # fmt: skip
    [again] = await bring(ask, given, onMatch="UPDATE")
    assert again["organization"]["version"] == result["organization"]["version"]


async def test_what_is_wrong_with_a_part_loses_the_whole_organization_and_no_other(ask):
    results = await bring(
        ask,
        {"name": "One", "contacts": [{"firstName": "Ada"}, {"firstName": " "}]},
        {"name": "Two", "deliveryAddresses": [{"name": "North", "address": {"zip": "x" * 31}}]},
        {"name": "Three", "billingAddress": {"city": "x" * 101}},
        {"name": "Four", "ownerId": "nonsense"},
        {"name": "Five", "contacts": [{"firstName": "Ada"}]},
    )
    assert errors(results) == [
        [("REQUIRED", "organizations", "0", "contacts", "1", "firstName")],
        [("TOO_LONG", "organizations", "1", "deliveryAddresses", "0", "address", "zip")],
        [("TOO_LONG", "organizations", "2", "billingAddress", "city")],
        [("INVALID", "organizations", "3", "ownerId")],
        [],
    ]
    assert (await count(ask, "organizations"), await count(ask, "contacts")) == (1, 1)


async def test_two_imports_at_once_make_no_twins(ask):
    given = [{"name": f"Acme {number}"} for number in range(5)]
    await asyncio.gather(bring(ask, *given), bring(ask, *reversed(given)), bring(ask, *given))
    assert await count(ask, "organizations") == 5


async def test_of_another_tenant_nothing_matches(ask, ask_other):
    await an_organization(ask_other, "Acme", accountNumber="C-1")
    [result] = await bring(ask, {"name": "Acme", "accountNumber": "C-1"})
    assert result["matched"] is False


async def test_a_stranger_in_one_item_is_a_missing_record(ask, ask_other):
    category = await do(ask_other, "createProductCategory", "productCategory { id }", name="Network")
    results = await create(
        ask,
        {"title": "One", "price": "1", "categoryId": category["productCategory"]["id"]},
        {"title": "Two", "price": "1"},
    )
    assert errors(results) == [[("NOT_FOUND", "products", "0", "categoryId")], []]
