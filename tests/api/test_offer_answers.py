"""The customer's page: what it shows, and the answers that it takes, each once and to the version that was shown."""

import asyncio

import pytest
from sqlalchemy import text

from domain import events
from domain.ids import parse_global_id
from tests.api.conftest import a_product
from tests.api.offering import ACCEPT, DECLINE, OFFER, VIEW, answered, linked, not_answered, offered
from tests.api.quoting import CHOICE, a_line, done, drafted

ORDERS = """{ salesOrders { nodes {
  customerReference enteredBy total { amount } lines { title quantity } quote { status acceptedBy answeredFrom }
} } }"""
STATE = "{ quotes { nodes { status acceptedBy acceptedAt declinedBy declineReason answeredFrom viewedAt } } }"
RELOAD = ("CONFLICT", ["version"], "This offer has changed since it was shown. Load the page again.")


async def state(ask):
    [node] = (await ask(STATE))["quotes"]["nodes"]
    return node


async def orders(ask):
    return (await ask(ORDERS))["salesOrders"]["nodes"]


async def test_it_shows_all_that_the_customer_should_see_and_nothing_else(ask):
    product = await a_product(ask, partNumber="F-40", price="500", cost="311.17", description="fast")
    quote = await drafted(
        ask,
        expiryDate="2099-12-31",
        privateNote="secret-note",
        delivery={"amount": "12.50", "taxRate": "20", "address": {"line1": "1 High Street", "city": "Leeds"}},
        lines=[a_line("Cable", 10, quantity="2.5", quantityEditable=True, unitCost="3.19", taxRate="20")],
        sections=[
            {"title": "Words", "type": "TEXT", "text": "Thank you."},
            CHOICE,
            {"title": "Care", "lines": [
                {"productId": product["id"], "discountPercent": "10", "optional": True, "selected": False},
                a_line("Support", 50, recurringPeriod="MONTHLY", recurringCycles=12, discountAmount="5"),
            ]},
        ],
    )  # fmt: skip
    await done(ask, "sendQuote", quoteId=quote["id"])
    customer = await linked(ask, quote["id"])
    answer = await customer.post(OFFER)
    offer = answer.json()["data"]["offer"]
    assert (offer["state"], offer["version"], offer["answeredAt"], offer["answeredBy"]) == ("OPEN", 1, None, None)
    content = offer["content"]
    sections = content.pop("sections")
    [cable] = content.pop("lines")
    assert {name: value["amount"] if isinstance(value, dict) and "amount" in value and name != "delivery" else value
            for name, value in content.items()} == {
        "number": "Q-1001", "title": "New network", "organizationName": "Acme Dental", "contactName": None,
        "expiryDate": "2099-12-31", "currencyCode": "USD",
        "delivery": {
            "amount": {"amount": "12.50", "currencyCode": "USD"}, "taxRate": "20", "tax": {"amount": "2.50"},
            "address": {"line1": "1 High Street", "city": "Leeds", "country": None},
        },
        "subtotal": "182.50", "oneOffSubtotal": "137.50", "monthlySubtotal": "45.00", "quarterlySubtotal": "0.00",
        "yearlySubtotal": "0.00", "discountTotal": "5.00", "taxTotal": "7.50", "total": "190.00",
    }  # fmt: skip
    assert cable == {
        "lineId": quote["lines"][0]["id"], "partNumber": None, "title": "Cable", "description": None,
        "quantity": "2.5", "quantityEditable": True, "unitPrice": "10", "discountPercent": None,
        "discountAmount": None, "taxRate": "20", "recurringPeriod": None, "recurringCycles": None, "optional": False,
        "selected": True, "counted": True, "netTotal": "25", "taxTotal": "5", "total": "30",
    }  # fmt: skip
    words, choice, care = sections
    assert (words["type"], words["text"], words["lines"]) == ("TEXT", "Thank you.", [])
    assert (choice["multiChoice"], [line["counted"] for line in choice["lines"]]) == (True, [True, False])
    assert (choice["subtotal"], choice["total"], care["monthlySubtotal"], care["oneOffSubtotal"]) == (
        "100", "100", "45", "0"
    )  # fmt: skip
    firewall, support = care["lines"]
    assert (firewall["partNumber"], firewall["description"], firewall["counted"]) == ("F-40", "fast", False)
    assert (support["recurringPeriod"], support["recurringCycles"], support["discountAmount"]) == ("MONTHLY", 12, "5")
    for secret in ("311.17", "3.19", "secret-note"):
        assert secret not in answer.text


