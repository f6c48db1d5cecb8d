"""What bundles are made of: never themselves, at any depth, whoever changes what at the same moment."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.errors import UserError
from domain.outbox import OutboxFact
from domain.products import bundles
from domain.products import service as products
from domain.products.models import Product, ProductComponent
from tests.conftest import fresh_database
from tests.rig import make_msp, opened


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


async def a_product(msp, title="Part", type="PHYSICAL", of=(), **more):
    values = {"title": title, "price": Decimal(10), "type": type, **more}
    async with msp.transaction() as ctx:
        return await products.create(ctx, values, made_of(*of))


async def a_bundle(msp, title, *of):
    return await a_product(msp, title, "BUNDLE", of)


def made_of(*parts):
    return [{"product_id": part.id, "quantity": Decimal(1)} for part in parts]


async def compose(msp, bundle, *parts, **values):
    async with msp.transaction() as ctx:
        return await products.update(ctx, bundle.id, values, made_of(*parts))


async def parts_of(msp, bundle):
    async with msp.transaction() as ctx:
        rows = select(ProductComponent).where(ProductComponent.product_id == bundle.id)
        rows = await ctx.session.scalars(rows.order_by(ProductComponent.position))
        return [(row.component_id, row.position, row.version) for row in rows]


async def refused(coroutine):
    with pytest.raises(UserError) as error:
        await coroutine
    return (error.value.code.value, *error.value.field)


async def test_a_bundle_is_not_in_itself_at_any_depth(msp):
    screw = await a_product(msp)
    inner = await a_bundle(msp, "Inner", screw)
    middle = await a_bundle(msp, "Middle", screw, inner)
    outer = await a_bundle(msp, "Outer", middle)
    for bundle in (inner, middle, outer):
        path = ("INVALID", "components", "1", "productId")
        assert await refused(compose(msp, bundle, screw, outer)) == path
    with pytest.raises(UserError, match="“Outer” is made of “Inner”"):
        await compose(msp, inner, outer)
    await compose(msp, outer, inner, middle)  # twice inside is no ring
    await compose(msp, outer)
    await compose(msp, inner, outer)  # now it is none any more


async def test_two_bundles_put_into_each_other_at_once_end_as_no_ring(msp):
    for _ in range(5):
        one, two = await a_bundle(msp, "One"), await a_bundle(msp, "Two")
        done = await asyncio.gather(compose(msp, one, two), compose(msp, two, one), return_exceptions=True)
        assert sorted(isinstance(outcome, UserError) for outcome in done) == [False, True], done


async def test_components_keep_their_rows_and_their_order(msp):
    a, b, c = [await a_product(msp, title) for title in "abc"]
    bundle = await a_bundle(msp, "Kit", a, b)
    assert await parts_of(msp, bundle) == [(a.id, 1, 1), (b.id, 2, 1)]
    await compose(msp, bundle, b, c)
    assert await parts_of(msp, bundle) == [(b.id, 1, 2), (c.id, 2, 1)]
    await compose(msp, bundle, b, c)
    assert await parts_of(msp, bundle) == [(b.id, 1, 2), (c.id, 2, 1)]
    async with msp.transaction() as ctx:
        told = select(OutboxFact).where(OutboxFact.subject == f"product:{bundle.id}").order_by(OutboxFact.id)
        assert [fact.name for fact in await ctx.session.scalars(told)] == ["ProductCreated", "ProductUpdated"]
        assert (await ctx.session.get(Product, bundle.id)).version == 2


@pytest.mark.parametrize(
    ("components", "refusal"),
    [
        (lambda a, b: [*made_of(a), *made_of(a)], ("INVALID", "components", "1", "productId")),
        (lambda a, b: [{"product_id": a.id, "quantity": Decimal(0)}], ("INVALID", "components", "0", "quantity")),
        (lambda a, b: [{"product_id": a.id, "quantity": Decimal(-1)}], ("INVALID", "components", "0", "quantity")),
        (lambda a, b: [{"product_id": a.id, "quantity": Decimal("0.0000001")}],
         ("INVALID", "components", "0", "quantity")),
        (lambda a, b: [{"product_id": b.tenant_id, "quantity": Decimal(1)}],
         ("NOT_FOUND", "components", "0", "productId")),
        (lambda a, b: made_of(a) * 101, ("TOO_LONG", "components")),
    ],
)  # fmt: skip
async def test_what_is_refused_is_named(msp, components, refusal):
    a = await a_product(msp)
    bundle = await a_bundle(msp, "Kit")
    async with msp.transaction() as ctx:
        assert await refused(products.update(ctx, bundle.id, {}, components(a, bundle))) == refusal


async def test_only_a_bundle_is_made_of_something(msp):
    part = await a_product(msp)
    assert await refused(a_product(msp, "Cable", "PHYSICAL", [part])) == ("INVALID", "components")
    bundle = await a_bundle(msp, "Kit", part)

    async def as_service():
        async with msp.transaction() as ctx:
            await products.update(ctx, bundle.id, {"type": "SERVICE"})

    assert await refused(as_service()) == ("INVALID", "type")
    await compose(msp, bundle, type="SERVICE")
    assert await parts_of(msp, bundle) == []


async def test_the_cost_of_components_is_known_when_each_of_them_is(msp):
    two, three = await a_product(msp, cost=Decimal("2.0001")), await a_product(msp, cost=Decimal(3))
    unknown = await a_product(msp)

    async def cost(bundle):
        async with msp.transaction() as ctx:
            return (await ctx.session.get(Product, bundle.id)).component_cost

    parts = [{"product_id": two.id, "quantity": Decimal("1.5")}, {"product_id": three.id, "quantity": Decimal(2)}]
    async with msp.transaction() as ctx:
        bundle = await products.create(ctx, {"title": "Kit", "price": Decimal(1), "type": "BUNDLE"}, parts)
    assert await cost(bundle) == Decimal("9.0002")  # 3.00015 + 6, rounded half up
    assert await cost(two) is None
    await compose(msp, bundle, two, unknown)
    assert await cost(bundle) is None
    await compose(msp, bundle)
    assert await cost(bundle) is None


async def test_the_cost_of_very_many_dear_components_is_known_too(msp):
    part = await a_product(msp, cost=Decimal(10) ** 12)
    async with msp.transaction() as ctx:
        parts = [{"product_id": part.id, "quantity": Decimal(10) ** 9}]
        bundle = await products.create(ctx, {"title": "Kit", "price": Decimal(1), "type": "BUNDLE"}, parts)
    async with msp.transaction() as ctx:
        assert (await ctx.session.get(Product, bundle.id)).component_cost == Decimal(10) ** 21


async def test_bundles_are_in_bundles_only_so_deep(msp):
    chain = [await a_bundle(msp, "Bundle 1", await a_product(msp))]
    while len(chain) < bundles.DEEPEST:
        chain.append(await a_bundle(msp, f"Bundle {len(chain) + 1}", chain[-1]))
    assert await refused(a_bundle(msp, "Too much", chain[-1])) == ("LIMIT_EXCEEDED", "components", "0", "productId")
    below = await a_bundle(msp, "Below", await a_product(msp))  # put in at the bottom it is as deep
    path = ("LIMIT_EXCEEDED", "components", "0", "productId")
    assert await refused(compose(msp, chain[0], below)) == path
    await compose(msp, chain[0], await a_product(msp), await a_product(msp))


def naive_ring(edges: dict[int, list[int]], start: int) -> bool:
    seen, waiting = set(), list(edges.get(start, ()))
    while waiting:
        one = waiting.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            waiting += edges.get(one, ())
    return False


@pytest.fixture(scope="module")
async def many(postgres):
    with fresh_database(postgres) as database:
        async with opened(database.app_url) as db:
            yield await make_msp(db)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5), st.lists(st.integers(0, 5), max_size=3, unique=True)), max_size=12))
async def test_whatever_is_tried_rings_are_refused_and_nothing_else(many, tries):
    bundles = [await a_bundle(many, f"Bundle {number}") for number in range(6)]
    edges: dict[int, list[int]] = {}
    for whole, parts in tries:
        ring = naive_ring({**edges, whole: parts}, whole)
        try:
            await compose(many, bundles[whole], *(bundles[part] for part in parts))
            assert not ring
            edges[whole] = parts
        except UserError:
            assert ring
