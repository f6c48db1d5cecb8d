"""Delivery addresses: where goods for an organization may go. Quotes and orders keep copies of what they took."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain import events
from domain.checks import ADDRESS, Check, required_text
from domain.context import Context
from domain.errors import ErrorCode, NotFound, UserError, below
from domain.ids import uuid7
from domain.organizations.models import DeliveryAddress, Organization
from domain.permissions import Permission, requires
from domain.text import fold
from domain.versions import changed, check_version

MOST = 100
FIELDS: Mapping[str, Check] = {"name": partial(required_text, limit=200, field="name"), **ADDRESS}


@requires(Permission.ORGANIZATIONS_WRITE)
async def create(ctx: Context, organization_id: UUID, values: Mapping[str, Any]) -> DeliveryAddress:
    """People choose an address by its name, so an organization has each name once, whatever its case and spaces."""
    await _lock(ctx, organization_id)
    row = _new(organization_id, values, await of(ctx, organization_id))
    ctx.session.add(row)
    await ctx.session.flush()
    ctx.emit(events.OrganizationUpdated(organization_id))
    return row


def add(ctx: Context, organization_id: UUID, given: Sequence[Mapping[str, Any]]) -> None:
    """All those of a new organization, whose event its maker emits. Nothing is flushed."""
    rows: list[DeliveryAddress] = []
    for place, values in enumerate(given):
        with below("deliveryAddresses", place):
            rows.append(_new(organization_id, values, rows))
        ctx.session.add(rows[-1])


def _new(organization_id: UUID, values: Mapping[str, Any], others: Sequence[DeliveryAddress]) -> DeliveryAddress:
    if len(others) >= MOST:
        raise UserError(ErrorCode.INVALID, f"An organization has at most {MOST} delivery addresses; remove some.")
    row = DeliveryAddress(id=uuid7(), organization_id=organization_id)
    _fill(row, {"name": None, **values}, others)
    return row


@requires(Permission.ORGANIZATIONS_WRITE)
async def update(
    ctx: Context, address_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> DeliveryAddress:
    row = await _found(ctx, address_id)
    check_version(row, version)
    if _fill(row, values, await of(ctx, row.organization_id)):
        changed(row)
        await ctx.session.flush()
        ctx.emit(events.OrganizationUpdated(row.organization_id))
    return row


@requires(Permission.ORGANIZATIONS_WRITE)
async def remove(ctx: Context, address_id: UUID, *, version: int | None = None) -> UUID:
    """The organization that had it."""
    row = await _found(ctx, address_id)
    check_version(row, version)
    await ctx.session.delete(row)
    await ctx.session.flush()
    ctx.emit(events.OrganizationUpdated(row.organization_id))
    return row.organization_id


async def of(ctx: Context, organization_id: UUID) -> list[DeliveryAddress]:
    """Those of an organization, the first entered first."""
    theirs = select(DeliveryAddress).where(DeliveryAddress.organization_id == organization_id)
    return list(await ctx.session.scalars(theirs.order_by(DeliveryAddress.created_at, DeliveryAddress.id)))


async def _found(ctx: Context, address_id: UUID) -> DeliveryAddress:
    row = await ctx.session.get(DeliveryAddress, address_id)
    if row is None:
        raise NotFound("There is no such delivery address.", field=("deliveryAddressId",))
    await _lock(ctx, row.organization_id)
    await ctx.session.refresh(row)
    return row


async def _lock(ctx: Context, organization_id: UUID) -> None:
    """Of two who give one name at once, the second has to see the first."""
    if await ctx.session.get(Organization, organization_id, with_for_update=True) is None:
        raise NotFound("There is no such organization.", field=("organizationId",))


def _fill(row: DeliveryAddress, values: Mapping[str, Any], others: Sequence[DeliveryAddress]) -> bool:
    """Check and set what was given; True when something is different now."""
    different = False
    for name, value in values.items():
        if name not in FIELDS:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))
        checked = FIELDS[name](value)
        if name == "name":
            _check_free(row, checked, others)
        if getattr(row, name) != checked:
            setattr(row, name, checked)
            different = True
    return different


def _check_free(row: DeliveryAddress, name: str, others: Sequence[DeliveryAddress]) -> None:
    for other in others:
        if other is not row and fold(other.name) == fold(name):
            message = f"The organization has a delivery address “{other.name}” already."
            raise UserError(ErrorCode.TAKEN, message, ("name",))
