"""Copies and templates: what stays as it was, what is made anew, and what is said about the difference."""

import pytest

from domain.ids import global_id, uuid7
from tests.api.conftest import a_product, an_organization
from tests.api.quoting import CHOICE, QUOTE, a_line, done, drafted, refused, titles

COPY = f"""mutation ($input: CopyQuoteInput!) {{
  copyQuote(input: $input) {{
    quote {{ {QUOTE} number title expiryDate privateNote copiedFrom {{ id }} organization {{ name }}
      contact {{ firstName }} }}
    remarks userErrors {{ code field message }}
  }}
}}"""
SAVE = """mutation ($input: SaveQuoteTemplateInput!) {
  saveQuoteTemplate(input: $input) { quoteTemplate { id name } userErrors { code field message } }
}"""
REMOVE = """mutation ($id: ID!) {
  removeQuoteTemplate(input: {templateId: $id}) { templateId userErrors { code field } }
}"""
CREATE = f"""mutation ($input: CreateQuoteInput!) {{
  createQuote(input: $input) {{ quote {{ {QUOTE} }} remarks userErrors {{ code field message }} }}
}}"""
TEMPLATES = """query ($f: QuoteTemplateFilter) { quoteTemplates(filter: $f) { nodes { id name } } }"""
UPDATE_PRODUCT = """mutation ($input: UpdateProductInput!) {
  updateProduct(input: $input) { userErrors { message } }
}"""


async def copied(ask, quote, **more):
    answer = (await ask(COPY, input={"quoteId": quote["id"], **more}))["copyQuote"]
    assert answer["userErrors"] == []
    return answer["quote"], answer["remarks"]


async def saved(ask, quote, name="Small office"):
    answer = (await ask(SAVE, input={"quoteId": quote["id"], "name": name}))["saveQuoteTemplate"]
    assert answer["userErrors"] == []
    return answer["quoteTemplate"]["id"]


async def begun(ask, template, **more):
    organization = await an_organization(ask, "Beta Bakery")
    input = {"organizationId": organization["id"], "title": "x", "templateId": template, **more}
    answer = (await ask(CREATE, input=input))["createQuote"]
    assert answer["userErrors"] == []
    return answer["quote"], answer["remarks"]


async def change(ask, product, **values):
    answer = await ask(UPDATE_PRODUCT, input={"productId": product["id"], **values})
    assert answer["updateProduct"]["userErrors"] == []


def without_ids(value):
    if isinstance(value, dict):
        return {name: without_ids(part) for name, part in value.items() if name not in ("id", "position")}
    return [without_ids(part) for part in value] if isinstance(value, list) else value


async def full(ask, product, **more):
    """A quote with one of everything."""
    return await drafted(
        ask,
        expiryDate="2099-12-31",
        privateNote="hurry",
        delivery={"amount": "12.50", "taxRate": "20", "address": {"city": "Leeds"}},
        lines=[{"productId": product["id"], "quantity": "2", "discountPercent": "10", "description": "special"}],
        sections=[
            {"title": "Words", "type": "TEXT", "text": "Thank you."},
            {**CHOICE, "selected": False},
            {"title": "Care", "lines": [
                a_line("Support", 50, unitCost="20", recurringPeriod="MONTHLY", recurringCycles=12, taxRate="20"),
                a_line("Setup", 7, optional=True, selected=False, quantityEditable=True, discountAmount="1"),
            ]},
        ],
        **more,
    )  # fmt: skip


async def test_a_copy_is_like_the_quote_and_a_draft(ask):
    product = await a_product(ask, partNumber="F-40", cost="300")
    quote = await full(ask, product)
    await done(ask, "sendQuote", quoteId=quote["id"])
    await done(ask, "acceptQuote", quoteId=quote["id"])
    copy, remarks = await copied(ask, quote)
    assert (copy["number"], copy["title"], copy["status"], remarks) == ("Q-1002", "New network", "DRAFT", [])
    assert copy["copiedFrom"] == {"id": quote["id"]}
    assert (copy["expiryDate"], copy["privateNote"], copy["organization"]) == (None, None, {"name": "Acme Dental"})
    same = {name: value for name, value in quote.items() if name not in ("status", "version")}
    assert without_ids({name: copy[name] for name in same}) == without_ids(same)
    assert {line["id"] for line in copy["lines"]}.isdisjoint(line["id"] for line in quote["lines"])


