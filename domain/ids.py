"""Ids: how they are made, how the outside writes them (global ids), how work names a record (subjects).

It does not check that a record exists, nor whose it is: a well-formed id of another tenant passes here.
"""

import base64
import re
import secrets
import threading
import time
from collections.abc import Callable
from uuid import UUID

from domain.errors import ErrorCode, UserError

_RANDOM_BITS = 74
_LOW_BITS = 62
_VERSION_7 = 7
_VARIANT = 0b10

_TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,63}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")
_GLOBAL_ID = re.compile(r"[A-Za-z0-9_-]{1,140}")


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Uuid7Source:
    """Makes UUIDs of version 7 (RFC 9562, 5.7), each greater than the one before, from any number of threads.

    Within a millisecond, or when the clock steps back, the next id is the last one plus a random step (RFC 9562, 6.2,
    method 2); should that overflow, it carries into the timestamp, which then runs ahead until the clock catches up.
    Ids are hard to guess, not impossible: they are names, never proof of a right.
    """

    def __init__(
        self, now_ms: Callable[[], int] = _wall_clock_ms, randbits: Callable[[int], int] = secrets.randbits
    ) -> None:
        self._now_ms = now_ms
        self._randbits = randbits
        self._lock = threading.Lock()
        self._last = 0  # 48 bits of milliseconds, then 74 random ones: the id without version and variant

    def __call__(self) -> UUID:
        with self._lock:
            now = self._now_ms()
            if now > self._last >> _RANDOM_BITS:
                self._last = now << _RANDOM_BITS | self._randbits(_RANDOM_BITS)
            else:
                self._last += 1 + self._randbits(32)
            bits = self._last
        high, low = bits >> _LOW_BITS, bits & ((1 << _LOW_BITS) - 1)
        milliseconds, middle = high >> 12, high & 0xFFF
        return UUID(int=milliseconds << 80 | _VERSION_7 << 76 | middle << 64 | _VARIANT << _LOW_BITS | low)


_source = Uuid7Source()


def uuid7() -> UUID:
    """A new id from this process's own source. Takes no arguments, so a column can have it as its default."""
    return _source()


def global_id(type_name: str, id: UUID) -> str:
    """The id as the API shows it: base64url, without padding, of `Quote:<uuid>`."""
    if not _TYPE_NAME.fullmatch(type_name):
        raise ValueError(f"not the name of a type: {type_name!r}")
    return base64.urlsafe_b64encode(f"{type_name}:{id}".encode()).rstrip(b"=").decode()


def parse_global_id(text: str) -> tuple[str, UUID]:
    """Type and id of a global id. Raises UserError for anything that `global_id` would not have written.

    One record has one spelling: clients compare and cache by it, so other encodings of the same bytes are refused.
    """
    try:
        return _parse_global_id(text)
    except ValueError:
        # Neither the decoder's words nor the text itself: both are noise to a caller, and the text may be anything.
        raise UserError(
            ErrorCode.INVALID, "This is not an id of ours. Pass ids on exactly as the API returned them."
        ) from None


def subject(kind: str, id: UUID) -> str:
    """What work is about: `quote:<uuid>`."""
    if not _KIND.fullmatch(kind):
        raise ValueError(f"not a kind of record: {kind!r}")
    return f"{kind}:{id}"


def keyed_subject(kind: str, key: str) -> str:
    """What work is about when that has no row of its own here: `catalog_item:<normalised part number>`."""
    if not _KIND.fullmatch(kind) or not key:
        raise ValueError(f"not a kind of record and its key: {kind!r}, {key!r}")
    return f"{kind}:{key}"


def split_subject(text: str) -> tuple[str, str]:
    """Kind and key of any subject. Subjects are ours alone, never input, so a bad one is a plain ValueError."""
    kind, _, key = text.partition(":")
    if not _KIND.fullmatch(kind) or not key:
        raise ValueError(f"not a subject: {text!r}")
    return kind, key


def parse_subject(text: str) -> tuple[str, UUID]:
    """Kind and id of a subject that names a row."""
    kind, key = split_subject(text)
    return kind, _canonical_uuid(key)


def _parse_global_id(text: str) -> tuple[str, UUID]:
    if not _GLOBAL_ID.fullmatch(text):
        raise ValueError("not base64url, or too long")
    decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    type_name, _, written = decoded.partition(":")
    id = _canonical_uuid(written)
    if global_id(type_name, id) != text:
        raise ValueError("another spelling")
    return type_name, id


def _canonical_uuid(written: str) -> UUID:
    # UUID() also takes braces, "urn:uuid:", capitals and stray hyphens.
    id = UUID(written)
    if str(id) != written:
        raise ValueError("another spelling of a UUID")
    return id
