"""What is proposed to be bought, against a naive look at the same figures; and buying it on a real database."""

import asyncio
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from domain import events
from domain.errors import ErrorCode, UserError
from domain.purchase_orders import buying, proposal, receiving
from domain.purchase_orders import service as purchases
from domain.purchase_orders.proposal import Need, Offer, Ordered
from tests.domain.purchasing import a_bundle, a_product, a_sale, a_stage, a_supplier, d, offer
from tests.rig import make_msp, opened

LINES = [uuid4() for _ in range(4)]
PRODUCTS = [uuid4() for _ in range(4)]
SUPPLIERS = {uuid4(): name for name in ("also", "ingram", "td")}

few = st.integers(0, 12).map(Decimal)
quantities = st.decimals(0, 20, places=6)
parts = st.dictionaries(st.sampled_from(PRODUCTS), st.sampled_from([d(1), d(2), d("0.5"), d("1.000001")]), min_size=1)
ordered = st.lists(
    st.builds(Ordered, st.sampled_from(LINES), quantities, few, parts), unique_by=lambda line: line.line_id
)
bought = st.dictionaries(st.tuples(st.sampled_from(LINES), st.sampled_from(PRODUCTS)), few)
offers = st.lists(
    st.builds(
        lambda id, cost, stock: Offer(id, SUPPLIERS[id], None, cost, stock),
        st.sampled_from(list(SUPPLIERS)),
        st.integers(1, 3).map(Decimal),
        st.none() | few,
    ),
    unique_by=lambda offer: offer.supplier_id,
)


@given(ordered, bought)
def test_no_more_is_needed_than_is_not_there_yet(lines: list[Ordered], live: dict) -> None:
    found = {(need.line_id, need.product_id): need.quantity for need in proposal.needs(lines, live)}
    assert all(quantity > 0 for quantity in found.values())
    for line in lines:
        for product, each in line.parts.items():
            wanted = line.quantity * each
            there = live.get((line.line_id, product), 0)
            there = there if there > line.done * each else line.done * each
            rest = max(wanted - there, Decimal(0))
            # To the millionth, which is as fine as a quantity is.
            assert rest <= found.pop((line.line_id, product), Decimal(0)) < rest + d("0.000001")
    assert not found


@given(st.lists(st.builds(Need, st.sampled_from(LINES), st.sampled_from(PRODUCTS), quantities)),
       st.dictionaries(st.sampled_from(PRODUCTS), offers))  # fmt: skip
def test_the_cheapest_who_has_it_wins_and_nothing_gets_lost(needs: list[Need], market: dict) -> None:
    found = proposal.propose(needs, market)
    chosen = [(supplier, one) for supplier, group in found.orders.items() for one in group]
    assert sorted([one.need for _, one in chosen] + list(found.unassigned), key=repr) == sorted(needs, key=repr)
    assert all(not market.get(need.product_id) for need in found.unassigned)
    names = [SUPPLIERS[supplier] for supplier in found.orders]
    assert names == sorted(names)
    for supplier, one in chosen:
        here = market[one.need.product_id]
        assert one.offer in here
        assert one.offer.supplier_id == supplier
        classes = [
            [o for o in here if o.stock is not None and o.stock >= one.need.quantity],
            [o for o in here if o.stock is not None and 0 < o.stock < one.need.quantity],
            [o for o in here if o.stock is None],
            here,
        ]
        best = next(some for some in classes if some)
        cheapest = [o for o in best if o.cost == min(o.cost for o in best)]
        assert one.offer.supplier_name == min(o.supplier_name for o in cheapest)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("also", 9, 5), ("td", 1, 4)),  # all of it is there
        (("td", 9, 1), ("also", 1, None)),  # some of it
        (("td", 9, None), ("also", 1, 0)),  # who knows
        (("td", 1, 5), ("also", 2, 50)),
        (("also", 1, 5), ("td", 1, 50)),
    ],
)
def test_stock_counts_before_cost_and_cost_before_the_name(better, worse):
    ids = {name: id for id, name in SUPPLIERS.items()}
    first, second = (Offer(ids[name], name, None, d(cost), stock) for name, cost, stock in (better, worse))
    need = Need(LINES[0], PRODUCTS[0], d(5))
    for market in ([first, second], [second, first]):
        assert proposal.propose([need], {PRODUCTS[0]: market}).orders == {
            first.supplier_id: [proposal.Proposed(need, first)]
        }


def test_bundles_in_bundles_are_bought_as_what_they_are_made_of():
    kit, box, cable, switch = (uuid4() for _ in range(4))
    inside = {kit: [(box, d(2)), (cable, d(1))], box: [(cable, d(3)), (switch, d(1))]}
    assert proposal.parts_of(kit, inside) == {cable: d(7), switch: d(2)}
    assert proposal.parts_of(cable, inside) == {cable: d(1)}


class Counted(dict):
    """Counts how often somebody looks something up."""

    looks = 0

    def get(self, key, default=None):
        self.looks += 1
        return super().get(key, default)


