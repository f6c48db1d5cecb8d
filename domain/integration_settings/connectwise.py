"""The settings of the ConnectWise syncs, typed. Ids are ConnectWise's own; nothing here talks to ConnectWise."""

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

PROVIDER = "CONNECTWISE"
SUBJECTS = ("organization", "quote", "catalog_item", "remote_company", "remote_contact", "poll", "callbacks")
"""The root records that are brought into agreement with ConnectWise, what arrives from there, and what recurs."""
STANDING = ("poll:company", "poll:contact", "callbacks:all")
"""Work that comes back by itself while organizations are synced."""


class Side(StrEnum):
    """Which side wins where both have a different value when they are first linked."""

    CONNECTWISE = "CONNECTWISE"
    QUOTEWRIGHT = "QUOTEWRIGHT"


@dataclass(frozen=True)
class SyncSettings:
    """One row a tenant and kind. `required` names what must be chosen before the sync can be switched on."""

    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1
    required: ClassVar[tuple[str, ...]] = ()

    enabled: bool = False

    def missing(self) -> tuple[str, ...]:
        """The required choices that are not made, when the sync is on."""
        if not self.enabled:
            return ()
        return tuple(name for name in self.required if getattr(self, name) in (None, ()))

    @classmethod
    def load(cls, value: dict[str, Any]) -> Self:
        """Unknown keys are ignored and missing ones take their default, so old rows stay readable."""
        known = {field.name for field in fields(cls)}
        stored: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items() if k in known}
        return cls(**stored)

    def dump(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class OrganizationSync(SyncSettings):
    """Organizations and contacts, both ways."""

    kind: ClassVar[str] = "organizations"
    required: ClassVar[tuple[str, ...]] = (
        "company_type_id",
        "company_status_id",
        "contact_type_id",
        "take_over_type_ids",
        "take_over_status_ids",
    )

    company_type_id: int | None = None
    company_status_id: int | None = None
    contact_type_id: int | None = None
    take_over_type_ids: tuple[int, ...] = ()
    take_over_status_ids: tuple[int, ...] = ()
    first_link_wins: str = Side.CONNECTWISE.value


@dataclass(frozen=True)
class OpportunitySync(SyncSettings):
    """Quotes become opportunities."""

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

    @classmethod
    def load(cls, value: dict[str, Any]) -> Self:
        rows = [{**row, "category_id": UUID(row["category_id"])} for row in value.get("category_map", ())]
        plain = super().load({**value, "category_map": ()})
        return replace(plain, category_map=tuple(CategoryMapping(**row) for row in rows))

    def dump(self) -> dict[str, Any]:
        rows = [{**asdict(row), "category_id": str(row.category_id)} for row in self.category_map]
        return {**super().dump(), "category_map": rows}


KINDS: tuple[type[SyncSettings], ...] = (OrganizationSync, OpportunitySync, ProductSync)
