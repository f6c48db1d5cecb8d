"""Every list finds its rows by indexes: what PostgreSQL did for pages, orders, searches and filters, on much data."""

import httpx
import pytest

from api import app
from api.ask import Asker
from domain.db import Database
from domain.secrets import Keyring
from tests import rig
from tests.api import crowd, plans
from tests.api.conftest import Client
from tests.api.listing import lists
from tests.conftest import fresh_database

LISTS = lists()


@pytest.fixture(scope="module")
async def crowded(postgres):
    tables = {one.model.__table__ for one in LISTS.values()}
    tables |= {where.column.class_.__table__ for one in LISTS.values() for _, where, _ in one.fields}
    with fresh_database(postgres) as fresh:
        database = Database(fresh.app_url, Keyring.parse(rig.KEYS), prepare=False)
        try:
            noted = plans.noted(database, fresh)
            msp, *others = [await rig.make_msp(database, f"Northwind {n}") for n in range(5)]
            crowd.fill(fresh, msp.id, [other.id for other in others], tables)
            yield msp, noted
        finally:
            await database.dispose()
