"""Sections, choices, products, delivery and recurring lines of quotes, through GraphQL."""

import pytest

from tests.api.conftest import a_product, a_quote, an_organization

QUOTE = """id version status
  subtotal { amount } oneOffSubtotal { amount } monthlySubtotal { amount } quarterlySubtotal { amount }
  yearlySubtotal { amount } taxTotal { amount } total { amount } costTotal { amount }
  sections { id title type text position multiChoice selected lines { title } }
  lines { id title position section { title } product { number } partNumber quantity quantityEditable unitPrice unitCost
    recurringPeriod recurringCycles optional selected counted netTotal }
  delivery { amount { amount currencyCode } taxRate tax { amount } address { line1 line2 city country } }"""


def mutation(name: str) -> str:
    input_type = name[0].upper() + name[1:] + "Input"
    return f"""mutation ($input: {input_type}!) {{
      {name}(input: $input) {{ quote {{ {QUOTE} }} userErrors {{ code field message }} }}
    }}"""


async def done(ask, name, **input):
    """The quote afterwards."""
    answer = (await ask(mutation(name), input=input))[name]
    assert answer["userErrors"] == []
    return answer["quote"]


async def refused(ask, name, **input):
    """Code, path and words of the only error."""
    answer = (await ask(mutation(name), input=input))[name]
    assert answer["quote"] is None
    [error] = answer["userErrors"]
    return error["code"], error["field"], error["message"]


async def drafted(ask, **input):
    organization = await an_organization(ask)
    return await done(ask, "createQuote", organizationId=organization["id"], title="New network", **input)


async def sent(ask, **input):
    quote = await drafted(ask, **input)
    return await done(ask, "sendQuote", quoteId=quote["id"])


def titles(quote):
    return [line["title"] for line in quote["lines"]]


def a_line(title, price=10, **more):
    return {"title": title, "unitPrice": price, **more}


CHOICE = {"title": "Firewalls", "multiChoice": True, "lines": [a_line("small", 100), a_line("big", 200)]}


async def test_a_quote_is_made_with_its_sections_and_their_lines(ask):
    quote = await drafted(
        ask,
        lines=[a_line("first")],
        sections=[
            {"title": "Hardware", "lines": [a_line("firewall"), a_line("cable")]},
            {"title": "About us", "type": "TEXT", "text": "We are good."},
            {"title": "Work", "type": "LABOR", "lines": [a_line("mounting")]},
        ],
    )
    assert titles(quote) == ["first", "firewall", "cable", "mounting"]
    assert [line["position"] for line in quote["lines"]] == [1, 2, 3, 4]
    assert [line["section"] and line["section"]["title"] for line in quote["lines"]] == [
        None, "Hardware", "Hardware", "Work"
    ]  # fmt: skip
    assert [(one["position"], one["title"], one["type"], one["text"]) for one in quote["sections"]] == [
        (1, "Hardware", "PRODUCTS", None),
        (2, "About us", "TEXT", "We are good."),
        (3, "Work", "LABOR", None),
    ]
    assert quote["sections"][0]["lines"] == [{"title": "firewall"}, {"title": "cable"}]
    assert quote["subtotal"] == {"amount": "40.00"}


GOOD = a_line("good")


