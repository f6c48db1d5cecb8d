"""Typst: a template of this package and the content for it become pages. It knows nothing of what they say.

No network is used, and no file is read but those of this package and the system's fonts. The system's are asked only
for characters that ours lack (Chinese, Japanese, Korean, emoji); where it has none either, an empty box is printed.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson
import typst

Form = Literal["pdf", "png"]

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "template"
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_DOTS_PER_INCH = 110
_LARGE = 100_000
_REMEMBERED = 10


class Unprintable(Exception):
    """Typst refuses the content: a picture in it is damaged."""


def set_in_type(template: str, content: dict[str, Any], form: Form = "pdf", moment: datetime = _ANY_DAY) -> list[bytes]:
    """One PDF that says it was made at `moment`, or one picture a page."""
    # What people typed stands beside the source, never in it.
    files = {"main.typ": _source(template), "content.json": orjson.dumps(content)}
    # The root is where files that a picture names would be looked for: a folder that holds nothing but templates.
    compiler = typst.Compiler(files, root=_TEMPLATES, font_paths=_fonts())  # type: ignore[type-var]  # it takes dicts
    try:
        made = compiler.compile(format=form, timestamp=moment, ppi=_DOTS_PER_INCH)
    except typst.TypstError as error:
        raise Unprintable(str(error)) from error
    pages = made if isinstance(made, list) else [made or b""]
    if sum(map(len, pages)) > _LARGE:
        _forget()
    return pages


def _forget() -> None:
    """Typst keeps whatever its last ten runs used, 30 MB for a long document: let it run for nothing so often."""
    for _ in range(_REMEMBERED):
        typst.Compiler(b"", root=_TEMPLATES, font_paths=_fonts()).compile(format="pdf")


@cache
def _source(template: str) -> bytes:
    return (_TEMPLATES / f"{template}.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(font_paths=[_HERE / "fonts"])
