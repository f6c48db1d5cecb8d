"""Connecting ConnectWise, disconnecting it, choosing what its syncs do. Nothing here calls out: a worker tries keys."""

from dataclasses import fields
from enum import Enum
from typing import Annotated, Any

import strawberry

from api.context import Info
from api.integration_settings.choices import refusal
from api.integration_settings.inputs import (
    ConnectConnectWiseInput,
    ConnectWiseCategoryMappingInput,
    UpdateConnectWiseOpportunitySyncInput,
    UpdateConnectWiseOrganizationSyncInput,
    UpdateConnectWiseProductSyncInput,
)
from api.integration_settings.types import ConnectWise, connect_wise
from api.mutations import Payload, mutation
from api.node import uuid_of
from domain.integration_settings import connectwise
from domain.integration_settings import service as integrations
from domain.integration_settings.connectwise import PROVIDER
from domain.integration_settings.service import Keys
from domain.integration_settings.settings import SyncSettings
from domain.questions import TRY_CONNECTION


async def _connect_wise(payload: strawberry.Parent[Any], info: Info) -> Any:
    return None if payload.user_errors else await connect_wise(info)


@strawberry.type(description="The outcome for the connection.")
class ConnectWisePayload(Payload):
    connect_wise: ConnectWise | None = strawberry.field(
        resolver=_connect_wise, description="The connection as it is now."
    )


@strawberry.type(description="The outcome of `connectConnectWise`.")
class ConnectConnectWisePayload(ConnectWisePayload):
    pass


@strawberry.type(description="The outcome of `disconnectConnectWise`.")
class DisconnectConnectWisePayload(ConnectWisePayload):
    pass


@strawberry.type(description="The outcome of `updateConnectWiseOrganizationSync`.")
class UpdateConnectWiseOrganizationSyncPayload(ConnectWisePayload):
    pass


@strawberry.type(description="The outcome of `updateConnectWiseOpportunitySync`.")
class UpdateConnectWiseOpportunitySyncPayload(ConnectWisePayload):
    pass


@strawberry.type(description="The outcome of `updateConnectWiseProductSync`.")
class UpdateConnectWiseProductSyncPayload(ConnectWisePayload):
    pass


@mutation(
    integrations.propose,
    "Connects ConnectWise: the keys are tried there, for real, and kept only if they are good. Every sync stays off."
    " Takes no `Idempotency-Key`: it can simply be repeated.",
    in_steps=True,
)
async def connect_connect_wise(
    info: Info, input: Annotated[ConnectConnectWiseInput, strawberry.argument(description="Site, company and keys.")]
) -> ConnectConnectWisePayload:
    keys = Keys(input.site, input.company_id, input.public_key, input.private_key)
    async with info.context.transaction() as ctx:
        candidate = await integrations.propose(ctx, PROVIDER, keys, old_links=input.old_links)
    # No transaction is open while the worker talks to ConnectWise. It finds the candidate in the database.
    accepted = False
    try:
        answer = await info.context.asker.ask(TRY_CONNECTION, str(info.context.actor.tenant_id), PROVIDER)
        if not answer.get("ok"):
            raise refusal(answer)
        async with info.context.transaction() as ctx:
            version = answer.get("version")
            await integrations.confirm(ctx, PROVIDER, candidate, remote_version=version, old_links=input.old_links)
        accepted = True
    finally:
        if not accepted:  # refused, unanswered, or the caller went away: keys that aren't in use aren't kept
            async with info.context.transaction() as ctx:
                await integrations.withdraw(ctx, PROVIDER, candidate)
    return ConnectConnectWisePayload()


@mutation(
    integrations.disconnect,
    "Disconnects ConnectWise: the keys are forgotten and nothing is sent. Links and settings stay for the next time.",
)
async def disconnect_connect_wise(info: Info) -> DisconnectConnectWisePayload:
    async with info.context.transaction() as ctx:
        await integrations.disconnect(ctx, PROVIDER)
    return DisconnectConnectWisePayload()


@mutation(
    integrations.save,
    "Chooses what the sync of organizations and contacts does. On only with every choice made; what lacks is named.",
)
async def update_connect_wise_organization_sync(
    info: Info,
    input: Annotated[UpdateConnectWiseOrganizationSyncInput, strawberry.argument(description="The choices.")],
) -> UpdateConnectWiseOrganizationSyncPayload:
    await _save(info, connectwise.OrganizationSync, input)
    return UpdateConnectWiseOrganizationSyncPayload()


@mutation(
    integrations.save,
    "Chooses what the sync of quotes to opportunities does. On only with every choice made; what lacks is named."
    " Invoice from opportunities where you can: then tickets aren't needed for billing.",
)
async def update_connect_wise_opportunity_sync(
    info: Info,
    input: Annotated[UpdateConnectWiseOpportunitySyncInput, strawberry.argument(description="The choices.")],
) -> UpdateConnectWiseOpportunitySyncPayload:
    await _save(info, connectwise.OpportunitySync, input)
    return UpdateConnectWiseOpportunitySyncPayload()


@mutation(
    integrations.save,
    "Chooses what products become in ConnectWise. It may be done piece by piece: `unfinished` names what still lacks."
    " What waits for these choices is tried again.",
)
async def update_connect_wise_product_sync(
    info: Info, input: Annotated[UpdateConnectWiseProductSyncInput, strawberry.argument(description="The choices.")]
) -> UpdateConnectWiseProductSyncPayload:
    rows = input.category_map
    read = {"category_map": [_mapping(row, str(place)) for place, row in enumerate(rows)]} if rows else {}
    await _save(info, connectwise.ProductSync, input, **read)
    return UpdateConnectWiseProductSyncPayload()


async def _save(info: Info, kind: type[SyncSettings], input: Any, **read: Any) -> None:
    """`read`: values of the input that are more than a number or a word, as the settings hold them."""
    async with info.context.transaction() as ctx:
        await integrations.save(ctx, kind, _given(kind, input, read))


def _mapping(row: ConnectWiseCategoryMappingInput, place: str) -> connectwise.CategoryMapping:
    return connectwise.CategoryMapping(
        uuid_of(row.category_id, "ProductCategory", "categoryMap", place, "categoryId"),
        row.connectwise_category_id,
        row.connectwise_subcategory_id,
    )


def _given(kind: type[SyncSettings], input: Any, read: dict[str, Any]) -> dict[str, Any]:
    """What the caller wrote, as the settings hold it: null is the value of a setting that nobody has chosen."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        value = read.get(field.name, getattr(input, field.name, strawberry.UNSET))
        if value is None:
            values[field.name] = field.default
        elif isinstance(value, list):
            values[field.name] = tuple(dict.fromkeys(value))
        elif value is not strawberry.UNSET:
            values[field.name] = value.value if isinstance(value, Enum) else value
    return values
