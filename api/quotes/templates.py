"""Quotes that begin with another one: templates, and copies. Beginning with a template is a part of `createQuote`."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import select

from api.context import Info
from api.filters import DateTimeFilter, IDFilter, StringFilter, filtered, filters, folded, identified, plain
from api.mutations import Payload, given, mutation, record
from api.node import Node, uuid_of
from api.paging import After, Before, Beginning, Connection, First, Last, OrderDirection, beginning, connection
from api.quotes.types import REMARKS, QuotePayload
from domain.paging import Order
from domain.quotes import copying, papers, templates

UNSET = strawberry.UNSET


@strawberry.type(description="Sections and lines for new quotes to begin with.")
class QuoteTemplate(Node):
    model: ClassVar[Any] = papers.QuoteTemplate

    name: str = strawberry.field(description="What people choose it by.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


_template = papers.QuoteTemplate


@filters("Which templates to list.")
class QuoteTemplateFilter:
    id: IDFilter | None = identified(_template.id, "QuoteTemplate", "The template.")
    name: StringFilter | None = folded(_template.name_folded, "What people choose it by.")
    created_at: DateTimeFilter | None = plain(_template.created_at, "When the record was made.")


class QuoteTemplateOrderField(Enum):
    NAME = strawberry.enum_value("NAME", description="By name, ignoring case and spaces.")


strawberry.enum(QuoteTemplateOrderField, description="What templates can be ordered by.")


@strawberry.input(description="The order of templates.")
class QuoteTemplateOrder:
    field: QuoteTemplateOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


async def quote_templates(
    info: Info,
    filter: Annotated[QuoteTemplateFilter | None, strawberry.argument(description="Which to list.")] = None,
    search: Beginning = None,
    order_by: Annotated[
        QuoteTemplateOrder | None, strawberry.argument(description="In which order; by name if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[QuoteTemplate]:
    descending = order_by is not None and order_by.direction is OrderDirection.DESC
    statement = beginning(await filtered(info, select(_template), filter), _template.name_folded, search)
    order = Order(_template.name_folded, _template.id, descending)
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


@strawberry.input(description="A quote to make a template of.")
class SaveQuoteTemplateInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    name: str = strawberry.field(description="What people choose it by, at most 200 characters; no two are the same.")


@strawberry.type(description="The outcome of `saveQuoteTemplate`.")
class SaveQuoteTemplatePayload(Payload):
    template_id: strawberry.Private[UUID | None] = None

    quote_template: QuoteTemplate | None = record(papers.QuoteTemplate, "template_id", "The new template.")


@mutation(templates.save, "Makes a template of the sections and lines of a quote, with their prices.")
async def save_quote_template(
    info: Info, input: Annotated[SaveQuoteTemplateInput, strawberry.argument(description="Of what.")]
) -> SaveQuoteTemplatePayload:
    async with info.context.transaction() as ctx:
        id = await templates.save(ctx, uuid_of(input.quote_id, "Quote", "quoteId"), input.name)
    return SaveQuoteTemplatePayload(template_id=id)


@strawberry.input(description="The template to remove.")
class RemoveQuoteTemplateInput:
    template_id: strawberry.ID = strawberry.field(description="The template.")


@strawberry.type(description="The outcome of `removeQuoteTemplate`.")
class RemoveQuoteTemplatePayload(Payload):
    template_id: strawberry.ID | None = strawberry.field(default=None, description="The template that is gone.")


@mutation(templates.remove, "Removes a template. Quotes that began with it stay.")
async def remove_quote_template(
    info: Info, input: Annotated[RemoveQuoteTemplateInput, strawberry.argument(description="Which.")]
) -> RemoveQuoteTemplatePayload:
    async with info.context.transaction() as ctx:
        await templates.remove(ctx, uuid_of(input.template_id, "QuoteTemplate", "templateId"))
    return RemoveQuoteTemplatePayload(template_id=input.template_id)


@strawberry.input(description="The quote to copy, and what is to be different.")
class CopyQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who the copy is for; the same organization if not said."
    )
    contact_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The person it is for; the same one, if it is for the same organization."
    )
    title: str | None = strawberry.field(default=UNSET, description="What it is about; the same if not said.")
    keep_prices: bool = strawberry.field(
        default=True,
        description="Whether prices and costs stay as they are on the quote. If not, those of products are today's;"
        " free text keeps its own.",
    )


@strawberry.type(description="The outcome of `copyQuote`.")
class CopyQuotePayload(QuotePayload):
    remarks: list[str] | None = strawberry.field(default=None, description=REMARKS)


@mutation(
    copying.copy,
    "Drafts a quote like another one. It belongs to whoever copies; private note and expiry date stay behind. A line"
    " whose product is not active any more is free text.",
)
async def copy_quote(
    info: Info, input: Annotated[CopyQuoteInput, strawberry.argument(description="What to copy.")]
) -> CopyQuotePayload:
    id, organization_id = uuid_of(input.quote_id, "Quote", "quoteId"), None
    if input.organization_id is not None:
        organization_id = uuid_of(input.organization_id, "Organization", "organizationId")
    values = given(input, "contact_id", "title")
    if values.get("contact_id") is not None:
        values["contact_id"] = uuid_of(values["contact_id"], "Contact", "contactId")
    async with info.context.transaction() as ctx:
        made, remarks = await copying.copy(
            ctx, id, values, organization_id=organization_id, keep_prices=input.keep_prices
        )
    return CopyQuotePayload(quote_id=made.id, remarks=remarks)
