"""The rules of approval: set, removed, and applied to a quote. What they say of it is decided in `approval.py`."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.access.models import Employee, Tenant
from domain.checks import decimal_in
from domain.context import Context
from domain.errors import NotFound
from domain.ids import uuid7
from domain.money import minor_units
from domain.permissions import Permission, requires
from domain.pricing.totals import PERCENT_PLACES, TOTAL_LIMIT
from domain.quotes import approval
from domain.quotes.models import Quote
from domain.quotes.papers import ApprovalRule, ApprovalRuleKind


@requires(Permission.SETTINGS_ADMIN)
async def put(ctx: Context, kind: ApprovalRuleKind, threshold: Decimal, *, employee_id: UUID | None = None) -> UUID:
    """The one rule of this kind, for everybody or for this employee: made, or changed. Its id.

    Quotes that wait, or are approved, stay as they are: it holds for what is edited, submitted or sent from now on.
    """
    if kind is ApprovalRuleKind.TOTAL:
        places, high = minor_units((await ctx.session.get_one(Tenant, ctx.tenant_id)).currency), TOTAL_LIMIT - 1
    else:
        places, high = PERCENT_PLACES, Decimal(100)
    threshold = decimal_in(threshold, field="threshold", low=Decimal(0), high=high, places=places)
    if employee_id is not None and await ctx.session.get(Employee, employee_id) is None:
        raise NotFound("There is no such employee.", ("employeeId",))
    row = ApprovalRule
    # Two who set the first rule of a kind at the same moment set one rule.
    statement = insert(row).values(
        id=uuid7(), tenant_id=ctx.tenant_id, kind=kind.value, threshold=threshold, employee_id=employee_id
    )
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "kind", "employee_id"],
        set_={"threshold": threshold, "version": row.version + 1, "updated_at": func.clock_timestamp()},
    )
    return (await ctx.session.execute(statement.returning(row.id))).scalar_one()


@requires(Permission.SETTINGS_ADMIN)
async def remove(ctx: Context, rule_id: UUID) -> None:
    rule = await ctx.session.get(ApprovalRule, rule_id, with_for_update=True)
    if rule is None:
        raise NotFound("There is no such approval rule.", ("approvalRuleId",))
    await ctx.session.delete(rule)


async def judge(ctx: Context, quote: Quote) -> list[str]:
    """Say of a quote that has been summed up why it needs approval, as things stand. Saves nothing by itself."""
    of_owner = or_(ApprovalRule.employee_id.is_(None), ApprovalRule.employee_id == quote.owner_id)
    with ctx.session.no_autoflush:
        rules = (await ctx.session.scalars(select(ApprovalRule).where(of_owner))).all()
    quote.approval_reasons = approval.reasons(rules, approval.figures(quote))
    return quote.approval_reasons
