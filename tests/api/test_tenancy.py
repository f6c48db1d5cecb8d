"""Two tenants on one database: what belongs to one looks to the other exactly like what does not exist."""

import json

import pytest
from graphql import GraphQLObjectType, get_named_type, is_list_type, is_non_null_type

from api.schema import schema
from domain.ids import global_id, parse_global_id, uuid7
from domain.sync.models import ExternalLink, SyncError
from tests.api import canary
from tests.api.conftest import LINES, a_product, a_quote, an_organization
from tests.api.purchasing import a_bit_of_all
from tests.api.selling import what_follows
from tests.api.supplying import a_catalog, a_supplier

CANARY = "CANARY"
LISTS = (
    "organizations",
    "contacts",
    "employees",
    "products",
    "productCategories",
    "brands",
    "suppliers",
    "warehouses",
    "quotes",
    "quoteTemplates",
    "approvalRules",
    "salesOrders",
    "purchaseOrders",
    "syncErrors",
)


@pytest.fixture
async def theirs(ask_other, other):
    """One record of each kind of the other tenant, by the name of its type; every text in them has the canary."""
    employee = (await ask_other(f'mutation {{ createEmployee(input: {{name: "{CANARY}", email: "{CANARY}@x.test"}})'
                                " { employee { id } } }"))["createEmployee"]["employee"]  # fmt: skip
    token = await ask_other(f'mutation {{ createApiToken(input: {{name: "{CANARY}", scopes: []}})'
                            " { apiToken { id } } }")  # fmt: skip
    contact = {"firstName": CANARY, "email": f"{CANARY}@x.test", "sendInvoices": True}
    organization = await an_organization(
        ask_other, CANARY, accountNumber=CANARY, ownerId=employee["id"], contacts=[contact]
    )
    lines = [{**line, "title": CANARY} for line in LINES]
    category = await ask_other(f'mutation {{ createProductCategory(input: {{name: "{CANARY}"}})'
                               " { productCategory { id } } }")  # fmt: skip
    category_id = category["createProductCategory"]["productCategory"]["id"]
    product = await a_product(ask_other, title=CANARY, categoryId=category_id)
    quote = await a_quote(ask_other, organization["id"], title=CANARY, lines=lines, ownerId=employee["id"])
    order = await ask_other(
        "mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { quote { id } }"
        f' acceptQuote(input: {{quoteId: $id, acceptedBy: "{CANARY}", customerReference: "{CANARY}"}})'
        " { salesOrder { id lines { id } } } }",
        id=quote["id"],
    )
    sections = [{"title": CANARY, "lines": [{"productId": product["id"]}]}]
    draft = await a_quote(ask_other, organization["id"], title=CANARY, lines=lines, sections=sections)
    subject = f"quote:{parse_global_id(draft['id'])[1]}"
    async with other.transaction() as ctx:
        error = SyncError(provider="CONNECTWISE", subject=subject, root=subject, title=CANARY, kind="REJECTED",
                          message=CANARY, remote_text=CANARY)  # fmt: skip
        link = ExternalLink(provider="CONNECTWISE", subject=subject, root=subject, remote_kind="opportunity",
                            remote_id=CANARY, url=CANARY)  # fmt: skip
        ctx.session.add_all([error, link])
    order = order["acceptQuote"]["salesOrder"]
    papers = await ask_other(
        "mutation ($quote: ID!, $kim: ID!) {"
        f' saveQuoteTemplate(input: {{quoteId: $quote, name: "{CANARY}"}}) {{ quoteTemplate {{ id }} }}'
        " setApprovalRule(input: {kind: TOTAL, threshold: 1, employeeId: $kim}) { approvalRule { id } } }",
        quote=draft["id"],
        kim=employee["id"],
    )
    return {
        **await a_bit_of_all(other, CANARY),
        **await a_catalog(ask_other, f"{CANARY} 2", organization["id"], product),
        "Employee": employee["id"],
        "ApiToken": token["createApiToken"]["apiToken"]["id"],
        "Organization": organization["id"],
        "Contact": organization["contacts"][0]["id"],
        "Product": product["id"],
        "ProductCategory": category_id,
        "Quote": draft["id"],
        "QuoteTemplate": papers["saveQuoteTemplate"]["quoteTemplate"]["id"],
        "ApprovalRule": papers["setApprovalRule"]["approvalRule"]["id"],
        "QuoteSection": draft["sections"][0]["id"],
        "QuoteLine": draft["lines"][0]["id"],
        "SalesOrder": order["id"],
        "SalesOrderLine": order["lines"][0]["id"],
        **await what_follows(ask_other, order, CANARY),
        "SyncError": global_id("SyncError", error.id),
    }


