"""Scopes: everything that can be read or done names one, and a token without it gets nowhere, for whatever record."""

import re

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, is_list_type, is_non_null_type

from api.permissions import Rules, Undeclared
from api.schema import schema
from domain.access.scopes import GRANTABLE
from domain.ids import global_id, uuid7
from domain.permissions import Permission
from tests.api.conftest import a_quote, with_scopes
from tests.api.offering import a_customer

OPEN = {
    # They hold nothing of a tenant, only shapes around what is declared elsewhere.
    "Address", "Coupon", "Delivery", "Money", "PageInfo", "Surcharge", "Tenant", "UserError", "Viewer",
    # Of many at once, what became of each.
    "CreateProductsResult", "ImportOrganizationsResult", "SetSupplierOffersResult",
    # Of an offer: who may read it depends on where it is reached.
    "Offer", "OfferLine", "OfferSection", "ShownOffer",
    # Of which records one is told depends on the arguments of the subscription.
    "RecordChange",
}  # fmt: skip


def object_types():
    roots = {schema.core.query_type, schema.core.mutation_type, schema.core.subscription_type}
    for type_ in schema.core.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__") and type_ not in roots:
            yield type_


def test_every_type_says_who_may_read_it():
    unguarded = {type_.name for type_ in object_types() if schema.rules.of_type(type_.name) is None}
    assert {name for name in unguarded if not name.endswith("Payload")} == OPEN


def test_every_mutation_says_who_may_do_it():
    mutations = schema.core.mutation_type.fields
    needs = {name: schema.rules.of_field("Mutation", name) for name in mutations}
    assert None not in needs.values()
    assert needs["createQuote"] is Permission.QUOTES_WRITE
    assert {permission for permission in needs.values()} >= {
        Permission.ORGANIZATIONS_WRITE, Permission.SYNC_WRITE, Permission.INTEGRATIONS_ADMIN, Permission.ACCESS_ADMIN
    }  # fmt: skip


def test_every_record_type_takes_its_permission_from_its_model():
    for name, model in schema.models.items():
        assert schema.rules.of_type(name) is model.reads
        assert schema.rules.of_type(f"{name}Connection" if f"{name}Connection" in schema.core.type_map else name) is (
            model.reads
        )


def test_a_schema_with_something_undeclared_is_not_built():
    import strawberry

    @strawberry.type
    class Secret:
        value: str

    @strawberry.type
    class Query:
        secret: Secret

    @strawberry.type
    class Bare:
        value: str

    for query in (Query, Bare):
        with pytest.raises(Undeclared):
            Rules(strawberry.Schema(query)._schema)


READS = {
    "organizations { totalCount }": "organizations:read",
    "organizations { edges { cursor } }": "organizations:read",
    "organizations { pageInfo { hasNextPage } }": "organizations:read",
    "organizations { __typename }": "organizations:read",
    "contacts { nodes { id } }": "organizations:read",
    "employees { nodes { id } }": "employees:read",
    "apiTokens { nodes { id } }": "access:admin",
    "products { nodes { id } }": "products:read",
    "productCategories { nodes { id } }": "products:read",
    "brands { nodes { id } }": "products:read",
    "suppliers { nodes { id } }": "products:read",
    "warehouses { nodes { id } }": "products:read",
    "quotes { nodes { id } }": "quotes:read",
    "quotes { nodes { versions { offer { total { amount } } } } }": "quotes:read",
    "quoteTemplates { nodes { id } }": "quotes:read",
    "approvalRules { nodes { id } }": "settings:read",
    "offer { state content { total { amount } } }": "offer:answer",
    "salesOrders { nodes { id } }": "sales_orders:read",
    "purchaseOrders { nodes { id } }": "purchase_orders:read",
    "syncErrors { nodes { id } }": "sync:read",
    "apps { key }": "integrations:read",
    "connectWise { status }": "integrations:read",
}


@pytest.mark.parametrize(("query", "scope"), READS.items())
async def test_a_read_needs_its_scope_and_no_other(http, msp, query, scope):
    allowed = await (a_customer(http, msp) if scope == "offer:answer" else with_scopes(http, msp, scope))
    assert "errors" not in (await allowed.post(f"{{ {query} }}")).json()
    others = [permission.value for permission in GRANTABLE if permission.value != scope]
    answer = await (await with_scopes(http, msp, *others)).post(f"{{ {query} }}")
    assert answer.status_code == 403
    [error] = answer.json()["errors"]
    assert error == {
        "message": f"The token lacks the scope {scope}.",
        "extensions": {"code": "FORBIDDEN", "scopes": [scope]},
    }


