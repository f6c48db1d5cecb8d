"""Three-way merging: who changed alone wins, both differently is a conflict."""

from decimal import Decimal

import pytest

from integrations.core.merge import agreement, changes, decide, plain


@pytest.mark.parametrize(
    ("agreed", "ours", "theirs", "push", "pull", "conflict"),
    [
        ("a", "a", "a", False, False, False),
        ("a", "b", "a", True, False, False),
        ("a", "a", "b", False, True, False),
        ("a", "b", "b", False, False, False),
        ("a", "b", "c", False, False, True),
        ("a", None, "a", True, False, False),
        ("a", "a", None, False, True, False),
        ("a", None, "c", False, False, True),
    ],
)
def test_a_field_after_an_agreement(agreed, ours, theirs, push, pull, conflict):
    decision = decide({"f": agreed}, {"f": ours}, {"f": theirs})
    assert ("f" in decision.push, "f" in decision.pull, "f" in decision.conflicts) == (push, pull, conflict)
    assert decision.agreed["f"] == (agreed if conflict else theirs if pull else ours)


@pytest.mark.parametrize(
    ("ours", "theirs", "ours_win", "push", "pull"),
    [
        ("a", None, False, True, False),
        (None, "b", True, False, True),
        ("a", "b", False, False, True),
        ("a", "b", True, True, False),
    ],
)
def test_the_first_link_of_two_filled_sides(ours, theirs, ours_win, push, pull):
    decision = decide(None, {"f": ours}, {"f": theirs}, ours_win_first=ours_win)
    assert ("f" in decision.push, "f" in decision.pull, decision.conflicts) == (push, pull, {})


def test_the_same_number_written_otherwise_is_no_change():
    agreed = agreement({"quantity": Decimal("2.000000"), "price": Decimal("10")})
    assert changes(agreed, {"quantity": 2, "price": Decimal("10.00")}) == {}
    assert plain(Decimal("0.00")) == "0"


def test_white_space_at_the_ends_and_emptiness_are_no_change():
    assert changes(agreement({"name": "Acme", "note": None}), {"name": " Acme\r\n", "note": ""}) == {}
