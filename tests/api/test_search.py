"""Searching lists: by relevance, page after page, together with filters and orders."""

import pytest

from domain.access import service as access
from tests.api.conftest import Client, a_quote, an_organization

SEARCH = """query (
  $s: String, $f: OrganizationFilter, $o: OrganizationOrder, $n: Int, $a: String, $l: Int, $b: String
) {
  organizations(search: $s, filter: $f, orderBy: $o, first: $n, after: $a, last: $l, before: $b) {
    totalCount nodes { name } edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


async def search(ask, **variables):
    return (await ask(SEARCH, **variables))["organizations"]


def names(page):
    return [node["name"] for node in page["nodes"]]


@pytest.fixture
async def acmes(ask, ask_other):
    for number in range(7):
        await an_organization(ask, f"Branch {number} of Acme", accountNumber=f"B-{number}")
    await an_organization(ask, "Acme")
    await an_organization(ask, "Zebra")
    await an_organization(ask_other, "Acme Elsewhere")


async def test_pages_of_what_was_found(ask, acmes):
    whole = names(await search(ask, s="acme", n=100))
    assert whole[0] == "Acme"
    assert len(whole) == 8
    forward, after = [], None
    for more in (True, True, False):
        page = await search(ask, s="acme", n=3, a=after)
        assert page["totalCount"] == 8
        assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (more, after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        forward += names(page)
        after = page["pageInfo"]["endCursor"]
    assert forward == whole
    last = await search(ask, s="acme", l=2)
    assert names(last) == whole[-2:]
    assert last["pageInfo"]["hasPreviousPage"]
    before = await search(ask, s="acme", l=100, b=last["pageInfo"]["startCursor"])
    assert names(before) == whole[:-2]


async def test_a_search_goes_with_filter_and_order(ask, acmes):
    filtered = await search(ask, s="acme", f={"accountNumber": {"in": ["B-1", "B-2"]}})
    assert sorted(names(filtered)) == ["Branch 1 of Acme", "Branch 2 of Acme"]
    assert filtered["totalCount"] == 2
    ordered = await search(ask, s="acme", o={"field": "NAME", "direction": "DESC"}, n=2)
    assert names(ordered) == ["Branch 6 of Acme", "Branch 5 of Acme"]
    assert ordered["totalCount"] == 8
    assert names(await search(ask, s="b-4"))[0] == "Branch 4 of Acme"


async def test_nothing_typed_is_no_search(ask, acmes):
    for nothing in (None, "", "   "):
        assert (await search(ask, s=nothing))["totalCount"] == 9
    assert (await search(ask, s="x" * 90))["totalCount"] == 0
    assert await ask.code(SEARCH, s="x" * 101) == "TOO_LONG"


async def test_a_cursor_is_of_this_search(ask, acmes):
    cursor = (await search(ask, s="acme", n=1))["pageInfo"]["endCursor"]
    for variables in ({"s": "branch"}, {"s": None}, {"s": "acme", "o": {"field": "NAME"}}):
        assert await ask.code(SEARCH, a=cursor, **variables) == "BAD_CURSOR"
    name = (await search(ask, n=1))["pageInfo"]["endCursor"]
    assert await ask.code(SEARCH, a=name, s="acme") == "BAD_CURSOR"


async def test_each_record_by_what_people_know_of_it(ask, ask_other, http, msp):
    people = [{"firstName": "Ada", "lastName": "Lovelace", "email": "ada@acme.test"}]
    organization = await an_organization(ask, "Acme", contacts=people)
    quote = await a_quote(ask, organization["id"], title="New network")
    await ask(
        """mutation ($id: ID!) { sendQuote(input: {quoteId: $id}) { quote { id } }
        acceptQuote(input: {quoteId: $id, customerReference: "PO 4711"}) { quote { id } } }""",
        id=quote["id"],
    )
    for list, texts in {
        "contacts": ["ada@acme.test", "ada l", "lovelace", "ADA"],
        "quotes": [quote["number"], "q-10", "network", "acme"],
        "salesOrders": ["4711", "so-1001", "PO 4711"],
    }.items():
        query = f"query ($s: String) {{ {list}(search: $s) {{ totalCount }} }}"
        for words in texts:
            assert (await ask(query, s=words))[list] == {"totalCount": 1}, words
            assert (await ask_other(query, s=words))[list] == {"totalCount": 0}, words
    async with msp.transaction() as ctx:
        _, token = await access.create_token(ctx, name="some", scopes=["quotes:read"])
    narrow = Client(http, token)
    query = "query ($s: String) { quotes(search: $s) { totalCount } }"
    assert (await narrow(query, s="network"))["quotes"]["totalCount"] == 1
    assert (await narrow(query, s="acme"))["quotes"]["totalCount"] == 0  # that is the organization's name
