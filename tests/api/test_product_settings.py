"""What products become in ConnectWise: the settings, piece by piece, and the choices of categories."""

import pytest
from sqlalchemy import text

from api.ask import Asker, open_pool
from domain.ids import global_id, uuid7
from domain.integration_settings import service as integrations
from domain.integration_settings.connectwise import ProductSync
from domain.sync.models import SyncError
from tests.api.worker import working

INSTALL = "mutation { installApp(input: {app: CONNECTWISE}) { userErrors { code } } }"
FIELDS = """unfinished productTypeId productClass billingCycleId defaultCategoryId defaultSubcategoryId catchAllItemId
  categoryMap { category { name } connectWiseCategoryId connectWiseSubcategoryId }"""
SAVE = f"""mutation ($input: UpdateConnectWiseProductSyncInput!) {{
  updateConnectWiseProductSync(input: $input) {{
    connectWise {{ settings {{ products {{ {FIELDS} }} }} }} userErrors {{ code field message }}
  }}
}}"""
NEEDED = ["productTypeId", "productClass", "billingCycleId", "defaultCategoryId", "defaultSubcategoryId"]
SUBCATEGORIES = [
    {"id": 11, "name": "Firewalls", "active": True, "recommended": False, "parent_id": 1},
    {"id": 12, "name": "Switches", "active": True, "recommended": False, "parent_id": 1},
    {"id": 21, "name": "Chairs", "active": True, "recommended": False, "parent_id": 2},
]


async def saved(ask, **input):
    answer = (await ask(SAVE, input=input))["updateConnectWiseProductSync"]
    assert answer["userErrors"] == []
    return answer["connectWise"]["settings"]["products"]


async def a_category(ask, name):
    answer = await ask(
        "mutation ($n: String!) { createProductCategory(input: {name: $n}) { productCategory { id } } }", n=name
    )
    return answer["createProductCategory"]["productCategory"]["id"]


def row(category_id, category=1, subcategory=11):
    return {"categoryId": category_id, "connectWiseCategoryId": category, "connectWiseSubcategoryId": subcategory}


async def test_what_is_still_to_be_chosen_is_named(ask):
    await ask(INSTALL)
    first = await saved(ask, productTypeId=3)
    assert first["unfinished"] == NEEDED[1:]
    last = await saved(
        ask, productClass="NON_INVENTORY", billingCycleId=2, defaultCategoryId=1, defaultSubcategoryId=11
    )
    assert last == {
        "unfinished": [],
        "productTypeId": 3,
        "productClass": "NON_INVENTORY",
        "billingCycleId": 2,
        "defaultCategoryId": 1,
        "defaultSubcategoryId": 11,
        "catchAllItemId": None,
        "categoryMap": [],
    }
    assert (await saved(ask, productClass=None))["unfinished"] == ["productClass"]


async def test_what_is_stored_says_what_connectwise_calls_it(ask, msp):
    await ask(INSTALL)
    category = await a_category(ask, "Network")
    await saved(ask, productClass="NON_INVENTORY", categoryMap=[row(category)])
    async with msp.transaction() as ctx:
        settings = await integrations.load(ctx, ProductSync)
    assert settings.product_class == "NonInventory"
    [mapped] = settings.category_map
    assert global_id("ProductCategory", mapped.category_id) == category
    assert (mapped.connectwise_category_id, mapped.connectwise_subcategory_id) == (1, 11)


async def test_categories_are_mapped_and_stay_so_until_the_map_is_given_again(ask):
    await ask(INSTALL)
    one, two = await a_category(ask, "Network"), await a_category(ask, "Furniture")
    mapped = [
        {"category": {"name": "Network"}, "connectWiseCategoryId": 1, "connectWiseSubcategoryId": 11},
        {"category": {"name": "Furniture"}, "connectWiseCategoryId": 2, "connectWiseSubcategoryId": 21},
    ]
    assert (await saved(ask, categoryMap=[row(one), row(two, 2, 21)]))["categoryMap"] == mapped
    assert (await saved(ask, catchAllItemId=9))["categoryMap"] == mapped
    assert (await saved(ask, categoryMap=[row(two, 2, 21)]))["categoryMap"] == mapped[1:]
    assert (await saved(ask, categoryMap=None))["categoryMap"] == []


async def test_a_map_of_what_does_not_exist_or_stands_twice_is_refused(ask, ask_other):
    await ask(INSTALL)
    mine, foreign = await a_category(ask, "Network"), await a_category(ask_other, "Network")
    missing = global_id("ProductCategory", uuid7())
    rows = [row(mine), row(foreign), row(missing), row(mine, 2, 21)]
    answer = (await ask(SAVE, input={"categoryMap": rows}))["updateConnectWiseProductSync"]
    assert answer["connectWise"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [
        ("NOT_FOUND", ["categoryMap", "1", "categoryId"]),
        ("NOT_FOUND", ["categoryMap", "2", "categoryId"]),
        ("INVALID", ["categoryMap", "3", "categoryId"]),
    ]
    answer = (await ask(SAVE, input={"categoryMap": [row(mine), row("x")]}))["updateConnectWiseProductSync"]
    assert answer["userErrors"][0]["field"] == ["categoryMap", "1", "categoryId"]
    assert (await saved(ask))["categoryMap"] == []


async def test_catalog_items_that_waited_for_these_choices_are_tried_again(ask, msp):
    await ask(INSTALL)
    root = "catalog_item:fg-40f"
    async with msp.transaction() as ctx:
        await ctx.session.execute(
            text(
                "INSERT INTO lane (id, tenant_id, provider, subjects)"
                " VALUES (gen_random_uuid(), :tenant, 'CONNECTWISE', '{quote,catalog_item}')"
            ),
            {"tenant": msp.id},
        )
        ctx.session.add(
            SyncError(provider="CONNECTWISE", subject=root, root=root, title="t", kind="UNMAPPED", message="m")
        )
    await saved(ask, productTypeId=3)
    async with msp.transaction() as ctx:
        due = await ctx.session.execute(text("SELECT subject FROM sync_task WHERE due_at IS NOT NULL"))
        assert due.scalars().all() == [root]


@pytest.fixture
async def asker(redis_url):
    async def choices(_tenant_id, _provider, kind, _refresh):
        return {"ok": True, "choices": SUBCATEGORIES if kind == "SUBCATEGORIES" else []}

    async with working(redis_url, choices=choices):
        pool = open_pool(redis_url)
        yield Asker(pool, patience=5)
        await pool.aclose()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("", ["Firewalls", "Switches", "Chairs"]),
        ("(categoryId: 1)", ["Firewalls", "Switches"]),
        ('(categoryId: 1, search: "switch")', ["Switches"]),
        ("(categoryId: 3)", []),
    ],
)
async def test_subcategories_are_those_of_a_category(ask, arguments, names):
    query = f"{{ connectWise {{ choices {{ subcategories{arguments} {{ name parentId }} }} }} }}"
    found = (await ask(query))["connectWise"]["choices"]["subcategories"]
    assert [choice["name"] for choice in found] == names
    assert {choice["parentId"] for choice in found} <= {1, 2}
