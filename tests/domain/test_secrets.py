"""Sealed secrets open in their own place with their own key, and nowhere else."""

import base64
import os
import string
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from domain.secrets import BadKeyring, Keyring, SecretUnreadable

TENANT, ROW = uuid4(), uuid4()
HERE: dict[str, Any] = {"tenant": TENANT, "table": "connection", "row": ROW}


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


KEY_1, KEY_2 = key(), key()
RING = Keyring.parse(f"k1:{KEY_1}")


@given(
    st.text(st.characters(categories=["Cs", "L"]) | st.characters()),
    st.uuids(),
    st.text(st.characters(codec="utf-8")),
    st.uuids(),
)
def test_what_was_sealed_opens_in_its_place(plain: str, tenant: UUID, table: str, row: UUID) -> None:
    sealed = RING.seal(plain, tenant=tenant, table=table, row=row)
    assert RING.open(sealed, tenant=tenant, table=table, row=row) == plain


def test_no_text_is_too_odd_to_seal() -> None:
    """An encoding error would carry the secret with it."""
    for plain in ("", "\x00", "\ud800", "\udfff\ud800", "🔑" * 10_000):
        assert RING.open(RING.seal(plain, **HERE), **HERE) == plain


def test_the_form_is_version_key_nonce_ciphertext() -> None:
    sealed = RING.seal("secret", **HERE)
    version, key_id, nonce, ciphertext = sealed.split(".")
    assert (version, key_id) == ("v1", "k1")
    assert set(nonce + ciphertext) <= set(string.ascii_letters + string.digits + "-_")
    assert len(base64.urlsafe_b64decode(nonce)) == 12
    # Opened by hand: nothing but AES-256-GCM with the documented associated data is at work.
    cipher = AESGCM(base64.b64decode(KEY_1))
    place = b"v1.k1." + TENANT.bytes + ROW.bytes + b"connection"
    padded = ciphertext + "=" * (-len(ciphertext) % 4)
    assert cipher.decrypt(base64.urlsafe_b64decode(nonce), base64.urlsafe_b64decode(padded), place) == b"secret"


