"""What the ledger tells of itself: each sync error once, and that a record stands otherwise than before."""

import pytest
from sqlalchemy import text

from domain import events
from domain.integration_settings import service as integrations
from domain.integration_settings.connectwise import PROVIDER
from domain.organizations import service as organizations
from domain.sync import service as sync
from tests.integrations.road import open_road


@pytest.fixture
async def road(database, sandbox):
    async with open_road(database, sandbox) as road:
        yield road
