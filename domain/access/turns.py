"""Taking turns: who has to look at many rows before writing waits for whoever does the same. Readers never wait."""

from domain.access.models import Tenant
from domain.context import Context


async def one_at_a_time(ctx: Context) -> None:
    """The second one of this tenant waits here until the first one's transaction, or part of one, has ended."""
    await ctx.session.get(Tenant, ctx.tenant_id, with_for_update={"key_share": True}, populate_existing=True)
