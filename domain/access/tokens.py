"""The form of API tokens: `qw_`, 30 random characters, 6 of checksum.

It does not store them or know whose they are. A token is shown once, when it is made; only its hash is kept. The random
part holds 178 bits, so a plain SHA-256 is enough: there is nothing to guess, and nothing for a slow hash to slow down.
"""

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Callable

PREFIX = "qw_"
"""Lets secret scanners and people recognise a token that lies where it shouldn't."""

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM = 30
_CHECKSUM = 6  # 62 ** 6 > 2 ** 32
_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_RANDOM}}})([0-9A-Za-z]{{{_CHECKSUM}}})")


def new_token(randbelow: Callable[[int], int] = secrets.randbelow) -> str:
    """A new token. Show it once, keep `token_hash` and `hint`."""
    body = "".join(_BASE62[randbelow(len(_BASE62))] for _ in range(_RANDOM))
    return PREFIX + body + _checksum(body)


def well_formed(token: str) -> bool:
    """Whether this could be a token of ours: shape and checksum.

    Typing errors, cut-off copies and noise are turned away by this, before anything is hashed or looked up. It proves
    nothing: anyone can compute a checksum.
    """
    match = _SHAPE.fullmatch(token)
    return match is not None and _checksum(match[1]) == match[2]


def token_hash(token: str) -> bytes:
    """What is stored and looked up instead of the token: 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


def hint(token: str) -> str:
    """The last four characters, by which people tell their tokens apart in a list."""
    return token[-4:]


def _checksum(body: str) -> str:
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM):
        rest, digit = divmod(rest, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits
