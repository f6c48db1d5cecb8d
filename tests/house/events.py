"""The page of events as a wire format: its snapshot, and how to extend it. Nothing here is ever sent.

.venv/bin/python -m tests.house.events      adds new events to the snapshot; refuses to change or drop one
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

from domain.events import Event

SNAPSHOT = Path(__file__).parents[1] / "domain" / "events.snapshot.json"
PAST = ("ed", "Sent", "Paid", "Lost", "Won", "Made", "Put", "Begun")

Shape = dict[str, object]


def all_events(above: type[Event] = Event) -> list[type[Event]]:
    """Those that are emitted: the classes with nothing below them."""
    below = above.__subclasses__()
    return [found for each in below for found in (all_events(each) or [each])]


def shape(event: type[Event]) -> Shape:
    return {"root": event.root, "root_field": event.root_field, "fields": [field.name for field in fields(event)]}


def is_past_tense(event: type) -> bool:
    return event.__name__.endswith(PAST)


def not_ids(event: type[Any]) -> list[str]:
    hints = get_type_hints(event)
    return [field.name for field in fields(event) if hints[field.name] is not UUID or not field.name.endswith("_id")]


def pinned() -> dict[str, Shape]:
    found: dict[str, Shape] = json.loads(SNAPSHOT.read_text("utf-8")) if SNAPSHOT.exists() else {}
    return found


def broken(now: dict[str, Shape], then: dict[str, Shape]) -> list[str]:
    """Facts that were written down already and would not be understood any more."""
    gone = [f"{name} is gone: facts of that name are still there" for name in then.keys() - now.keys()]
    changed = [
        f"{name} was {then[name]} and is {now[name]}" for name in then.keys() & now.keys() if now[name] != then[name]
    ]
    return sorted(gone + changed)


def current() -> dict[str, Shape]:
    return {event.__name__: shape(event) for event in all_events()}


if __name__ == "__main__":
    if complaints := broken(current(), pinned()):
        raise SystemExit("\n".join(["add an event beside the old one instead:", *complaints]))
    SNAPSHOT.write_text(json.dumps(current(), indent=2, sort_keys=True) + "\n", "utf-8")
