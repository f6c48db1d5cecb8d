"""What follows a sales order, for tests that need one of each. Holds no assertions."""

from typing import Any

from tests.api.conftest import Client


async def what_follows(ask: Client, order: dict[str, Any], text: str) -> dict[str, str]:
    """The id of one record of each kind that follows an order with a line, by the name of its type."""
    answer = await ask(
        """mutation ($id: ID!, $line: ID!, $text: String!) {
          approveSalesOrder(input: { salesOrderId: $id }) { userErrors { code } }
          deliverSalesOrder(input: { salesOrderId: $id, note: $text, lines: [{ lineId: $line, quantity: "1" }] }) {
            delivery { id lines { id } }
          }
          recordPayment(input: { salesOrderId: $id, amount: "1", reference: $text }) {
            payment { id } salesOrder { confirmations { id } }
          }
        }""",
        id=order["id"],
        line=order["lines"][0]["id"],
        text=text,
    )
    delivery, paid = answer["deliverSalesOrder"]["delivery"], answer["recordPayment"]
    return {
        "SalesOrderDelivery": delivery["id"],
        "SalesOrderDeliveryLine": delivery["lines"][0]["id"],
        "SalesOrderPayment": paid["payment"]["id"],
        "OrderConfirmation": paid["salesOrder"]["confirmations"][0]["id"],
    }
