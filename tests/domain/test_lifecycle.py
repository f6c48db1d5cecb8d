"""The tables of allowed steps, of quotes and of sales orders: every pair, and long walks through them."""

from itertools import product

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.errors import ErrorCode, ImpossibleStep
from domain.quotes import lifecycle as quotes
from domain.quotes.lifecycle import QuoteStatus
from domain.sales_orders import lifecycle as orders
from domain.sales_orders.lifecycle import SalesOrderStatus

QUOTES = """
    EDIT     DRAFT>DRAFT PENDING_APPROVAL>DRAFT APPROVED>DRAFT SENT>DRAFT VIEWED>DRAFT
    SUBMIT   DRAFT>PENDING_APPROVAL
    APPROVE  PENDING_APPROVAL>APPROVED
    REJECT   PENDING_APPROVAL>DRAFT
    SEND     DRAFT>SENT APPROVED>SENT SENT>SENT VIEWED>VIEWED
    VIEW     SENT>VIEWED VIEWED>VIEWED ACCEPTED>ACCEPTED DECLINED>DECLINED
    ACCEPT   SENT>ACCEPTED VIEWED>ACCEPTED
    DECLINE  SENT>DECLINED VIEWED>DECLINED
"""
ORDERS = """
    EDIT     DRAFT>DRAFT APPROVED>APPROVED
    APPROVE  DRAFT>APPROVED
    HOLD     APPROVED>DRAFT
    DELIVER  APPROVED>APPROVED PROCESSED>PROCESSED
    PAY      DRAFT>DRAFT APPROVED>APPROVED PROCESSED>PROCESSED
    PROCESS  APPROVED>PROCESSED
    CANCEL   DRAFT>CANCELLED APPROVED>CANCELLED
"""


def drawn(picture: str) -> set[tuple[str, str, str]]:
    rows = [line.split() for line in picture.strip().splitlines()]
    return {(arrow.split(">")[0], name, arrow.split(">")[1]) for name, *arrows in rows for arrow in arrows}


def test_the_tables_are_the_pictures() -> None:
    assert {(a.value, s.value, b.value) for (a, s), b in quotes.STEPS.items()} == drawn(QUOTES)
    assert {(a.value, s.value, b.value) for (a, s), b in orders.STEPS.items()} == drawn(ORDERS)


@pytest.mark.parametrize(("status", "wanted"), list(product(QuoteStatus, quotes.Step)))
def test_a_quote_takes_the_steps_of_the_table_and_no_other(status: QuoteStatus, wanted: quotes.Step) -> None:
    if (status, wanted) in quotes.STEPS:
        assert quotes.step(status, wanted) is quotes.STEPS[status, wanted]
    else:
        with pytest.raises(ImpossibleStep) as caught:
            quotes.step(status, wanted)
        check_sentence(caught.value)


@pytest.mark.parametrize(("status", "wanted"), list(product(SalesOrderStatus, orders.Step)))
def test_an_order_takes_the_steps_of_the_table_and_no_other(status: SalesOrderStatus, wanted: orders.Step) -> None:
    if (status, wanted) in orders.STEPS:
        assert orders.step(status, wanted) is orders.STEPS[status, wanted]
    else:
        with pytest.raises(ImpossibleStep) as caught:
            orders.step(status, wanted)
        check_sentence(caught.value)


def check_sentence(error: ImpossibleStep) -> None:
    assert error.code is ErrorCode.IMPOSSIBLE_STEP
    assert error.message[0].isupper()
    assert error.message.endswith(".")
    assert "_" not in error.message  # no names of ours
    assert "already" in error.message or "can't be" in error.message


