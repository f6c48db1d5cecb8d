"""Sales orders through GraphQL: entered, edited, approved, delivered, paid, closed, listed."""

import pytest
from sqlalchemy import text

from domain import events
from domain.ids import global_id, parse_global_id, uuid7
from tests.api.conftest import LINES, Client, a_product, a_quote, an_organization
from tests.rig import make_msp

ORDER = """id number status fulfilment locked version approvalReasons
  subtotal { amount } taxTotal { amount } total { amount } paidTotal { amount } outstanding { amount }
  lines { id title quantity deliveredQuantity fulfilledQuantity total }"""


def changing(name: str, more: str = "") -> str:
    """A mutation of a sales order that answers the order."""
    return f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{
      {name}(input: $input) {{ salesOrder {{ {ORDER} }} {more} userErrors {{ code field message }} }}
    }}"""


CREATE = changing("createSalesOrder")
DELIVER = changing("deliverSalesOrder", "delivery { ordinal deliveredOn lines { quantity serialNumbers { number } } }")
PAY = changing("recordPayment", "payment { id amount { amount currencyCode } method }")
LIMIT = "mutation ($input: UpdateSalesSettingsInput!) { updateSalesSettings(input: $input) { userErrors { code } } }"
WANTED = [{key: value for key, value in line.items() if key != "optional"} for line in LINES]


async def an_order(ask, organization_id=None, **more):
    organization_id = organization_id or (await an_organization(ask))["id"]
    answer = (await ask(CREATE, input={"organizationId": organization_id, "lines": WANTED, **more}))["createSalesOrder"]
    assert answer["userErrors"] == []
    return answer["salesOrder"]


async def limit(ask, amount):
    await ask(LIMIT, input={"autoApprovalLimit": amount})


async def test_an_order_is_entered_with_all_that_belongs_to_it(ask):
    organization = await an_organization(ask, contacts=[{"firstName": "Ada"}])
    answer = await ask(
        """mutation ($input: CreateSalesOrderInput!) {
          createSalesOrder(input: $input) {
            salesOrder {
              number status fulfilment enteredBy customerReference privateNote locked receipted
              organization { name } contact { firstName } owner { name } quote { id }
              delivery { amount { amount } tax { amount } address { city } }
              coupon { code amount { amount } taxRate } surcharge { title amount { amount } taxRate }
              subtotal { amount currencyCode } discountTotal { amount } taxTotal { amount } total { amount }
              costTotal { amount } margin { amount } outstanding { amount }
              lines { title unitCost netTotal serialNumbers { number } } deliveries { id } payments { id }
              confirmations { email }
            }
            userErrors { code field message }
          }
        }""",
        input={
            "organizationId": organization["id"],
            "contactId": organization["contacts"][0]["id"],
            "customerReference": "PO 7",
            "privateNote": "be quick",
            "lines": [{**WANTED[0], "unitCost": "350"}, WANTED[1]],
            "delivery": {"amount": "12.50", "taxRate": "20", "address": {"city": "Leeds"}},
            "coupon": {"code": "SPRING", "amount": "30", "taxRate": "20"},
            "surcharge": {"title": "Card", "amount": "4.99"},
        },
    )
    assert answer["createSalesOrder"]["userErrors"] == []
    order = answer["createSalesOrder"]["salesOrder"]
    assert order == {
        "number": "SO-1001",
        "status": "DRAFT",
        "fulfilment": "NONE",
        "enteredBy": "EMPLOYEE",
        "customerReference": "PO 7",
        "privateNote": "be quick",
        "locked": False,
        "receipted": False,
        "organization": {"name": "Acme Dental"},
        "contact": {"firstName": "Ada"},
        "owner": None,
        "quote": None,
        "delivery": {"amount": {"amount": "12.50"}, "tax": {"amount": "2.50"}, "address": {"city": "Leeds"}},
        "coupon": {"code": "SPRING", "amount": {"amount": "30.00"}, "taxRate": "20"},
        "surcharge": {"title": "Card", "amount": {"amount": "4.99"}, "taxRate": "0"},
        "subtotal": {"amount": "1948.49", "currencyCode": "USD"},
        "discountTotal": {"amount": "106.80"},
        "taxTotal": {"amount": "196.46"},
        "total": {"amount": "2144.95"},
        "costTotal": {"amount": "700.00"},
        "margin": {"amount": "1248.49"},
        "outstanding": {"amount": "2144.95"},
        "lines": [
            {"title": "Firewall", "unitCost": "350", "netTotal": "999.8", "serialNumbers": []},
            {"title": "Support", "unitCost": None, "netTotal": "961.2", "serialNumbers": []},
        ],
        "deliveries": [],
        "payments": [],
        "confirmations": [],
    }


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"organizationId": global_id("Organization", uuid7())}, "NOT_FOUND", ["organizationId"]),
        ({"contactId": global_id("Contact", uuid7())}, "NOT_FOUND", ["contactId"]),
        ({"ownerId": global_id("Employee", uuid7())}, "NOT_FOUND", ["ownerId"]),
        ({"lines": [WANTED[0], {**WANTED[0], "quantity": "-1"}]}, "INVALID", ["lines", "1", "quantity"]),
        ({"lines": [{"productId": global_id("Product", uuid7())}]}, "NOT_FOUND", ["lines", "0", "productId"]),
        ({"lines": [WANTED[0]] * 501}, "LIMIT_EXCEEDED", ["lines"]),
        ({"coupon": {"amount": "5"}}, "REQUIRED", ["coupon", "code"]),
        ({"surcharge": {"title": "x", "amount": "-5"}}, "INVALID", ["surcharge", "amount"]),
        ({"delivery": {"address": {"city": "x" * 101}}}, "TOO_LONG", ["delivery", "address", "city"]),
    ],
)
async def test_what_is_refused_is_named_by_its_place(ask, changes, code, field):
    input = {"organizationId": (await an_organization(ask))["id"], "lines": WANTED, **changes}
    answer = (await ask(CREATE, input=input))["createSalesOrder"]
    assert answer["salesOrder"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [(code, field)]


async def test_an_archived_organization_orders_nothing(ask, msp):
    organization = await an_organization(ask)
    id = parse_global_id(organization["id"])[1]
    async with msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE organization SET archived_at = now() WHERE id = :id"), {"id": id})
        ctx.emit(events.OrganizationUpdated(id))
    answer = (await ask(CREATE, input={"organizationId": organization["id"], "lines": WANTED}))["createSalesOrder"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("INVALID", ["organizationId"])]


async def test_the_limit_of_the_settings_approves(ask):
    assert (await an_order(ask))["approvalReasons"] == ["No limit is set below which orders approve themselves."]
    await limit(ask, "2160.96")
    order = await an_order(ask)
    assert (order["status"], order["approvalReasons"]) == ("APPROVED", [])
    dear = await an_order(ask, surcharge={"title": "x", "amount": "0.01"})
    assert dear["approvalReasons"] == ["The total is 2,160.97 USD; above 2,160.96 USD somebody has to approve it."]
    answer = await ask(changing("approveSalesOrder"), input={"salesOrderId": dear["id"], "version": dear["version"]})
    assert answer["approveSalesOrder"]["salesOrder"]["status"] == "APPROVED"


async def test_approving_needs_its_own_permission(db, http):
    scopes = ("organizations:write", "organizations:read", "sales_orders:read", "sales_orders:write")
    clerk = Client(http, (await make_msp(db, scopes=scopes)).token)
    order = await an_order(clerk)
    assert await clerk.code(changing("approveSalesOrder"), input={"salesOrderId": order["id"]}) == "FORBIDDEN"


async def test_lines_are_edited_under_the_version_that_was_seen(ask):
    order = await an_order(ask)
    first, second = (line["id"] for line in order["lines"])
    add = changing("addSalesOrderLines")
    answer = await ask(add, input={"salesOrderId": order["id"], "lines": [{"title": "Cable", "unitPrice": "5"}]})
    assert [line["title"] for line in answer["addSalesOrderLines"]["salesOrder"]["lines"]] == [
        "Firewall",
        "Support",
        "Cable",
    ]
    update = changing("updateSalesOrderLine")
    [stale] = (await ask(update, input={"lineId": first, "quantity": "3", "version": 1})).values()
    assert (stale["salesOrder"], stale["userErrors"][0]["code"]) == (None, "CONFLICT")
    [edited] = (await ask(update, input={"lineId": first, "quantity": "3", "version": 2})).values()
    assert edited["salesOrder"]["total"] == {"amount": "2765.84"}
    [removed] = (await ask(changing("removeSalesOrderLine"), input={"lineId": second})).values()
    assert removed["salesOrder"]["total"] == {"amount": "1804.64"}
    [empty] = (await ask(update, input={"lineId": first, "title": None})).values()
    assert empty["userErrors"][0]["field"] == ["title"]


async def test_parts_of_an_order_are_changed_and_emptied(ask):
    order = await an_order(ask, coupon={"code": "A", "amount": "10"}, surcharge={"title": "Card", "amount": "1"})
    update = changing("updateSalesOrder")
    [edited] = (await ask(update, input={"salesOrderId": order["id"], "coupon": {"amount": "5"}})).values()
    assert edited["salesOrder"]["subtotal"] == {"amount": "1957.00"}
    [edited] = (await ask(update, input={"salesOrderId": order["id"], "coupon": None, "surcharge": None})).values()
    assert edited["salesOrder"]["subtotal"] == {"amount": "1961.00"}
    code = "query ($id: ID!) { node(id: $id) { ... on SalesOrder { coupon { code } surcharge { title } } } }"
    assert (await ask(code, id=order["id"]))["node"] == {"coupon": {"code": None}, "surcharge": {"title": None}}


async def test_an_order_goes_out_in_parts(ask):
    await limit(ask, "9999")
    order = await an_order(ask)
    first, second = (line["id"] for line in order["lines"])
    going = {"salesOrderId": order["id"], "lines": [{"lineId": first, "quantity": "1"}], "trackingNumber": "1Z"}
    [answer] = (await ask(DELIVER, input=going)).values()
    assert (answer["salesOrder"]["fulfilment"], answer["salesOrder"]["locked"]) == ("PARTIAL", False)
    assert (answer["delivery"]["ordinal"], answer["delivery"]["lines"]) == (1, [{"quantity": "1", "serialNumbers": []}])
    for lines, field in (
        ([], ["lines"]),
        ([{"lineId": first, "quantity": "1"}, {"lineId": second, "quantity": "13"}], ["lines", "1", "quantity"]),
        ([{"lineId": first, "quantity": "0"}], ["lines", "0", "quantity"]),
        ([{"lineId": first, "quantity": "1"}] * 2, ["lines", "1", "lineId"]),
        ([{"lineId": global_id("SalesOrderLine", uuid7()), "quantity": "1"}], ["lines", "0", "lineId"]),
        ([{"lineId": first, "quantity": "1", "serialNumbers": ["A"]}], ["lines", "0", "serialNumbers"]),
    ):
        [refused] = (await ask(DELIVER, input={"salesOrderId": order["id"], "lines": lines})).values()
        assert [error["field"] for error in refused["userErrors"]] == [field]
    [late] = (await ask(DELIVER, input={**going, "deliveredOn": "2999-01-01"})).values()
    assert late["userErrors"][0]["field"] == ["deliveredOn"]
    [rest] = (await ask(changing("fulfilSalesOrder"), input={"salesOrderId": order["id"]})).values()
    assert (rest["salesOrder"]["fulfilment"], rest["salesOrder"]["locked"]) == ("FULFILLED", True)
    assert [line["fulfilledQuantity"] for line in rest["salesOrder"]["lines"]] == ["2", "12"]
    [again] = (await ask(changing("fulfilSalesOrder"), input={"salesOrderId": order["id"]})).values()
    assert again["userErrors"][0]["message"] == "All of SO-1001 is delivered already."
    edit = {"salesOrderId": order["id"], "privateNote": "x"}
    [locked] = (await ask(changing("updateSalesOrder"), input=edit)).values()
    assert locked["userErrors"][0]["code"] == "IMPOSSIBLE_STEP"
    shown = "query ($id: ID!) { node(id: $id) { ... on SalesOrder { deliveries { ordinal trackingNumber } } } }"
    assert (await ask(shown, id=order["id"]))["node"]["deliveries"] == [
        {"ordinal": 1, "trackingNumber": "1Z"},
        {"ordinal": 2, "trackingNumber": None},
    ]


async def test_a_draft_is_not_delivered(ask):
    order = await an_order(ask)
    [answer] = (await ask(changing("fulfilSalesOrder"), input={"salesOrderId": order["id"]})).values()
    assert answer["userErrors"][0]["message"] == "A draft order can't be delivered. Approve it first."


async def test_each_piece_of_a_serialized_product_goes_out_once(ask):
    await limit(ask, "99999")
    product = await a_product(ask, serialized=True)
    order = await an_order(ask, lines=[{"productId": product["id"], "quantity": "3"}])
    [line] = order["lines"]

    async def deliver(quantity, *numbers):
        lines = [{"lineId": line["id"], "quantity": quantity, "serialNumbers": list(numbers)}]
        return (await ask(DELIVER, input={"salesOrderId": order["id"], "lines": lines}))["deliverSalesOrder"]

    assert (await deliver("2", "A1"))["userErrors"][0]["field"] == ["lines", "0", "serialNumbers"]
    assert (await deliver("2", "A1", "a 1"))["userErrors"][0]["field"] == ["lines", "0", "serialNumbers", "1"]
    assert (await deliver("2", "A1", "B2"))["delivery"]["lines"][0]["serialNumbers"] == [
        {"number": "A1"},
        {"number": "B2"},
    ]
    again = await deliver("1", "b2")
    assert [(error["code"], error["field"]) for error in again["userErrors"]] == [
        ("TAKEN", ["lines", "0", "serialNumbers", "0"])
    ]
    [short] = (await ask(changing("fulfilSalesOrder"), input={"salesOrderId": order["id"]})).values()
    assert "0 of 1 came in" in short["userErrors"][0]["message"]
    assert (await deliver("1", "C3"))["salesOrder"]["fulfilment"] == "FULFILLED"
    shown = """query ($id: ID!) { node(id: $id) { ... on SalesOrder {
      lines { serialNumbers { number product { title } } }
    } } }"""
    numbers = (await ask(shown, id=order["id"]))["node"]["lines"][0]["serialNumbers"]
    assert [each["number"] for each in numbers] == ["A1", "B2", "C3"]
    assert numbers[0]["product"] == {"title": "Firewall F-40"}


async def test_payments_are_recorded_and_taken_back(ask):
    order = await an_order(ask)
    pay = {"salesOrderId": order["id"], "amount": "2000", "method": "card"}
    [answer] = (await ask(PAY, input=pay)).values()
    assert answer["payment"]["amount"] == {"amount": "2000.00", "currencyCode": "USD"}
    assert answer["salesOrder"]["outstanding"] == {"amount": "160.96"}
    [refused] = (await ask(PAY, input=pay)).values()
    assert refused["userErrors"] == [
        {"code": "INVALID", "field": ["amount"], "message": "160.96 USD are outstanding, so no more can be paid."}
    ]
    [cancelled] = (await ask(changing("cancelSalesOrder"), input={"salesOrderId": order["id"]})).values()
    assert cancelled["userErrors"][0]["code"] == "IMPOSSIBLE_STEP"
    [removed] = (await ask(changing("removePayment"), input={"paymentId": answer["payment"]["id"]})).values()
    assert removed["salesOrder"]["paidTotal"] == {"amount": "0.00"}
    [cancelled] = (
        await ask(changing("cancelSalesOrder"), input={"salesOrderId": order["id"], "reason": "no money"})
    ).values()
    assert cancelled["salesOrder"]["status"] == "CANCELLED"
    unpaid = """{
      salesOrders { nodes { outstanding { amount } } }
      unpaid: salesOrders(filter: { outstanding: { gt: "0" } }) { totalCount }
    }"""
    listed = await ask(unpaid)
    assert listed == {"salesOrders": {"nodes": [{"outstanding": {"amount": "0.00"}}]}, "unpaid": {"totalCount": 0}}
    [dead] = (await ask(PAY, input=pay)).values()
    assert dead["userErrors"][0]["message"] == "A cancelled order can't be paid. Enter a new order instead."


async def test_an_order_that_is_done_with_is_closed(ask):
    order = await an_order(ask)
    process = changing("processSalesOrder")
    [early] = (await ask(process, input={"salesOrderId": order["id"]})).values()
    assert early["userErrors"][0]["message"] == "A draft order can't be processed. Approve it first."
    await ask(changing("approveSalesOrder"), input={"salesOrderId": order["id"]})
    [done] = (await ask(process, input={"salesOrderId": order["id"]})).values()
    assert done["salesOrder"]["status"] == "PROCESSED"
    [late] = (await ask(changing("removeSalesOrderLine"), input={"lineId": order["lines"][0]["id"]})).values()
    assert late["userErrors"][0]["code"] == "IMPOSSIBLE_STEP"
    [out] = (await ask(changing("fulfilSalesOrder"), input={"salesOrderId": order["id"]})).values()
    assert out["salesOrder"]["fulfilment"] == "FULFILLED"


async def test_who_gets_invoices_is_written_to_when_a_quote_is_accepted(ask):
    contacts = [{"firstName": "Ada", "email": "ada@acme.example", "sendInvoices": True}, {"firstName": "Bob"}]
    organization = await an_organization(ask, contacts=contacts)
    quote = await a_quote(ask, organization["id"])
    answer = await ask(
        """mutation ($id: ID!) {
          sendQuote(input: { quoteId: $id }) { userErrors { message } }
          acceptQuote(input: { quoteId: $id }) {
            salesOrder { confirmations { email sentAt contact { firstName } salesOrder { number } } }
          }
        }""",
        id=quote["id"],
    )
    assert answer["acceptQuote"]["salesOrder"]["confirmations"] == [
        {
            "email": "ada@acme.example",
            "sentAt": None,
            "contact": {"firstName": "Ada"},
            "salesOrder": {"number": "SO-1001"},
        }
    ]


async def test_orders_are_filtered_and_sorted(ask):
    one, two = await an_organization(ask, "One"), await an_organization(ask, "Two")
    await limit(ask, "100")
    cheap = await an_order(ask, one["id"], lines=[{"title": "a", "unitPrice": "10"}], customerReference="cheap")
    await an_order(ask, two["id"], lines=[{"title": "a", "unitPrice": "1000"}], customerReference="dear")
    await ask(PAY, input={"salesOrderId": cheap["id"], "amount": "10"})
    await ask(changing("fulfilSalesOrder"), input={"salesOrderId": cheap["id"]})

    async def found(order="CREATED_AT", **filter):
        query = """query ($filter: SalesOrderFilter, $orderBy: SalesOrderOrder) {
          salesOrders(filter: $filter, orderBy: $orderBy) { totalCount nodes { customerReference } }
        }"""
        page = (await ask(query, filter=filter, orderBy={"field": order, "direction": "DESC"}))["salesOrders"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["customerReference"] for node in page["nodes"]]

    assert await found() == ["dear", "cheap"]
    assert await found(order="OUTSTANDING") == ["dear", "cheap"]
    assert await found(order="UPDATED_AT") == ["cheap", "dear"]
    assert await found(status={"eq": "DRAFT"}) == ["dear"]
    assert await found(fulfilment={"in": ["PARTIAL", "FULFILLED"]}) == ["cheap"]
    assert await found(outstanding={"gt": "0"}) == ["dear"]
    assert await found(outstanding={"eq": "0"}) == ["cheap"]
    assert await found(organizationId={"eq": two["id"]}) == ["dear"]
    assert await found(enteredBy={"eq": "CUSTOMER"}) == []
    assert await found(approvedAt={"isNull": True}) == ["dear"]
    assert await found(receipted={"eq": True}) == []


async def test_another_tenants_order_is_not_there(ask, ask_other):
    order = await an_order(ask)
    for name, input in (
        ("updateSalesOrder", {"salesOrderId": order["id"], "privateNote": "x"}),
        ("approveSalesOrder", {"salesOrderId": order["id"]}),
        ("fulfilSalesOrder", {"salesOrderId": order["id"]}),
        ("recordPayment", {"salesOrderId": order["id"], "amount": "1"}),
        ("updateSalesOrderLine", {"lineId": order["lines"][0]["id"], "quantity": "1"}),
    ):
        [answer] = (await ask_other(changing(name), input=input)).values()
        assert (answer["salesOrder"], answer["userErrors"][0]["code"]) == (None, "NOT_FOUND"), name
