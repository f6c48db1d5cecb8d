"""What the customer chooses: one line of a multi-choice section, optional lines, quantities; and what comes of it."""

import pytest

from tests.api.conftest import a_product
from tests.api.quoting import CHOICE, QUOTE, a_line, done, drafted, refused, sent


async def test_of_a_multi_choice_section_one_line_counts(ask):
    quote = await drafted(ask, sections=[CHOICE])
    assert [line["counted"] for line in quote["lines"]] == [True, False]
    quote = await done(ask, "updateQuoteLine", lineId=quote["lines"][1]["id"], selected=True)
    assert [line["counted"] for line in quote["lines"]] == [False, True]
    assert quote["subtotal"]["amount"] == "200.00"
    added = {"quoteId": quote["id"], "sectionId": quote["sections"][0]["id"]}
    quote = await done(ask, "addQuoteLines", **added, lines=[a_line("bigger", 300)])
    assert [line["selected"] for line in quote["lines"]] == [False, True, False], "the choice stays"
    quote = await done(ask, "addQuoteLines", **added, lines=[a_line("biggest", 400, selected=True)])
    assert quote["subtotal"]["amount"] == "400.00"
    assert [line["counted"] for line in quote["lines"]] == [False, False, False, True]


async def test_a_section_that_becomes_multi_choice_selects_its_first_line(ask):
    quote = await drafted(ask, lines=[a_line("x")], sections=[{**CHOICE, "multiChoice": False}])
    assert quote["subtotal"]["amount"] == "310.00"
    id = quote["sections"][0]["id"]
    quote = await done(ask, "updateQuoteSection", sectionId=id, multiChoice=True)
    assert (quote["subtotal"]["amount"], [line["counted"] for line in quote["lines"]]) == (
        "110.00",
        [True, True, False],
    )
    quote = await done(ask, "updateQuoteSection", sectionId=id, multiChoice=False)
    assert quote["subtotal"]["amount"] == "310.00"


async def test_a_line_can_not_be_optional_where_exactly_one_is_taken(ask):
    quote = await drafted(ask, sections=[CHOICE, {"title": "Extras", "lines": [a_line("extra", optional=True)]}])
    small, _, extra = (line["id"] for line in quote["lines"])
    choice, extras = (section["id"] for section in quote["sections"])
    assert (await refused(ask, "updateQuoteLine", lineId=small, optional=True))[:2] == ("INVALID", ["optional"])
    assert (await refused(ask, "updateQuoteLine", lineId=extra, sectionId=choice))[:2] == ("INVALID", ["optional"])
    code, field, message = await refused(ask, "updateQuoteSection", sectionId=extras, multiChoice=True)
    assert (code, field) == ("INVALID", ["multiChoice"])
    assert "“extra”" in message


async def test_a_section_that_is_not_selected_counts_nothing(ask):
    quote = await drafted(ask, lines=[a_line("x")], sections=[CHOICE])
    quote = await done(ask, "updateQuoteSection", sectionId=quote["sections"][0]["id"], selected=False)
    assert (quote["subtotal"]["amount"], [line["counted"] for line in quote["lines"]]) == (
        "10.00",
        [True, False, False],
    )
    quote = await done(ask, "sendQuote", quoteId=quote["id"])
    choices = [{"lineId": quote["lines"][1]["id"], "selected": True}]
    assert (await refused(ask, "acceptQuote", quoteId=quote["id"], choices=choices))[:2] == (
        "INVALID", ["choices", "0", "lineId"]
    )  # fmt: skip
    assert (await done(ask, "acceptQuote", quoteId=quote["id"]))["subtotal"]["amount"] == "10.00"


async def test_a_line_that_comes_to_a_choice_waits_to_be_chosen(ask):
    quote = await drafted(ask, lines=[a_line("other", 1)], sections=[CHOICE, {"title": "x", "multiChoice": True}])
    other = quote["lines"][0]["id"]
    choice, empty = (section["id"] for section in quote["sections"])
    moved = await done(ask, "updateQuoteLine", lineId=other, sectionId=choice)
    assert [(line["title"], line["selected"]) for line in moved["lines"]] == [
        ("small", True), ("big", False), ("other", False)
    ]  # fmt: skip
    moved = await done(ask, "updateQuoteLine", lineId=other, sectionId=empty)
    assert moved["lines"][2]["selected"], "the only one there is is taken"


