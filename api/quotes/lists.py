"""The list of quotes: filters and orders, each served by an index. No record is changed here."""

from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum
from typing import Annotated, Any

import strawberry
from sqlalchemy import Select, select

from api.context import Info
from api.node import uuid_of
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from api.quotes.types import Quote
from domain.access.models import Tenant
from domain.paging import Order
from domain.quotes import models
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.totals import minor_units

_LARGEST = 2**63 - 1


@strawberry.input(description="Which quotes to list. All conditions must hold.")
class QuoteFilter:
    status: list[QuoteStatus] | None = strawberry.field(default=None, description="Only those in one of these states.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only those for this organization."
    )
    owner_id: strawberry.ID | None = strawberry.field(default=None, description="Only those of this employee.")
    number: str | None = strawberry.field(default=None, description="Only the one with exactly this number: `Q-1001`.")
    created_after: datetime | None = strawberry.field(default=None, description="Only those made later than this.")
    created_before: datetime | None = strawberry.field(default=None, description="Only those made earlier than this.")
    total_min: Decimal | None = strawberry.field(default=None, description="Only those of at least this total.")
    total_max: Decimal | None = strawberry.field(default=None, description="Only those of at most this total.")


class QuoteOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were made.")
    UPDATED_AT = strawberry.enum_value("UPDATED_AT", description="By the time they were changed last.")
    TOTAL = strawberry.enum_value("TOTAL", description="By their total.")


strawberry.enum(QuoteOrderField, description="What quotes can be ordered by.")


@strawberry.input(description="The order of quotes.")
class QuoteOrder:
    field: QuoteOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


_COLUMNS = {
    QuoteOrderField.CREATED_AT: models.Quote.created_at,
    QuoteOrderField.UPDATED_AT: models.Quote.updated_at,
    QuoteOrderField.TOTAL: models.Quote.total_minor,
}


async def quotes(
    info: Info,
    filter: Annotated[QuoteFilter | None, strawberry.argument(description="Which to list.")] = None,
    order_by: Annotated[
        QuoteOrder | None, strawberry.argument(description="In which order; the newest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Quote]:
    wanted = order_by or QuoteOrder(field=QuoteOrderField.CREATED_AT, direction=OrderDirection.DESC)
    order = Order(_COLUMNS[wanted.field], models.Quote.id, wanted.direction is OrderDirection.DESC)
    statement = await _filtered(info, filter or QuoteFilter())
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


async def _filtered(info: Info, filter: QuoteFilter) -> Select[Any]:
    quote = models.Quote
    statement = select(quote)
    if filter.status is not None:
        statement = statement.where(quote.status.in_([status.value for status in filter.status]))
    if filter.organization_id is not None:
        organization_id = uuid_of(filter.organization_id, "Organization", "filter", "organizationId")
        statement = statement.where(quote.organization_id == organization_id)
    if filter.owner_id is not None:
        statement = statement.where(quote.owner_id == uuid_of(filter.owner_id, "Employee", "filter", "ownerId"))
    if filter.number is not None:
        statement = statement.where(quote.number == filter.number)
    if filter.created_after is not None:
        statement = statement.where(quote.created_at > filter.created_after)
    if filter.created_before is not None:
        statement = statement.where(quote.created_at < filter.created_before)
    if filter.total_min is not None or filter.total_max is not None:
        # Totals are compared in minor units: numerics can't use an index under row-level security.
        tenant = await info.context.loaders.row(Tenant, info.context.actor.tenant_id)
        if filter.total_min is not None:
            statement = statement.where(quote.total_minor >= _minor(filter.total_min, tenant.currency, ROUND_CEILING))
        if filter.total_max is not None:
            statement = statement.where(quote.total_minor <= _minor(filter.total_max, tenant.currency, ROUND_FLOOR))
    return statement


def _minor(amount: Decimal, currency: str, rounding: str) -> int:
    minor = int(amount.scaleb(minor_units(currency)).to_integral_value(rounding))
    return max(-_LARGEST, min(_LARGEST, minor))