async def test_before_it_is_sent_there_is_nothing_to_see(ask):
    quote = await drafted(ask, lines=[a_line("Cable")])
    customer = await linked(ask, quote["id"])
    assert await customer(OFFER) == {"offer": None}
    assert await customer(VIEW) == {"viewOffer": {"offer": None, "userErrors": []}}
    assert (await not_answered(customer, ACCEPT)) == RELOAD
    assert (await state(ask))["status"] == "DRAFT"


async def test_opening_it_is_told_once(ask, msp):
    _, customer = await offered(ask)
    await customer(OFFER)
    assert (await state(ask))["status"] == "SENT"
    for _ in range(2):
        assert await customer(VIEW) == {"viewOffer": {"offer": {"state": "OPEN"}, "userErrors": []}}
    viewed = await state(ask)
    assert (viewed["status"], bool(viewed["viewedAt"])) == ("VIEWED", True)
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(text("SELECT count(*) FROM outbox WHERE name = 'QuoteViewed'")) == 1


async def test_a_yes_makes_the_order_of_what_was_chosen(ask):
    care = {"title": "Care", "lines": [a_line("Support", 50, optional=True), a_line("Setup", 7, quantityEditable=True)]}
    quote, customer = await offered(ask, lines=[], sections=[CHOICE, care])
    _, big = quote["sections"][0]["lines"]
    support, setup = quote["sections"][1]["lines"]
    choices = [
        {"lineId": big["id"], "selected": True},
        {"lineId": support["id"], "selected": False},
        {"lineId": setup["id"], "quantity": "3"},
    ]
    offer = await answered(customer, ACCEPT, choices=choices, customerReference="PO 7")
    assert (offer["state"], offer["answeredBy"], bool(offer["answeredAt"])) == ("ACCEPTED", "Ada Acme", True)
    [order] = await orders(ask)
    assert order == {
        "customerReference": "PO 7",
        "enteredBy": "CUSTOMER",
        "total": {"amount": "221.00"},
        "lines": [{"title": "big", "quantity": "1"}, {"title": "Setup", "quantity": "3"}],
        "quote": {"status": "ACCEPTED", "acceptedBy": "Ada Acme", "answeredFrom": "127.0.0.1"},
    }
    shown = (await customer(OFFER))["offer"]
    assert (shown["state"], shown["answeredBy"]) == ("ACCEPTED", "Ada Acme")


TAKEN = """fragment C on Offer {
  number organizationName total { amount currencyCode }
  lines { lineId title quantity counted total } sections { title total lines { title selected counted } }
}
{ offer { state answeredBy content { ...C } accepted { ...C } } }"""


