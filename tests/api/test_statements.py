"""What reads cost in SQL: statements grow with the levels of a query, never with its rows."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event

from domain.access import service as access
from domain.organizations import service as organizations
from domain.products import categories
from domain.products import service as products
from domain.quotes import service as quotes

DEEPEST = """{
  quotes(first: 100) {
    totalCount
    nodes {
      id number total { amount }
      organization { name owner { name } contacts { firstName sync { state } } sync { state lastError { message } } }
      contact { firstName organization { name } }
      owner { name }
      lines { title quote { number owner { email } } sync { state externalId } }
      salesOrder { number lines { title salesOrder { number } } organization { name } quote { number } }
      sync { state lastError { message } }
    }
    edges { cursor node { number } }
    pageInfo { endCursor hasNextPage }
  }
}"""

SECTIONED = """{
  quotes(first: 50) {
    totalCount
    nodes {
      lines { title section { title } product { number category { name parent { name } } } }
      sections { title quote { title } lines { title product { title } } }
      salesOrder { lines { title product { title } } }
    }
  }
}"""


@contextmanager
def counted(db):
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


async def filled(msp, rows: int) -> None:
    """That many accepted quotes, each of an organization, a contact and an owner of its own."""
    async with msp.transaction() as ctx:
        for number in range(rows):
            owner = await access.create_employee(ctx, name="Eve", email=f"eve{number}@msp.test")
            organization = await organizations.create(ctx, {"name": f"Acme {number}", "owner_id": owner.id})
            contact = await organizations.create_contact(ctx, organization.id, {"first_name": "Ada"})
            values = {"title": "x", "contact_id": contact.id, "owner_id": owner.id}
            category = await categories.create(ctx, name=f"Category {number}")
            article = {"title": "a", "price": Decimal(number), "category_id": category.id}
            product = await products.create(ctx, article)
            line, sections = {"product_id": product.id}, [{"title": "b", "lines": [{"product_id": product.id}] * 2}]
            quote = await quotes.create(ctx, organization.id, values, [line], sections * 2)
            await quotes.send(ctx, quote.id)
            await quotes.accept(ctx, quote.id)


# At most one for each place of the query that leads to rows, three for each `sync`. Places that happen to be reached at
# the same moment share a statement, so that it may be fewer, whatever the number of rows.
@pytest.mark.parametrize(("query", "most"), [(DEEPEST, 23), (SECTIONED, 14)])
async def test_statements_do_not_grow_with_rows(ask, ask_other, msp, other, db, query, most):
    await filled(msp, 5)
    await filled(other, 50)
    counts = []
    for client, rows in ((ask, 5), (ask_other, 50)):
        await client("{ viewer { scopes } }")  # the look-up of the token
        with counted(db) as statements:
            answer = (await client(query))["quotes"]
        assert (answer["totalCount"], len(answer["nodes"])) == (rows, rows)
        assert all(len(node["lines"]) == 5 and node["salesOrder"]["lines"] for node in answer["nodes"])
        counts.append(len([text for text in statements if "set_config" not in text]))
    assert max(counts) <= most


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("{ viewer { scopes } }", 0),
        ("{ viewer { tenant { name } } }", 1),
        ("{ quotes { nodes { number } edges { cursor } pageInfo { endCursor } } }", 1),
        ("{ quotes { totalCount } }", 1),
        ("{ quotes { totalCount nodes { number } } }", 2),
        ('{ quotes(filter: {title: {contains: "x"}, or: [{number: {isNull: false}}]}) { nodes { id } } }', 1),
        ('{ quotes(filter: {total: {gt: "0"}}) { nodes { id } } }', 2),  # the tenant's currency
        ('{ quotes(search: "x") { totalCount } }', 1),
        ('{ quotes(search: "x") { totalCount nodes { id } edges { cursor } pageInfo { endCursor } } }', 2),
        ('{ quotes(search: "x", filter: {number: {isNull: false}}) { totalCount nodes { id } } }', 3),
        ('{ quotes(search: "x", orderBy: {field: TOTAL}) { nodes { id } } }', 1),
        ("{ quotes { nodes { lines { title } organization { name } } } }", 3),
        ("{ quotes { nodes { delivery { amount { amount } } oneOffSubtotal { amount } lines { counted } } } }", 2),
        ("{ quotes { nodes { sections { title lines { title section { title } } } } } }", 4),
        ("{ quotes { nodes { expired margin { amount } approvalReasons sections { margin } } } }", 2),
        ("{ quotes { nodes { offerLink { token url } versions { ordinal total { amount } } } } }", 3),
        ("{ quotes { nodes { versions { ordinal offer { total { amount } } } } } }", 3),
        ("{ quotes { nodes { sync { state } lines { sync { state } } } } }", 8),
    ],
)
async def test_nothing_is_read_that_was_not_asked_for(ask, msp, db, query, most):
    await filled(msp, 2)
    await ask("{ viewer { scopes } }")
    with counted(db) as statements:
        await ask(query)
    assert len([text for text in statements if "set_config" not in text]) == most
