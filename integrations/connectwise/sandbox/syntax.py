"""The conditions language as a syntax tree: tokenizer and parser.

    expr := and { OR and }     and := term { AND term }     term := ( expr ) | field op value
                                                                  | field [NOT] IN (value, ...)
                                                                  | field [NOT] CONTAINS|LIKE "text"
    value := "text" | 'text' | -1.5 | true | null | [2016-08-20T18:04:26Z]

Words are case-insensitive, AND binds tighter than OR. A text ends at the next quote of its own kind: no way to escape
one is documented, so there is none here. Knows nothing of entities: whether a field exists is asked
in `conditions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from integrations.connectwise.sandbox.errors import ApiError, bad_parameter

Value = str | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Compare:
    field: str
    op: str
    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    field: str
    values: tuple[Value, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Match:
    field: str
    word: str
    """contains or like"""
    text: str
    negated: bool


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    parts: tuple[Node, ...]


Node = Compare | Within | Match | All | Any_

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*"|'[^']*')
      | (?P<date>\[[^\]]*\])
      | (?P<number>-?[0-9]{1,18}(?:\.[0-9]{1,18})?)(?![\w.])
      | (?P<word>[A-Za-z_]\w*(?:/[A-Za-z_]\w*)*)
      | (?P<op>!=|<=|>=|=|<|>)
      | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
DEEPEST = 50
_BLANK = re.compile(r"\s*\Z")
LITERALS = (
    "String values should be enclosed with double or single quotes; DateTime values should be enclosed in square "
    "brackets; numbers should consist of only digits, and optionally a decimal point and a negation sign; boolean "
    "values should be indicated with the keywords true or false; null values should be indicated by the keyword null."
)


def expected(what: str, got: str) -> ApiError:
    """The one message known from a real tenant, with the two nouns filled in."""
    return bad_parameter(f"Expected {what}, not {got}. {LITERALS}")


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Raises ApiError 400, naming the position, when the text doesn't follow the grammar."""
    parser = _Parser(text)
    node = parser.either()
    if parser.kind != "end":
        raise parser.unexpected("and, or, or the end of the condition")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._depth = 0
        self.advance()

    def advance(self) -> None:
        self.kind, self.lexeme, self.at = next(self._tokens)

    def unexpected(self, wanted: str) -> ApiError:
        got = "the end" if self.kind == "end" else f"'{self.lexeme}'"
        return bad_parameter(f"Expected {wanted} at position {self.at + 1}, not {got}.")

    def is_word(self, word: str) -> bool:
        return self.kind == "word" and self.lexeme.lower() == word

    def take(self, mark: str) -> None:
        if self.lexeme != mark or self.kind != "mark":
            raise self.unexpected(f"'{mark}'")
        self.advance()

    def either(self) -> Node:
        parts = [self.both()]
        while self.is_word("or"):
            self.advance()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def both(self) -> Node:
        parts = [self.term()]
        while self.is_word("and"):
            self.advance()
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def term(self) -> Node:
        if self.kind == "mark" and self.lexeme == "(":
            self._depth += 1
            if self._depth > DEEPEST:
                raise bad_parameter(f"Parentheses are nested deeper than {DEEPEST}.")
            self.advance()
            node = self.either()
            self.take(")")
            self._depth -= 1
            return node
        if self.kind != "word":
            raise self.unexpected("a field name")
        field = self.lexeme
        self.advance()
        negated = self.is_word("not")
        if negated:
            self.advance()
        if self.is_word("in"):
            self.advance()
            return Within(field, self.values(), negated)
        if self.is_word("contains") or self.is_word("like"):
            word = self.lexeme.lower()
            self.advance()
            text = self.value()
            if not isinstance(text, str):
                raise expected("a string value", noun(text))
            return Match(field, word, text, negated)
        if negated or self.kind != "op":
            raise self.unexpected("in, contains or like" if negated else "an operator")
        op = self.lexeme
        self.advance()
        return Compare(field, op, self.value())

    def values(self) -> tuple[Value, ...]:
        self.take("(")
        values = [self.value()]
        while self.kind == "mark" and self.lexeme == ",":
            self.advance()
            values.append(self.value())
        self.take(")")
        return tuple(values)

    def value(self) -> Value:
        kind, token = self.kind, self.lexeme
        found: Value
        if kind == "text":
            found = token[1:-1].replace("[[]", "[")  # the guide's way to write a literal bracket
        elif kind == "date":
            found = _moment(token[1:-1])
        elif kind == "number":
            found = float(token) if "." in token else int(token)
        elif kind == "word" and token.lower() in _KEYWORDS:
            found = _KEYWORDS[token.lower()]
        else:
            got = "the end" if kind == "end" else f"'{token}'"
            raise bad_parameter(f"Expected a value at position {self.at + 1}, not {got}. {LITERALS}")
        self.advance()
        return found


_KEYWORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while not _BLANK.match(text, at):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise bad_parameter(f"The condition can't be read from position {at + 1} on: '{text[at : at + 20]}'.")
        yield match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)
        at = match.end()
    while True:
        yield "end", "", len(text)


def _moment(text: str) -> datetime:
    """Any ISO 8601 moment; without a zone it is UTC. Working clients send all of these."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise bad_parameter(f"'[{text}]' is not a date and time. {LITERALS}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def noun(value: Value) -> str:
    if value is None:
        return "a null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    return "a datetime" if isinstance(value, datetime) else "a numeric"
