"""New quotes that begin with what another one, or a template, holds. Templates themselves are `templates.py`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import undefer

from domain.access.models import Tenant
from domain.context import Context
from domain.errors import NotFound
from domain.organizations.models import ADDRESS_FIELDS
from domain.permissions import Permission, requires
from domain.pricing.catalog import products_of
from domain.pricing.lines import Values
from domain.quotes import blueprint, loading
from domain.quotes import service as quotes
from domain.quotes.blueprint import Beginning, Blueprint
from domain.quotes.models import Quote
from domain.quotes.papers import QuoteTemplate


@requires(Permission.QUOTES_WRITE)
async def copy(
    ctx: Context, quote_id: UUID, values: Values, *, organization_id: UUID | None = None, keep_prices: bool = True
) -> tuple[Quote, list[str]]:
    """A draft like another quote, and remarks on what could not stay as it was.

    It is for the same organization and contact unless another is said, and belongs to whoever copies. Private note and
    expiry date stay behind; so does the delivery address when it is for another organization.
    """
    original = await loading.as_it_is(ctx, quote_id)
    to_the_same = organization_id in (None, original.organization_id)
    copied: dict[str, Any] = {
        "title": original.title,
        "owner_id": ctx.actor.employee_id or original.owner_id,
        "delivery": {"amount": original.delivery_amount, "tax_rate": original.delivery_tax_rate},
    }
    if to_the_same:
        copied["contact_id"] = original.contact_id
        copied["delivery"]["address"] = {name: getattr(original, f"delivery_{name}") for name in ADDRESS_FIELDS}
    begin = await _beginning(ctx, blueprint.of(original), current_prices=not keep_prices)
    made = await quotes.create(
        ctx,
        organization_id or original.organization_id,
        {**copied, **values},
        begin_with=begin,
        copied_from_id=original.id,
    )
    return made, begin.remarks


@requires(Permission.QUOTES_WRITE)
async def create_from(
    ctx: Context,
    template_id: UUID,
    organization_id: UUID,
    values: Values,
    lines: Sequence[Values] = (),
    sections: Sequence[Values] = (),
    *,
    current_prices: bool = False,
) -> tuple[Quote, list[str]]:
    """A draft that begins with what the template holds; more lines and sections follow. And remarks, as in `copy`."""
    template = await ctx.session.get(QuoteTemplate, template_id, options=[undefer(QuoteTemplate.content)])
    if template is None:
        raise NotFound("There is no such template.", ("templateId",))
    begin = await _beginning(ctx, blueprint.load(template.content), current_prices=current_prices)
    made = await quotes.create(ctx, organization_id, values, lines, sections, begin_with=begin)
    return made, begin.remarks


async def _beginning(ctx: Context, plan: Blueprint, *, current_prices: bool) -> Beginning:
    products = await products_of(ctx, [msgspec.structs.asdict(line) for line in plan.all_lines()])
    currency = (await ctx.session.get_one(Tenant, ctx.tenant_id)).currency
    return blueprint.beginning(plan, products, currency, current_prices=current_prices)
