"""From the first draft to a yes, a no, or silence: sales, the manager, customers. Holds no order of steps."""

from datetime import UTC, datetime, timedelta

from tests.journeys.month.asking import LINES, MONEY, OFFER, ORDER, QUOTE, TOTALS, amounts, lines_of
from tests.journeys.month.goods import BLUEBIRD, LESS, office
from tests.journeys.month.world import EARLY, LATE, Month

ANSWERED = "offer { state answeredBy }"


async def the_sales_person_drafts_and_is_held_back_by_a_rule(month: Month) -> None:
    sam = month.sam
    quote = await sam.do(
        "createQuote",
        f"quote {{ {QUOTE} owner {{ name }} costTotal {MONEY} margin {MONEY} }}",
        organizationId=month.customers["Acme Dental"],
        contactId=month.contacts["Ada"],
        title="New office",
        expiryDate=str(datetime.now(UTC).date() + timedelta(days=30)),
        delivery={"amount": "25", "taxRate": "20"},
        sections=office(month.products),
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


async def the_manager_approves_one_and_rejects_another(month: Month) -> None:
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


async def the_sales_person_mends_what_was_rejected_and_sends(month: Month) -> None:
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


async def the_customer_sees_the_offer_and_accepts_it_with_changes(month: Month) -> None:
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


async def another_customer_declines_and_an_expired_offer_takes_no_yes(month: Month) -> None:
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
