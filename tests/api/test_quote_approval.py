"""Approval through GraphQL: rules, what they hold back, who may let it pass."""

import pytest

from domain.access import service as access
from domain.access.scopes import GRANTABLE
from domain.ids import global_id
from domain.permissions import Permission
from tests.api.conftest import Client, a_quote
from tests.api.quoting import done, refused

SET = """mutation ($input: SetApprovalRuleInput!) {
  setApprovalRule(input: $input) {
    approvalRule { id kind threshold version employee { name } } userErrors { code field message }
  }
}"""
REMOVE = """mutation ($id: ID!) {
  removeApprovalRule(input: {approvalRuleId: $id}) { approvalRuleId userErrors { code field } }
}"""
RULES = "{ approvalRules { totalCount nodes { id kind threshold employee { name } } } }"
STATE = """query ($id: ID!) { node(id: $id) { ... on Quote {
  status version approvalReasons submittedAt approvedAt approvedBy rejectionReason owner { name }
} } }"""
# 2 for 499.90 and 12 for 89 less a tenth: 2,067.80 before discounts, 1,961.00 after, 2,160.96 with tax.
TOTAL = "The total is 2,160.96 USD; more than 2,000.00 USD needs approval."


async def set_rule(ask, kind="TOTAL", threshold="2000", **more):
    answer = (await ask(SET, input={"kind": kind, "threshold": threshold, **more}))["setApprovalRule"]
    assert answer["userErrors"] == []
    return answer["approvalRule"]


async def state(ask, quote):
    return (await ask(STATE, id=quote["id"]))["node"]


async def an_employee(msp, http, name, *scopes):
    """Somebody, and a client that asks in their name."""
    async with msp.transaction() as ctx:
        employee = await access.create_employee(ctx, name=name, email=f"{name.lower()}@northwind.test")
        _, token = await access.create_token(ctx, name=name, scopes=scopes or GRANTABLE, employee_id=employee.id)
    return global_id("Employee", employee.id), Client(http, token)


async def test_a_rule_holds_a_draft_back_and_says_why(ask):
    await set_rule(ask)
    quote = await a_quote(ask)
    assert (await state(ask, quote))["approvalReasons"] == [TOTAL]
    assert await refused(ask, "sendQuote", quoteId=quote["id"]) == (
        "IMPOSSIBLE_STEP", [], f"{TOTAL} Submit it for approval."
    )  # fmt: skip
    assert (await state(ask, quote))["status"] == "DRAFT"
    await done(ask, "updateQuoteLine", lineId=quote["lines"][1]["id"], selected=False)
    assert (await state(ask, quote))["approvalReasons"] == []
    assert (await done(ask, "sendQuote", quoteId=quote["id"]))["status"] == "SENT"


async def test_submitted_approved_sent(ask, msp, http):
    await set_rule(ask)
    quote = await a_quote(ask)
    assert (await done(ask, "submitQuote", quoteId=quote["id"]))["status"] == "PENDING_APPROVAL"
    waiting = await state(ask, quote)
    assert (waiting["approvedAt"], waiting["approvalReasons"], bool(waiting["submittedAt"])) == (None, [TOTAL], True)
    assert (await refused(ask, "sendQuote", quoteId=quote["id"]))[2] == (
        "A quote that waits for approval can't be sent. It has to be approved first."
    )
    _, lee = await an_employee(msp, http, "Lee")
    assert (await done(lee, "approveQuote", quoteId=quote["id"]))["status"] == "APPROVED"
    approved = await state(ask, quote)
    assert (approved["approvedBy"], bool(approved["approvedAt"])) == ("token Lee", True)
    assert (await done(ask, "sendQuote", quoteId=quote["id"]))["status"] == "SENT"


async def test_what_needs_no_approval_is_approved_by_submitting_it(ask):
    await set_rule(ask, threshold="5000")
    quote = await a_quote(ask)
    assert (await done(ask, "submitQuote", quoteId=quote["id"]))["status"] == "APPROVED"
    approved = await state(ask, quote)
    assert (approved["approvedBy"], approved["approvalReasons"], bool(approved["approvedAt"])) == (None, [], True)


