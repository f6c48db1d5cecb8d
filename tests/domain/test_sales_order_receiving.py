"""Goods that come in for a sales order and go out to the customer, and their single pieces, on a real database."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from domain.access.models import Tenant
from domain.errors import UserError, UserErrors
from domain.ids import uuid7
from domain.organizations import service as organizations
from domain.outbox import OutboxFact
from domain.products import serials
from domain.products import service as products
from domain.products.serials import Piece
from domain.products.supply import SerialNumber
from domain.purchase_orders import buying
from domain.purchase_orders import service as purchases
from domain.sales_orders import deliveries, loading
from domain.sales_orders import service as orders
from domain.sales_orders.deliveries import Going
from domain.sales_orders.fulfilment import SalesOrderDelivery, SalesOrderDeliveryLine
from domain.sales_orders.models import SalesOrder
from domain.sales_orders.receiving import goods_received
from tests.domain.ordering import an_order, limited
from tests.domain.purchasing import a_stage
from tests.rig import make_msp, opened

D = Decimal


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        msp = await make_msp(db)
        await limited(msp, "999999")
        yield msp


@pytest.fixture
async def organization(msp):
    async with msp.transaction() as ctx:
        return await organizations.create(ctx, {"name": "Acme Dental"})


@pytest.fixture
async def order(msp, organization) -> SalesOrder:
    """Five cables and two hours."""
    lines = [
        {"title": "Cable", "quantity": D(5), "unit_price": D(4)},
        {"title": "Hours", "quantity": D("2.5"), "unit_price": D(90)},
    ]
    return await an_order(msp, organization, lines)


async def now(msp, order) -> SalesOrder:
    async with msp.transaction() as ctx:
        return await loading.locked(ctx, order.id)


async def receive(msp, order, *quantities, drop_ship=False):
    async with msp.transaction() as ctx:
        received = {line.id: D(quantity) for line, quantity in zip(order.lines, quantities, strict=False)}
        return await goods_received(ctx, order.id, received, drop_ship=drop_ship)


async def test_what_comes_in_raises_the_fulfilment_and_locks(msp, order):
    await receive(msp, order, 2)
    after = await now(msp, order)
    assert (after.fulfilment, after.receipted, after.locked) == ("PARTIAL", True, True)
    assert [(line.received_quantity, line.delivered_quantity) for line in after.lines] == [(D(2), D(0)), (D(0), D(0))]
    with pytest.raises(UserError, match="Goods came in for SO-1001"):
        async with msp.transaction() as ctx:
            await orders.update(ctx, order.id, {"private_note": "x"})
    with pytest.raises(UserError, match="can't be cancelled"):
        async with msp.transaction() as ctx:
            await orders.cancel(ctx, order.id)
    await receive(msp, order, 3, "2.5")
    assert (await now(msp, order)).fulfilment == "FULFILLED"
    async with msp.transaction() as ctx:
        facts = select(func.count()).where(OutboxFact.name == "SalesOrderFulfilled")
        assert await ctx.session.scalar(facts) == 2


async def test_what_goes_straight_to_the_customer_is_a_delivery(msp, order):
    went_out = await receive(msp, order, 2, drop_ship=True)
    after = await now(msp, order)
    assert [(line.received_quantity, line.delivered_quantity) for line in after.lines] == [(D(2), D(2)), (D(0), D(0))]
    async with msp.transaction() as ctx:
        [part] = await ctx.session.scalars(select(SalesOrderDeliveryLine))
    assert went_out == {order.lines[0].id: part.id}
    assert part.quantity == 2


async def test_no_more_goes_to_the_customer_than_was_ordered(msp, order):
    async with msp.transaction() as ctx:
        await deliveries.deliver(ctx, order.id, [Going(order.lines[0].id, D(4))])
    assert len(await receive(msp, order, 5, drop_ship=True)) == 1
    assert await receive(msp, order, 5, drop_ship=True) == {}
    after = await now(msp, order)
    assert (after.lines[0].received_quantity, after.lines[0].delivered_quantity) == (D(10), D(5))


async def test_a_cancelled_order_takes_nothing(msp, order):
    async with msp.transaction() as ctx:
        await orders.cancel(ctx, order.id)
    assert await receive(msp, order, 5, drop_ship=True) == {}
    after = await now(msp, order)
    assert (after.fulfilment, after.lines[0].received_quantity) == ("NONE", D(0))


async def test_two_receipts_at_once_both_count(msp, order):
    await asyncio.gather(*(receive(msp, order, 1) for _ in range(4)))
    assert (await now(msp, order)).lines[0].received_quantity == 4


async def test_two_deliveries_at_once_never_exceed_the_order(msp, order):
    async def deliver():
        async with msp.transaction() as ctx:
            await deliveries.deliver(ctx, order.id, [Going(order.lines[0].id, D(3))])

    outcomes = await asyncio.gather(*(deliver() for _ in range(3)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "UserError", "UserError"]
    assert (await now(msp, order)).lines[0].delivered_quantity == 3


async def test_of_a_delivered_line_no_less_is_ordered_and_nothing_else(msp, order):
    line = order.lines[0]
    async with msp.transaction() as ctx:
        await deliveries.deliver(ctx, order.id, [Going(line.id, D(3))])
        product = await products.create(ctx, {"title": "Other", "price": D(1)})
    for values, field in (({"quantity": D(2)}, "quantity"), ({"product_id": product.id}, "productId")):
        with pytest.raises(UserError) as caught:
            async with msp.transaction() as ctx:
                await orders.update_line(ctx, line.id, values)
        assert caught.value.field == (field,)
    with pytest.raises(UserError, match="3 of “Cable” are delivered"):
        async with msp.transaction() as ctx:
            await orders.remove_line(ctx, line.id)
    async with msp.transaction() as ctx:
        await orders.update_line(ctx, line.id, {"quantity": D(3)})
        after = await orders.remove_line(ctx, order.lines[1].id)
    assert (after.fulfilment, after.locked) == ("FULFILLED", True)


async def test_a_delivery_is_of_today_where_the_tenant_is(msp, order):
    async with msp.transaction() as ctx:
        tenant = await ctx.session.get(Tenant, msp.id)
        tenant.time_zone = "Pacific/Kiritimati"  # 14 hours ahead of UTC
    async with msp.transaction() as ctx:
        delivery = await deliveries.fulfil(ctx, order.id)
        here = await ctx.session.scalar(select(func.date(func.timezone("Pacific/Kiritimati", func.now()))))
    assert delivery.delivered_on == here


@pytest.fixture
async def firewall(msp):
    async with msp.transaction() as ctx:
        return await products.create(ctx, {"title": "Firewall", "price": D(500), "serialized": True})


async def came_in(msp, product, *numbers, line=None):
    async with msp.transaction() as ctx:
        found = serials.checked(numbers, D(len(numbers)))
        for_line = line.id if line else None
        await serials.enter(ctx, [Piece(product.id, serial, (), sales_order_line_id=for_line) for serial in found])


async def sent(msp, order, *numbers):
    going = Going(order.lines[0].id, D(len(numbers)), numbers)
    async with msp.transaction() as ctx:
        return await deliveries.deliver(ctx, order.id, [going])


async def test_pieces_go_out_that_came_in_for_the_order_or_for_stock_or_are_new(msp, organization, firewall):
    order = await an_order(msp, organization, [{"product_id": firewall.id, "quantity": D(3)}])
    other = await an_order(msp, organization, [{"product_id": firewall.id, "quantity": D(1)}])
    await came_in(msp, firewall, "A1", line=order.lines[0])
    await came_in(msp, firewall, "B2")
    await came_in(msp, firewall, "C3", line=other.lines[0])
    with pytest.raises(UserErrors) as caught:
        await sent(msp, order, "A1", "C 3", "D4")
    assert [(error.code, error.field) for error in caught.value.errors] == [
        ("TAKEN", ("lines", "0", "serialNumbers", "1"))
    ]
    delivery = await sent(msp, order, "a 1", "B2", "D4")
    async with msp.transaction() as ctx:
        pieces = select(SerialNumber).where(SerialNumber.delivery_line_id == delivery.lines[0].id)
        found = {piece.number: piece.sales_order_line_id for piece in await ctx.session.scalars(pieces)}
    assert found == dict.fromkeys(("A1", "B2", "D4"), order.lines[0].id)


async def test_all_that_came_in_goes_out_by_itself(msp, organization, firewall):
    order = await an_order(msp, organization, [{"product_id": firewall.id, "quantity": D(2)}])
    await came_in(msp, firewall, "A1", line=order.lines[0])
    with pytest.raises(UserError, match="1 of 2 came in"):
        async with msp.transaction() as ctx:
            await deliveries.fulfil(ctx, order.id)
    await came_in(msp, firewall, "B2", line=order.lines[0])
    async with msp.transaction() as ctx:
        delivery = await deliveries.fulfil(ctx, order.id)
    async with msp.transaction() as ctx:
        out = select(func.count()).where(SerialNumber.delivery_line_id == delivery.lines[0].id)
        assert await ctx.session.scalar(out) == 2


@pytest.mark.parametrize("is_known", [True, False])
async def test_one_piece_goes_to_one_of_two_who_want_it_at_once(msp, organization, firewall, is_known):
    two = [await an_order(msp, organization, [{"product_id": firewall.id}]) for _ in range(2)]
    if is_known:
        await came_in(msp, firewall, "A1")
    outcomes = await asyncio.gather(*(sent(msp, order, "A1") for order in two), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SalesOrderDelivery", "UserErrors"]
    assert sorted([(await now(msp, order)).fulfilment for order in two]) == ["FULFILLED", "NONE"]


@pytest.mark.parametrize("is_known", [True, False])
async def test_two_who_name_the_same_pieces_in_opposite_order_don_t_wait_for_each_other(
    msp, organization, firewall, is_known
):
    async with msp.transaction() as ctx:
        switch = await products.create(ctx, {"title": "Switch", "price": D(90), "serialized": True})
    lines = [{"product_id": product.id} for product in (firewall, switch)] * 2
    two = [await an_order(msp, organization, lines) for _ in range(2)]
    if is_known:
        for product in (firewall, switch):
            await came_in(msp, product, "A", "B")

    async def send(order, numbers, turn):
        goings = [Going(line.id, D(1), [number]) for line, number in zip(order.lines, numbers, strict=True)]
        async with msp.transaction() as ctx:
            return await deliveries.deliver(ctx, order.id, goings[::turn])

    outcomes = await asyncio.gather(send(two[0], "AABB", 1), send(two[1], "AABB", -1), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SalesOrderDelivery", "UserErrors"]
    [refused] = [outcome for outcome in outcomes if isinstance(outcome, UserErrors)]
    assert sorted(error.field for error in refused.errors) == [
        ("lines", str(place), "serialNumbers", "0") for place in range(4)
    ]


async def test_a_piece_that_two_lines_name_goes_out_with_neither(msp, organization, firewall):
    order = await an_order(msp, organization, [{"product_id": firewall.id}] * 2)
    await came_in(msp, firewall, "B2")
    for number in ("A1", "B2"):
        with pytest.raises(UserErrors) as caught:
            async with msp.transaction() as ctx:
                await deliveries.deliver(ctx, order.id, [Going(line.id, D(1), [number]) for line in order.lines])
        [error] = caught.value.errors
        assert (error.code, error.field) == ("TAKEN", ("lines", "1", "serialNumbers", "0"))


async def test_what_is_being_bought_is_neither_removed_nor_called_off(msp):
    stage = await a_stage(msp)
    async with msp.transaction() as ctx:
        organization = await organizations.create(ctx, {"name": "Acme Dental"})
    firewalls = {"product_id": stage.firewall.id, "quantity": D(2), "unit_price": D(500)}
    lines = [firewalls, {"title": "Hours", "unit_price": D(90)}]
    order = await an_order(msp, organization, lines)
    async with msp.transaction() as ctx:
        [bought] = await buying.create(ctx, order.id, defaults={"warehouse_id": stage.warehouse.id})
    for call, id, words in (
        (orders.cancel, order.id, f"{bought.number} buys for {order.number}. Cancel that one first"),
        (orders.remove_line, order.lines[0].id, f"{bought.number} buys “Firewall”, so the line stays"),
    ):
        with pytest.raises(UserError, match=words):
            async with msp.transaction() as ctx:
                await call(ctx, id)
    async with msp.transaction() as ctx:
        await purchases.cancel(ctx, bought.id)
    async with msp.transaction() as ctx:
        await orders.update_line(ctx, order.lines[0].id, {"quantity": D(0)})
        assert (await orders.cancel(ctx, order.id)).status == "CANCELLED"


async def test_what_was_refused_leaves_no_delivery(msp, order):
    with pytest.raises(UserError):
        async with msp.transaction() as ctx:
            await deliveries.deliver(ctx, order.id, [Going(order.lines[0].id, D(1)), Going(uuid7(), D(1))])
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(select(func.count()).select_from(SalesOrderDelivery)) == 0