async def test_after_a_yes_the_page_shows_what_was_taken_beside_what_was_offered(ask):
    seats = a_line("Seats", 8, quantity="10", quantityEditable=True)
    quote, customer = await offered(ask, lines=[seats, a_line("Extra", 50, optional=True)], sections=[CHOICE])
    before = (await customer(TAKEN))["offer"]
    assert before["accepted"] is None
    seats, extra, _, big = (line["id"] for line in quote["lines"])
    choices = [
        {"lineId": seats, "quantity": "12.5"},
        {"lineId": extra, "selected": False},
        {"lineId": big, "selected": True},
    ]
    await answered(customer, ACCEPT, choices=choices)
    await ask(RENAME, input={"organizationId": (await organization_of(ask, quote))["id"], "name": "Acme Smiles"})
    shown = (await customer(TAKEN))["offer"]
    assert shown["content"] == before["content"]
    assert shown["accepted"] == {
        "number": "Q-1001",
        "organizationName": "Acme Dental",
        "total": {"amount": "300.00", "currencyCode": "USD"},
        "lines": [
            {"lineId": seats, "title": "Seats", "quantity": "12.5", "counted": True, "total": "100"},
            {"lineId": extra, "title": "Extra", "quantity": "1", "counted": False, "total": "50"},
        ],
        "sections": [
            {
                "title": "Firewalls",
                "total": "200",
                "lines": [
                    {"title": "small", "selected": False, "counted": False},
                    {"title": "big", "selected": True, "counted": True},
                ],
            }
        ],
    }
    [order] = await orders(ask)
    assert order["total"]["amount"] == shown["accepted"]["total"]["amount"]


RENAME = "mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { userErrors { code } } }"


async def organization_of(ask, quote):
    found = await ask("query ($id: ID!) { node(id: $id) { ... on Quote { organization { id } } } }", id=quote["id"])
    return found["node"]["organization"]


async def test_a_no_takes_nothing(ask):
    _, customer = await offered(ask)
    await answered(customer, DECLINE)
    assert (await customer(TAKEN))["offer"]["accepted"] is None


async def test_a_choice_that_is_not_offered_is_named(ask):
    quote, customer = await offered(ask)
    choices = [{"lineId": quote["lines"][0]["id"], "selected": False}]
    code, field, message = await not_answered(customer, ACCEPT, choices=choices)
    assert (code, field) == ("INVALID", ["choices", "0", "selected"])
    assert "“Firewall” is not optional" in message
    assert await orders(ask) == []


async def test_a_double_click_makes_one_order(ask):
    _, customer = await offered(ask)
    variables = {"input": {"version": 1, "name": "Ada Acme"}}
    answers = [(await customer(ACCEPT, **variables))["acceptOffer"] for _ in range(2)]
    assert [bool(answer["offer"]) for answer in answers] == [True, False]
    for answer in answers[1:]:
        assert [(error["code"], error["message"]) for error in answer["userErrors"]] == [
            ("IMPOSSIBLE_STEP", "This offer is accepted already.")
        ]
    assert len(await orders(ask)) == 1


async def test_of_those_who_say_yes_at_the_same_moment_one_does(ask):
    _, customer = await offered(ask)
    variables = {"input": {"version": 1, "name": "Ada Acme"}}
    both = await asyncio.gather(*(customer(ACCEPT, **variables) for _ in range(4)))
    assert sorted(bool(one["acceptOffer"]["offer"]) for one in both) == [False, False, False, True]
    assert len(await orders(ask)) == 1


async def test_a_yes_that_is_repeated_with_its_key_is_answered_again(ask):
    _, customer = await offered(ask)
    variables = {"input": {"version": 1, "name": "Ada Acme"}}
    first, again = [
        (await customer.post(ACCEPT, variables, **{"Idempotency-Key": "click"})).json()["data"] for _ in range(2)
    ]
    assert first == again
    assert first["acceptOffer"]["offer"]["state"] == "ACCEPTED"
    assert len(await orders(ask)) == 1


@pytest.mark.parametrize("answer", [ACCEPT, DECLINE])
async def test_only_the_version_that_was_shown_is_answered(ask, answer):
    quote, customer = await offered(ask)
    await done(ask, "updateQuoteLine", lineId=quote["lines"][0]["id"], unitPrice="999")
    assert await not_answered(customer, answer) == RELOAD
    assert (await customer(OFFER))["offer"]["state"] == "WITHDRAWN"
    await done(ask, "sendQuote", quoteId=quote["id"])
    assert await not_answered(customer, answer) == RELOAD
    shown = (await customer(OFFER))["offer"]
    assert (shown["state"], shown["version"], shown["content"]["lines"][0]["unitPrice"]) == ("OPEN", 2, "999")
    assert (await answered(customer, answer, version=2))["state"] in ("ACCEPTED", "DECLINED")


