"""The schema: all root fields on one page, put together once. What they do is in the files of their features."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from api import apps as app_api
from api import audit as audit_api
from api import cost
from api import employees as employee_api
from api import sales_settings as sales_settings_api
from api import sync as sync_api
from api import tokens as token_api
from api import viewer as viewer_api
from api.integration_settings import mutations as integration_mutations
from api.integration_settings import types as integration_types
from api.node import NODE, NODES, Node
from api.organizations import bulk as organization_bulk
from api.organizations import lists as organization_lists
from api.organizations import mutations as organization_mutations
from api.organizations.types import Contact, DeliveryAddress, Organization
from api.paging import Connection
from api.permissions import Rules
from api.products import bulk as product_bulk
from api.products import lists as product_lists
from api.products import mutations as product_mutations
from api.products import supply_lists, supply_mutations
from api.products.serials import SerialNumber
from api.products.supply import Supplier, Warehouse
from api.products.types import Brand, Product, ProductCategory, ProductComponent, SupplierOffer
from api.purchase_orders import lists as purchase_order_lists
from api.purchase_orders import mutations as purchase_order_mutations
from api.purchase_orders import proposal as purchase_proposal_api
from api.purchase_orders.types import (
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderCost,
    PurchaseOrderLine,
)
from api.quotes import answers as offer_api
from api.quotes import approvals as approval_api
from api.quotes import links as offer_link_api
from api.quotes import lists as quote_lists
from api.quotes import mutations as quote_mutations
from api.quotes import templates as template_api
from api.quotes.offers import QuoteVersion
from api.quotes.types import Quote, QuoteLine, QuoteSection
from api.sales_orders import fulfilment as sales_order_fulfilment
from api.sales_orders import lists as sales_order_lists
from api.sales_orders import mutations as sales_order_mutations
from api.sales_orders import store as store_mutations
from api.sales_orders.types import (
    OrderConfirmation,
    SalesOrder,
    SalesOrderDelivery,
    SalesOrderDeliveryLine,
    SalesOrderLine,
    SalesOrderPayment,
)
from api.scalars import SCALARS
from api.subscriptions import records as record_changes
from api.subscriptions import sync as sync_changes


@strawberry.type(
    description=f"""What can be read.

Each request costs points: one for each record that its answer may hold, and one more for each further ten fields asked
of it. A page counts as many records as it may have, a list that isn't paged ten; what is asked for below a list counts
as often as the list has records. A mutation costs {cost.MUTATION} points more, and one that takes many records as much
for each of them. One request may cost {cost.LIMIT:,} points; how many a token may spend in a minute stands in the
headers `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`. Every answer says in `extensions.cost` what it
came to."""
)
class Query:
    node: Node | None = NODE
    nodes: list[Node | None] = NODES
    viewer: viewer_api.Viewer = strawberry.field(resolver=viewer_api.viewer, description="Who is asking.")
    record_cursor: str = record_changes.RECORD_CURSOR
    organizations: Connection[Organization] = strawberry.field(
        resolver=organization_lists.organizations, description="Organizations, by name."
    )
    contacts: Connection[Contact] = strawberry.field(
        resolver=organization_lists.contacts, description="Contacts, the first entered first."
    )
    employees: Connection[employee_api.Employee] = strawberry.field(
        resolver=employee_api.employees, description="Employees, by e-mail address."
    )
    api_tokens: Connection[token_api.ApiToken] = strawberry.field(
        resolver=token_api.api_tokens, description="API tokens, revoked ones too; the newest first."
    )
    products: Connection[Product] = strawberry.field(
        resolver=product_lists.products, description="Products, the newest first."
    )
    product_categories: Connection[ProductCategory] = strawberry.field(
        resolver=supply_lists.product_categories, description="Categories of products, by name."
    )
    brands: Connection[Brand] = strawberry.field(resolver=supply_lists.brands, description="Makers, by name.")
    suppliers: Connection[Supplier] = strawberry.field(
        resolver=supply_lists.suppliers, description="Whom the MSP buys from, by name."
    )
    warehouses: Connection[Warehouse] = strawberry.field(
        resolver=supply_lists.warehouses, description="Where goods come in, by name."
    )
    quotes: Connection[Quote] = strawberry.field(resolver=quote_lists.quotes, description="Quotes, the newest first.")
    quote_templates: Connection[template_api.QuoteTemplate] = strawberry.field(
        resolver=template_api.quote_templates, description="What new quotes may begin with, by name."
    )
    approval_rules: Connection[approval_api.ApprovalRule] = strawberry.field(
        resolver=approval_api.approval_rules_list, description="When a quote needs approval before it is sent."
    )
    offer: offer_api.ShownOffer | None = offer_api.OFFER
    sales_orders: Connection[SalesOrder] = strawberry.field(
        resolver=sales_order_lists.sales_orders, description="Sales orders, the newest first."
    )
    purchase_orders: Connection[PurchaseOrder] = strawberry.field(
        resolver=purchase_order_lists.purchase_orders, description="Purchase orders, the newest first."
    )
    purchase_proposal: purchase_proposal_api.PurchaseProposal | None = strawberry.field(
        resolver=purchase_proposal_api.purchase_proposal,
        description="What is still to be bought for a sales order, and where; empty when there is no such order.",
    )
    sales_settings: sales_settings_api.SalesSettings = strawberry.field(
        resolver=sales_settings_api.sales_settings, description="How the MSP sells; defaults until something was set."
    )
    apps: list[app_api.App] = strawberry.field(resolver=app_api.apps, description="What can be installed.")
    connect_wise: integration_types.ConnectWise = strawberry.field(
        resolver=integration_types.connect_wise, description="The connection to ConnectWise PSA, and its settings."
    )
    sync_errors: Connection[sync_api.SyncError] = strawberry.field(
        resolver=sync_api.sync_errors, description="What failed to sync and needs somebody, the latest first."
    )
    audit_trail: Connection[audit_api.AuditEntry] = strawberry.field(
        resolver=audit_api.audit_trail, description="Who changed what, from what to what; the latest first."
    )


@strawberry.type(
    description="""What can be changed. Each field is one transaction: it happens wholly or not at all.