@pytest.mark.parametrize(
    ("query", "scopes"),
    [
        ("{ quotes { nodes { organization { name } } } }", ["organizations:read"]),
        ("{ quotes { nodes { sync { state } } } }", ["sync:read"]),
        ("{ quotes { nodes { offerLink { token } } } }", ["quotes:write"]),
        ("{ quotes { nodes { ...Q } } } fragment Q on Quote { owner { ...E } } fragment E on Employee { name }",
         ["employees:read"]),
        ("{ quotes { nodes { ... on Node { ... on Quote { salesOrder { number } } } } } }", ["sales_orders:read"]),
        ("{ quotes { nodes { id } } node(id: \"x\") { ... on Organization { contacts { sync { state } } } } }",
         ["organizations:read", "sync:read"]),
        ("{ quotes { nodes { organization @skip(if: true) { name } } } }", ["organizations:read"]),
    ],
)  # fmt: skip
async def test_what_is_selected_below_needs_its_scope_too(http, msp, query, scopes):
    client = await with_scopes(http, msp, "quotes:read")
    [error] = await client.errors(query)
    assert error["extensions"] == {"code": "FORBIDDEN", "scopes": scopes}


async def test_only_the_operation_that_runs_is_judged(http, msp):
    client = await with_scopes(http, msp, "quotes:read")
    body = {"query": "query a { quotes { totalCount } } query b { employees { totalCount } }", "operationName": "a"}
    headers = {"Authorization": f"Bearer {client.token}"}
    assert (await http.post("/graphql", json=body, headers=headers)).status_code == 200
    body["operationName"] = "b"
    assert (await http.post("/graphql", json=body, headers=headers)).status_code == 403


async def test_a_node_does_not_even_exist_without_its_scope(http, msp, ask):
    quote = await a_quote(ask)
    client = await with_scopes(http, msp, "organizations:read")
    for query in ("query ($id: ID!) { node(id: $id) { id } }", "query ($id: ID!) { nodes(ids: [$id]) { __typename } }"):
        missing = "UXVvdGU6MDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw"
        there, nowhere = await client.errors(query, id=quote["id"]), await client.errors(query, id=missing)
        assert there == nowhere
        assert {error["extensions"]["code"] for error in there} == {"FORBIDDEN"}


async def test_viewer_is_open_to_every_token(http, msp):
    client = await with_scopes(http, msp)
    assert (await client("{ __typename viewer { __typename scopes tenant { name } } }"))["viewer"]["scopes"] == []


IDS = {
    "quoteId": "Quote",
    "lineId": "QuoteLine",
    "organizationId": "Organization",
    "contactId": "Contact",
    "productId": "Product",
    "categoryId": "ProductCategory",
    "sectionId": "QuoteSection",
    "templateId": "QuoteTemplate",
    "approvalRuleId": "ApprovalRule",
    "employeeId": "Employee",
    "apiTokenId": "ApiToken",
    "brandId": "Brand",
    "warehouseId": "Warehouse",
    "deliveryAddressId": "DeliveryAddress",
    "id": "SyncError",
    "supplierId": "Supplier",
    "salesOrderId": "SalesOrder",
    "paymentId": "SalesOrderPayment",
    "purchaseOrderId": "PurchaseOrder",
}


def type_of(name, owner) -> str:
    """Of which type the id is that the field `name` of the input type `owner` takes."""
    if name == "lineId" and (document := re.search("SalesOrder|PurchaseOrder", owner)):
        return f"{document[0]}Line"
    return IDS[name]


def required(type_, name="", owner="") -> str:
    """A literal of an input type with what it requires, and nothing else. The ids are those of no record."""
    if is_non_null_type(type_):
        return required(type_.of_type, name, owner)
    if is_list_type(type_):
        return "[]"
    if isinstance(type_, GraphQLInputObjectType):
        parts = (
            f"{name}: {required(field.type, name, type_.name)}"
            for name, field in type_.fields.items()
            if is_non_null_type(field.type)
        )
        return "{" + ", ".join(parts) + "}"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if type_.name == "ID":
        return f'"{global_id(type_of(name, owner), uuid7())}"'
    return {"Boolean": "true", "Int": "1", "SyncErrorState": "OPEN"}.get(type_.name, '"1"')


def mutation_text(name: str) -> str:
    field = schema.core.mutation_type.fields[name]
    arguments = f"(input: {required(field.args['input'].type)})" if "input" in field.args else ""
    return f"mutation {{ {name}{arguments} {{ userErrors {{ code }} }} }}"


@pytest.mark.parametrize("name", list(schema.core.mutation_type.fields))
async def test_a_mutation_needs_its_scope_and_no_other(http, msp, name):
    scope = schema.rules.of_field("Mutation", name).value
    others = [permission.value for permission in GRANTABLE if permission.value != scope]
    answer = await (await with_scopes(http, msp, *others)).post(mutation_text(name))
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["scopes"]) == (403, [scope])
    allowed = await (a_customer(http, msp) if scope == "offer:answer" else with_scopes(http, msp, scope))
    answer = (await allowed.post(mutation_text(name))).json()
    assert "FORBIDDEN" not in str(answer)
    assert name in answer["data"]


@pytest.mark.parametrize("name", list(schema.core.mutation_type.fields))
async def test_the_service_refuses_too(http, msp, name, monkeypatch):
    """The second lock: with the first one out of order nothing is written all the same."""
    monkeypatch.setattr("api.operations._allow", lambda *_: None)
    answer = (await (await with_scopes(http, msp)).post(mutation_text(name))).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert answer["data"] == {name: None}
