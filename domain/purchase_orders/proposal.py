"""What is still to be bought for a sales order, and where it is bought best: pure decisions.

It loads nothing, and makes no purchase order: what it proposes, people may change.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from domain.money import arithmetic

Parts = Mapping[UUID | None, Decimal]
"""Products, and how many of each make one piece of a line. Free text is made of None."""
Key = tuple[UUID, UUID | None]
"""A line of the sales order, and what is bought for it: its product, or a part of it."""

_SMALLEST = Decimal("0.000001")
_MOST = Decimal(10) ** 12
"""More than that no line buys: bundles in bundles could multiply beyond any number."""


@dataclass(frozen=True)
class Ordered:
    """A line of the sales order. `done`: how many of it came in or went out already, whichever is more."""

    line_id: UUID
    quantity: Decimal
    done: Decimal
    parts: Parts


@dataclass(frozen=True)
class Need:
    line_id: UUID
    product_id: UUID | None
    quantity: Decimal


@dataclass(frozen=True)
class Offer:
    """What a supplier asks for a product; an empty `stock` is unknown. `supplier_name`: folded, as names compare."""

    supplier_id: UUID
    supplier_name: str
    supplier_number: str | None
    cost: Decimal
    stock: Decimal | None


@dataclass(frozen=True)
class Proposed:
    need: Need
    offer: Offer


@dataclass(frozen=True)
class Proposal:
    """`orders`: by supplier, in the order of their names. `unassigned`: what no supplier offers."""

    orders: Mapping[UUID, Sequence[Proposed]]
    unassigned: Sequence[Need]


def parts_of(product_id: UUID, components: Mapping[UUID, Sequence[tuple[UUID, Decimal]]]) -> dict[UUID | None, Decimal]:
    """What one piece is made of, through bundles in bundles; what has no components is made of itself.

    Each bundle is taken apart once, in however many others it is.
    """
    apart: dict[UUID, dict[UUID | None, Decimal]] = {}

    def taken(id: UUID) -> dict[UUID | None, Decimal]:
        if id not in apart:
            found: dict[UUID | None, Decimal] = {}
            for component_id, quantity in components.get(id, ()):
                for part_id, each in taken(component_id).items():
                    found[part_id] = min(found.get(part_id, Decimal(0)) + quantity * each, _MOST)
            apart[id] = found or {id: Decimal(1)}
        return apart[id]

    with arithmetic():
        return taken(product_id)


def needs(ordered: Iterable[Ordered], bought: Mapping[Key, Decimal]) -> list[Need]:
    """What is neither there nor on its way, in the order of the lines. `bought`: what all live purchase orders have."""
    found = []
    with arithmetic():
        for line in ordered:
            for product_id, each in line.parts.items():
                there = max(bought.get((line.line_id, product_id), Decimal(0)), each * line.done)
                missing = (each * line.quantity - there).quantize(_SMALLEST, ROUND_CEILING)
                if missing > 0:
                    found.append(Need(line.line_id, product_id, missing))
    return found


def propose(wanted: Iterable[Need], offers: Mapping[UUID, Sequence[Offer]], *, own: Iterable[UUID] = ()) -> Proposal:
    """Each need with its best offer, looked at by itself. `own`: products that needn't be offered by anybody."""
    unassigned, chosen = [], []
    own = frozenset(own)
    for need in wanted:
        available = offers.get(need.product_id, ()) if need.product_id else ()
        if available:
            chosen.append(Proposed(need, min(available, key=lambda offer: _rank(offer, need.quantity))))
        elif need.product_id not in own:
            unassigned.append(need)
    orders: dict[UUID, list[Proposed]] = {}
    for each in sorted(chosen, key=lambda proposed: proposed.offer.supplier_name):
        orders.setdefault(each.offer.supplier_id, []).append(each)
    return Proposal(orders, unassigned)


def whole_pieces(received: Mapping[UUID | None, Decimal], parts: Parts, quantity: Decimal) -> Decimal:
    """How many pieces can be made of what came in of their parts: all of `quantity`, or so many whole ones."""
    with arithmetic():
        pieces = min((received.get(part, Decimal(0)) / each for part, each in parts.items()), default=Decimal(0))
        return quantity if pieces >= quantity else pieces // 1


def _rank(offer: Offer, quantity: Decimal) -> tuple[int, Decimal, str, UUID]:
    """The least is the best: who has enough before who has some, before who doesn't say, before who has none."""
    if offer.stock is None:
        tier = 2
    elif offer.stock >= quantity:
        tier = 0
    else:
        tier = 1 if offer.stock > 0 else 3
    return tier, offer.cost, offer.supplier_name, offer.supplier_id
