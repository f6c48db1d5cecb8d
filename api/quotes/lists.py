"""The list of quotes: filters, orders, search. No record is changed here."""

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import (
    BooleanFilter,
    DateFilter,
    DateTimeFilter,
    DecimalFilter,
    EnumFilter,
    IDFilter,
    StringFilter,
    filtered,
    filters,
    identified,
    minor,
    plain,
)
from api.paging import After, Before, Connection, First, Last, OrderDirection, SearchFor, connection, searched
from api.quotes.enums import QuoteStatus
from api.quotes.types import Quote
from domain.paging import Order
from domain.permissions import Permission
from domain.quotes import models

_quote = models.Quote


@filters("Which quotes to list.")
class QuoteFilter:
    id: IDFilter | None = identified(_quote.id, "Quote", "The quote itself.")
    number: StringFilter | None = plain(_quote.number, "The number people use: `Q-1001`.")
    title: StringFilter | None = plain(_quote.title, "What it is about.")
    status: EnumFilter[QuoteStatus] | None = plain(_quote.status, "Where it stands.")
    organization_id: IDFilter | None = identified(_quote.organization_id, "Organization", "Who it is for.")
    contact_id: IDFilter | None = identified(_quote.contact_id, "Contact", "The person it is for.")
    owner_id: IDFilter | None = identified(_quote.owner_id, "Employee", "The employee who looks after it.")
    expiry_date: DateFilter | None = plain(_quote.expiry_date, "The last day on which it can be accepted.")
    expired: BooleanFilter | None = plain(_quote.expired, "Whether its expiry date has passed, where the MSP is.")
    total: DecimalFilter | None = minor(_quote.total_minor, "Subtotal and tax.")
    submitted_at: DateTimeFilter | None = plain(_quote.submitted_at, "When its approval was asked for.")
    approved_at: DateTimeFilter | None = plain(_quote.approved_at, "When it was approved.")
    sent_at: DateTimeFilter | None = plain(_quote.sent_at, "When it was sent last.")
    viewed_at: DateTimeFilter | None = plain(_quote.viewed_at, "When the customer opened what was sent last.")
    accepted_at: DateTimeFilter | None = plain(_quote.accepted_at, "When it was accepted.")
    declined_at: DateTimeFilter | None = plain(_quote.declined_at, "When it was declined.")
    copied_from_id: IDFilter | None = identified(_quote.copied_from_id, "Quote", "The quote that it is a copy of.")
    created_at: DateTimeFilter | None = plain(_quote.created_at, "When the record was made.")
    updated_at: DateTimeFilter | None = plain(_quote.updated_at, "When the record was changed last.")


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
    QuoteOrderField.CREATED_AT: _quote.created_at,
    QuoteOrderField.UPDATED_AT: _quote.updated_at,
    QuoteOrderField.TOTAL: _quote.total_minor,
}


async def quotes(
    info: Info,
    filter: Annotated[QuoteFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: SearchFor = None,
    order_by: Annotated[
        QuoteOrder | None, strawberry.argument(description="In which order; the newest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Quote]:
    wanted = order_by or QuoteOrder(field=QuoteOrderField.CREATED_AT, direction=OrderDirection.DESC)
    order = Order(_COLUMNS[wanted.field], _quote.id, wanted.direction is OrderDirection.DESC)
    statement = await filtered(info, select(_quote), filter)
    # Found by the name of its organization only for who may read that.
    by_organization = Permission.ORGANIZATIONS_READ in info.context.actor.permissions
    statement, found = searched(statement, search, "search_quotes", by_organization, ordered=order_by is not None)
    return connection(info, statement, order, first=first, after=after, last=last, before=before, search=found)
