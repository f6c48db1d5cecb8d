"""The connection to ConnectWise and its settings as the API shows them. The keys have no field, here or anywhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import strawberry

from api.context import Info
from api.integration_settings.choices import ConnectWiseChoices
from api.integration_settings.enums import ConnectionStatus, ProductClass, Side
from api.products.types import ProductCategory
from domain.integration_settings import connectwise, models
from domain.integration_settings import service as integrations
from domain.permissions import Permission
from domain.products.models import ProductCategory as ProductCategoryRow


@strawberry.type(description="The sync of organizations and contacts, both ways. Off until its choices are made.")
class ConnectWiseOrganizationSync:
    reads: ClassVar[Permission] = models.Integration.reads

    enabled: bool = strawberry.field(description="Whether it is on.")
    company_type_id: int | None = strawberry.field(description="The type of companies that we make.")
    company_status_id: int | None = strawberry.field(description="The status of companies that we make.")
    contact_type_id: int | None = strawberry.field(description="The type of contacts that we make.")
    take_over_type_ids: list[int] = strawberry.field(
        description="Companies of these types are taken over, if their status fits too."
    )
    take_over_status_ids: list[int] = strawberry.field(
        description="Companies with these statuses are taken over, if their type fits too."
    )
    first_link_wins: Side = strawberry.field(
        description="Which side wins where both differ when they are first linked."
    )


@strawberry.type(description="The sync of quotes to opportunities. Off until its choices are made.")
class ConnectWiseOpportunitySync:
    reads: ClassVar[Permission] = models.Integration.reads

    enabled: bool = strawberry.field(description="Whether it is on.")
    new_stage_id: int | None = strawberry.field(description="The stage of new opportunities.")
    new_status_id: int | None = strawberry.field(description="The status of new opportunities.")
    location_id: int | None = strawberry.field(description="Their location.")
    department_id: int | None = strawberry.field(description="Their department.")
    type_id: int | None = strawberry.field(description="Their type.")
    default_member_id: int | None = strawberry.field(
        description="Who owns them when the owner of the quote matches no member."
    )
    probability_id: int | None = strawberry.field(description="How likely the sale is taken to be.")
    won_stage_id: int | None = strawberry.field(description="The stage once the quote is accepted.")
    won_status_id: int | None = strawberry.field(description="The status once the quote is accepted.")
    lost_stage_id: int | None = strawberry.field(description="The stage once the quote is declined.")
    lost_status_id: int | None = strawberry.field(description="The status once the quote is declined.")
    sync_orders_without_quote: bool = strawberry.field(
        description="Whether approved sales orders without a quote become won opportunities."
    )


async def _category(row: strawberry.Parent[connectwise.CategoryMapping], info: Info) -> Any:
    return await info.context.loaders.row(ProductCategoryRow, row.category_id)


@strawberry.type(description="What a category of ours becomes in ConnectWise.")
class ConnectWiseCategoryMapping:
    reads: ClassVar[Permission] = models.Integration.reads

    category: ProductCategory | None = strawberry.field(resolver=_category, description="Our category of products.")
    connectwise_category_id: int = strawberry.field(
        name="connectWiseCategoryId", description="The category in ConnectWise."
    )
    connectwise_subcategory_id: int = strawberry.field(
        name="connectWiseSubcategoryId", description="Its subcategory there: the one that the item gets."
    )


def _unfinished(row: strawberry.Parent[connectwise.ProductSync]) -> list[str]:
    return [integrations.camel(name) for name in row.unfinished()]


@strawberry.type(
    description="What products become in ConnectWise. It has no switch: it is on once type, class, recurrence cycle,"
    " default category and subcategory are chosen. Until then what needs an item waits, and a sync error says so."
    " Items that exist there are found by part number and never changed."
)
class ConnectWiseProductSync:
    reads: ClassVar[Permission] = models.Integration.reads

    unfinished: list[str] = strawberry.field(
        resolver=_unfinished, description="The choices that are still to be made before it is on."
    )
    product_type_id: int | None = strawberry.field(
        description="The product type of items that we make: Hardware or Miscellaneous is advised."
    )
    product_class: ProductClass | None = strawberry.field(
        description="Their class: NON_INVENTORY or INVENTORY is advised."
    )
    billing_cycle_id: int | None = strawberry.field(
        description="The recurrence cycle of recurring items whose period fits none of ConnectWise's cycles."
    )
    default_category_id: int | None = strawberry.field(
        description="The category of items for products that have none. It is not for those whose category is missing"
        " from the map: they wait, and a sync error names the category."
    )
    default_subcategory_id: int | None = strawberry.field(
        description="The subcategory of items for products without a category."
    )
    category_map: list[ConnectWiseCategoryMapping] = strawberry.field(
        description="What our categories become there. One that is missing is a sync error of the kind UNMAPPED as"
        " soon as a product of it is used."
    )
    catch_all_item_id: int | None = strawberry.field(description="The catalog item that carries free-text lines.")


@strawberry.type(description="What each sync with ConnectWise shall do.")
class ConnectWiseSettings:
    reads: ClassVar[Permission] = models.Integration.reads

    organizations: ConnectWiseOrganizationSync = strawberry.field(description="Organizations and contacts.")
    opportunities: ConnectWiseOpportunitySync = strawberry.field(description="Quotes, as opportunities.")
    products: ConnectWiseProductSync = strawberry.field(description="Products, as catalog items.")


@dataclass(frozen=True)
class StoredSettings:
    """The source of ConnectWiseSettings: the frozen settings themselves."""

    organizations: connectwise.OrganizationSync
    opportunities: connectwise.OpportunitySync
    products: connectwise.ProductSync


async def _settings(info: Info) -> Any:
    async with info.context.read() as ctx:
        return StoredSettings(
            organizations=await integrations.load(ctx, connectwise.OrganizationSync),
            opportunities=await integrations.load(ctx, connectwise.OpportunitySync),
            products=await integrations.load(ctx, connectwise.ProductSync),
        )


def _choices() -> Any:
    return ConnectWiseChoices


@strawberry.type(description="The connection to ConnectWise PSA. The keys are write-only: nothing returns them.")
class ConnectWise:
    reads: ClassVar[Permission] = models.Integration.reads

    status: ConnectionStatus = strawberry.field(description="How it stands.")
    site: str | None = strawberry.field(description="The address of the ConnectWise that is connected.")
    company_id: str | None = strawberry.field(description="The company, as typed when signing in.")
    connected_at: datetime | None = strawberry.field(description="When it was connected last.")
    remote_version: str | None = strawberry.field(description="The version of ConnectWise, when it was connected.")
    settings: ConnectWiseSettings = strawberry.field(resolver=_settings, description="What each sync shall do.")
    choices: ConnectWiseChoices = strawberry.field(
        resolver=_choices, description="What can be chosen from in the settings, read live."
    )


async def connect_wise(info: Info) -> ConnectWise:
    async with info.context.read() as ctx:
        found = await integrations.find(ctx, connectwise.PROVIDER)
    # The row holds sealed keys: only what has a field leaves it.
    return ConnectWise(
        status=ConnectionStatus(found.status) if found else ConnectionStatus.NOT_INSTALLED,
        site=found.site if found else None,
        company_id=found.company_id if found else None,
        connected_at=found.connected_at if found else None,
        remote_version=found.remote_version if found else None,
    )
