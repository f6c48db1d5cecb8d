"""Settings stand under the provider that they belong to: two vendors may use the same word for a sync."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import text

from domain.integration_settings import service as settings
from domain.integration_settings.connectwise import PROVIDER, OpportunitySync
from domain.integration_settings.settings import SyncSettings
from tests.rig import make_msp, opened


@dataclass(frozen=True)
class OtherSync(SyncSettings):
    provider: ClassVar[str] = "OTHER"
    kind: ClassVar[str] = OpportunitySync.kind

    color: str = "red"


async def test_each_vendor_keeps_its_own(database):
    async with opened(database.app_url) as db:
        msp = await make_msp(db)
        async with msp.transaction() as ctx:
            for provider in (PROVIDER, "OTHER"):
                await settings.install(ctx, provider)
            await settings.save(ctx, OtherSync, {"enabled": True, "color": "blue"})
            await settings.save(ctx, OpportunitySync, {"type_id": 7})
        async with msp.transaction() as ctx:
            assert await settings.load(ctx, OtherSync) == OtherSync(enabled=True, color="blue")
            assert await settings.load(ctx, OpportunitySync) == OpportunitySync(type_id=7)
            rows = (await ctx.session.execute(text("SELECT provider, kind FROM integration_setting"))).all()
    assert sorted(map(tuple, rows)) == [(PROVIDER, "opportunities"), ("OTHER", "opportunities")]
