"""Sections, products, delivery and recurring lines of quotes, through GraphQL."""

import pytest

from tests.api.conftest import a_product, a_quote, an_organization
from tests.api.quoting import CHOICE, a_line, done, drafted, refused, sent, titles


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
        ([{"title": "x", "type": "TEXT", "lines": [GOOD]}], "INVALID", ["sections", "0", "lines"]),
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
    third = await done(ask, "addQuoteSection", quoteId=quote["id"], title="Third")
    assert [one["position"] for one in third["sections"]] == [1, 2, 3]
    quote = await done(ask, "removeQuoteSection", sectionId=first)
    assert ([one["title"] for one in quote["sections"]], titles(quote)) == (["A", "Third"], ["x", "a"])
    assert [one["position"] for one in quote["sections"]] == [1, 2]
    assert quote["subtotal"]["amount"] == "20.00"
    assert (await refused(ask, "removeQuoteSection", sectionId=first))[:2] == ("NOT_FOUND", ["sectionId"])


async def test_an_edited_section_makes_a_sent_quote_a_draft_again(ask):
    quote = await sent(ask, sections=[CHOICE])
    assert quote["status"] == "SENT"
    quote = await done(ask, "updateQuoteSection", sectionId=quote["sections"][0]["id"], title="Better")
    assert quote["status"] == "DRAFT"
