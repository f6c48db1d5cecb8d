"""Enums of the connection's settings, described in one place before any type or input mentions them. Nothing else."""

from api.scalars import described
from domain.integration_settings.connectwise import ProductClass, Side
from domain.integration_settings.models import ConnectionStatus
from domain.integration_settings.service import OldLinks

__all__ = ["ConnectionStatus", "OldLinks", "ProductClass", "Side"]

described(
    ConnectionStatus,
    "How an app stands.",
    NOT_INSTALLED="It is not installed: `installApp` does it.",
    INSTALLED="It is installed and waits to be connected.",
    CONNECTED="It is connected. Each sync is switched on by itself.",
    UNAUTHORIZED="Its keys are not accepted any more: connect again. Until then everything waits.",
    UNREACHABLE="Its address does not answer.",
)
described(
    Side,
    "Which side wins where both have a different value when two records are first linked.",
    name="SyncSide",
    CONNECTWISE="What ConnectWise has.",
    QUOTEWRIGHT="What we have.",
)
described(
    ProductClass,
    "The class of a catalog item, as ConnectWise has them. NON_INVENTORY or INVENTORY is advised.",
    name="ConnectWiseProductClass",
    NON_INVENTORY="Non-inventory: not kept in stock.",
    INVENTORY="Inventory: kept in stock. Needs a warehouse and bin when it is picked or received.",
    SERVICE="Service.",
    AGREEMENT="Agreement.",
    BUNDLE="Bundle.",
)
described(
    OldLinks,
    "What becomes of the links to the ConnectWise that was connected before.",
    FORGET="It is another company: records are matched anew. Nothing is deleted on either side.",
    KEEP="It is the same data under a new address.",
)
