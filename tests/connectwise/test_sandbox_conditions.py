"""The conditions language against a naive evaluator, on made-up trees and records."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.connectwise.sandbox.conditions import child_conditions, conditions, custom_field_conditions
from integrations.connectwise.sandbox.errors import ApiError
from integrations.connectwise.sandbox.syntax import parse
from integrations.connectwise.sandbox.tables import BY_NAME

COMPANY = BY_NAME["Company"]
START = datetime(2026, 1, 1, tzinfo=UTC)

# Few values, so that they meet.
texts = st.text("aAbé %*'&", max_size=4)
numbers = st.integers(-3, 3)
moments = st.integers(0, 4).map(lambda seconds: START + timedelta(seconds=seconds))
flags = st.booleans()
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": texts,
    "status/name": texts,
    "numberOfEmployees": numbers,
    "annualRevenue": st.sampled_from([-1.5, 0.0, 2.25, 3.0]),
    "status/id": numbers,
    "leadFlag": flags,
    "dateAcquired": moments,
    "lastUpdated": moments,
}
fields = st.sampled_from(sorted(VALUES))
text_fields = st.sampled_from(["name", "status/name"])


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    record: dict[str, Any] = {"id": 1, "_info": {"lastUpdated": _stamp(draw(moments))}}
    for name in ("name", "numberOfEmployees", "annualRevenue", "leadFlag"):
        if draw(st.booleans()):
            record[name] = draw(VALUES[name])
    if draw(st.booleans()):
        record["dateAcquired"] = _stamp(draw(moments))
    if draw(st.booleans()):
        record["status"] = {"id": draw(numbers), "name": draw(texts)}
    return record


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[Any, ...]:
    field = draw(fields)
    if draw(st.integers(0, 5)) == 0:
        return ("compare", field, draw(st.sampled_from(["=", "!="])), None)
    value = draw(VALUES[field])
    if isinstance(value, datetime) and draw(st.booleans()):
        value += timedelta(microseconds=500_000)
    return ("compare", field, draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="])), value)


@st.composite
def memberships(draw: st.DrawFn) -> tuple[Any, ...]:
    field = draw(fields)
    return ("in", field, draw(st.lists(VALUES[field], min_size=1, max_size=3)), draw(st.booleans()))


matches = st.tuples(st.sampled_from(["contains", "like"]), text_fields, texts, st.booleans())
trees: st.SearchStrategy[tuple[Any, ...]] = st.recursive(
    comparisons() | memberships() | matches,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=6,
)
styles = st.randoms(use_true_random=False)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the naive evaluator: trees and records, no text ---


def _found(record: dict[str, Any], field: str) -> Any:
    if field == "lastUpdated":
        return datetime.fromisoformat(record["_info"]["lastUpdated"])
    head, _, tail = field.partition("/")
    value = record.get(head)
    if tail:
        value = value.get(tail) if value else None
    return datetime.fromisoformat(value) if field == "dateAcquired" and value else value


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _like(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] in "*%":
        return any(_like(text[skip:], pattern[1:]) for skip in range(len(text) + 1))
    return bool(text) and text[0] == pattern[0] and _like(text[1:], pattern[1:])


def naive(tree: tuple[Any, ...], record: dict[str, Any]) -> bool:
    kind = tree[0]
    if kind in ("and", "or"):
        outcomes = [naive(part, record) for part in tree[1]]
        return all(outcomes) if kind == "and" else any(outcomes)
    found = _folded(_found(record, tree[1]))
    if kind == "compare":
        op, value = tree[2], _folded(tree[3])
        if value is None:
            return bool((found is None) == (op == "="))
        ops = {
            "=": operator.eq,
            "!=": operator.ne,
            "<": operator.lt,
            "<=": operator.le,
            ">": operator.gt,
            ">=": operator.ge,
        }
        return found is not None and bool(ops[op](found, value))
    if found is None:
        return False
    if kind == "in":
        return bool((found in [_folded(value) for value in tree[2]]) != tree[3])
    pattern = _folded(tree[2])
    return bool((pattern in found if kind == "contains" else _like(found, pattern)) != tree[3])


# --- from a tree to text, in the many ways people write it ---


def _case(text: str, random: Any) -> str:
    return str(random.choice([text, text.upper(), text.lower(), text.capitalize()]))


def _literal(value: Any, random: Any) -> str:
    if value is None or isinstance(value, bool):
        return _case({None: "null", True: "true", False: "false"}[value], random)
    if isinstance(value, datetime):
        text = value.isoformat()
        naive_text = text.removesuffix("+00:00")
        return f"[{random.choice([text, naive_text, naive_text + 'Z', text.replace('T', ' ')])}]"
    if isinstance(value, str):
        return f'"{value}"' if "'" in value or random.random() < 0.5 else f"'{value}'"
    return str(value)


def render(tree: tuple[Any, ...], random: Any, inside: str = "") -> str:
    def gap() -> str:
        return str(random.choice(["", " ", "  "]))

    kind = tree[0]
    if kind in ("and", "or"):
        text = f" {_case(kind, random)} ".join(render(part, random, kind) for part in tree[1])
        # AND binds tighter: an OR inside an AND needs its parentheses, everything else may have them.
        needed = kind == "or" and inside == "and"
        return f"({gap()}{text}{gap()})" if needed or random.random() < 0.3 else text
    field = _case(tree[1], random)
    if kind == "compare":
        return f"{field}{gap()}{tree[2]}{gap()}{_literal(tree[3], random)}"
    no = f" {_case('not', random)}" if tree[3] else ""
    if kind == "in":
        values = f"{gap()},{gap()}".join(_literal(value, random) for value in tree[2])
        return f"{field}{no} {_case('in', random)}{gap()}({gap()}{values})"
    return f"{field}{no} {_case(kind, random)} {_literal(tree[2], random)}"


def _refusal(action: Callable[[], object]) -> ApiError | None:
    try:
        action()
    except ApiError as error:
        return error
    return None


@given(trees, st.lists(records(), min_size=1, max_size=4), styles)
def test_conditions_agree_with_a_naive_evaluator(
    tree: tuple[Any, ...], rows: list[dict[str, Any]], random: Any
) -> None:
    text = render(tree, random)
    test = conditions(COMPANY, text)
    assert [test(row) for row in rows] == [naive(tree, row) for row in rows], text


@given(st.text("()=<>!,'\"[]/ %*-.019aTnulidortke", max_size=30))
def test_any_text_is_parsed_or_refused_with_400(text: str) -> None:
    refusal = _refusal(lambda: parse(text))
    assert refusal is None or (refusal.status == 400 and refusal.body["message"])


@given(trees, styles, st.integers(0, 200))
def test_a_condition_cut_short_is_parsed_or_refused_with_400(tree: tuple[Any, ...], random: Any, at: int) -> None:
    refusal = _refusal(lambda: conditions(COMPANY, render(tree, random)[:at] or "id = 1"))
    assert refusal is None or (refusal.status == 400 and refusal.body["message"])


items = st.fixed_dictionaries(
    {"value": texts, "communicationType": st.sampled_from(["Email", "Phone"]), "defaultFlag": flags}
)
ITEM_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "value": texts,
    "communicationType": st.sampled_from(["Email", "email", "Fax"]),
    "defaultFlag": flags,
}
item_fields = st.sampled_from(sorted(ITEM_FIELDS))
item_leaves = item_fields.flatmap(
    lambda name: st.tuples(
        st.just("compare"), st.just(name), st.sampled_from(["=", "!="]), st.none() | ITEM_FIELDS[name]
    )
) | st.tuples(st.sampled_from(["contains", "like"]), st.just("value"), texts, st.booleans())
item_trees: st.SearchStrategy[tuple[Any, ...]] = st.recursive(
    item_leaves,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=4,
)


def _below(tree: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """The same tree about the fields of a list's children."""
    if tree[0] in ("and", "or"):
        return (tree[0], [_below(part, name) for part in tree[1]])
    return (tree[0], f"{name}/{tree[1]}", *tree[2:])