@pytest.mark.parametrize(
    ("sections", "code", "field"),
    [
        ([{"title": " "}], "REQUIRED", ["sections", "0", "title"]),
        ([{"title": "x" * 201}], "TOO_LONG", ["sections", "0", "title"]),
        ([{"title": "x", "text": "y"}], "INVALID", ["sections", "0", "text"]),
        ([{"title": "x", "type": "TEXT", "text": "y" * 10_001}], "TOO_LONG", ["sections", "0", "text"]),
        ([{"title": "x", "type": "TEXT", "multiChoice": True}], "INVALID", ["sections", "0", "multiChoice"]),
        ([{"title": "x", "type": "TEXT", "lines": [GOOD]}], "INVALID", ["sections", "0", "lines", "0", "sectionId"]),
        (
            [{"title": "x", "lines": [GOOD, GOOD, a_line("bad", "0.00001")]}],
            "INVALID",
            ["sections", "0", "lines", "2", "unitPrice"],
        ),
        ([{"title": "x"}, {"title": "x", "lines": [{"title": "free"}]}], "REQUIRED",
         ["sections", "1", "lines", "0", "unitPrice"]),
        ([{"title": "x", "lines": [{"unitPrice": 1}]}], "REQUIRED", ["sections", "0", "lines", "0", "title"]),
        ([{"title": "x", "multiChoice": True, "lines": [a_line("a", optional=True)]}], "INVALID",
         ["sections", "0", "lines", "0", "optional"]),
        ([{"title": "x", "multiChoice": True, "lines": [a_line("a", selected=True), a_line("b", selected=True)]}],
         "INVALID", ["sections", "0", "lines", "1", "selected"]),
        ([{"title": "x", "lines": [{"productId": "UHJvZHVjdDo"}]}], "INVALID",
         ["sections", "0", "lines", "0", "productId"]),
        ([{"title": "x", "lines": [GOOD] * 501}], "LIMIT_EXCEEDED", ["sections", "0", "lines"]),
        ([{"title": "x"}] * 101, "LIMIT_EXCEEDED", ["sections", "100"]),
        ([{"title": "x", "lines": [a_line("a", recurringCycles=12)]}], "INVALID",
         ["sections", "0", "lines", "0", "recurringCycles"]),
        ([{"title": "x", "lines": [a_line("a", recurringPeriod="MONTHLY", recurringCycles=121)]}], "INVALID",
         ["sections", "0", "lines", "0", "recurringCycles"]),
    ],
)  # fmt: skip
async def test_what_is_refused_is_named_by_its_place(ask, sections, code, field):
    organization = (await an_organization(ask))["id"]
    found = await refused(ask, "createQuote", organizationId=organization, title="x", sections=sections)
    assert found[:2] == (code, field)
    assert (await ask("{ quotes { totalCount } }"))["quotes"]["totalCount"] == 0


async def test_a_line_takes_from_its_product_what_is_not_said(ask):
    product = await a_product(
        ask, partNumber="FG-40F", description="five ports", cost="310", recurringPeriod="YEARLY", title="Firewall"
    )
    plain = await a_product(ask, title="Cable", price="5")
    quote = await drafted(
        ask,
        lines=[
            {"productId": product["id"]},
            {"productId": product["id"], "title": "Yours", "unitPrice": "450", "unitCost": "300",
             "recurringPeriod": "MONTHLY", "recurringCycles": 12},
            {"productId": plain["id"]},
            a_line("free text"),
        ],
    )  # fmt: skip
    taken, said, cable, free = quote["lines"]
    assert (taken["title"], taken["unitPrice"], taken["unitCost"]) == ("Firewall", "499.9", "310")
    assert (taken["partNumber"], taken["recurringPeriod"], taken["product"]) == (
        "FG-40F",
        "YEARLY",
        {"number": "P-1001"},
    )
    assert (said["title"], said["unitPrice"], said["unitCost"]) == ("Yours", "450", "300")
    assert (said["recurringPeriod"], said["recurringCycles"]) == ("MONTHLY", 12)
    assert (cable["partNumber"], cable["recurringPeriod"]) == ("P-1002", None)
    assert (free["product"], free["partNumber"]) == (None, None)


async def test_a_changed_product_changes_no_line(ask):
    product = await a_product(ask, partNumber="FG-40F")
    quote = await drafted(ask, lines=[{"productId": product["id"]}])
    change = "mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { title } } }"
    changes = {"productId": product["id"], "title": "New", "price": 1, "partNumber": "X", "active": False}
    await ask(change, input=changes)
    # Not even an edit of the line, or naming the product once more, brings in what has changed.
    edited = await done(ask, "updateQuoteLine", lineId=quote["lines"][0]["id"], productId=product["id"], quantity="2")
    [line] = edited["lines"]
    assert (line["title"], line["unitPrice"], line["partNumber"], line["quantity"]) == (
        "Firewall F-40", "499.9", "FG-40F", "2"
    )  # fmt: skip


