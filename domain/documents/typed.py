"""What people typed, as it can be printed. It escapes nothing: text reaches the page beside the markup, never in it."""

import unicodedata

from domain.text import shorten

SHORT = 14
"""So many lines may stand in a row that is never divided between two pages, or at the foot of every page."""
CHARACTERS_A_LINE = 90
"""About what fits beside each other on a page."""

_NEW_LINES = str.maketrans(dict.fromkeys("\x0b\x0c\x85\u2028\u2029", "\n"))


def cleaned(typed: str | None) -> str:
    """Without characters that steer devices, and with one empty line at most between two others."""
    text = (typed or "").replace("\r\n", "\n").replace("\r", "\n").translate(_NEW_LINES).replace("\t", "    ")
    kept: list[str] = []
    for line in map(str.rstrip, "".join(map(_printable, text)).strip().split("\n")):
        if line or kept[-1:] != [""]:
            kept.append(line)
    return "\n".join(kept)


def each(*typed: str | None) -> list[str]:
    """Cleaned, and only those that have something to say."""
    return [text for text in map(cleaned, typed) if text]


def block(*lines: str | None) -> str:
    return "\n".join(each(*lines))


def height(*texts: str, room: int = CHARACTERS_A_LINE) -> int:
    """How many lines the texts take, one below the other in a column of so many characters, about."""
    return sum(1 + len(line) // room for text in texts if text for line in text.split("\n"))


def is_short(*texts: str, room: int = CHARACTERS_A_LINE) -> bool:
    return height(*texts, room=room) <= SHORT


def beginning(text: str, most: int, room: int) -> str:
    """So much of it as takes `most` lines in such a column, about; "…" where something is left out."""
    kept: list[str] = []
    for line in text.split("\n"):
        if most <= 0:
            return "\n".join((*kept, "…"))
        kept.append(shorten(line, most * room))
        most -= height(line, room=room) or 1
    return "\n".join(kept)


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" and character != "\n":
        return ""
    # Half of a pair, which no encoding can write.
    return "\N{REPLACEMENT CHARACTER}" if category == "Cs" else character
