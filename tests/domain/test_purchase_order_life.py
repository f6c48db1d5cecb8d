"""Buying and receiving under any sequence of wishes, on a real database: what must be true after each of them.

The machine knows no rule. It asks for what comes to its mind, takes each refusal, and looks at the rows.
"""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from domain.db import Database
from domain.errors import UserError, UserErrors
from domain.purchase_orders import buying, receiving
from domain.purchase_orders import service as purchases
from tests.domain.purchasing import a_bundle, a_sale, a_stage
from tests.rig import make_msp, open_database

ROWS = text("""
    SELECT p.id AS order_id, p.status, p.received_at, p.subtotal, p.total, p.total_minor, p.sales_order_id,
      l.id, l.quantity, l.received_quantity, l.unit_cost, l.total AS line_total, l.product_id, l.sales_order_line_id,
      coalesce((SELECT sum(quantity) FROM goods_receipt_line WHERE purchase_order_line_id = l.id), 0) AS receipts,
      (SELECT count(*) FROM serial_number s JOIN goods_receipt_line r ON r.id = s.goods_receipt_line_id
       WHERE r.purchase_order_line_id = l.id) AS serials,
      coalesce((SELECT sum(amount) FROM purchase_order_cost WHERE purchase_order_id = p.id), 0) AS costs,
      p::text || l::text AS written
    FROM purchase_order p LEFT JOIN purchase_order_line l ON l.purchase_order_id = p.id ORDER BY p.number, l.position
""")
PIECES = text(
    "SELECT count(*) AS entered, count(DISTINCT (product_id, translate(lower(number), ' ', ''))) AS different"
    " FROM serial_number"
)
SOLD = text("SELECT id, quantity, received_quantity, delivered_quantity FROM sales_order_line ORDER BY position")
picks = st.integers(0, 7)
amounts = st.integers(0, 4).map(Decimal)
numbers = st.lists(st.sampled_from(["1", "2", "3", "4", "5", "6", "7", "8", "9", "a b", "AB", ""]), max_size=3)


