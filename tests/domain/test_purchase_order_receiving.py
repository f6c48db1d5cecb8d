"""Goods come in: in parts, with serial numbers, for sales orders, and by two people at once."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from domain import events
from domain.errors import ErrorCode, UserError, UserErrors
from domain.outbox import OutboxFact
from domain.products.supply import SerialNumber
from domain.purchase_orders import buying, loading, receiving
from domain.purchase_orders import service as purchases
from domain.purchase_orders.models import PurchaseOrder
from domain.sales_orders import loading as sales
from domain.sales_orders.fulfilment import SalesOrderDelivery
from domain.sales_orders.models import SalesOrder
from tests.domain.purchasing import a_bundle, a_product, a_sale, a_stage, d, line_of
from tests.rig import make_msp, opened


@pytest.fixture
async def stage(database):
    async with opened(database.app_url) as db:
        yield await a_stage(await make_msp(db))


async def receive(stage, order, *lines, **kwargs):
    """`lines`: (product, quantity, serial numbers …)."""
    given = [
        {"line_id": line_of(order, product), "quantity": None if quantity is None else d(quantity),
         "serial_numbers": list(numbers)}
        for product, quantity, *numbers in lines
    ]  # fmt: skip
    async with stage.transaction() as ctx:
        return await receiving.receive(ctx, order.id, given or None, **kwargs)


async def refused(stage, order, *lines, **kwargs) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    with pytest.raises((UserError, UserErrors)) as caught:
        await receive(stage, order, *lines, **kwargs)
    errors = getattr(caught.value, "errors", [caught.value])
    return [(error.code, error.field) for error in errors]


async def now(stage, order) -> PurchaseOrder:
    async with stage.transaction() as ctx:
        return await loading.locked(ctx, order.id)


async def sold(stage, sale) -> SalesOrder:
    async with stage.transaction() as ctx:
        return await sales.locked(ctx, sale.id)


async def pieces(stage) -> list[SerialNumber]:
    async with stage.transaction() as ctx:
        return list(await ctx.session.scalars(select(SerialNumber).order_by(SerialNumber.number)))


async def bought(stage, *lines, **more):
    """An approved sales order of these lines, and the approved purchase order that is proposed for it."""
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, list(lines))
        [order] = await buying.create(ctx, sale.id, defaults=more)
        return sale, await purchases.approve(ctx, order.id)


async def test_goods_come_in_in_two_parts_and_the_second_is_the_last(stage):
    order = await stage.stocked((stage.firewall, 2), (stage.cable, 10))
    first = await receive(stage, order, (stage.cable, 4), (stage.firewall, 1, "SN 1"), reference="Slip 7")
    half = await now(stage, order)
    assert (half.status, half.received_at, [line.missing_quantity for line in half.lines]) == ("APPROVED", None, [1, 6])
    last = await receive(stage, order, (stage.firewall, None, "SN 2"), (stage.cable, None))
    whole = await now(stage, order)
    assert (whole.status, whole.locked, [line.missing_quantity for line in whole.lines]) == ("RECEIVED", True, [0, 0])
    assert whole.received_at is not None
    assert [(receipt.ordinal, receipt.reference) for receipt in (first, last)] == [(1, "Slip 7"), (2, None)]
    assert [(piece.number, piece.goods_receipt_line_id) for piece in await pieces(stage)] == [
        ("SN 1", first.lines[1].id), ("SN 2", last.lines[0].id)
    ]  # fmt: skip
    async with stage.transaction() as ctx:
        names = select(OutboxFact.name).where(OutboxFact.name == "PurchaseOrderReceived")
        assert len((await ctx.session.scalars(names)).all()) == 2


async def test_all_at_once_is_all_without_serial_numbers(stage):
    order = await stage.stocked((stage.firewall, 1), (stage.cable, 10))
    await receive(stage, order)
    assert [line.missing_quantity for line in (await now(stage, order)).lines] == [1, 0]
    assert await refused(stage, order) == [(ErrorCode.REQUIRED, ("lines",))]
    await receive(stage, order, (stage.firewall, 1, "A"))
    assert (await now(stage, order)).status == "RECEIVED"
    assert await refused(stage, order) == [(ErrorCode.IMPOSSIBLE_STEP, ())]


async def test_what_can_not_have_come_in_is_refused_each_by_its_place(stage):
    order = await stage.stocked((stage.firewall, 2), (stage.cable, 10))
    invalid, taken = ErrorCode.INVALID, ErrorCode.TAKEN
    firewall, cable = stage.firewall, stage.cable
    for lines, expected in (
        ([(cable, 11)], [(invalid, ("lines", "0", "quantity"))]),
        ([(cable, 0)], [(invalid, ("lines", "0", "quantity"))]),
        ([(cable, "0.0000001")], [(invalid, ("lines", "0", "quantity"))]),
        ([(cable, 1), (cable, 1)], [(invalid, ("lines", "1", "lineId"))]),
        ([(cable, 1, "A")], [(invalid, ("lines", "0", "serialNumbers"))]),
        ([(firewall, "0.5")], [(invalid, ("lines", "0", "quantity"))]),
        ([(firewall, 2)], [(ErrorCode.REQUIRED, ("lines", "0", "serialNumbers"))]),
        ([(firewall, 2, "A")], [(invalid, ("lines", "0", "serialNumbers"))]),
        ([(firewall, 3, "A", "B", "C")], [(invalid, ("lines", "0", "quantity"))]),
        ([(cable, 1), (firewall, 2, "A", " a")], [(invalid, ("lines", "1", "serialNumbers", "1"))]),
        ([(cable, 11), (firewall, 1, "")],
         [(invalid, ("lines", "0", "quantity")), (ErrorCode.REQUIRED, ("lines", "1", "serialNumbers", "0"))]),
    ):  # fmt: skip
        assert await refused(stage, order, *lines) == expected, lines
    await receive(stage, order, (firewall, 1, "SN-1"))
    assert await refused(stage, order, (cable, 1), (firewall, 1, "sn -1")) == [
        (taken, ("lines", "1", "serialNumbers", "0"))
    ]
    again = await stage.stocked((firewall, 2))
    with pytest.raises(UserErrors, match="“SN-1” is entered already"):
        await receive(stage, again, (firewall, 2, "SN-2", "SN-1"))
    assert [piece.number for piece in await pieces(stage)] == ["SN-1"]
    assert (await now(stage, again)).lines[0].received_quantity == 0


async def test_only_an_approved_order_receives(stage):
    order = await stage.stocked((stage.cable, 1), approved=False)
    assert await refused(stage, order) == [(ErrorCode.IMPOSSIBLE_STEP, ())]
    async with stage.transaction() as ctx:
        await purchases.approve(ctx, order.id)
    assert await refused(stage, order, version=1) == [(ErrorCode.CONFLICT, ("version",))]
    elsewhere = await stage.stocked((stage.firewall, 1))
    async with stage.transaction() as ctx:
        with pytest.raises(UserErrors, match="no such line"):
            await receiving.receive(ctx, order.id, [{"line_id": elsewhere.lines[0].id}])


async def test_goods_come_in_today_where_the_tenant_is_and_never_tomorrow(stage, database):
    async with opened(database.owner_url) as owner, owner.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY"))
        await connection.execute(text("UPDATE tenant SET time_zone = 'Pacific/Kiritimati'"))
    async with stage.transaction() as ctx:
        today = await ctx.session.scalar(text("SELECT (now() AT TIME ZONE 'Pacific/Kiritimati')::date"))
    order = await stage.stocked((stage.cable, 10))
    assert (await receive(stage, order, (stage.cable, 1))).received_on == today
    assert (await receive(stage, order, (stage.cable, 1), received_on=date(2026, 1, 2))).received_on == date(2026, 1, 2)
    tomorrow = today + timedelta(days=1)
    assert await refused(stage, order, (stage.cable, 1), received_on=tomorrow) == [(ErrorCode.INVALID, ("receivedOn",))]


async def test_two_who_receive_the_same_goods_at_the_same_moment(stage, database):
    """Both have begun before either can go on: a third one holds the row."""
    order = await stage.stocked((stage.cable, 10))
    async with opened(database.admin_url) as admin:
        async with admin.engine.begin() as holder:
            await holder.execute(text("SELECT FROM purchase_order FOR UPDATE"))
            both = [asyncio.create_task(receive(stage, order, (stage.cable, 6))) for _ in range(2)]
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            async with admin.engine.connect() as watcher:
                while await watcher.scalar(waiting) < 2:  # PostgreSQL tells nobody
                    await watcher.rollback()
                    await asyncio.sleep(0.01)
        outcomes = await asyncio.gather(*both, return_exceptions=True)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert isinstance(refusal, UserErrors)
    assert "6 can't come in; missing are 4" in str(refusal)
    assert (await now(stage, order)).lines[0].received_quantity == 6


async def test_many_who_receive_at_once_never_receive_too_much(stage):
    order = await stage.stocked((stage.cable, 7))
    outcomes = await asyncio.gather(
        *(receive(stage, order, (stage.cable, 1)) for _ in range(9)), return_exceptions=True
    )
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(error, UserError | UserErrors) for error in failed)
    assert len(failed) == 2
    whole = await now(stage, order)
    assert (whole.status, whole.lines[0].received_quantity) == ("RECEIVED", 7)
    receipts = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert sorted(receipt.ordinal for receipt in receipts) == list(range(1, 8))


async def test_one_serial_number_that_two_receive_at_once_is_entered_once(stage):
    orders = [await stage.stocked((stage.firewall, 2)) for _ in range(2)]
    outcomes = await asyncio.gather(
        *(receive(stage, order, (stage.firewall, 2, *numbers))
          for order, numbers in zip(orders, (("X", "A"), ("B", "x")), strict=True)),
        return_exceptions=True,
    )  # fmt: skip
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert isinstance(refusal, UserErrors)
    assert [error.code for error in refusal.errors] == [ErrorCode.TAKEN]
    assert len(await pieces(stage)) == 2


async def test_what_came_in_for_a_sales_order_fulfils_it(stage):
    sale, order = await bought(stage, (stage.firewall, 2), (stage.cable, 5))
    await receive(stage, order, (stage.firewall, 1, "A"), (stage.cable, 5))
    half = await sold(stage, sale)
    assert (half.fulfilment, half.receipted, half.locked) == ("PARTIAL", True, True)
    assert [line.received_quantity for line in half.lines] == [1, 5]
    await receive(stage, order, (stage.firewall, 1, "B"))
    whole = await sold(stage, sale)
    assert (whole.fulfilment, [line.delivered_quantity for line in whole.lines]) == ("FULFILLED", [0, 0])
    assert {piece.sales_order_line_id for piece in await pieces(stage)} == {sale.lines[0].id}
    assert {piece.delivery_line_id for piece in await pieces(stage)} == {None}


async def test_drop_shipped_goods_are_delivered_as_they_come_in(stage):
    sale, order = await bought(stage, (stage.firewall, 2), drop_ship=True)
    await receive(stage, order, (stage.firewall, 1, "A"))
    [line] = (await sold(stage, sale)).lines
    assert (line.received_quantity, line.delivered_quantity) == (1, 1)
    async with stage.transaction() as ctx:
        assert len((await ctx.session.scalars(select(SalesOrderDelivery))).all()) == 1
    [piece] = await pieces(stage)
    assert piece.delivery_line_id is not None


async def test_of_a_bundle_whole_ones_come_in(stage):
    async with stage.transaction() as ctx:
        kit = await a_bundle(ctx, {stage.firewall: 1, stage.cable: 3})
    sale, order = await bought(stage, (kit, 2))
    after = []
    for arrival in ((stage.cable, 4), (stage.firewall, 1, "A"), (stage.firewall, 1, "B"), (stage.cable, 2)):
        await receive(stage, order, arrival)
        so_far = await sold(stage, sale)
        after.append((so_far.lines[0].received_quantity, so_far.fulfilment, so_far.locked))
    assert after == [(0, "NONE", True), (1, "PARTIAL", True), (1, "PARTIAL", True), (2, "FULFILLED", True)]


async def test_what_still_comes_for_a_cancelled_order_is_stock(stage):
    sale, order = await bought(stage, (stage.firewall, 1))
    async with stage.transaction() as ctx:
        (await sales.locked(ctx, sale.id)).status = "CANCELLED"
        ctx.emit(events.SalesOrderCancelled(sale.id))
    await receive(stage, order, (stage.firewall, 1, "A"))
    assert (await now(stage, order)).status == "RECEIVED"
    cancelled = await sold(stage, sale)
    assert (cancelled.fulfilment, cancelled.receipted) == ("NONE", False)
    assert [piece.sales_order_line_id for piece in await pieces(stage)] == [None]


async def test_nothing_is_approved_for_a_cancelled_order(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 1)])
        [order] = await buying.create(ctx, sale.id)
        sale.status = "CANCELLED"
        ctx.emit(events.SalesOrderCancelled(sale.id))
    with pytest.raises(UserError, match="SO-1001, which this is bought for, is cancelled"):
        async with stage.transaction() as ctx:
            await purchases.approve(ctx, order.id)


async def test_a_piece_that_left_before_its_receipt_was_written_down(stage):
    """It went straight to the customer and somebody entered that first: the receipt finds it, and enters the rest."""
    sale, order = await bought(stage, (stage.firewall, 2))
    async with stage.transaction() as ctx:
        line = sale.lines[0].id
        ctx.session.add(
            SerialNumber(product_id=stage.firewall.id, number="A 1", number_folded="a1", sales_order_line_id=line)
        )
    [part] = (await receive(stage, order, (stage.firewall, 2, "B 2", "a1"))).lines
    left, came = await pieces(stage)
    assert (left.number, left.goods_receipt_line_id, left.sales_order_line_id) == ("A 1", part.id, line)
    assert (came.number, came.goods_receipt_line_id, came.sales_order_line_id) == ("B 2", part.id, line)


async def test_the_database_itself_lets_no_more_in_than_was_ordered(stage):
    await stage.stocked((stage.cable, 1))
    with pytest.raises(IntegrityError, match="ck_purchase_order_line_received"):
        async with stage.transaction() as ctx:
            await ctx.session.execute(text("UPDATE purchase_order_line SET received_quantity = 2"))


async def test_two_receipts_that_name_the_same_pieces_in_opposite_order_don_t_wait_for_each_other(stage):
    async with stage.transaction() as ctx:
        phones = [await a_product(ctx, f"Phone {n}", serialized=True, cost=d(90)) for n in range(6)]
    two = [await stage.stocked(*((phone, 1) for phone in phones)) for _ in range(2)]
    given = [[(phone, 1, "A") for phone in phones[::turn]] for turn in (1, -1)]
    outcomes = await asyncio.gather(
        *(receive(stage, order, *some) for order, some in zip(two, given, strict=True)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["GoodsReceipt", "UserErrors"]
    assert len(await pieces(stage)) == len(phones)
