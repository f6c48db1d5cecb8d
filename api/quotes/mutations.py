"""Quotes drafted, edited, sent, answered. Each mutation is one call of `domain.quotes.service` in one transaction."""

from typing import Annotated, Any

import strawberry

from api.context import Info
from api.mutations import given, mutation
from api.node import uuid_of
from api.quotes import inputs
from api.quotes.answers import choices_of
from api.quotes.types import REMARKS, QuotePayload, order_of
from api.sales_orders.types import SalesOrder
from domain.organizations.models import ADDRESS_FIELDS
from domain.quotes import copying
from domain.quotes import lines as quote_lines
from domain.quotes import sections as quote_sections
from domain.quotes import service as quotes


@strawberry.type(description="The outcome of `createQuote`.")
class CreateQuotePayload(QuotePayload):
    remarks: list[str] | None = strawberry.field(default=None, description=REMARKS)


@strawberry.type(description="The outcome of `updateQuote`.")
class UpdateQuotePayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `addQuoteLines`.")
class AddQuoteLinesPayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `updateQuoteLine`.")
class UpdateQuoteLinePayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `removeQuoteLine`.")
class RemoveQuoteLinePayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `addQuoteSection`.")
class AddQuoteSectionPayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `updateQuoteSection`.")
class UpdateQuoteSectionPayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `removeQuoteSection`.")
class RemoveQuoteSectionPayload(QuotePayload):
    pass


@strawberry.type(description="The outcome of `sendQuote`.")
class SendQuotePayload(QuotePayload):
    pass


async def _sales_order(payload: strawberry.Parent[QuotePayload], info: Info) -> Any:
    return await order_of(payload.quote_id, info) if payload.quote_id is not None else None


@strawberry.type(description="The outcome of `acceptQuote`.")
class AcceptQuotePayload(QuotePayload):
    sales_order: SalesOrder | None = strawberry.field(
        resolver=_sales_order, description="The order that the acceptance made."
    )


@strawberry.type(description="The outcome of `declineQuote`.")
class DeclineQuotePayload(QuotePayload):
    pass


@mutation(quotes.create, "Drafts a quote. With the ConnectWise sync on, its opportunity is made at once.")
async def create_quote(
    info: Info, input: Annotated[inputs.CreateQuoteInput, strawberry.argument(description="The quote.")]
) -> CreateQuotePayload:
    organization_id = uuid_of(input.organization_id, "Organization", "organizationId")
    lines = _lines_values(input.lines)
    sections = [_section_values(section, "sections", str(place)) for place, section in enumerate(input.sections)]
    values, remarks = _quote_values(input), None
    template_id = uuid_of(input.template_id, "QuoteTemplate", "templateId") if input.template_id is not None else None
    async with info.context.transaction() as ctx:
        if template_id is None:
            quote = await quotes.create(ctx, organization_id, values, lines, sections)
        else:
            quote, remarks = await copying.create_from(
                ctx, template_id, organization_id, values, lines, sections, current_prices=input.current_prices
            )
    return CreateQuotePayload(quote_id=quote.id, remarks=remarks)


@mutation(quotes.update, "Changes a quote. A quote that was sent is a draft again.")
async def update_quote(
    info: Info, input: Annotated[inputs.UpdateQuoteInput, strawberry.argument(description="What to change.")]
) -> UpdateQuotePayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await quotes.update(ctx, id, _quote_values(input), version=input.version)
    return UpdateQuotePayload(quote_id=id)


@mutation(quotes.add_lines, "Puts lines at the end of a section. A quote that was sent is a draft again.")
async def add_quote_lines(
    info: Info, input: Annotated[inputs.AddQuoteLinesInput, strawberry.argument(description="The lines.")]
) -> AddQuoteLinesPayload:
    id, lines = uuid_of(input.quote_id, "Quote", "quoteId"), _lines_values(input.lines)
    section_id = uuid_of(input.section_id, "QuoteSection", "sectionId") if input.section_id is not None else None
    async with info.context.transaction() as ctx:
        await quotes.add_lines(ctx, id, lines, section_id=section_id, version=input.version)
    return AddQuoteLinesPayload(quote_id=id)


@mutation(quotes.update_line, "Changes a line, or moves it. A quote that was sent is a draft again.")
async def update_quote_line(
    info: Info, input: Annotated[inputs.UpdateQuoteLineInput, strawberry.argument(description="What to change.")]
) -> UpdateQuoteLinePayload:
    id = uuid_of(input.line_id, "QuoteLine", "lineId")
    values = given(input, "section_id", "position", "product_id", *quote_lines.FIELDS)
    for name, type_name, field in (("section_id", "QuoteSection", "sectionId"), ("product_id", "Product", "productId")):
        if values.get(name) is not None:
            values[name] = uuid_of(values[name], type_name, field)
    async with info.context.transaction() as ctx:
        quote = await quotes.update_line(ctx, id, values, version=input.version)
    return UpdateQuoteLinePayload(quote_id=quote.id)


