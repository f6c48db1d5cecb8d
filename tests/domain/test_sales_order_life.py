"""Sales orders under any sequence of wishes, on a real database: what must be true after each of them.

The machine knows no rule. It asks for what comes to its mind, takes each refusal, and looks at the rows.
"""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from domain.context import Actor
from domain.db import Database
from domain.errors import UserError, UserErrors
from domain.organizations import service as organizations
from domain.permissions import EVERYTHING, Permission
from domain.products import service as products
from domain.sales_orders import deliveries, payments, receiving
from domain.sales_orders import service as orders
from domain.sales_orders.deliveries import Going
from domain.sales_settings import service as sales_settings
from tests.rig import make_msp, open_database

ORDERS = text("""
    SELECT o.id, o.number, o.status, o.fulfilment, o.receipted, o.subtotal, o.tax_total, o.total, o.total_minor,
      o.paid_total, o.outstanding_minor, o.delivery_amount, o.coupon_amount, o.surcharge_amount, o.approval_reasons,
      o.approved_at, o.cost_total,
      coalesce((SELECT sum(amount) FROM sales_order_payment p WHERE p.sales_order_id = o.id), 0) AS payments,
      (SELECT count(*) FROM outbox WHERE name = 'SalesOrderApproved' AND subject = 'sales_order:' || o.id) AS approvals
    FROM sales_order o ORDER BY o.number
""")
LINES = text("""
    SELECT l.id, l.sales_order_id, l.product_id, l.quantity, l.unit_price, l.received_quantity, l.delivered_quantity,
      l.net_total, l.tax_total, l.total, l.title,
      coalesce((SELECT sum(quantity) FROM sales_order_delivery_line d WHERE d.sales_order_line_id = l.id), 0) AS went,
      (SELECT count(*) FROM serial_number s JOIN sales_order_delivery_line d ON d.id = s.delivery_line_id
       WHERE d.sales_order_line_id = l.id) AS pieces
    FROM sales_order_line l ORDER BY l.position
""")
PAYMENTS = text("SELECT id FROM sales_order_payment ORDER BY id")
picks = st.integers(0, 3)
amounts = st.integers(-3, 6).map(Decimal)
money = st.decimals(-400, 900, places=2)
numbers = st.lists(st.sampled_from(["1", "2", "3", "a b", "AB", ""]), max_size=3)
may_approve = st.booleans()


