"""Conditions: what is sent lets through at least what is meant, and the check of each row lets through exactly that."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectwise import conditions, queries
from integrations.connectwise.conditions import after, all_of, child, contains, custom, eq, one_of


def rendered(term: conditions.Term) -> str | None:
    piece = term.render()
    return piece.text if piece else None


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (eq("identifier", "ACME"), 'identifier = "ACME"'),
        (eq("company/id", 5), "company/id = 5"),
        (eq("price", Decimal("1E+3")), "price = 1000"),
        (eq("closedFlag", False), "closedFlag = false"),
        (eq("parentId", None), "parentId = null"),
        (eq("name", 'Bob "B" Ltd'), "name = 'Bob \"B\" Ltd'"),
        (eq("name", "O'Neill & Sons + 100"), 'name = "O\'Neill & Sons + 100"'),
        (eq("name", 'a\'b "long piece" c'), 'name contains "long piece"'),
        (eq("name", "Rack [42U] large"), 'name contains "large"'),
        (eq("name", "100% wool"), 'name contains "wool"'),
        (eq("name", "5*6"), 'name contains "5"'),
        (eq("name", "C:\\temp"), 'name contains "temp"'),
        (eq("name", "two\nlines of"), 'name contains "lines of"'),
        (eq("name", " padded "), 'name contains "padded"'),
        (eq("name", "[%]*'\""), None),
        (eq("name", ""), None),
        (contains("name", "x%y"), 'name contains "x"'),
        (one_of("id", [1, 2, 2, 3]), "id in (1,2,3)"),
        (one_of("identifier", ["a", 'b"']), 'identifier in ("a",\'b"\')'),
        (
            after("lastUpdated", datetime(2026, 3, 1, 9, 30, 5, 999, tzinfo=UTC)),
            "lastUpdated >= [2026-03-01T09:30:05Z]",
        ),
        (
            after("lastUpdated", datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2)))),
            "lastUpdated >= [2026-03-01T07:00:00Z]",
        ),
        (custom("Quote number", "Q-7"), 'caption = "Quote number" AND value = "Q-7"'),
        (custom("Quote number", "[Q] 7"), 'caption = "Quote number" AND value contains "Q"'),
        (all_of(eq("id", 1), eq("name", "%"), eq("closedFlag", True)), "id = 1 and closedFlag = true"),
    ],
)
def test_rendering(term: conditions.Term, text: str | None) -> None:
    assert rendered(term) == text


def test_names_of_fields_are_not_a_way_in() -> None:
    for field in ("", "id or 1", "name = 'x'", "a//b", "a/", 'a"'):
        with pytest.raises(ValueError, match="field"):
            eq(field, 1)


def test_a_point_in_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        after("lastUpdated", datetime(2026, 1, 1)).render()


@pytest.mark.parametrize(
    ("term", "row", "fits"),
    [
        (eq("name", "ACME"), {"name": "acme  "}, True),
        (eq("name", "Straße"), {"name": "STRASSE"}, True),
        (eq("name", "Cafe\u0301"), {"name": "CAF\u00c9"}, True),
        (eq("name", "ACME"), {"name": "ACME 2"}, False),
        (eq("name", "ACME"), {}, False),
        (eq("name", ""), {}, True),
        (eq("company/id", 5), {"company": {"id": 5, "name": "x"}}, True),
        (eq("company/id", 5), {"company": None}, False),
        (eq("company/id", 1), {"company": {"id": True}}, False),
        (eq("closedFlag", False), {}, True),
        (eq("closedFlag", True), {}, False),
        (eq("closedFlag", True), {"closedFlag": True}, True),
        (eq("parentId", None), {"parentId": 3}, False),
        (eq("price", Decimal("1.5")), {"price": Decimal("1.50")}, True),
        (eq("price", Decimal("2")), {"price": 2}, True),
        (eq("dateEntered", datetime(2026, 1, 1, tzinfo=UTC)), {"dateEntered": "2026-01-01T00:00:00Z"}, True),
        (contains("name", "cm"), {"name": "ACME"}, True),
        (contains("name", "%"), {"name": "ACME"}, False),
        (one_of("status/id", [1, 2]), {"status": {"id": 2}}, True),
        (one_of("status/id", [1, 2]), {"status": {"id": 3}}, False),
        (
            after("lastUpdated", datetime(2026, 1, 1, 0, 0, 5, 900, tzinfo=UTC)),
            _at := {"_info": {"lastUpdated": "2026-01-01T00:00:05Z"}},
            True,
        ),
        (after("lastUpdated", datetime(2026, 1, 1, 0, 0, 6, tzinfo=UTC)), _at, False),
        (after("lastUpdated", datetime(2026, 1, 1, tzinfo=UTC)), {"id": 1}, True),
        (after("lastUpdated", datetime(2026, 1, 1, tzinfo=UTC)), {"_info": {"lastUpdated": "soon"}}, True),
        (
            child("communicationItems/value", "A@x.example"),
            {"communicationItems": [{"value": "1"}, {"value": "a@X.example"}]},
            True,
        ),
        (child("communicationItems/value", "a@x.example"), {"communicationItems": []}, False),
        (custom("Ref", "Q1"), {"customFields": [{"caption": "ref", "value": "q1"}]}, True),
        (
            custom("Ref", "Q1"),
            {"customFields": [{"caption": "Ref", "value": None}, {"caption": "Other", "value": "Q1"}]},
            False,
        ),
        (custom("Ref", 7), {"customFields": [{"caption": "Ref", "value": 7}]}, True),
        (all_of(eq("a", 1), eq("b", 2)), {"a": 1, "b": 2}, True),
        (all_of(eq("a", 1), eq("b", 2)), {"a": 1, "b": 3}, False),
        (all_of(), {}, True),
    ],
)
def test_rows_are_checked_again(term: conditions.Term, row: dict[str, object], fits: bool) -> None:
    assert term.matches(row) is fits


def length(query: queries.Query) -> int:
    return sum(len(name) + len(quote(text, safe="")) + 2 for name, text in query.parameters.items())


def test_many_values_take_several_requests_and_each_stays_short() -> None:
    term = all_of(eq("closedFlag", False), one_of("id", range(10_000, 11_000)), one_of("status/id", [1, 2]))
    parts = queries.queries(term, room=1500)
    assert len(parts) > 3
    assert all(length(part) <= 1500 for part in parts)
    assert all("status/id in (1,2)" in part.parameters["conditions"] for part in parts)
    assert all(part.exact for part in parts)
    asked = [part.parameters["conditions"].split("id in (")[-1].rstrip(")").split(",") for part in parts]
    assert [int(number) for numbers in asked for number in numbers] == list(range(10_000, 11_000))


def test_no_value_at_all_means_no_request() -> None:
    assert queries.queries(one_of("id", [])) == []
    assert queries.queries(all_of(eq("a", 1), one_of("id", []))) == []


def test_values_that_may_not_stand_in_a_list_are_asked_for_alone() -> None:
    parts = queries.queries(one_of("name", ["one", "50% off", "two", None]))
    assert [part.parameters["conditions"] for part in parts] == [
        'name contains "off"',
        "name = null",
        'name in ("one","two")',
    ]
    assert [part.exact for part in parts] == [False, True, True]


def test_what_does_not_fit_is_left_to_the_check() -> None:
    [query] = queries.queries(all_of(*(eq(f"field{number}", "x" * 200) for number in range(20))), room=1500)
    assert length(query) <= 1500
    assert not query.exact
    assert query.parameters["conditions"].count(" and ") >= 4


def test_children_and_custom_fields_have_parameters_of_their_own() -> None:
    [query] = queries.queries(
        all_of(
            eq("company/id", 5), child("communicationItems/value", "a@x.example"), custom("A", "1"), custom("B", "2")
        )
    )
    assert query.parameters == {
        "conditions": "company/id = 5",
        "childConditions": 'communicationItems/value = "a@x.example"',
        "customFieldConditions": 'caption = "A" AND value = "1"',
    }
    assert not query.exact


# Text that hurts: quotes, brackets, wildcards, escapes, separators of URLs and of the grammar, any Unicode.
nasty = st.text(st.one_of(st.sampled_from("\"'[]*%_\\&+#;,()= aAé\n\t\0"), st.characters()), max_size=400)


@given(nasty)
def test_any_text_is_quoted_safely_and_stays_short(text: str) -> None:
    for term in (eq("name", text), contains("name", text), one_of("name", [text])):
        for query in queries.queries(term, room=700):
            condition = query.parameters.get("conditions", "")
            assert length(query) <= 700
            if not condition:
                continue
            # Exactly one literal, in quotes that it doesn't contain, and no sign in it that means something.
            written = re.fullmatch(r"name (?:= |contains |in \()([\"'])(.+)\1\)?", condition)
            assert written
            mark, inside = written.groups()
            assert mark not in inside
            assert not set(inside) & set("[]*%\\\n\t\0")
            # A superset: whoever has the text has this piece of it.
            assert inside in text
        if text:
            assert term.matches({"name": text})


@given(nasty, nasty)
def test_the_check_tells_texts_apart(text: str, other: str) -> None:
    same = conditions.folded(text) == conditions.folded(other)
    assert eq("name", text).matches({"name": other}) is same
