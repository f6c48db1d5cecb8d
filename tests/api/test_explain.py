"""Every list finds its rows by indexes: what PostgreSQL does for pages, orders, searches and filters, on much data.

Plans decide, never timings. What takes how long is measured by `benchmarks/lists.py`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text

from api import app
from api.ask import Asker
from domain.db import Database
from domain.secrets import Keyring
from tests import rig
from tests.api import crowd, plans
from tests.api.conftest import Client
from tests.api.listing import Asked, List, lists
from tests.conftest import fresh_database

pytestmark = pytest.mark.timeout(900)  # the data is made once, and slowly where the machine is busy

LISTS = lists()
DEEP = 25  # pages of 100
FOUND = 7_500
"""Rows that a search may look at: each of its ways ends after 1,000; a list of some thousands may be joined whole."""

# Fields by which nobody should look for a single row of a long list. With a value that few rows have, such a filter
# walks the tenant's rows (by an index, and no others).
WALKED = {
    "a text that describes: what people look for by it is found by `search`": {
        "organizations": {"taxNumber", "phone", "city", "country", "type", "status", "priceGroup"},
        "contacts": {"firstName", "lastName", "type"},
        "products": {"title"},
        "quotes": {"title"},
    },
    "one of few values, of which a list has most": {
        "organizations": {"source"},
        "products": {"type", "recurringPeriod"},
        "salesOrders": {"enteredBy"},
    },
    "a list of dozens or hundreds": {
        "apiTokens": {"name", "hint", "employeeId"},
        "suppliers": {"accountNumber", "country"},
        "syncErrors": {"title", "remoteCode"},
    },
    "an index more would slow down each change of anything; to be asked together with `at` or the record": {
        "auditTrail": {"origin"},
    },
}
EXCEPTIONS = {(name, field) for named in WALKED.values() for name, fields in named.items() for field in fields}


@dataclass
class Crowded:
    msp: rig.Msp
    ask: Client
    noted: list[plans.Plan]
    big: set[str]

    async def complaints(self, one: List, asked: Asked, most: float = plans.BIG) -> list[str]:
        self.noted.clear()
        await self.ask(one.query(asked.variables), **asked.variables)
        assert self.noted
        return [f"{asked.name}: {line}" for plan in self.noted for line in plans.complaints(plan, self.big, most)]


@pytest.fixture(scope="module")
async def crowded(postgres) -> AsyncIterator[Crowded]:
    tables = {one.model.__table__ for one in LISTS.values()}
    tables |= {where.column.class_.__table__ for one in LISTS.values() for _, where, _ in one.fields}
    with fresh_database(postgres) as fresh:
        database = Database(fresh.app_url, Keyring.parse(rig.KEYS), prepare=False)
        noted = plans.noted(database, fresh)
        try:
            msp, *others = [await rig.make_msp(database, f"Northwind {number}") for number in range(5)]
            crowd.fill(fresh, msp.id, [other.id for other in others], tables)
            async with msp.transaction() as ctx:
                counts = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > :big")
                big = set(await ctx.session.scalars(counts, {"big": plans.BIG}))
            assert {table.name for table in tables} <= big
            transport = httpx.ASGITransport(app.create(database, Asker(None)))
            async with httpx.AsyncClient(transport=transport, base_url="http://quotewright.test") as http:
                yield Crowded(msp, Client(http, msp.token), noted, big)
        finally:
            await database.dispose()


@pytest.fixture(params=LISTS)
def one(request) -> List:
    return LISTS[request.param]


async def test_the_first_page_costs_what_the_hundredth_does(crowded, one):
    variables, found = {"first": 100}, []
    for page in range(DEEP):
        asked = Asked(f"page {page}", variables)
        found += await crowded.complaints(one, asked, most=200)  # some are of another state
        info = (await crowded.ask(one.query(variables), **variables))["list"]["pageInfo"]
        if not info["hasNextPage"]:
            break
        variables = {"first": 100, "after": info["endCursor"]}
    assert page > 8
    assert not found


async def test_each_order_has_an_index_from_both_ends(crowded, one):
    found = [line for asked in one.orders() for line in await crowded.complaints(one, asked)]
    assert not found


async def test_each_search_goes_by_an_index(crowded, one):
    found = [line for asked in await one.searches(crowded.msp) for line in await crowded.complaints(one, asked, FOUND)]
    assert not found


async def test_each_filter_goes_by_an_index_and_those_that_look_for_few_rows_by_one_of_their_own(crowded, one):
    found, walked = [], set()
    async for asked in one.filters(crowded.msp):
        excepted = (one.name, asked.field) in EXCEPTIONS
        found += await crowded.complaints(one, asked, plans.BIG if asked.narrow and not excepted else float("inf"))
        if excepted and asked.narrow and any(plans.complaints(plan, crowded.big) for plan in crowded.noted):
            walked.add(asked.field)
    assert not found
    needless = {field for name, field in EXCEPTIONS if name == one.name} - walked
    assert not needless, f"{needless} need no exception any more: take them out of WALKED"


def test_exceptions_are_of_lists_that_there_are():
    assert {name for name, _ in EXCEPTIONS} <= set(LISTS)


SCAN = {"Actual Rows": 26.0, "Actual Loops": 1, "Relation Name": "quote"}
BY_TENANT = {**SCAN, "Node Type": "Index Scan", "Index Name": "ix_a", "Index Cond": "(tenant_id = 'x'::uuid)"}


@pytest.mark.parametrize(
    ("plan", "complaint"),
    [
        (BY_TENANT, None),
        ({**SCAN, "Node Type": "Seq Scan"}, "from end to end"),
        ({**SCAN, "Node Type": "Seq Scan", "Relation Name": "tenant"}, None),
        ({**BY_TENANT, "Index Cond": "(created_at > now())"}, "the whole of ix_a"),
        ({"Node Type": "Bitmap Index Scan", "Index Name": "ix_a"}, "the whole of ix_a"),
        ({**BY_TENANT, "Rows Removed by Filter": 5_000}, "5026 rows of quote"),
        ({**BY_TENANT, "Actual Loops": 50}, "1300 rows of quote"),
        ({"Node Type": "Sort", "Sort Key": ["a"], "Plans": [{**BY_TENANT, "Actual Rows": 900}]}, None),
        ({"Node Type": "Sort", "Sort Key": ["a"], "Plans": [{**BY_TENANT, "Actual Rows": 2_000}]}, "sorts 2000 rows"),
        ({"Node Type": "Limit", "Plans": [{**SCAN, "Node Type": "Seq Scan"}]}, "from end to end"),
    ],
)
def test_a_bad_plan_is_found(plan, complaint):
    found = list(plans.complaints(plan, {"quote"}))
    assert complaint in found[0] if complaint else not found
