"""The settings of the ConnectWise syncs, typed. Ids are ConnectWise's own; nothing here talks to ConnectWise."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.context import Context
from domain.integration_settings import category_map
from domain.integration_settings.settings import SyncSettings

PROVIDER = "CONNECTWISE"
TITLE = "ConnectWise"
SUBJECTS = ("organization", "quote", "catalog_item", "remote_company", "remote_contact", "poll", "callbacks")
"""The root records that are brought into agreement with ConnectWise, what arrives from there, and what recurs."""
STANDING = ("poll:company", "poll:contact", "callbacks:all")
"""Work that comes back by itself while organizations are synced."""


class Side(StrEnum):
    """Which side wins where both have a different value when they are first linked."""

    CONNECTWISE = "CONNECTWISE"
    QUOTEWRIGHT = "QUOTEWRIGHT"


@dataclass(frozen=True)
class OrganizationSync(SyncSettings):
    """Organizations and contacts, both ways."""

    provider: ClassVar[str] = PROVIDER
    kind: ClassVar[str] = "organizations"
    required: ClassVar[tuple[str, ...]] = (
        "company_type_id",
        "company_status_id",
        "contact_type_id",
        "take_over_type_ids",
        "take_over_status_ids",
    )
    starts_standing_work: ClassVar[bool] = True

    company_type_id: int | None = None
    company_status_id: int | None = None
    contact_type_id: int | None = None
    take_over_type_ids: tuple[int, ...] = ()
    take_over_status_ids: tuple[int, ...] = ()
    first_link_wins: str = Side.CONNECTWISE.value


@dataclass(frozen=True)
class OpportunitySync(SyncSettings):
    """Quotes become opportunities."""

    provider: ClassVar[str] = PROVIDER
    kind: ClassVar[str] = "opportunities"
    required: ClassVar[tuple[str, ...]] = (
        "new_stage_id",
        "new_status_id",
        "location_id",
        "department_id",
        "type_id",
        "default_member_id",
        "probability_id",
        "won_stage_id",
        "won_status_id",
        "lost_stage_id",
        "lost_status_id",
    )

    new_stage_id: int | None = None
    new_status_id: int | None = None
    location_id: int | None = None
    department_id: int | None = None
    type_id: int | None = None
    default_member_id: int | None = None
    probability_id: int | None = None
    won_stage_id: int | None = None
    won_status_id: int | None = None
    lost_stage_id: int | None = None
    lost_status_id: int | None = None
    sync_orders_without_quote: bool = False


class ProductClass(StrEnum):
    """What ConnectWise calls the class of a catalog item: a fixed list there, its names are its ids."""

    NON_INVENTORY = "NonInventory"
    INVENTORY = "Inventory"
    SERVICE = "Service"
    AGREEMENT = "Agreement"
    BUNDLE = "Bundle"


@dataclass(frozen=True)
class CategoryMapping:
    """Products of our category become catalog items of that category and subcategory in ConnectWise."""

    category_id: UUID
    connectwise_category_id: int
    connectwise_subcategory_id: int


@dataclass(frozen=True)
class ProductSync(SyncSettings):
    """Products become catalog items. It has no switch: it is on as soon as nothing of it is unfinished.

    The default category is for products without one; a category that is missing from the map is an error to mend.
    """

    provider: ClassVar[str] = PROVIDER
    kind: ClassVar[str] = "products"
    needed: ClassVar[tuple[str, ...]] = (
        "product_type_id",
        "product_class",
        "billing_cycle_id",
        "default_category_id",
        "default_subcategory_id",
    )

    product_type_id: int | None = None
    product_class: str | None = None
    billing_cycle_id: int | None = None
    """The cycle of recurring products whose period none of ConnectWise's cycles fits."""
    default_category_id: int | None = None
    default_subcategory_id: int | None = None
    category_map: tuple[CategoryMapping, ...] = ()
    catch_all_item_id: int | None = None
    """The catalog item that carries free-text lines."""

    def unfinished(self) -> tuple[str, ...]:
        """The choices without which no catalog item can be made."""
        return tuple(name for name in self.needed if getattr(self, name) is None)

    async def check(self, ctx: Context, changed: Collection[str]) -> None:
        if "category_map" in changed:
            await category_map.check(ctx, [row.category_id for row in self.category_map])

    @classmethod
    def load(cls, value: dict[str, Any]) -> Self:
        rows = [{**row, "category_id": UUID(row["category_id"])} for row in value.get("category_map", ())]
        plain = super().load({**value, "category_map": ()})
        return replace(plain, category_map=tuple(CategoryMapping(**row) for row in rows))

    def dump(self) -> dict[str, Any]:
        rows = [{**asdict(row), "category_id": str(row.category_id)} for row in self.category_map]
        return {**super().dump(), "category_map": rows}


class ChoiceKind(StrEnum):
    """What can be chosen from in the settings, read live from ConnectWise."""

    COMPANY_TYPES = "COMPANY_TYPES"
    COMPANY_STATUSES = "COMPANY_STATUSES"
    CONTACT_TYPES = "CONTACT_TYPES"
    OPPORTUNITY_STAGES = "OPPORTUNITY_STAGES"
    OPPORTUNITY_STATUSES = "OPPORTUNITY_STATUSES"
    OPPORTUNITY_TYPES = "OPPORTUNITY_TYPES"
    PROBABILITIES = "PROBABILITIES"
    LOCATIONS = "LOCATIONS"
    DEPARTMENTS = "DEPARTMENTS"
    MEMBERS = "MEMBERS"
    CATALOG_ITEMS = "CATALOG_ITEMS"
    PRODUCT_TYPES = "PRODUCT_TYPES"
    BILLING_CYCLES = "BILLING_CYCLES"
    CATEGORIES = "CATEGORIES"
    SUBCATEGORIES = "SUBCATEGORIES"