async def test_nobody_approves_their_own_quote(ask, msp, http):
    await set_rule(ask)
    _, kim = await an_employee(msp, http, "Kim")
    quote = await a_quote(kim)
    assert (await state(ask, quote))["owner"] == {"name": "Kim"}
    await done(kim, "submitQuote", quoteId=quote["id"])
    code, field, message = await refused(kim, "approveQuote", quoteId=quote["id"])
    assert (code, field) == ("IMPOSSIBLE_STEP", [])
    assert message.startswith("Q-1001 is your own quote, so somebody else has to approve it.")
    assert (await state(ask, quote))["status"] == "PENDING_APPROVAL"
    # Giving it away has to be asked for anew: other rules may hold.
    lee_id, _ = await an_employee(msp, http, "Lee")
    assert (await done(kim, "updateQuote", quoteId=quote["id"], ownerId=lee_id))["status"] == "DRAFT"


async def test_only_who_may_approve_does(ask, msp, http):
    await set_rule(ask)
    quote = await a_quote(ask)
    await done(ask, "submitQuote", quoteId=quote["id"])
    _, sam = await an_employee(msp, http, "Sam", Permission.QUOTES_READ, Permission.QUOTES_WRITE)
    for text in ('approveQuote(input: {quoteId: "%s"})', 'rejectQuote(input: {quoteId: "%s", reason: "x"})'):
        assert await sam.code(f"mutation {{ {text % quote['id']} {{ userErrors {{ code }} }} }}") == "FORBIDDEN"


async def test_a_rejected_quote_is_a_draft_that_says_why_until_it_is_submitted_again(ask):
    await set_rule(ask)
    quote = await a_quote(ask)
    await done(ask, "submitQuote", quoteId=quote["id"])
    assert await refused(ask, "rejectQuote", quoteId=quote["id"], reason=" ") == (
        "REQUIRED", ["reason"], "reason must not be empty."
    )  # fmt: skip
    await done(ask, "rejectQuote", quoteId=quote["id"], reason="Too dear.")
    rejected = await state(ask, quote)
    assert (rejected["status"], rejected["rejectionReason"], rejected["submittedAt"]) == ("DRAFT", "Too dear.", None)
    await done(ask, "submitQuote", quoteId=quote["id"])
    assert (await state(ask, quote))["rejectionReason"] is None


@pytest.mark.parametrize("when", ["PENDING_APPROVAL", "APPROVED"])
async def test_editing_what_the_customer_sees_takes_the_approval_back(ask, when):
    await set_rule(ask)
    quote = await a_quote(ask)
    await done(ask, "submitQuote", quoteId=quote["id"])
    if when == "APPROVED":
        await done(ask, "approveQuote", quoteId=quote["id"])
    assert (await done(ask, "updateQuote", quoteId=quote["id"], privateNote="hurry"))["status"] == when
    assert (await done(ask, "updateQuote", quoteId=quote["id"], title="New network"))["status"] == when
    edited = await done(ask, "updateQuoteLine", lineId=quote["lines"][0]["id"], quantity="3")
    assert edited["status"] == "DRAFT"
    now = await state(ask, quote)
    assert (now["submittedAt"], now["approvedAt"], now["approvedBy"]) == (None, None, None)
    assert (await refused(ask, "sendQuote", quoteId=quote["id"]))[0] == "IMPOSSIBLE_STEP"


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_why_it_needed_approval_stays_when_only_the_note_is_changed(ask, steps):
    rule = await set_rule(ask)
    quote = await a_quote(ask)
    for name in ("submitQuote", "approveQuote", "sendQuote")[:steps]:
        before = await done(ask, name, quoteId=quote["id"])
    await ask(REMOVE, id=rule["id"])
    assert (await done(ask, "updateQuote", quoteId=quote["id"], privateNote="hurry"))["status"] == before["status"]
    assert (await state(ask, quote))["approvalReasons"] == [TOTAL]


