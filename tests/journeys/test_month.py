"""A month in the life of an MSP, by those who live it: each has a token of their own, and GraphQL is all they use.

The tests are told in order, and go on with what the ones before have made. ConnectWise has journeys of its own.
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.access.roles import Role, permissions_of
from tests.api.subscribing import greeted
from tests.conftest import data_folder, fresh_database
from tests.journeys.month.goods import BLUEBIRD, CATALOG, CUSTOMERS, LESS, OFFICE
from tests.journeys.month.world import EARLY, LATE, a_month, printed

MONEY = "{ amount }"
TOTALS = f"subtotal {MONEY} monthlySubtotal {MONEY} discountTotal {MONEY} taxTotal {MONEY} total {MONEY}"
QUOTE = f"id number status approvalReasons {TOTALS} sections {{ id title lines {{ id title }} }}"
ORDER = f"id number status fulfilment locked approvalReasons subtotal {MONEY} taxTotal {MONEY} total {MONEY}"
LINES = "lines { id title quantity receivedQuantity deliveredQuantity serialNumbers { number } }"
BOUGHT = f"id number status locked total {MONEY} supplier {{ name }}"
BOUGHT_LINES = "lines { id title quantity missingQuantity serialNumbers { number } }"
OFFER = f"""query {{ offer {{ state version content {{ number title organizationName total {MONEY} taxTotal {MONEY}
  monthlySubtotal {MONEY} sections {{ title multiChoice lines {{ lineId title quantity selected netTotal }} }} }} }} }}"""
ANSWERED = "offer { state answeredBy }"


@pytest.fixture(scope="module")
async def month(postgres, valkey):
    with data_folder() as folder, fresh_database(postgres) as database:
        async with a_month(database, valkey.url, folder) as month:
            yield month


def amounts(record):
    """Each of its amounts of money, by name."""
    return {name: value["amount"] for name, value in record.items() if isinstance(value, dict) and "amount" in value}


def lines_of(record):
    """The ids of its lines, by title."""
    sections = record.get("sections", [record])
    return {line["title"]: line.get("id") or line["lineId"] for section in sections for line in section["lines"]}


async def test_the_administrator_sets_the_house_up(month):
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

    month.sam, month.sam_id = await month.employ("Sam", "SALES", sorted(permissions_of(Role.SALES)))
    month.mara, _ = await month.employ("Mara", "MANAGER", sorted(permissions_of(Role.MANAGER)))
    month.pia, _ = await month.employ("Pia", "PURCHASING", sorted(permissions_of(Role.PURCHASING)))
    month.store = await month.token("Web shop", ["organizations:read", "sales_orders:read", "store:write"])
    writing = ["organizations:write", "products:write", "organizations:read", "products:read"]
    month.automation = await month.token("Nightly import", [*writing, "sync:read", "sync:write"])
    month.partner = await month.token("Dashboard", ["organizations:read", "quotes:read", "sales_orders:read"])
    code, field, _ = await admin.refused("createApiToken", name="Typo", scopes=["quotes:read", "quotes:reed"])
    assert (code, field) == ("INVALID", "scopes.1")
    month.began = (await month.partner("{ recordCursor }"))["recordCursor"]


async def test_automation_brings_catalog_and_customers_once(month):
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


async def test_the_sales_person_drafts_and_is_held_back_by_a_rule(month):
    sam = month.sam
    quote = await sam.do(
        "createQuote",
        f"quote {{ {QUOTE} owner {{ name }} costTotal {MONEY} margin {MONEY} }}",
        organizationId=month.customers["Acme Dental"],
        contactId=month.contacts["Ada"],
        title="New office",
        expiryDate=str(datetime.now(UTC).date() + timedelta(days=30)),
        delivery={"amount": "25", "taxRate": "20"},
        sections=OFFICE(month.products),
    )
    assert (quote["status"], quote["owner"]["name"]) == ("DRAFT", "Sam")
    assert amounts(quote) == {
        "subtotal": "2194.95",  # two small firewalls, two switches less 15 %, four hours, twenty seats, delivery
        "monthlySubtotal": "250.00",
        "discountTotal": "98.85",
        "taxTotal": "438.99",
        "total": "2633.94",
        "costTotal": "1440.00",
        "margin": "754.95",
    }
    assert quote["approvalReasons"] == ["The discount is 4.36 %; more than 4 % needs approval."]
    code, _, message = await sam.refused("sendQuote", quoteId=quote["id"])
    assert (code, message) == ("IMPOSSIBLE_STEP", f"{quote['approvalReasons'][0]} Submit it for approval.")
    waiting = await sam.do("submitQuote", "quote { status }", quoteId=quote["id"])
    assert waiting["status"] == "PENDING_APPROVAL"
    assert "quotes:approve" in await sam.forbidden("approveQuote", quoteId=quote["id"])
    month.quote = quote

    template = await sam.do("saveQuoteTemplate", "quoteTemplate { id }", quoteId=quote["id"], name="Small office")
    like = {"templateId": template["id"], "title": "Bakery network"}
    drawn = await sam.do("createQuote", f"quote {{ {QUOTE} }}", organizationId=month.customers[BLUEBIRD], **like)
    assert (drawn["status"], drawn["total"]["amount"]) == ("DRAFT", "2603.94")  # what delivery costs stays behind
    to = {"organizationId": month.customers["Cedar Clinic"], "title": "Clinic network"}
    copied = await sam.do("copyQuote", f"quote {{ {QUOTE} copiedFrom {{ number }} }}", quoteId=quote["id"], **to)
    assert (copied["status"], copied["copiedFrom"]["number"]) == ("DRAFT", quote["number"])
    await sam.do("submitQuote", "quote { id }", quoteId=copied["id"])
    month.from_template, month.copy = drawn, copied


async def test_the_manager_approves_one_and_rejects_another(month):
    mara = month.mara
    waiting = await mara("""{ quotes(filter: { status: { eq: PENDING_APPROVAL } }, orderBy: { field: CREATED_AT }) {
      nodes { id owner { name } approvalReasons marginPercent } } }""")
    first, second = waiting["quotes"]["nodes"]
    assert (first["id"], second["id"], first["owner"]["name"]) == (month.quote["id"], month.copy["id"], "Sam")
    assert first["approvalReasons"] == ["The discount is 4.36 %; more than 4 % needs approval."]
    approved = await mara.do("approveQuote", "quote { status approvedBy }", quoteId=first["id"])
    assert approved["status"] == "APPROVED"
    assert "Mara" in approved["approvedBy"]
    code, field, _ = await mara.refused("rejectQuote", quoteId=second["id"], reason=" ")
    assert (code, field) == ("REQUIRED", "reason")
    back = await mara.do("rejectQuote", "quote { status }", quoteId=second["id"], reason="The clinic pays in full.")
    assert back["status"] == "DRAFT"


async def test_the_sales_person_mends_what_was_rejected_and_sends(month):
    sam = month.sam
    assert (await sam.record(month.copy["id"], "... on Quote { rejectionReason }")) == {
        "rejectionReason": "The clinic pays in full."
    }
    for quote in (month.from_template, month.copy):
        mended = await sam.do("updateQuoteLine", f"quote {{ {QUOTE} }}", lineId=lines_of(quote)["Switch 24"], **LESS)
        assert mended["approvalReasons"] == []
    month.turn_the_calendar(EARLY)
    today = datetime.now(UTC) - timedelta(hours=12)
    await sam.do("updateQuote", "quote { id }", quoteId=month.copy["id"], expiryDate=str(today.date()))
    month.offers = {}
    for quote in (month.quote, month.from_template, month.copy):
        sent = await sam.do("sendQuote", "quote { status }", quoteId=quote["id"])
        assert sent["status"] == "SENT"
        made = await sam.do("createOfferLink", "offerLink { token }", quoteId=quote["id"])
        month.offers[quote["id"]] = sam.with_token(made["token"])
    month.turn_the_calendar(LATE)


async def test_the_customer_sees_the_offer_and_accepts_it_with_changes(month):
    ada = month.offers[month.quote["id"]]
    offer = (await ada(OFFER))["offer"]
    assert (offer["state"], offer["content"]["organizationName"]) == ("OPEN", "Acme Dental")
    assert offer["content"]["total"]["amount"] == "2633.94"
    for secret in ("costTotal", "margin", "privateNote"):
        response = await ada.post(f"{{ offer {{ content {{ {secret} }} }} }}")
        assert response.status_code == 422
        assert "data" not in response.json()
    assert await ada.code("{ quotes { totalCount } }") == "FORBIDDEN"
    await ada("mutation { viewOffer { offer { state } } }")
    assert await month.sam.record(month.quote["id"], "... on Quote { status }") == {"status": "VIEWED"}

    line = lines_of(offer["content"])
    yes = {"version": offer["version"], "name": "Ada Lovelace", "customerReference": "AD-7"}
    both = [{"lineId": line[title], "selected": True} for title in ("Firewall F-40", "Firewall F-60")]
    code, field, message = await ada.refused("acceptOffer", choices=both, **yes)
    assert (code, field) == ("INVALID", "choices.1.selected")
    assert message == "Choose exactly one line of “Firewall”."
    fewer = [{"lineId": line["Installation"], "quantity": "1"}]
    code, field, message = await ada.refused("acceptOffer", choices=fewer, **yes)
    assert (code, field) == ("INVALID", "choices.0.quantity")
    assert message == "The quantity of “Installation” is fixed: 4."
    changes = [
        {"lineId": line["Firewall F-60"], "selected": True},
        {"lineId": line["Cabling"], "selected": True},
        {"lineId": line["Switch 24"], "quantity": "4"},
        {"lineId": line["Care"], "quantity": "25"},
    ]
    assert await ada.do("acceptOffer", ANSWERED, choices=changes, **yes) == {
        "state": "ACCEPTED",
        "answeredBy": "Ada Lovelace",
    }
    code, _, message = await ada.refused("acceptOffer", **yes)
    assert (code, message) == ("IMPOSSIBLE_STEP", "This offer is accepted already.")

    order = f"salesOrder {{ {ORDER} {LINES} customerReference enteredBy costTotal {MONEY} margin {MONEY} }}"
    quote = await month.sam.record(month.quote["id"], f"... on Quote {{ status acceptedBy {TOTALS} {order} }}")
    assert (quote["status"], quote["acceptedBy"]) == ("ACCEPTED", "Ada Lovelace")
    month.order = quote.pop("salesOrder")
    assert amounts(quote) == {
        "subtotal": "3795.80",
        "monthlySubtotal": "312.50",
        "discountTotal": "197.70",
        "taxTotal": "759.16",
        "total": "4554.96",
    }
    figures = {"subtotal": "3795.80", "taxTotal": "759.16", "total": "4554.96"}
    assert amounts(month.order) == {**figures, "costTotal": "2620.00", "margin": "1175.80"}
    assert (month.order["customerReference"], month.order["enteredBy"]) == ("AD-7", "CUSTOMER")
    wanted = {line["title"]: line["quantity"] for line in month.order["lines"]}
    assert wanted == {"Firewall F-60": "2", "Switch 24": "4", "Cabling": "1", "Installation": "4", "Care": "25"}


async def test_another_customer_declines_and_an_expired_offer_takes_no_yes(month):
    ben, cleo = month.offers[month.from_template["id"]], month.offers[month.copy["id"]]
    version = (await ben(OFFER))["offer"]["version"]
    no = await ben.do("declineOffer", ANSWERED, version=version, name="Ben Baker", reason="Not this year.")
    assert no == {"state": "DECLINED", "answeredBy": "Ben Baker"}
    told = await month.sam.record(month.from_template["id"], "... on Quote { status declineReason salesOrder { id } }")
    assert told == {"status": "DECLINED", "declineReason": "Not this year.", "salesOrder": None}

    offer = (await cleo(OFFER))["offer"]
    assert offer["state"] == "EXPIRED"
    code, _, message = await cleo.refused("acceptOffer", version=offer["version"], name="Cleo Cedar")
    assert code == "IMPOSSIBLE_STEP"
    assert message.startswith("This offer expired on ")
    late = (await month.sam("{ quotes(filter: { expired: { eq: true } }) { nodes { title status } } }"))["quotes"]
    assert late["nodes"] == [{"title": "Clinic network", "status": "SENT"}]


async def test_the_customer_is_told_by_mail_and_automation_mends_a_refused_address(month):
    automation, number = month.automation, month.order["number"]
    [message] = await month.mails_to("ada@acme.example")
    assert message["Subject"] == f"Tax invoice {number}"
    words = printed(message)
    for word in (number, "4,554.96", "Acme Dental", "AD-7"):
        assert word in words

    query = "{ syncErrors { nodes { id kind message record { ... on OrderConfirmation { contact { id } } } } } }"
    errors = []
    while not errors:
        errors = (await automation.errors_open(query)) if False else (await automation(query))["syncErrors"]["nodes"]
    [error] = errors
    assert error["kind"] == "REJECTED"
    assert "books@acme.example" in error["message"]
    assert "550 5.1.1 No such person here" in error["message"]
    right = {"contactId": month.contacts["Otto"], "email": "accounts@acme.example"}
    await automation.do("updateContact", "contact { id }", **right)
    await automation.do("retrySyncError", "syncError { id }", id=error["id"])
    [message] = await month.mails_to("accounts@acme.example")
    assert number in printed(message)
