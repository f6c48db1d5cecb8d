"""Quotes of tests, drafted and changed through GraphQL. Holds no test."""

from tests.api.conftest import an_organization

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