@pytest.mark.parametrize("when", ["PENDING_APPROVAL", "SENT"])
async def test_a_form_that_is_saved_with_another_note_takes_nothing_back(ask, msp, http, when):
    """It sends all that it shows; only what is different was edited."""
    kim_id, _ = await an_employee(msp, http, "Kim")
    if when == "PENDING_APPROVAL":
        await set_rule(ask)
    form = {"title": "New network", "ownerId": kim_id, "expiryDate": "2099-12-31", "delivery": {"amount": "5"}}
    quote = await a_quote(ask, **form)
    await done(ask, "submitQuote" if when == "PENDING_APPROVAL" else "sendQuote", quoteId=quote["id"])
    saved = await done(ask, "updateQuote", quoteId=quote["id"], **form, privateNote="hurry")
    assert saved["status"] == when
    assert (await done(ask, "updateQuote", quoteId=quote["id"], **form | {"title": "Newer"}))["status"] == "DRAFT"


@pytest.mark.parametrize("name", ["submitQuote", "approveQuote", "rejectQuote"])
async def test_a_stale_page_moves_nothing(ask, name):
    await set_rule(ask)
    quote = await a_quote(ask)
    if name != "submitQuote":
        await done(ask, "submitQuote", quoteId=quote["id"])
    before = await state(ask, quote)
    more = {"reason": "x"} if name == "rejectQuote" else {}
    stale = before["version"] - 1
    assert (await refused(ask, name, quoteId=quote["id"], version=stale, **more))[0] == "CONFLICT"
    assert await state(ask, quote) == before


async def test_an_empty_quote_is_not_submitted(ask):
    quote = await a_quote(ask, lines=[])
    assert (await refused(ask, "submitQuote", quoteId=quote["id"]))[:2] == ("INVALID", [])


async def test_there_is_one_rule_of_a_kind_for_everybody_and_one_for_each(ask, msp, http):
    kim_id, kim = await an_employee(msp, http, "Kim")
    first = await set_rule(ask, threshold="2000")
    own = await set_rule(ask, threshold="9000", employeeId=kim_id)
    again = await set_rule(ask, threshold="1000.50")
    assert (again["id"], again["threshold"], again["version"]) == (first["id"], "1000.5", 2)
    assert (own["employee"], own["threshold"]) == ({"name": "Kim"}, "9000")
    listed = (await ask(RULES))["approvalRules"]
    assert [(node["threshold"], node["employee"]) for node in listed["nodes"]] == [
        ("1000.5", None), ("9000", {"name": "Kim"})
    ]  # fmt: skip
    assert (await done(kim, "sendQuote", quoteId=(await a_quote(ask, ownerId=kim_id))["id"]))["status"] == "SENT"
    answer = (await ask(REMOVE, id=own["id"]))["removeApprovalRule"]
    assert answer == {"approvalRuleId": own["id"], "userErrors": []}
    quote = await a_quote(ask, ownerId=kim_id)
    assert (await refused(kim, "sendQuote", quoteId=quote["id"]))[0] == "IMPOSSIBLE_STEP"
    assert (await ask(REMOVE, id=own["id"]))["removeApprovalRule"]["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["approvalRuleId"]}
    ]


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"kind": "TOTAL", "threshold": "-1"}, ["threshold"]),
        ({"kind": "TOTAL", "threshold": "1.001"}, ["threshold"]),
        ({"kind": "DISCOUNT", "threshold": "100.01"}, ["threshold"]),
        ({"kind": "MARGIN", "threshold": "-0.1"}, ["threshold"]),
        ({"kind": "TOTAL", "threshold": "1", "employeeId": "x"}, ["employeeId"]),
    ],
)
async def test_a_threshold_that_makes_no_sense_is_refused(ask, input, field):
    [error] = (await ask(SET, input=input))["setApprovalRule"]["userErrors"]
    assert error["field"] == field
    assert (await ask(RULES))["approvalRules"]["totalCount"] == 0


async def test_rules_of_another_tenant_hold_nothing_back(ask, ask_other):
    await set_rule(ask, threshold="0")
    quote = await a_quote(ask_other)
    assert (await done(ask_other, "sendQuote", quoteId=quote["id"]))["status"] == "SENT"
