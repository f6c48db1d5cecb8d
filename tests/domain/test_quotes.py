"""The life of a quote through its service, on a real database."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from domain.errors import UserError
from domain.organizations import service as organizations
from domain.outbox import OutboxFact
from domain.quotes import service as quotes
from domain.quotes.choices import Choice
from domain.sales_orders.models import SalesOrder
from tests.rig import make_msp, opened

LINES = [
    {"title": "Firewall", "quantity": Decimal(2), "unit_price": Decimal("499.90"), "tax_rate": Decimal(20)},
    {
        "title": "Support",
        "quantity": Decimal(12),
        "unit_price": Decimal("89"),
        "discount_percent": Decimal(10),
        "optional": True,
    },
]


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


async def drafted(msp):
    async with msp.transaction() as ctx:
        organization = await organizations.create(ctx, {"name": "Acme Dental"})
        return await quotes.create(ctx, organization.id, {"title": "New network"}, LINES)


async def test_a_quote_is_summed_to_the_cent(msp):
    quote = await drafted(msp)
    assert quote.number == "Q-1001"
    assert (quote.subtotal, quote.tax_total, quote.total) == (Decimal("1961.00"), Decimal("199.96"), Decimal("2160.96"))
    assert quote.total_minor == 216096


async def test_acceptance_without_an_optional_line_makes_the_order_of_the_rest(msp):
    quote = await drafted(msp)
    async with msp.transaction() as ctx:
        await quotes.send(ctx, quote.id)
    async with msp.transaction() as ctx:
        accepted = await quotes.accept(
            ctx, quote.id, choices=[Choice(quote.lines[1].id, selected=False)], accepted_by="Dr. Ada"
        )
    assert (accepted.status, accepted.subtotal) == ("ACCEPTED", Decimal("999.80"))
    async with msp.transaction() as ctx:
        order = await ctx.session.scalar(select(SalesOrder).where(SalesOrder.quote_id == quote.id))
        facts = await ctx.session.scalars(select(OutboxFact).order_by(OutboxFact.id))
        names = [fact.name for fact in facts if not fact.subject.startswith("api_token:")]
    assert (order.number, order.total) == ("SO-1001", accepted.total)
    assert names == ["OrganizationCreated", "QuoteCreated", "QuoteSent", "SalesOrderCreated", "QuoteAccepted"]


async def test_an_impossible_step_changes_nothing(msp):
    quote = await drafted(msp)
    with pytest.raises(UserError, match="Send it first"):
        async with msp.transaction() as ctx:
            await quotes.accept(ctx, quote.id)
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(text("select status from quote")) == "DRAFT"
        assert await ctx.session.scalar(text("select count(*) from sales_order")) == 0


async def test_a_change_without_a_fact_fails_at_commit(msp):
    quote = await drafted(msp)
    with pytest.raises(Exception, match="changed without a fact"):
        async with msp.transaction() as ctx:
            await ctx.session.execute(text("update quote_line set title = 'x' where quote_id = :id"), {"id": quote.id})


async def test_editing_a_sent_quote_makes_it_a_draft_again(msp):
    quote = await drafted(msp)
    async with msp.transaction() as ctx:
        await quotes.send(ctx, quote.id)
    async with msp.transaction() as ctx:
        edited = await quotes.update_line(ctx, quote.lines[0].id, {"quantity": Decimal(3)})
    assert (edited.status, edited.subtotal) == ("DRAFT", Decimal("2460.90"))
    assert edited.version == 3


async def test_a_bad_line_is_named_by_its_place(msp):
    quote = await drafted(msp)
    with pytest.raises(UserError) as caught:
        async with msp.transaction() as ctx:
            await quotes.add_lines(ctx, quote.id, [LINES[0], {**LINES[0], "quantity": Decimal(-1)}])
    assert caught.value.field == ("lines", "1", "quantity")
