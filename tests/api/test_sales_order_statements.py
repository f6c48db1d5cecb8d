"""What a page of sales orders costs in SQL: statements grow with the levels of the query, never with its rows."""

from decimal import Decimal

from domain.organizations import service as organizations
from domain.products import service as products
from domain.sales_orders import deliveries, payments
from domain.sales_orders import service as orders
from domain.sales_orders.deliveries import Going
from domain.sales_settings import service as settings
from tests.api.test_statements import counted

PAGE = """{
  salesOrders(first: 10) {
    nodes {
      number status fulfilment locked outstanding { amount } margin { amount } coupon { code }
      organization { name }
      lines { title fulfilledQuantity product { title } serialNumbers { number product { title } } }
      deliveries { ordinal lines { quantity line { title } serialNumbers { number } } }
      payments { amount { amount } }
      confirmations { email contact { firstName } }
    }
  }
}"""


async def filled(msp, rows: int) -> None:
    async with msp.transaction() as ctx:
        await settings.update(ctx, {"auto_approval_limit": Decimal(10_000)})
        for number in range(rows):
            organization = await organizations.create(ctx, {"name": f"Acme {number}"})
            contact = {"first_name": "Ada", "email": "ada@acme.example", "send_invoices": True}
            await organizations.create_contact(ctx, organization.id, contact)
            product = await products.create(ctx, {"title": "a", "price": Decimal(10), "serialized": True})
            order = await orders.create(ctx, organization.id, {}, [{"product_id": product.id, "quantity": Decimal(2)}])
            await deliveries.deliver(ctx, order.id, [Going(order.lines[0].id, Decimal(1), ["A1"])])
            await deliveries.deliver(ctx, order.id, [Going(order.lines[0].id, Decimal(1), ["B2"])])
            await payments.record(ctx, order.id, Decimal(5))


async def test_statements_do_not_grow_with_rows(ask, ask_other, msp, other, db):
    await filled(msp, 2)
    await filled(other, 9)
    for client, rows in ((ask, 2), (ask_other, 9)):
        await client("{ viewer { scopes } }")  # the look-up of the token
        with counted(db) as statements:
            nodes = (await client(PAGE))["salesOrders"]["nodes"]
        assert len(nodes) == rows
        for node in nodes:
            assert (node["locked"], node["fulfilment"], node["outstanding"]) == (True, "FULFILLED", {"amount": "15.00"})
            assert [piece["number"] for piece in node["lines"][0]["serialNumbers"]] == ["A1", "B2"]
            assert len(node["deliveries"]) == 2
            assert node["confirmations"] == [{"email": "ada@acme.example", "contact": {"firstName": "Ada"}}]
        # At most one for each of the 13 places that lead to rows.
        assert len([text for text in statements if "set_config" not in text]) <= 13
