"""Products and their categories through GraphQL: entered, changed, refused."""

import asyncio

import pytest

from tests.api.conftest import CREATE_PRODUCT, a_product

ALL = "number partNumber title description type price cost active serialized recurringPeriod category { name }"
CREATE = f"""mutation ($input: CreateProductInput!) {{
  createProduct(input: $input) {{ product {{ id version {ALL} }} userErrors {{ code field message }} }}
}}"""
UPDATE = f"""mutation ($input: UpdateProductInput!) {{
  updateProduct(input: $input) {{ product {{ version {ALL} }} userErrors {{ code field message }} }}
}}"""
CREATE_CATEGORY = """mutation ($name: String!, $parent: ID) {
  createProductCategory(input: {name: $name, parentId: $parent}) {
    productCategory { id name parent { name } } userErrors { code field message }
  }
}"""
UPDATE_CATEGORY = """mutation ($input: UpdateProductCategoryInput!) {
  updateProductCategory(input: $input) {
    productCategory { name version parent { name } } userErrors { code field message }
  }
}"""


async def a_category(ask, name, parent=None):
    return (await ask(CREATE_CATEGORY, name=name, parent=parent))["createProductCategory"]["productCategory"]


async def test_a_product_is_entered_and_found_again(ask):
    category = await a_category(ask, "Network")
    given = {
        "partNumber": "FG-40F",
        "title": "Firewall",
        "description": "With five ports",
        "type": "PHYSICAL",
        "price": "499.9",
        "cost": "310.5",
        "active": True,
        "serialized": True,
        "recurringPeriod": "YEARLY",
    }
    answer = (await ask(CREATE, input={**given, "categoryId": category["id"]}))["createProduct"]
    assert answer["userErrors"] == []
    id = answer["product"].pop("id")
    assert answer["product"] == {**given, "number": "P-1001", "version": 1, "category": {"name": "Network"}}
    found = await ask(
        "query ($id: ID!) { node(id: $id) { ... on Product { title } } products { nodes { id } } }", id=id
    )
    assert found == {"node": {"title": "Firewall"}, "products": {"nodes": [{"id": id}]}}


async def test_what_is_not_said_has_a_sensible_value(ask):
    product = (await ask(CREATE, input={"title": "Cable", "price": "5"}))["createProduct"]["product"]
    assert (product["type"], product["active"], product["serialized"]) == ("PHYSICAL", True, False)
    assert (product["partNumber"], product["cost"], product["recurringPeriod"], product["category"]) == (None,) * 4


async def test_numbers_are_given_out_around_those_that_people_give(ask):
    await a_product(ask, number="P-1001")
    assert (await a_product(ask))["number"] == "P-1002"
    answer = (await ask(CREATE_PRODUCT, input={"title": "x", "price": 1, "number": "P-1002"}))["createProduct"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("TAKEN", ["number"])]
    assert "Firewall F-40" in answer["userErrors"][0]["message"]


async def test_of_two_who_give_one_number_at_once_the_second_is_told(ask):
    input = {"title": "x", "price": 1, "number": "FW-1"}
    answers = await asyncio.gather(*(ask(CREATE_PRODUCT, input=input) for _ in range(8)))
    errors = [answer["createProduct"]["userErrors"] for answer in answers]
    assert sorted(len(error) for error in errors) == [0] + [1] * 7
    assert {(error["code"], *error["field"]) for [error] in filter(None, errors)} == {("TAKEN", "number")}