async def test_a_copy_for_somebody_else_takes_no_address_and_no_person_along(ask):
    organization = await an_organization(ask, contacts=[{"firstName": "Ada"}])
    contact = organization["contacts"][0]["id"]
    quote = await drafted(ask, lines=[a_line("Cable")], delivery={"amount": "5", "address": {"city": "Leeds"}})
    other = await an_organization(ask, "Beta Bakery", contacts=[{"firstName": "Bea"}])
    copy, _ = await copied(ask, quote, organizationId=other["id"], title="Another network")
    assert (copy["title"], copy["organization"], copy["contact"]) == (
        "Another network", {"name": "Beta Bakery"}, None
    )  # fmt: skip
    assert (copy["delivery"]["amount"]["amount"], copy["delivery"]["address"]["city"]) == ("5.00", None)
    theirs = other["contacts"][0]["id"]
    copy, _ = await copied(ask, quote, organizationId=other["id"], contactId=theirs)
    assert copy["contact"] == {"firstName": "Bea"}
    [error] = (await ask(COPY, input={"quoteId": quote["id"], "organizationId": other["id"], "contactId": contact}))[
        "copyQuote"
    ]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["contactId"])


async def test_prices_stay_or_are_todays(ask):
    product = await a_product(ask, price="100", cost="60")
    lines = [{"productId": product["id"], "unitPrice": "90", "discountAmount": "80"}, a_line("Free text", 5)]
    quote = await drafted(ask, lines=lines)
    await change(ask, product, price="70", cost="40")
    kept, remarks = await copied(ask, quote)
    assert ([(line["unitPrice"], line["unitCost"]) for line in kept["lines"]], remarks) == (
        [("90", "60"), ("5", None)], []
    )  # fmt: skip
    todays, remarks = await copied(ask, quote, keepPrices=False)
    assert [(line["unitPrice"], line["unitCost"], line["netTotal"]) for line in todays["lines"]] == [
        ("70", "40", "70"), ("5", None, "5")
    ]  # fmt: skip
    assert remarks == ["“Firewall F-40” has no discount now: it was more than the line costs today."]


async def test_todays_price_is_for_the_period_of_today(ask):
    """What was sold once is rented now: its monthly price must not stand there as a price to be paid once."""
    rented = await a_product(ask, title="Backup", price="900", cost="500")
    bought = await a_product(ask, title="Router", price="20", recurringPeriod="MONTHLY")
    lines = [{"productId": rented["id"]}, {"productId": bought["id"], "recurringCycles": 12}]
    quote = await drafted(ask, lines=lines)
    await change(ask, rented, price="30", recurringPeriod="MONTHLY")
    await change(ask, bought, price="200", recurringPeriod=None)
    kept, remarks = await copied(ask, quote)
    assert ([(line["unitPrice"], line["recurringPeriod"]) for line in kept["lines"]], remarks) == (
        [("900", None), ("20", "MONTHLY")], []
    )  # fmt: skip
    todays, remarks = await copied(ask, quote, keepPrices=False)
    assert [(line["unitPrice"], line["recurringPeriod"], line["recurringCycles"]) for line in todays["lines"]] == [
        ("30", "MONTHLY", None), ("200", None, None)
    ]  # fmt: skip
    assert remarks == ["“Backup” is billed every month now.", "“Router” is billed once now."]


async def test_a_choice_that_is_still_open_is_open_in_the_copy(ask):
    quote = await drafted(ask, sections=[CHOICE])
    quote = await done(ask, "updateQuoteLine", lineId=quote["lines"][0]["id"], selected=False)
    assert quote["subtotal"]["amount"] == "0.00"
    copy, _ = await copied(ask, quote)
    assert ([line["selected"] for line in copy["lines"]], copy["subtotal"]["amount"]) == ([False, False], "0.00")


@pytest.mark.parametrize("keep", [True, False])
async def test_a_product_that_is_not_sold_any_more_becomes_free_text(ask, keep):
    product = await a_product(ask, partNumber="F-40", price="100")
    quote = await drafted(ask, sections=[{"title": "A", "lines": [{"productId": product["id"], "quantity": "3"}]}])
    await change(ask, product, active=False)
    copy, remarks = await copied(ask, quote, keepPrices=keep)
    [line] = copy["lines"]
    assert (line["title"], line["product"], line["partNumber"], line["unitPrice"], line["quantity"]) == (
        "Firewall F-40", None, None, "100", "3"
    )  # fmt: skip
    assert remarks == ["“Firewall F-40” is free text now: its product is not active any more."]


