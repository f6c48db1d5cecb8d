"""Buying and receiving through the API: for a sales order, for stock, in parts, with serial numbers."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.access import service as access
from tests.api.conftest import Client
from tests.api.purchasing import ERRORS, a_purchase_order, do, gid, made, refused, sold
from tests.api.test_statements import counted
from tests.domain.purchasing import a_bundle, a_stage, a_supplier, a_warehouse, d, offer

PROPOSAL = """query ($id: ID!) { purchaseProposal(salesOrderId: $id) {
  salesOrder { number }
  orders {
    supplier { name } total { amount currencyCode }
    lines { salesOrderLine { title } product { title } quantity unitCost supplierNumber stock total { amount } }
  }
  unassigned { salesOrderLine { title } product { title } quantity }
} }"""
MADE = "purchaseOrders { id number status supplier { name } lines { id title quantity } }"


@pytest.fixture
async def stage(msp):
    return await a_stage(msp)


async def test_buying_for_a_sales_order_and_receiving_in_two_parts(ask, stage):
    sale, _ = await sold(stage, (stage.firewall, 2), (stage.cable, 5), ("Rack", 1))
    proposal = (await ask(PROPOSAL, id=sale))["purchaseProposal"]
    [order] = proposal["orders"]
    assert proposal["salesOrder"]["number"] == "SO-1001"
    assert (order["supplier"]["name"], order["total"]) == ("Ingram", {"amount": "671.70", "currencyCode": "USD"})
    assert order["lines"][0] == {
        "salesOrderLine": {"title": "Firewall"}, "product": {"title": "Firewall"}, "quantity": "2",
        "unitCost": "333.3333", "supplierNumber": "ING-FW40", "stock": "10", "total": {"amount": "666.67"},
    }  # fmt: skip
    assert proposal["unassigned"] == [{"salesOrderLine": {"title": "Rack"}, "product": None, "quantity": "1"}]

    payload = await do(ask, "createPurchaseOrders", MADE, salesOrderId=sale, warehouseId=gid(stage.warehouse))
    [purchase] = payload["purchaseOrders"]
    assert (purchase["number"], purchase["status"]) == ("PO-1001", "DRAFT")
    firewall, cable = (line["id"] for line in purchase["lines"])
    approved = await made(ask, "approvePurchaseOrder", purchaseOrderId=purchase["id"])
    assert (approved["status"], approved["total"]["amount"]) == ("APPROVED", "671.70")

    receipt = "receipt { ordinal receivedOn reference lines { quantity line { title } serialNumbers { number } } }"
    first = await do(
        ask, "receivePurchaseOrder", f"purchaseOrder {{ status locked }} {receipt}",
        purchaseOrderId=purchase["id"], reference="Slip 7", receivedOn="2026-01-02",
        lines=[{"lineId": firewall, "serialNumbers": ["FW-1"]}, {"lineId": cable, "quantity": "2"}],
    )  # fmt: skip
    assert first["purchaseOrder"] == {"status": "APPROVED", "locked": False}
    assert first["receipt"] == {
        "ordinal": 1, "receivedOn": "2026-01-02", "reference": "Slip 7",
        "lines": [
            {"quantity": "1", "line": {"title": "Firewall"}, "serialNumbers": [{"number": "FW-1"}]},
            {"quantity": "2", "line": {"title": "Cable"}, "serialNumbers": []},
        ],
    }  # fmt: skip
    second = {"lineId": firewall, "quantity": "1", "serialNumbers": ["FW-2"]}
    await made(ask, "receivePurchaseOrder", purchaseOrderId=purchase["id"])
    last = await made(ask, "receivePurchaseOrder", purchaseOrderId=purchase["id"], lines=[second])
    assert (last["status"], last["locked"]) == ("RECEIVED", True)
    page = await ask(
        """query ($id: ID!) { node(id: $id) { ... on SalesOrder { fulfilment locked
          lines { title receivedQuantity serialNumbers { number } }
          purchaseOrders {
            number receivedAt salesOrder { number } warehouse { name } receipts { ordinal lines { quantity } }
            lines { receipts { quantity receipt { ordinal } } serialNumbers { number } salesOrderLine { title } }
          } } } }""",
        id=sale,
    )
    order = page["node"]
    assert (order["fulfilment"], order["locked"]) == ("PARTIAL", True)  # the rack is missing
    assert order["lines"][0] == {
        "title": "Firewall", "receivedQuantity": "2", "serialNumbers": [{"number": "FW-1"}, {"number": "FW-2"}]
    }  # fmt: skip
    [bought] = order["purchaseOrders"]
    assert (bought["warehouse"], bought["salesOrder"]) == ({"name": "Main"}, {"number": "SO-1001"})
    assert [len(receipt["lines"]) for receipt in bought["receipts"]] == [2, 1, 1]
    assert bought["lines"][0] == {
        "receipts": [{"quantity": "1", "receipt": {"ordinal": 1}}, {"quantity": "1", "receipt": {"ordinal": 3}}],
        "serialNumbers": [{"number": "FW-1"}, {"number": "FW-2"}],
        "salesOrderLine": {"title": "Firewall"},
    }
    assert (await ask(PROPOSAL, id=sale))["purchaseProposal"]["orders"] == []


async def test_the_buyer_chooses_otherwise(ask, stage, msp):
    async with msp.transaction() as ctx:
        other = await a_supplier(ctx, "Also")
        kit = await a_bundle(ctx, {stage.firewall: 1, stage.cable: 3})
    sale, (cables, kits) = await sold(stage, (stage.cable, 5), (kit, 2))
    orders = [
        {"supplierId": gid(stage.supplier), "dueDate": "2031-05-01", "warehouseId": gid(stage.warehouse),
         "lines": [{"salesOrderLineId": cables, "quantity": "3", "unitCost": "1.50"}]},
        {"supplierId": gid(other), "costs": [{"title": "Freight", "amount": "9"}],
         "lines": [{"salesOrderLineId": cables, "quantity": "2"},
                   {"salesOrderLineId": kits, "productId": gid(stage.firewall), "quantity": "2"}]},
    ]  # fmt: skip
    selection = "purchaseOrders { dueDate dropShip deliveryAddress { name address { city } } total { amount } }"
    payload = await do(ask, "createPurchaseOrders", selection, salesOrderId=sale, orders=orders, dropShip=True)
    assert payload["purchaseOrders"] == [
        {"dueDate": "2031-05-01", "dropShip": False, "deliveryAddress": None, "total": {"amount": "4.50"}},
        {"dueDate": None, "dropShip": True, "deliveryAddress": {"name": "Acme Dental", "address": {"city": "Troy"}},
         "total": {"amount": "713.00"}},
    ]  # fmt: skip
    again = {"salesOrderId": sale, "orders": orders[1:]}
    assert await refused(ask, "createPurchaseOrders", MADE, **again) == [("INVALID", "orders.0.lines.0.quantity")]
    unnamed = {"supplierId": gid(other), "lines": [{"salesOrderLineId": kits, "quantity": "1"}]}
    assert await refused(ask, "createPurchaseOrders", MADE, salesOrderId=sale, orders=[unnamed]) == [
        ("REQUIRED", "orders.0.lines.0.productId")
    ]


async def test_what_is_said_for_all_orders_is_refused_where_it_was_said(ask, stage, msp):
    async with msp.transaction() as ctx:
        closed = await a_warehouse(ctx, "Closed", archived_at=datetime.now(UTC))
    sale, [cables] = await sold(stage, (stage.cable, 5))
    lines = [{"salesOrderLineId": cables, "quantity": "1"}]
    one = {"supplierId": gid(stage.supplier), "lines": lines}

    async def paths(**input):
        return [path for _, path in await refused(ask, "createPurchaseOrders", MADE, salesOrderId=sale, **input)]

    assert await paths(warehouseId=gid(closed)) == ["warehouseId"]
    assert await paths(warehouseId=gid(closed), orders=[one]) == ["warehouseId"]
    assert await paths(orders=[{**one, "warehouseId": gid(closed)}]) == ["orders.0.warehouseId"]
    assert await paths(warehouseId=gid(stage.warehouse), dropShip=True) == ["dropShip"]
    address = {"address": {"zip": "x" * 31}}
    assert await paths(orders=[{**one, "dropShip": True, "deliveryAddress": address}]) == [
        "orders.0.deliveryAddress.address.zip"
    ]


async def test_many_orders_made_at_once_are_read_together(ask, stage, msp, db):
    sale, [cables] = await sold(stage, (stage.cable, 5))
    one = {"supplierId": gid(stage.supplier), "lines": [{"salesOrderLineId": cables, "quantity": "1"}]}
    await ask("{ viewer { scopes } }")
    with counted(db) as statements:
        payload = await do(ask, "createPurchaseOrders", "purchaseOrders { id }", salesOrderId=sale, orders=[one] * 4)
    assert len(payload["purchaseOrders"]) == 4
    assert len([text for text in statements if re.match(r"SELECT purchase_order\.", text)]) == 1


async def test_one_that_is_bought_for_stock_is_edited_line_by_line(ask, stage, msp):
    async with msp.transaction() as ctx:
        second = await a_warehouse(ctx, "Second")
    costs = [{"title": "Freight", "amount": "5.00"}]
    order = await a_purchase_order(ask, stage, (stage.cable, 10), supplierReference="S-1", costs=costs)
    assert (order["number"], order["subtotal"]["amount"], order["total"]["amount"]) == ("PO-1001", "10.05", "15.05")
    id, line = order["id"], order["lines"][0]["id"]
    changed = await made(ask, "updatePurchaseOrder", purchaseOrderId=id, version=1, warehouseId=gid(second))
    assert changed["version"] == 2
    assert await refused(ask, "updatePurchaseOrder", purchaseOrderId=id, version=1, dueDate="2031-01-01") == [
        ("CONFLICT", "version")
    ]
    more = [{"title": "Screws", "quantity": "3", "unitCost": "0.333"}]
    assert len((await made(ask, "addPurchaseOrderLines", purchaseOrderId=id, lines=more))["lines"]) == 2
    fewer = await made(ask, "updatePurchaseOrderLine", lineId=line, quantity="2", unitCost="1.0001")
    assert fewer["lines"][0]["total"] == {"amount": "2.00", "currencyCode": "USD"}
    assert (await made(ask, "removePurchaseOrderLine", lineId=line))["lines"][0]["title"] == "Screws"
    assert (await made(ask, "setPurchaseOrderCosts", purchaseOrderId=id, costs=[]))["total"]["amount"] == "1.00"
    assert await refused(ask, "addPurchaseOrderLines", purchaseOrderId=id, lines=[{"quantity": "1"}]) == [
        ("REQUIRED", "lines.0.title")
    ]
    cancelled = await do(
        ask, "cancelPurchaseOrder", "purchaseOrder { status cancelReason }", purchaseOrderId=id, reason="Too dear"
    )
    assert cancelled["purchaseOrder"] == {"status": "CANCELLED", "cancelReason": "Too dear"}


async def test_what_can_not_come_in_is_told_by_its_place(ask, stage):
    order = await a_purchase_order(ask, stage, (stage.firewall, 2), (stage.cable, 3))
    id, (firewall, cable) = order["id"], [line["id"] for line in order["lines"]]

    async def receiving(*lines, **more):
        return await refused(ask, "receivePurchaseOrder", purchaseOrderId=id, lines=list(lines), **more)

    assert await receiving({"lineId": cable}) == [("IMPOSSIBLE_STEP", "")]
    await made(ask, "approvePurchaseOrder", purchaseOrderId=id)
    both = {"lineId": cable, "quantity": "4"}, {"lineId": firewall, "serialNumbers": ["A", "a"]}
    assert await receiving(*both) == [("INVALID", "lines.0.quantity"), ("INVALID", "lines.1.serialNumbers.1")]
    assert await receiving({"lineId": cable}, receivedOn="2999-01-01") == [("INVALID", "receivedOn")]
    await made(ask, "receivePurchaseOrder", purchaseOrderId=id, lines=[{"lineId": firewall, "serialNumbers": ["A"]}])
    assert await receiving({"lineId": firewall, "serialNumbers": ["a"]}) == [("TAKEN", "lines.0.serialNumbers.0")]


async def test_sent_again_with_its_key_goods_come_in_once(ask, stage):
    order = await a_purchase_order(ask, stage, (stage.cable, 3))
    await made(ask, "approvePurchaseOrder", purchaseOrderId=order["id"])
    query = f"""mutation ($input: ReceivePurchaseOrderInput!) {{ receivePurchaseOrder(input: $input) {{
      purchaseOrder {{ lines {{ receivedQuantity }} }} receipt {{ id }} {ERRORS} }} }}"""
    one = {"purchaseOrderId": order["id"], "lines": [{"lineId": order["lines"][0]["id"], "quantity": "1"}]}
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [(await ask.post(query, {"input": one}, **key)).json() for _ in range(2)]
    assert first == again
    assert first["data"]["receivePurchaseOrder"]["purchaseOrder"] == {"lines": [{"receivedQuantity": "1"}]}
    sale, _ = await sold(stage, (stage.cable, 5))
    query = f"""mutation ($input: CreatePurchaseOrdersInput!) {{ createPurchaseOrders(input: $input) {{
      purchaseOrders {{ id }} {ERRORS} }} }}"""
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [(await ask.post(query, {"input": {"salesOrderId": sale}}, **key)).json() for _ in range(2)]
    assert first == again
    assert len(first["data"]["createPurchaseOrders"]["purchaseOrders"]) == 1


LIST = """query ($f: PurchaseOrderFilter, $s: String, $o: PurchaseOrderOrder) {
  purchaseOrders(filter: $f, search: $s, orderBy: $o) { totalCount nodes { number } }
}"""


async def test_a_list_of_them_is_filtered_searched_and_ordered(ask, ask_other, stage, msp):
    async with msp.transaction() as ctx:
        other = await a_supplier(ctx, "Also")
        await offer(ctx, other, stage.cable, 7)
    sale, _ = await sold(stage, (stage.cable, 1))
    first = await a_purchase_order(ask, stage, (stage.cable, 10), dueDate="2031-01-01", supplierReference="ING/88")
    await made(ask, "createPurchaseOrder", supplierId=gid(other),
               lines=[{"productId": gid(stage.cable), "quantity": "9"}])  # fmt: skip
    await do(ask, "createPurchaseOrders", MADE, salesOrderId=sale, warehouseId=gid(stage.warehouse))
    await made(ask, "approvePurchaseOrder", purchaseOrderId=first["id"])

    async def found(**variables) -> list[str]:
        answer = (await ask(LIST, **variables))["purchaseOrders"]
        assert answer["totalCount"] == len(answer["nodes"])
        return [node["number"].removeprefix("PO-100") for node in answer["nodes"]]

    assert await found() == ["3", "2", "1"]
    for filter, numbers in (
        ({"status": {"eq": "APPROVED"}}, ["1"]),
        ({"supplierId": {"eq": gid(other)}}, ["2"]),
        ({"warehouseId": {"eq": gid(stage.warehouse)}}, ["3"]),
        ({"salesOrderId": {"eq": sale}}, ["3"]),
        ({"salesOrderId": {"isNull": True}}, ["2", "1"]),
        ({"dueDate": {"lte": "2031-01-01"}}, ["1"]),
        ({"total": {"between": ["10.05", "63"]}}, ["2", "1"]),
        ({"createdAt": {"lt": "2020-01-01T00:00:00Z"}}, []),
        ({"not": {"number": {"eq": "PO-1002"}}, "receivedAt": {"isNull": True}}, ["3", "1"]),
    ):  # fmt: skip
        assert await found(f=filter) == numbers, filter
    assert await found(o={"field": "TOTAL", "direction": "DESC"}) == ["2", "1", "3"]
    assert (await found(s="ing/88"), (await found(s="po-1002"))[0]) == (["1"], "2")
    assert (await ask_other(LIST, s="ing/88"))["purchaseOrders"]["totalCount"] == 0


DEEP = """{ purchaseOrders(first: 10) { totalCount nodes {
  number note total { amount } supplier { name } warehouse { name } owner { name }
  salesOrder { number purchaseOrders { number } }
  lines { title total { amount } product { title } salesOrderLine { title } receipts { quantity receipt { ordinal } }
    serialNumbers { number product { title } } }
  costs { title amount { amount } }
  receipts { ordinal lines { quantity line { title } serialNumbers { number } } }
} } }"""


async def filled(ask, stage, count: int) -> None:
    for number in range(count):
        sale, _ = await sold(stage, (stage.firewall, 2), (stage.cable, 3), number=f"SO-{number}")
        costs = [{"title": "Freight", "amount": "5.00"}]
        main = gid(stage.warehouse)
        [order] = (await do(ask, "createPurchaseOrders", MADE, salesOrderId=sale, warehouseId=main))["purchaseOrders"]
        await made(ask, "setPurchaseOrderCosts", purchaseOrderId=order["id"], costs=costs)
        await made(ask, "updatePurchaseOrder", purchaseOrderId=order["id"], note="Key 1")
        await made(ask, "approvePurchaseOrder", purchaseOrderId=order["id"])
        for place, serial in enumerate((f"A{number}", f"B{number}")):
            lines = [{"lineId": order["lines"][0]["id"], "serialNumbers": [serial]}]
            if place:
                lines.append({"lineId": order["lines"][1]["id"]})
            assert (await made(ask, "receivePurchaseOrder", purchaseOrderId=order["id"], lines=lines))["id"]


async def test_statements_do_not_grow_with_rows(ask, ask_other, stage, other, db):
    await filled(ask, stage, 2)
    await filled(ask_other, await a_stage(other), 9)
    counts = []
    for client, rows in ((ask, 2), (ask_other, 9)):
        await client("{ viewer { scopes } }")  # the look-up of the token
        with counted(db) as statements:
            answer = (await client(DEEP))["purchaseOrders"]
        assert (answer["totalCount"], len(answer["nodes"])) == (rows, rows)
        assert all(len(node["lines"][0]["serialNumbers"]) == 2 for node in answer["nodes"])
        counts.append(len([text for text in statements if "set_config" not in text]))
    assert counts[0] == counts[1] <= 16


async def test_a_proposal_costs_the_same_however_many_lines_it_has(ask, ask_other, stage, other, db):
    counts = []
    for client, scene, lines in ((ask, stage, 1), (ask_other, await a_stage(other), 20)):
        sale, _ = await sold(scene, *[(scene.cable, 1)] * lines)
        await client("{ viewer { scopes } }")
        with counted(db) as statements:
            answer = (await client(PROPOSAL, id=sale))["purchaseProposal"]
        assert len(answer["orders"][0]["lines"]) == lines
        counts.append(len([text for text in statements if "set_config" not in text]))
    assert counts[0] == counts[1]


async def test_what_is_not_there_has_no_proposal(ask, ask_other, stage):
    sale, _ = await sold(stage, (stage.cable, 1))
    assert await ask_other(PROPOSAL, id=sale) == {"purchaseProposal": None}
    assert await ask.code(PROPOSAL, id=gid(stage.cable)) == "INVALID"


async def test_amounts_that_a_unit_cost_can_not_express_are_rounded_once(ask, stage):
    order = await a_purchase_order(ask, stage, (stage.firewall, 3))
    assert (order["lines"][0]["unitCost"], order["lines"][0]["total"]["amount"]) == ("333.3333", "1000.00")
    assert Decimal(order["total"]["amount"]) == d("1000.00")


async def test_who_may_only_buy_reads_no_sales_order_and_approves_nothing(http, msp, ask, stage):
    order = await a_purchase_order(ask, stage, (stage.cable, 3))
    async with msp.transaction() as ctx:
        _, token = await access.create_token(
            ctx, name="buyer", scopes=["purchase_orders:read", "purchase_orders:write"]
        )
    buyer = Client(http, token)
    query = "query ($id: ID!) { node(id: $id) { ... on PurchaseOrder { number note %s } } }"
    assert (await buyer(query % "", id=order["id"]))["node"]["number"] == "PO-1001"
    [error] = await buyer.errors(query % "salesOrder { number }", id=order["id"])
    assert error["extensions"]["scopes"] == ["sales_orders:read"]
    mutation = "mutation ($id: ID!) { approvePurchaseOrder(input: {purchaseOrderId: $id}) { purchaseOrder { id } } }"
    assert await buyer.code(mutation, id=order["id"]) == "FORBIDDEN"
