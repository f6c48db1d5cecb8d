"""The form of API tokens."""

import hashlib
import random
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.tokens import hint, new_token, token_hash, well_formed

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

tokens = st.randoms(use_true_random=False).map(lambda dice: new_token(dice.randrange))


def test_a_token_is_prefix_random_checksum() -> None:
    token = new_token()
    assert token.startswith("qw_")
    assert len(token) == 3 + 30 + 6
    assert set(token[3:]) <= set(BASE62)
    checksum = 0
    for digit in token[33:]:
        checksum = checksum * 62 + BASE62.index(digit)
    assert checksum == zlib.crc32(token[3:33].encode())


def test_no_two_tokens_are_alike_and_every_character_occurs() -> None:
    made = [new_token() for _ in range(300)]
    assert len(set(made)) == 300
    assert set("".join(token[3:33] for token in made)) == set(BASE62)


def test_the_random_part_is_what_the_dice_say() -> None:
    dice = random.Random(5)
    expected = "".join(BASE62[dice.randrange(62)] for _ in range(30))
    assert new_token(random.Random(5).randrange)[3:33] == expected


@given(tokens)
def test_our_tokens_are_well_formed(token: str) -> None:
    assert well_formed(token)


@given(tokens)
def test_any_one_character_changed_is_noticed(token: str) -> None:
    for position, was in enumerate(token):
        for character in BASE62 + "_-é ":
            if character != was:
                assert not well_formed(token[:position] + character + token[position + 1 :])


@given(tokens, st.integers(0, 37))
def test_two_neighbours_swapped_are_noticed(token: str, position: int) -> None:
    swapped = token[:position] + token[position + 1] + token[position] + token[position + 2 :]
    assert well_formed(swapped) == (swapped == token)


@given(tokens, st.text(min_size=1))
def test_more_or_less_is_noticed(token: str, more: str) -> None:
    assert not well_formed(token + more)
    assert not well_formed(more + token)
    assert not well_formed(token[:-1])
    assert not well_formed(token[1:])


@pytest.mark.parametrize("noise", ["", "qw_", "Bearer", "qw_" + "0" * 36, "qw_" + "٠" * 36, "\ud800" * 39, "a" * 10**6])
def test_noise_is_not_well_formed(noise: str) -> None:
    assert not well_formed(noise)


def test_a_line_break_at_the_end_is_noticed() -> None:
    assert not well_formed(new_token() + "\n")


def test_the_hash_is_sha_256_of_the_whole_token() -> None:
    token = new_token()
    assert token_hash(token) == hashlib.sha256(token.encode("ascii")).digest()
    assert len(token_hash(token)) == 32


def test_the_hint_is_the_last_four_characters() -> None:
    assert hint("qw_abcdefgh1234") == "1234"
