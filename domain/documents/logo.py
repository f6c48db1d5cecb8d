"""A seller's logo: whether it can be printed, and safely. It doesn't make a picture smaller or better.

A picture of a few kilobytes can ask for gigabytes or hours: a PNG for its pixels, an SVG for copies of copies. Such
ones are refused by their headers and their structure, before anything draws them.
"""

import struct
from enum import StrEnum
from typing import Any

from domain.documents import vector
from domain.documents.typesetting import Unprintable, set_in_type
from domain.errors import ErrorCode, UserError

MOST_BYTES = 150_000
"""In base64 it has to fit into a request, beside what else stands there."""
MOST_PIXELS = 16_000_000
MOST_SCANS = 50
"""How often a JPEG may go over its pixels; a progressive one does ten times."""

_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_FIELD = ("logo",)


class LogoFormat(StrEnum):
    PNG = "png"
    JPEG = "jpg"
    SVG = "svg"


def check_logo(logo: bytes) -> None:
    """Raises UserError (field `logo`) unless it is a PNG, JPEG or SVG of MOST_BYTES at most that can be printed.

    It is drawn once, which may take a second: call it beside the event loop.
    """
    try:
        set_in_type("logo", _part(logo, _inspected(logo)))
    except Unprintable:
        raise _unreadable() from None


def picture(logo: bytes | None) -> dict[str, Any] | None:
    """The logo as a template takes it; None if there is none that may be drawn. A damaged one only drawing shows."""
    try:
        return None if logo is None else _part(logo, _inspected(logo))
    except UserError:
        return None


def _part(logo: bytes, form: LogoFormat) -> dict[str, Any]:
    # What goes to the template is text, hence numbers.
    return {"format": form, "bytes": list(logo)}


def _inspected(logo: bytes) -> LogoFormat:
    """What kind of picture it is. Raises UserError for one that can't or must not be drawn."""
    if len(logo) > MOST_BYTES:
        raise UserError(
            ErrorCode.TOO_LONG,
            f"The logo has {len(logo):,} bytes; at most {MOST_BYTES:,} are allowed. Make the picture smaller.",
            _FIELD,
        )
    if logo.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_pixels(_png_size(logo))
        return LogoFormat.PNG
    if logo.startswith(b"\xff\xd8\xff"):
        _check_pixels(_jpeg_size(logo))
        if logo.count(b"\xff\xda") > MOST_SCANS:
            raise UserError(
                ErrorCode.INVALID, "The logo is a JPEG of too many scans. Save it as a baseline JPEG.", _FIELD
            )
        return LogoFormat.JPEG
    if b"<svg" in logo:
        vector.check(logo)
        return LogoFormat.SVG
    raise UserError(ErrorCode.INVALID, "The logo must be a PNG, JPEG or SVG file.", _FIELD)


def _unreadable() -> UserError:
    return UserError(ErrorCode.INVALID, "The logo can't be read: the file is damaged. Export it again.", _FIELD)


def _check_pixels(size: tuple[int, int]) -> None:
    width, height = size
    if not width or not height:
        raise _unreadable()
    if width * height > MOST_PIXELS:
        raise UserError(
            ErrorCode.INVALID,
            f"The logo has {width} x {height} pixels; at most {MOST_PIXELS // 10**6} million are allowed.",
            _FIELD,
        )


def _png_size(logo: bytes) -> tuple[int, int]:
    if len(logo) < 24 or logo[12:16] != b"IHDR":
        raise _unreadable()
    width, height = struct.unpack(">II", logo[16:24])
    return width, height


def _jpeg_size(logo: bytes) -> tuple[int, int]:
    """Of the first frame header; segments are a marker and a length each, until the picture itself begins."""
    at = 2
    while at + 9 <= len(logo) and logo[at] == 0xFF:
        marker = logo[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", logo[at + 5 : at + 9])
            return width, height
        at += 1 if marker == 0xFF else 2 + int.from_bytes(logo[at + 2 : at + 4], "big")
    raise _unreadable()
