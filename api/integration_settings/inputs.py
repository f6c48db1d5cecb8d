"""What connecting and setting up ConnectWise takes. Any choice may be left out: the service names what is missing."""

import strawberry

from api.integration_settings.enums import OldLinks, ProductClass, Side

UNSET = strawberry.UNSET


@strawberry.input(description="The keys of an API member. They are tried before they are used, and never shown again.")
class ConnectConnectWiseInput:
    site: str = strawberry.field(description="Where you sign in: `https://na.myconnectwise.net`.")
    company_id: str = strawberry.field(description="What you type as company when you sign in.")
    public_key: str = strawberry.field(description="The public key of the API member.")
    private_key: str = strawberry.field(description="The private key of the API member.")
    old_links: OldLinks | None = strawberry.field(
        default=None, description="Needed only when records are linked to another company already."
    )


@strawberry.input(description="What to change of the sync of organizations. What is left out stays; null empties it.")
class UpdateConnectWiseOrganizationSyncInput:
    enabled: bool | None = strawberry.field(default=UNSET, description="Whether it is on.")
    company_type_id: int | None = strawberry.field(default=UNSET, description="The type of companies that we make.")
    company_status_id: int | None = strawberry.field(default=UNSET, description="The status of companies that we make.")
    contact_type_id: int | None = strawberry.field(default=UNSET, description="The type of contacts that we make.")
    take_over_type_ids: list[int] | None = strawberry.field(
        default=UNSET, description="Companies of these types are taken over, if their status fits too."
    )
    take_over_status_ids: list[int] | None = strawberry.field(
        default=UNSET, description="Companies with these statuses are taken over, if their type fits too."
    )
    first_link_wins: Side | None = strawberry.field(
        default=UNSET, description="Which side wins where both differ when they are first linked; ConnectWise if null."
    )


@strawberry.input(description="What to change of the sync of quotes. What is left out stays; null empties it.")
class UpdateConnectWiseOpportunitySyncInput:
    enabled: bool | None = strawberry.field(default=UNSET, description="Whether it is on.")
    new_stage_id: int | None = strawberry.field(default=UNSET, description="The stage of new ones: Quote is advised.")
    new_status_id: int | None = strawberry.field(default=UNSET, description="The status of new ones: Open is advised.")
    location_id: int | None = strawberry.field(default=UNSET, description="Their location.")
    department_id: int | None = strawberry.field(default=UNSET, description="Their department: Sales is advised.")
    type_id: int | None = strawberry.field(default=UNSET, description="Their type.")
    default_member_id: int | None = strawberry.field(
        default=UNSET, description="Who owns them when the owner of the quote matches no member."
    )
    probability_id: int | None = strawberry.field(default=UNSET, description="How likely the sale is taken to be.")
    won_stage_id: int | None = strawberry.field(default=UNSET, description="The stage once the quote is accepted.")
    won_status_id: int | None = strawberry.field(
        default=UNSET, description="The status once the quote is accepted. Open is advised, so that a person wins it."
    )
    lost_stage_id: int | None = strawberry.field(default=UNSET, description="The stage once the quote is declined.")
    lost_status_id: int | None = strawberry.field(default=UNSET, description="The status once the quote is declined.")
    sync_orders_without_quote: bool | None = strawberry.field(
        default=UNSET, description="Whether approved sales orders without a quote become won opportunities."
    )


@strawberry.input(description="What a category of ours becomes in ConnectWise.")
class ConnectWiseCategoryMappingInput:
    category_id: strawberry.ID = strawberry.field(description="Our category of products.")
    connectwise_category_id: int = strawberry.field(
        name="connectWiseCategoryId", description="The category in ConnectWise."
    )
    connectwise_subcategory_id: int = strawberry.field(
        name="connectWiseSubcategoryId", description="Its subcategory there: the one that the item gets."
    )


@strawberry.input(description="What to change of the products. What is left out stays; null empties it.")
class UpdateConnectWiseProductSyncInput:
    product_type_id: int | None = strawberry.field(
        default=UNSET, description="The product type of items that we make: Hardware or Miscellaneous is advised."
    )
    product_class: ProductClass | None = strawberry.field(
        default=UNSET, description="Their class: NON_INVENTORY or INVENTORY is advised."
    )
    billing_cycle_id: int | None = strawberry.field(
        default=UNSET,
        description="The recurrence cycle of recurring items whose period fits none of ConnectWise's cycles.",
    )
    default_category_id: int | None = strawberry.field(
        default=UNSET,
        description="The category of items for products that have none. It is not for those whose category is missing"
        " from the map: they wait, and a sync error names the category.",
    )
    default_subcategory_id: int | None = strawberry.field(
        default=UNSET, description="The subcategory of items for products without a category."
    )
    category_map: list[ConnectWiseCategoryMappingInput] | None = strawberry.field(
        default=UNSET,
        description="What our categories become there. One that is missing is a sync error of the kind UNMAPPED as"
        " soon as a product of it is used.",
    )
    catch_all_item_id: int | None = strawberry.field(
        default=UNSET, description="The catalog item that carries free-text lines."
    )
