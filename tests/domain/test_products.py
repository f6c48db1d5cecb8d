"""Products through their service, on a real database: what is said afterwards, and what a changed one sets going."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from domain.context import Actor
from domain.errors import PermissionDenied
from domain.integration_settings.connectwise import CategoryMapping, ProductClass, ProductSync
from domain.outbox import OutboxFact
from domain.permissions import Permission
from domain.products import categories
from domain.products import service as products
from domain.products.models import Product
from domain.products.parts import part_key
from domain.sync.models import SyncError
from tests.rig import make_msp, opened

FIREWALL = {"title": "Firewall", "price": Decimal(10), "part_number": "FG 40f"}


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


async def due(msp) -> list[str]:
    async with msp.transaction() as ctx:
        rows = await ctx.session.execute(text("SELECT subject FROM sync_task WHERE due_at IS NOT NULL ORDER BY 1"))
        return list(rows.scalars())


async def a_failed_item(msp, key: str) -> None:
    async with msp.transaction() as ctx:
        await ctx.session.execute(
            text(
                "INSERT INTO lane (id, tenant_id, provider, subjects) VALUES"
                " (gen_random_uuid(), :tenant, 'CONNECTWISE', '{catalog_item}') ON CONFLICT DO NOTHING"
            ),
            {"tenant": msp.id},
        )
        root = f"catalog_item:{key}"
        ctx.session.add(
            SyncError(provider="CONNECTWISE", subject=root, root=root, title="t", kind="UNMAPPED", message="m")
        )


async def test_a_change_is_said_and_the_same_again_is_not(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, FIREWALL)
    for price in (11, 11):
        async with msp.transaction() as ctx:
            await products.update(ctx, product.id, {"price": Decimal(price)})
    async with msp.transaction() as ctx:
        theirs = select(OutboxFact).where(OutboxFact.subject.like("product:%")).order_by(OutboxFact.id)
        facts = (await ctx.session.scalars(theirs)).all()
    assert [(fact.name, fact.subject) for fact in facts] == [
        ("ProductCreated", f"product:{product.id}"),
        ("ProductUpdated", f"product:{product.id}"),
    ]


async def test_a_product_can_not_be_changed_in_silence(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, FIREWALL)
    with pytest.raises(IntegrityError, match="changed without a fact"):
        async with msp.transaction() as ctx:
            (await ctx.session.get(Product, product.id)).price = Decimal(1)


async def test_the_part_key_follows_the_part_number_and_failing_that_the_number(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, FIREWALL)
        assert product.part_key == "fg40f"
        await products.update(ctx, product.id, {"part_number": None})
        assert product.part_key == "p-1001"
        await products.update(ctx, product.id, {"number": "FW 1"})
        assert product.part_key == "fw1"


@pytest.mark.parametrize("same", ["FG40F", " fg 40 f ", "ＦＧ４０Ｆ", "Fg\t40f"])
def test_part_numbers_are_the_same_whatever_case_and_spaces(same):
    assert part_key(same) == part_key("FG 40f")


async def test_a_changed_product_tries_again_what_failed_for_its_part_number(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, FIREWALL)
        category = await categories.create(ctx, name="Network")
    await a_failed_item(msp, "fg40f")
    await a_failed_item(msp, "another")
    assert await due(msp) == []
    async with msp.transaction() as ctx:
        await products.update(ctx, product.id, {"category_id": category.id})
    assert await due(msp) == ["catalog_item:fg40f"]


async def test_a_changed_product_that_nobody_used_sets_nothing_going(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, FIREWALL)
    await a_failed_item(msp, "another")
    async with msp.transaction() as ctx:
        await products.update(ctx, product.id, {"price": Decimal(12)})
    assert await due(msp) == []


async def test_who_may_only_read_changes_nothing(msp):
    reader = Actor(msp.id, "reader", frozenset({Permission.PRODUCTS_READ}))
    with pytest.raises(PermissionDenied, match="products:write"):
        async with msp.database.transaction(reader) as ctx:
            await products.create(ctx, FIREWALL)


ids = st.none() | st.integers(1, 10**9)
mappings = st.builds(CategoryMapping, st.uuids(), st.integers(1, 99), st.integers(1, 99))


@given(
    st.builds(
        ProductSync,
        product_type_id=ids,
        product_class=st.none() | st.sampled_from([one.value for one in ProductClass]),
        billing_cycle_id=ids,
        default_category_id=ids,
        default_subcategory_id=ids,
        category_map=st.lists(mappings, max_size=4).map(tuple),
        catch_all_item_id=ids,
    )
)
def test_settings_come_back_from_the_database_as_they_were(settings: ProductSync) -> None:
    assert ProductSync.load(json.loads(json.dumps(settings.dump()))) == settings


def test_settings_of_before_can_still_be_read() -> None:
    settings = ProductSync.load({"enabled": False, "catch_all_item_id": 7, "gone": [1]})
    assert (settings.catch_all_item_id, settings.category_map) == (7, ())
