"""Approval: its rules, and asking for it, giving it, refusing it. Why a quote needs it is decided in the domain."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import select

from api.context import Info
from api.employees import Employee
from api.filters import EnumFilter, IDFilter, filtered, filters, identified, plain
from api.mutations import Payload, mutation, record
from api.node import Node, related, uuid_of
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from api.quotes.enums import ApprovalRuleKind
from api.quotes.types import QuotePayload
from domain.paging import Order
from domain.quotes import approval_rules, approvals, papers

_SEEN = "The version of the quote that was shown: if it has changed since, nothing is done."


@strawberry.type(description="When a quote needs approval before it is sent. Judged is what counts of it.")
class ApprovalRule(Node):
    model: ClassVar[Any] = papers.ApprovalRule

    kind: ApprovalRuleKind = strawberry.field(description="What it looks at.")
    threshold: Decimal = strawberry.field(
        description="What is still allowed: an amount in the tenant's currency for TOTAL, else percent."
    )
    employee: Employee | None = related(
        papers.ApprovalRule.employee,
        "Whose quotes it is for, in place of the general rule of its kind; empty: everybody's.",
    )
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record.")


_rule = papers.ApprovalRule


@filters("Which approval rules to list.")
class ApprovalRuleFilter:
    id: IDFilter | None = identified(_rule.id, "ApprovalRule", "The rule.")
    kind: EnumFilter[ApprovalRuleKind] | None = plain(_rule.kind, "What it looks at.")
    employee_id: IDFilter | None = identified(_rule.employee_id, "Employee", "Whose quotes it is for.")


class ApprovalRuleOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By the time they were made.")


strawberry.enum(ApprovalRuleOrderField, description="What approval rules can be ordered by.")


@strawberry.input(description="The order of approval rules.")
class ApprovalRuleOrder:
    field: ApprovalRuleOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


async def approval_rules_list(
    info: Info,
    filter: Annotated[ApprovalRuleFilter | None, strawberry.argument(description="Which to list.")] = None,
    order_by: Annotated[
        ApprovalRuleOrder | None, strawberry.argument(description="In which order; the oldest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[ApprovalRule]:
    descending = order_by is not None and order_by.direction is OrderDirection.DESC
    statement = await filtered(info, select(_rule), filter)
    order = Order(_rule.created_at, _rule.id, descending)
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


@strawberry.input(description="A rule of approval, in place of the one of its kind that there is for the same quotes.")
class SetApprovalRuleInput:
    kind: ApprovalRuleKind = strawberry.field(description="What it looks at.")
    threshold: Decimal = strawberry.field(
        description="What is still allowed: an amount in the tenant's currency for TOTAL, else 0 to 100 percent."
    )
    employee_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose quotes it is for; everybody's who has no rule of their own, if not said."
    )


@strawberry.type(description="The outcome of `setApprovalRule`.")
class SetApprovalRulePayload(Payload):
    rule_id: strawberry.Private[UUID | None] = None

    approval_rule: ApprovalRule | None = record(papers.ApprovalRule, "rule_id", "The rule as it is now.")


@mutation(
    approval_rules.put,
    "Sets a rule of approval. It holds for what is edited, submitted or sent from now on; what waits, or is approved,"
    " stays so.",
)
async def set_approval_rule(
    info: Info, input: Annotated[SetApprovalRuleInput, strawberry.argument(description="The rule.")]
) -> SetApprovalRulePayload:
    employee_id = uuid_of(input.employee_id, "Employee", "employeeId") if input.employee_id is not None else None
    async with info.context.transaction() as ctx:
        id = await approval_rules.put(ctx, input.kind, input.threshold, employee_id=employee_id)
    return SetApprovalRulePayload(rule_id=id)


@strawberry.input(description="The rule of approval to remove.")
class RemoveApprovalRuleInput:
    approval_rule_id: strawberry.ID = strawberry.field(description="The rule.")


@strawberry.type(description="The outcome of `removeApprovalRule`.")
class RemoveApprovalRulePayload(Payload):
    approval_rule_id: strawberry.ID | None = strawberry.field(default=None, description="The rule that is gone.")


@mutation(approval_rules.remove, "Removes a rule of approval.")
async def remove_approval_rule(
    info: Info, input: Annotated[RemoveApprovalRuleInput, strawberry.argument(description="Which.")]
) -> RemoveApprovalRulePayload:
    id = uuid_of(input.approval_rule_id, "ApprovalRule", "approvalRuleId")
    async with info.context.transaction() as ctx:
        await approval_rules.remove(ctx, id)
    return RemoveApprovalRulePayload(approval_rule_id=input.approval_rule_id)


@strawberry.input(description="A quote to submit for approval.")
class SubmitQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_SEEN)


@strawberry.type(description="The outcome of `submitQuote`.")
class SubmitQuotePayload(QuotePayload):
    pass


@mutation(approvals.submit, "Asks for approval of a draft. Where no rule asks for it, it is approved at once.")
async def submit_quote(
    info: Info, input: Annotated[SubmitQuoteInput, strawberry.argument(description="The quote.")]
) -> SubmitQuotePayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await approvals.submit(ctx, id, version=input.version)
    return SubmitQuotePayload(quote_id=id)


@strawberry.input(description="A quote to approve.")
class ApproveQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_SEEN)


@strawberry.type(description="The outcome of `approveQuote`.")
class ApproveQuotePayload(QuotePayload):
    pass


@mutation(
    approvals.approve,
    "Approves a quote that waits for it: then it may be sent. Its owner can't: nobody approves their own quote.",
)
async def approve_quote(
    info: Info, input: Annotated[ApproveQuoteInput, strawberry.argument(description="The quote.")]
) -> ApproveQuotePayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await approvals.approve(ctx, id, version=input.version)
    return ApproveQuotePayload(quote_id=id)


@strawberry.input(description="A quote to send back to its author.")
class RejectQuoteInput:
    quote_id: strawberry.ID = strawberry.field(description="The quote.")
    version: int | None = strawberry.field(default=None, description=_SEEN)
    reason: str = strawberry.field(description="What has to change, at most 2,000 characters.")


@strawberry.type(description="The outcome of `rejectQuote`.")
class RejectQuotePayload(QuotePayload):
    pass


@mutation(approvals.reject, "Refuses approval: the quote is a draft again, and says why.")
async def reject_quote(
    info: Info, input: Annotated[RejectQuoteInput, strawberry.argument(description="The quote, and why.")]
) -> RejectQuotePayload:
    id = uuid_of(input.quote_id, "Quote", "quoteId")
    async with info.context.transaction() as ctx:
        await approvals.reject(ctx, id, input.reason, version=input.version)
    return RejectQuotePayload(quote_id=id)
