"""Those who keep the house: the administrator, and a script of theirs. Holds no order of steps."""

from domain.access.roles import Role
from tests.journeys.month.goods import CATALOG, CUSTOMERS, REFUSED
from tests.journeys.month.world import Month, printed, until


async def the_administrator_sets_the_house_up(month: Month) -> None:
    admin = month.administrator
    assert (await admin("{ viewer { tenant { name currency } } }"))["viewer"]["tenant"] == {
        "name": "Northwind IT",
        "currency": "USD",
    }
    settings = await admin.do(
        "updateSalesSettings",
        "salesSettings { documentType sendOrderConfirmation autoApprovalLimit }",
        autoApprovalLimit="1000",
        seller={"name": "Northwind IT", "email": "office@northwind.example"},
        paymentTerms="14 days net",
    )
    assert settings == {"documentType": "TAX_INVOICE", "sendOrderConfirmation": True, "autoApprovalLimit": "1000"}
    code, field, message = await admin.refused("setApprovalRule", kind="DISCOUNT", threshold="101")
    assert (code, field) == ("INVALID", "threshold"), message
    await admin.do("setApprovalRule", "approvalRule { id }", kind="DISCOUNT", threshold="4")

    month.sam = await month.employ("Sam", Role.SALES)
    month.mara = await month.employ("Mara", Role.MANAGER)
    month.pia = await month.employ("Pia", Role.PURCHASING)
    month.store = await month.token("Web shop", ["organizations:read", "sales_orders:read", "store:write"])
    writing = ["organizations:write", "products:write", "organizations:read", "products:read"]
    month.automation = await month.token("Nightly import", [*writing, "sales_orders:read", "sync:read", "sync:write"])
    month.partner = await month.token("Dashboard", ["organizations:read", "quotes:read", "sales_orders:read"])
    code, field, _ = await admin.refused("createApiToken", name="Typo", scopes=["quotes:read", "quotes:reed"])
    assert (code, field) == ("INVALID", "scopes.1")
    month.began = (await month.partner("{ recordCursor }"))["recordCursor"]


async def automation_brings_catalog_and_customers_once(month: Month) -> None:
    automation = month.automation
    selection = "results { index product { id number } userErrors { code field message } }"
    create = ("createProducts", selection)
    first = await automation.once("catalog-1", *create, products=CATALOG)
    *made, bad = first["data"]["createProducts"]["results"]
    assert [result["userErrors"] for result in made] == [[]] * 5
    [error] = bad["userErrors"]
    assert (bad["product"], error["code"], error["field"]) == (None, "INVALID", ["products", "5", "price"])
    month.products = {result["product"]["number"]: result["product"]["id"] for result in made}
    assert await automation.once("catalog-1", *create, products=CATALOG) == first
    [error] = (await automation.once("catalog-1", *create, products=CATALOG[:1]))["errors"]
    assert error["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert (await automation("{ products { totalCount } }"))["products"]["totalCount"] == 5

    imported = ("importOrganizations", "results { matched organization { id name phone contacts { id firstName } } }")
    found = await automation.do(*imported, organizations=CUSTOMERS)
    assert [result["matched"] for result in found] == [False, False, False]
    changed = [{"name": "Acme Dental", "accountNumber": "A-100", "phone": "+1 555 0100"}]
    [acme] = await automation.do(*imported, organizations=changed, onMatch="UPDATE")
    assert (acme["matched"], acme["organization"]["phone"]) == (True, "+1 555 0100")
    month.customers = {result["organization"]["name"]: result["organization"]["id"] for result in found}
    month.contacts = {c["firstName"]: c["id"] for result in found for c in result["organization"]["contacts"]}


async def the_customer_is_told_by_mail_and_automation_mends_a_refused_address(month: Month) -> None:
    automation, number = month.automation, month.order["number"]
    [message] = await month.mails_to("ada@acme.example")
    assert message["Subject"] == f"Tax invoice {number}"
    words = printed(message)
    for word in (number, "4,554.96", "Acme Dental", "AD-7"):
        assert word in words

    query = "{ syncErrors { nodes { id kind message record { ... on OrderConfirmation { contact { id } } } } } }"
    [error] = await automation.eventually(query, lambda data: data["syncErrors"]["nodes"])
    assert (error["kind"], error["record"]) == ("REJECTED", {"contact": {"id": month.contacts["Otto"]}})
    assert REFUSED in error["message"]
    assert "5.1.1 No such person here. Correct the e-mail address of Otto Books" in error["message"]
    right = {"contactId": error["record"]["contact"]["id"], "email": "accounts@acme.example"}
    await automation.do("updateContact", "contact { id }", **right)
    await automation.do("retrySyncError", "syncError { id }", id=error["id"])
    [message] = await month.mails_to("accounts@acme.example")
    assert number in printed(message)


async def the_administrator_looks_back_and_shuts_a_door(month: Month) -> None:
    admin = month.administrator
    tokens = (await admin("{ apiTokens { nodes { id name } } }"))["apiTokens"]["nodes"]
    [dashboard] = [token["id"] for token in tokens if token["name"] == "Dashboard"]
    await admin.do("revokeApiToken", "apiToken { revokedAt }", apiTokenId=dashboard)
    trail = """query ($id: ID!) { auditTrail(filter: { recordId: { eq: $id } }, direction: ASC, first: 100) {
      nodes { actor employee { name } action changes { field before after } } } }"""
    entries = (await admin(trail, id=month.order["id"]))["auditTrail"]["nodes"]
    steps = [
        (entry["employee"] and entry["employee"]["name"], change["before"], change["after"])
        for entry in entries
        for change in entry["changes"]
        if change["field"] == "status" and change["before"]
    ]
    assert steps == [("Mara", "DRAFT", "APPROVED"), ("Pia", "APPROVED", "PROCESSED")]
    entries = (await admin(trail, id=month.store_order["id"]))["auditTrail"]["nodes"]
    assert entries[0]["actor"] == "Ben Baker, online store"

    assert (await admin("{ syncErrors { totalCount } }"))["syncErrors"]["totalCount"] == 0
    # Each mail once, and nobody who did not ask for invoices got one.
    assert month.mail.recipients == ["accounts@acme.example", "ada@acme.example", "ben@bluebird.example"]

    async def shut() -> bool:
        return (await month.partner.post("{ viewer { name } }")).status_code == 401

    await until(shut, "a revoked token opens nothing")