async def test_of_two_who_change_to_one_number_at_once_the_second_is_told(ask):
    category = await a_category(ask, "Network")
    products = [await a_product(ask) for _ in range(8)]
    input = {"number": "FW-1", "categoryId": category["id"], "title": "x"}
    answers = await asyncio.gather(*(ask(UPDATE, input={"productId": one["id"], **input}) for one in products))
    errors = [error for answer in answers for error in answer["updateProduct"]["userErrors"]]
    assert [(error["code"], error["field"]) for error in errors] == [("TAKEN", ["number"])] * 7


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": " "}, "REQUIRED", "title"),
        ({"title": "x" * 501}, "TOO_LONG", "title"),
        ({"price": "-1"}, "INVALID", "price"),
        ({"price": "0.00001"}, "INVALID", "price"),
        ({"cost": "-0.01"}, "INVALID", "cost"),
        ({"partNumber": "x" * 101}, "TOO_LONG", "partNumber"),
        ({"partNumber": "\u200b"}, "INVALID", "partNumber"),
        ({"partNumber": "\u00ad\u200e"}, "INVALID", "partNumber"),
        ({"number": "\u0007\u0301"}, "INVALID", "number"),
        ({"categoryId": "UHJvZHVjdDo"}, "INVALID", "categoryId"),
    ],
)
async def test_what_is_refused_is_named(ask, changes, code, field):
    product = await a_product(ask)
    answers = [
        (await ask(CREATE, input={"title": "x", "price": 1, **changes}))["createProduct"],
        (await ask(UPDATE, input={"productId": product["id"], **changes}))["updateProduct"],
    ]
    for answer in answers:
        assert answer["product"] is None
        assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [(code, [field])]
    assert (await ask("{ products { totalCount } }"))["products"]["totalCount"] == 1


@pytest.mark.parametrize("flag", ["active", "serialized"])
async def test_an_empty_value_is_neither_yes_nor_no(ask, flag):
    product = await a_product(ask, serialized=True)
    answer = (await ask(UPDATE, input={"productId": product["id"], flag: None}))["updateProduct"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("REQUIRED", [flag])]


async def test_a_product_is_changed_by_whoever_saw_its_last_version(ask):
    product = await a_product(ask, partNumber="F-40", recurringPeriod="MONTHLY")
    changes = {"partNumber": None, "recurringPeriod": None, "active": False, "price": 12}
    answer = (await ask(UPDATE, input={"productId": product["id"], "version": 1, **changes}))["updateProduct"][
        "product"
    ]
    assert (answer["version"], answer["partNumber"], answer["active"], answer["price"]) == (2, None, False, "12")
    answer = (await ask(UPDATE, input={"productId": product["id"], **changes}))["updateProduct"]["product"]
    assert answer["version"] == 2, "the same again is no change"
    answer = (await ask(UPDATE, input={"productId": product["id"], "version": 1, "price": 1}))["updateProduct"]
    assert (answer["product"], answer["userErrors"][0]["code"]) == (None, "CONFLICT")
    answer = (await ask(UPDATE, input={"productId": product["id"], "number": None}))["updateProduct"]
    assert answer["userErrors"][0]["field"] == ["number"]


async def test_categories_are_a_tree(ask):
    network = await a_category(ask, "Network")
    wifi = await a_category(ask, "Wi-Fi", network["id"])
    assert wifi["parent"] == {"name": "Network"}
    answer = await ask(UPDATE_CATEGORY, input={"categoryId": network["id"], "parentId": wifi["id"]})
    [error] = answer["updateProductCategory"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", ["parentId"])
    answer = await ask(UPDATE_CATEGORY, input={"categoryId": wifi["id"], "parentId": None, "name": "Radio"})
    assert answer["updateProductCategory"]["productCategory"] == {"name": "Radio", "version": 2, "parent": None}
    names = await ask("{ productCategories { nodes { name } } }")
    assert [node["name"] for node in names["productCategories"]["nodes"]] == ["Network", "Radio"]


async def test_siblings_have_different_names(ask):
    network, other = await a_category(ask, "Network"), await a_category(ask, "Other")
    assert (await a_category(ask, "Network", other["id"]))["name"] == "Network"
    answer = (await ask(CREATE_CATEGORY, name=" net WORK ", parent=None))["createProductCategory"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("TAKEN", ["name"])]
    answer = await ask(UPDATE_CATEGORY, input={"categoryId": network["id"], "name": "NETWORK"})
    assert answer["updateProductCategory"]["productCategory"]["name"] == "NETWORK", "its own name in another spelling"


async def test_two_moves_at_once_make_no_ring(ask):
    """Each alone is allowed; both together would leave the two above each other, and out of reach of the tree."""
    one, two = await a_category(ask, "One"), await a_category(ask, "Two")
    answers = await asyncio.gather(
        ask(UPDATE_CATEGORY, input={"categoryId": one["id"], "parentId": two["id"]}),
        ask(UPDATE_CATEGORY, input={"categoryId": two["id"], "parentId": one["id"]}),
    )
    errors = [answer["updateProductCategory"]["userErrors"] for answer in answers]
    assert sorted(len(error) for error in errors) == [0, 1]
