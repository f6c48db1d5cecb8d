"""Products on quotes become catalog items there: one for each part number, made once, never changed."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from domain.integration_settings.connectwise import CategoryMapping
from domain.products import categories
from domain.products import service as products
from domain.quotes import service as quotes
from domain.sync import service as sync
from domain.sync.models import SyncError
from integrations.connectwise.provider import ConnectWise
from integrations.core.dispatcher import Dispatcher
from integrations.providers import shelf
from tests.integrations.road import (
    OPPORTUNITIES,
    PRODUCTS,
    TIMING,
    choose_products,
    first,
    open_road,
    product,
)
from tests.sandbox import sandbox_fixtures

server, sandbox, api = sandbox_fixtures()

CATALOG = "procurement/catalog"


@pytest.fixture
async def road(database, sandbox):
    async with open_road(database, sandbox) as road:
        yield road


def items(sandbox, number):
    return [row for row in sandbox.records(CATALOG) if row["identifier"].casefold() == number.casefold()]


async def test_ten_lines_and_two_products_with_one_part_number_make_one_item(road, sandbox):
    await choose_products(road)
    one, other = await product(road, part_number="AP-515"), await product(road, "Again", part_number=" ap-515 ")
    organization = await road.organization()
    lines = [{"product_id": (one, other)[n % 2].id, "quantity": Decimal(n + 1)} for n in range(10)]
    await asyncio.gather(*(road.quote(organization, *lines) for _ in range(3)))
    await road.quiet()
    [item] = items(sandbox, "AP-515")
    assert item["manufacturerPartNumber"] == "AP-515"
    assert {row["catalogItem"]["id"] for row in sandbox.records(PRODUCTS)} == {item["id"]}
    assert len(sandbox.records(PRODUCTS)) == 30
    assert await road.errors() == []


async def test_two_workers_make_one_item(road, sandbox):
    await choose_products(road)
    connectwise = ConnectWise(sandbox.keys.client_id, timeout=TIMING.http_timeout, allow_loopback=True)
    second = Dispatcher(road.msp.database, shelf(connectwise), TIMING)
    organization = await road.organization()
    made = [await product(road, part_number=f"SKU-{n % 4}") for n in range(8)]
    await asyncio.gather(*(road.quote(organization, {"product_id": each.id}) for each in made))
    await asyncio.gather(road.quiet(), *(second.drain() for _ in range(20)))
    await road.quiet()
    assert [len(items(sandbox, f"SKU-{n}")) for n in range(4)] == [1, 1, 1, 1]
    assert await road.errors() == []
    await second.stop(1)
    await connectwise.aclose()


@pytest.mark.parametrize("effect", ["reset_after", "late_commit", "html_502"])
async def test_an_item_whose_answer_is_lost_is_made_once(road, sandbox, effect):
    await choose_products(road)
    sandbox.faults(effect=effect, method="POST", path_contains="/procurement/catalog", times=1, seconds=0.6)
    await road.quote(await road.organization(), {"product_id": (await product(road, part_number="X1")).id})
    await road.quiet()
    await asyncio.sleep(0.7)
    assert len(items(sandbox, "X1")) == 1
    assert await road.errors() == []


async def test_an_item_that_stands_there_is_used_and_never_changed(road, sandbox):
    chosen = await choose_products(road)
    there = sandbox.person(
        "POST",
        "/procurement/catalog",
        {
            "identifier": "OLD-NAME",
            "description": "As they call it",
            "customerDescription": "As they call it",
            "manufacturerPartNumber": "MX-67",
            "subcategory": {"id": chosen["default_subcategory_id"]},
            "type": {"id": chosen["product_type_id"]},
            "price": 1,
        },
    )
    made = await product(road, "Our name", part_number="mx-67")
    await road.quote(await road.organization(), {"product_id": made.id})
    await road.quiet()
    async with road.msp.transaction() as ctx:
        await products.update(ctx, made.id, {"title": "Another name", "price": Decimal(5)})
    await road.quiet()
    [line] = sandbox.records(PRODUCTS)
    assert line["catalogItem"]["id"] == there["id"]
    [now] = [row for row in sandbox.records(CATALOG) if row["id"] == there["id"]]
    assert (now["description"], now["price"]) == ("As they call it", 1)


async def test_without_choices_the_line_waits_and_says_which(road, sandbox):
    made = await product(road, part_number="X2")
    await road.quote(await road.organization(), {"product_id": made.id}, {"title": "Work", "unit_price": Decimal(9)})
    await road.quiet()
    found = {error.kind: error.message for error in await road.errors()}
    assert "productTypeId" in found["UNMAPPED"]
    assert "productTypeId" in found["BLOCKED"]
    # The opportunity and the free-text line don't wait for it.
    assert [row["description"] for row in sandbox.records(PRODUCTS)] == ["Work"]
    await choose_products(road)
    await road.quiet()
    assert await road.errors() == []
    assert len(sandbox.records(PRODUCTS)) == 2
    assert len(sandbox.records(OPPORTUNITIES)) == 1


async def test_a_category_missing_from_the_map_is_named_and_mapping_it_goes_on(road, sandbox):
    async with road.msp.transaction() as ctx:
        category = await categories.create(ctx, name="Cabling")
    chosen = await choose_products(road)
    made = await product(road, part_number="C6", category_id=category.id)
    await road.quote(await road.organization(), {"product_id": made.id})
    await road.quiet()
    assert any(error.kind == "UNMAPPED" and "Cabling" in error.message for error in await road.errors())
    mapped = CategoryMapping(category.id, chosen["default_category_id"], chosen["default_subcategory_id"])
    await choose_products(road, category_map=(mapped,))
    await road.quiet()
    assert await road.errors() == []
    assert len(items(sandbox, "C6")) == 1


async def test_an_inactive_item_is_named_and_works_when_it_is_active_again(road, sandbox):
    await choose_products(road)
    first_use = await product(road, part_number="GONE-1")
    organization = await road.organization()
    there = sandbox.person(
        "POST",
        "/procurement/catalog",
        {
            "identifier": "GONE-1",
            "description": "Discontinued",
            "customerDescription": "Discontinued",
            "inactiveFlag": True,
            "subcategory": {"id": (await choose_products(road))["default_subcategory_id"]},
            "type": {"id": first(sandbox, "procurement/types", "Hardware")},
        },
    )
    await road.quote(organization, {"product_id": first_use.id})
    await road.quiet()
    conflict = next(error for error in await road.errors() if error.kind == "CONFLICT")
    assert "inactive" in conflict.message
    assert "GONE-1" in conflict.message
    sandbox.person(
        "PATCH", f"/procurement/catalog/{there['id']}", [{"op": "replace", "path": "inactiveFlag", "value": False}]
    )
    async with road.msp.transaction() as ctx:
        await sync.retry(ctx, conflict.id)
    await road.quiet()
    assert await road.errors() == []
    assert sandbox.records(PRODUCTS)[0]["catalogItem"]["id"] == there["id"]


async def test_recurring_products_and_lines_carry_their_cycle(road, sandbox):
    await choose_products(road)
    made = await product(road, "Backup", part_number="BK-1", recurring_period="YEARLY")
    line = {"product_id": made.id, "quantity": Decimal(3), "recurring_period": "MONTHLY", "recurring_cycles": 12}
    await road.quote(await road.organization(), line)
    await road.quiet()
    cycles = {row["id"]: row["billingOptions"] for row in sandbox.records("finance/billingCycles")}
    [item] = items(sandbox, "BK-1")
    assert cycles[item["recurringBillCycle"]["id"]] == "Yearly"
    [row] = sandbox.records(PRODUCTS)
    assert cycles[row["recurring"]["billCycleId"]] == "Monthly"
    assert (row["recurring"]["cycles"], row["recurring"]["recurringRevenue"]) == (12, 300)


async def test_delivery_is_a_line_and_the_totals_are_equal(road, sandbox):
    await choose_products(road)
    made = await product(road, part_number="D1", price=Decimal("33.3333"))
    quote = await road.quote(
        await road.organization(),
        {"product_id": made.id, "quantity": Decimal(7), "discount_percent": Decimal(10)},
    )
    async with road.msp.transaction() as ctx:
        await quotes.update(ctx, quote.id, {"delivery": {"amount": Decimal("12.50")}})
    await road.quiet()
    rows = sandbox.records(PRODUCTS)
    assert "Delivery" in [row["description"] for row in rows]
    async with road.msp.transaction() as ctx:
        subtotal = await ctx.session.scalar(text("SELECT subtotal FROM quote"))
        open_errors = (await ctx.session.scalars(select(SyncError))).all()
    assert sum(Decimal(str(row["extPrice"])) for row in rows) == subtotal
    assert open_errors == []


async def test_a_deleted_item_is_made_anew_when_somebody_retries(road, sandbox):
    await choose_products(road)
    made = await product(road, part_number="DEL-1")
    organization = await road.organization()
    await road.quote(organization, {"product_id": made.id})
    await road.quiet()
    [item] = items(sandbox, "DEL-1")
    [line] = sandbox.records(PRODUCTS)
    sandbox.person("DELETE", f"/procurement/products/{line['id']}")
    sandbox.person("DELETE", f"/procurement/catalog/{item['id']}")
    await road.quote(organization, {"product_id": made.id})
    await road.quiet()
    error = next(iter(await road.errors()))
    assert "item" in error.message.casefold()
    async with road.msp.transaction() as ctx:
        await sync.retry(ctx, error.id)
    await road.quiet()
    assert len(items(sandbox, "DEL-1")) == 1
    assert await road.errors() == []


async def swap(road, quote, other):
    """The first line sells another product from now on."""
    async with road.msp.transaction() as ctx:
        line = await ctx.session.scalar(
            text("SELECT id FROM quote_line WHERE quote_id = :quote ORDER BY position LIMIT 1"), {"quote": quote.id}
        )
        await quotes.update_line(ctx, line, {"product_id": other.id})


@pytest.mark.parametrize("keeps", [False, True])
async def test_a_line_that_sells_another_product_gets_a_product_of_its_own(road, sandbox, keeps):
    sandbox.options(product_keeps_item=keeps)
    await choose_products(road)
    one, other = await product(road, part_number="ONE"), await product(road, "Router", part_number="TWO")
    organization = await road.organization()
    quote = await road.quote(organization, {"product_id": one.id}, {"product_id": one.id})
    await road.quiet()
    before = {row["id"] for row in sandbox.records(PRODUCTS)}
    await swap(road, quote, other)
    await road.quiet()
    rows = sandbox.records(PRODUCTS)
    assert sorted(row["catalogItem"]["identifier"] for row in rows) == ["ONE", "TWO"]
    assert len({row["id"] for row in rows} & before) == 1, "the other line's product is left as it was"
    assert await road.errors() == []
    # What else changes on a line is still written into the product that stands there.
    sandbox.clear_journal()
    async with road.msp.transaction() as ctx:
        line = await ctx.session.scalar(text("SELECT id FROM quote_line ORDER BY position LIMIT 1"))
        await quotes.update_line(ctx, line, {"quantity": Decimal(7)})
    await road.quiet()
    assert {row["id"] for row in sandbox.records(PRODUCTS)} == {row["id"] for row in rows}
    assert {entry["method"] for entry in sandbox.journal()} == {"PATCH", "GET"}
    assert await road.errors() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"effect": "reset_after", "method": "DELETE"},
        {"effect": "reset_before", "method": "DELETE"},
        {"effect": "html_502", "method": "POST"},
        {"effect": "reset_after", "method": "POST"},
        {"effect": "status", "status": 503, "method": "POST"},
        {"effect": "late_commit", "method": "POST", "seconds": 0.6},
    ],
    ids=lambda fault: f"{fault['effect']}-{fault['method']}",
)
@pytest.mark.parametrize("stale", [False, True])
async def test_whatever_goes_wrong_meanwhile_one_product_stands_there(road, sandbox, fault, stale):
    sandbox.options(product_keeps_item=True)
    await choose_products(road)
    one, other = await product(road, part_number="ONE"), await product(road, "Router", part_number="TWO")
    quote = await road.quote(await road.organization(), {"product_id": one.id})
    await road.quiet()
    sandbox.faults(path_contains=PRODUCTS, times=1, **fault)
    if stale:
        await asyncio.sleep(0.6)  # so that the product stood there already half a second ago
        sandbox.faults(effect="stale_search", path_contains=PRODUCTS, method="GET", times=3, seconds=0.5)
    await swap(road, quote, other)
    await road.quiet()
    await asyncio.sleep(0.7)
    [row] = sandbox.records(PRODUCTS)
    assert row["catalogItem"]["identifier"] == "TWO"
    async with road.msp.transaction() as ctx:
        linked = await ctx.session.scalar(text("SELECT remote_id FROM external_link WHERE remote_kind = 'product'"))
    assert linked == str(row["id"])
    assert await road.errors() == []
