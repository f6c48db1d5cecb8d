"""The frame of every page: its style, its script, the headers that keep anything else out. Knows no records.

The script fetches the page again every second or so and puts in what has changed; without it the page is as readable.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path

from integrations.connectwise.sandbox.reply import Reply

_HERE = Path(__file__).parent
STYLE = (_HERE / "page.css").read_text()
SCRIPT = (_HERE / "page.js").read_text()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    (
        "content-security-policy",
        f"default-src 'none'; style-src '{_digest(STYLE)}'; script-src '{_digest(SCRIPT)}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


@dataclass(frozen=True, slots=True)
class Content:
    """Two pieces of HTML: what is fetched again and again, and what stays as it is (a form somebody may be filling)."""

    title: str
    live: str
    still: str = ""


def page(content: Content, status: int = 200) -> Reply:
    body = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(content.title)} · ConnectWise sandbox</title><link rel="icon" href="data:,">
<style>{STYLE}</style></head><body>
<header><a href="/">ConnectWise sandbox</a><span id="pulse" title="This page refreshes by itself">live</span></header>
<main id="live">{content.live}</main>
{content.still}
<script>{SCRIPT}</script></body></html>"""
    return Reply(status, body.encode(), _HEADERS)


def nothing() -> Reply:
    return page(Content("Not here", '<h1>Not here</h1><p>There is no such page. <a href="/">All tables</a></p>'), 404)
