"""The online store through GraphQL: what a contact orders, and what becomes of the account."""

import asyncio

import pytest
from sqlalchemy import select

from domain.access import service as access
from domain.ids import global_id, parse_global_id, uuid7
from domain.organizations import service as organizations
from domain.outbox import OutboxFact
from tests.api.conftest import Client, a_product, an_organization
from tests.rig import make_msp

PLACE = """mutation ($input: PlaceStoreOrderInput!) {
  placeStoreOrder(input: $input) {
    salesOrder {
      number status enteredBy customerReference contact { firstName } organization { name } owner { id }
      subtotal { amount } total { amount } coupon { code } delivery { address { city } }
      lines { title partNumber quantity unitPrice unitCost taxRate total }
    }
    userErrors { code field message }
  }
}"""
CHANGE = """mutation ($input: ChangeStoreAccountInput!) {
  changeStoreAccount(input: $input) {
    contact { firstName email }
    organization { id name source billingAddress { city } deliveryAddresses { id name address { city } } }
    userErrors { code field message }
  }
}"""


async def a_customer(ask, **more):
    organization = await an_organization(ask, contacts=[{"firstName": "Ada", "lastName": "Lovelace"}], **more)
    return organization, organization["contacts"][0]["id"]


async def test_a_contact_orders_at_the_catalogs_prices(ask):
    _, contact = await a_customer(ask)
    product = await a_product(ask, partNumber="FW-40", cost="350")
    answer = await ask(
        PLACE,
        input={
            "contactId": contact,
            "lines": [{"productId": product["id"], "quantity": "2", "taxRate": "20"}],
            "customerReference": "W-1",
            "delivery": {"amount": "5", "address": {"city": "Leeds"}},
            "coupon": {"code": "WEB", "amount": "10"},
        },
    )
    assert answer["placeStoreOrder"] == {
        "salesOrder": {
            "number": "SO-1001",
            "status": "DRAFT",
            "enteredBy": "CUSTOMER",
            "customerReference": "W-1",
            "contact": {"firstName": "Ada"},
            "organization": {"name": "Acme Dental"},
            "owner": None,
            "subtotal": {"amount": "994.80"},
            "total": {"amount": "1194.76"},
            "coupon": {"code": "WEB"},
            "delivery": {"address": {"city": "Leeds"}},
            "lines": [
                {
                    "title": "Firewall F-40",
                    "partNumber": "FW-40",
                    "quantity": "2",
                    "unitPrice": "499.9",
                    "unitCost": "350",
                    "taxRate": "20",
                    "total": "1199.76",
                }
            ],
        },
        "userErrors": [],
    }


async def test_all_that_can_not_be_ordered_is_named_at_once(ask):
    _, contact = await a_customer(ask)
    good, gone = await a_product(ask), await a_product(ask, title="Old")
    update = "mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { userErrors { code } } }"
    await ask(update, input={"productId": gone["id"], "active": False})
    lines = [
        {"productId": good["id"], "quantity": "1"},
        {"productId": gone["id"], "quantity": "1"},
        {"productId": global_id("Product", uuid7()), "quantity": "1"},
        {"productId": good["id"], "quantity": "0"},
    ]
    answer = (await ask(PLACE, input={"contactId": contact, "lines": lines}))["placeStoreOrder"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [
        ("INVALID", ["lines", "1", "productId"]),
        ("NOT_FOUND", ["lines", "2", "productId"]),
        ("INVALID", ["lines", "3", "quantity"]),
    ]
    assert answer["userErrors"][0]["message"] == f"{gone['number']} “Old” is not sold any more."
    assert (await ask("{ salesOrders { totalCount } }"))["salesOrders"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contactId": global_id("Contact", uuid7())}, ["contactId"]),
        ({"lines": []}, ["lines"]),
        ({"coupon": {"code": "x", "amount": "99999"}}, ["coupon", "amount"]),
        ({"delivery": {"address": {"zip": "x" * 31}}}, ["delivery", "address", "zip"]),
    ],
)
async def test_what_is_refused_is_named_by_its_place(ask, changes, field):
    _, contact = await a_customer(ask)
    lines = [{"productId": (await a_product(ask))["id"], "quantity": "1"}]
    answer = (await ask(PLACE, input={"contactId": contact, "lines": lines, **changes}))["placeStoreOrder"]
    assert [error["field"] for error in answer["userErrors"]] == [field]


async def test_who_left_orders_nothing(ask):
    _, contact = await a_customer(ask)
    update = "mutation ($input: UpdateContactInput!) { updateContact(input: $input) { userErrors { code } } }"
    await ask(update, input={"contactId": contact, "active": False})
    answer = (await ask(PLACE, input={"contactId": contact, "lines": []}))["placeStoreOrder"]
    assert answer["userErrors"] == [
        {"code": "INVALID", "field": ["contactId"], "message": "Ada Lovelace is no customer any more."}
    ]