def test_sealing_twice_gives_two_texts() -> None:
    assert len({RING.seal("secret", **HERE) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "elsewhere",
    [{"tenant": uuid4()}, {"row": uuid4()}, {"table": "connectio"}, {"table": "connection2"}, {"table": ""}],
)
def test_it_opens_nowhere_else(elsewhere: dict[str, Any]) -> None:
    sealed = RING.seal("secret", **HERE)
    with pytest.raises(SecretUnreadable, match="belongs to another row"):
        RING.open(sealed, **{**HERE, **elsewhere})


def test_tenant_and_row_can_not_change_places() -> None:
    sealed = RING.seal("secret", **HERE)
    with pytest.raises(SecretUnreadable):
        RING.open(sealed, tenant=ROW, table="connection", row=TENANT)


def test_any_one_character_changed_is_noticed() -> None:
    both = Keyring.parse(f"k1:{KEY_1},k2:{KEY_2}")
    for plain in ("secret", "secret!", "secret!!"):  # the three ways that base64 can end
        sealed = both.seal(plain, **HERE)
        for position, was in enumerate(sealed):
            for character in string.ascii_letters + string.digits + "-_.=+/ ":
                if character != was:
                    with pytest.raises(SecretUnreadable):
                        both.open(sealed[:position] + character + sealed[position + 1 :], **HERE)


def test_the_key_id_is_sealed_in_too() -> None:
    """The same key under two ids: moving a sealed text from one to the other would hide that it needs rotation."""
    twice = Keyring.parse(f"k1:{KEY_1},k2:{KEY_1}")
    sealed = twice.seal("secret", **HERE)
    with pytest.raises(SecretUnreadable):
        twice.open(sealed.replace("v1.k1.", "v1.k2."), **HERE)


@pytest.mark.parametrize(
    "text",
    ["", "secret", "v1.k1", "v1.k1..", "v2" + RING.seal("x", **HERE)[2:], RING.seal("x", **HERE) + "\n", "\ud800"],
)
def test_what_is_not_sealed_is_refused(text: str) -> None:
    with pytest.raises(SecretUnreadable, match="not a sealed secret"):
        RING.open(text, **HERE)
    with pytest.raises(SecretUnreadable, match="not a sealed secret"):
        RING.needs_rotation(text)


def test_rotation() -> None:
    old = RING.seal("secret", **HERE)
    rotating = Keyring.parse(f"k2:{KEY_2}, k1:{KEY_1}\n")
    assert not RING.needs_rotation(old)
    assert rotating.needs_rotation(old)
    assert rotating.open(old, **HERE) == "secret"
    new = rotating.seal(rotating.open(old, **HERE), **HERE)
    assert not rotating.needs_rotation(new)
    done = Keyring.parse(f"k2:{KEY_2}")
    assert done.open(new, **HERE) == "secret"
    assert done.needs_rotation(old)
    with pytest.raises(SecretUnreadable, match="'k1', which is not in the keyring"):
        done.open(old, **HERE)


def test_another_key_under_the_same_id_does_not_open() -> None:
    with pytest.raises(SecretUnreadable, match="not the one it was sealed with"):
        Keyring.parse(f"k1:{KEY_2}").open(RING.seal("secret", **HERE), **HERE)


@pytest.mark.parametrize("spelled", [KEY_1, KEY_1.rstrip("="), KEY_1.replace("+", "-").replace("/", "_")])
def test_keys_may_be_spelled_in_either_base64(spelled: str) -> None:
    assert Keyring.parse(f"k1:{spelled}").open(RING.seal("secret", **HERE), **HERE) == "secret"


SHORT = base64.b64encode(b"\x01" * 16).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        (KEY_1, "Entry 1 of the keyring must have the form"),
        (f":{KEY_1}", "Entry 1 of the keyring must have the form"),
        (f"k.1:{KEY_1}", "Entry 1 of the keyring must have the form"),
        (f"{KEY_1}:k1", "Entry 1 of the keyring must have the form"),
        (f"k1:{KEY_1},", "Entry 2 of the keyring must have the form"),
        (f"k1:{KEY_1},k1:{KEY_2}", "Entry 2 of the keyring has the id of an earlier"),
        (f"k1:{KEY_1},k2:", "entry 2 of the keyring must be 32 bytes"),
        (f"k1:{SHORT}", "entry 1 of the keyring must be 32 bytes"),
        (f"k1:{KEY_1}AAAA", "entry 1 of the keyring must be 32 bytes"),
        (f"k1:!{KEY_1[1:]}", "entry 1 of the keyring must be 32 bytes"),
        (f"k1:é{KEY_1[1:]}", "entry 1 of the keyring must be 32 bytes"),
    ],
)
def test_a_bad_keyring_says_which_entry_and_shows_no_key(text: str, words: str) -> None:
    with pytest.raises(BadKeyring) as caught:
        Keyring.parse(text)
    assert words in str(caught.value)
    for secret in (KEY_1, KEY_2, SHORT):
        assert secret.rstrip("=")[1:] not in str(caught.value)


def test_no_view_of_a_keyring_shows_a_key() -> None:
    ring = Keyring.parse(f"k1:{KEY_1},k2:{KEY_2}")
    assert repr(ring) == "<Keyring of 2, sealing with 'k1'>"
    views = repr(ring) + str(ring) + repr(vars(ring))
    for text in (KEY_1, KEY_2):
        raw = base64.b64decode(text)
        assert text not in views
        assert raw.hex() not in views
        assert repr(raw)[2:-1] not in views


def test_no_error_shows_the_secret() -> None:
    sealed = RING.seal("canary", **HERE)
    with pytest.raises(SecretUnreadable) as caught:
        RING.open(sealed, **{**HERE, "row": uuid4()})
    assert "canary" not in str(caught.value)
    assert sealed.split(".")[3] not in str(caught.value)
