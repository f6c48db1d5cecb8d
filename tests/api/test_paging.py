"""Keyset pages: complete, in order, stable while rows come; cursors that are not ours are refused."""

import base64
import json
from decimal import Decimal

import pytest

from domain.organizations import service as organizations
from domain.quotes import service as quotes

FORWARD = """query ($after: String, $orderBy: QuoteOrder) {
  quotes(first: 7, after: $after, orderBy: $orderBy) {
    edges { cursor node { id title } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
BACKWARD = """query ($before: String, $orderBy: QuoteOrder) {
  quotes(last: 7, before: $before, orderBy: $orderBy) {
    edges { cursor node { id title } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
ORDERS = [
    {"field": field, "direction": direction}
    for field in ("CREATED_AT", "UPDATED_AT", "TOTAL")
    for direction in ("ASC", "DESC")
]


async def drafts(msp, *prices: int, prefix: str = "old") -> None:
    """In one transaction, so that all have the same times: only the id tells them apart."""
    async with msp.transaction() as ctx:
        organization = await organizations.create(ctx, {"name": "Acme"})
        for number, price in enumerate(prices):
            line = {"title": "a", "unit_price": Decimal(price)}
            await quotes.create(ctx, organization.id, {"title": f"{prefix} {number}"}, [line])


def titles(page) -> list[str]:
    return [edge["node"]["title"] for edge in page["edges"]]


async def all_titles(ask, order) -> list[str]:
    return titles((await ask("query ($o: QuoteOrder) { quotes(first: 100, orderBy: $o) { edges { node { title } } } }",
                             o=order))["quotes"])  # fmt: skip


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order['field']} {order['direction']}")
async def test_pages_are_complete_in_both_directions(ask, msp, order):
    await drafts(msp, *(number % 3 for number in range(16)))  # many equal totals
    await drafts(msp, *(number % 4 for number in range(7)), prefix="later")
    whole = await all_titles(ask, order)
    assert len(whole) == len(set(whole)) == 23
    forward, after = [], None
    for more in (True, True, True, False):
        page = (await ask(FORWARD, after=after, orderBy=order))["quotes"]
        assert [node["id"] for node in page["nodes"]] == [edge["node"]["id"] for edge in page["edges"]]
        assert page["pageInfo"] == {
            "hasNextPage": more,
            "hasPreviousPage": after is not None,
            "startCursor": page["edges"][0]["cursor"],
            "endCursor": page["edges"][-1]["cursor"],
        }
        forward += titles(page)
        after = page["pageInfo"]["endCursor"]
    assert forward == whole
    backward: list[str] = []
    before = None
    for more in (True, True, True, False):
        page = (await ask(BACKWARD, before=before, orderBy=order))["quotes"]
        assert (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]) == (more, before is not None)
        backward = titles(page) + backward
        before = page["pageInfo"]["startCursor"]
    assert backward == whole


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order['field']} {order['direction']}")
async def test_what_comes_meanwhile_moves_nothing(ask, msp, order):
    await drafts(msp, *(number % 5 for number in range(20)))
    before = await all_titles(ask, order)
    seen, after = [], None
    for place, prices in enumerate(((0, 9), (2, 2), (4, 1), (3, 0))):
        page = (await ask(FORWARD, after=after, orderBy=order))["quotes"]
        seen += titles(page)
        after = page["pageInfo"]["endCursor"]
        await drafts(msp, *prices, prefix=f"new {place}")
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert [title for title in seen if title.startswith("old")] == before
    assert len(seen) == len(set(seen))


