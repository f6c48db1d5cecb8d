"""What to look for: terms that render to ConnectWise's `conditions` and check each row again in Python.

The one place where text is quoted for a query. ConnectWise documents no escape inside a quoted string, and conditions
have been seen ignored, so a rendering only has to be a *superset* of what is meant: whatever can't be written safely is
narrowed (to the longest harmless piece of the text) or left out, and `matches` decides. Never uses `like`, which was
seen to return everything. Doesn't know how much fits into one request: `queries.py` does.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integrations.connectwise import wire

Row = Mapping[str, Any]
Value = str | int | bool | Decimal | date | None

#: The three query parameters that take conditions.
MAIN, CHILD, CUSTOM = "conditions", "childConditions", "customFieldConditions"

# Of a text no more than this many characters, percent-escapes counted, go into a condition: whole addresses must stay
# below 2,000 and several terms have to fit.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Rendered:
    """A piece of a condition. `exact` is False when it lets more through than was meant."""

    text: str
    exact: bool = True
    parameter: str = MAIN


class Term(ABC):
    """Something a row either is or isn't."""

    @abstractmethod
    def render(self) -> Rendered | None:
        """In ConnectWise's grammar; None when nothing of it can be written safely: then `matches` alone decides."""

    @abstractmethod
    def matches(self, row: Row) -> bool:
        """The same question, asked in Python. Text is equal regardless of case, as in ConnectWise's database."""

    @abstractmethod
    def fields(self) -> Iterable[str]:
        """What a row must carry for `matches`; to be added to a `fields` parameter."""


def eq(field: str, value: Value) -> Term:
    """The field is this value. None and "" are also met by a row that lacks the field, False likewise: ConnectWise
    leaves out what is null."""
    return Equal(_checked(field), value)


def contains(field: str, text: str) -> Term:
    """The field has this text somewhere in it."""
    return Contains(_checked(field), text)


def one_of(field: str, values: Iterable[Value]) -> Term:
    """The field is one of these values; many are asked for in several requests. None at all: no row."""
    return OneOf.of(_checked(field), values)


def after(field: str, at: datetime) -> Term:
    """The field is a later point in time, by whole seconds and including the very second: answers carry no fractions,
    so a change within that second can't be told from one before. `lastUpdated` is read in `_info`, where rows have it.
    """
    return After(_checked(field), at)


def child(field: str, text: str) -> Term:
    """One of a row's children has exactly this text, as in `communicationItems/value`."""
    return Equal(_checked(field), text, parameter=CHILD)


def custom(caption: str, value: str | int | Decimal) -> Term:
    """The custom field with this caption has this value."""
    return Custom(caption, value)


def all_of(*terms: Term) -> Term:
    """Every one of the terms."""
    return All(tuple(part for term in terms for part in (term.terms if isinstance(term, All) else (term,))))


@dataclass(frozen=True, slots=True)
class Equal(Term):
    field: str
    value: Value
    parameter: str = MAIN

    def render(self) -> Rendered | None:
        if isinstance(self.value, str):
            return _text(self.field, self.value, self.parameter, whole=True)
        return Rendered(f"{self.field} = {_literal(self.value)}", parameter=self.parameter)

    def matches(self, row: Row) -> bool:
        found = list(_values(row, self.field)) or [None]
        return any(_same(value, self.value) for value in found)

    def fields(self) -> Iterable[str]:
        return (_carried(self.field),)


@dataclass(frozen=True, slots=True)
class Contains(Term):
    field: str
    text: str

    def render(self) -> Rendered | None:
        return _text(self.field, self.text, MAIN, whole=False)

    def matches(self, row: Row) -> bool:
        wanted = folded(self.text)
        return any(isinstance(value, str) and wanted in folded(value) for value in _values(row, self.field))

    def fields(self) -> Iterable[str]:
        return (_carried(self.field),)


@dataclass(frozen=True, slots=True)
class OneOf(Term):
    field: str
    values: tuple[Value, ...]
    # For looking rows up: a page of 1,000 is checked against a list of 1,000.
    _texts: frozenset[str] = frozenset()
    _numbers: frozenset[int | Decimal] = frozenset()

    @classmethod
    def of(cls, field: str, values: Iterable[Value]) -> "OneOf":
        unique = tuple(dict.fromkeys(values))
        numbers = (value for value in unique if isinstance(value, (int, Decimal)) and not isinstance(value, bool))
        return cls(
            field, unique, frozenset(folded(value) for value in unique if isinstance(value, str)), frozenset(numbers)
        )

    def render(self) -> Rendered | None:
        literals = [self.literal(value) for value in self.values]
        if not literals or None in literals:
            return None
        return self.listed([literal for literal in literals if literal is not None])

    def literal(self, value: Value) -> str | None:
        """A value as it may stand in a list, or None if it may not."""
        if isinstance(value, str):
            return _quoted(value) if _harmless(value) else None
        return None if value is None else _literal(value)

    def listed(self, literals: Iterable[str]) -> Rendered:
        return Rendered(f"{self.field} in ({','.join(literals)})")

    def matches(self, row: Row) -> bool:
        return any(self._has(found) for found in list(_values(row, self.field)) or [None])

    def _has(self, found: Any) -> bool:
        if isinstance(found, str):
            return folded(found) in self._texts or any(
                _same(found, value) for value in self.values if isinstance(value, date) or value is None
            )
        if isinstance(found, (int, Decimal)) and not isinstance(found, bool) and found in self._numbers:
            return True
        return any(_same(found, value) for value in self.values)

    def fields(self) -> Iterable[str]:
        return (_carried(self.field),)


