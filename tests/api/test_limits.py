"""Requests made to hurt: refused, or answered, in time that depends on their length alone."""

import time

import pytest
from graphql import GraphQLError, Lexer, Source, TokenKind, get_introspection_query, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from api import documents, limits
from api.documents import Documents, Invalid
from api.limits import scan
from api.measuring import ALIASES, DEPTH, Measuring
from api.schema import schema
from domain.errors import LimitExceeded

ENOUGH = 5.0  # seconds: a guard against exponential work, not a measurement. Typical is 0.01 to 0.05.


def dag(levels: int, spread: str, on: str, leaf: str) -> str:
    """2 ** levels leaves in a few hundred words."""
    return (
        "".join(f" fragment A{n} on {on} {{ {spread.format(f'...A{n + 1} ...A{n + 1}')} }}" for n in range(levels))
        + f" fragment A{levels} on {on} {{ {leaf} }}"
    )


def chain(levels: int) -> str:
    return (
        "{ ...A0 }"
        + "".join(f" fragment A{n} on Query {{ ...A{n + 1} }}" for n in range(levels))
        + f" fragment A{levels} on Query {{ viewer {{ scopes }} }}"
    )


HANGING = dag(60, "name {}", "__Type", "name")
REFUSED = {
    "fragments within fragments": "{ ...A0 }" + dag(60, "{}", "Query", "viewer { scopes }"),
    "the same below a list": "{ quotes { nodes { ...A0 } } }" + dag(60, "organization {{ id }} {}", "Quote", "id"),
    "the same in the introspection": "{ __schema { types { ...A0 } } }" + dag(60, "name {}", "__Type", "name"),
    "introspection that goes on and on": "{ __schema { types { ...A0 } } }"
    + dag(30, "fields {{ type {{ {} }} }}", "__Type", "name"),
    "introspection as wide as the schema": "{ __schema { types { fields { type { fields { type { fields { type {"
    " fields { name } } } } } } } } } }",
    "aliases": "{" + " ".join(f"a{n}: viewer {{ scopes }}" for n in range(31)) + "}",
    "aliases through fragments": "{ a: viewer { ...A } b: viewer { ...A } } fragment A on Viewer {"
    + " ".join(f"a{n}: scopes" for n in range(20))
    + "}",
    "aliases in the introspection": "{ __schema {" + " ".join(f"a{n}: types {{ name }}" for n in range(40)) + "} }",
    "root fields": "{" + " __typename" * 21 + "}",
    "root fields through fragments": "{ ...A ...B }"
    + " ".join(f"fragment {f} on Query {{ {'__typename ' * 11} }}" for f in "AB"),
    "directives": "{ viewer { scopes" + " @skip(if: false)" * 51 + " } }",
    "tokens": "{ viewer {" + " scopes" * 4_000 + " } }",
    "one field over and over": "{ viewer {" + " scopes" * 1_900 + " } }",
    "one field in many fragments": "{ viewer {"
    + " ".join(f"...F{n}" for n in range(99))
    + "} }"
    + " ".join(f"fragment F{n} on Viewer {{ scopes }}" for n in range(99)),
    "many fragments": "{ __typename }" + " ".join(f"fragment F{n} on Viewer {{ scopes }}" for n in range(101)),
    "many operations": " ".join(f"query q{n} {{ __typename }}" for n in range(21)),
    "many variables": "query (" + " ".join(f"$v{n}: Int" for n in range(101)) + ") { __typename }",
    "depth": "{ quotes { nodes {" + "organization { contacts {" * 6 + "id" + "} }" * 6 + "} } }",
    "depth through fragments": "{ quotes { nodes { ...A } } }"
    " fragment A on Quote { organization { contacts { ...B } } }"
    " fragment B on Contact { organization { contacts { organization { contacts { organization { contacts {"
    " id } } } } } } }",
    "brackets": "{ a" * 1_300 + "}" * 1_300,
    "brackets of a value": "{ node(id: " + "[" * 1_900 + "]" * 1_900 + ") { id } }",
    "brackets of a type": "query ($a: " + "[" * 1_900 + "Int" + "]" * 1_900 + ") { __typename }",
    "lists in lists": "{ quotes(first: 100) { nodes { organization { contacts(first: 100) { organization {"
    " contacts(first: 100) { organization { name } } } } } } } }",
    "lists by variables": "query ($n: Int!) { quotes(first: $n) { nodes { organization { contacts(first: $n) {"
    " organization { contacts(first: $n) { id } } } } } } }",
    "less than nothing, to make up for too much": "{ b: quotes(first: -100000000) { nodes { lines { title } } }"
    " quotes(first: 100) { nodes { organization { contacts(first: 100) { organization {"
    " contacts(first: 100) { id } } } } } } }",
    "the same in the introspection, in a cycle": "{ ...U } fragment U on Query { __schema { types { ...A0 } } ...U }"
    + HANGING.replace("fragment A60 on __Type {", "fragment A60 on __Type { ...A0"),
    "many ids": "{ nodes(ids: [" + '"x" ' * 101 + "]) { id } }",
}
ANSWERED = {
    "a long chain": chain(60),
    "GraphiQL's introspection": get_introspection_query(
        descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True
    ),
    "the list that pages are made for": "{ quotes(first: 100) { totalCount edges { cursor node { id number title status"
    " total { amount currencyCode } organization { id name } owner { name } lines { id title quantity unitPrice total"
    " sync { state } } sync { state lastError { message } } } } pageInfo { hasNextPage endCursor } } }",
    "twelve levels": "{ quotes { nodes { organization { contacts { organization { contacts { organization { contacts {"
    " organization { id } } } } } } } } } }".replace("contacts", "contacts(first: 1)"),
    "thirty aliases": "{ viewer {" + " ".join(f"a{n}: scopes" for n in range(30)) + "} }",
}
WRONG = {
    "fragments within fragments that nobody uses": "{ __typename } fragment U on Query { __schema { types { ...A0 } } }"
    + HANGING,
    "the same under a name that is used": "{ ...U } fragment U on Query { __schema { types { ...A0 } } }"
    " fragment U on Query { __typename }" + HANGING,
    "many fragments that nobody uses": "{ __typename }"
    + "".join(f" fragment F{n} on Query {{ {' '.join(f'...F{m}' for m in range(n))} __typename }}" for n in range(60)),
    "a large number": "{ quotes(first: " + "9" * 10_000 + ") { totalCount } }",
    "a cycle": "{ ...A } fragment A on Query { viewer { scopes } ...B } fragment B on Query { ...A }",
    "a cycle of one": "{ ...A } fragment A on Query { ...A }",
    "a cycle below lists": "{ quotes { nodes { organization { ...A } } } }"
    " fragment A on Organization { contacts { organization { ...A } } }",
    "many cycles": "{ ...A0 }"
    + "".join(f" fragment A{n} on Query {{ ...A{(n + 1) % 60} ...A{(n * 13) % 60} }}" for n in range(60)),
    "many unknown fields": "{ quotes { nodes {" + " ".join(f"titel{n}" for n in range(1_000)) + "} } }",
    "one argument over and over": "{ quotes(" + "first: 1 " * 1_200 + ") { totalCount } }",
    "an unknown fragment": "{ ...Nowhere }",
    "an unknown type": "{ ... on Nothing { id } }",
}