async def test_an_inactive_product_is_not_put_on_a_quote(ask):
    product = await a_product(ask, title="Old box", active=False)
    quote = await drafted(ask, lines=[a_line("x")])
    code, field, message = await refused(
        ask, "addQuoteLines", quoteId=quote["id"], lines=[a_line("y"), {"productId": product["id"]}]
    )
    assert (code, field) == ("INVALID", ["lines", "1", "productId"])
    assert "P-1001 “Old box”" in message
    code, field, _ = await refused(ask, "updateQuoteLine", lineId=quote["lines"][0]["id"], productId=product["id"])
    assert (code, field) == ("INVALID", ["productId"])


async def test_a_line_changes_its_product_or_becomes_free_text(ask):
    one = await a_product(ask, title="One", partNumber="1", recurringPeriod="MONTHLY")
    two = await a_product(ask, title="Two", partNumber="2", price="7")
    quote = await drafted(ask, lines=[{"productId": one["id"], "recurringCycles": 3}])
    id = quote["lines"][0]["id"]
    [line] = (await done(ask, "updateQuoteLine", lineId=id, productId=two["id"]))["lines"]
    assert (line["title"], line["unitPrice"], line["partNumber"]) == ("Two", "7", "2")
    assert (line["recurringPeriod"], line["recurringCycles"]) == (None, None)
    [line] = (await done(ask, "updateQuoteLine", lineId=id, productId=None))["lines"]
    assert (line["title"], line["unitPrice"], line["partNumber"], line["product"]) == ("Two", "7", None, None)


async def test_recurring_lines_count_one_period(ask):
    quote = await drafted(
        ask,
        lines=[
            a_line("once", 1000, unitCost=600),
            a_line("a month", 30, quantity=2, recurringPeriod="MONTHLY", recurringCycles=36),
            a_line("a quarter", 50, recurringPeriod="QUARTERLY", taxRate=10),
            a_line("a year", 99, recurringPeriod="YEARLY"),
            a_line("not taken", 5, recurringPeriod="YEARLY", optional=True, selected=False),
        ],
        delivery={"amount": "12.50", "taxRate": 20},
    )
    assert {name: quote[name]["amount"] for name in quote if name.endswith(("otal",)) and quote[name]} == {
        "subtotal": "1221.50",
        "oneOffSubtotal": "1012.50",
        "monthlySubtotal": "60.00",
        "quarterlySubtotal": "50.00",
        "yearlySubtotal": "99.00",
        "taxTotal": "7.50",
        "total": "1229.00",
        "costTotal": "600.00",
    }


async def test_delivery_has_an_amount_a_tax_and_an_address(ask):
    quote = await drafted(ask, lines=[a_line("x")])
    assert quote["delivery"]["amount"] == {"amount": "0.00", "currencyCode": "USD"}
    delivery = {"amount": "20", "taxRate": "19", "address": {"line1": "1 Main St", "city": "Bend", "country": "US"}}
    quote = await done(ask, "updateQuote", quoteId=quote["id"], delivery=delivery)
    assert quote["delivery"] == {
        "amount": {"amount": "20.00", "currencyCode": "USD"},
        "taxRate": "19",
        "tax": {"amount": "3.80"},
        "address": {"line1": "1 Main St", "line2": None, "city": "Bend", "country": "US"},
    }
    assert (quote["subtotal"]["amount"], quote["total"]["amount"]) == ("30.00", "33.80")
    quote = await done(ask, "updateQuote", quoteId=quote["id"], delivery={"address": {"city": "Salem"}})
    assert quote["delivery"]["address"]["line1"] == "1 Main St", "what is left out stays"
    assert quote["delivery"]["address"]["city"] == "Salem"
    quote = await done(ask, "updateQuote", quoteId=quote["id"], delivery=None)
    assert (quote["delivery"]["address"]["city"], quote["total"]["amount"]) == (None, "10.00")