def everything(type_) -> str:
    """All fields of a type, and of what it leads to, as far as the limits allow."""
    deep, flat = _everything(type_, 4), _everything(type_, 3)
    return deep if len(deep.split()) < 1_000 else flat


def _everything(type_, depth) -> str:
    parts = ["__typename"]
    for name, field in type_.fields.items():
        result = get_named_type(field.type)
        inner = field.type.of_type if is_non_null_type(field.type) else field.type
        if not isinstance(result, GraphQLObjectType):
            if name != "record":
                parts.append(name)
        elif depth > 1 and not (is_list_type(inner) and depth < 3):
            parts.append(f"{name} {{ {_everything(result, depth - 1)} }}")
    return " ".join(parts)


async def test_the_canary_sings_to_its_owner(ask_other, theirs):
    """Else its silence elsewhere would prove nothing."""
    for name in LISTS:
        node = schema.core.query_type.fields[name].type.of_type.fields["nodes"].type.of_type.of_type.of_type
        answer = await ask_other(f"{{ {name}(first: 5) {{ totalCount nodes {{ {everything(node)} }} }} }}")
        assert CANARY in json.dumps(answer), name
    for type_name, id in theirs.items():
        fields = everything(schema.core.type_map[type_name])
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ {fields} }} }} }}"
        assert CANARY in json.dumps(await ask_other(query, id=id)), type_name


async def test_no_list_holds_anything_of_another_tenant(ask, theirs):
    for name in LISTS:
        node = schema.core.query_type.fields[name].type.of_type.fields["nodes"].type.of_type.of_type.of_type
        answer = await ask(f"{{ {name}(first: 5) {{ totalCount nodes {{ {everything(node)} }} }} }}")
        assert answer[name] == {"totalCount": 0, "nodes": []}
    answer = await ask('{ organizations(filter: {name: {startsWith: "CANARY"}}) { totalCount } '
                       'one: organizations(filter: {accountNumber: {eq: "CANARY"}}) { totalCount } '
                       'mail: employees(filter: {email: {eq: "CANARY@x.test"}}) { totalCount } '
                       'quotes(filter: {number: {eq: "Q-1001"}}) { totalCount } '
                       "viewer { tenant { name } } apps { status } connectWise { status } }")  # fmt: skip
    assert {found["totalCount"] for found in answer.values() if isinstance(found, dict) and "totalCount" in found} == {
        0
    }
    assert CANARY not in json.dumps(answer)


def test_no_list_is_forgotten_here():
    """Everybody has tokens and a trail of their own: those two stand in the tests of tokens and of the trail."""
    connections = {name for name, field in schema.core.query_type.fields.items() if "filter" in field.args}
    assert connections - set(LISTS) == {"apiTokens", "auditTrail"}


async def test_a_foreign_node_is_a_missing_one(ask, theirs):
    for type_name, foreign in theirs.items():
        missing = global_id(type_name, uuid7())
        for query in (
            "query ($id: ID!) { node(id: $id) { id __typename } }",
            "query ($id: ID!) { nodes(ids: [$id, $id]) { id } }",
        ):
            answers = [(await ask.post(query, {"id": id})).content for id in (foreign, missing)]
            assert answers[0] == answers[1]
            assert b"errors" not in answers[0]


# Of which type the id is that a filter takes, where its name doesn't say so.
NAMED_OTHERWISE = {
    "ownerId": "Employee",
    "parentId": "ProductCategory",
    "categoryId": "ProductCategory",
    "categoryTree": "ProductCategory",
    "copiedFromId": "Quote",
    "recordId": "Quote",
    "rowId": "QuoteLine",
}


def filters_by_id():
    """Every way to filter a list by an id, and of which type that is."""
    for name, field in schema.core.query_type.fields.items():
        kind = get_named_type(field.type).name.removesuffix("Connection")
        inputs = get_named_type(field.args["filter"].type).fields if "filter" in field.args else {}
        for by, input in inputs.items():
            operators = getattr(get_named_type(input.type), "fields", {})
            for operator in ("eq", "under"):
                if operator in operators and get_named_type(operators[operator].type).name == "ID":
                    of = kind if by == "id" else NAMED_OTHERWISE.get(by, by[0].upper() + by[1:].removesuffix("Id"))
                    yield f"{name}(filter: {{{by}: {{{operator}: $id}}}}) {{ nodes {{ id }} }}", of