def quickly(text: str):
    """The document made ready, by a cache that has never seen it."""
    started = time.process_time()
    try:
        ready = Documents(schema.core, schema.rules).ready(text)
        return [operation.cost.of({"n": 100}) for operation in ready.operations.values()]
    finally:
        assert time.process_time() - started < ENOUGH


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_too_much_is_refused(ask, name):
    with pytest.raises(LimitExceeded):
        quickly(REFUSED[name]) if name != "many ids" else _too_many_ids()
    if name != "many ids":
        [error] = await ask.errors(REFUSED[name], n=100)
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert error["message"].endswith(".")


def _too_many_ids():
    quickly(REFUSED["many ids"])
    raise LimitExceeded("by the resolver")


async def test_at_most_a_hundred_ids_are_looked_up(ask):
    ids = ["UXVvdGU6MDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await ask.code(query, ids=ids * 101) == "LIMIT_EXCEEDED"
    assert (await ask(query, ids=ids * 100))["nodes"] == [None] * 100


@pytest.mark.parametrize("name", ANSWERED)
async def test_what_people_ask_is_answered(ask, name):
    quickly(ANSWERED[name])
    assert await ask(ANSWERED[name])


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_told_and_does_not_hang(ask, name):
    with pytest.raises(Invalid):
        quickly(WRONG[name])
    assert {error["extensions"]["code"] for error in await ask.errors(WRONG[name])} == {"BAD_REQUEST"}


def test_each_fragment_is_measured_once():
    """The work grows with the document, not with what it stands for: twice the levels, about twice the time."""
    text = "{ ...A0 }" + dag(80, "{}", "Query", "viewer { scopes }")
    document = parse(text)
    visits = 0

    class Counting(Measuring):
        def _selected(self, selections, parent):
            nonlocal visits
            visits += 1
            return super()._selected(selections, parent)

    with pytest.raises(LimitExceeded, match="fields"):
        Counting(schema.core, schema.rules, document).check()
    assert visits < 100


def lexed(text: str) -> int:
    lexer, tokens = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        tokens += 1
    return tokens


_PIECES = st.sampled_from(
    ['"""', '"', "\\", "#", "\n", "\r", "a", "b1", "{", "}", "(", ")", "[", "]", "@", "...", "1", "-2", "3.5", "1e5",
     "$", ":", "!", "|", "&", "=", " ", ",", '\\"', '""', '\\"""', "\\u0041", "\ufeff", "1-1", "-", "."]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_the_quick_look_counts_no_token_less_than_the_lexer(text):
    try:
        wanted = lexed(text)
    except GraphQLError:
        return
    assert scan(text) >= wanted


def test_the_quick_look_counts_what_people_write_exactly():
    for text in ANSWERED.values():
        assert scan(text) == lexed(text)


async def test_a_bracket_in_a_text_is_none(ask):
    name = "{" * 100 + "@" * 90 + '\\"'
    assert await ask('{ organizations(filter: {accountNumber: {eq: "%s"}}) { totalCount } }' % name)  # noqa: UP031
    assert await ask("{ viewer { scopes } } #" + "{" * 200)


def test_hostile_variety_does_not_fill_the_memory(monkeypatch):
    assert documents._KEPT_TOKENS <= 100_000
    monkeypatch.setattr(documents, "_KEPT_TOKENS", 500)
    kept = Documents(schema.core, schema.rules)
    for number in range(30):
        kept.ready(f"{{ viewer {{ a{number}: scopes" + " scopes" * 50 + "} }")
        kept.ready(f"{{ viewer {{ scopes }} }} # {number}" + "x" * 20_000)
        assert kept._tokens <= 500
    assert 0 < sum(ready.tokens for ready in kept._ready.values()) == kept._tokens


def test_the_same_document_is_made_ready_once():
    kept = Documents(schema.core, schema.rules)
    first = kept.ready(ANSWERED["thirty aliases"])
    assert kept.ready(ANSWERED["thirty aliases"]) is first


def test_the_limits_are_those_that_are_promised():
    assert (limits.BODY, limits.TOKENS, DEPTH, ALIASES) == (256 * 1024, 4_000, 12, 30)
