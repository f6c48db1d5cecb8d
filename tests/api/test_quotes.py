"""Quotes and sales orders through GraphQL: the whole life, the refusals, the lists."""

import pytest

from domain.ids import global_id, uuid7
from tests.api.conftest import CREATE_QUOTE, LINES, a_quote, an_organization


def changing(name: str, input_type: str) -> str:
    """A mutation of a quote that answers its status and lines."""
    return f"""mutation ($input: {input_type}!) {{
      {name}(input: $input) {{
        quote {{ id title status version total {{ amount }} lines {{ id title quantity selected }} }}
        userErrors {{ code field message }}
      }}
    }}"""


UPDATE = changing("updateQuote", "UpdateQuoteInput")
ADD_LINES = changing("addQuoteLines", "AddQuoteLinesInput")
UPDATE_LINE = changing("updateQuoteLine", "UpdateQuoteLineInput")
REMOVE_LINE = changing("removeQuoteLine", "RemoveQuoteLineInput")
SEND = changing("sendQuote", "SendQuoteInput")
DECLINE = changing("declineQuote", "DeclineQuoteInput")
ACCEPT = """mutation ($input: AcceptQuoteInput!) {
  acceptQuote(input: $input) {
    quote { status acceptedBy subtotal { amount } salesOrder { number } }
    salesOrder {
      number status enteredBy customerReference total { amount currencyCode }
      organization { name } quote { number } lines { title quantity netTotal }
    }
    userErrors { code field message }
  }
}"""


