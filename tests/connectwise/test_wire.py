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


CUSTOM = [
    {"id": 1, "caption": "Region", "type": "Text", "value": "North"},
    {"id": 2, "caption": "Contract", "type": "Text"},
]


def test_all_custom_fields_are_sent_and_only_the_named_ones_changed() -> None:
    row = {"id": 5, "customFields": CUSTOM}
    assert patch.custom_fields(row, {"contract": "C-1"}) == [CUSTOM[0], {**CUSTOM[1], "value": "C-1"}]
    assert patch.custom_fields(row, {"Region": None}) == [{**CUSTOM[0], "value": None}, {**CUSTOM[1], "value": None}]
    assert "value" not in CUSTOM[1], "what was read is left as it is"
    with pytest.raises(LookupError, match="no custom field “Color”"):
        patch.custom_fields(row, {"Color": "red"})
    with pytest.raises(LookupError):
        patch.custom_fields({}, {"Region": "x"})


def test_what_has_to_change() -> None:
    before = {
        "id": 5,
        "name": "Acme",
        "site": {"id": 3, "name": "Main", "_info": {"site_href": "x"}},
        "city": "Bonn",
        "price": Decimal("1.50"),
        "customFields": CUSTOM,
        "_info": {"lastUpdated": "2026-01-01T00:00:00Z"},
    }
    assert patch.changes(before, before) == {}
    # Another name of the same reference, another spelling of the same number, an omitted null: nothing to send.
    same = {**before, "id": 6, "site": {"id": 3}, "price": Decimal("1.5"), "phone": None, "_info": {}}
    assert patch.changes(before, same) == {}
    after = {**before, "site": {"id": 4, "name": "Branch", "_info": {}}, "price": Decimal("2"), "phone": "1"}
    del after["city"]
    after["customFields"] = [{**CUSTOM[0], "value": "South"}]
    assert patch.changes(before, after) == {
        "site": {"id": 4},
        "price": Decimal("2"),
        "phone": "1",
        "city": None,
        "customFields": [{**CUSTOM[0], "value": "South"}, {**CUSTOM[1], "value": None}],
    }


# Records of few names, so that two of them often have one in common.
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["", "x", "x ", "y", "2026-01-01T00:00:00Z"])
)
_references = st.fixed_dictionaries({"id": st.integers(1, 3)}, optional={"name": st.sampled_from(["A", "B"])})
_values = st.one_of(
    _scalars, _references, st.lists(st.fixed_dictionaries({"value": st.sampled_from("abc")}), max_size=2)
)
records = st.dictionaries(st.sampled_from(["id", "a", "b", "c", "d", "_info"]), _values, max_size=6)


@given(records, records)
def test_a_diff_makes_one_record_into_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes = patch.changes(before, after)
    patched = {**before, **{each["path"]: each["value"] for each in patch.operations(changes)}}
    goal = {name: after.get(name) for name in {*before, *after} - {"id", "_info"}}
    assert {
        name: lost for name, lost in patch.differences(goal, patched).items() if not isinstance(goal[name], dict)
    } == {}
    # Of a reference only the id is sent: the name is the other side's.
    ids = {name: {"id": value["id"]} for name, value in goal.items() if isinstance(value, dict)}
    assert patch.differences(ids, patched) == {}
    assert not {"id", "_info"} & set(changes)
    assert all("/" not in each["path"] for each in patch.operations(changes))


@given(records)
def test_a_record_without_a_difference_needs_no_call(record: dict[str, Any]) -> None:
    assert patch.changes(record, record) == {}


@given(records, records)
def test_only_what_differs_is_sent(before: dict[str, Any], after: dict[str, Any]) -> None:
    for name in patch.changes(before, after):
        assert patch.differences({name: after.get(name)}, before)


def test_custom_fields_come_back_all_of_them() -> None:
    row = {"customFields": [{"id": 1, "value": None}, {"id": 2, "value": "Q-1", "caption": "Quote"}]}
    assert patch.differences({"customFields": [{"id": 2, "value": "Q-1"}]}, row) == {}
    assert patch.differences({"customFields": [{"id": 1, "value": "Q-1"}]}, row)
