"""Shortening and folding."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.text import fold, length, shorten

# Plain words, and whatever hangs together with its neighbour.
PIECES = "ab c.-, \n\u00a0é\u0301\u0308👩👨🏽\u200d\ufe0f🇩🇪🇫\u1112\u1161\u11ab日本\U000e0067"
tricky = st.text(st.sampled_from(PIECES), min_size=10, max_size=60) | st.text(max_size=60)
limits = st.integers(1, 40)


@given(tricky, limits)
@example("👩\u200d👩\u200d👧\u200d👦 family", 9)
@example("a" + "\u0301" * 50, 10)
@example(" " * 50 + "word", 4)
def test_never_longer_and_never_changed_without_need(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert length(short) <= limit
    assert len(short) <= limit
    if length(text) <= limit:
        assert short == text
    elif short != text.strip():
        assert short.endswith("…")
        assert text.strip().startswith(short[:-1])
        assert not short[:-1][-1:].isspace()


@settings(max_examples=1_000)
@given(tricky, limits)
def test_nothing_is_torn(text: str, limit: int) -> None:
    short = shorten(text, limit)
    whole = text.strip()
    kept = short[:-1]
    if short in (text, whole) or not kept:
        return
    last, following = kept[-1], whole[len(kept)]
    assert not unicodedata.category(following).startswith("M")
    assert "\u200d" not in (last, following)
    assert following not in "🏽\u1161\u11ab\U000e0067"
    flag_letters = len(kept) - len(kept.rstrip("🇩🇪🇫"))
    assert following not in "🇩🇪🇫" or flag_letters % 2 == 0


words = st.lists(st.text("abcdé日", min_size=1, max_size=6), min_size=1, max_size=30)


@given(words, st.integers(14, 60))
def test_short_words_are_kept_whole(many: list[str], limit: int) -> None:
    short = shorten(" ".join(many), limit)
    if short.endswith("…"):
        kept = short[:-1].split(" ")
        assert kept == many[: len(kept)]
        # and as many of them as fit
        assert len(" ".join(many[: len(kept) + 1])) > limit - 1


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Q-1001 Firewall and installation", 20, "Q-1001 Firewall and…"),
        ("Q-1001 Firewall and installation", 19, "Q-1001 Firewall…"),
        ("Q-1001 Firewall and installation", 32, "Q-1001 Firewall and installation"),
        ("Firewall, switch", 12, "Firewall…"),
        ("Firewall - switch", 12, "Firewall…"),
        ("Firewall\nswitch", 12, "Firewall…"),
        ("Q-1001 Donaudampfschifffahrt", 20, "Q-1001 Donaudampfsc…"),
        ("Q-1001 日本語の見積書です", 12, "Q-1001…"),
        ("Q-1001 日本語の見積書ですよ", 14, "Q-1001 日本語の見積…"),
        ("word   ", 4, "word"),
        ("word", 1, "…"),
        ("", 1, ""),
        ("e\u0301e\u0301e\u0301", 5, "e\u0301e\u0301…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("👍👍👍", 4, "👍…"),
        ("👍👍👍", 5, "👍👍…"),
        ("👍🏽👍🏽", 6, "👍🏽…"),
        ("ab👍🏽👍🏽", 6, "ab…"),
        ("ab🏴\U000e0067\U000e0062\U000e007f", 6, "ab…"),
        ("\u1112\u1161\u11ab\u1112\u1161\u11ab", 5, "\u1112\u1161\u11ab…"),
        ("\u1112\u1161\u11ab\u1112\u1161\u11ab", 3, "…"),
        ("a" + " " * 20 + "bcd", 10, "a…"),
        ("👩\u200d💻👩\u200d💻", 9, "👩\u200d💻…"),
        ("👩\u200d💻👩\u200d💻", 5, "…"),
        ("🇩🇪🇫🇷", 7, "🇩🇪…"),
    ],
)
def test_examples(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


def test_a_long_text_of_flags_takes_no_longer_than_another() -> None:
    """Telling pairs of flag letters apart means counting back; doing so at every letter would take minutes here."""
    assert shorten("🇩🇪" * 20_000, 40_001) == "🇩🇪" * 10_000 + "…"


@pytest.mark.parametrize("limit", [0, -1])
def test_there_must_be_room_for_something(limit: int) -> None:
    with pytest.raises(ValueError):
        shorten("text", limit)


@given(st.text(st.characters(codec="utf-8")))
def test_length_is_that_of_utf_16(text: str) -> None:
    assert length(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Inc.", "ACMEINC."),
        ("Acme\u00a0Inc.\t", " acme  inc.\n"),
        ("Acme\u200b Inc.", "\ufeffAcme Inc."),
        ("Straße", "STRASSE"),
        ("Café", "CAFE\u0301"),
        ("ＡＣＭＥ", "acme"),
        ("ﬁnance", "Finance"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ],
)
def test_the_same_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Acme", "Acmé"), ("Acme Inc.", "Acme Inc"), ("Acme-1", "Acme 1"), ("", "a")]
)
def test_not_the_same_name(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(tricky)
@example("j \u030c")
@example("\u0345\u0301 α")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert not any(character.isspace() for character in once)


@given(tricky)
def test_case_and_spaces_make_no_difference(text: str) -> None:
    # Case mappings are defined for texts in normal form: elsewhere an iota below may trade places with an accent.
    assert fold(unicodedata.normalize("NFKC", text).casefold()) == fold(text)
    assert fold(f" {text}\u2003") == fold(text)


def test_every_single_character_folds_for_good() -> None:
    for code in range(sys.maxunicode + 1):
        once = fold(chr(code))
        assert fold(once) == once, hex(code)
        assert not any(character.isspace() for character in once), hex(code)
