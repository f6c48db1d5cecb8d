"""Numbers and times on the wire, and whether a change arrived."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectwise import patch, wire


class Billable(Enum):
    BILLABLE = "Billable"


def test_what_is_sent() -> None:
    at = datetime(2026, 3, 1, 11, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    body = {"price": Decimal("19.90"), "at": at, "on": date(2026, 3, 1), "option": Billable.BILLABLE, "ids": (1, 2)}
    assert wire.encode(body) == (
        b'{"price":19.90,"at":"2026-03-01T09:30:00Z","on":"2026-03-01T00:00:00Z","option":"Billable","ids":[1,2]}'
    )
    assert wire.encode([Decimal("1E+3"), Decimal("1E-7")]) == b"[1000,0.0000001]"


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 1)])
def test_what_is_not_sent(value: Any) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        wire.encode({"value": value})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_money_goes_there_and_back_to_the_last_digit(amount: Decimal) -> None:
    there = wire.encode({"price": amount})
    assert b'"' not in there.removeprefix(b'{"price":')
    assert wire.decode(there)["price"] == amount


def test_what_is_read() -> None:
    read = wire.decode('\ufeff{"a": 0.1, "b": 12, "c": 1234567890123456789.1234}'.encode())
    assert read == {"a": Decimal("0.1"), "b": 12, "c": Decimal("1234567890123456789.1234")}
    assert isinstance(read["a"], Decimal)
    assert isinstance(read["b"], int)
    assert wire.parse_moment("2026-03-01T11:30:00+02:00") == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert wire.parse_moment("2026-03-01T09:30:00") == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert wire.moment(wire.parse_moment("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00Z"


def test_operations() -> None:
    assert patch.operations({"name": "x", "company": {"id": 5}, "notes": None}) == [
        {"op": "replace", "path": "name", "value": "x"},
        {"op": "replace", "path": "company", "value": {"id": 5}},
        {"op": "replace", "path": "notes", "value": None},
    ]
    for field in ("company/id", "/name", ""):
        with pytest.raises(ValueError, match="top-level"):
            patch.operations({field: 1})


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("x", "x"),
        ("a\nb ", "a\r\nb"),
        (None, None),
        ("", None),
        (Decimal("1.50"), Decimal("1.5")),
        (Decimal("2"), 2),
        (5, "5"),
        ("5", 5),
        (True, True),
        (False, None),
        ({"id": 5}, {"id": 5, "name": "ACME", "_info": {}}),
        ({"id": "13"}, {"id": 13, "name": "Email"}),
        ({"identifier": "acme"}, {"id": 5, "identifier": "acme"}),
        (datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (date(2026, 1, 1), "2026-01-01T00:00:00Z"),
        ([], None),
        ([{"value": "a@x.example"}], [{"id": 1, "value": "a@x.example", "defaultFlag": True}]),
    ],
)
def test_what_arrived(sent: Any, found: Any) -> None:
    row = {} if found is None else {"field": found}
    assert patch.differences({"field": sent}, row) == {}


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("a long name", "a long"),
        ("x", "X"),
        ("x", None),
        (None, "still here"),
        (Decimal("1.50"), Decimal("1.49")),
        (5, None),
        (5, "five"),
        (1, True),
        (True, None),
        (True, False),
        (False, True),
        ({"id": 5}, {"id": 6}),
        ({"id": 5}, None),
        (None, {"id": 5}),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        (datetime(2026, 1, 1, tzinfo=UTC), "soon"),
        ([], [{"id": 1}]),
        ([{"value": "a"}], [{"value": "a"}, {"value": "b"}]),
        ([{"value": "a"}], [{"value": "b"}]),
    ],
)
def test_what_did_not_arrive(sent: Any, found: Any) -> None:
    assert patch.differences({"field": sent}, {"field": found}) == {"field": (sent, found)}


def test_custom_fields_come_back_all_of_them() -> None:
    row = {"customFields": [{"id": 1, "value": None}, {"id": 2, "value": "Q-1", "caption": "Quote"}]}
    assert patch.differences({"customFields": [{"id": 2, "value": "Q-1"}]}, row) == {}
    assert patch.differences({"customFields": [{"id": 1, "value": "Q-1"}]}, row)