def test_refusals_say_what_to_do() -> None:
    def why(status: QuoteStatus, wanted: quotes.Step) -> str:
        with pytest.raises(ImpossibleStep) as caught:
            quotes.step(status, wanted)
        return caught.value.message

    step = quotes.Step
    assert why(QuoteStatus.ACCEPTED, step.EDIT) == "An accepted quote can't be edited. Copy it to make a new one."
    assert why(QuoteStatus.DRAFT, step.ACCEPT) == "A draft quote can't be accepted. Send it first."
    assert why(QuoteStatus.ACCEPTED, step.ACCEPT) == "This quote is accepted already."
    assert why(QuoteStatus.PENDING_APPROVAL, step.SEND).endswith("It has to be approved first.")


@pytest.mark.parametrize("steps", [quotes.STEPS, orders.STEPS])
def test_nobody_can_add_a_step_at_run_time(steps: object) -> None:
    with pytest.raises(TypeError):
        steps[QuoteStatus.DRAFT, quotes.Step.ACCEPT] = QuoteStatus.ACCEPTED  # type: ignore[index]


class QuoteLife(RuleBasedStateMachine):
    """A quote under any sequence of wishes, with what must be true of its past."""

    def __init__(self) -> None:
        super().__init__()
        self.status = QuoteStatus.DRAFT
        self.since_edit: list[quotes.Step] = []
        self.decided: QuoteStatus | None = None

    @rule(wanted=st.sampled_from(list(quotes.Step)))
    def wish(self, wanted: quotes.Step) -> None:
        before = self.status
        try:
            self.status = quotes.step(before, wanted)
        except ImpossibleStep:
            assert self.status is before
            return
        if wanted is quotes.Step.EDIT:
            self.since_edit.clear()
        else:
            self.since_edit.append(wanted)
        if wanted in (quotes.Step.ACCEPT, quotes.Step.DECLINE):
            assert self.decided is None, "decided twice"
            self.decided = self.status

    @invariant()
    def a_decision_stands(self) -> None:
        assert self.decided in (None, self.status)
        assert (self.decided is not None) == (self.status in (QuoteStatus.ACCEPTED, QuoteStatus.DECLINED))

    @invariant()
    def what_was_edited_is_a_draft(self) -> None:
        assert self.since_edit or self.status is QuoteStatus.DRAFT

    @invariant()
    def the_customer_only_meets_what_was_sent_as_it_is(self) -> None:
        if self.status in (QuoteStatus.SENT, QuoteStatus.VIEWED, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED):
            assert quotes.Step.SEND in self.since_edit
        if self.status is QuoteStatus.VIEWED:
            assert quotes.Step.VIEW in self.since_edit

    @invariant()
    def approval_is_of_what_stands_now(self) -> None:
        if self.status is QuoteStatus.APPROVED:
            assert self.since_edit[-2:] == [quotes.Step.SUBMIT, quotes.Step.APPROVE]


class OrderLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.status = SalesOrderStatus.DRAFT
        self.taken: list[orders.Step] = []

    @rule(wanted=st.sampled_from(list(orders.Step)))
    def wish(self, wanted: orders.Step) -> None:
        before = self.status
        try:
            self.status = orders.step(before, wanted)
        except ImpossibleStep:
            assert self.status is before
            return
        if before in (SalesOrderStatus.PROCESSED, SalesOrderStatus.CANCELLED):
            assert self.status is before, "left its end"
        self.taken.append(wanted)

    @invariant()
    def nothing_is_processed_without_approval(self) -> None:
        decided = [step for step in self.taken if step in (orders.Step.APPROVE, orders.Step.HOLD)]
        if self.status in (SalesOrderStatus.APPROVED, SalesOrderStatus.PROCESSED):
            assert decided[-1] is orders.Step.APPROVE
        assert decided[::2] == [orders.Step.APPROVE] * len(decided[::2]), "approved twice"

    @invariant()
    def a_cancelled_order_takes_nothing_more(self) -> None:
        if self.status is SalesOrderStatus.CANCELLED:
            assert self.taken[-1] is orders.Step.CANCEL


TestQuoteLife = QuoteLife.TestCase
TestOrderLife = OrderLife.TestCase
