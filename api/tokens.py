"""API tokens: who asks without being a person. Made, listed and revoked here; whose a token is, is found by `auth`."""

import dataclasses
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy import select

from api.context import Info
from api.employees import Employee
from api.filters import DateTimeFilter, IDFilter, StringFilter, filtered, filters, identified, plain
from api.mutations import Payload, mutation, record
from api.node import Node, related, uuid_of
from api.paging import After, Before, Connection, First, Last, OrderDirection, connection
from domain.access import models
from domain.access import service as access
from domain.paging import Order


@strawberry.type(
    description="What a program, a partner app or an automation asks with. The token itself is kept nowhere."
)
class ApiToken(Node):
    model: ClassVar[Any] = models.ApiToken

    name: str = strawberry.field(description="What it is called in lists.")
    hint: str = strawberry.field(description="Its last four characters, to tell one from another.")
    scopes: list[str] = strawberry.field(description="All that it may do; a role adds nothing to it.")
    employee: Employee | None = related(
        models.ApiToken.employee,
        "In whose name it acts, if in somebody's. While they are not active it opens nothing.",
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="From when on it opens nothing; empty: no such day.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; empty: it was not.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was shown to us last, to the minute; empty: never."
    )


_token = models.ApiToken


@filters("Which API tokens to list.")
class ApiTokenFilter:
    id: IDFilter | None = identified(_token.id, "ApiToken", "The token.")
    name: StringFilter | None = plain(_token.name, "What it is called.")
    hint: StringFilter | None = plain(_token.hint, "Its last four characters.")
    employee_id: IDFilter | None = identified(_token.employee_id, "Employee", "In whose name it acts.")
    created_at: DateTimeFilter | None = plain(_token.created_at, "When it was made.")
    expires_at: DateTimeFilter | None = plain(_token.expires_at, "From when on it opens nothing.")
    revoked_at: DateTimeFilter | None = plain(_token.revoked_at, "When it was revoked.")
    last_used_at: DateTimeFilter | None = plain(_token.last_used_at, "When it was shown to us last.")


class ApiTokenOrderField(Enum):
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="By when they were made.")


strawberry.enum(ApiTokenOrderField, description="What API tokens can be ordered by.")


@strawberry.input(description="The order of API tokens.")
class ApiTokenOrder:
    field: ApiTokenOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which end comes first.")


async def api_tokens(
    info: Info,
    filter: Annotated[ApiTokenFilter | None, strawberry.argument(description="Which to list.")] = None,
    order_by: Annotated[
        ApiTokenOrder | None, strawberry.argument(description="In which order; the newest first if not said.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[ApiToken]:
    descending = order_by is None or order_by.direction is OrderDirection.DESC
    statement = await filtered(info, select(_token), filter)
    order = Order(_token.created_at, _token.id, descending)
    return connection(info, statement, order, first=first, after=after, last=last, before=before)


@strawberry.input(description="A new API token.")
class CreateApiTokenInput:
    name: str = strawberry.field(description="What to call it in lists, at most 100 characters: what it is for.")
    scopes: list[str] = strawberry.field(
        description="All that it may do, such as `quotes:read`: as little as it needs, and nothing that you may not."
        " `docs/access.md` says what each one opens."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="From when on it opens nothing. If not said it is good until it is revoked."
    )
    employee_id: strawberry.ID | None = strawberry.field(
        default=None, description="An active employee in whose name it acts; with them it ends."
    )


def _shown_once(payload: strawberry.Parent[Any]) -> str | None:
    return payload.secret  # type: ignore[no-any-return]


@strawberry.type(description="The outcome of `createApiToken`.")
class CreateApiTokenPayload(Payload):
    api_token_id: strawberry.Private[UUID | None] = None
    # Not among the fields that an idempotency key keeps: those are written down.
    secret: strawberry.Private[str | None] = dataclasses.field(default=None, init=False, repr=False)

    api_token: ApiToken | None = record(models.ApiToken, "api_token_id", "The new token, without what opens.")
    token: str | None = strawberry.field(
        resolver=_shown_once,
        description="The token itself: put it where it is needed, it is shown this once. Empty when the request is"
        " repeated with its `Idempotency-Key`; if the first answer got lost, revoke this token and make another one.",
    )


@mutation(access.create_token, "Makes an API token, and shows it once.")
async def create_api_token(
    info: Info, input: Annotated[CreateApiTokenInput, strawberry.argument(description="What it is for.")]
) -> CreateApiTokenPayload:
    employee_id = uuid_of(input.employee_id, "Employee", "employeeId") if input.employee_id else None
    async with info.context.transaction() as ctx:
        api_token, token = await access.create_token(
            ctx, name=input.name, scopes=input.scopes, expires_at=input.expires_at, employee_id=employee_id
        )
    payload = CreateApiTokenPayload(api_token_id=api_token.id)
    payload.secret = token
    return payload


@strawberry.input(description="Which API token to revoke.")
class RevokeApiTokenInput:
    api_token_id: strawberry.ID = strawberry.field(description="The token.")


@strawberry.type(description="The outcome of `revokeApiToken`.")
class RevokeApiTokenPayload(Payload):
    api_token_id: strawberry.Private[UUID | None] = None

    api_token: ApiToken | None = record(models.ApiToken, "api_token_id", "The token as it is now.")


@mutation(access.revoke_token, "Makes an API token useless, for good, within five seconds; even the one that asks.")
async def revoke_api_token(
    info: Info, input: Annotated[RevokeApiTokenInput, strawberry.argument(description="Which.")]
) -> RevokeApiTokenPayload:
    async with info.context.transaction() as ctx:
        api_token = await access.revoke_token(ctx, uuid_of(input.api_token_id, "ApiToken", "apiTokenId"))
    return RevokeApiTokenPayload(api_token_id=api_token.id)