async def test_both_cursors_cut_out_a_part(ask, msp):
    await drafts(msp, *range(6))
    order = {"field": "TOTAL", "direction": "ASC"}
    cursors = [edge["cursor"] for edge in (await ask(FORWARD, orderBy=order))["quotes"]["edges"]]
    query = """query ($after: String, $before: String, $first: Int, $last: Int, $orderBy: QuoteOrder) {
      quotes(after: $after, before: $before, first: $first, last: $last, orderBy: $orderBy) {
        edges { node { title } } pageInfo { hasNextPage hasPreviousPage } totalCount
      }
    }"""
    part = {"after": cursors[0], "before": cursors[5], "orderBy": order}
    whole = (await ask(query, **part))["quotes"]
    assert titles(whole) == ["old 1", "old 2", "old 3", "old 4"]
    assert whole["totalCount"] == 6
    assert titles((await ask(query, first=2, **part))["quotes"]) == ["old 1", "old 2"]
    assert titles((await ask(query, last=2, **part))["quotes"]) == ["old 3", "old 4"]
    assert titles((await ask(query, last=2, after=cursors[0], orderBy=order))["quotes"]) == ["old 4", "old 5"]


async def test_a_page_of_nothing_is_a_page(ask):
    answer = await ask("{ quotes(first: 0) { edges { cursor } pageInfo { startCursor endCursor hasNextPage } } }")
    assert answer["quotes"] == {
        "edges": [],
        "pageInfo": {"startCursor": None, "endCursor": None, "hasNextPage": False},
    }


def forged(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


async def test_a_cursor_that_is_not_of_this_list_is_refused(ask, msp):
    await drafts(msp, 1, 2)
    newest = (await ask(FORWARD, orderBy=ORDERS[0]))["quotes"]["pageInfo"]["endCursor"]
    total = (await ask(FORWARD, orderBy=ORDERS[4]))["quotes"]["pageInfo"]["endCursor"]
    mark = json.loads(base64.urlsafe_b64decode(total + "=="))[0]
    uuid = "01890000-0000-7000-8000-00000000000a"
    for cursor, order in (
        ("", 0),
        ("nonsense", 0),
        ("a", 0),
        ("WyJhIl0", 0),
        ("bnVsbA", 0),
        ("MQ", 0),
        ("\U0001f600", 0),
        (newest, 1),  # the other direction
        (newest, 4),  # another order
        (newest[:-4], 0),
        (forged(mark, 2**63, uuid), 4),
        (forged(mark, 1.5, uuid), 4),
        (forged(mark, True, uuid), 4),
        (forged(mark, "1", uuid), 4),
        (forged(mark, 1, "x"), 4),
        (forged(mark, 1, None), 4),
        (forged(mark, 1), 4),
        (forged(mark, 1, uuid, 1), 4),
        (forged(mark, 1, uuid.upper()), 4),
        (forged(*[[]] * 1000), 4),
        ("x" * 9000, 4),
    ):
        for query, name in ((FORWARD, "after"), (BACKWARD, "before")):
            assert await ask.code(query, **{name: cursor}, orderBy=ORDERS[order]) == "BAD_CURSOR", cursor
    # of another list altogether
    assert await ask.code("query ($c: String) { organizations(after: $c) { nodes { id } } }", c=newest) == "BAD_CURSOR"
    # well-formed ones that stand for no row are just places
    assert await ask(FORWARD, after=forged(mark, 2**63 - 1, uuid), orderBy=ORDERS[4])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: 101", "LIMIT_EXCEEDED"),
        ("last: 101", "LIMIT_EXCEEDED"),
        ("first: -1", "INVALID"),
        ("first: 1, last: 1", "INVALID"),
    ],
)
async def test_a_page_has_its_limits(ask, arguments, code):
    assert await ask.code(f"{{ quotes({arguments}) {{ nodes {{ id }} }} }}") == code


async def test_every_list_is_paged(ask):
    for name in ("organizations", "contacts", "employees", "products", "quotes", "salesOrders", "syncErrors"):
        query = f"{{ {name}(first: 1) {{ edges {{ cursor node {{ id }} }} nodes {{ id }} totalCount }} }}"
        assert (await ask(query))[name] == {"edges": [], "nodes": [], "totalCount": 0}