With the header `Idempotency-Key`, a request with one mutation field is carried out once: repeated within 24 hours by
the same token, it changes nothing more and answers about the same records, as they are by then. The key is 1 to 255
visible ASCII characters. Another request with it is refused (`IDEMPOTENCY_KEY_REUSED`); what ended in `userErrors`
changed nothing and may be repeated with it."""
)
class Mutation:
    create_organization = organization_mutations.create_organization
    import_organizations = organization_bulk.import_organizations
    update_organization = organization_mutations.update_organization
    archive_organization = organization_mutations.archive_organization
    restore_organization = organization_mutations.restore_organization
    create_contact = organization_mutations.create_contact
    update_contact = organization_mutations.update_contact
    create_delivery_address = organization_mutations.create_delivery_address
    update_delivery_address = organization_mutations.update_delivery_address
    remove_delivery_address = organization_mutations.remove_delivery_address
    create_employee = employee_api.create_employee
    update_employee = employee_api.update_employee
    create_api_token = token_api.create_api_token
    revoke_api_token = token_api.revoke_api_token
    create_product = product_mutations.create_product
    create_products = product_bulk.create_products
    set_supplier_offers = product_bulk.set_supplier_offers
    update_product = product_mutations.update_product
    set_supplier_offer = supply_mutations.set_supplier_offer
    remove_supplier_offer = supply_mutations.remove_supplier_offer
    create_brand = supply_mutations.create_brand
    update_brand = supply_mutations.update_brand
    create_supplier = supply_mutations.create_supplier
    update_supplier = supply_mutations.update_supplier
    archive_supplier = supply_mutations.archive_supplier
    restore_supplier = supply_mutations.restore_supplier
    create_warehouse = supply_mutations.create_warehouse
    update_warehouse = supply_mutations.update_warehouse
    archive_warehouse = supply_mutations.archive_warehouse
    restore_warehouse = supply_mutations.restore_warehouse
    create_product_category = product_mutations.create_product_category
    update_product_category = product_mutations.update_product_category
    create_quote = quote_mutations.create_quote
    update_quote = quote_mutations.update_quote
    add_quote_lines = quote_mutations.add_quote_lines
    update_quote_line = quote_mutations.update_quote_line
    remove_quote_line = quote_mutations.remove_quote_line
    add_quote_section = quote_mutations.add_quote_section
    update_quote_section = quote_mutations.update_quote_section
    remove_quote_section = quote_mutations.remove_quote_section
    copy_quote = template_api.copy_quote
    save_quote_template = template_api.save_quote_template
    remove_quote_template = template_api.remove_quote_template
    set_approval_rule = approval_api.set_approval_rule
    remove_approval_rule = approval_api.remove_approval_rule
    submit_quote = approval_api.submit_quote
    approve_quote = approval_api.approve_quote
    reject_quote = approval_api.reject_quote
    send_quote = quote_mutations.send_quote
    accept_quote = quote_mutations.accept_quote
    decline_quote = quote_mutations.decline_quote
    create_offer_link = offer_link_api.create_offer_link
    revoke_offer_link = offer_link_api.revoke_offer_link
    view_offer = offer_api.view_offer
    accept_offer = offer_api.accept_offer
    decline_offer = offer_api.decline_offer
    create_sales_order = sales_order_mutations.create_sales_order
    update_sales_order = sales_order_mutations.update_sales_order
    add_sales_order_lines = sales_order_mutations.add_sales_order_lines
    update_sales_order_line = sales_order_mutations.update_sales_order_line
    remove_sales_order_line = sales_order_mutations.remove_sales_order_line
    approve_sales_order = sales_order_mutations.approve_sales_order
    process_sales_order = sales_order_mutations.process_sales_order
    cancel_sales_order = sales_order_mutations.cancel_sales_order
    deliver_sales_order = sales_order_fulfilment.deliver_sales_order
    fulfil_sales_order = sales_order_fulfilment.fulfil_sales_order
    record_payment = sales_order_fulfilment.record_payment
    remove_payment = sales_order_fulfilment.remove_payment
    place_store_order = store_mutations.place_store_order
    change_store_account = store_mutations.change_store_account
    create_purchase_order = purchase_order_mutations.create_purchase_order
    create_purchase_orders = purchase_order_mutations.create_purchase_orders
    update_purchase_order = purchase_order_mutations.update_purchase_order
    add_purchase_order_lines = purchase_order_mutations.add_purchase_order_lines
    update_purchase_order_line = purchase_order_mutations.update_purchase_order_line
    remove_purchase_order_line = purchase_order_mutations.remove_purchase_order_line
    set_purchase_order_costs = purchase_order_mutations.set_purchase_order_costs
    approve_purchase_order = purchase_order_mutations.approve_purchase_order
    cancel_purchase_order = purchase_order_mutations.cancel_purchase_order
    receive_purchase_order = purchase_order_mutations.receive_purchase_order
    update_sales_settings = sales_settings_api.update_sales_settings
    set_logo = sales_settings_api.set_logo
    install_app = app_api.install_app
    connect_connect_wise = integration_mutations.connect_connect_wise
    disconnect_connect_wise = integration_mutations.disconnect_connect_wise
    update_connect_wise_organization_sync = integration_mutations.update_connect_wise_organization_sync
    update_connect_wise_opportunity_sync = integration_mutations.update_connect_wise_opportunity_sync
    update_connect_wise_product_sync = integration_mutations.update_connect_wise_product_sync
    retry_sync_error = sync_api.retry_sync_error
    retry_sync_errors = sync_api.retry_sync_errors
    dismiss_sync_error = sync_api.dismiss_sync_error


@strawberry.type(
    description="""What one is told of as it happens: over WebSocket (the protocol `graphql-transport-ws`) or as an