async def test_what_is_approved_again_is_not_there_for_the_customer_yet(ask):
    quote, customer = await offered(ask)
    await done(ask, "updateQuote", quoteId=quote["id"], title="Newer network")
    await done(ask, "submitQuote", quoteId=quote["id"])
    shown = (await customer(OFFER))["offer"]
    assert (shown["state"], shown["content"]["title"]) == ("WITHDRAWN", "New network")
    assert await not_answered(customer, ACCEPT) == RELOAD
    assert (await customer(VIEW))["viewOffer"]["offer"] == {"state": "WITHDRAWN"}
    assert (await state(ask))["status"] == "APPROVED"


async def test_an_expired_offer_can_be_declined_but_not_accepted(ask, msp):
    quote, customer = await offered(ask, expiryDate="2099-12-31")
    await days_go_by(msp, quote)
    assert (await customer(OFFER))["offer"]["state"] == "EXPIRED"
    assert await not_answered(customer, ACCEPT) == (
        "IMPOSSIBLE_STEP", [], "This offer expired on 2026-01-31. Ask for a new one."
    )  # fmt: skip
    assert (await state(ask))["status"] == "SENT"
    assert (await answered(customer, DECLINE))["state"] == "DECLINED"


async def days_go_by(msp, quote):
    """Until it has expired; it is not edited by that."""
    _, id = parse_global_id(quote["id"])
    async with msp.transaction() as ctx:
        await ctx.session.execute(text("UPDATE quote SET expiry_date = '2026-01-31' WHERE id = :id"), {"id": id})
        ctx.emit(events.QuoteUpdated(id))


async def test_a_no_is_kept_with_its_reason(ask):
    _, customer = await offered(ask)
    offer = await answered(customer, DECLINE, reason="too dear")
    assert (offer["state"], offer["answeredBy"], bool(offer["answeredAt"])) == ("DECLINED", "Ada Acme", True)
    now = await state(ask)
    assert (now["status"], now["declinedBy"], now["declineReason"], now["answeredFrom"]) == (
        "DECLINED", "Ada Acme", "too dear", "127.0.0.1"
    )  # fmt: skip
    for answer in (ACCEPT, DECLINE):
        assert (await not_answered(customer, answer))[::2] == (
            "IMPOSSIBLE_STEP", "This offer is declined already. Ask for a new one."
        )  # fmt: skip


@pytest.mark.parametrize("answer", [ACCEPT, DECLINE])
async def test_whoever_answers_says_who_they_are(ask, answer):
    _, customer = await offered(ask)
    assert (await not_answered(customer, answer, name=" "))[:2] == ("REQUIRED", ["name"])
    assert (await not_answered(customer, answer, name="x" * 201))[:2] == ("TOO_LONG", ["name"])
    assert (await state(ask))["status"] == "SENT"


async def test_an_answer_that_staff_take_down_comes_from_nowhere(ask):
    quote, _ = await offered(ask)
    await done(ask, "declineQuote", quoteId=quote["id"], declinedBy="Ada, by phone")
    now = await state(ask)
    assert (now["declinedBy"], now["answeredFrom"]) == ("Ada, by phone", None)


async def test_what_happened_is_said_in_the_customers_name(ask, msp):
    _, customer = await offered(ask)
    await answered(customer, ACCEPT)
    async with msp.transaction() as ctx:
        facts = await ctx.session.scalars(text("SELECT name FROM outbox WHERE actor = 'offer Q-1001'"))
        assert {"SalesOrderCreated", "QuoteAccepted"} <= set(facts)
