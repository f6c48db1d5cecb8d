"""What employees may do by their work: the permissions of each role.

It does not say who has which role, and a role is no limit of an API token: that has scopes of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.access.scopes import GRANTABLE
from domain.permissions import Permission


class Role(StrEnum):
    ADMINISTRATOR = "ADMINISTRATOR"
    MANAGER = "MANAGER"
    SALES = "SALES"
    PURCHASING = "PURCHASING"
    READER = "READER"


@dataclass(frozen=True)
class Work:
    """What somebody in a role does, in a sentence, and what they may do for that."""

    sentence: str
    permissions: frozenset[Permission]


_READER = frozenset(
    {
        Permission.ORGANIZATIONS_READ,
        Permission.PRODUCTS_READ,
        Permission.QUOTES_READ,
        Permission.SALES_ORDERS_READ,
        Permission.EMPLOYEES_READ,
        Permission.SETTINGS_READ,
        Permission.SYNC_READ,
    }
)
_SALES = _READER | {
    Permission.ORGANIZATIONS_WRITE,
    Permission.QUOTES_WRITE,
    Permission.SALES_ORDERS_WRITE,
    Permission.PURCHASE_ORDERS_READ,
    Permission.SYNC_WRITE,
}
_PURCHASING = _READER | {
    Permission.PRODUCTS_WRITE,
    Permission.SALES_ORDERS_WRITE,
    Permission.PURCHASE_ORDERS_READ,
    Permission.PURCHASE_ORDERS_WRITE,
    Permission.SYNC_WRITE,
}
_MANAGER = (
    _SALES
    | _PURCHASING
    | {
        Permission.QUOTES_APPROVE,
        Permission.SALES_ORDERS_APPROVE,
        Permission.PURCHASE_ORDERS_APPROVE,
        Permission.INTEGRATIONS_READ,
        Permission.AUDIT_READ,
    }
)

ROLES: Mapping[Role, Work] = {
    Role.ADMINISTRATOR: Work("Everything, settings, connected apps, employees and tokens included.", GRANTABLE),
    Role.MANAGER: Work("Sells, buys and approves; sees who changed what.", _MANAGER),
    Role.SALES: Work("Looks after organizations, quotes and sales orders; approves nothing.", _SALES),
    Role.PURCHASING: Work(
        "Looks after products and purchase orders, receives and delivers goods; approves nothing.", _PURCHASING
    ),
    Role.READER: Work("Sees what is sold, and changes nothing.", _READER),
}


def permissions_of(role: str) -> frozenset[Permission]:
    """The permissions of a role; none of one that a newer version has written and this one does not know."""
    return ROLES[Role(role)].permissions if role in set(Role) else frozenset()
