"""Small checks of what people type, each with its own sentence. They know single values, no records."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from domain.errors import ErrorCode, UserError
from domain.text import is_visible

E = TypeVar("E", bound=StrEnum)

_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]+@[^@\s.]+(\.[^@\s.]+)+")


def required_text(value: str | None, limit: int, *, field: str) -> str:
    """The stripped text; refused when longer than `limit`, when empty, or when nothing of it can be seen."""
    text = optional_text(value, limit, field=field)
    if not text:
        raise UserError(ErrorCode.REQUIRED, f"{field} must not be empty.", (field,))
    if not is_visible(text):
        raise UserError(ErrorCode.INVALID, f"{field} has no character that can be seen.", (field,))
    return text


def optional_text(value: str | None, limit: int, *, field: str) -> str | None:
    text = (value or "").strip()
    if "\x00" in text:
        raise UserError(ErrorCode.INVALID, f"{field} contains a NUL character; remove it.", (field,))
    if len(text) > limit:
        raise UserError(
            ErrorCode.TOO_LONG, f"{field} has {len(text)} characters; at most {limit} are allowed.", (field,)
        )
    return text or None


def member_of(values: type[E], value: str | None, *, field: str) -> E:
    """The value as one of the enum's."""
    try:
        return values(value or "")
    except ValueError:
        known = ", ".join(values)
        raise UserError(ErrorCode.INVALID, f"{field} must be one of {known}.", (field,)) from None


def email_address(value: str, *, field: str) -> str:
    text = (value or "").strip()
    if len(text) > 250 or not _EMAIL.fullmatch(text):
        raise UserError(ErrorCode.INVALID, f"{field} is not an e-mail address: {text[:80]}", (field,))
    return text


def decimal_in(
    value: Decimal, *, field: str, low: Decimal | None = None, high: Decimal | None = None, places: int
) -> Decimal:
    """The number itself when it is finite, in range, and exact with `places` decimals."""
    if not value.is_finite():
        raise UserError(ErrorCode.INVALID, f"{field} is not a number.", (field,))
    if (low is not None and value < low) or (high is not None and value > high):
        raise UserError(ErrorCode.INVALID, f"{field} must be between {low} and {high}.", (field,))
    try:
        exact = value.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation as error:
        raise UserError(ErrorCode.INVALID, f"{field} is too large.", (field,)) from error
    if exact != value:
        raise UserError(ErrorCode.INVALID, f"{field} may have at most {places} decimals.", (field,))
    return exact


Check = Callable[[Any], Any]
"""From what was typed to what is kept. Raises UserError."""


def text_of(field: str, limit: int) -> Check:
    """`optional_text` for a table of checks."""
    return partial(optional_text, limit=limit, field=field)


def flag_of(field: str) -> Check:
    """For a table of checks: true or false. An empty value says neither, so it changes nothing by accident."""

    def check(value: bool | None) -> bool:
        if value is None:
            raise UserError(ErrorCode.REQUIRED, f"{field} is true or false: leave it out to keep it.", (field,))
        return value

    return check


ADDRESS: Mapping[str, Check] = {
    "line1": text_of("line1", 200),
    "line2": text_of("line2", 200),
    "city": text_of("city", 100),
    "state": text_of("state", 100),
    "zip": text_of("zip", 30),
    "country": text_of("country", 100),
}
"""The parts of a postal address: each may be empty."""


def email_or_none(value: str | None) -> str | None:
    return email_address(value, field="email") if value and value.strip() else None
