"""The demo tenant of `quotewright up`. Not for production: its keys are the sandbox's."""

from __future__ import annotations

from typing import NamedTuple

from runtime.settings import Settings


class Demo(NamedTuple):
    """Two API tokens: of the demo tenant, and of another tenant that must see nothing of it."""

    token: str
    other_token: str


def ensure(settings: Settings) -> Demo:
    """Stands in until the demo tenant is written: tokens that open nothing."""
    return Demo("qw_dummy", "qw_other_dummy")