def test_each_bundle_is_taken_apart_once_and_the_numbers_stay_within_what_a_line_takes():
    levels = [(uuid4(), uuid4()) for _ in range(10)]
    inside = Counted()
    for upper, lower in pairwise(levels):
        inside |= {bundle: [(one, d(10) ** 9) for one in lower] for bundle in upper}
    parts = proposal.parts_of(levels[0][0], inside)
    assert parts == dict.fromkeys(levels[-1], d(10) ** 12)
    assert inside.looks == 1 + 2 * 9
    [need, _] = proposal.needs([Ordered(uuid4(), d(10) ** 12, d(0), parts)], {})
    assert need.quantity == d(10) ** 24


@pytest.mark.parametrize(
    ("received", "pieces"),
    [((0, 0), 0), ((2, 2), 0), ((2, 5), 1), ((2, 6), 2), ((3, 8), 2), ((3, 9), 3), ((2, 9), 2), ((9, 99), 3)],
)
def test_a_bundle_is_there_when_all_its_parts_are(received, pieces):
    parts: dict[UUID | None, Decimal] = {PRODUCTS[0]: d(1), PRODUCTS[1]: d(3)}
    there: dict[UUID | None, Decimal] = dict(zip(PRODUCTS, map(d, received), strict=False))
    assert proposal.whole_pieces(there, parts, d(3)) == pieces


@pytest.fixture
async def stage(database):
    async with opened(database.app_url) as db:
        yield await a_stage(await make_msp(db))


async def refused(stage, code, call, *args, **kwargs) -> UserError:
    with pytest.raises(UserError) as caught:
        async with stage.transaction() as ctx:
            await call(ctx, *args, **kwargs)
    assert caught.value.code is code
    return caught.value


async def proposed(stage, sale) -> tuple[dict[str, list[tuple[str, Decimal]]], list[Decimal]]:
    async with stage.transaction() as ctx:
        found = await buying.propose(ctx, sale.id)
        names = {id: name for id, name in await ctx.session.execute(text("SELECT id, name FROM supplier"))}
        titles = {id: title for id, title in await ctx.session.execute(text("SELECT id, title FROM product"))}
    orders = {
        names[supplier]: [(titles[line.need.product_id], line.need.quantity) for line in lines]
        for supplier, lines in found.orders.items()
    }
    return orders, [need.quantity for need in found.unassigned]


async def test_an_order_is_bought_at_several_suppliers_at_once(stage):
    async with stage.transaction() as ctx:
        other = await a_supplier(ctx, "Also")
        gone = await a_supplier(ctx, "Gone", archived_at=await ctx.session.scalar(text("SELECT now()")))
        await offer(ctx, other, stage.cable, "0.99", stock=0)
        await offer(ctx, gone, stage.cable, "0.01", stock=1000)
        kit = await a_bundle(ctx, {stage.firewall: 1, stage.cable: 3})
        phone = await a_product(ctx, "Phone", cost=d(50))
        await offer(ctx, other, phone, 60, number="A-1")
        work = await a_product(ctx, "Installation", type="SERVICE")
        sale = await a_sale(ctx, [(stage.firewall, 2), (kit, 2), (phone, 1), ("Rack", 4), (work, 8)])
    orders, unassigned = await proposed(stage, sale)
    assert orders == {
        "Also": [("Phone", 1)],
        "Ingram": [("Firewall", 2), ("Firewall", 2), ("Cable", 6)],
    }
    assert unassigned == [4]  # nobody offers the rack; one's own work isn't bought
    async with stage.transaction() as ctx:
        made = await buying.create(ctx, sale.id, defaults={"drop_ship": True})
    assert [(order.number, order.status, order.sales_order_id) for order in made] == [
        ("PO-1001", "DRAFT", sale.id), ("PO-1002", "DRAFT", sale.id)
    ]  # fmt: skip
    also, ingram = made
    assert (also.lines[0].unit_cost, also.lines[0].supplier_number) == (60, "A-1")
    assert [line.sales_order_line_id for line in ingram.lines] == [sale.lines[place].id for place in (0, 1, 1)]
    assert (ingram.drop_ship, ingram.delivery_name, ingram.delivery_city) == (True, "Acme Dental", "Troy")
    assert await proposed(stage, sale) == ({}, [4])
    error = await refused(stage, ErrorCode.INVALID, buying.create, sale.id)
    assert error.message.startswith("No supplier offers what is left")


async def test_what_a_cancelled_order_was_to_bring_is_bought_again(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)])
        [order] = await buying.create(ctx, sale.id)
    error = await refused(stage, ErrorCode.INVALID, buying.create, sale.id)
    assert error.message == "Nothing is left to be bought for SO-1001."
    async with stage.transaction() as ctx:
        await purchases.cancel(ctx, order.id)
    assert (await proposed(stage, sale))[0] == {"Ingram": [("Cable", 3)]}


async def test_what_went_to_the_customer_from_stock_is_not_bought(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)])
        sale.lines[0].delivered_quantity = d(2)
        ctx.emit(events.SalesOrderFulfilled(sale.id))
    assert (await proposed(stage, sale))[0] == {"Ingram": [("Cable", 1)]}


