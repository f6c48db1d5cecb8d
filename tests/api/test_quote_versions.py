"""What was sent is kept as it was; what has expired is not sent; and what a quote comes to, part by part."""

from datetime import date, timedelta

import psycopg
import pytest

from runtime.settings import libpq_url
from tests.api.conftest import a_quote, an_organization
from tests.api.quoting import a_line, done, drafted, refused
from tests.api.test_statements import counted

VERSIONS = """query ($id: ID!) { node(id: $id) { ... on Quote { status viewedAt versions {
  id ordinal sentAt sentBy total { amount currencyCode }
  offer { title expiryDate organizationName contactName total { amount } lines { title quantity } }
} } } }"""
LATE = (date.today() - timedelta(days=2)).isoformat()


async def versions(ask, quote):
    return (await ask(VERSIONS, id=quote["id"]))["node"]["versions"]


async def test_each_time_it_goes_out_after_an_edit_is_a_version(ask):
    organization = await an_organization(ask, contacts=[{"firstName": "Ada", "lastName": "Acme"}])
    quote = await a_quote(ask, organization["id"], contactId=organization["contacts"][0]["id"], expiryDate="2099-12-31")
    assert await versions(ask, quote) == []
    await done(ask, "sendQuote", quoteId=quote["id"])
    [first] = await versions(ask, quote)
    assert (first["ordinal"], first["sentBy"], first["total"]) == (
        1, "token test", {"amount": "2160.96", "currencyCode": "USD"}
    )  # fmt: skip
    assert first["offer"] == {
        "title": "New network",
        "expiryDate": "2099-12-31",
        "organizationName": "Acme Dental",
        "contactName": "Ada Acme",
        "total": {"amount": "2160.96"},
        "lines": [{"title": "Firewall", "quantity": "2"}, {"title": "Support", "quantity": "12"}],
    }
    # A reminder, and what the customer doesn't see, is no new version.
    await done(ask, "sendQuote", quoteId=quote["id"])
    await done(ask, "updateQuote", quoteId=quote["id"], privateNote="hurry")
    await done(ask, "sendQuote", quoteId=quote["id"])
    assert await versions(ask, quote) == [first]
    await done(ask, "updateQuote", quoteId=quote["id"], title="Newer network")
    assert await versions(ask, quote) == [first]
    await done(ask, "sendQuote", quoteId=quote["id"])
    again, second = await versions(ask, quote)
    assert (again, second["ordinal"], second["offer"]["title"]) == (first, 2, "Newer network")


async def test_what_was_sent_stays_as_it_was_whoever_changes_what(ask):
    quote = await a_quote(ask)
    await done(ask, "sendQuote", quoteId=quote["id"])
    [first] = await versions(ask, quote)
    organization = (await ask("{ organizations { nodes { id } } }"))["organizations"]["nodes"][0]["id"]
    renamed = 'updateOrganization(input: {organizationId: $id, name: "New name"}) { userErrors { code } }'
    await ask(f"mutation ($id: ID!) {{ {renamed} }}", id=organization)
    await done(ask, "removeQuoteLine", lineId=quote["lines"][0]["id"])
    await done(ask, "updateQuoteLine", lineId=quote["lines"][1]["id"], unitPrice="1")
    assert await versions(ask, quote) == [first]


async def test_lists_do_not_fetch_what_stands_in_versions_and_templates(ask, db):
    """Hundreds of lines each: a page of names would not fit into memory."""
    for name in ("a", "b"):
        quote = await a_quote(ask)
        await done(ask, "sendQuote", quoteId=quote["id"])
        save = f'mutation ($id: ID!) {{ saveQuoteTemplate(input: {{quoteId: $id, name: "{name}"}}) {{ __typename }} }}'
        await ask(save, id=quote["id"])
    with counted(db) as statements:
        found = await ask("{ quotes { nodes { versions { ordinal } } } quoteTemplates { nodes { name } } }")
    assert [one["versions"] for one in found["quotes"]["nodes"]] == [[{"ordinal": 1}]] * 2
    assert not [statement for statement in statements if ".content" in statement]
    with counted(db) as statements:
        found = await ask("{ quotes { nodes { number versions { offer { number } } } } }")
    for node in found["quotes"]["nodes"]:
        assert node["versions"] == [{"offer": {"number": node["number"]}}]
    assert len([statement for statement in statements if ".content" in statement]) == 1


@pytest.mark.parametrize("statement", ["UPDATE quote_version SET ordinal = 7", "DELETE FROM quote_version"])
async def test_the_database_lets_nobody_change_a_version(ask, msp, statement):
    quote = await a_quote(ask)
    await done(ask, "sendQuote", quoteId=quote["id"])
    url = libpq_url(msp.database.engine.url.render_as_string(hide_password=False))
    async with await psycopg.AsyncConnection.connect(url) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(statement)