MUTATIONS = {
    "updateEmployee(input: {employeeId: $id, name: \"x\"}) { employee { id } %s }": "Employee",
    "createApiToken(input: {name: \"x\", scopes: [], employeeId: $id}) { apiToken { id } token %s }": "Employee",
    "revokeApiToken(input: {apiTokenId: $id}) { apiToken { id } %s }": "ApiToken",
    "updateOrganization(input: {organizationId: $id, name: \"x\"}) { organization { id } %s }": "Organization",
    "createContact(input: {organizationId: $id, firstName: \"x\"}) { contact { id } %s }": "Organization",
    "updateContact(input: {contactId: $id, firstName: \"x\"}) { contact { id } %s }": "Contact",
    "createQuote(input: {organizationId: $id, title: \"x\"}) { quote { id } %s }": "Organization",
    "createQuote(input: {organizationId: $mine, title: \"x\", contactId: $id}) { quote { id } %s }": "Contact",
    "createQuote(input: {organizationId: $mine, title: \"x\", ownerId: $id}) { quote { id } %s }": "Employee",
    "createOrganization(input: {name: \"x\", ownerId: $id}) { organization { id } %s }": "Employee",
    "createProduct(input: {title: \"x\", price: 1, categoryId: $id}) { product { id } %s }": "ProductCategory",
    "updateProduct(input: {productId: $id, title: \"x\"}) { product { id } %s }": "Product",
    "createProductCategory(input: {name: \"x\", parentId: $id}) { productCategory { id } %s }": "ProductCategory",
    "updateProductCategory(input: {categoryId: $id, name: \"x\"}) { productCategory { id } %s }": "ProductCategory",
    "addQuoteLines(input: {quoteId: $sent, lines: [{productId: $id}]}) { quote { id } %s }": "Product",
    "addQuoteLines(input: {quoteId: $sent, sectionId: $id, lines: []}) { quote { id } %s }": "QuoteSection",
    "addQuoteSection(input: {quoteId: $id, title: \"x\"}) { quote { id } %s }": "Quote",
    "updateQuoteSection(input: {sectionId: $id, title: \"x\"}) { quote { id } %s }": "QuoteSection",
    "removeQuoteSection(input: {sectionId: $id}) { quote { id } %s }": "QuoteSection",
    "updateQuote(input: {quoteId: $id, title: \"x\"}) { quote { id } %s }": "Quote",
    "addQuoteLines(input: {quoteId: $id, lines: []}) { quote { id } %s }": "Quote",
    "updateQuoteLine(input: {lineId: $id, title: \"x\"}) { quote { id } %s }": "QuoteLine",
    "removeQuoteLine(input: {lineId: $id}) { quote { id } %s }": "QuoteLine",
    "sendQuote(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "acceptQuote(input: {quoteId: $id}) { quote { id } salesOrder { id } %s }": "Quote",
    "acceptQuote(input: {quoteId: $sent, choices: [{lineId: $id, selected: true}]}) { quote { id } %s }": "QuoteLine",
    "declineQuote(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "createProduct(input: {title: \"x\", price: 1, brandId: $id}) { product { id } %s }": "Brand",
    "createProduct(input: {title: \"x\", price: 1, type: BUNDLE, components: {productId: $id}}) { product { id } %s }":
        "Product",
    "updateBrand(input: {brandId: $id, name: \"x\"}) { brand { id } %s }": "Brand",
    "updateSupplier(input: {supplierId: $id, name: \"x\"}) { supplier { id } %s }": "Supplier",
    "archiveSupplier(input: {supplierId: $id}) { supplier { id } %s }": "Supplier",
    "restoreSupplier(input: {supplierId: $id}) { supplier { id } %s }": "Supplier",
    "updateWarehouse(input: {warehouseId: $id, name: \"x\"}) { warehouse { id } %s }": "Warehouse",
    "archiveWarehouse(input: {warehouseId: $id}) { warehouse { id } %s }": "Warehouse",
    "restoreWarehouse(input: {warehouseId: $id}) { warehouse { id } %s }": "Warehouse",
    "setSupplierOffer(input: {productId: $id, supplierId: $supplier, cost: 1}) { product { id } %s }": "Product",
    "setSupplierOffer(input: {productId: $product, supplierId: $id, cost: 1}) { product { id } %s }": "Supplier",
    "removeSupplierOffer(input: {productId: $id, supplierId: $supplier}) { product { id } %s }": "Product",
    "removeSupplierOffer(input: {productId: $product, supplierId: $id}) { product { id } %s }": "Supplier",
    "archiveOrganization(input: {organizationId: $id}) { organization { id } %s }": "Organization",
    "restoreOrganization(input: {organizationId: $id}) { organization { id } %s }": "Organization",
    "createDeliveryAddress(input: {organizationId: $id, name: \"x\"}) { deliveryAddress { id } %s }": "Organization",
    "updateDeliveryAddress(input: {deliveryAddressId: $id, name: \"x\"}) { deliveryAddress { id } %s }":
        "DeliveryAddress",
    "removeDeliveryAddress(input: {deliveryAddressId: $id}) { organization { id } %s }": "DeliveryAddress",
    "createSalesOrder(input: {organizationId: $id, lines: []}) { salesOrder { id } %s }": "Organization",
    "createSalesOrder(input: {organizationId: $mine, lines: [], contactId: $id}) { salesOrder { id } %s }": "Contact",
    "createSalesOrder(input: {organizationId: $mine, lines: [], ownerId: $id}) { salesOrder { id } %s }": "Employee",
    "createSalesOrder(input: {organizationId: $mine, lines: [{productId: $id}]}) { salesOrder { id } %s }": "Product",
    "updateSalesOrder(input: {salesOrderId: $id}) { salesOrder { id } %s }": "SalesOrder",
    "addSalesOrderLines(input: {salesOrderId: $id, lines: []}) { salesOrder { id } %s }": "SalesOrder",
    "updateSalesOrderLine(input: {lineId: $id}) { salesOrder { id } %s }": "SalesOrderLine",
    "removeSalesOrderLine(input: {lineId: $id}) { salesOrder { id } %s }": "SalesOrderLine",
    "approveSalesOrder(input: {salesOrderId: $id}) { salesOrder { id } %s }": "SalesOrder",
    "processSalesOrder(input: {salesOrderId: $id}) { salesOrder { id } %s }": "SalesOrder",
    "cancelSalesOrder(input: {salesOrderId: $id}) { salesOrder { id } %s }": "SalesOrder",
    "deliverSalesOrder(input: {salesOrderId: $id, lines: []}) { delivery { id } %s }": "SalesOrder",
    "fulfilSalesOrder(input: {salesOrderId: $id}) { delivery { id } %s }": "SalesOrder",
    "recordPayment(input: {salesOrderId: $id, amount: 1}) { payment { id } %s }": "SalesOrder",
    "removePayment(input: {paymentId: $id}) { salesOrder { id } %s }": "SalesOrderPayment",
    "placeStoreOrder(input: {contactId: $id, lines: []}) { salesOrder { id } %s }": "Contact",
    "placeStoreOrder(input: {contactId: $contact, lines: [{productId: $id, quantity: 1}]}) { salesOrder { id } %s }":
        "Product",
    "changeStoreAccount(input: {contactId: $id}) { contact { id } %s }": "Contact",
    "changeStoreAccount(input: {contactId: $contact, deliveryAddresses: {deliveryAddressId: $id}})"
    " { contact { id } %s }": "DeliveryAddress",
    "createPurchaseOrder(input: {supplierId: $id}) { purchaseOrder { id } %s }": "Supplier",
    "createPurchaseOrders(input: {salesOrderId: $id}) { purchaseOrders { id } %s }": "SalesOrder",
    "updatePurchaseOrder(input: {purchaseOrderId: $id}) { purchaseOrder { id } %s }": "PurchaseOrder",
    "addPurchaseOrderLines(input: {purchaseOrderId: $id, lines: []}) { purchaseOrder { id } %s }": "PurchaseOrder",
    "updatePurchaseOrderLine(input: {lineId: $id}) { purchaseOrder { id } %s }": "PurchaseOrderLine",
    "removePurchaseOrderLine(input: {lineId: $id}) { purchaseOrder { id } %s }": "PurchaseOrderLine",
    "setPurchaseOrderCosts(input: {purchaseOrderId: $id, costs: []}) { purchaseOrder { id } %s }": "PurchaseOrder",
    "approvePurchaseOrder(input: {purchaseOrderId: $id}) { purchaseOrder { id } %s }": "PurchaseOrder",
    "cancelPurchaseOrder(input: {purchaseOrderId: $id}) { purchaseOrder { id } %s }": "PurchaseOrder",
    "receivePurchaseOrder(input: {purchaseOrderId: $id}) { purchaseOrder { id } %s }": "PurchaseOrder",
    "copyQuote(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "copyQuote(input: {quoteId: $sent, organizationId: $id}) { quote { id } %s }": "Organization",
    "saveQuoteTemplate(input: {quoteId: $id, name: \"x\"}) { quoteTemplate { id } %s }": "Quote",
    "removeQuoteTemplate(input: {templateId: $id}) { templateId %s }": "QuoteTemplate",
    "setApprovalRule(input: {kind: TOTAL, threshold: 1, employeeId: $id}) { approvalRule { id } %s }": "Employee",
    "removeApprovalRule(input: {approvalRuleId: $id}) { approvalRuleId %s }": "ApprovalRule",
    "submitQuote(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "approveQuote(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "rejectQuote(input: {quoteId: $id, reason: \"x\"}) { quote { id } %s }": "Quote",
    "createOfferLink(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "revokeOfferLink(input: {quoteId: $id}) { quote { id } %s }": "Quote",
    "retrySyncError(input: {id: $id}) { syncError { id } %s }": "SyncError",
    "dismissSyncError(input: {id: $id, reason: \"x\"}) { syncError { id } %s }": "SyncError",
}  # fmt: skip


async def test_a_filter_by_a_foreign_id_finds_what_a_missing_one_finds(ask):
    for filter, type_name in filters_by_id():
        query = f"query ($id: ID!) {{ {filter} }}"
        foreign = global_id(type_name, canary.row_id(schema.models[type_name].__tablename__))
        answers = [(await ask.post(query, {"id": id})).content for id in (foreign, global_id(type_name, uuid7()))]
        assert answers[0] == answers[1], filter
        assert b'"nodes":[]' in answers[0], filter


async def test_a_mutation_of_a_foreign_record_is_one_of_a_missing_record(ask, ask_other, theirs):
    customer = await an_organization(ask, contacts=[{"firstName": "Ada"}])
    mine = customer["id"]
    sent = await a_quote(ask, mine)
    await ask("mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { quote { id } } }", id=sent["id"])
    product, supplier = await a_product(ask), await a_supplier(ask)
    contact = customer["contacts"][0]["id"]
    own = {"mine": mine, "contact": contact, "sent": sent["id"], "product": product["id"], "supplier": supplier["id"]}
    fields = everything(schema.core.type_map["Quote"])
    read = f"query ($id: ID!) {{ node(id: $id) {{ ... on Quote {{ {fields} }} }} }}"
    before = await ask_other(read, id=theirs["Quote"])
    for mutation, type_name in MUTATIONS.items():
        declared = "".join(f", ${name}: ID!" for name in own if f"${name}" in mutation)
        query = f"mutation ($id: ID!{declared}) {{ {mutation % 'userErrors { code field message }'} }}"
        answers = []
        for id in (theirs[type_name], global_id(type_name, uuid7())):
            answers.append((await ask.post(query, {"id": id, **own})).content)
        assert answers[0] == answers[1], mutation
        [payload] = json.loads(answers[0])["data"].values()
        assert [error["code"] for error in payload.pop("userErrors")] == ["NOT_FOUND"], mutation
        assert set(payload.values()) == {None}
    assert await ask_other(read, id=theirs["Quote"]) == before


def test_no_mutation_that_takes_an_id_is_forgotten_here():
    takes_ids = {
        name
        for name, field in schema.core.mutation_type.fields.items()
        if "input" in field.args
        and any(
            str(get_named_type(inner.type)) == "ID"
            for inner in get_named_type(field.args["input"].type).fields.values()
        )
    }
    assert takes_ids == {mutation.partition("(")[0] for mutation in MUTATIONS}


@pytest.mark.parametrize(
    "id", ["", "x", "UXVvdGU6", "Quote:1", "T" * 200, "UXVvdGU6MDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw="]
)
async def test_what_is_no_id_is_told_so(ask, id):
    assert await ask.code("query ($id: ID!) { node(id: $id) { id } }", id=id) == "INVALID"
    assert await ask.code("query ($id: ID!) { nodes(ids: [$id]) { id } }", id=id) == "INVALID"
    answer = await ask("mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { userErrors { code field } } }", id=id)
    assert answer["sendQuote"]["userErrors"] == [{"code": "INVALID", "field": ["quoteId"]}]


async def test_the_id_of_another_type_is_told_so(ask):
    id = global_id("Organization", uuid7())
    answer = await ask(
        "mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { userErrors { code message } } }", id=id
    )
    assert answer["sendQuote"]["userErrors"] == [
        {
            "code": "INVALID",
            "message": "This id is of the type Organization; the id of a record of type Quote is needed.",
        }
    ]
    unknown = global_id("Nothing", uuid7())
    assert await ask("query ($id: ID!) { node(id: $id) { id } }", id=unknown) == {"node": None}