@dataclass(frozen=True, slots=True)
class After(Term):
    field: str
    at: datetime

    def render(self) -> Rendered | None:
        # `>=`, since the database may keep a fraction of the second that the answers don't show.
        return Rendered(f"{self.field} >= [{wire.moment(self.at)}]")

    def matches(self, row: Row) -> bool:
        floor = self.at.replace(microsecond=0)
        times = [at for value in _values(row, _carried(self.field)) if (at := _time(value))]
        # A row that doesn't show the time at all has to be taken at the server's word.
        return not times or any(at >= floor for at in times)

    def fields(self) -> Iterable[str]:
        return (_carried(self.field),)


@dataclass(frozen=True, slots=True)
class Custom(Term):
    caption: str
    value: str | int | Decimal

    def render(self) -> Rendered | None:
        if not _harmless(self.caption):
            return None
        if isinstance(self.value, str):
            value = _text("value", self.value, CUSTOM, whole=True)
        else:
            value = Rendered(f"value = {_literal(self.value)}")
        if value is None:
            return None
        return Rendered(f"caption = {_quoted(self.caption)} AND {value.text}", value.exact, CUSTOM)

    def matches(self, row: Row) -> bool:
        return any(
            _same(item.get("caption"), self.caption) and _same(item.get("value"), self.value)
            for item in row.get("customFields") or ()
        )

    def fields(self) -> Iterable[str]:
        return ("customFields",)


@dataclass(frozen=True, slots=True)
class All(Term):
    terms: tuple[Term, ...]

    def render(self) -> Rendered | None:
        """Without a limit on length; requests are made by `queries`."""
        parts = [part for part in (term.render() for term in self.terms) if part and part.parameter == MAIN]
        if not parts:
            return None
        exact = len(parts) == len(self.terms) and all(part.exact for part in parts)
        return Rendered(" and ".join(part.text for part in parts), exact)

    def matches(self, row: Row) -> bool:
        return all(term.matches(row) for term in self.terms)

    def fields(self) -> Iterable[str]:
        return tuple(name for term in self.terms for name in term.fields())


def folded(text: str) -> str:
    """Text as ConnectWise's database compares it: regardless of case, of trailing spaces and of how an accent is
    composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).rstrip(" ")


def _text(field: str, text: str, parameter: str, *, whole: bool) -> Rendered | None:
    if _harmless(text):
        operator = "=" if whole else "contains"
        return Rendered(f"{field} {operator} {_quoted(text)}", parameter=parameter)
    piece = _longest_piece(text)
    if not piece:
        return None
    return Rendered(f"{field} contains {_quoted(piece)}", exact=False, parameter=parameter)


def _quoted(text: str) -> str:
    """A text that is `_harmless`, in the kind of quotes it doesn't contain."""
    return f"'{text}'" if '"' in text else f'"{text}"'


# Brackets stand for sets in a database pattern and for times in a condition, `*` and `%` are wildcards, a backslash may
# or may not escape.
_RISKY = re.compile(r"[\[\]*%\\]")


def _harmless(text: str) -> bool:
    """Whether a text means itself between quotes."""
    return (
        bool(text)
        and text == text.strip()
        and text.isprintable()
        and not _RISKY.search(text)
        and not ('"' in text and "'" in text)
        and len(quote(text, safe="")) <= _LONGEST
    )


def _longest_piece(text: str) -> str:
    """The longest harmless part of a text; "" if there is none."""
    both = '"' in text and "'" in text
    spaced = "".join("\0" if not c.isprintable() or _RISKY.match(c) or (both and c in "\"'") else c for c in text)
    pieces = [_shortened(piece.strip()) for piece in spaced.split("\0")]
    return max(pieces, key=len)


def _shortened(piece: str) -> str:
    used = 0
    for index, character in enumerate(piece):
        used += len(quote(character, safe=""))
        if used > _LONGEST:
            return piece[:index].strip()
    return piece


def _literal(value: int | bool | Decimal | date | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"[{wire.moment(value)}]"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


_FIELD = re.compile(r"[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


def _checked(field: str) -> str:
    if not _FIELD.fullmatch(field):
        raise ValueError(f"{field!r} is not the name of a field.")
    return field


def _carried(field: str) -> str:
    # Everything can be filtered by lastUpdated, but rows show it only inside _info.
    return "_info/lastUpdated" if field.casefold() == "lastupdated" else field


def _values(row: Row, field: str) -> Iterator[Any]:
    """Everything a path leads to; through a list it leads to several things."""
    found: list[Any] = [row]
    for name in field.split("/"):
        steps = [item.get(name) for item in found if isinstance(item, Mapping)]
        found = [item for step in steps for item in (step if isinstance(step, list) else [step])]
    yield from (item for item in found if item is not None)


def _same(found: Any, wanted: Value) -> bool:
    if isinstance(wanted, bool):
        return bool(found) is wanted if isinstance(found, bool) or found is None else False
    if isinstance(wanted, str):
        return folded(found if isinstance(found, str) else "" if found is None else str(found)) == folded(wanted)
    if wanted is None:
        return found is None or found == ""
    if isinstance(wanted, date):
        at = _time(found)
        return at is not None and wire.moment(at) == wire.moment(wanted)
    return not isinstance(found, bool) and bool(found == wanted)


def _time(found: Any) -> datetime | None:
    try:
        return wire.parse_moment(found) if isinstance(found, str) else None
    except ValueError:
        return None
