"""From the order to the last box: the manager, purchasing, delivery. Holds no order of steps."""

from typing import Any

from tests.journeys.month.asking import BOUGHT, LINES, MONEY, ORDER, amounts, lines_of
from tests.journeys.month.world import Month


async def the_manager_approves_the_order_and_only_then_it_is_bought(month: Month) -> None:
    mara, order = month.mara, {"salesOrderId": month.order["id"]}
    assert month.order["status"] == "DRAFT"
    reason = "The total is 4,554.96 USD; above 1,000.00 USD somebody has to approve it."
    assert month.order["approvalReasons"] == [reason]
    code, _, message = await month.pia.refused("createPurchaseOrders", **order)
    assert code == "IMPOSSIBLE_STEP", message
    code, _, message = await month.pia.refused("fulfilSalesOrder", **order)
    assert (code, message) == ("IMPOSSIBLE_STEP", "A draft order can't be delivered. Approve it first.")
    assert "sales_orders:approve" in await month.sam.forbidden("approveSalesOrder", **order)
    approved = await mara.do("approveSalesOrder", "salesOrder { status approvalReasons approvedBy }", **order)
    assert (approved["status"], approved["approvalReasons"]) == ("APPROVED", [])
    assert "Mara" in approved["approvedBy"]


async def purchasing_buys_at_two_suppliers_and_receives_in_two_parts(month: Month) -> None:
    pia, order = month.pia, {"salesOrderId": month.order["id"]}
    for name, product, cost in (("Ingram", "FW-60", "630"), ("Tech Data", "SW-24", "235.50")):
        supplier = await pia.do("createSupplier", "supplier { id }", name=name)
        offer = {"productId": month.products[product], "supplierId": supplier["id"], "cost": cost, "stock": "9"}
        await pia.do("setSupplierOffer", "supplierOffer { id }", **offer)
    proposal = await pia(
        """query ($id: ID!) { purchaseProposal(salesOrderId: $id) {
          orders { supplier { name } total { amount } lines { product { number } quantity unitCost } }
          unassigned { quantity salesOrderLine { title } } } }""",
        id=month.order["id"],
    )
    ingram, tech_data = proposal["purchaseProposal"]["orders"]
    assert ingram["lines"] == [{"product": {"number": "FW-60"}, "quantity": "2", "unitCost": "630"}]
    assert tech_data["lines"] == [{"product": {"number": "SW-24"}, "quantity": "4", "unitCost": "235.5"}]
    assert [each["total"]["amount"] for each in (ingram, tech_data)] == ["1260.00", "942.00"]
    unassigned = [{"quantity": "1", "salesOrderLine": {"title": "Cabling"}}]
    assert proposal["purchaseProposal"]["unassigned"] == unassigned

    warehouse = await pia.do("createWarehouse", "warehouse { id }", name="Main")
    bought = await pia.do(
        "createPurchaseOrders", f"purchaseOrders {{ {BOUGHT} }}", warehouseId=warehouse["id"], **order
    )
    assert [(each["supplier"]["name"], each["status"]) for each in bought] == [
        ("Ingram", "DRAFT"),
        ("Tech Data", "DRAFT"),
    ]
    firewalls, switches = ({"purchaseOrderId": each["id"]} for each in bought)
    freight = [{"title": "Freight", "amount": "18"}]
    costly = await pia.do("setPurchaseOrderCosts", f"purchaseOrder {{ total {MONEY} }}", costs=freight, **switches)
    assert amounts(costly) == {"total": "960.00"}
    assert "purchase_orders:approve" in await pia.forbidden("approvePurchaseOrder", **firewalls)
    code, _, message = await pia.refused("receivePurchaseOrder", **switches)
    assert (code, message) == ("IMPOSSIBLE_STEP", "A draft purchase order can't be received. Approve it first.")
    for each in (firewalls, switches):
        await month.mara.do("approvePurchaseOrder", "purchaseOrder { id }", **each)

    def arrive(*serials: str) -> dict[str, Any]:
        return {"lines": [{"lineId": bought[0]["lines"][0]["id"], "serialNumbers": serials}], **firewalls}

    receive = (
        "receivePurchaseOrder",
        f"purchaseOrder {{ {BOUGHT} salesOrder {{ {ORDER} }} }} receipt {{ ordinal }}",
    )
    code, field, message = await pia.refused("receivePurchaseOrder", **arrive("F60-1", "F60-2", "F60-3"))
    assert (code, field) == ("INVALID", "lines.0.quantity")
    assert message == "“Firewall F-60”: 3 can't come in; missing are 2."
    first = await pia.do(*receive, **arrive("F60-1"))
    assert (first["receipt"]["ordinal"], first["purchaseOrder"]["status"]) == (1, "APPROVED")
    assert first["purchaseOrder"]["lines"][0]["missingQuantity"] == "1"
    sale = first["purchaseOrder"]["salesOrder"]
    assert (sale["fulfilment"], sale["locked"]) == ("PARTIAL", True)
    code, field, message = await pia.refused("receivePurchaseOrder", **arrive("f60-1"))
    assert (code, field) == ("TAKEN", "lines.0.serialNumbers.0")
    assert message == "The serial number “f60-1” is entered already."
    second = (await pia.do(*receive, **arrive("F60-2")))["purchaseOrder"]
    assert (second["status"], second["locked"]) == ("RECEIVED", True)
    assert [serial["number"] for serial in second["lines"][0]["serialNumbers"]] == ["F60-1", "F60-2"]
    code, _, message = await pia.refused("receivePurchaseOrder", **arrive("F60-4"))
    assert (code, message) == ("IMPOSSIBLE_STEP", "All of this purchase order has been received already.")
    assert (await pia.do(*receive, **switches))["purchaseOrder"]["status"] == "RECEIVED"
    code, _, message = await month.sam.refused("updateSalesOrder", customerReference="AD-8", **order)
    assert (code, message.startswith(f"Goods came in for {month.order['number']}")) == ("IMPOSSIBLE_STEP", True)


