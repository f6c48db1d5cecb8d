"""How large a request may be as it is sent: its body, its text before that is parsed, its variables.

What the parsed document comes to is for `measuring`, what its answer may cost for `cost`, how often for `rates`.
"""

import re
from typing import Any

from domain.errors import LimitExceeded

BODY = 256 * 1024  # bytes
TOKENS = 4_000
NESTING = 64  # brackets of any kind: what the parser, which recurses, is let in for
DIRECTIVES = 50
VALUES = 5_000  # lists and objects in the variables

# The tokens of GraphQL, as far as counting them needs; a bracket inside a string or a comment is none.
_TOKEN = re.compile(
    r'"""(?:\\"""|(?!""").)*+"""|"(?:\\.|[^"\\\n\r])*+"|#[^\n\r]*+|\.\.\.|-?\w++(?:\.\d++)?|[^\s,\ufeff]',
    re.DOTALL,
)


def scan(text: str) -> int:
    """The number of tokens. Raises LimitExceeded. Several times as fast as the lexer, which the parser runs later."""
    tokens = nesting = directives = 0
    for found in _TOKEN.finditer(text):
        word = found.group()
        if word[0] == "#":
            continue
        tokens += 1
        if word in "{([":
            nesting += 1
            within(nesting, NESTING, "The document nests brackets more than {most} deep.")
        elif word in "})]":
            nesting -= 1
        elif word == "@":
            directives += 1
    within(tokens, TOKENS, "The document has more than {most} tokens. Split it into several requests.")
    within(directives, DIRECTIVES, "The document has more than {most} directives.")
    return tokens


def check_variables(variables: dict[str, Any] | None) -> None:
    """That variables can be read without harm: inputs may hold themselves, and reading them recurses."""
    level: list[Any] = [variables] if variables else []
    containers = 0
    for depth in range(NESTING + 1):
        if not level:
            return
        within(depth, NESTING - 1, "The variables are nested more than {most} deep.")
        containers += len(level)
        within(containers, VALUES, "The variables hold more than {most} lists and objects. Split the request.")
        inside = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in inside if isinstance(inner, dict | list)]


def within(value: int, most: int, sentence: str) -> None:
    """Raises LimitExceeded with the sentence, in which `value` and `most` are put."""
    if value > most:
        raise LimitExceeded(sentence.format(value=value, most=f"{most:,}"))