async def test_the_store_needs_no_more_than_its_own_permission(db, http, ask, msp):
    _, contact = await a_customer(ask)
    product = await a_product(ask)
    async with msp.transaction() as ctx:
        _, token = await access.create_token(ctx, name="store", scopes=["store:write"])
    store = Client(http, token)
    place = "mutation ($input: PlaceStoreOrderInput!) { placeStoreOrder(input: $input) { number userErrors { code } } }"
    lines = [{"productId": product["id"], "quantity": "1"}]
    placed = await store(place, input={"contactId": contact, "lines": lines})
    assert placed == {"placeStoreOrder": {"number": "SO-1001", "userErrors": []}}
    change = "mutation ($input: ChangeStoreAccountInput!) { changeStoreAccount(input: $input) { userErrors { code } } }"
    input = {"contactId": contact, "organization": {"phone": "1"}, "deliveryAddresses": [{"name": "North"}]}
    assert await store(change, input=input) == {"changeStoreAccount": {"userErrors": []}}
    assert await store.code("{ salesOrders { totalCount } }") == "FORBIDDEN"
    elsewhere = await make_msp(db, "Elsewhere IT")
    foreign = await Client(http, elsewhere.token)(place, input={"contactId": contact, "lines": lines})
    assert foreign["placeStoreOrder"]["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_basket_that_is_sent_twice_is_one_order_in_the_contacts_name(ask, msp):
    _, contact = await a_customer(ask)
    input = {"contactId": contact, "lines": [{"productId": (await a_product(ask))["id"], "quantity": "1"}]}
    first, again = [(await ask.post(PLACE, {"input": input}, **{"Idempotency-Key": "basket-1"})).json() for _ in "ab"]
    assert first["data"] == again["data"]
    assert first["data"]["placeStoreOrder"]["salesOrder"]["number"] == "SO-1001"
    async with msp.transaction() as ctx:
        who = await ctx.session.scalars(select(OutboxFact.actor).where(OutboxFact.name == "SalesOrderCreated"))
        assert who.all() == ["Ada Lovelace, online store"]


async def test_a_contact_changes_the_account(ask):
    organization, contact = await a_customer(ask, billingAddress={"city": "York", "zip": "1"})
    answer = await ask(
        CHANGE,
        input={
            "contactId": contact,
            "organization": {"name": "Acme Dental Ltd", "billingAddress": {"city": "Leeds"}},
            "contact": {"email": "ada@acme.example"},
            "deliveryAddresses": [{"name": "North", "address": {"city": "Hull"}}, {"name": "South"}],
        },
    )
    changed = answer["changeStoreAccount"]
    assert changed["userErrors"] == []
    assert changed["contact"] == {"firstName": "Ada", "email": "ada@acme.example"}
    north, south = changed["organization"].pop("deliveryAddresses")
    assert changed["organization"] == {
        "id": organization["id"],
        "name": "Acme Dental Ltd",
        "source": "STAFF",
        "billingAddress": {"city": "Leeds"},
    }
    addresses = [
        {"deliveryAddressId": north["id"], "address": {"city": "Goole"}},
        {"deliveryAddressId": south["id"], "remove": True},
    ]
    answer = await ask(CHANGE, input={"contactId": contact, "deliveryAddresses": addresses})
    [left] = answer["changeStoreAccount"]["organization"]["deliveryAddresses"]
    assert (left["name"], left["address"]["city"]) == ("North", "Goole")
    trail = '{ auditTrail(filter: { actor: { eq: "Ada Lovelace, online store" } }) { totalCount } }'
    assert (await ask(trail))["auditTrail"]["totalCount"] == 6


async def test_of_two_who_change_an_account_at_once_the_last_one_s_word_stands(ask, msp):
    organization, contact = await a_customer(ask)
    own = {"contactId": contact, "organization": {"name": "Acme Dental"}}
    async with msp.transaction() as ctx:
        await organizations.update(ctx, parse_global_id(organization["id"])[1], {"name": "Acme"})
        waiting = asyncio.create_task(ask(CHANGE, input=own))
        await asyncio.sleep(0.3)  # it has looked by then, and waits
    assert (await waiting)["changeStoreAccount"]["organization"]["name"] == "Acme Dental"


async def test_what_an_account_can_not_be_is_named_by_its_place(ask):
    _, contact = await a_customer(ask)
    other = await an_organization(ask, "Other", deliveryAddresses=[{"name": "Theirs"}])
    query = "query ($id: ID!) { node(id: $id) { ... on Organization { deliveryAddresses { id } } } }"
    [theirs] = (await ask(query, id=other["id"]))["node"]["deliveryAddresses"]
    for changes, field in (
        ({"organization": {"name": " "}}, ["organization", "name"]),
        ({"organization": {"billingAddress": {"zip": "x" * 31}}}, ["organization", "billingAddress", "zip"]),
        ({"contact": {"email": "nobody"}}, ["contact", "email"]),
        ({"deliveryAddresses": [{"address": {"city": "x"}}]}, ["deliveryAddresses", "0", "name"]),
        (
            {"deliveryAddresses": [{"name": "a"}, {"name": "b", "address": {"zip": "x" * 31}}]},
            ["deliveryAddresses", "1", "address", "zip"],
        ),
        ({"deliveryAddresses": [{"name": f"North {n}"} for n in range(101)]}, ["deliveryAddresses"]),
        (
            {"deliveryAddresses": [{"deliveryAddressId": theirs["id"], "remove": True}]},
            ["deliveryAddresses", "0", "deliveryAddressId"],
        ),
    ):
        answer = (await ask(CHANGE, input={"contactId": contact, **changes}))["changeStoreAccount"]
        assert [error["field"] for error in answer["userErrors"]] == [field]
        assert answer["organization"] is None
