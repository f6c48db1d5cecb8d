"""Programs of others: the online store and a partner's app. Holds no order of steps."""

from tests.api.subscribing import greeted
from tests.journeys.month.asking import ORDER, amounts
from tests.journeys.month.goods import BLUEBIRD
from tests.journeys.month.world import Month, printed


async def the_online_store_orders_and_changes_an_account(month: Month) -> None:
    store, ben = month.store, month.contacts["Ben"]
    wanted = {"productId": month.products["SW-24"], "quantity": "1", "taxRate": "20"}
    none = {"contactId": ben, "lines": [wanted, {**wanted, "quantity": "0"}]}
    code, field, message = await store.refused("placeStoreOrder", **none)
    assert (code, field, message) == ("INVALID", "lines.1.quantity", "The quantity of “Switch 24” must be more than 0.")
    order = await store.do(
        "placeStoreOrder",
        f"salesOrder {{ {ORDER} enteredBy organization {{ name }} }}",
        contactId=ben,
        lines=[wanted],
        delivery={"amount": "5"},
        coupon={"code": "WEB", "amount": "10"},
    )
    assert (order["status"], order["enteredBy"]) == ("APPROVED", "CUSTOMER")
    assert amounts(order) == {"subtotal": "324.50", "taxTotal": "65.90", "total": "390.40"}
    [message] = await month.mails_to("ben@bluebird.example")
    assert "390.40" in printed(message)
    account = await store.do(
        "changeStoreAccount",
        "organization { phone deliveryAddresses { name } } contact { phone }",
        contactId=ben,
        organization={"phone": "+1 555 0200"},
        contact={"phone": "+1 555 0201"},
        deliveryAddresses=[{"name": "Bakehouse", "address": {"city": "Leeds"}}],
    )
    assert account == {
        "organization": {"phone": "+1 555 0200", "deliveryAddresses": [{"name": "Bakehouse"}]},
        "contact": {"phone": "+1 555 0201"},
    }
    assert "quotes:write" in await store.forbidden(
        "createQuote", organizationId=month.customers[BLUEBIRD], title="Mine"
    )
    month.store_order = order


async def the_partner_app_pages_listens_and_may_do_no_more(month: Month) -> None:
    partner = month.partner
    page = """query ($after: String) { quotes(first: 2, after: $after, orderBy: { field: TOTAL, direction: DESC }) {
      totalCount nodes { title status total { amount } } pageInfo { hasNextPage endCursor } } }"""
    first = (await partner(page))["quotes"]
    rest = (await partner(page, after=first["pageInfo"]["endCursor"]))["quotes"]
    assert [(quote["title"], quote["status"]) for quote in first["nodes"] + rest["nodes"]] == [
        ("New office", "ACCEPTED"),
        ("Clinic network", "SENT"),
        ("Bakery network", "DECLINED"),
    ]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (3, True, False)
    wanted = """{ salesOrders(filter: { enteredBy: { eq: CUSTOMER }, quoteId: { isNull: true } }) { nodes { id } }
      organizations(search: "bluebird") { nodes { name } } }"""
    assert await partner(wanted) == {
        "salesOrders": {"nodes": [{"id": month.store_order["id"]}]},
        "organizations": {"nodes": [{"name": BLUEBIRD}]},
    }
    async with greeted(month.address, str(partner.token)) as socket:
        await socket.subscribe(types=["QUOTE", "SALES_ORDER"], after=month.began)
        heard = [change := await socket.change()]
        while change["event"] != "SALES_ORDER_PROCESSED":
            heard.append(change := await socket.change())
        of_quote = [each["event"] for each in heard if each["recordId"] == month.quote["id"]]
        assert of_quote == [
            f"QUOTE_{step}" for step in ("CREATED", "SUBMITTED", "APPROVED", "SENT", "VIEWED", "ACCEPTED")
        ]
        of_order = [each["event"] for each in heard if each["recordId"] == month.order["id"]]
        assert of_order[:2] == ["SALES_ORDER_CREATED", "SALES_ORDER_APPROVED"]
        await month.sam.do("updateQuote", "quote { id }", quoteId=month.copy["id"], title="Clinic network, again")
        while change["event"] != "QUOTE_UPDATED":
            change = await socket.change()
        assert change["recordId"] == month.copy["id"]
    assert "quotes:write" in await partner.forbidden("sendQuote", quoteId=month.quote["id"])
    for query in ("{ purchaseOrders { totalCount } }", "{ apiTokens { totalCount } }", "{ auditTrail { totalCount } }"):
        assert await partner.code(query) == "FORBIDDEN"