@given(item_trees, st.lists(items, max_size=3), styles)
def test_child_conditions_want_one_child_that_the_naive_evaluator_takes(
    tree: tuple[Any, ...], children: list[dict[str, Any]], random: Any
) -> None:
    text = render(_below(tree, "communicationItems"), random)
    found = child_conditions(BY_NAME["Contact"], text)({"id": 1, "communicationItems": children})
    assert found == any(naive(tree, child) for child in children), text


custom_leaves = (
    st.tuples(st.just("compare"), st.just("caption"), st.sampled_from(["=", "!="]), texts)
    | st.tuples(st.just("compare"), st.just("value"), st.sampled_from(["=", "!="]), st.none() | texts)
    | st.tuples(st.just("contains"), st.just("value"), texts, st.booleans())
)
custom_trees: st.SearchStrategy[tuple[Any, ...]] = st.recursive(
    custom_leaves,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=4,
)
custom_fields = st.fixed_dictionaries({"caption": texts, "value": st.none() | texts})


@given(custom_trees, st.lists(custom_fields, max_size=3), styles)
def test_custom_field_conditions_want_one_field_that_the_naive_evaluator_takes(
    tree: tuple[Any, ...], defined: list[dict[str, Any]], random: Any
) -> None:
    text = render(tree, random)
    found = custom_field_conditions(text)({"id": 1, "customFields": defined})
    assert found == any(naive(tree, field) for field in defined), text


def test_and_binds_tighter_than_or() -> None:
    test = conditions(COMPANY, "id = 1 or id = 2 and name = 'x'")
    assert test({"id": 1, "_info": {}})
    assert not test({"id": 2, "_info": {}})


def test_a_literal_bracket_is_written_as_the_guide_says() -> None:
    row = {"id": 1, "name": "a[b]c", "_info": {}}
    for text in ("name = 'a[[]b]c'", "name = 'a[b]c'", "name contains '[[]b'", "name like '*[[]b]*'"):
        assert conditions(COMPANY, text)(row), text
    assert not conditions(COMPANY, "name like 'a[b]'")(row)


@pytest.mark.parametrize(
    "text",
    ["dateAcquired > [2026-10-01T00:00:00.123456]", "dateAcquired>[2026-10-01 00:00:00+00:00]",
     "dateAcquired > [2026-10-01]",
     "dateAcquired > [2026-10-01T02:00:00+02:00]", "DATEACQUIRED>[2026-10-01T00:00:00Z]"],
)  # fmt: skip
def test_moments_are_taken_as_clients_send_them(text: str) -> None:
    test = conditions(COMPANY, text)
    assert test({"id": 1, "dateAcquired": "2026-10-01T00:00:01Z"})
    assert not test({"id": 1, "dateAcquired": "2026-10-01T00:00:00Z"})


@pytest.mark.parametrize(
    ("op", "second", "found"), [(">=", 0, False), (">=", 1, True), ("<", 0, True), ("<", 1, False)]
)
def test_a_fraction_of_a_second_lies_between_two_stored_moments(op: str, second: int, found: bool) -> None:
    test = conditions(COMPANY, f"lastUpdated {op} [2026-10-01T00:00:00.5]")
    assert test({"id": 1, "_info": {"lastUpdated": f"2026-10-01T00:00:0{second}Z"}}) is found