class Buying(RuleBasedStateMachine):
    database: Database
    runner: asyncio.Runner
    done: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.stage = self.run(a_stage(self.run(make_msp(self.database))))
        self.seen: dict[Any, str] = {}

        async def sell():
            async with self.stage.transaction() as ctx:
                kit = await a_bundle(ctx, {self.stage.firewall: 1, self.stage.cable: 2})
                return await a_sale(ctx, [(self.stage.firewall, 2), (self.stage.cable, 4), (kit, 2)])

        self.sale = self.run(sell())
        self.rows: list[Any] = []

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def wish(self, call: Any, *args: Any, **kwargs: Any) -> None:
        async def carried_out() -> None:
            async with self.stage.transaction() as ctx:
                await call(ctx, *args, **kwargs)

        try:
            self.run(carried_out())
        except (UserError, UserErrors):
            return
        self.done.append(call.__name__)

    async def read(self) -> None:
        async with self.stage.transaction() as ctx:
            self.rows = (await ctx.session.execute(ROWS)).all()
            self.sold = (await ctx.session.execute(SOLD)).all()
            self.pieces = (await ctx.session.execute(PIECES)).one()

    def order(self, pick: int) -> Any:
        ids = list(dict.fromkeys(row.order_id for row in self.rows))
        return ids[pick % len(ids)]

    def lines(self, pick: int) -> list[Any]:
        order = self.order(pick)
        return [row for row in self.rows if row.order_id == order and row.id]

    has_order = precondition(lambda self: self.rows)

    @rule(drop_ship=st.booleans())
    def buy_what_is_proposed(self, drop_ship: bool) -> None:
        self.wish(buying.create, self.sale.id, defaults={"drop_ship": drop_ship})

    @rule(wanted=st.lists(st.tuples(st.integers(0, 2), st.booleans(), amounts), min_size=1, max_size=3))
    def buy_some(self, wanted: list[tuple[int, bool, Decimal]]) -> None:
        products = (self.stage.firewall.id, self.stage.cable.id)
        lines = [
            {"sales_order_line_id": self.sale.lines[place].id, "quantity": quantity,
             "product_id": products[place] if place < 2 else products[cable]}
            for place, cable, quantity in wanted
        ]  # fmt: skip
        self.wish(buying.create, self.sale.id, [{"supplier_id": self.stage.supplier.id, "lines": lines}])

    @rule(firewalls=amounts, cables=amounts)
    def buy_for_stock(self, firewalls: Decimal, cables: Decimal) -> None:
        wanted = ((self.stage.firewall, firewalls), (self.stage.cable, cables))
        lines = [{"product_id": product.id, "quantity": quantity} for product, quantity in wanted if quantity]
        self.wish(purchases.create, self.stage.supplier.id, {}, lines)

    @has_order
    @rule(pick=picks)
    def approve(self, pick: int) -> None:
        self.wish(purchases.approve, self.order(pick))

    @has_order
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        self.wish(purchases.cancel, self.order(pick))

    @has_order
    @rule(pick=picks, amount=amounts)
    def set_costs(self, pick: int, amount: Decimal) -> None:
        self.wish(purchases.set_costs, self.order(pick), [{"title": "Freight", "amount": amount}] * int(amount % 3))

    @has_order
    @rule(pick=picks, place=picks, quantity=amounts)
    def change_line(self, pick: int, place: int, quantity: Decimal) -> None:
        if lines := self.lines(pick):
            self.wish(purchases.update_line, lines[place % len(lines)].id, {"quantity": quantity})

    @has_order
    @rule(pick=picks, place=picks)
    def remove_line(self, pick: int, place: int) -> None:
        if lines := self.lines(pick):
            self.wish(purchases.remove_line, lines[place % len(lines)].id)

    @has_order
    @rule(pick=picks)
    def approve_and_receive_all(self, pick: int) -> None:
        self.wish(purchases.approve, self.order(pick))
        self.wish(receiving.receive, self.order(pick))

    @has_order
    @rule(pick=picks, arrived=st.lists(st.tuples(picks, st.none() | amounts, numbers), max_size=3))
    def receive(self, pick: int, arrived: list[tuple[int, Decimal | None, list[str]]]) -> None:
        if lines := self.lines(pick):
            given = [
                {"line_id": lines[place % len(lines)].id, "quantity": quantity, "serial_numbers": serials}
                for place, quantity, serials in arrived
            ]
            self.wish(receiving.receive, self.order(pick), given)

    @has_order
    @rule(pick=picks, place=picks, serials=numbers)
    def receive_pieces(self, pick: int, place: int, serials: list[str]) -> None:
        pieces = [row for row in self.lines(pick) if row.product_id == self.stage.firewall.id]
        if pieces:
            given = [{"line_id": pieces[place % len(pieces)].id, "serial_numbers": serials}]
            self.wish(receiving.receive, self.order(pick), given)

    @invariant()
    def it_is_all_true(self) -> None:
        self.run(self.read())
        self.everything_adds_up()
        self.the_sales_order_knows_what_came_in_for_it()
        assert self.pieces.entered == self.pieces.different, "a piece is there twice"

    def everything_adds_up(self) -> None:
        for order in {row.order_id for row in self.rows}:
            lines = [row for row in self.rows if row.order_id == order and row.id]
            head = next(row for row in self.rows if row.order_id == order)
            assert head.subtotal == sum(row.line_total for row in lines)
            assert head.total == head.subtotal + head.costs == Decimal(head.total_minor) / 100
            nothing_missing = bool(lines) and all(row.quantity == row.received_quantity for row in lines)
            assert (head.status == "RECEIVED") == nothing_missing == (head.received_at is not None)
            if head.status in ("DRAFT", "CANCELLED"):
                assert not any(row.received_quantity for row in lines)
            for row in lines:
                assert 0 <= row.received_quantity <= row.quantity
                assert row.received_quantity == row.receipts
                assert row.serials == (row.receipts if row.product_id == self.stage.firewall.id else 0)
                if row.status == "RECEIVED":
                    assert self.seen.setdefault(row.id, row.written) == row.written, "a received order was changed"

    def the_sales_order_knows_what_came_in_for_it(self) -> None:
        firewall, cable, kit = self.sold

        def sums(line: Any, product: Any, column: str) -> Decimal:
            own = [row for row in self.rows if row.sales_order_line_id == line.id and row.product_id == product.id]
            return sum((getattr(row, column) for row in own if row.status != "CANCELLED"), Decimal(0))

        for line, product in ((firewall, self.stage.firewall), (cable, self.stage.cable)):
            assert line.received_quantity == sums(line, product, "receipts")
            assert sums(line, product, "quantity") <= line.quantity
        whole = min(sums(kit, self.stage.firewall, "receipts"), sums(kit, self.stage.cable, "receipts") // 2)
        assert kit.received_quantity == whole
        assert sums(kit, self.stage.firewall, "quantity") <= 2
        assert sums(kit, self.stage.cable, "quantity") <= 4
        assert all(line.delivered_quantity <= line.quantity for line in (firewall, cable, kit))


@pytest.fixture
def machine(database) -> Iterator[type[Buying]]:
    opened = open_database(database.app_url)
    with asyncio.Runner() as runner:
        yield type("Machine", (Buying,), {"database": opened, "runner": runner, "done": []})
        runner.run(opened.dispose())


def test_whatever_is_wished_for_the_figures_agree(machine):
    # Without shrinking: on a database that takes minutes, and so few steps can be read as they are.
    bounds = settings(
        max_examples=8,
        stateful_step_count=18,
        deadline=None,
        phases=(Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=bounds)
    # Else it would have proved little.
    assert {"create", "approve", "receive"} <= set(machine.done)