@mutation(quotes.remove_line, "Takes a line out of its quote. A quote that was sent is a draft again.")
async def remove_quote_line(
    info: Info, input: Annotated[inputs.RemoveQuoteLineInput, strawberry.argument(description="The line.")]
) -> RemoveQuoteLinePayload:
    id = uuid_of(input.line_id, "QuoteLine", "lineId")
    async with info.context.transaction() as ctx:
        quote = await quotes.remove_line(ctx, id, version=input.version)
    return RemoveQuoteLinePayload(quote_id=quote.id)


@mutation(quotes.add_section, "Puts a section with its lines into a quote. A quote that was sent is a draft again.")
async def add_quote_section(
    info: Info, input: Annotated[inputs.AddQuoteSectionInput, strawberry.argument(description="The section.")]
) -> AddQuoteSectionPayload:
    id, values = uuid_of(input.quote_id, "Quote", "quoteId"), _section_values(input)
    async with info.context.transaction() as ctx:
        await quotes.add_section(ctx, id, values, position=input.position, version=input.version)
    return AddQuoteSectionPayload(quote_id=id)


@mutation(quotes.update_section, "Changes a section, or moves it. A quote that was sent is a draft again.")
async def update_quote_section(
    info: Info, input: Annotated[inputs.UpdateQuoteSectionInput, strawberry.argument(description="What to change.")]
) -> UpdateQuoteSectionPayload:
    id = uuid_of(input.section_id, "QuoteSection", "sectionId")
    values = given(input, "position", *quote_sections.FIELDS)
    async with info.context.transaction() as ctx:
        quote = await quotes.update_section(ctx, id, values, version=input.version)
    return UpdateQuoteSectionPayload(quote_id=quote.id)


@mutation(
    quotes.remove_section, "Takes a section out of its quote, with its lines. A quote that was sent is a draft again."
)
async def remove_quote_section(
    info: Info, input: Annotated[inputs.RemoveQuoteSectionInput, strawberry.argument(description="The section.")]
) -> RemoveQuoteSectionPayload:
    id = uuid_of(input.section_id, "QuoteSection", "sectionId")
    async with info.context.transaction() as ctx:
        quote = await quotes.remove_section(ctx, id, version=input.version)
    return RemoveQuoteSectionPayload(quote_id=quote.id)


@mutation(
    quotes.send,
    "Sends a quote to the customer, for the first time or again. What the customer sees is kept as a version. Refused"
    " where a rule asks for approval first.",
)
async def send_quote(
    info: Info, input: Annotated[inputs.SendQuoteInput, strawberry.argument(description="The quote.")]
) -> SendQuotePayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await quotes.send(ctx, id, version=input.version)
    return SendQuotePayload(quote_id=id)


@mutation(quotes.accept, "The customer says yes: the sales order is made with it, of the lines that are taken.")
async def accept_quote(
    info: Info, input: Annotated[inputs.AcceptQuoteInput, strawberry.argument(description="The customer's answer.")]
) -> AcceptQuotePayload:
    id, choices = uuid_of(input.quote_id, "Quote", "quoteId"), choices_of(input.choices)
    async with info.context.transaction() as ctx:
        await quotes.accept(
            ctx,
            id,
            choices=choices,
            accepted_by=input.accepted_by,
            customer_reference=input.customer_reference,
            version=input.version,
        )
    return AcceptQuotePayload(quote_id=id)


@mutation(quotes.decline, "The customer says no.")
async def decline_quote(
    info: Info, input: Annotated[inputs.DeclineQuoteInput, strawberry.argument(description="The customer's answer.")]
) -> DeclineQuotePayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await quotes.decline(ctx, id, declined_by=input.declined_by, reason=input.reason, version=input.version)
    return DeclineQuotePayload(quote_id=id)


def _quote_values(input: inputs.CreateQuoteInput | inputs.UpdateQuoteInput) -> dict[str, Any]:
    values = given(input, *quotes.FIELDS, "delivery")
    for name, type_name, field in (("contact_id", "Contact", "contactId"), ("owner_id", "Employee", "ownerId")):
        if values.get(name) is not None:
            values[name] = uuid_of(values[name], type_name, field)
    if values.get("delivery") is not None:
        delivery = given(values["delivery"], "amount", "tax_rate", "address")
        if delivery.get("address") is not None:
            delivery["address"] = given(delivery["address"], *ADDRESS_FIELDS)
        values["delivery"] = delivery
    return values


def _section_values(section: inputs.QuoteSectionInput, *at: str) -> dict[str, Any]:
    return {**given(section, *quote_sections.FIELDS), "lines": _lines_values(section.lines, *at)}


def _lines_values(lines: list[inputs.QuoteLineInput], *at: str) -> list[dict[str, Any]]:
    """Of a new line, null is the same as nothing: the service has a default for what isn't said."""
    found: list[dict[str, Any]] = []
    for place, line in enumerate(lines):
        given_ = given(line, "product_id", *quote_lines.FIELDS)
        values = {name: value for name, value in given_.items() if value is not None}
        if "product_id" in values:
            values["product_id"] = uuid_of(values["product_id"], "Product", *at, "lines", str(place), "productId")
        found.append(values)
    return found
