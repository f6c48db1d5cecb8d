"""Brands, suppliers, warehouses and offers through their services: names once, totals that follow, who is archived."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import select

from domain.errors import ImpossibleStep, UserError
from domain.outbox import OutboxFact
from domain.products import brands, offers, suppliers, warehouses
from domain.products import service as products
from domain.products.models import Product
from tests.rig import make_msp, opened

DRAWERS = [brands, suppliers, warehouses]


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


async def make(msp, drawer, name, **more):
    async with msp.transaction() as ctx:
        return await drawer.create(ctx, {"name": name, **more})


async def refused(coroutine):
    with pytest.raises(UserError) as error:
        await coroutine
    return (error.value.code.value, *error.value.field), error.value.message


@pytest.mark.parametrize("drawer", DRAWERS)
async def test_a_name_is_there_once_whatever_case_and_spaces(msp, drawer):
    await make(msp, drawer, "Tech Data")
    other = await make(msp, drawer, "Ingram")
    code, message = await refused(make(msp, drawer, "TECHDATA "))
    assert code == ("TAKEN", "name")
    assert "“Tech Data”" in message
    async with msp.transaction() as ctx:
        code, _ = await refused(drawer.update(ctx, other.id, {"name": "tech data"}))
        assert code == ("TAKEN", "name")
    async with msp.transaction() as ctx:
        assert (await drawer.update(ctx, other.id, {"name": "INGRAM"})).version == 2  # its own name it may have
    for name in (None, " ", "x" * 201):
        assert (await refused(make(msp, drawer, name)))[0][1] == "name"


@pytest.mark.parametrize("drawer", DRAWERS)
async def test_of_many_who_take_a_name_at_once_one_succeeds_and_the_others_are_told(msp, drawer):
    done = await asyncio.gather(*(make(msp, drawer, "Tech Data") for _ in range(6)), return_exceptions=True)
    told = [(outcome.code.value, *outcome.field) for outcome in done if isinstance(outcome, UserError)]
    assert told == [("TAKEN", "name")] * 5


@pytest.mark.parametrize("drawer", [suppliers, warehouses])
async def test_what_is_archived_can_be_brought_back_and_keeps_its_name(msp, drawer):
    row = await make(msp, drawer, "Tech Data", city="Graz")
    async with msp.transaction() as ctx:
        assert (await drawer.archive(ctx, row.id)).archived_at is not None
    async with msp.transaction() as ctx:
        with pytest.raises(ImpossibleStep):
            await drawer.archive(ctx, row.id)
    _, message = await refused(make(msp, drawer, "tech data"))
    assert message.endswith("restore it.")
    async with msp.transaction() as ctx:
        row = await drawer.restore(ctx, row.id, version=2)
        assert (row.archived_at, row.version, row.city) == (None, 3, "Graz")
    async with msp.transaction() as ctx:
        with pytest.raises(ImpossibleStep):
            await drawer.restore(ctx, row.id)


async def test_the_stock_of_a_product_is_what_all_suppliers_have(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, {"title": "Firewall", "price": Decimal(10)})
        one, two = [await suppliers.create(ctx, {"name": name}) for name in ("One", "Two")]

    async def put(supplier, **values):
        async with msp.transaction() as ctx:
            return await offers.put(ctx, product.id, supplier.id, values)

    async def now():
        async with msp.transaction() as ctx:
            row = await ctx.session.get(Product, product.id)
            return row.stock, row.version

    assert await now() == (None, 1)
    offer = await put(one, cost=Decimal("7.5"), supplier_number=" FG 40F ")
    assert (offer.supplier_number, offer.supplier_key, offer.version) == ("FG 40F", "fg40f", 1)
    assert await now() == (None, 1)
    await put(two, cost=Decimal(8), stock=Decimal(4))
    assert (await put(one, stock=Decimal("1.5"))).version == 2
    assert await now() == (Decimal("5.5"), 1)  # the product's version is for those who edit it
    assert (await put(one, stock=Decimal("1.5"))).version == 2
    async with msp.transaction() as ctx:
        await offers.remove(ctx, product.id, one.id)
    assert await now() == (Decimal(4), 1)
    async with msp.transaction() as ctx:
        await suppliers.archive(ctx, two.id)
    assert await now() == (None, 1)  # nobody buys there any more
    async with msp.transaction() as ctx:
        await suppliers.restore(ctx, two.id)
    assert await now() == (Decimal(4), 1)
    await put(two, stock=None)
    assert await now() == (None, 1)
    async with msp.transaction() as ctx:
        told = select(OutboxFact.name).where(OutboxFact.subject == f"product:{product.id}")
        assert sorted(await ctx.session.scalars(told)) == ["ProductCreated"] + ["ProductUpdated"] * 5


async def test_offers_that_come_in_at_once_are_all_in_the_total(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, {"title": "Firewall", "price": Decimal(10)})
        many = [await suppliers.create(ctx, {"name": f"Supplier {number}"}) for number in range(6)]

    async def put(supplier):
        async with msp.transaction() as ctx:
            await offers.put(ctx, product.id, supplier.id, {"cost": Decimal(1), "stock": Decimal(2)})

    await asyncio.gather(*(put(supplier) for supplier in many))
    async with msp.transaction() as ctx:
        assert (await ctx.session.get(Product, product.id)).stock == Decimal(12)


async def test_an_archived_supplier_offers_nothing_new(msp):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, {"title": "Firewall", "price": Decimal(10)})
        supplier = await suppliers.create(ctx, {"name": "One"})
        await suppliers.archive(ctx, supplier.id)
        code, message = await refused(offers.put(ctx, product.id, supplier.id, {"cost": Decimal(1)}))
    assert code == ("INVALID", "supplierId")
    assert message == "One is archived: restore it, or choose another supplier."


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, ("REQUIRED", "cost")),
        ({"cost": None}, ("REQUIRED", "cost")),
        ({"cost": Decimal(-1)}, ("INVALID", "cost")),
        ({"cost": Decimal("1.00001")}, ("INVALID", "cost")),
        ({"cost": Decimal(1), "stock": Decimal(-1)}, ("INVALID", "stock")),
        ({"cost": Decimal(1), "supplier_number": "x" * 101}, ("TOO_LONG", "supplierNumber")),
    ],
)
async def test_what_is_refused_of_an_offer_is_named(msp, values, code):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, {"title": "Firewall", "price": Decimal(10)})
        supplier = await suppliers.create(ctx, {"name": "One"})
        assert (await refused(offers.put(ctx, product.id, supplier.id, values)))[0] == code