async def test_received_goods_are_not_proposed_again(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)])
        half = {"sales_order_line_id": sale.lines[0].id, "quantity": d(2)}
        [order] = await buying.create(ctx, sale.id, [{"supplier_id": stage.supplier.id, "lines": [half]}])
        await purchases.approve(ctx, order.id)
        await receiving.receive(ctx, order.id, [{"line_id": order.lines[0].id, "quantity": d(1)}])
    assert (await proposed(stage, sale))[0] == {"Ingram": [("Cable", 1)]}


async def test_more_than_is_needed_is_refused_naming_the_line(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.firewall, 1), (stage.cable, 3)])
    cable = {"sales_order_line_id": sale.lines[1].id, "quantity": d(2)}
    orders = [{"supplier_id": stage.supplier.id, "lines": [cable]}] * 2
    error = await refused(stage, ErrorCode.INVALID, buying.create, sale.id, orders)
    assert error.message == "“Cable”: SO-1001 needs 1 more, not 2."
    assert error.field == ("orders", "1", "lines", "0", "quantity")
    async with stage.transaction() as ctx:
        [order] = await buying.create(ctx, sale.id, orders[:1])
    line = order.lines[0].id
    await refused(stage, ErrorCode.INVALID, purchases.update_line, line, {"quantity": d(4)})
    await refused(stage, ErrorCode.INVALID, purchases.add_lines, order.id, [cable])
    async with stage.transaction() as ctx:
        await purchases.update_line(ctx, line, {"quantity": d(3)})
    assert (await proposed(stage, sale))[0] == {"Ingram": [("Firewall", 1)]}
    async with stage.transaction() as ctx:
        await purchases.remove_line(ctx, line)
        await purchases.add_lines(ctx, order.id, [cable])
    assert (await proposed(stage, sale))[0] == {"Ingram": [("Firewall", 1), ("Cable", 1)]}


async def test_two_who_buy_at_the_same_moment_do_not_buy_twice(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)])

    async def buy():
        async with stage.transaction() as ctx:
            return await buying.create(ctx, sale.id)

    outcomes = await asyncio.gather(buy(), buy(), buy(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, list)] == [UserError, UserError]
    async with stage.transaction() as ctx:
        assert await ctx.session.scalar(text("SELECT sum(quantity) FROM purchase_order_line")) == 3


async def test_of_a_bundle_its_components_are_bought_by_name(stage):
    async with stage.transaction() as ctx:
        kit = await a_bundle(ctx, {stage.firewall: 1, stage.cable: 3})
        phone = await a_product(ctx, "Phone")
        sale = await a_sale(ctx, [(kit, 2)])
    line = {"sales_order_line_id": sale.lines[0].id, "quantity": d(1)}

    def orders(**more):
        return [{"supplier_id": stage.supplier.id, "lines": [{**line, **more}]}]

    error = await refused(stage, ErrorCode.REQUIRED, buying.create, sale.id, orders())
    assert error.field == ("orders", "0", "lines", "0", "productId")
    await refused(stage, ErrorCode.INVALID, buying.create, sale.id, orders(product_id=phone.id))
    await refused(stage, ErrorCode.INVALID, buying.create, sale.id, orders(product_id=stage.cable.id, quantity=d(7)))
    async with stage.transaction() as ctx:
        await buying.create(ctx, sale.id, orders(product_id=stage.cable.id, quantity=d(5)))
    assert (await proposed(stage, sale))[0] == {"Ingram": [("Firewall", 2), ("Cable", 1)]}


@pytest.mark.parametrize("status", ["DRAFT", "PROCESSED", "CANCELLED"])
async def test_only_for_an_approved_order(stage, status):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)], status=status)
    error = await refused(stage, ErrorCode.IMPOSSIBLE_STEP, buying.create, sale.id)
    assert error.message.startswith("SO-1001 is ")


async def test_free_text_and_credits(stage):
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [("Rack", 4), ("Trade-in", 1)])
        sale.lines[0].unit_cost, sale.lines[1].unit_price = d(70), d(-50)
        ctx.emit(events.SalesOrderUpdated(sale.id))
        line = {"sales_order_line_id": sale.lines[0].id, "quantity": d(4)}
        [order] = await buying.create(ctx, sale.id, [{"supplier_id": stage.supplier.id, "lines": [line]}])
    assert [(line.title, line.unit_cost, line.product_id) for line in order.lines] == [("Rack", 70, None)]
    assert await proposed(stage, sale) == ({}, [])


async def test_there_is_no_proposal_for_what_is_not_there(stage):
    async with stage.transaction() as ctx:
        assert await buying.propose(ctx, uuid4()) is None
    await refused(stage, ErrorCode.NOT_FOUND, buying.create, uuid4())
    async with stage.transaction() as ctx:
        sale = await a_sale(ctx, [(stage.cable, 3)])
    for orders in ([], [{"supplier_id": stage.supplier.id, "lines": []}]):
        await refused(stage, ErrorCode.REQUIRED, buying.create, sale.id, orders)
