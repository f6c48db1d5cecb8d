"""Human numbers such as Q-1001, per tenant and kind. Taken as late as possible: the row stays locked until commit."""

from sqlalchemy import text

from domain.context import Context

_TAKE = text("""
    INSERT INTO number_sequence (tenant_id, kind, next) VALUES (:tenant, :kind, 1002)
    ON CONFLICT (tenant_id, kind) DO UPDATE SET next = number_sequence.next + 1
    RETURNING next - 1
""")


async def take(ctx: Context, kind: str) -> str:
    """`take(ctx, "Q")` -> "Q-1001"."""
    number = (await ctx.session.execute(_TAKE, {"tenant": ctx.tenant_id, "kind": kind})).scalar_one()
    return f"{kind}-{number}"


async def start_at(ctx: Context, kind: str, first: int) -> None:
    """Let a new tenant's numbers begin at `first`; without effect once a number was taken."""
    await ctx.session.execute(
        text(
            "INSERT INTO number_sequence (tenant_id, kind, next) VALUES (:tenant, :kind, :first)"
            " ON CONFLICT (tenant_id, kind) DO NOTHING"
        ),
        {"tenant": ctx.tenant_id, "kind": kind, "first": first},
    )
