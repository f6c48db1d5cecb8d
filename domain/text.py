"""Text for other systems: shortened to what fits, and folded for finding the same name again.

It does not clean text for display: what fits comes back as it was.
"""

import re
import unicodedata

ELLIPSIS = "…"

_JOINER = "\u200d"
# The end of a word: white space follows, perhaps after some punctuation that would look odd before the ellipsis.
_AFTER_WORD = re.compile(r"[,;:.–—-]{0,3}\s")
_NOT_IN_WORD = re.compile(r"[\s,;:.–—-]")
_UNSEEN = "CMZ"  # categories of Unicode: what steers, what only marks another character, what separates
_SPACE = re.compile(r"[\s\u200b\u2060\ufeff]+")


def length(text: str) -> int:
    """The length in UTF-16 code units, in which .NET, SQL Server and JavaScript count: an emoji is two or more.

    Never less than `len(text)`, so what fits by this measure fits by both.
    """
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, limit: int) -> str:
    """The text if it fits `limit` (counted as `length` does), else its beginning up to the end of a word, and "…".

    Where that would give away more than half of the room (a very long word, or a script without spaces), the word is
    cut, but never between a letter and its accents or inside an emoji.
    """
    if limit < 1:
        raise ValueError("a text can't be shortened to less than one character")
    if length(text) <= limit:
        return text
    text = text.strip()
    if length(text) <= limit:
        return text
    room = _fitting(text, limit - 1)
    for end in range(room, room // 2, -1):
        if _ends_word(text, end) and _is_between_characters(text, end):
            return text[:end] + ELLIPSIS
    for end in range(room, 0, -1):
        if not text[end - 1].isspace() and _is_between_characters(text, end):
            return text[:end] + ELLIPSIS
    return ELLIPSIS


def fold(text: str) -> str:
    """The text for comparing names: no case, no white space, one spelling for characters that look the same (NFKC).

    Two names are "the same, ignoring case and spaces" when this is equal. Folding twice changes nothing more.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Once more: without the space between them, a letter and an accent come together.
    return unicodedata.normalize("NFKC", _SPACE.sub("", text))


def is_visible(text: str) -> bool:
    """Whether a person sees anything of it: not only spaces, marks without a letter, or signs that direct the text."""
    return any(unicodedata.category(character)[0] not in _UNSEEN for character in fold(text))


def next_prefix(prefix: str) -> str | None:
    """The smallest text, by code points, that is greater than all that begin with `prefix`; None: there is none.

    So `name >= prefix AND name < next_prefix(prefix)` is "begins with", on any column that compares by code points.
    """
    for end in range(len(prefix), 0, -1):
        following = ord(prefix[end - 1]) + 1
        if 0xD800 <= following <= 0xDFFF:  # surrogates are no characters
            following = 0xE000
        if following <= 0x10FFFF:
            return prefix[: end - 1] + chr(following)
    return None


def _fitting(text: str, limit: int) -> int:
    """How many characters of the text fit the limit."""
    used = 0
    for index, character in enumerate(text):
        used += length(character)
        if used > limit:
            return index
    return len(text)


def _ends_word(text: str, end: int) -> bool:
    return not _NOT_IN_WORD.match(text[end - 1]) and _AFTER_WORD.match(text, end) is not None


def _is_between_characters(text: str, end: int) -> bool:
    """Whether a cut here leaves whole what a reader sees as one character.

    The common cases of Unicode's grapheme clusters (UAX #29), not all: those need tables that Python doesn't have.
    """
    before, after = text[end - 1], text[end]
    if _JOINER in (before, after) or unicodedata.category(after).startswith("M"):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":  # skin tones, flags of regions
        return False
    if "\u1160" <= after <= "\u11ff":  # vowels and finals of a Korean syllable written in parts
        return False
    if _is_flag_letter(after):  # flags of countries: two letters each
        letters = 0
        while letters < end and _is_flag_letter(text[end - 1 - letters]):
            letters += 1
        return letters % 2 == 0
    return True


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