async def delivery_brings_it_all_and_the_order_is_closed(month: Month) -> None:
    pia, order, line = month.pia, {"salesOrderId": month.order["id"]}, lines_of(month.order)

    def firewall(quantity: int, *serials: str) -> dict[str, Any]:
        going = {"lineId": line["Firewall F-60"], "quantity": str(quantity), "serialNumbers": serials}
        return {"lines": [going], **order}

    code, field, _ = await pia.refused("deliverSalesOrder", **firewall(2, "F60-1"))
    assert (code, field) == ("INVALID", "lines.0.serialNumbers")
    deliver = ("deliverSalesOrder", f"salesOrder {{ {ORDER} {LINES} }} delivery {{ ordinal trackingNumber }}")
    part = await pia.do(*deliver, trackingNumber="1Z 999", **firewall(1, "F60-1"))
    assert part["delivery"] == {"ordinal": 1, "trackingNumber": "1Z 999"}
    assert part["salesOrder"]["fulfilment"] == "PARTIAL"
    code, field, message = await pia.refused("deliverSalesOrder", **firewall(1, "F60-1"))
    assert (code, field, message) == ("TAKEN", "lines.0.serialNumbers.0", "“F60-1” went to a customer already.")
    code, field, message = await pia.refused("deliverSalesOrder", **firewall(2, "F60-2", "F60-9"))
    assert (code, field) == ("INVALID", "lines.0.quantity"), message
    rest = await pia.do("fulfilSalesOrder", f"salesOrder {{ {ORDER} {LINES} }} delivery {{ ordinal }}", **order)
    done = rest["salesOrder"]
    assert (rest["delivery"]["ordinal"], done["fulfilment"], done["locked"]) == (2, "FULFILLED", True)
    assert [each["deliveredQuantity"] for each in done["lines"]] == [each["quantity"] for each in done["lines"]]
    [firewalls] = [each for each in done["lines"] if each["title"] == "Firewall F-60"]
    assert sorted(serial["number"] for serial in firewalls["serialNumbers"]) == ["F60-1", "F60-2"]
    paid = await month.sam.do(
        "recordPayment", f"salesOrder {{ outstanding {MONEY} }} payment {{ id }}", amount="4554.96", **order
    )
    assert amounts(paid["salesOrder"]) == {"outstanding": "0.00"}
    assert (await pia.do("processSalesOrder", "salesOrder { status }", **order))["status"] == "PROCESSED"
    code, _, message = await month.sam.refused("cancelSalesOrder", **order)
    assert (code, message) == (
        "IMPOSSIBLE_STEP",
        "A processed order can't be cancelled. Enter a new order that credits it.",
    )
