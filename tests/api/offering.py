"""Customers of tests: a sent quote, its link, and a client that asks with it. Holds no test."""

from domain.organizations import service as organizations
from domain.quotes import links
from domain.quotes import service as quotes
from tests.api.conftest import Client, a_quote
from tests.api.quoting import done

SHOWN = """state version sentAt answeredAt answeredBy content {
  number title organizationName contactName expiryDate currencyCode
  delivery { amount { amount currencyCode } taxRate tax { amount } address { line1 city country } }
  lines { ...L }
  sections { type title text multiChoice selected subtotal oneOffSubtotal monthlySubtotal quarterlySubtotal
    yearlySubtotal taxTotal total lines { ...L } }
  subtotal { amount } oneOffSubtotal { amount } monthlySubtotal { amount } quarterlySubtotal { amount }
  yearlySubtotal { amount } discountTotal { amount } taxTotal { amount } total { amount currencyCode }
}"""
LINE = """fragment L on OfferLine {
  lineId partNumber title description quantity quantityEditable unitPrice discountPercent discountAmount taxRate
  recurringPeriod recurringCycles optional selected counted netTotal taxTotal total
}"""
OFFER = f"{{ offer {{ {SHOWN} }} }} {LINE}"
VIEW = "mutation { viewOffer { offer { state } userErrors { code message } } }"
ACCEPT = """mutation ($input: AcceptOfferInput!) {
  acceptOffer(input: $input) { offer { state answeredBy answeredAt } userErrors { code field message } }
}"""
DECLINE = """mutation ($input: DeclineOfferInput!) {
  declineOffer(input: $input) { offer { state answeredBy answeredAt } userErrors { code field message } }
}"""
LINK = """mutation ($input: CreateOfferLinkInput!) {
  createOfferLink(input: $input) {
    offerLink { token url createdAt expiresAt } quote { number offerLink { token } } userErrors { code field message }
  }
}"""


async def a_customer(http, msp) -> Client:
    """With the link to a quote that was not sent yet."""
    async with msp.transaction() as ctx:
        organization = await organizations.create(ctx, {"name": "Acme Dental"})
        quote = await quotes.create(ctx, organization.id, {"title": "New network"})
        link = await links.create(ctx, quote.id, {})
        await ctx.session.flush()
    return Client(http, links.token_of(msp.database.keyring, link))


async def linked(ask, quote_id) -> Client:
    """A client with the link to the quote."""
    answer = (await ask(LINK, input={"quoteId": quote_id}))["createOfferLink"]
    assert answer["userErrors"] == []
    return Client(ask.http, answer["offerLink"]["token"])


async def offered(ask, **quote) -> tuple[dict, Client]:
    """A quote that was sent, and the customer with its link."""
    made = await a_quote(ask, **quote)
    await done(ask, "sendQuote", quoteId=made["id"])
    return made, await linked(ask, made["id"])


async def answered(customer, text, **input) -> dict:
    """The offer afterwards."""
    [answer] = (await customer(text, input={"version": 1, "name": "Ada Acme", **input})).values()
    assert answer["userErrors"] == []
    return answer["offer"]


async def not_answered(customer, text, **input) -> tuple[str, list[str], str]:
    """Code, path and words of the only error."""
    [answer] = (await customer(text, input={"version": 1, "name": "Ada Acme", **input})).values()
    assert answer["offer"] is None
    [error] = answer["userErrors"]
    return error["code"], error["field"], error["message"]
