"""Facts outlive deployments: events are added, never changed, and stand on one page."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from uuid import UUID

from domain import tables
from tests.house import events
from tests.house.source import ROOMS, Source, sources

PAGE = "domain/events.py"


def event_classes(file: Source) -> list[str]:
    return [
        file.at(node, node.name)
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(part, ast.Name | ast.Attribute) and name_of(part).endswith("Event") for part in node.bases)
    ]


def name_of(node: ast.Name | ast.Attribute) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def test_all_events_stand_on_one_page():
    elsewhere = [found for file in sources(*ROOMS) if file.path != PAGE for found in event_classes(file)]
    assert not elsewhere, f"{elsewhere}: events stand in {PAGE}"
    assert event_classes(Source("x.py", "class QuoteLost(events.QuoteEvent): pass")) == ["x.py:1: QuoteLost"]


def test_events_tell_what_has_happened():
    assert tables.metadata.tables, "everything is imported"
    others = [event.__name__ for event in events.all_events() if not events.is_past_tense(event)]
    assert not others, f"{others}: an event has happened, so its name ends in the past tense"


def test_events_carry_ids_only():
    others = {event.__name__: names for event in events.all_events() if (names := events.not_ids(event))}
    assert not others, f"{others}: a fact says which record; what it holds is read when it is needed"


def test_no_event_that_was_ever_written_has_changed():
    changed = events.broken(events.current(), events.pinned())
    assert not changed, "\n".join(["add an event beside the old one instead:", *changed])


def test_every_event_is_pinned():
    loose = events.current().keys() - events.pinned().keys()
    assert not loose, f"{sorted(loose)}: run .venv/bin/python -m tests.house.events"


def test_each_rule_can_fail():
    then: dict[str, events.Shape] = {"QuoteSent": {"root": "quote", "root_field": "quote_id", "fields": ["quote_id"]}}
    assert events.broken({}, then) == ["QuoteSent is gone: facts of that name are still there"]
    [changed] = events.broken({"QuoteSent": {**then["QuoteSent"], "fields": ["quote_id", "line_id"]}}, then)
    assert changed.startswith("QuoteSent was")
    assert not events.broken({**then, "QuoteLost": then["QuoteSent"]}, then)


def test_bad_events_are_noticed():
    @dataclass(frozen=True)
    class SendQuote:  # no Event: the other tests would find it among the real ones
        quote_id: UUID
        title: str

    assert not events.is_past_tense(SendQuote)
    assert events.not_ids(SendQuote) == ["title"]
