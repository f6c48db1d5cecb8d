"""JSON and points in time as ConnectWise writes and reads them.

Money never passes through a binary fraction in either direction. Knows nothing of HTTP or of what the fields mean.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def encode(value: Any) -> bytes:
    """JSON with Decimals as numbers, digit for digit. Raises ValueError for what ConnectWise couldn't understand."""
    return _encoder.encode(_plain(value))


def decode(body: bytes) -> Any:
    """Reads JSON; a number with a fraction becomes a Decimal with the digits it was sent with. Raises ValueError."""
    try:
        # .NET puts a byte order mark in front now and then.
        return _decoder.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None


def moment(at: date) -> str:
    """`2026-03-01T09:30:00Z`: anything else is refused, milliseconds and offsets included (UnsupportedFormat)."""
    if not isinstance(at, datetime):
        # ConnectWise keeps plain dates as midnight UTC.
        return f"{at.isoformat()}T00:00:00Z"
    if at.tzinfo is None:
        raise ValueError("A point in time needs a time zone before it is sent to ConnectWise.")
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def parse_moment(text: str) -> datetime:
    """A point in time from an answer, in UTC; without a zone it is UTC already. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a number that JSON knows.")
        # Without an exponent: 1E-7 is valid JSON, but nobody has seen ConnectWise read it.
        return msgspec.Raw(format(value, "f").encode())
    if isinstance(value, date):
        return moment(value)
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
