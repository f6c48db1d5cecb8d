"""What has to change on which side, given what both last agreed on. Pure: it talks to nobody and writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Disagreement:
    """Both sides changed a field since they agreed. Plain values."""

    agreed: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Decision:
    """`push`: to be written there. `pull`: to be taken over here. `agreed`: what both will hold afterwards (plain)."""

    push: dict[str, Any] = field(default_factory=dict)
    pull: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, Disagreement] = field(default_factory=dict)
    agreed: dict[str, Any] = field(default_factory=dict)


def plain(value: Any) -> Any:
    """A value as it is kept in `agreed`: JSON only, one form per meaning (2, 2.0 and Decimal("2.00") are all "2")."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value)).normalize()
        return format(number + 0, "f")
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() or None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} can't be compared across systems")


def changes(agreed: Values | None, ours: Values) -> dict[str, Any]:
    """One-way: the fields of `ours` that differ from the last agreement; all of them when there is none yet."""
    return {name: value for name, value in ours.items() if agreed is None or plain(value) != agreed.get(name)}


def agreement(values: Values) -> dict[str, Any]:
    """`values` as they are remembered."""
    return {name: plain(value) for name, value in values.items()}


def differs(agreed: Values | None, theirs: Values) -> bool:
    """Two-way: whether their values are others than those last agreed on. An echo of what we wrote isn't."""
    return agreed is None or any(plain(value) != agreed.get(name) for name, value in theirs.items())


def decide(agreed: Values | None, ours: Values, theirs: Values, *, ours_win_first: bool = False) -> Decision:
    """Two-way, field by field.

    After an agreement: who changed alone wins; both changed to different values is a conflict, and that field stays as
    it is on both sides. Before the first agreement nothing can be told from an edit: a value wins over an empty one,
    else the side that `ours_win_first` names.
    """
    decision = Decision()
    for name, our_value in ours.items():
        if name not in theirs:
            continue
        mine, yours = plain(our_value), plain(theirs[name])
        if mine == yours:
            decision.agreed[name] = mine
            continue
        if agreed is not None and name in agreed:
            base = agreed[name]
            push, conflict = yours == base, base not in (mine, yours)
        else:
            push, conflict = yours is None or (mine is not None and ours_win_first), False
        if conflict:
            decision.conflicts[name] = Disagreement(base, mine, yours)
            decision.agreed[name] = base
        elif push:
            decision.push[name] = our_value
            decision.agreed[name] = mine
        else:
            decision.pull[name] = theirs[name]
            decision.agreed[name] = yours
    return decision


def both_changed(title: str, conflicts: Mapping[str, Disagreement]) -> str:
    """The sentence for people. `title`: what the other side is called."""
    parts = [f"{name}: “{each.ours}” here, “{each.theirs}” there" for name, each in conflicts.items()]
    return (
        f"Changed on both sides since they last agreed: {'; '.join(parts)}. Make both the same, then retry ({title})."
    )
