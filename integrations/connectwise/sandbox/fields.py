"""How one field of an entity is declared, and the compact notation the tables in `tables/` are written in.

    name!:str(100)              ! required on every save, ^ required on updates only
    ~domain:str                 ~ read-only: whatever a body says is ignored
    +types:refs(CompanyType)    + honoured by POST alone, ignored by PATCH and PUT
    -password:str               - write-only: checked and thrown away
    status:ref(Status,active)   a new reference must point to a record of that entity that isn't inactive
    status:ref(BoardStatus,within=board)   a name is looked up among the rows whose board is this record's board
    product:ref(CatalogItem,as=identifier+serializedFlag)   here references carry these parts besides the id
    country:ref                 a reference to a table this sandbox doesn't keep: taken as it comes
    yearEstablished:int(1900..9999)   disablePortalLoginFlag:bool=true   userDefinedField{1..10}:str(50)

Booleans are false unless declared otherwise (true, or none for one that a manner decides), as in every answer seen of
a real tenant. Reading and checking values is the business of `checking.py`, not of this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

Kind = Literal[
    "str", "int", "num", "bool", "date", "uuid", "enum", "ref", "refs", "items", "item", "ints", "strs", "any"
]
KINDS: frozenset[str] = frozenset(get_args(Kind))

_TOKEN = re.compile(r"([~+-]?)(\w+)(?:\{(\d+)\.\.(\d+)\})?([!^]*):(\w+)(?:\(([^)]*)\))?(?:=(\S+))?")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    required: bool = False
    required_on_update: bool = False
    read_only: bool = False
    post_only: bool = False
    write_only: bool = False
    limit: int | None = None
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    target: str = ""
    active_only: bool = False
    within: str = ""
    parts: tuple[str, ...] = ()
    default: object = None


def declare(notation: str) -> dict[str, Field]:
    """The fields of an entity by name, in the order written. Raises ValueError on a token it can't read."""
    return {field.name: field for token in notation.split() for field in _fields(token)}


def _fields(token: str) -> Iterator[Field]:
    match = _TOKEN.fullmatch(token)
    if match is None or match[6] not in KINDS:
        raise ValueError(f"not a field declaration: {token}")
    mark, name, first, last, needs, kind, argument, default = match.groups()
    names = [name] if first is None else [f"{name}{number}" for number in range(int(first), int(last) + 1)]
    for one in names:
        yield Field(
            name=one,
            kind=cast(Kind, kind),
            required="!" in needs,
            required_on_update="^" in needs,
            read_only=mark == "~",
            post_only=mark == "+",
            write_only=mark == "-",
            default=_default(kind, default),
            **_argument(kind, argument or ""),
        )


def _default(kind: str, text: str | None) -> object:
    if kind == "bool":
        return None if text == "none" else text == "true"
    if text is None:
        return None
    return int(text) if kind in ("int", "num") else text


def _argument(kind: str, text: str) -> dict[str, Any]:
    if not text:
        return {}
    if kind == "enum":
        return {"choices": tuple(text.split("|"))}
    if kind in ("ref", "refs", "items", "item"):
        target, *rules = text.split(",")
        within = next((rule.removeprefix("within=") for rule in rules if rule.startswith("within=")), "")
        parts = next((rule.removeprefix("as=") for rule in rules if rule.startswith("as=")), "")
        shape = tuple(parts.split("+")) if parts else ()
        return {"target": target, "active_only": "active" in rules, "within": within, "parts": shape}
    if kind == "int":
        low, _, high = text.partition("..")
        return {"low": int(low), "high": int(high)}
    return {"limit": int(text)}
