"""One connected tenant, a dispatcher that works for it, and the sandbox it talks to. Holds no tests."""

import asyncio
import time
from contextlib import asynccontextmanager
from decimal import Decimal

from sqlalchemy import select, text

from domain.integration_settings import service as settings
from domain.integration_settings.connectwise import PROVIDER, OpportunitySync, OrganizationSync, ProductSync
from domain.integration_settings.service import Keys
from domain.organizations import service as organizations
from domain.products import service as products
from domain.quotes import service as quotes
from domain.sync.models import SyncError
from integrations.connectwise.provider import ConnectWise
from integrations.core.dispatcher import Dispatcher
from integrations.core.timing import Timing
from integrations.providers import shelf
from tests.rig import make_msp, opened

TIMING = Timing(http_timeout=2, lease=4, settle=3, sweep=0.2, pace=0.05, first_retry=0.05, longest_hold=0.3)
COMPANIES, OPPORTUNITIES, PRODUCTS = "company/companies", "sales/opportunities", "procurement/products"


# What waits for a person is due much later. A poll that only recurs owes nothing: with a short period there would
# hardly be a moment without one under way.
_BUSY = "SELECT count(*) FROM sync_task WHERE due_at < now() + interval '5 seconds' AND wanted > done"


_LINES = [{"title": f"Line {number}", "quantity": Decimal(3), "unit_price": Decimal("33.3333")} for number in range(2)]


class Road:
    """One connected tenant and a dispatcher that works for it."""

    def __init__(self, msp, dispatcher, sandbox):
        self.msp, self.dispatcher, self.sandbox = msp, dispatcher, sandbox

    async def organization(self, name="Acme Dental"):
        async with self.msp.transaction() as ctx:
            made = await organizations.create(ctx, {"name": name})
            await organizations.create_contact(ctx, made.id, {"first_name": "Ada", "email": "ada@acme.example"})
        return made

    async def quote(self, organization, *lines):
        """With two lines of free text where none are given."""
        async with self.msp.transaction() as ctx:
            contact = await ctx.session.scalar(
                text("SELECT id FROM contact WHERE organization_id = :id"), {"id": organization.id}
            )
            about = {"title": "Network", "contact_id": contact}
            return await quotes.create(ctx, organization.id, about, lines or _LINES)

    async def quiet(self, seconds=60):
        """Work until nothing that was wanted is left to do."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            await self.dispatcher.drain()
            await asyncio.sleep(0.03)
            async with self.msp.transaction() as ctx:
                busy = await ctx.session.scalar(text(_BUSY))
            if not busy:
                return
        raise AssertionError("it does not come to rest")

    async def errors(self):
        async with self.msp.transaction() as ctx:
            return (await ctx.session.scalars(select(SyncError).where(SyncError.resolved_at.is_(None)))).all()


def first(sandbox, path, name=None, field="name"):
    return next(row["id"] for row in sandbox.records(path) if name is None or row[field] == name)


async def choose_products(road, **values):
    """Products become catalog items from now on; without a map, all under one category."""
    hardware = first(road.sandbox, "procurement/categories", "Hardware")
    subcategory = next(
        row["id"] for row in road.sandbox.records("procurement/subcategories") if row["category"]["id"] == hardware
    )
    chosen = {
        "product_type_id": first(road.sandbox, "procurement/types", "Hardware"),
        "product_class": "NonInventory",
        "billing_cycle_id": first(road.sandbox, "finance/billingCycles", "Monthly"),
        "default_category_id": hardware,
        "default_subcategory_id": subcategory,
    }
    async with road.msp.transaction() as ctx:
        await settings.save(ctx, ProductSync, {**chosen, **values})
    return chosen


async def product(road, title="Switch", **values):
    async with road.msp.transaction() as ctx:
        return await products.create(ctx, {"title": title, "price": Decimal(100), "cost": Decimal(70), **values})


@asynccontextmanager
async def open_road(database, sandbox, *, timing=TIMING, take_over=False, **more):
    """Connected, organizations and opportunities switched on. `take_over`: also what stands there from the start."""
    async with opened(database.app_url) as db:
        msp = await make_msp(db)
        keys = Keys(sandbox.url, sandbox.keys.company_id, sandbox.keys.public_key, sandbox.keys.private_key)
        company_type, active = first(sandbox, "company/companies/types"), first(sandbox, "company/companies/statuses")
        statuses = "sales/opportunities/statuses"
        arriving = company_type
        if not take_over:
            arriving = sandbox.person("POST", "company/companies/types", {"name": "Nobody's"})["id"]
        async with msp.transaction() as ctx:
            await settings.install(ctx, PROVIDER)
            candidate = await settings.propose(ctx, PROVIDER, keys)
            await settings.confirm(ctx, PROVIDER, candidate, remote_version="test")
            await settings.save(
                ctx,
                OrganizationSync,
                {
                    "enabled": True,
                    "company_type_id": company_type,
                    "company_status_id": active,
                    "contact_type_id": first(sandbox, "company/contacts/types"),
                    "take_over_type_ids": (arriving,),
                    "take_over_status_ids": (active,),
                },
            )
            item = first(sandbox, "procurement/catalog", "QUOTE-LINE", "identifier")
            await settings.save(ctx, ProductSync, {"catch_all_item_id": item})
            await settings.save(
                ctx,
                OpportunitySync,
                {
                    "enabled": True,
                    "new_stage_id": first(sandbox, "sales/stages", "Quote"),
                    "won_stage_id": first(sandbox, "sales/stages", "Won"),
                    "lost_stage_id": first(sandbox, "sales/stages", "Lost"),
                    "new_status_id": first(sandbox, statuses, "Open"),
                    "won_status_id": first(sandbox, statuses, "Open"),
                    "lost_status_id": first(sandbox, statuses, "Lost"),
                    "location_id": first(sandbox, "system/locations"),
                    "department_id": first(sandbox, "system/departments"),
                    "type_id": first(sandbox, "sales/opportunities/types"),
                    "probability_id": first(sandbox, "sales/probabilities"),
                    "default_member_id": first(sandbox, "system/members", "lfischer", "identifier"),
                },
            )
        connectwise = ConnectWise(sandbox.keys.client_id, timeout=timing.http_timeout, allow_loopback=True, **more)
        dispatcher = Dispatcher(db, shelf(connectwise), timing)
        yield Road(msp, dispatcher, sandbox)
        await dispatcher.stop(1)
        await connectwise.aclose()
