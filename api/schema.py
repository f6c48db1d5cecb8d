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
from api import cost
from api import employees as employee_api
from api import sales_orders as sales_order_api
from api import sync as sync_api
from api import viewer as viewer_api
from api.integration_settings import mutations as integration_mutations
from api.integration_settings import types as integration_types
from api.node import NODE, NODES, Node
from api.organizations import lists as organization_lists
from api.organizations import mutations as organization_mutations
from api.organizations.types import Contact, Organization
from api.paging import Connection
from api.permissions import Rules
from api.products import lists as product_lists
from api.products import mutations as product_mutations
from api.products.types import Product, ProductCategory
from api.quotes import lists as quote_lists
from api.quotes import mutations as quote_mutations
from api.quotes.types import Quote, QuoteLine, QuoteSection
from api.sales_orders import SalesOrder, SalesOrderLine
from api.scalars import SCALARS


@strawberry.type(
    description=f"""What can be read.

Each request costs points: one for each record that its answer may hold, and one more for each further ten fields asked
of it. A page counts as many records as it may have, a list that isn't paged ten; what is asked for below a list counts
as often as the list has records. A mutation costs {cost.MUTATION} points more. One request may cost {cost.LIMIT:,}
points; how many a token may spend in a minute stands in the headers `RateLimit-Limit`, `RateLimit-Remaining` and
`RateLimit-Reset`. Every answer says in `extensions.cost` what it came to."""
)
class Query:
    node: Node | None = NODE
    nodes: list[Node | None] = NODES
    viewer: viewer_api.Viewer = strawberry.field(resolver=viewer_api.viewer, description="Who is asking.")
    organizations: Connection[Organization] = strawberry.field(
        resolver=organization_lists.organizations, description="Organizations, by name."
    )
    contacts: Connection[Contact] = strawberry.field(
        resolver=organization_lists.contacts, description="Contacts, the first entered first."
    )
    employees: Connection[employee_api.Employee] = strawberry.field(
        resolver=employee_api.employees, description="Employees, by e-mail address."
    )
    products: Connection[Product] = strawberry.field(
        resolver=product_lists.products, description="Products, the newest first."
    )
    product_categories: Connection[ProductCategory] = strawberry.field(
        resolver=product_lists.product_categories, description="Categories of products, by name."
    )
    quotes: Connection[Quote] = strawberry.field(resolver=quote_lists.quotes, description="Quotes, the newest first.")
    sales_orders: Connection[SalesOrder] = strawberry.field(
        resolver=sales_order_api.sales_orders, description="Sales orders, the newest first."
    )
    apps: list[app_api.App] = strawberry.field(resolver=app_api.apps, description="What can be installed.")
    connect_wise: integration_types.ConnectWise = strawberry.field(
        resolver=integration_types.connect_wise, description="The connection to ConnectWise PSA, and its settings."
    )
    sync_errors: Connection[sync_api.SyncError] = strawberry.field(
        resolver=sync_api.sync_errors, description="What failed to sync and needs somebody, the latest first."
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
    update_organization = organization_mutations.update_organization
    create_contact = organization_mutations.create_contact
    update_contact = organization_mutations.update_contact
    create_employee = employee_api.create_employee
    create_product = product_mutations.create_product
    update_product = product_mutations.update_product
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
    send_quote = quote_mutations.send_quote
    accept_quote = quote_mutations.accept_quote
    decline_quote = quote_mutations.decline_quote
    install_app = app_api.install_app
    connect_connect_wise = integration_mutations.connect_connect_wise
    disconnect_connect_wise = integration_mutations.disconnect_connect_wise
    update_connect_wise_organization_sync = integration_mutations.update_connect_wise_organization_sync
    update_connect_wise_opportunity_sync = integration_mutations.update_connect_wise_opportunity_sync
    update_connect_wise_product_sync = integration_mutations.update_connect_wise_product_sync
    retry_sync_error = sync_api.retry_sync_error
    dismiss_sync_error = sync_api.dismiss_sync_error


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
    types=[
        Organization,
        Contact,
        employee_api.Employee,
        Product,
        ProductCategory,
        Quote,
        QuoteSection,
        QuoteLine,
        SalesOrder,
        SalesOrderLine,
        sync_api.SyncError,
    ],
    extensions=[Prepared],
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
_ = schema.rules  # an undeclared type stops the process here, not the first request


def sdl() -> str:
    """The schema as text, as `schema.graphql` holds it."""
    return schema.as_str() + "\n"
