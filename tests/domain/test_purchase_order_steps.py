"""The table of allowed steps of purchase orders: every pair, and what a refusal says."""

from itertools import product

import pytest

from domain.errors import ImpossibleStep
from domain.purchase_orders.lifecycle import STEPS, PurchaseOrderStatus, Step, step
from tests.domain.test_lifecycle import check_sentence, drawn

PICTURE = """
    EDIT         DRAFT>DRAFT APPROVED>DRAFT
    APPROVE      DRAFT>APPROVED
    RECEIVE      APPROVED>APPROVED
    RECEIVE_ALL  APPROVED>RECEIVED
    CANCEL       DRAFT>CANCELLED APPROVED>CANCELLED
"""


def test_the_table_is_the_picture() -> None:
    assert {(a.value, s.value, b.value) for (a, s), b in STEPS.items()} == drawn(PICTURE)


@pytest.mark.parametrize(("status", "wanted"), list(product(PurchaseOrderStatus, Step)))
def test_it_takes_the_steps_of_the_table_and_no_other(status: PurchaseOrderStatus, wanted: Step) -> None:
    if (status, wanted) in STEPS:
        assert step(status, wanted) is STEPS[status, wanted]
        return
    with pytest.raises(ImpossibleStep) as caught:
        step(status, wanted)
    check_sentence(caught.value)


def test_a_refusal_says_what_to_do() -> None:
    def why(status: PurchaseOrderStatus, wanted: Step) -> str:
        with pytest.raises(ImpossibleStep) as caught:
            step(status, wanted)
        return caught.value.message

    status = PurchaseOrderStatus
    assert why(status.DRAFT, Step.RECEIVE) == "A draft purchase order can't be received. Approve it first."
    assert why(status.RECEIVED, Step.RECEIVE) == "All of this purchase order has been received already."
    assert why(status.RECEIVED, Step.EDIT).endswith("Enter a new purchase order for what has changed.")
    assert why(status.CANCELLED, Step.CANCEL) == "This purchase order is cancelled already."
