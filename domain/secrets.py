"""Sealing secrets (API keys of other systems, licence keys) before they are stored: AES-256-GCM.

It does not keep, fetch or rotate anything by itself: the keys come from the deployment's settings as text, the sealed
texts live in their rows, and whoever finds that `needs_rotation` opens and seals again.

A sealed text is `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url without padding. It opens only for the
tenant, table and row that it was sealed for, so copying it to another row, or another tenant, gains nothing.
"""

import base64
import os
import re
from collections.abc import Mapping
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12  # random; safe for 2 ** 32 sealings with one key (NIST SP 800-38D, 8.3)

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SEALED = re.compile(r"v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})")


class BadKeyring(ValueError):
    """The setting with the keys can't be read. Says which entry, never what is in it."""


class SecretUnreadable(Exception):
    """A sealed text can't be opened. Says why, as far as that is known; never holds secret material."""


class Keyring:
    """The keys of a deployment. The first one seals; the others still open what they sealed before."""

    def __init__(self, ciphers: Mapping[str, AESGCM]) -> None:
        # Ciphers, not key bytes: a debugger's or logger's view of this object then shows no key.
        if not ciphers:
            raise BadKeyring("The keyring is empty: it needs at least one entry of the form id:key.")
        self._ciphers = dict(ciphers)
        self._first = next(iter(self._ciphers))

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `id:key,id2:key2`, where a key is 32 bytes in base64 (either alphabet, padded or not)."""
        ciphers: dict[str, AESGCM] = {}
        for number, entry in enumerate(text.split(",") if text.strip() else (), start=1):
            key_id, colon, key = entry.strip().partition(":")
            if not colon or not _KEY_ID.fullmatch(key_id):
                raise BadKeyring(
                    f"Entry {number} of the keyring must have the form id:key, "
                    "the id made of 1 to 32 letters, digits, hyphens or underscores."
                )
            if key_id in ciphers:
                raise BadKeyring(
                    f"Entry {number} of the keyring has the id of an earlier entry. Give it one of its own."
                )
            ciphers[key_id] = AESGCM(_key_bytes(key, number))
        return cls(ciphers)

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._ciphers)}, sealing with {self._first!r}>"

    def seal(self, plain: str, *, tenant: UUID, table: str, row: UUID) -> str:
        """The text to store. Sealing the same twice gives two different texts."""
        nonce = os.urandom(_NONCE_BYTES)
        place = _place(self._first, tenant, table, row)
        # surrogatepass: any str comes back as it was, and no UnicodeEncodeError can carry the secret into a log.
        ciphertext = self._ciphers[self._first].encrypt(nonce, plain.encode("utf-8", "surrogatepass"), place)
        return f"{_VERSION}.{self._first}.{_to_text(nonce)}.{_to_text(ciphertext)}"

    def open(self, sealed: str, *, tenant: UUID, table: str, row: UUID) -> str:
        """The secret. Raises SecretUnreadable if it was changed, sealed for another place, or its key is not here."""
        key_id, nonce, ciphertext = _parts(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SecretUnreadable(f"Sealed with key {key_id!r}, which is not in the keyring. Add that key again.")
        try:
            plain = cipher.decrypt(nonce, ciphertext, _place(key_id, tenant, table, row))
        except InvalidTag:
            raise SecretUnreadable(
                f"It was changed, belongs to another row, or the key {key_id!r} is not the one it was sealed with."
            ) from None
        return plain.decode("utf-8", "surrogatepass")

    def needs_rotation(self, sealed: str) -> bool:
        """Whether it was sealed with another key than the one that seals now. Does not try to open it."""
        return _parts(sealed)[0] != self._first


def _place(key_id: str, tenant: UUID, table: str, row: UUID) -> bytes:
    # Unambiguous: the two ids have a fixed length, the key id has no dot, and the table comes last.
    return f"{_VERSION}.{key_id}.".encode() + tenant.bytes + row.bytes + table.encode()


def _parts(sealed: str) -> tuple[str, bytes, bytes]:
    match = _SEALED.fullmatch(sealed)
    if match:
        key_id, nonce, ciphertext = match.groups()
        try:
            return key_id, _from_text(nonce), _from_text(ciphertext)
        except ValueError:
            pass
    raise SecretUnreadable("This is not a sealed secret.")


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _to_text(raw) != text:  # unused bits at the end: the same bytes, but not what we wrote
        raise ValueError("another spelling")
    return raw


def _key_bytes(key: str, number: int) -> bytes:
    standard = key.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise BadKeyring(f"The key in entry {number} of the keyring must be {_KEY_BYTES} bytes in base64.")
    return raw
