"""Who may do what: one list of permissions, and the mark that every public service function carries.

It does not decide who gets which permission: tokens and roles do (`domain.access`).
"""

from collections.abc import Callable, Coroutine
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from domain.errors import PermissionDenied

if TYPE_CHECKING:
    from domain.context import Context

P = ParamSpec("P")
R = TypeVar("R")
Service = Callable[Concatenate["Context", P], Coroutine[Any, Any, R]]


class Permission(StrEnum):
    """The values are the scopes of an API token."""

    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_WRITE = "organizations:write"
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    QUOTES_READ = "quotes:read"
    QUOTES_WRITE = "quotes:write"
    QUOTES_APPROVE = "quotes:approve"
    SALES_ORDERS_READ = "sales_orders:read"
    SALES_ORDERS_WRITE = "sales_orders:write"
    SALES_ORDERS_APPROVE = "sales_orders:approve"
    PURCHASE_ORDERS_READ = "purchase_orders:read"
    PURCHASE_ORDERS_WRITE = "purchase_orders:write"
    PURCHASE_ORDERS_APPROVE = "purchase_orders:approve"
    STORE_WRITE = "store:write"
    """The online store: orders and account changes of contacts, in their name."""
    OFFER_ANSWER = "offer:answer"
    """The customer's link to one quote. No token and no role has it."""
    SETTINGS_READ = "settings:read"
    SETTINGS_ADMIN = "settings:admin"
    EMPLOYEES_READ = "employees:read"
    INTEGRATIONS_READ = "integrations:read"
    INTEGRATIONS_ADMIN = "integrations:admin"
    SYNC_READ = "sync:read"
    SYNC_WRITE = "sync:write"
    ACCESS_ADMIN = "access:admin"
    AUDIT_READ = "audit:read"
    SCHEMA_READ = "schema:read"


EVERYTHING = frozenset(Permission)


def requires(permission: Permission) -> Callable[[Service[P, R]], Service[P, R]]:
    """Refuse the call, before anything is read, when the caller's context lacks `permission`."""

    def mark(function: Service[P, R]) -> Service[P, R]:
        @wraps(function)
        async def guarded(ctx: "Context", /, *args: P.args, **kwargs: P.kwargs) -> R:
            if permission not in ctx.actor.permissions:
                raise PermissionDenied(f"This needs the permission {permission.value}.")
            return await function(ctx, *args, **kwargs)

        guarded.__requires__ = permission  # type: ignore[attr-defined]  # read by the house rules
        return guarded

    return mark