async def test_a_quote_is_drafted_and_summed(ask):
    organization = await an_organization(ask, contacts=[{"firstName": "Ada"}])
    answer = await ask(
        """mutation ($input: CreateQuoteInput!) {
          createQuote(input: $input) {
            quote {
              number title status currencyCode expiryDate privateNote version salesOrder { id }
              subtotal { amount currencyCode } discountTotal { amount } taxTotal { amount } total { amount }
              organization { name } contact { firstName } owner { name }
              lines { position title quantity unitPrice discountPercent optional selected netTotal taxTotal total }
            }
            userErrors { code }
          }
        }""",
        input={
            "organizationId": organization["id"],
            "contactId": organization["contacts"][0]["id"],
            "title": "New network",
            "expiryDate": "2099-12-31",
            "privateNote": "be quick",
            "lines": LINES,
        },
    )
    quote = answer["createQuote"]["quote"]
    lines = quote.pop("lines")
    assert quote == {
        "number": "Q-1001",
        "title": "New network",
        "status": "DRAFT",
        "currencyCode": "USD",
        "expiryDate": "2099-12-31",
        "privateNote": "be quick",
        "version": 1,
        "salesOrder": None,
        "subtotal": {"amount": "1961.00", "currencyCode": "USD"},
        "discountTotal": {"amount": "106.80"},
        "taxTotal": {"amount": "199.96"},
        "total": {"amount": "2160.96"},
        "organization": {"name": "Acme Dental"},
        "contact": {"firstName": "Ada"},
        "owner": None,
    }
    assert lines[1] == {
        "position": 2,
        "title": "Support",
        "quantity": "12",
        "unitPrice": "89",
        "discountPercent": "10",
        "optional": True,
        "selected": True,
        "netTotal": "961.2",
        "taxTotal": "0",
        "total": "961.2",
    }


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": " "}, "REQUIRED", ["title"]),
        ({"lines": [LINES[0], {**LINES[0], "quantity": "-1"}]}, "INVALID", ["lines", "1", "quantity"]),
        ({"lines": [{**LINES[0], "unitPrice": "0.00001"}]}, "INVALID", ["lines", "0", "unitPrice"]),
        ({"lines": [LINES[0]] * 501}, "LIMIT_EXCEEDED", ["lines"]),
        ({"contactId": "Q29udGFjdDo"}, "INVALID", ["contactId"]),
    ],
)
async def test_what_is_refused_is_named_by_its_place(ask, changes, code, field):
    input = {"organizationId": (await an_organization(ask))["id"], "title": "x", **changes}
    answer = (await ask(CREATE_QUOTE, input=input))["createQuote"]
    assert answer["quote"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [(code, field)]
    assert (await ask("{ quotes { totalCount } }"))["quotes"]["totalCount"] == 0


async def test_lines_are_added_changed_and_removed(ask):
    quote = await a_quote(ask)
    answer = await ask(ADD_LINES, input={"quoteId": quote["id"], "lines": [{"title": "Cable", "unitPrice": 5}]})
    lines = answer["addQuoteLines"]["quote"]["lines"]
    assert [line["title"] for line in lines] == ["Firewall", "Support", "Cable"]
    answer = await ask(UPDATE_LINE, input={"lineId": lines[2]["id"], "quantity": "2.5", "title": "Cables"})
    assert answer["updateQuoteLine"]["quote"]["lines"][2]["quantity"] == "2.5"
    assert answer["updateQuoteLine"]["quote"]["total"] == {"amount": "2173.46"}
    answer = await ask(REMOVE_LINE, input={"lineId": lines[1]["id"]})
    assert [line["title"] for line in answer["removeQuoteLine"]["quote"]["lines"]] == ["Firewall", "Cables"]
    answer = (await ask(UPDATE_LINE, input={"lineId": lines[0]["id"], "title": None}))["updateQuoteLine"]
    assert [error["field"] for error in answer["userErrors"]] == [["title"]]


async def test_a_quote_is_changed_by_whoever_saw_its_last_version(ask):
    quote = await a_quote(ask)
    answer = (await ask(UPDATE, input={"quoteId": quote["id"], "version": 1, "title": "Better"}))["updateQuote"]
    assert (answer["quote"]["title"], answer["quote"]["version"]) == ("Better", 2)
    for mutation, input in ((UPDATE, {"title": "Worse"}), (ADD_LINES, {"lines": LINES})):
        [stale] = (await ask(mutation, input={"quoteId": quote["id"], "version": 1, **input})).values()
        assert (stale["quote"], stale["userErrors"][0]["code"]) == (None, "CONFLICT")


async def test_the_customer_answers_to_the_version_that_was_shown(ask):
    """Edited and sent again meanwhile: the page that the customer looks at shows other prices."""
    quote = await a_quote(ask)
    shown = (await ask(SEND, input={"quoteId": quote["id"], "version": 1}))["sendQuote"]["quote"]["version"]
    await ask(UPDATE_LINE, input={"lineId": quote["lines"][0]["id"], "unitPrice": 999})
    again = (await ask(SEND, input={"quoteId": quote["id"]}))["sendQuote"]["quote"]["version"]
    for mutation in (SEND, ACCEPT, DECLINE):
        [answer] = (await ask(mutation, input={"quoteId": quote["id"], "version": shown})).values()
        assert (answer["quote"], answer["userErrors"][0]["code"]) == (None, "CONFLICT")
    answer = await ask(ACCEPT, input={"quoteId": quote["id"], "version": again})
    assert answer["acceptQuote"]["quote"]["status"] == "ACCEPTED"


async def test_a_sent_quote_that_is_saved_as_it_is_stays_sent(ask):
    quote = await a_quote(ask, expiryDate="2030-01-31", delivery={"amount": "12.50"})
    await ask(SEND, input={"quoteId": quote["id"]})
    version = (await ask("{ quotes { nodes { version } } }"))["quotes"]["nodes"][0]["version"]
    same = {"title": "New network", "expiryDate": "2030-01-31", "delivery": {"amount": "12.5"}}
    for mutation, input in (
        (UPDATE, {"quoteId": quote["id"], **same}),
        (UPDATE_LINE, {"lineId": quote["lines"][0]["id"], "quantity": "2.0", "unitPrice": "499.9", "position": 1}),
        (ADD_LINES, {"quoteId": quote["id"], "lines": []}),
    ):
        [answer] = (await ask(mutation, input=input)).values()
        assert (answer["quote"]["status"], answer["quote"]["version"]) == ("SENT", version)
    answer = await ask(REMOVE_LINE, input={"lineId": quote["lines"][0]["id"]})
    assert answer["removeQuoteLine"]["quote"]["status"] == "DRAFT"


@pytest.mark.parametrize("delivery", [{"amount": "12.50"}, {"taxRate": "20"}, {"address": {"city": "Leeds"}}, {}])
async def test_of_a_delivery_a_part_may_be_said(ask, delivery):
    await a_quote(ask, delivery=delivery)
    [quote] = (await ask("{ quotes { nodes { delivery { amount { amount } taxRate address { city } } } } }"))["quotes"][
        "nodes"
    ]
    assert quote["delivery"] == {
        "amount": {"amount": delivery.get("amount", "0.00")},
        "taxRate": delivery.get("taxRate", "0"),
        "address": {"city": delivery.get("address", {}).get("city")},
    }


async def test_a_quote_that_comes_to_too_much_is_refused(ask):
    input = {"organizationId": (await an_organization(ask))["id"], "title": "x"}
    lines = [{"title": "x", "unitPrice": "999999999999.99", "taxRate": "100"}] * 500
    [error] = (await ask(CREATE_QUOTE, input={**input, "lines": lines}))["createQuote"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", [])


@pytest.mark.parametrize(("field", "type_name"), [("contactId", "Contact"), ("ownerId", "Employee")])
async def test_who_is_not_there_is_named_on_a_change_too(ask, field, type_name):
    quote = await a_quote(ask)
    input = {"quoteId": quote["id"], "title": "Better", field: global_id(type_name, uuid7())}
    [error] = (await ask(UPDATE, input=input))["updateQuote"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", [field])
    assert (await ask("{ quotes { nodes { title } } }"))["quotes"]["nodes"] == [{"title": "New network"}]


async def test_acceptance_makes_the_order_of_what_was_chosen(ask):
    quote = await a_quote(ask)
    assert (await ask(SEND, input={"quoteId": quote["id"]}))["sendQuote"]["quote"]["status"] == "SENT"
    answer = await ask(
        ACCEPT,
        input={
            "quoteId": quote["id"],
            "choices": [{"lineId": quote["lines"][1]["id"], "selected": False}],
            "acceptedBy": "Dr. Ada",
            "customerReference": "PO 7",
        },
    )
    assert answer["acceptQuote"] == {
        "quote": {
            "status": "ACCEPTED",
            "acceptedBy": "Dr. Ada",
            "subtotal": {"amount": "999.80"},
            "salesOrder": {"number": "SO-1001"},
        },
        "salesOrder": {
            "number": "SO-1001",
            "status": "DRAFT",
            "enteredBy": "CUSTOMER",
            "customerReference": "PO 7",
            "total": {"amount": "1199.76", "currencyCode": "USD"},
            "organization": {"name": "Acme Dental"},
            "quote": {"number": "Q-1001"},
            "lines": [{"title": "Firewall", "quantity": "2", "netTotal": "999.8"}],
        },
        "userErrors": [],
    }
    again = (await ask(ACCEPT, input={"quoteId": quote["id"]}))["acceptQuote"]
    assert (again["quote"], again["salesOrder"]) == (None, None)
    assert again["userErrors"] == [
        {"code": "IMPOSSIBLE_STEP", "field": [], "message": "This quote is accepted already."}
    ]


async def test_a_choice_that_can_not_be_made_is_named(ask):
    quote = await a_quote(ask)
    await ask(SEND, input={"quoteId": quote["id"]})
    firewall, support = (line["id"] for line in quote["lines"])
    for choices, field in (
        (
            [{"lineId": support, "selected": True}, {"lineId": firewall, "selected": False}],
            ["choices", "1", "selected"],
        ),
        ([{"lineId": support, "selected": True}, {"lineId": support, "selected": False}], ["choices", "1", "lineId"]),
        ([{"lineId": quote["id"], "selected": True}], ["choices", "0", "lineId"]),
    ):
        answer = (await ask(ACCEPT, input={"quoteId": quote["id"], "choices": choices}))["acceptQuote"]
        assert [error["field"] for error in answer["userErrors"]] == [field]


async def test_declined_is_declined(ask):
    quote = await a_quote(ask)
    refused = (await ask(DECLINE, input={"quoteId": quote["id"]}))["declineQuote"]
    assert refused["userErrors"][0]["code"] == "IMPOSSIBLE_STEP"
    await ask(SEND, input={"quoteId": quote["id"]})
    answer = await ask(DECLINE, input={"quoteId": quote["id"], "reason": "too dear"})
    assert answer["declineQuote"]["quote"]["status"] == "DECLINED"
    assert (await ask("{ quotes { nodes { declineReason declinedAt } } }"))["quotes"]["nodes"][0]["declineReason"] == (
        "too dear"
    )


async def test_an_empty_quote_is_not_sent(ask):
    quote = await a_quote(ask, lines=[])
    answer = (await ask(SEND, input={"quoteId": quote["id"]}))["sendQuote"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("INVALID", [])]


async def test_each_mutation_of_a_request_stands_for_itself(ask):
    """What the first one has committed is seen by the second one, and survives the third one's failure."""
    quote = await a_quote(ask)
    answer = await ask(
        """mutation ($id: ID!, $line: ID!) {
          one: updateQuote(input: {quoteId: $id, title: "A"}) { quote { title lines { title } } }
          two: updateQuoteLine(input: {lineId: $line, title: "B"}) { quote { title lines { title } } }
          three: updateQuote(input: {quoteId: $id, title: ""}) { quote { title } userErrors { code } }
        }""",
        id=quote["id"],
        line=quote["lines"][0]["id"],
    )
    assert answer == {
        "one": {"quote": {"title": "A", "lines": [{"title": "Firewall"}, {"title": "Support"}]}},
        "two": {"quote": {"title": "A", "lines": [{"title": "B"}, {"title": "Support"}]}},
        "three": {"quote": None, "userErrors": [{"code": "REQUIRED"}]},
    }


async def test_quotes_are_filtered(ask):
    one, two = await an_organization(ask, "One"), await an_organization(ask, "Two")
    cheap = await a_quote(ask, one["id"], title="cheap", lines=[{"title": "a", "unitPrice": "10.01"}])
    await a_quote(ask, two["id"], title="dear", lines=[{"title": "a", "unitPrice": "1000"}])
    await ask(SEND, input={"quoteId": cheap["id"]})
    query = """query ($filter: QuoteFilter, $orderBy: QuoteOrder) {
      quotes(filter: $filter, orderBy: $orderBy) { totalCount nodes { title createdAt } }
    }"""

    async def titles(order="CREATED_AT", **filter):
        order_by = {"field": order, "direction": "ASC"}
        found = (await ask(query, filter=filter, orderBy=order_by))["quotes"]
        assert found["totalCount"] == len(found["nodes"])
        return [node["title"] for node in found["nodes"]]

    assert await titles() == ["cheap", "dear"]
    assert await titles(order="TOTAL") == ["cheap", "dear"]
    assert await titles(order="UPDATED_AT") == ["dear", "cheap"]
    assert await titles(status={"in": ["SENT", "ACCEPTED"]}) == ["cheap"]
    assert await titles(status={"in": []}) == []
    assert await titles(organizationId={"eq": two["id"]}) == ["dear"]
    assert await titles(number={"eq": "Q-1002"}) == ["dear"]
    assert await titles(total={"gte": "10.011"}) == ["dear"]
    assert await titles(total={"gte": "10.01", "lte": "10.019"}) == ["cheap"]
    assert await titles(total={"lte": "999999999999999999999999999999"}) == ["cheap", "dear"]
    [node] = (await ask(query, filter={"number": {"eq": "Q-1001"}}))["quotes"]["nodes"]
    assert await titles(createdAt={"gt": node["createdAt"]}) == ["dear"]
    assert await titles(createdAt={"lt": node["createdAt"]}) == []
    always = {"between": ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]}
    assert await titles(createdAt=always) == ["cheap", "dear"]


async def test_sales_orders_are_listed(ask):
    quote = await a_quote(ask)
    await ask(SEND, input={"quoteId": quote["id"]})
    await ask(ACCEPT, input={"quoteId": quote["id"]})
    query = "query ($f: SalesOrderFilter) { salesOrders(filter: $f) { totalCount nodes { number quote { id } } } }"
    order = {"number": "SO-1001", "quote": {"id": quote["id"]}}
    for filter in ({"number": {"eq": "SO-1001"}}, {"status": {"eq": "DRAFT"}}):
        assert (await ask(query, f=filter))["salesOrders"] == {"totalCount": 1, "nodes": [order]}
    assert (await ask(query, f={"status": {"eq": "CANCELLED"}}))["salesOrders"]["totalCount"] == 0