async def test_the_customer_chooses(ask):
    quote = await sent(
        ask,
        lines=[a_line("seats", 8, quantity=10, quantityEditable=True), a_line("extra", 50, optional=True)],
        sections=[CHOICE],
    )
    seats, extra, _, big = (line["id"] for line in quote["lines"])
    choices = [
        {"lineId": seats, "quantity": "12.5"},
        {"lineId": extra, "selected": False},
        {"lineId": big, "selected": True},
    ]
    quote = await done(ask, "acceptQuote", quoteId=quote["id"], choices=choices)
    assert (quote["status"], quote["subtotal"]["amount"]) == ("ACCEPTED", "300.00")
    assert [(line["title"], line["quantity"], line["counted"]) for line in quote["lines"]] == [
        ("seats", "12.5", True), ("extra", "1", False), ("small", "1", False), ("big", "1", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "field", "words"),
    [
        ([("fixed", {"quantity": 3})], ["choices", "0", "quantity"], "“fixed” is fixed: 1"),
        ([("seats", {"quantity": 0})], ["choices", "0", "quantity"], "“seats” must be more than 0"),
        ([("seats", {"quantity": -1})], ["choices", "0", "quantity"], "“seats” must be more than 0"),
        ([("seats", {"quantity": "0.0000001"})], ["choices", "0", "quantity"], "decimals"),
        ([("seats", {"quantity": "0.1"})], ["choices", "0", "quantity"], "discount"),
        ([("fixed", {"selected": False})], ["choices", "0", "selected"], "“fixed” is not optional"),
        ([("small", {"selected": False})], ["choices"], "exactly one line of “Firewalls”"),
        ([("small", {"selected": True}), ("big", {"selected": True})], ["choices", "1", "selected"], "exactly one"),
        ([("seats", {"quantity": 3}), ("seats", {"quantity": 4})], ["choices", "1", "lineId"], "twice"),
    ],
)
async def test_a_choice_that_is_not_offered_is_refused_and_changes_nothing(ask, choice, field, words):
    seats = a_line("seats", 8, quantity=10, quantityEditable=True, discountAmount=5)
    quote = await sent(ask, lines=[a_line("fixed"), seats], sections=[CHOICE])
    ids = {line["title"]: line["id"] for line in quote["lines"]}
    choices = [{"lineId": ids[title], **what} for title, what in choice]
    code, where, message = await refused(ask, "acceptQuote", quoteId=quote["id"], choices=choices)
    assert (code, where) == ("INVALID", field)
    assert words in message
    again = await ask("query ($id: ID!) { node(id: $id) { ... on Quote { " + QUOTE + " } } }", id=quote["id"])
    assert again["node"] == quote


async def test_the_order_has_everything_that_the_quote_had(ask):
    product = await a_product(ask, partNumber="FG-40F", recurringPeriod="MONTHLY")
    quote = await sent(
        ask,
        lines=[{"productId": product["id"], "discountPercent": 10, "recurringCycles": 12, "taxRate": 20},
               a_line("free", "33.33", discountAmount="3.33")],
        sections=[CHOICE],
        delivery={"amount": "9.99", "taxRate": 20, "address": {"line1": "1 Main St"}},
    )  # fmt: skip
    quote = await done(ask, "acceptQuote", quoteId=quote["id"])
    [order] = (
        await ask(
            """{ salesOrders { nodes {
              subtotal { amount } taxTotal { amount } total { amount }
              delivery { amount { amount } tax { amount } taxRate address { line1 } }
              lines { title partNumber product { number } discountPercent discountAmount recurringPeriod recurringCycles
                netTotal }
            } } }"""
        )
    )["salesOrders"]["nodes"]
    lines = order.pop("lines")
    assert order == {
        **{name: quote[name] for name in ("subtotal", "taxTotal", "total")},
        "delivery": {
            "amount": {"amount": "9.99"},
            "tax": {"amount": "2.00"},
            "taxRate": "20",
            "address": {"line1": "1 Main St"},
        },
    }
    assert [line["title"] for line in lines] == ["Firewall F-40", "free", "small"]
    assert lines[0] == {
        "title": "Firewall F-40",
        "partNumber": "FG-40F",
        "product": {"number": "P-1001"},
        "discountPercent": "10",
        "discountAmount": None,
        "recurringPeriod": "MONTHLY",
        "recurringCycles": 12,
        "netTotal": "449.91",
    }
    assert lines[1]["discountAmount"] == "3.33"


async def test_a_quote_of_which_nothing_is_taken_can_not_be_accepted(ask):
    quote = await sent(ask, lines=[a_line("extra", optional=True)])
    choices = [{"lineId": quote["lines"][0]["id"], "selected": False}]
    code, where, message = await refused(ask, "acceptQuote", quoteId=quote["id"], choices=choices)
    assert (code, where) == ("INVALID", ["choices"])
    assert "at least one line" in message


async def test_what_the_customer_does_not_see_may_be_changed_at_any_time(ask):
    quote = await sent(ask, lines=[a_line("seats")])
    noted = await done(ask, "updateQuote", quoteId=quote["id"], privateNote="Called them.")
    assert (noted["status"], noted["version"]) == ("SENT", quote["version"] + 1)
    await done(ask, "acceptQuote", quoteId=quote["id"])
    noted = await done(ask, "updateQuote", quoteId=quote["id"], privateNote="They are happy.")
    assert noted["status"] == "ACCEPTED"
    code, _, _ = await refused(ask, "updateQuote", quoteId=quote["id"], privateNote="x", title="Another")
    assert code == "IMPOSSIBLE_STEP"


@pytest.mark.parametrize("title", ["\u200b\u200b", "\u0301", "\u202e", "\x07"])
async def test_a_title_has_something_that_can_be_seen(ask, title):
    quote = await drafted(ask)
    code, where, _ = await refused(ask, "updateQuote", quoteId=quote["id"], title=title)
    assert (code, where) == ("INVALID", ["title"])
