"""Who waits for another record, or for a choice, is never forgotten when both move at the same moment."""

import asyncio
from decimal import Decimal

import pytest

from domain.sync.models import ErrorKind
from integrations.core.outcome import Need, Outcome
from integrations.core.provider import Problem
from integrations.core.settle import settle
from tests.integrations.road import PRODUCTS, TIMING, choose_products, open_road, product
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()


@pytest.fixture
async def road(database, sandbox):
    async with open_road(database, sandbox) as road:
        yield road


async def end(ctx, claim, outcome):
    """Settle a run as its worker does."""
    await settle(
        ctx,
        claim.provider,
        claim.subject,
        task_id=claim.task_id,
        token=claim.lease.token,
        wanted=claim.wanted,
        attempts=claim.attempts,
        outcome=outcome,
        timing=TIMING,
        random=lambda: 0.5,
    )


async def test_who_finds_what_it_waits_for_blocked_just_when_that_is_solved_goes_on(road, sandbox):
    made = await product(road, part_number="X2")
    await road.quote(await road.organization(), {"product_id": made.id})
    await road.quiet()
    assert {error.kind for error in await road.errors()} == {"UNMAPPED", "BLOCKED"}
    await choose_products(road)
    claims = [await road.dispatcher.claim() for _ in range(2)]
    item, quote = sorted(claims, key=lambda claim: claim.subject)

    async def wait_for_item():
        async with road.msp.transaction() as ctx:
            await end(ctx, quote, Outcome(needs=[Need(item.subject, quote.subject, "Network")], called=True))

    async with road.msp.transaction() as ctx:
        await end(ctx, item, Outcome(linked=True, called=True))
        beside = asyncio.create_task(wait_for_item())
        await asyncio.wait({beside}, timeout=0.5)  # it has got as far as it can while the item isn't committed
    await beside
    await road.quiet()
    assert await road.errors() == []
    assert len(sandbox.records(PRODUCTS)) == 1


async def test_a_choice_that_is_made_while_a_record_is_being_worked_on_reaches_it(road, sandbox):
    organization = await road.organization()
    await road.quiet()
    made = await product(road, part_number="X3", cost=Decimal(1))
    await road.quote(organization, {"product_id": made.id})
    quote = await road.dispatcher.claim()
    need = Need("catalog_item:x3", quote.subject, "Network")
    async with road.msp.transaction() as ctx:
        await end(ctx, quote, Outcome(needs=[need], called=True))
    item = await road.dispatcher.claim()
    assert item.subject == need.root
    await choose_products(road)
    missing = Problem(ErrorKind.UNMAPPED, "Choose productTypeId.").about(item.subject, "X3")
    async with road.msp.transaction() as ctx:
        await end(ctx, item, Outcome(problems=[missing], called=True))
    await road.quiet()
    assert await road.errors() == []
    assert len(sandbox.records(PRODUCTS)) == 1