event stream (`Accept: text/event-stream`), at the same address.

Nothing is lost and nothing comes twice: whoever was cut off goes on behind the last cursor. To begin, take a
`recordCursor`, read the lists, then subscribe behind it. Each event costs what a query of its fields would; a token
that has spent its points is told later."""
)
class Subscription:
    record_changed = strawberry.subscription(
        resolver=record_changes.record_changed,
        description="Changes of records, in the order in which they happened.",
        metadata={"reads": None},
    )
    sync_error_raised = strawberry.subscription(
        resolver=sync_changes.sync_error_raised, description="Sync errors, each when it is raised."
    )
    sync_state_changed = strawberry.subscription(
        resolver=sync_changes.sync_state_changed,
        description="How these records stand with ConnectWise, when that changes: they wait after a change here, and"
        " are synced or in error after a run. Only records that are synced by themselves: no lines, no contacts.",
    )


class Prepared(SchemaExtension):
    """The document comes parsed, measured and validated: `api.documents` did it, perhaps for an earlier request."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = []
        yield


class Schema(strawberry.Schema):
    """Refuses to be built while something in it can be read without anybody having said by whom."""

    @property
    def core(self) -> GraphQLSchema:
        return self._schema

    @cached_property
    def rules(self) -> Rules:
        return Rules(self.core)

    @cached_property
    def models(self) -> Mapping[str, Any]:
        """The model of each type that is a Node."""
        found = (
            type_.extensions["strawberry-definition"].origin for type_ in self.core.get_possible_types(_node(self))
        )
        return {origin.model.__name__: origin.model for origin in found}

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: `api.errors` logs what is our fault. The stock logger would also write down what users mistyped."""


def _node(schema: Schema) -> Any:
    return schema.core.type_map["Node"]


schema = Schema(
    Query,
    Mutation,
    Subscription,
    types=[
        Organization,
        Contact,
        DeliveryAddress,
        employee_api.Employee,
        token_api.ApiToken,
        Product,
        ProductCategory,
        ProductComponent,
        Brand,
        Supplier,
        Warehouse,
        SupplierOffer,
        Quote,
        QuoteSection,
        QuoteLine,
        QuoteVersion,
        template_api.QuoteTemplate,
        approval_api.ApprovalRule,
        SalesOrder,
        SalesOrderLine,
        SalesOrderDelivery,
        SalesOrderDeliveryLine,
        SalesOrderPayment,
        PurchaseOrder,
        PurchaseOrderLine,
        PurchaseOrderCost,
        GoodsReceipt,
        GoodsReceiptLine,
        OrderConfirmation,
        SerialNumber,
        sync_api.SyncError,
        audit_api.AuditEntry,
    ],
    extensions=[Prepared],
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
_ = schema.rules  # an undeclared type stops the process here, not the first request


def sdl() -> str:
    """The schema as text, as `schema.graphql` holds it."""
    return schema.as_str() + "\n"