class Selling(RuleBasedStateMachine):
    database: Database
    runner: asyncio.Runner
    done: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.msp = self.run(make_msp(self.database))
        self.orders: list[Any] = []
        self.lines: list[Any] = []
        self.payments: list[Any] = []
        self.closed: dict[Any, Any] = {}
        self.boss = True

        async def begin() -> None:
            async with self.msp.transaction() as ctx:
                self.organization = await organizations.create(ctx, {"name": "Acme Dental"})
                self.firewall = await products.create(ctx, {"title": "FW", "price": Decimal(100), "serialized": True})
                self.cable = await products.create(ctx, {"title": "Cable", "price": Decimal(3), "cost": Decimal(2)})

        self.run(begin())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def wish(self, call: Any, *args: Any, **kwargs: Any) -> None:
        missing = () if self.boss else (Permission.SALES_ORDERS_APPROVE,)
        actor = Actor(self.msp.id, "somebody", EVERYTHING.difference(missing))

        async def carried_out() -> None:
            async with self.database.transaction(actor) as ctx:
                await call(ctx, *args, **kwargs)

        try:
            self.run(carried_out())
        except (UserError, UserErrors):
            return
        self.done.append(call.__name__)

    def order(self, pick: int) -> Any:
        return self.orders[pick % len(self.orders)].id

    def line(self, pick: int) -> Any:
        return self.lines[pick % len(self.lines)].id

    def new_line(self, kind: int, quantity: Decimal) -> dict[str, Any]:
        made: list[dict[str, Any]] = [
            {"product_id": self.firewall.id},
            {"product_id": self.cable.id},
            {"title": "Hours", "unit_price": Decimal(90)},
        ]
        return {**made[kind % 3], "quantity": quantity, "tax_rate": Decimal(20)}

    wanted = st.lists(st.tuples(picks, amounts), max_size=3)

    @initialize()
    def two_orders(self) -> None:
        """One that waits for approval, and one that doesn't."""
        lines = [self.new_line(1, Decimal(2)), self.new_line(0, Decimal(1))]
        self.wish(orders.create, self.organization.id, {}, lines)
        self.wish(sales_settings.update, {"auto_approval_limit": Decimal(400)})
        self.wish(orders.create, self.organization.id, {}, lines)

    @rule(boss=may_approve)
    def somebody_else_works(self, boss: bool) -> None:
        self.boss = boss

    @rule(limit=st.none() | st.sampled_from([0, 200, 400]).map(Decimal))
    def set_limit(self, limit: Decimal | None) -> None:
        self.wish(sales_settings.update, {"auto_approval_limit": limit})

    @rule(wanted=wanted, coupon=st.sampled_from([0, 0, 5, 300]))
    def create(self, wanted: list[tuple[int, Decimal]], coupon: int) -> None:
        values = {"coupon": {"code": "x", "amount": Decimal(coupon), "tax_rate": Decimal(10)}}
        lines = [self.new_line(kind, quantity) for kind, quantity in wanted]
        self.wish(orders.create, self.organization.id, values, lines)

    @rule(pick=picks, delivery=money, surcharge=money)
    def update(self, pick: int, delivery: Decimal, surcharge: Decimal) -> None:
        values = {"delivery": {"amount": delivery}, "surcharge": {"title": "x", "amount": surcharge}}
        self.wish(orders.update, self.order(pick), values)

    @rule(pick=picks, wanted=wanted)
    def add_lines(self, pick: int, wanted: list[tuple[int, Decimal]]) -> None:
        self.wish(orders.add_lines, self.order(pick), [self.new_line(kind, quantity) for kind, quantity in wanted])

    @rule(pick=picks, quantity=amounts, cost=st.none() | st.integers(0, 200).map(Decimal))
    def update_line(self, pick: int, quantity: Decimal, cost: Decimal | None) -> None:
        if self.lines:
            self.wish(orders.update_line, self.line(pick), {"quantity": quantity, "unit_cost": cost})

    @rule(pick=picks)
    def want_no_more(self, pick: int) -> None:
        if self.lines:
            line = self.lines[pick % len(self.lines)]
            self.wish(orders.update_line, line.id, {"quantity": line.delivered_quantity})

    @rule(pick=picks)
    def remove_line(self, pick: int) -> None:
        if self.lines:
            self.wish(orders.remove_line, self.line(pick))

    @rule(pick=picks)
    def approve(self, pick: int) -> None:
        self.boss = True
        self.wish(orders.approve, self.order(pick))

    @rule(pick=picks, call=st.sampled_from([orders.process, orders.cancel]))
    def end(self, pick: int, call: Any) -> None:
        self.wish(call, self.order(pick))

    @rule(pick=picks, out=st.lists(st.tuples(picks, amounts, numbers), max_size=3))
    def deliver(self, pick: int, out: list[tuple[int, Decimal, list[str]]]) -> None:
        own = [line for line in self.lines if line.sales_order_id == self.order(pick)]
        if own:
            goings = [Going(own[place % len(own)].id, quantity, serials) for place, quantity, serials in out]
            self.wish(deliveries.deliver, self.order(pick), goings)

    @rule(pick=picks, quantity=st.integers(1, 3).map(Decimal))
    def deliver_cables(self, pick: int, quantity: Decimal) -> None:
        own = [line for line in self.lines if line.product_id != self.firewall.id]
        if own:
            line = own[pick % len(own)]
            self.wish(deliveries.deliver, line.sales_order_id, [Going(line.id, quantity)])

    @rule(pick=picks, serials=numbers)
    def deliver_pieces(self, pick: int, serials: list[str]) -> None:
        own = [line for line in self.lines if line.product_id == self.firewall.id]
        if own and serials:
            line = own[pick % len(own)]
            goings = [Going(line.id, Decimal(len(serials)), serials)]
            self.wish(deliveries.deliver, line.sales_order_id, goings)

    @rule(pick=picks)
    def fulfil(self, pick: int) -> None:
        self.wish(deliveries.fulfil, self.order(pick))

    @rule(pick=picks, quantity=st.integers(1, 3).map(Decimal), drop_ship=st.booleans())
    def receive(self, pick: int, quantity: Decimal, drop_ship: bool) -> None:
        if self.lines:
            line = self.lines[pick % len(self.lines)]
            call = receiving.goods_received
            self.wish(call, line.sales_order_id, {line.id: quantity}, drop_ship=drop_ship)

    @rule(pick=picks, amount=money)
    def pay(self, pick: int, amount: Decimal) -> None:
        self.wish(payments.record, self.order(pick), amount)

    @rule(pick=picks)
    def take_a_payment_out(self, pick: int) -> None:
        if self.payments:
            self.wish(payments.remove, self.payments[pick % len(self.payments)])

    @invariant()
    def it_is_all_true(self) -> None:
        async def read() -> None:
            async with self.msp.transaction() as ctx:
                self.orders = (await ctx.session.execute(ORDERS)).all()
                self.lines = (await ctx.session.execute(LINES)).all()
                self.payments = (await ctx.session.scalars(PAYMENTS)).all()

        self.run(read())
        for order in self.orders:
            lines = [line for line in self.lines if line.sales_order_id == order.id]
            self.figures_agree(order, lines)
            self.goods_agree(order, lines)
            self.what_is_closed_stays_as_it_is(order, lines)

    def figures_agree(self, order: Any, lines: list[Any]) -> None:
        beside = order.delivery_amount + order.surcharge_amount - order.coupon_amount
        assert order.subtotal == sum(line.net_total for line in lines) + beside
        assert order.total == order.subtotal + order.tax_total == Decimal(order.total_minor) / 100
        assert order.paid_total == order.payments >= 0
        to_be_paid = 0 if order.status == "CANCELLED" else order.total - order.payments
        assert Decimal(order.outstanding_minor) / 100 == to_be_paid
        assert (order.approved_at is not None) >= (order.status in ("APPROVED", "PROCESSED"))
        if order.status == "DRAFT":
            assert order.approval_reasons
            assert order.approved_at is None
        if order.status in ("APPROVED", "PROCESSED"):
            assert order.approvals
            assert lines

    def goods_agree(self, order: Any, lines: list[Any]) -> None:
        wanted = [line for line in lines if line.quantity]
        done = {line.id: max(line.received_quantity, line.delivered_quantity) for line in wanted}
        if wanted and all(done[line.id] >= line.quantity for line in wanted):
            assert order.fulfilment == "FULFILLED"
        else:
            assert order.fulfilment == ("PARTIAL" if any(done.values()) else "NONE")
        for line in lines:
            assert 0 <= line.delivered_quantity <= line.quantity
            assert line.delivered_quantity == line.went
            if line.received_quantity:
                assert order.receipted
            if line.product_id == self.firewall.id and not line.received_quantity:
                assert line.pieces == line.went
        if order.status == "CANCELLED":
            assert order.fulfilment == "NONE"
            assert not order.paid_total

    def what_is_closed_stays_as_it_is(self, order: Any, lines: list[Any]) -> None:
        """Locked, processed or cancelled: nothing but goods and money move any more."""
        now = [(line.id, line.title, line.quantity, line.unit_price, line.total) for line in lines], order.total
        if order.id in self.closed:
            assert self.closed[order.id] == now
        elif order.fulfilment == "FULFILLED" or order.receipted or order.status in ("PROCESSED", "CANCELLED"):
            self.closed[order.id] = now


@pytest.fixture
def machine(database) -> Iterator[type[Selling]]:
    opened = open_database(database.app_url)
    with asyncio.Runner() as runner:
        yield type("Machine", (Selling,), {"database": opened, "runner": runner, "done": []})
        runner.run(opened.dispose())


def test_whatever_is_wished_for_the_figures_agree(machine):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert len(set(machine.done)) >= 6, "too little was granted to prove anything"
