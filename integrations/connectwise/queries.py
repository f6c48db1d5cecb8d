"""Fits a term into as few requests as their length allows.

What doesn't fit is left out and remains to the check of each row. Quotes nothing and sends nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from integrations.connectwise import conditions


@dataclass(frozen=True, slots=True)
class Query:
    """Parameters of one request. `exact` is False when its answer may hold more than was meant."""

    parameters: Mapping[str, str]
    exact: bool


def queries(where: conditions.Term | None, *, room: int = 1500) -> list[Query]:
    """The requests whose answers together hold everything that `where` means, each at most `room` characters long once
    escaped. None when nothing can match."""
    terms = [] if where is None else list(where.terms) if isinstance(where, conditions.All) else [where]
    lists = [term for term in terms if isinstance(term, conditions.OneOf)]
    if any(not term.values for term in lists):
        return []
    # Only one list is spread over several requests; another goes along whole if it fits.
    spread = max(lists, key=lambda term: len(term.values), default=None)
    draft = _Draft(room // 2 if spread else room)
    for term in terms:
        if term is not spread:
            draft.add(term.render())
    if spread is None:
        return [draft.query()]
    return list(_spread(spread, draft, room))


def _spread(term: conditions.OneOf, common: "_Draft", room: int) -> Iterator[Query]:
    literals: list[str] = []
    for value in term.values:
        literal = term.literal(value)
        if literal is None:
            # A text that may not stand in a list is asked for by itself, as one of its harmless pieces.
            yield common.plus(conditions.Equal(term.field, value).render(), room).query()
            continue
        if literals and not common.fits(term.listed([*literals, literal]), room):
            yield common.plus(term.listed(literals), room).query()
            literals = []
        literals.append(literal)
    if literals:
        yield common.plus(term.listed(literals), room).query()


class _Draft:
    """Collects pieces while they fit; what doesn't fit is left to `matches`."""

    def __init__(self, room: int, parts: Mapping[str, str] | None = None, exact: bool = True) -> None:
        self.room = room
        self.parts = dict(parts or {})
        self.exact = exact

    def add(self, piece: conditions.Rendered | None) -> None:
        if piece is None or not self.fits(piece, self.room):
            self.exact = False
            return
        # Two custom fields can't be asked for at once: captions of both would have to be met by one field.
        if piece.parameter != conditions.MAIN and piece.parameter in self.parts:
            self.exact = False
            return
        self.parts = self._with(piece)
        self.exact = self.exact and piece.exact

    def plus(self, piece: conditions.Rendered | None, room: int) -> "_Draft":
        draft = _Draft(room, self.parts, self.exact)
        draft.add(piece)
        return draft

    def fits(self, piece: conditions.Rendered, room: int) -> bool:
        return sum(len(name) + len(quote(text, safe="")) + 2 for name, text in self._with(piece).items()) <= room

    def query(self) -> Query:
        return Query(self.parts, self.exact)

    def _with(self, piece: conditions.Rendered) -> dict[str, str]:
        before = self.parts.get(piece.parameter)
        return {**self.parts, piece.parameter: f"{before} and {piece.text}" if before else piece.text}