async def test_a_template_is_the_beginning_of_a_quote(ask):
    product = await a_product(ask, partNumber="F-40", price="100", cost="60")
    quote = await full(ask, product)
    template = await saved(ask, quote)
    await change(ask, product, price="120", cost="70")
    made, remarks = await begun(ask, template)
    assert remarks == []
    for name in ("lines", "sections", "monthlySubtotal", "costTotal"):
        assert without_ids(made[name]) == without_ids(quote[name])
    assert made["delivery"]["amount"]["amount"] == "0.00"
    todays, _ = await begun(ask, template, currentPrices=True)
    assert (todays["lines"][0]["unitPrice"], todays["lines"][0]["unitCost"]) == ("120", "70")
    more = {"lines": [a_line("More")], "sections": [{"title": "Even more", "lines": [a_line("x")]}]}
    longer, _ = await begun(ask, template, **more)
    assert titles(longer) == ["Firewall F-40", "More", "small", "big", "Support", "Setup", "x"]
    assert [section["title"] for section in longer["sections"]] == ["Words", "Firewalls", "Care", "Even more"]


async def test_what_is_wrong_is_named_where_the_caller_wrote_it(ask):
    """Not where it stands behind the lines of the template."""
    template = await saved(ask, await drafted(ask, lines=[a_line("a")], sections=[{"title": "b", "lines": []}]))
    organization = await an_organization(ask, "Beta Bakery")
    begin = {"organizationId": organization["id"], "title": "x", "templateId": template}
    bad = a_line("x", quantity="-1")
    for more, field in (
        ({"lines": [a_line("y"), bad]}, ["lines", "1", "quantity"]),
        ({"sections": [{"title": "c", "lines": [bad]}]}, ["sections", "0", "lines", "0", "quantity"]),
        ({"templateId": global_id("QuoteTemplate", uuid7())}, ["templateId"]),
        ({"templateId": organization["id"]}, ["templateId"]),
    ):
        [error] = (await ask(CREATE, input={**begin, **more}))["createQuote"]["userErrors"]
        assert error["field"] == field


async def test_templates_are_listed_by_name_and_removed(ask, ask_other):
    quote = await drafted(ask, lines=[a_line("a")])
    second, first = await saved(ask, quote, "b template"), await saved(ask, quote, " A Template ")
    listed = (await ask(TEMPLATES))["quoteTemplates"]["nodes"]
    assert listed == [{"id": first, "name": "A Template"}, {"id": second, "name": "b template"}]
    assert (await ask(TEMPLATES, f={"name": {"startsWith": "A TEMP"}}))["quoteTemplates"]["nodes"] == [listed[0]]
    typed = await ask('{ quoteTemplates(search: "a TEMP") { nodes { id name } } }')
    assert typed["quoteTemplates"]["nodes"] == [listed[0]]
    [error] = (await ask(SAVE, input={"quoteId": quote["id"], "name": "atemplate"}))["saveQuoteTemplate"]["userErrors"]
    assert (error["code"], error["field"]) == ("TAKEN", ["name"])
    [error] = (await ask_other(REMOVE, id=first))["removeQuoteTemplate"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["templateId"])
    assert (await ask(REMOVE, id=first))["removeQuoteTemplate"] == {"templateId": first, "userErrors": []}
    assert (await ask(TEMPLATES))["quoteTemplates"]["nodes"] == [listed[1]]


async def test_what_another_tenant_has_is_neither_copied_nor_saved(ask, ask_other):
    quote = await drafted(ask, lines=[a_line("a")])
    answer = (await ask_other(COPY, input={"quoteId": quote["id"]}))["copyQuote"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("NOT_FOUND", ["quoteId"])]
    answer = (await ask_other(SAVE, input={"quoteId": quote["id"], "name": "x"}))["saveQuoteTemplate"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("NOT_FOUND", ["quoteId"])]


async def test_a_copy_is_judged_by_the_rules_of_today(ask):
    quote = await drafted(ask, lines=[a_line("a", 100)])
    await ask('mutation { setApprovalRule(input: {kind: TOTAL, threshold: "50"}) { userErrors { code } } }')
    copy, _ = await copied(ask, quote)
    assert (await refused(ask, "sendQuote", quoteId=copy["id"]))[0] == "IMPOSSIBLE_STEP"


async def test_a_template_that_is_too_long_by_now_blames_no_line_of_the_caller(ask):
    template = await saved(ask, await drafted(ask, lines=[a_line("a")] * 300))
    organization = await an_organization(ask, "Beta Bakery")
    begin = {"organizationId": organization["id"], "title": "x", "templateId": template}
    [error] = (await ask(CREATE, input={**begin, "lines": [a_line("b")] * 201}))["createQuote"]["userErrors"]
    assert (error["code"], error["field"]) == ("LIMIT_EXCEEDED", ["lines"])
    product = await a_product(ask, price="1")
    quote = await drafted(ask, lines=[{"productId": product["id"], "quantity": "9999999999"}])
    await change(ask, product, price="999999")
    [error] = (await ask(COPY, input={"quoteId": quote["id"], "keepPrices": False}))["copyQuote"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", [])
