"""Whether an SVG is a plain drawing: no pictures or programs inside, no effects, no copies of copies without end.

It doesn't tell whether the drawing is a good one.
"""

import re
from xml.parsers import expat

from domain.errors import ErrorCode, UserError

MOST_WORK = 1_000_000
"""Characters of attributes, those of copies counted each time; a shape is at least a hundred."""
MOST_DEEP = 200
"""Shapes inside each other, copies too: they are drawn by recursion, which ends the whole process at some depth."""
MOST_CHARACTERS = 2_000
"""Of text that is drawn."""
MOST_STYLE = 20_000
"""Characters of style sheets: each rule is tried on each shape."""

# What draws pixels, runs, or is drawn once for each corner of a path.
_REFUSED = {
    "image": "pictures",
    "feimage": "pictures",
    "script": "scripts",
    "foreignobject": "foreign objects",
    "filter": "filter effects",
    "marker": "markers",
}
_PLAINER = "Export it as a plain SVG, or as PNG."
_REFERENCE = re.compile(r"url\(\s*['\"]?\s*#([^'\")]+?)\s*['\"]?\s*\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CLASS = re.compile(r"\.([\w-]+)")
_EVERYTHING = "*"


class _Shape:
    """An element: its size, what is inside it, and the ids of what it draws once more."""

    __slots__ = ("classes", "drawn", "inside", "work")

    def __init__(self, attributes: dict[str, str]) -> None:
        self.work = 100 + sum(map(len, attributes.values()))
        self.drawn = _drawn(attributes)
        self.classes = attributes.get("class", "").split()
        self.inside: list[_Shape] = []


class _Drawing:
    """Builds the tree of shapes. expat itself fetches nothing, and entities are refused before they grow."""

    def __init__(self) -> None:
        self.root = _Shape({})
        self.by_id: dict[str, _Shape] = {}
        self.style = ""
        self.characters = 0
        self._open = [self.root]
        self._names = [""]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name in _REFUSED:
            raise _refused(f"The logo contains {_REFUSED[name]}. {_PLAINER}")
        shape = _Shape(attributes)
        self._open[-1].inside.append(shape)
        self._open.append(shape)
        self._names.append(name)
        if "id" in attributes:
            self.by_id.setdefault(attributes["id"], shape)

    def end(self, _name: str) -> None:
        self._open.pop()
        self._names.pop()

    def text(self, text: str) -> None:
        if self._names[-1] == "style":
            self.style += text
        else:
            self.characters += len(text.strip())

    def entity(self, *_: object) -> None:
        raise _refused(f"The logo declares XML entities. {_PLAINER}")


def check(svg: bytes) -> None:
    """Raises UserError naming what must not be there."""
    drawing = _Drawing()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = drawing.start
    parser.EndElementHandler = drawing.end
    parser.CharacterDataHandler = drawing.text
    parser.EntityDeclHandler = drawing.entity
    try:
        parser.Parse(svg, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise _refused("The logo can't be read: it is not a complete SVG file. Export it again.") from None
    if drawing.characters > MOST_CHARACTERS or len(drawing.style) > MOST_STYLE:
        raise _refused(f"The logo contains too much text or too many styles. {_PLAINER}")
    work, depth = _cost(drawing)
    if work > MOST_WORK:
        raise _refused("The logo draws too many shapes. Make it simpler, or export it as PNG.")
    if depth > MOST_DEEP:
        raise _refused(f"The logo's shapes are nested too deeply, {depth} inside each other. {_PLAINER}")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _drawn(attributes: dict[str, str]) -> list[str]:
    drawn = [id_ for value in attributes.values() for id_ in _REFERENCE.findall(value)]
    for name, value in attributes.items():
        if _local(name) == "href":
            if not value.startswith("#"):
                raise _refused(f"The logo refers to another file. {_PLAINER}")
            drawn.append(value[1:])
    return drawn


def _drawn_by_style(style: str) -> dict[str, list[str]]:
    """Which ids a style sheet draws, by class; by `*` those of selectors that are more than classes."""
    drawn: dict[str, list[str]] = {}
    for selectors, body in _RULE.findall(_COMMENT.sub("", style)):
        ids = _REFERENCE.findall(body)
        for selector in selectors.split(",") if ids else ():
            simple = _CLASS.fullmatch(selector.strip())
            drawn.setdefault(simple[1] if simple else _EVERYTHING, []).extend(ids)
    if sum(map(len, drawn.values())) < style.count("url"):
        raise _refused(f"The logo's style sheet can't be understood. {_PLAINER}")
    return drawn


def _cost(drawing: _Drawing) -> tuple[int, int]:
    """The work of all shapes, copies counted, and how deep they are nested. Without recursion: the depth is theirs."""
    by_class = _drawn_by_style(drawing.style)
    done: dict[_Shape, tuple[int, int]] = {}
    entered: set[_Shape] = set()
    waiting = [drawing.root]
    while waiting:
        shape = waiting[-1]
        ids = [*shape.drawn, *(id_ for name in (_EVERYTHING, *shape.classes) for id_ in by_class.get(name, ()))]
        parts = [*shape.inside, *(drawing.by_id[id_] for id_ in ids if id_ in drawing.by_id)]
        if shape in entered:
            works, depths = zip((shape.work, 0), *(done[part] for part in parts), strict=True)
            done[waiting.pop()] = sum(works), 1 + max(depths)
            continue
        entered.add(shape)
        for part in parts:
            if part not in done:
                if part in entered:
                    raise _refused(f"The logo draws a shape inside itself. {_PLAINER}")
                waiting.append(part)
    return done[drawing.root]


def _refused(message: str) -> UserError:
    return UserError(ErrorCode.INVALID, message, ("logo",))
