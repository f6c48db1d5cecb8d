"""Quotes lived through in any order, on a real database: no road leads to one that must not be."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from domain.access.dates import today
from domain.db import Database
from domain.quotes import approval_rules, approvals, copying, customer, templates
from domain.quotes import service as quotes
from domain.quotes.choices import Choice
from domain.quotes.models import Quote, QuoteLine
from domain.quotes.papers import ApprovalRule, ApprovalRuleKind
from tests.domain.quote_world import World, a_line, a_world, answer, send
from tests.rig import open_database

lines = st.builds(
    a_line,
    st.integers(1, 500),
    st.integers(1, 50_000),
    st.none() | st.integers(0, 50_000),
    st.none() | st.integers(0, 10_000),
    optional=st.booleans(),
)
plain = st.builds(a_line, st.integers(1, 500), st.integers(1, 50_000), st.integers(0, 50_000), st.none())


class Life(RuleBasedStateMachine):
    runner: ClassVar[asyncio.Runner]
    database: ClassVar[Database]
    known = Bundle("quotes")
    world: World

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)

    @initialize()
    def begin(self) -> None:
        self.world = self.run(a_world(self.database))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            self.run(self.world.check())

    @rule(target=known, some=st.lists(lines, max_size=2), choice=st.lists(plain, max_size=2))
    def draft(self, some: list[Any], choice: list[Any]) -> Any:
        sections = [{"title": "One of them", "multi_choice": True, "lines": choice}] if choice else []
        world = self.world
        given = (world.organization_id, {"title": "x"}, some, sections)
        return self.run(world.do(world.seller, quotes.create, *given)).id

    @rule(target=known, line=plain, more=lines)
    def send_at_once(self, line: Any, more: Any) -> Any:
        """What leads far, so that much begins there."""
        quote = self.draft([more], [line, line])
        self.send(quote)
        self.submit_and_send(quote)
        return quote

    @rule(target=known, quote=known, keep=st.booleans())
    def copy(self, quote: Any, keep: bool) -> Any:
        made, _ = self.run(self.world.do(self.world.seller, copying.copy, quote, {}, keep_prices=keep))
        return made.id

    @rule(target=known, quote=known, more=lines)
    def from_a_template(self, quote: Any, more: Any) -> Any:
        world = self.world

        async def through_a_template() -> Any:
            template = await world.do(world.seller, templates.save, quote, "Template")
            made, _ = await world.do(
                world.seller, copying.create_from, template, world.organization_id, {"title": "y"}, [more]
            )
            await world.do(world.seller, templates.remove, template)
            return made.id

        return self.run(through_a_template())

    @rule(
        quote=known,
        values=st.sampled_from([{"title": "y", "expiry_date": None}, {"private_note": "n"}, "owner", "late"]),
    )
    def edit(self, quote: Any, values: Any) -> None:
        world = self.world

        async def edited() -> None:
            given = values
            if values == "owner":
                given = {"owner_id": world.approver.employee_id}
            elif values == "late":
                async with world.msp.transaction() as ctx:
                    given = {"expiry_date": await today(ctx) - timedelta(days=1)}
            await world.do(world.seller, quotes.update, quote, given)

        self.run(edited())

    @rule(quote=known, line=lines)
    def add(self, quote: Any, line: Any) -> None:
        self.run(self.world.do(self.world.seller, quotes.add_lines, quote, [line]))

    @rule(quote=known, place=st.integers(0, 3), price=st.none() | st.integers(1, 50_000))
    def change_or_remove(self, quote: Any, place: int, price: int | None) -> None:
        line = self.run(self.line_of(quote, place))
        if line is None:
            return
        if price is None:
            self.run(self.world.do(self.world.seller, quotes.remove_line, line))
        else:
            values = {"unit_price": Decimal(price).scaleb(-2)}
            self.run(self.world.do(self.world.seller, quotes.update_line, line, values))

    @rule(kind=st.sampled_from(ApprovalRuleKind), threshold=st.integers(0, 100), own=st.booleans())
    def set_a_rule(self, kind: ApprovalRuleKind, threshold: int, own: bool) -> None:
        """Beside it none is left, or nothing would ever go out."""
        world, most = self.world, Decimal(threshold if kind is not ApprovalRuleKind.TOTAL else 10 * threshold)
        of = world.seller.employee_id if own else None

        async def set_alone() -> None:
            async with world.msp.transaction() as ctx:
                for id in (await ctx.session.scalars(select(ApprovalRule.id))).all():
                    await approval_rules.remove(ctx, id)
                await approval_rules.put(ctx, kind, most, employee_id=of)

        self.run(set_alone())

    @rule(quote=known)
    def submit(self, quote: Any) -> None:
        self.run(self.world.do(self.world.seller, approvals.submit, quote))

    @rule(quote=known, own=st.booleans())
    def approve(self, quote: Any, own: bool) -> None:
        world = self.world
        self.run(world.do(world.seller if own else world.approver, approvals.approve, quote))

    @rule(quote=known)
    def reject(self, quote: Any) -> None:
        self.run(self.world.do(self.world.approver, approvals.reject, quote, "too cheap"))

    @rule(quote=known)
    def send(self, quote: Any) -> None:
        self.run(send(self.world, quote))

    @rule(quote=known)
    def submit_and_send(self, quote: Any) -> None:
        self.submit(quote)
        self.approve(quote, own=False)
        self.send(quote)

    @rule(quote=known)
    def view(self, quote: Any) -> None:
        self.run(self.world.do(self.world.customer_of(quote), customer.view))

    @rule(quote=known)
    def accept(self, quote: Any) -> None:
        self.run(answer(self.world, quote, customer.accept, stale=False))

    @rule(quote=known, stale=st.booleans(), place=st.integers(0, 2))
    def accept_in_part(self, quote: Any, stale: bool, place: int) -> None:
        line = self.run(self.line_of(quote, place))
        choices = [Choice(line, selected=False)] if line else []
        self.run(answer(self.world, quote, customer.accept, stale=stale, choices=choices))

    @rule(quote=known)
    def decline(self, quote: Any) -> None:
        self.run(answer(self.world, quote, customer.decline, stale=False))

    @rule(quote=known, yes=st.booleans())
    def answer_to_staff(self, quote: Any, yes: bool) -> None:
        self.run(self.world.do(self.world.seller, quotes.accept if yes else quotes.decline, quote))

    async def line_of(self, quote: Any, place: int) -> Any:
        async with self.world.msp.transaction() as ctx:
            statement = select(QuoteLine.id).where(QuoteLine.quote_id == quote).order_by(QuoteLine.position)
            return await ctx.session.scalar(statement.offset(place).limit(1))


def test_no_road_leads_to_a_quote_that_must_not_be(database):
    with asyncio.Runner() as runner:
        Life.runner, Life.database = runner, open_database(database.app_url)
        try:
            run_state_machine_as_test(
                Life,
                settings=settings(
                    max_examples=6,
                    stateful_step_count=30,
                    phases=[Phase.generate],
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(Life.database.dispose())


async def test_the_seller_can_not_approve_by_changing_hands(database):
    """Who owns a quote says which rules hold: whoever gives it away has to ask again."""
    db = open_database(database.app_url)
    world = await a_world(db)
    async with world.msp.database.transaction(world.seller) as ctx:
        await approval_rules.put(ctx, ApprovalRuleKind.TOTAL, Decimal(1))
        quote = await quotes.create(ctx, world.organization_id, {"title": "x"}, [a_line(100, 1000, None, None)])
        await approvals.submit(ctx, quote.id)
        await quotes.update(ctx, quote.id, {"private_note": "hurry"})
        assert quote.status == "PENDING_APPROVAL"
        await quotes.update(ctx, quote.id, {"owner_id": world.approver.employee_id})
    async with world.msp.transaction() as ctx:
        assert (await ctx.session.get_one(Quote, quote.id)).status == "DRAFT"
    await db.dispose()