@pytest.mark.parametrize(
    ("delivery", "code", "field"),
    [
        ({"amount": "-1"}, "INVALID", ["delivery", "amount"]),
        ({"amount": "1.001"}, "INVALID", ["delivery", "amount"]),
        ({"taxRate": "100.1"}, "INVALID", ["delivery", "taxRate"]),
        ({"address": {"line1": "x" * 201}}, "TOO_LONG", ["delivery", "address", "line1"]),
    ],
)
async def test_a_delivery_that_makes_no_sense_is_refused(ask, delivery, code, field):
    quote = await a_quote(ask)
    assert (await refused(ask, "updateQuote", quoteId=quote["id"], delivery=delivery))[:2] == (code, field)


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


async def test_lines_are_moved(ask):
    quote = await drafted(
        ask,
        lines=[a_line("a"), a_line("b")],
        sections=[{"title": "One", "lines": [a_line("c"), a_line("d"), a_line("e")]}, {"title": "Two"}],
    )
    ids = {line["title"]: line["id"] for line in quote["lines"]}
    one, two = (section["id"] for section in quote["sections"])

    async def moved(title, **to):
        found = await done(ask, "updateQuoteLine", lineId=ids[title], **to)
        positions = [line["position"] for line in found["lines"]]
        assert positions == sorted(set(positions)), "each has a place of its own, in reading order"
        return "".join(titles(found))

    assert await moved("c", position=3) == "abdec"
    assert await moved("c", position=1) == "abcde"
    assert await moved("e", position=2) == "abced"
    assert await moved("a", position=99) == "baced"
    assert await moved("c", sectionId=two) == "baedc"
    assert await moved("b", sectionId=two) == "aedcb"
    assert await moved("c", sectionId=one, position=2) == "aecdb"
    assert await moved("d", sectionId=None, position=1) == "daecb"
    assert (await refused(ask, "updateQuoteLine", lineId=ids["a"], position=0))[:2] == ("INVALID", ["position"])
    other = await a_quote(ask, title="other", sections=[{"title": "Theirs"}])
    foreign = other["sections"][0]["id"]
    assert (await refused(ask, "updateQuoteLine", lineId=ids["a"], sectionId=foreign))[:2] == (
        "NOT_FOUND", ["sectionId"]
    )  # fmt: skip


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


async def test_sections_are_added_moved_changed_and_removed(ask):
    quote = await drafted(ask, lines=[a_line("x")], sections=[{"title": "A", "lines": [a_line("a")]}])
    section = {"title": "B", "type": "LABOR", "lines": [a_line("b")]}
    quote = await done(ask, "addQuoteSection", quoteId=quote["id"], version=1, position=1, **section)
    assert ([one["title"] for one in quote["sections"]], titles(quote)) == (["B", "A"], ["x", "b", "a"])
    first = quote["sections"][0]["id"]
    quote = await done(ask, "updateQuoteSection", sectionId=first, position=2, title="Last")
    assert ([one["title"] for one in quote["sections"]], titles(quote)) == (["A", "Last"], ["x", "a", "b"])
    assert (await refused(ask, "updateQuoteSection", sectionId=first, type="TEXT"))[:2] == ("INVALID", ["type"])
    assert (await refused(ask, "updateQuoteSection", sectionId=first, title=""))[:2] == ("REQUIRED", ["title"])
    stale = {"sectionId": first, "version": 1}
    assert (await refused(ask, "removeQuoteSection", **stale))[:2] == ("CONFLICT", ["version"])
    quote = await done(ask, "removeQuoteSection", sectionId=first)
    assert ([one["title"] for one in quote["sections"]], titles(quote)) == (["A"], ["x", "a"])
    assert quote["subtotal"]["amount"] == "20.00"
    assert (await refused(ask, "removeQuoteSection", sectionId=first))[:2] == ("NOT_FOUND", ["sectionId"])


async def test_an_edited_section_makes_a_sent_quote_a_draft_again(ask):
    quote = await sent(ask, sections=[CHOICE])
    assert quote["status"] == "SENT"
    quote = await done(ask, "updateQuoteSection", sectionId=quote["sections"][0]["id"], title="Better")
    assert quote["status"] == "DRAFT"


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
