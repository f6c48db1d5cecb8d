"""Purchase orders through their service, on a real database: drafting, editing, approving, cancelling."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from domain.context import Actor
from domain.errors import ErrorCode, PermissionDenied, UserError
from domain.outbox import OutboxFact
from domain.permissions import Permission
from domain.products import suppliers, warehouses
from domain.purchase_orders import receiving
from domain.purchase_orders import service as purchases
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderLine
from tests.domain.purchasing import a_sale, a_stage, a_supplier, a_warehouse, d, line_of
from tests.rig import make_msp, opened


@pytest.fixture
async def stage(database):
    async with opened(database.app_url) as db:
        yield await a_stage(await make_msp(db))


async def refused(stage, call, *args, code=ErrorCode.IMPOSSIBLE_STEP, **kwargs) -> UserError:
    with pytest.raises(UserError) as caught:
        async with stage.transaction() as ctx:
            await call(ctx, *args, **kwargs)
    assert caught.value.code is code
    return caught.value


async def facts(stage) -> list[str]:
    async with stage.transaction() as ctx:
        names = select(OutboxFact.name).where(OutboxFact.subject.like("purchase_order:%")).order_by(OutboxFact.id)
        return list(await ctx.session.scalars(names))


async def partly_received(stage) -> PurchaseOrder:
    order = await stage.stocked((stage.cable, 10))
    async with stage.transaction() as ctx:
        await receiving.receive(ctx, order.id, [{"line_id": order.lines[0].id, "quantity": d(4)}])
    return order


async def test_a_line_takes_what_the_supplier_offers_and_the_order_is_summed_to_the_cent(stage):
    costs = [{"title": "Freight", "amount": d("12.50")}, {"title": "Welcome back", "amount": d("-2.50")}]
    given = [
        {"product_id": stage.firewall.id, "quantity": d(3)},
        {"product_id": stage.cable.id, "quantity": d(1), "unit_cost": d(3)},
        {"title": "Rack screws", "quantity": d("0.5"), "unit_cost": d("0.01")},
    ]
    async with stage.transaction() as ctx:
        order = await purchases.create(ctx, stage.supplier.id, {"due_date": date(2031, 1, 2)}, given, costs=costs)
    firewall, cable, screws = order.lines
    assert (firewall.title, firewall.part_number, firewall.supplier_number) == ("Firewall", "FW-40", "ING-FW40")
    assert (firewall.unit_cost, firewall.total) == (d("333.3333"), d("1000.00"))
    assert (cable.unit_cost, screws.total, screws.product_id) == (d(3), d("0.01"), None)
    assert (order.number, order.status, order.subtotal) == ("PO-1001", "DRAFT", d("1003.01"))
    assert (order.costs_total, order.total, order.total_minor) == (d(10), d("1013.01"), 101301)
    async with stage.transaction() as ctx:
        sums = select(PurchaseOrder.costs_total, PurchaseOrder.locked)
        assert (await ctx.session.execute(sums)).one() == (d(10), False)
        missing = select(PurchaseOrderLine.missing_quantity).where(PurchaseOrderLine.id == firewall.id)
        assert await ctx.session.scalar(missing) == 3
    assert await facts(stage) == ["PurchaseOrderCreated"]


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        ({"title": "x", "quantity": d(0), "unit_cost": d(1)}, "quantity", "INVALID"),
        ({"title": "x", "quantity": d(-1), "unit_cost": d(1)}, "quantity", "INVALID"),
        ({"title": "x", "unit_cost": d(1)}, "quantity", "REQUIRED"),
        ({"title": "x", "quantity": d(1)}, "unitCost", "REQUIRED"),
        ({"title": "x", "quantity": d(1), "unit_cost": d("0.00001")}, "unitCost", "INVALID"),
        ({"quantity": d(1), "unit_cost": d(1)}, "title", "REQUIRED"),
        ({"title": "x", "quantity": d(10) ** 11, "unit_cost": d(10) ** 11}, "quantity", "INVALID"),
    ],
)
async def test_a_bad_line_is_named_by_its_place(stage, line, field, code):
    good = {"product_id": stage.cable.id, "quantity": d(1)}
    error = await refused(stage, purchases.create, stage.supplier.id, {}, [good, line], code=ErrorCode(code))
    assert error.field == ("lines", "1", field)


async def test_nothing_is_bought_from_who_is_archived_or_not_there(stage):
    async with stage.transaction() as ctx:
        gone = await a_supplier(ctx, "Gone", archived_at=await ctx.session.scalar(text("SELECT now()")))
        closed = await a_warehouse(ctx, "Closed", archived_at=gone.archived_at)
    error = await refused(stage, purchases.create, gone.id, {}, code=ErrorCode.INVALID)
    assert error.message == "Gone is archived; restore it before buying from it."
    await refused(stage, purchases.create, closed.id, {}, code=ErrorCode.NOT_FOUND)
    supplier = stage.supplier.id
    error = await refused(stage, purchases.create, supplier, {"warehouse_id": closed.id}, code=ErrorCode.INVALID)
    assert error.field == ("warehouseId",)
    await refused(stage, purchases.create, supplier, {"warehouse_id": supplier}, code=ErrorCode.NOT_FOUND)


async def test_an_approved_order_that_is_edited_needs_a_new_approval(stage):
    edits: list[tuple[Any, Any]] = [
        (purchases.update, {"due_date": date(2031, 5, 1)}),
        (purchases.update, {"warehouse_id": None}),
        (purchases.set_costs, [{"title": "Freight", "amount": d(5)}]),
        (purchases.add_lines, [{"product_id": stage.cable.id, "quantity": d(1)}]),
    ]
    for edit, values in edits:
        order = await stage.stocked((stage.firewall, 2))
        async with stage.transaction() as ctx:
            edited = await edit(ctx, order.id, values)
        assert (edited.status, edited.approved_at, edited.version) == ("DRAFT", None, order.version + 1), values
    for edit, values in ((purchases.update_line, ({"quantity": d(5)},)), (purchases.remove_line, ())):
        order = await stage.stocked((stage.firewall, 2), (stage.cable, 1))
        async with stage.transaction() as ctx:
            assert (await edit(ctx, order.lines[0].id, *values)).status == "DRAFT"


async def test_what_the_supplier_does_not_get_needs_none(stage):
    order = await stage.stocked((stage.firewall, 2))
    async with stage.transaction() as ctx:
        edited = await purchases.update(ctx, order.id, {"supplier_reference": "S-77", "note": "Called Eve"})
    assert (edited.status, edited.supplier_reference) == ("APPROVED", "S-77")


async def test_saving_the_same_again_edits_nothing(stage):
    order = await stage.stocked((stage.firewall, 2))
    same = {"warehouse_id": order.warehouse_id, "due_date": None, "note": None, "drop_ship": False}
    async with stage.transaction() as ctx:
        await purchases.update(ctx, order.id, same)
        await purchases.set_costs(ctx, order.id, [])
        again = await purchases.update_line(ctx, order.lines[0].id, {"quantity": d(2), "title": "Firewall"})
    assert (again.status, again.version) == ("APPROVED", order.version)
    assert await facts(stage) == ["PurchaseOrderCreated", "PurchaseOrderApproved"]


async def test_once_goods_came_in_only_little_can_be_changed(stage):
    order = await partly_received(stage)
    line = order.lines[0].id
    for call, *args in (
        (purchases.update, order.id, {"warehouse_id": None}),
        (purchases.add_lines, order.id, [{"product_id": stage.cable.id, "quantity": d(1)}]),
        (purchases.update_line, line, {"quantity": d(11)}),
        (purchases.update_line, line, {"title": "Longer cable"}),
        (purchases.remove_line, line),
    ):
        error = await refused(stage, call, *args)
        assert "only its due date, note, reference, owner and other costs" in error.message
    async with stage.transaction() as ctx:
        allowed = {"due_date": date(2031, 5, 1), "note": "late", "supplier_reference": "S-1"}
        await purchases.update(ctx, order.id, {**allowed, "warehouse_id": order.warehouse_id})
        edited = await purchases.set_costs(ctx, order.id, [{"title": "Freight", "amount": d(5)}])
    assert (edited.status, edited.total - edited.subtotal) == ("APPROVED", 5)
    error = await refused(stage, purchases.cancel, order.id)
    assert "has received goods, so it can't be cancelled" in error.message


async def test_a_received_order_never_changes_again(stage):
    order = await stage.stocked((stage.cable, 10))
    async with stage.transaction() as ctx:
        await receiving.receive(ctx, order.id)
    for call, *args in (
        (purchases.update, order.id, {"note": "x"}),
        (purchases.set_costs, order.id, []),
        (purchases.update_line, order.lines[0].id, {"title": "x"}),
        (purchases.remove_line, order.lines[0].id),
        (purchases.approve, order.id),
        (purchases.cancel, order.id),
        (receiving.receive, order.id),
    ):
        await refused(stage, call, *args)


async def test_costs_are_replaced_as_a_whole(stage):
    order = await stage.stocked((stage.cable, 1), approved=False)
    freight, fee = {"title": "Freight", "amount": d(5)}, {"title": "Fee", "amount": d(1)}
    async with stage.transaction() as ctx:
        await purchases.set_costs(ctx, order.id, [freight, fee])
        kept = (await purchases.set_costs(ctx, order.id, [freight])).costs[0].id
        changed = await purchases.set_costs(ctx, order.id, [{**freight, "amount": d(7)}, fee, fee])
    assert [(cost.title, cost.amount, cost.position) for cost in changed.costs] == [
        ("Freight", 7, 1), ("Fee", 1, 2), ("Fee", 1, 3)
    ]  # fmt: skip
    assert (changed.costs[0].id, changed.total) == (kept, d("10.01"))
    error = await refused(
        stage, purchases.set_costs, order.id, [freight, {"title": "Fee", "amount": d("1.001")}], code=ErrorCode.INVALID
    )
    assert error.field == ("costs", "1", "amount")


async def test_goods_go_to_a_warehouse_or_straight_to_the_customer(stage):
    order = await stage.stocked((stage.cable, 1))
    both = {"warehouse_id": stage.warehouse.id, "drop_ship": True}
    assert (await refused(stage, purchases.update, order.id, both, code=ErrorCode.INVALID)).field == ("dropShip",)
    error = await refused(stage, purchases.update, order.id, {"drop_ship": True}, code=ErrorCode.REQUIRED)
    assert error.field == ("deliveryAddress",)
    nowhere = {"drop_ship": True, "delivery_address": {"name": "Acme"}}  # a name is no place to ship to
    error = await refused(stage, purchases.update, order.id, nowhere, code=ErrorCode.REQUIRED)
    assert error.field == ("deliveryAddress",)
    address = {"name": "Acme", "city": "Troy"}
    alone = {"delivery_address": address}
    assert (await refused(stage, purchases.update, order.id, alone, code=ErrorCode.INVALID)).field == (
        "deliveryAddress",
    )
    async with stage.transaction() as ctx:
        shipped = await purchases.update(ctx, order.id, {"drop_ship": True, **alone})
        assert (shipped.warehouse_id, shipped.drop_ship, shipped.delivery_city) == (None, True, "Troy")
        back = await purchases.update(ctx, order.id, {"warehouse_id": stage.warehouse.id})
        assert (back.drop_ship, back.delivery_name, back.delivery_city) == (False, None, None)


async def test_an_order_without_lines_is_not_approved(stage):
    async with stage.transaction() as ctx:
        order = await purchases.create(ctx, stage.supplier.id, {})
    await refused(stage, purchases.approve, order.id, code=ErrorCode.INVALID)


@pytest.mark.parametrize("gone", ["supplier", "warehouse"])
async def test_an_order_to_who_or_where_is_archived_meanwhile_is_not_approved(stage, gone):
    order = await stage.stocked((stage.cable, 1), approved=False)
    drawer, row = {"supplier": suppliers, "warehouse": warehouses}[gone], getattr(stage, gone)
    async with stage.transaction() as ctx:
        await drawer.archive(ctx, row.id)
    error = await refused(stage, purchases.approve, order.id)
    assert error.message.startswith(f"{row.name} is archived")
    async with stage.transaction() as ctx:
        await drawer.restore(ctx, row.id)
        assert (await purchases.approve(ctx, order.id)).status == "APPROVED"


async def test_a_stale_version_changes_nothing(stage):
    order = await stage.stocked((stage.cable, 1), approved=False)
    for call, *args in (
        (purchases.update, order.id, {"due_date": date(2031, 1, 1)}),
        (purchases.add_lines, order.id, []),
        (purchases.update_line, order.lines[0].id, {"quantity": d(9)}),
        (purchases.remove_line, order.lines[0].id),
        (purchases.set_costs, order.id, []),
        (purchases.approve, order.id),
        (purchases.cancel, order.id),
    ):
        await refused(stage, call, *args, version=7, code=ErrorCode.CONFLICT)


async def test_a_cancelled_order_says_why_and_stays_so(stage):
    order = await stage.stocked((stage.cable, 1))
    async with stage.transaction() as ctx:
        cancelled = await purchases.cancel(ctx, order.id, reason=" Too late ")
    assert (cancelled.status, cancelled.cancel_reason) == ("CANCELLED", "Too late")
    await refused(stage, purchases.approve, order.id)
    assert (await facts(stage))[-1] == "PurchaseOrderCancelled"


async def test_who_drafts_may_not_approve(stage):
    order = await stage.stocked((stage.cable, 1), approved=False)
    buyer = Actor(stage.msp.id, "buyer", frozenset({Permission.PURCHASE_ORDERS_WRITE}))
    with pytest.raises(PermissionDenied, match="purchase_orders:approve"):
        async with stage.msp.database.transaction(buyer) as ctx:
            await purchases.approve(ctx, order.id)


async def test_lines_can_be_moved_nowhere_and_are_numbered_on(stage):
    order = await stage.stocked((stage.cable, 1), (stage.firewall, 1), approved=False)
    async with stage.transaction() as ctx:
        await purchases.remove_line(ctx, order.lines[0].id)
    async with stage.transaction() as ctx:
        longer = await purchases.add_lines(ctx, order.id, [{"product_id": stage.cable.id, "quantity": d(2)}])
    assert [(line.title, line.position) for line in longer.lines] == [("Firewall", 2), ("Cable", 3)]
    error = await refused(
        stage, purchases.update_line, line_of(order, stage.firewall), {"product_id": stage.cable.id},
        code=ErrorCode.INVALID,
    )  # fmt: skip
    assert error.field == ("product_id",)


async def test_a_line_for_a_sales_order_needs_an_order_for_it(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)])
    order = await stage.stocked((stage.cable, 1), approved=False)
    given = [{"sales_order_line_id": sale.lines[0].id, "quantity": d(1)}]
    error = await refused(stage, purchases.add_lines, order.id, given, code=ErrorCode.INVALID)
    assert error.field == ("lines", "0", "salesOrderLineId")