async def test_a_new_version_has_not_been_seen_yet(ask, http, msp):
    from tests.api.offering import VIEW, linked

    quote = await a_quote(ask)
    await done(ask, "sendQuote", quoteId=quote["id"])
    customer = await linked(ask, quote["id"])
    await customer(VIEW)
    node = (await ask(VERSIONS, id=quote["id"]))["node"]
    assert (node["status"], bool(node["viewedAt"])) == ("VIEWED", True)
    await done(ask, "updateQuote", quoteId=quote["id"], title="Newer network")
    await done(ask, "sendQuote", quoteId=quote["id"])
    node = (await ask(VERSIONS, id=quote["id"]))["node"]
    assert (node["status"], node["viewedAt"]) == ("SENT", None)


async def test_an_expired_quote_is_not_sent(ask):
    quote = await a_quote(ask, expiryDate=LATE)
    assert await refused(ask, "sendQuote", quoteId=quote["id"]) == (
        "IMPOSSIBLE_STEP", [], f"Q-1001 expired on {LATE}. Give it a later expiry date before sending it."
    )  # fmt: skip
    await done(ask, "updateQuote", quoteId=quote["id"], expiryDate="2099-12-31")
    assert (await done(ask, "sendQuote", quoteId=quote["id"]))["status"] == "SENT"


async def test_expired_quotes_are_found(ask):
    await a_quote(ask, title="late", expiryDate=LATE)
    await a_quote(ask, title="good", expiryDate="2099-12-31")
    await a_quote(ask, title="open")
    query = "query ($f: QuoteFilter) { quotes(filter: $f, orderBy: {field: CREATED_AT}) { nodes { title expired } } }"
    assert (await ask(query, f={"expired": {"eq": True}}))["quotes"]["nodes"] == [{"title": "late", "expired": True}]
    assert (await ask(query, f={"expired": {"eq": False}}))["quotes"]["nodes"] == [
        {"title": "good", "expired": False}, {"title": "open", "expired": False}
    ]  # fmt: skip


async def test_a_quote_is_found_by_what_happened_to_it(ask):
    quote = await a_quote(ask)
    await a_quote(ask)
    await done(ask, "submitQuote", quoteId=quote["id"])
    for name in ("submittedAt", "approvedAt"):
        found = await ask(
            "query ($f: QuoteFilter) { quotes(filter: $f) { nodes { id } } }", f={name: {"isNull": False}}
        )
        assert found["quotes"]["nodes"] == [{"id": quote["id"]}]


FIGURES = """query ($id: ID!) { node(id: $id) { ... on Quote {
  costTotal { amount } oneOffCost { amount } monthlyCost { amount } quarterlyCost { amount } yearlyCost { amount }
  margin { amount } marginPercent oneOffMargin { amount } monthlyMargin { amount } quarterlyMargin { amount }
  yearlyMargin { amount }
  sections { title subtotal oneOffSubtotal monthlySubtotal quarterlySubtotal yearlySubtotal taxTotal total costTotal
    oneOffCost monthlyCost quarterlyCost yearlyCost margin marginPercent oneOffMargin monthlyMargin quarterlyMargin
    yearlyMargin }
} } }"""


async def test_costs_and_margins_are_told_by_section_and_by_period(ask):
    server = {"title": "Server", "lines": [a_line("Server", "1000", unitCost="800", taxRate="20"), a_line("Work", 200)]}
    care = {"title": "Care", "lines": [a_line("Care", "50", unitCost="20", recurringPeriod="MONTHLY", quantity="3")]}
    quote = await drafted(ask, lines=[a_line("Cable", 10)], sections=[server, care, {"title": "Empty"}])
    found = (await ask(FIGURES, id=quote["id"]))["node"]
    sections = found.pop("sections")
    assert {name: value["amount"] if isinstance(value, dict) else value for name, value in found.items()} == {
        "costTotal": "860.00", "oneOffCost": "800.00", "monthlyCost": "60.00", "quarterlyCost": None,
        "yearlyCost": None, "margin": "500.00", "marginPercent": "36.76", "oneOffMargin": "410.00",
        "monthlyMargin": "90.00", "quarterlyMargin": None, "yearlyMargin": None,
    }  # fmt: skip
    costs = ("costTotal", "oneOffCost", "monthlyCost", "quarterlyCost", "yearlyCost")
    margins = ("margin", "marginPercent", "oneOffMargin", "monthlyMargin", "quarterlyMargin", "yearlyMargin")
    nothing = dict.fromkeys((*costs, *margins))
    subtotals = ("subtotal", "oneOffSubtotal", "monthlySubtotal", "quarterlySubtotal", "yearlySubtotal")
    zero = dict.fromkeys((*subtotals, "taxTotal", "total"), "0")
    assert sections == [
        {**zero, **nothing, "title": "Server", "subtotal": "1200", "oneOffSubtotal": "1200", "taxTotal": "200",
         "total": "1400", "costTotal": "800", "oneOffCost": "800", "margin": "400", "marginPercent": "33.33",
         "oneOffMargin": "400"},
        {**zero, **nothing, "title": "Care", "subtotal": "150", "monthlySubtotal": "150", "total": "150",
         "costTotal": "60", "monthlyCost": "60", "margin": "90", "marginPercent": "60", "monthlyMargin": "90"},
        {**zero, **nothing, "title": "Empty"},
    ]  # fmt: skip
