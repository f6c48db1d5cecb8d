"""Demo data: it keeps the rules that the services keep, comes to the cent, and floods nobody."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import selectinload

from domain.pricing.totals import LineInput, line_totals
from domain.quotes import drafting
from domain.quotes.models import Quote, QuoteLine
from domain.sales_orders.models import SalesOrder
from domain.sales_settings import service as sales_settings
from runtime.demo import amounts, command, large, small
from runtime.errors import UserError
from runtime.settings import libpq_url
from tests.rig import make_msp, opened

SIZE = large.Size(organizations=40, products=28, quotes=300, lines_a_quote=4)


def silent(*_):
    pass


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


@given(
    st.integers(0, 500), st.integers(0, 10**8), st.sampled_from([0, 500, 750, 1000, 3333]), st.sampled_from([0, 825])
)
def test_its_arithmetic_is_that_of_quotes(quantity, price, discount, tax_rate):
    fast = amounts.line(quantity, price, discount, tax_rate)
    exact = line_totals(
        LineInput(
            Decimal(quantity),
            Decimal(price).scaleb(-2),
            discount_percent=Decimal(discount).scaleb(-2),
            tax_rate=Decimal(tax_rate).scaleb(-2),
        ),
        2,
    )
    assert [Decimal(cents).scaleb(-2) for cents in (fast.gross, fast.net, fast.tax)] == [
        exact.gross,
        exact.net,
        exact.tax,
    ]


async def test_a_large_load_is_what_the_services_would_have_made(msp, database):
    large.fill(libpq_url(database.app_url), msp.id, SIZE, 1, silent)
    async with msp.transaction() as ctx:
        loaded = (
            await ctx.session.scalars(select(Quote).options(selectinload(Quote.lines), selectinload(Quote.sections)))
        ).all()
        assert len(loaded) == SIZE.quotes
        ends = ("total", "cost", "minor", "tax")
        sums = [column.name for column in Quote.__table__.columns if column.name.endswith(ends)]
        for quote in loaded:
            before = {name: getattr(quote, name) for name in sums}
            nets = [(line.net_total, line.tax_total, line.total) for line in quote.lines]
            drafting.sum_up(quote)
            assert {name: getattr(quote, name) for name in sums} == before
            assert [(line.net_total, line.tax_total, line.total) for line in quote.lines] == nets
            ctx.session.expunge(quote)
        accepted = {quote.id for quote in loaded if quote.status == "ACCEPTED"}
        ordered = (await ctx.session.scalars(select(SalesOrder).options(selectinload(SalesOrder.lines)))).all()
        assert {order.quote_id for order in ordered} == accepted
        assert all(sum(line.total for line in order.lines) == order.total for order in ordered)
        counted = await ctx.session.scalar(text("SELECT count(*) FROM sync_task"))
        assert counted == 0
        facts = await ctx.session.scalar(text("SELECT count(*) FROM outbox WHERE name = 'QuoteCreated'"))
        assert facts == SIZE.quotes


async def test_new_numbers_follow_those_of_the_load(msp, database):
    large.fill(libpq_url(database.app_url), msp.id, replace(SIZE, quotes=20), 1, silent)
    async with msp.transaction() as ctx:
        highest = await ctx.session.scalar(select(func.max(Quote.number)))
        following = await ctx.session.scalar(text("SELECT next FROM number_sequence WHERE kind = 'Q'"))
    assert highest == f"Q-{following - 1}"


async def test_the_small_one_goes_through_the_services(msp):
    await small.fill(msp.database, msp.id, 1, silent)
    async with msp.transaction() as ctx:
        statuses = dict((await ctx.session.execute(select(Quote.status, func.count()).group_by(Quote.status))).all())
        assert sum(statuses.values()) == small.QUOTES
        assert set(statuses) == {"DRAFT", "SENT", "ACCEPTED", "DECLINED"}
        received = await ctx.session.scalar(text("SELECT count(*) FROM goods_receipt"))
        assert received > 0
        assert await ctx.session.scalar(select(func.count()).select_from(QuoteLine)) > small.QUOTES


async def test_it_comes_on_top_of_what_is_there_and_leaves_that_as_it_is(msp, monkeypatch):
    monkeypatch.setattr(small, "QUOTES", 3)
    async with msp.transaction() as ctx:
        await sales_settings.update(ctx, {"seller": {"name": "Ours"}})
    for seed in (1, 2):
        await small.fill(msp.database, msp.id, seed, silent)
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(select(func.count()).select_from(Quote)) == 6
        assert (await sales_settings.get(ctx)).seller_name == "Ours"


async def test_a_tenant_with_quotes_of_its_own_is_left_alone(msp, database):
    large.fill(libpq_url(database.app_url), msp.id, replace(SIZE, quotes=1), 1, silent)
    with pytest.raises(UserError, match="--add"):
        await command._check(msp.database, msp.id, add=False)
    await command._check(msp.database, msp.id, add=True)


async def test_a_tenant_that_is_not_there_is_named(msp):
    with pytest.raises(UserError, match="no tenant 00000000"):
        await command._check(msp.database, UUID(int=0), add=True)
