"""What is computed of stored amounts: the database and we come to the same, to the last digit."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from domain.access.dates import today
from domain.organizations import service as organizations
from domain.quotes import service as quotes
from domain.quotes.models import Quote, QuoteSection
from tests.rig import make_msp, opened

D = Decimal
COMPUTED = (
    "one_off_subtotal", "margin", "one_off_margin", "monthly_margin", "quarterly_margin", "yearly_margin",
    "margin_percent",
)  # fmt: skip


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


async def drafted(msp, lines=(), sections=(), **values):
    async with msp.transaction() as ctx:
        organization = await organizations.create(ctx, {"name": "Acme Dental"})
        return await quotes.create(ctx, organization.id, {"title": "New network", **values}, lines, sections)


def line(price, cost=None, period=None, quantity="1"):
    given = {"title": "x", "unit_price": D(price), "quantity": D(quantity), "recurring_period": period}
    return given if cost is None else {**given, "unit_cost": D(cost)}


async def test_the_database_computes_what_we_do(msp):
    await drafted(
        msp,
        [line("1000", "700"), line("30", "33.3333", "MONTHLY", "3"), line("7", None, "YEARLY")],
        [{"title": "a", "lines": [line("8", "7", "QUARTERLY")]}, {"title": "b", "lines": [line("-5", "1")]}],
    )
    await drafted(msp, [line("-5", "1")])
    await drafted(msp, [line("0.07", "0.0699")])
    await drafted(msp, [line("3", None)])
    async with msp.transaction() as ctx:
        for model in (Quote, QuoteSection):
            columns = [getattr(model, name) for name in COMPUTED]
            found = 0
            for row, *there in await ctx.session.execute(select(model, *columns)):
                assert [getattr(row, name) for name in COMPUTED] == there
                found += 1
            assert found == (4 if model is Quote else 2)
        percents = await ctx.session.scalars(select(Quote.margin_percent).order_by(Quote.number))
        assert percents.all() == [D("26.55"), None, D("0.00"), None]


@pytest.mark.parametrize(
    ("zone", "hours"),
    # At any moment one of these is a day ahead of the other.
    [("Pacific/Kiritimati", 14), ("Etc/GMT+12", -12)],
)
async def test_a_quote_expires_with_the_day_where_the_tenant_is(msp, zone, hours):
    async with msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE tenant SET time_zone = :zone"), {"zone": zone})
    async with msp.transaction() as ctx:
        there = await today(ctx)
        now = await ctx.session.scalar(text("SELECT now() AT TIME ZONE 'UTC'"))
    assert there == (now + timedelta(hours=hours)).date()
    days: dict[date | None, bool] = {None: False, there: False, there - timedelta(days=1): True}
    for day in days:
        await drafted(msp, expiry_date=day)
    async with msp.transaction() as ctx:
        rows = (await ctx.session.scalars(select(Quote))).all()
        assert {row.expiry_date: row.expired for row in rows} == days
        [late] = (await ctx.session.scalars(select(Quote).where(Quote.expired))).all()
    assert late.expiry_date == there - timedelta(days=1)
