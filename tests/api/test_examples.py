"""The example operations (docs/examples, GraphiQL's tabs): valid, and run as far as they need no ConnectWise."""

import json
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, build_schema, parse, validate

from api.schema import schema
from domain.permissions import Permission
from tests.api.conftest import a_product, a_quote
from tests.api.offering import linked
from tests.api.purchasing import to_buy
from tests.api.quoting import done
from tests.api.supplying import a_brand, do

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
KINDS = ["front-end", "quoting", "customer", "purchasing", "catalog", "partner-app", "administrator", "automation"]
CREATE_CONTACT = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }"
CREATE_SALES_ORDER = """mutation ($input: CreateSalesOrderInput!) {
  createSalesOrder(input: $input) { salesOrder { id lines { id } } }
}"""
SAVE_TEMPLATE = """mutation ($input: SaveQuoteTemplateInput!) {
  saveQuoteTemplate(input: $input) { quoteTemplate { id } }
}"""
# What only a connected ConnectWise answers.
ELSEWHERE = {"Connect", "OrganizationChoices", "OpportunityChoices", "ProductChoices", "Retry", "Dismiss"}


def text(kind: str) -> str:
    return (FOLDER / f"{kind}.graphql").read_text("utf-8")


def variables(kind: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{kind}.variables.json").read_text("utf-8"))


def operations(kind: str) -> list[OperationDefinitionNode]:
    found = parse(text(kind)).definitions
    assert all(isinstance(node, OperationDefinitionNode) for node in found)
    return found  # type: ignore[return-value]


def test_each_kind_of_user_has_examples():
    assert sorted(file.name.removesuffix(".graphql") for file in FOLDER.glob("*.graphql")) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_valid_for_the_committed_schema(kind):
    committed = build_schema((FOLDER.parents[1] / "schema.graphql").read_text("utf-8"))
    assert [error.message for error in validate(committed, parse(text(kind)))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_operation_names_the_tab(kind):
    assert operations(kind)[0].name.value == "".join(word.capitalize() for word in kind.split("-"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_variable_has_an_example_and_every_example_a_variable(kind):
    used = {
        definition.variable.name.value for node in operations(kind) for definition in node.variable_definitions or ()
    }
    assert used == set(variables(kind))


@pytest.mark.parametrize("kind", KINDS)
async def test_they_run_from_top_to_bottom(ask, kind):
    await _run(ask, kind, but=ELSEWHERE | {"DeclineOffer"})


async def test_the_customer_may_also_say_no(ask):
    await _run(ask, "customer", but={"AcceptOffer"})


async def _run(ask, kind: str, *, but: set[str]) -> None:
    quote = await a_quote(ask)
    organization = await ask(
        "query ($id: ID!) { node(id: $id) { ... on Quote { organization { id } } } }", id=quote["id"]
    )
    ids = {
        "quoteId": quote["id"],
        "recordId": quote["id"],
        "lineId": quote["lines"][0]["id"],
        "organizationId": organization["node"]["organization"]["id"],
        **await _an_order(ask, organization["node"]["organization"]["id"]),
        **await to_buy(ask, organization["node"]["organization"]["id"]),
        "brandId": (await a_brand(ask, "Another brand"))["id"],
        "categoryId": await _a_category(ask),
        "templateId": await _a_template(ask, quote["id"]),
        "ids": [quote["id"]],
    }
    if kind == "customer":
        await done(ask, "sendQuote", quoteId=quote["id"])
        ask = await linked(ask, quote["id"])
    values = _filled(variables(kind), ids)
    for node in operations(kind):
        name = node.name.value
        if name in but or node.operation is OperationType.SUBSCRIPTION:  # that one runs in test_event_stream.py
            continue
        body = {"query": text(kind), "variables": values, "operationName": name}
        answer = await ask.http.post("/graphql", json=body, headers={"Authorization": f"Bearer {ask.token}"})
        assert answer.status_code == 200, (name, answer.text)
        for payload in answer.json()["data"].values():
            assert payload is not None, name
            assert not (isinstance(payload, dict) and payload.get("userErrors")), (name, payload)


async def test_the_partner_app_needs_no_more_than_it_says(ask):
    needed = {scope for node in operations("partner-app") for scope in _needs(node)}
    said = {scope for scope in Permission if scope.value in text("partner-app")}
    assert needed == said


def _needs(node: OperationDefinitionNode) -> frozenset[Permission]:
    from api.documents import Documents

    return Documents(schema.core, schema.rules).ready(text("partner-app")).needs[node.name.value]


async def _a_category(ask) -> str:
    made = await do(ask, "createProductCategory", "productCategory { id }", name="Network")
    return made["productCategory"]["id"]


async def _a_template(ask, quote_id: str) -> str:
    answer = await ask(SAVE_TEMPLATE, input={"quoteId": quote_id, "name": "Another template"})
    return answer["saveQuoteTemplate"]["quoteTemplate"]["id"]


async def _an_order(ask, organization_id: str) -> dict[str, str]:
    contact = await ask(CREATE_CONTACT, input={"organizationId": organization_id, "firstName": "Ada"})
    order = {"organizationId": organization_id, "lines": [{"title": "Cable", "quantity": "3", "unitPrice": "50"}]}
    answer = (await ask(CREATE_SALES_ORDER, input=order))["createSalesOrder"]["salesOrder"]
    return {
        "contactId": contact["createContact"]["contact"]["id"],
        "productId": (await a_product(ask))["id"],
        "salesOrderId": answer["id"],
        "salesOrderLineId": answer["lines"][0]["id"],
    }


def _filled(value: Any, ids: dict[str, Any], key: str = "") -> Any:
    """The example variables with ids of this test in the places where they only say which id belongs there."""
    if key in ids:
        return ids[key]
    if isinstance(value, list):
        return [_filled(part, ids) for part in value]
    return {name: _filled(part, ids, name) for name, part in value.items()} if isinstance(value, dict) else value
